"""First start on a new machine: a fresh clone in an empty folder, its environment made by pip, its first page, then a second start.

`python3 benchmarks/first_start.py` prints seconds and, for the two processes that stay, the memory they hold. It needs git,
Python 3.11 and a package index (or a `wheelhouse` folder beside `run`); it takes a port that is free and leaves nothing
behind. There is no peer run beside it: the aims are one command, a second start under five seconds, two processes.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MOST_SECONDS_FIRST, MOST_SECONDS_SECOND = 900, 60
SETTLED_SECONDS = 3
AIM_SECOND_START = 5.0


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Whether the first page is served."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as page:
            return bool(page.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def seconds_until(holds: Callable[[], bool], *, began: float, most: float, process: subprocess.Popen[bytes]) -> float:
    """Seconds since `began` when something first held; stops the benchmark when the product ends or takes too long."""
    while not holds():
        if process.poll() is not None:
            sys.exit(f"the product ended with {process.returncode}; see the log printed above")
        if time.monotonic() - began > most:
            sys.exit(f"not ready after {most} seconds")
        time.sleep(0.05)
    return time.monotonic() - began


@contextmanager
def started(clone: Path, home: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The product while the block runs, in a group of its own, ended with the block."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CONCERTATION_", "DJANGO_")) and name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    environment = {**kept, "CONCERTATION_HOME": str(home)}
    command = [sys.executable, str(clone / "run"), "--port", str(port)]
    process = subprocess.Popen(command, cwd=clone, env=environment, stdout=sys.stderr, stderr=sys.stderr, start_new_session=True)
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=15)


def resident_megabytes(home: Path) -> dict[str, float]:
    """Memory held by the processes of a node, by what they do; empty on machines that do not list their processes."""
    held: dict[str, float] = {}
    mark = f"CONCERTATION_HOME={home}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark not in (folder / "environ").read_bytes().split(b"\0"):
                continue
            command = (folder / "cmdline").read_text().replace("\0", " ")
            pages = int((folder / "statm").read_text().split()[1])
        except (OSError, ValueError):
            continue
        role = "web" if "granian" in command else "worker" if "django work" in command else "starter"
        held[role] = round(held.get(role, 0.0) + pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000, 1)
    return dict(sorted(held.items()))


def measure(folder: Path) -> dict[str, object]:
    """Clone, start, start again."""
    clone, home, port = folder / "clone", folder / "home", free_port()
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", ROOT.as_uri(), str(clone)], check=True)
    if (ROOT / "wheelhouse").is_dir():
        shutil.copytree(ROOT / "wheelhouse", clone / "wheelhouse")
    began = time.monotonic()
    with started(clone, home, port) as process:
        made = seconds_until((clone / ".venv" / "made-from").exists, began=began, most=MOST_SECONDS_FIRST, process=process)
        page = seconds_until(lambda: answers(port), began=began, most=MOST_SECONDS_FIRST, process=process)
    again = time.monotonic()
    with started(clone, home, port) as process:
        second = seconds_until(lambda: answers(port), began=again, most=MOST_SECONDS_SECOND, process=process)
        time.sleep(SETTLED_SECONDS)
        memory = resident_megabytes(home)
    return {
        "environment_s": round(made, 1), "environment_to_first_page_s": round(page - made, 1), "first_start_s": round(page, 1),
        "second_start_s": round(second, 1), "second_start_aim_s": AIM_SECOND_START, "second_start_to_aim": round(second / AIM_SECOND_START, 2),
        "resident_mb": memory, "made_by": "uv" if shutil.which("uv") else "pip",
    }


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory(prefix="concertation-first-start-") as folder:
        print(json.dumps(measure(Path(folder)), indent=2))


if __name__ == "__main__":
    main()
