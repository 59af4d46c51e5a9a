"""A Python that has loaded what the product rests on, and waits: a command of a node under test is a fork of it, begun without that second.

What the command does is what `python -m concertation` does: its own environment, arguments and streams, Django set up anew, an end of its
own. Commands that are killed, measured or served are started as users start them.
"""

import atexit
import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

from concertation.formats.bounding import environment

ROOT = Path(__file__).resolve().parents[1]
LOADED = (
    "allauth", "cryptography.hazmat.primitives.ciphers.aead", "cryptography.hazmat.primitives.asymmetric.ed25519", "django.core.management", "django.db.migrations.executor", "django.db.models",
    "django.forms", "django.template.loader", "django.urls", "docx", "highspy", "numpy", "PIL.Image", "polars", "pptx", "psycopg", "pydantic", "rapidfuzz", "rich.console", "rich.table", "shapely", "typer", "xlsxwriter",
    "yaml",
)  # fmt: skip
PURE = ("concertation.core", "concertation.formats", "concertation.draw")
MOST_BYTES = 1 << 20
END = "\0"


def load() -> None:
    """Bring in the libraries and the parts of the product that know no node."""
    for name in LOADED:
        import_module(name)
    for name in PURE:
        for found in walk_packages(import_module(name).__path__, f"{name}."):
            import_module(found.name)
    gc.collect()
    gc.freeze()


def forked(asked: socket.socket) -> dict[str, Any] | None:
    """In a new process, what to run, with its streams in place; nothing in the process that goes on waiting."""
    content, streams, _flags, _address = socket.recv_fds(asked, MOST_BYTES, 2)
    if os.fork():
        for stream in streams:
            os.close(stream)
        asked.close()
        return None
    if child := os.fork():
        asked.sendall(f"{child}\n".encode())
        _child, status = os.waitpid(child, 0)
        asked.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
        os._exit(0)
    asked.close()
    for number, stream in enumerate((os.open(os.devnull, os.O_RDONLY), *streams)):
        os.dup2(stream, number)
        os.close(stream)
    told: dict[str, Any] = json.loads(content)
    return told


def wait_for_work(place: str) -> dict[str, Any]:
    """Fork for each connection; comes back in a fork alone. Ends when whoever started this is gone."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(place)
        listener.listen(16)
        print("ready", flush=True)
        while True:
            heard, _, _ = select.select([listener, sys.stdin], [], [])
            with suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    continue
            if sys.stdin in heard:
                os._exit(0)
            asked, _address = listener.accept()
            if (told := forked(asked)) is not None:
                return told


def run_each(commands: Sequence[Sequence[str]], module: str) -> None:
    """What `python -m MODULE` does for each, until one ends with a fault."""
    for arguments in commands:
        sys.argv = [module, *arguments]
        try:
            runpy.run_module(module, run_name="__main__", alter_sys=True)
        except SystemExit as ended:
            if ended.code:
                raise
        sys.stdout.write(END)


class Ready:
    """The waiting Python of this process of the tests."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="concertation-ready-")
        self.place = f"{self.folder.name}/asked"
        surroundings = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1"}
        self.waiting = subprocess.Popen([sys.executable, __file__, self.place], env=surroundings, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.waiting.stdin is not None and self.waiting.stdout is not None
        assert self.waiting.stdout.readline() == b"ready\n"
        atexit.register(self.end)

    def end(self) -> None:
        """Let it go."""
        assert self.waiting.stdin is not None
        self.waiting.stdin.close()
        self.waiting.wait(timeout=10)
        self.folder.cleanup()

    def run(self, commands: Sequence[Sequence[str]], surroundings: Mapping[str, str], *, seconds: float, module: str = "concertation") -> subprocess.CompletedProcess[str]:
        """Run commands of the product, or of one of its modules, one after another in one process, to the first that fails; what each answers ends with `END`."""
        with socket.socket(socket.AF_UNIX) as asked, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as wrong:
            asked.settimeout(seconds)
            asked.connect(self.place)
            told = json.dumps({"commands": [list(each) for each in commands], "surroundings": dict(surroundings), "folder": str(Path.cwd()), "module": module})
            socket.send_fds(asked, [told.encode()], [out.fileno(), wrong.fileno()])
            with asked.makefile() as heard:
                child = int(heard.readline())
                try:
                    code = int(heard.readline())
                except TimeoutError:
                    os.kill(child, signal.SIGKILL)
                    raise subprocess.TimeoutExpired([word for each in commands for word in each], seconds) from None
            out.seek(0)
            wrong.seek(0)
            return subprocess.CompletedProcess([word for each in commands for word in each], code, out.read().decode(), wrong.read().decode())


_READY: list[Ready] = []
_ONE = threading.Lock()


def ready() -> Ready:
    """The one of this process of the tests, started when it is first needed."""
    with _ONE:
        if not _READY:
            _READY.append(Ready())
    return _READY[0]


def child_of_reading(module: str, folder: Path, seconds: float) -> int:
    """What `bounding.run` does, by a fork."""
    return ready().run([[str(folder)]], environment(), seconds=seconds, module=module).returncode


if __name__ == "__main__":
    load()
    work = wait_for_work(sys.argv[1])
    os.environ.clear()
    os.environ.update(work["surroundings"])
    os.chdir(work["folder"])
    run_each(work["commands"], work["module"])
