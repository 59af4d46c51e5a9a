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
from dataclasses import dataclass
from types import FrameType
from typing import Any

THREADS = 4
ENDING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
LAST_SECONDS, KILLED_SECONDS = 8, 10  # what a request or a task at work is left, then the web's own processes, then all of them
# A group of their own keeps Ctrl-C from reaching them twice: from the terminal and from the process that started them.
OWN_GROUP: dict[str, Any] = {"process_group": 0} if os.name == "posix" else {}


def web_command(host: str, port: int, *, processes: int = 1) -> list[str]:
    """The web server: WSGI, at most four threads a process so that SQLite is never crowded."""
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(processes),
        "--workers-kill-timeout", str(LAST_SECONDS), "--blocking-threads", str(THREADS), "--no-ws", "--log-level", "warning", "concertation.site.web:application",
    ]


def worker_command() -> list[str]:
    """The worker: imports, summaries and other long work."""
    return [sys.executable, "-m", "django", "work"]


def is_taken(host: str, port: int) -> bool:
    """Whether something already listens there."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((host, port)) == 0


@dataclass
class Told:
    """The signal that told this process to end, 0 while none did.

    It is noted rather than raised: one that arrives while the processes are being started interrupts nothing, and leaves none of them behind.
    """

    number: int = 0

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Note it."""
        self.number = number

    @property
    def exit_code(self) -> int:
        """What ending by it is told as: the user's own interruption is an end in order."""
        return 0 if self.number in (0, signal.SIGINT) else 128 + self.number


def wait_until_open(host: str, port: int, *, seconds: float, told: Told | None = None) -> bool:
    """Whether the port opens within so many seconds, unless told to end before."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not (told and told.number):
        if is_taken(host, port):
            return True
        time.sleep(0.05)
    return False


@contextmanager
def processes(host: str, port: int, *, told: Told, web: int = 1, workers: int = 1) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Web and workers while the block runs; all are ended with it, however this process is told to end."""
    for number in ENDING:
        signal.signal(number, told)
    commands = [web_command(host, port, processes=web), *(worker_command() for _ in range(workers))]
    running: list[subprocess.Popen[bytes]] = []
    try:
        for command in commands:
            running.append(subprocess.Popen(command, env=os.environ, **OWN_GROUP))
        yield running
    finally:
        end_all(running)


def end_all(running: list[subprocess.Popen[bytes]]) -> None:
    """Tell each process to end, once; what has not ended in time is killed, with those it started."""
    for process in running:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
    end = time.monotonic() + KILLED_SECONDS
    for process in running:
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=max(0, end - time.monotonic()))
    for process in running:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL) if OWN_GROUP else process.kill()
        process.wait()


def wait_for_end(running: list[subprocess.Popen[bytes]], told: Told) -> int:
    """Wait until one process ends or this one is told to; gives back the exit code to use."""
    while not told.number:
        for process in running:
            if process.poll() is not None:
                return process.returncode or 0
        time.sleep(0.3)
    return told.exit_code


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
    told = Told()
    with processes(chosen.host, chosen.port, told=told, web=chosen.web, workers=chosen.workers) as running:
        if not wait_until_open(chosen.host, chosen.port, seconds=60, told=told):
            if told.number:
                return told.exit_code
            sys.stderr.write("Le serveur n'a pas démarré. / The server did not start.\n")
            return 1
        sys.stderr.write(chosen.welcome)
        sys.stderr.flush()
        return wait_for_end(running, told)


if __name__ == "__main__":
    sys.exit(main())
