"""The processes of a node, web and worker, started and stopped together: one of each on SQLite, several on PostgreSQL.

Run as a module, it is the small process that watches over them: it loads neither Django nor any table.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

THREADS = 4
ENDING = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
# A group of their own keeps Ctrl-C from reaching them twice: from the terminal and from the process that started them.
OWN_GROUP: dict[str, Any] = {"process_group": 0} if os.name == "posix" else {}


def web_command(host: str, port: int, *, processes: int = 1) -> list[str]:
    """The web server: WSGI, at most four threads a process so that SQLite is never crowded."""
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(processes),
        "--blocking-threads", str(THREADS), "--no-ws", "--log-level", "warning", "concertation.site.wsgi:application",
    ]


def worker_command() -> list[str]:
    """The worker: imports, summaries and other long work."""
    return [sys.executable, "-m", "django", "work"]


def is_taken(host: str, port: int) -> bool:
    """Whether something already listens there."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((host, port)) == 0


def wait_until_open(host: str, port: int, *, seconds: float) -> bool:
    """Whether the port opens within so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_taken(host, port):
            return True
        time.sleep(0.05)
    return False


def leave(number: int, frame: FrameType | None) -> None:
    """Being told to end, or losing the terminal, ends the block that runs the two processes, and so the processes."""
    raise SystemExit(128 + number)


@contextmanager
def processes(host: str, port: int, *, web: int = 1, workers: int = 1) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Web and workers while the block runs; all are ended with it, each told once, however this process is told to end."""
    for name in ENDING:
        signal.signal(getattr(signal, name), leave)
    commands = [web_command(host, port, processes=web), *(worker_command() for _ in range(workers))]
    running = [subprocess.Popen(command, env=os.environ, **OWN_GROUP) for command in commands]
    try:
        yield running
    finally:
        for process in running:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        for process in running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)


def wait_for_end(running: list[subprocess.Popen[bytes]]) -> int:
    """Wait until one process ends or the user interrupts; gives back the exit code to use."""
    with suppress(KeyboardInterrupt):
        while all(process.poll() is None for process in running):
            time.sleep(0.3)
        return next(process.returncode or 0 for process in running if process.poll() is not None)
    return 0


def watch_over(host: str, port: int, *, welcome: str, web: int = 1, workers: int = 1) -> list[str]:
    """The command that starts the processes and waits for them."""
    return [sys.executable, "-m", "concertation.site.serving", host, str(port), "--welcome", welcome, str(web), str(workers)]


def main(arguments: list[str] | None = None) -> int:
    """Start the processes, say the welcome on the error stream once the first page is served, and wait."""
    asked = argparse.ArgumentParser()
    asked.add_argument("host")
    for name in ("port", "web", "workers"):
        asked.add_argument(name, type=int)
    asked.add_argument("--welcome", default="")
    chosen = asked.parse_args(arguments)
    with processes(chosen.host, chosen.port, web=chosen.web, workers=chosen.workers) as running:
        if not wait_until_open(chosen.host, chosen.port, seconds=60):
            sys.stderr.write("Le serveur n'a pas démarré. / The server did not start.\n")
            return 1
        sys.stderr.write(chosen.welcome)
        sys.stderr.flush()
        return wait_for_end(running)


if __name__ == "__main__":
    sys.exit(main())
