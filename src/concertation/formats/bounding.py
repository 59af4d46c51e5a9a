"""A file nobody has vouched for is read by a child process that can waste neither our memory nor our time, whatever its kind.

The parent asks (`read_in_child`) and finds what the child left in a folder: Arrow files, plain JSON and one report. The child
(`serve`) first gives up the right to much memory and processor time, then works. However it ends, the parent has its report or
a problem that says what to do; objects never cross over.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib import import_module
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from concertation.core.problems import Cell, Problem
from concertation.formats.limits import Limits

SOURCES = Path(__file__).resolve().parents[2]
ASKED, REPORT = "asked.json", "reading.json"
OUT_OF_MEMORY_SIGNALS = ("SIGABRT", "SIGKILL", "SIGSEGV", "SIGBUS", "SIGTRAP", "SIGILL")
NO_MEMORY_FOR_A_THREAD = 127  # how the C library ends a process whose thread-local memory it cannot get
MEGABYTE = 1 << 20
LIBRARIES_MB = 64
ADDRESS_SPACE_RESERVED_MB = 2_048
PATIENCE = 4  # a busy machine makes an honest file wait: the clock allows so many times what the processor may compute
COUNTS_PROCESSOR_TIME = os.name == "posix"
Report = dict[str, Any]
Work = Callable[[Path, Path, Limits, Mapping[str, Any]], Report]


@dataclass(frozen=True, slots=True)
class Left:
    """What a child left: its report and the folder of its files; or the problem it ended in, with an empty report."""

    folder: Path
    report: Report = field(default_factory=dict)
    stopped: Problem | None = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems of the report, else the one that stopped the child."""
        return (self.stopped,) if self.stopped else tuple(problem_left(left) for left in self.report["problems"])


# ── the parent's side ──


@contextmanager
def read_in_child(module: str, path: Path, limits: Limits, **asked: object) -> Iterator[Left]:
    """Let `concertation.formats.MODULE` read a file; what it left stands for as long as the block lasts. Never raises on a bad file."""
    with TemporaryDirectory(prefix="concertation-") as name:
        folder = Path(name)
        (folder / ASKED).write_text(json.dumps({"path": str(path.resolve()), "limits": asdict(limits), **asked}), encoding="utf-8")
        try:
            returncode = run(f"concertation.formats.{module}", folder, clock_seconds(limits))
        except subprocess.TimeoutExpired:
            yield Left(folder, stopped=stopped_at("reading-too-long", limits.seconds))
        else:
            yield left_in(folder, returncode, limits)


def run(module: str, folder: Path, seconds: float) -> int:
    """How a child ended that was started for a folder and given so many seconds of the clock. Raises TimeoutExpired when it took more."""
    command = [sys.executable, "-m", module, str(folder)]
    return subprocess.run(command, env=environment(), timeout=seconds, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode


def clock_seconds(limits: Limits) -> float:
    """The seconds of the clock a child may take: more than those it may compute, where the system counts these."""
    return limits.seconds * (PATIENCE if COUNTS_PROCESSOR_TIME else 1)


def environment() -> dict[str, str]:
    """The child's environment: our sources, one thread, and nothing secret of ours."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"PYTHONPATH": str(SOURCES), "POLARS_MAX_THREADS": "2", "RUST_BACKTRACE": "0", "PYTHONUTF8": "1"}


def left_in(folder: Path, returncode: int, limits: Limits) -> Left:
    """The child's report, or why there is none."""
    if returncode != 0 or not (folder / REPORT).exists():
        return Left(folder, stopped=ended_badly(returncode, limits))
    report = json.loads((folder / REPORT).read_text(encoding="utf-8"))
    return Left(folder, stopped=problem_left(report["stopped"])) if "stopped" in report else Left(folder, report)


def ended_badly(returncode: int, limits: Limits) -> Problem:
    """The problem of a child that left nothing: stopped by time, by memory, or by a file its reader cannot survive.

    >>> ended_badly(1, Limits()).code
    'reading-failed'
    >>> ended_badly(127, Limits()).code
    'reading-too-much-memory'
    """
    if returncode == -getattr(signal, "SIGXCPU", 0):
        return stopped_at("reading-too-long", limits.seconds)
    if returncode == NO_MEMORY_FOR_A_THREAD or -returncode in {getattr(signal, name, 0) for name in OUT_OF_MEMORY_SIGNALS} - {0}:
        return stopped_at("reading-too-much-memory", limits.memory_mb)
    return Problem("reading-failed")


def stopped_at(code: str, limit: float) -> Problem:
    """The problem of a reading stopped at a limit.

    >>> stopped_at("reading-too-long", 10.0).value
    '10'
    """
    return Problem(code, value=f"{limit:g}")


# ── the child's side ──


def serve(work: Work, arguments: Sequence[str]) -> int:
    """Do the work asked for in the folder named first, within its limits, and leave the report there."""
    folder = Path(arguments[0])
    asked = json.loads((folder / ASKED).read_text(encoding="utf-8"))
    limits = Limits(**asked["limits"])
    give_up_resources(limits)
    try:
        report = work(Path(asked["path"]), folder, limits, asked)
    except MemoryError:
        report = {"stopped": plain(stopped_at("reading-too-much-memory", limits.memory_mb))}
    (folder / REPORT).write_text(json.dumps(report), encoding="utf-8")
    return 0


def give_up_resources(limits: Limits) -> None:
    """Lower this process's own limits of memory, processor time and core dumps, where the system has them (not on Windows)."""
    try:
        resource: Any = import_module("resource")
    except ImportError:
        return
    memory = limits.memory_mb - LIBRARIES_MB
    lower(resource, "RLIMIT_DATA", memory * MEGABYTE)
    lower(resource, "RLIMIT_AS", (memory + ADDRESS_SPACE_RESERVED_MB) * MEGABYTE)
    lower(resource, "RLIMIT_CPU", ceil(limits.seconds), beyond=1)
    lower(resource, "RLIMIT_CORE", 0)


def lower(resource: Any, name: str, value: int, *, beyond: int = 0) -> None:
    """Lower one limit, the one that cannot be raised again so far beyond it; a system that does not know it, or refuses, is left as it is (the wall clock still holds)."""
    which = getattr(resource, name, None)
    try:
        if which is not None:
            resource.setrlimit(which, (value, value + beyond))
    except (ValueError, OSError):
        return


def plain(problem: Problem) -> Report:
    """A problem as JSON.

    >>> problem_left(plain(Problem("json-broken", Cell(row=2), "x"))) == Problem("json-broken", Cell(row=2), "x")
    True
    """
    cell = problem.cell
    return {"code": problem.code, "sheet": cell.sheet, "row": cell.row, "column": cell.column, "value": problem.value, "detail": dict(problem.detail)}


def problem_left(left: Mapping[str, Any]) -> Problem:
    """A problem from the child's JSON."""
    return Problem(left["code"], Cell(left["sheet"], left["row"], left["column"]), left["value"], left["detail"])
