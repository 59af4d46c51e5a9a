"""IATI files from outside, read or checked by a child that can waste neither memory nor time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from concertation.core.problems import Problem
from concertation.formats.bounding import read_in_child
from concertation.formats.iati.check import Checked
from concertation.formats.limits import LIMITS, Limits

CHILD = "bounded_iati"


@dataclass(frozen=True, slots=True)
class Slices:
    """The transactions of a file (TRANSACTION_SCHEMA) in frames as they stand on disk, and the problems met."""

    files: tuple[Path, ...]
    problems: tuple[Problem, ...]

    def frames(self) -> Iterator[pl.DataFrame]:
        """Each slice in turn."""
        return (pl.read_ipc(file) for file in self.files)


@contextmanager
def transactions_of(path: Path, *, limits: Limits = LIMITS) -> Iterator[Slices]:
    """The transactions of a file, for as long as the block lasts. Never raises on a bad file; a child that was stopped gives its problem."""
    with read_in_child(CHILD, path, limits, act="flatten") as left:
        count = 0 if left.stopped else left.report["slices"]
        yield Slices(tuple(left.folder / f"{number:06}.arrow" for number in range(count)), left.problems)


def checked(path: Path, *, today: date, standard: Path | None = None, limits: Limits = LIMITS) -> Checked:
    """Check a file; a child that was stopped gives its problem and nothing else."""
    named = str(standard.resolve()) if standard else ""
    with read_in_child(CHILD, path, limits, act="check", standard=named, today=today.isoformat()) as left:
        if left.stopped:
            return Checked(0, 0, left.problems, ())
        return Checked(left.report["activities"], left.report["transactions"], left.problems, tuple(left.report["unchecked"]))
