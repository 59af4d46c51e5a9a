"""A Python that has loaded what the product rests on, and waits: a command of a node under test is a fork of it, begun without that second.

What the command does is what `python -m concertation` does: its own environment, arguments and streams, Django set up anew, an end of its
own. What is measured, or served as users serve it, is started as users start it. A few lines of Python can be begun the same way.
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
from typing import IO, Any

from django.conf import settings
from django.db import connections

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
CODE = "-c"


def load() -> None:
    """Bring in the libraries and the parts of the product that know no node."""
    for name in LOADED:
        import_module(name)
    for name in PURE:
        for found in walk_packages(import_module(name).__path__, f"{name}."):
            import_module(found.name)
    gc.collect()
    gc.freeze()


def forked(asked: socket.socket) -> tuple[int, dict[str, Any]]:
    """A new process for what is asked: its number, and, in that process alone, what to run, with its streams in place."""
    content, streams, _flags, _address = socket.recv_fds(asked, MOST_BYTES, 3)
    child = os.fork()
    if not child:
        os.setsid()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
    for stream in streams:
        os.close(stream)
    return child, {} if child else json.loads(content)


def tell_ended(at_work: dict[int, socket.socket]) -> None:
    """Tell whoever asked how each process that is over ended."""
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            with at_work.pop(ended[0]) as asked, suppress(BrokenPipeError):
                asked.sendall(f"{os.waitstatus_to_exitcode(ended[1])}\n".encode())


def wait_for_work(place: str) -> dict[str, Any]:
    """Fork for each connection; comes back in a fork alone. Ends when whoever started this is gone."""
    at_work: dict[int, socket.socket] = {}
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(place)
        listener.listen(16)
        one_ended, wakes = os.pipe()
        os.set_blocking(one_ended, False)
        os.set_blocking(wakes, False)
        signal.set_wakeup_fd(wakes)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        print("ready", flush=True)
        while True:
            heard, _, _ = select.select([listener, sys.stdin, one_ended], [], [])
            if sys.stdin in heard:
                os._exit(0)
            if one_ended in heard:
                os.read(one_ended, 1 << 16)
                tell_ended(at_work)
            if listener not in heard:
                continue
            asked, _address = listener.accept()
            child, told = forked(asked)
            if not child:
                break
            at_work[child] = asked
            asked.sendall(f"{child}\n".encode())
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for each in (asked, *at_work.values()):
            each.close()
        os.close(one_ended)
        os.close(wakes)
        return told


def run_code(words: str, *arguments: str) -> None:
    """What `python -c WORDS` does."""
    sys.argv = [CODE, *arguments]
    exec(compile(words, "<string>", "exec"), {"__name__": "__main__"})


def run_each(commands: Sequence[Sequence[str]], module: str) -> None:
    """What `python -m MODULE` does for each, until one ends with a fault."""
    if module == CODE:
        run_code(*commands[0])
        return
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

    def begin(self, commands: Sequence[Sequence[str]], surroundings: Mapping[str, str], streams: Sequence[int], module: str) -> socket.socket:
        """Have a fork begin with these streams; what comes back tells its number, then how it ended."""
        asked = socket.socket(socket.AF_UNIX)
        asked.connect(self.place)
        told = json.dumps({"commands": [list(each) for each in commands], "surroundings": dict(surroundings), "folder": str(Path.cwd()), "module": module})
        socket.send_fds(asked, [told.encode()], list(streams))
        return asked

    def run(self, commands: Sequence[Sequence[str]], surroundings: Mapping[str, str], *, seconds: float, module: str = "concertation") -> subprocess.CompletedProcess[str]:
        """Run commands of the product, or of one of its modules, one after another in one process, to the first that fails; what each answers ends with `END`."""
        words = [word for each in commands for word in each]
        with Path(os.devnull).open() as nothing, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as wrong:
            begun = Begun(self.begin(commands, surroundings, [nothing.fileno(), out.fileno(), wrong.fileno()], module), words)
            try:
                code = begun.wait(seconds)
            except subprocess.TimeoutExpired:
                begun.kill()
                raise
            out.seek(0)
            wrong.seek(0)
            return subprocess.CompletedProcess(words, code, out.read().decode(), wrong.read().decode())

    def begin_quietly(self, commands: Sequence[Sequence[str]], surroundings: Mapping[str, str], module: str = "concertation", *, log: IO[bytes] | None = None) -> "Begun":
        """Begin commands, or a few lines of Python, that are told nothing; what they say goes to the log or nowhere."""
        with Path(os.devnull).open("r+b") as nothing:
            said = (log or nothing).fileno()
            return Begun(self.begin(commands, surroundings, [nothing.fileno(), said, said], module), [word for each in commands for word in each])

    def run_code(self, words: str, arguments: Sequence[str], surroundings: Mapping[str, str], *, seconds: float) -> subprocess.CompletedProcess[str]:
        """Run a few lines of Python to their end."""
        return self.run([[words, *arguments]], surroundings, seconds=seconds, module=CODE)

    def begin_code(self, words: str, arguments: Sequence[str], surroundings: Mapping[str, str], *, log: IO[bytes] | None = None) -> "Begun":
        """Begin a few lines of Python, to be spoken with line by line, or, with a log, left alone."""
        if log:
            return self.begin_quietly([[words, *arguments]], surroundings, CODE, log=log)
        heard, to_say = os.pipe()
        to_hear, said = os.pipe()
        wrong = tempfile.TemporaryFile("w+")  # noqa: SIM115 — whoever asks closes it
        asked = self.begin([[words, *arguments]], surroundings, [heard, said, wrong.fileno()], CODE)
        os.close(heard)
        os.close(said)
        return Begun(asked, arguments, os.fdopen(to_say, "w"), os.fdopen(to_hear), wrong)


class Begun:
    """A program begun in a fork, held as `subprocess.Popen` holds one."""

    def __init__(self, asked: socket.socket, words: Sequence[str], *streams: IO[str]) -> None:
        self.asked, self.heard, self.words, self.streams = asked, asked.makefile(), words, streams
        self.pid, self.returncode = int(self.heard.readline()), None

    @property
    def stdin(self) -> IO[str]:
        """What it is told."""
        return self.streams[0]

    @property
    def stdout(self) -> IO[str]:
        """What it says."""
        return self.streams[1]

    def send_signal(self, number: int) -> None:
        """Send it a signal while it is there; one that ends by itself just then has had none."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Tell it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def poll(self) -> int | None:
        """How it ended, or nothing while it goes on."""
        return self.wait(10) if self.returncode is not None or select.select([self.asked], [], [], 0)[0] else None

    def wait(self, timeout: float) -> int:
        """How it ended, once it has."""
        if self.returncode is None:
            self.asked.settimeout(timeout)
            try:
                self.returncode = int(self.heard.readline())
            except TimeoutError:
                self.heard = self.asked.makefile()  # the old one is spoilt
                raise subprocess.TimeoutExpired(list(self.words), timeout) from None
            self.heard.close()
            self.asked.close()
        return self.returncode

    def communicate(self, timeout: float) -> tuple[str, str]:
        """What else it says, and what it complains of, to its end."""
        stdin, stdout, wrong = self.streams
        stdin.close()
        said = stdout.read()
        self.wait(timeout)
        wrong.seek(0)
        complained = wrong.read()
        stdout.close()
        wrong.close()
        return said, complained


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


def code_of_end(work: Mapping[str, Any]) -> int:
    """Do the work; how a Python that did it would end."""
    try:
        run_each(work["commands"], work["module"])
    except SystemExit as ended:
        if ended.code is None or isinstance(ended.code, int):
            return ended.code or 0
        print(ended.code, file=sys.stderr)
        return 1
    except BaseException:  # noqa: BLE001 — told as a Python tells it
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def end(code: int) -> None:
    """End as a Python does, but leave its memory to the system: to take it apart would have all of it copied first."""
    threading._shutdown()
    atexit._run_exitfuncs()
    if settings.configured:
        connections.close_all()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    gc.disable()
    load()
    gc.enable()
    work = wait_for_work(sys.argv[1])
    os.environ.clear()
    os.environ.update(work["surroundings"])
    os.chdir(work["folder"])
    end(code_of_end(work))
