"""A workbook is opened by a child process that can waste neither our memory nor our time; what it leaves is read back as plain
text tables. However the child ends, the reader gets sheets or a problem that says what to do.
"""

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from concertation.core.problems import Cell, Problem
from concertation.formats.sheets import Limits, Reading, Sheet

SOURCES = Path(__file__).resolve().parents[2]
REPORT = "reading.json"
OUT_OF_MEMORY_SIGNALS = ("SIGABRT", "SIGKILL", "SIGSEGV", "SIGBUS", "SIGTRAP", "SIGILL")


def read_workbook(path: Path, *, limits: Limits) -> Reading:
    """Read an .xlsx, .xlsm, .xlsb, .xls or .ods in a bounded child; never raises on a bad file."""
    with TemporaryDirectory(prefix="concertation-") as folder:
        try:
            ended = subprocess.run(command(path, Path(folder), limits), env=environment(), timeout=limits.seconds, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            return refused("reading-too-long", limits.seconds)
        report = Path(folder) / REPORT
        if ended.returncode != 0 or not report.exists():
            return ended_badly(ended.returncode, limits)
        return reading_left(json.loads(report.read_text(encoding="utf-8")), Path(folder))


def command(path: Path, folder: Path, limits: Limits) -> list[str]:
    """The child's command line."""
    return [sys.executable, "-m", "concertation.formats.bounded", str(path.resolve()), str(folder), json.dumps(asdict(limits))]


def environment() -> dict[str, str]:
    """The child's environment: our sources, one thread, and nothing secret of ours."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"PYTHONPATH": str(SOURCES), "POLARS_MAX_THREADS": "1", "RUST_BACKTRACE": "0", "PYTHONUTF8": "1"}


def ended_badly(returncode: int, limits: Limits) -> Reading:
    """The problem of a child that left nothing: stopped by time, by memory, or by a file its reader cannot survive."""
    if returncode == -getattr(signal, "SIGXCPU", 0):
        return refused("reading-too-long", limits.seconds)
    if -returncode in {getattr(signal, name, 0) for name in OUT_OF_MEMORY_SIGNALS} - {0}:
        return refused("reading-too-much-memory", limits.memory_mb)
    return Reading("unknown", (), (Problem("workbook-unreadable"),))


def refused(code: str, limit: float) -> Reading:
    """A reading stopped at a limit."""
    return Reading("unknown", (), (Problem(code, value=f"{limit:g}"),))


def reading_left(report: dict[str, Any], folder: Path) -> Reading:
    """The reading the child left in the folder."""
    sheets = tuple(Sheet(left["name"], left["hidden"], pl.read_ipc((folder / left["file"]).read_bytes())) for left in report["sheets"])
    problems = tuple(problem_left(left) for left in report["problems"])
    if sheets and all(sheet.frame.height == 0 for sheet in sheets):
        problems += (Problem("file-without-rows"),)
    return Reading(report["kind"], sheets, problems)


def problem_left(left: dict[str, Any]) -> Problem:
    """A problem from the child's JSON."""
    return Problem(left["code"], Cell(left["sheet"], left["row"], left["column"]), left["value"], left["detail"])
