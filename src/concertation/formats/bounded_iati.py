"""The child that reads IATI XML nobody has vouched for: it checks a file, or leaves its transactions in slices, one Arrow file each."""

import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from concertation.formats.bounding import plain, serve
from concertation.formats.iati.check import check_file, read_standard
from concertation.formats.iati.flatten import slices
from concertation.formats.iati.streaming import Told
from concertation.formats.limits import Limits


def read(path: Path, folder: Path, limits: Limits, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Do what was asked: `check`, or `flatten`."""
    return checked(path, limits, asked) if asked["act"] == "check" else flattened(path, folder, limits)


def checked(path: Path, limits: Limits, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Check a file by the standard held here, and by a named folder of it."""
    standard = read_standard(Path(asked["standard"]) if asked["standard"] else None)
    found = check_file(path, standard=standard, today=date.fromisoformat(asked["today"]), most=limits.problems)
    return {"activities": found.activities, "transactions": found.transactions, "unchecked": list(found.unchecked), "problems": [plain(problem) for problem in found.problems]}


def flattened(path: Path, folder: Path, limits: Limits) -> dict[str, Any]:
    """Leave the transactions of a file in the folder."""
    told, count = Told(limits.problems), 0
    for frame in slices(path, told):
        frame.write_ipc(folder / f"{count:06}.arrow")
        count += 1
    return {"slices": count, "problems": [plain(problem) for problem in told.problems]}


if __name__ == "__main__":
    sys.exit(serve(read, sys.argv[1:]))
