"""The record of erased bytes, kept outside the database: a backup restored later does not know what was erased after it.

One line an act: hash, State, reason, moment; without a reason the State keeps the bytes again. The record stands beside the raw
files, travels in every backup, and stands beside the backups of a folder, so that an earlier one brings nothing erased back.
"""

import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from django.conf import settings
from django.utils import timezone

PERSONAL, RETENTION, KEPT_AGAIN = "personal", "retention", ""
ERASED_LIST = "erased.jsonl"
SHA256, STATE, REASON = re.compile(r"[0-9a-f]{64}"), re.compile(r"[A-Z]{0,3}"), re.compile(r"[a-z-]{0,16}")
Line = Mapping[str, str]


def of_this_node() -> Path:
    """Where the node keeps its record."""
    return Path(settings.RAW_FOLDER) / ERASED_LIST


def note(sha256: str, state: str, reason: str) -> None:
    """Add that a State had a file erased (or, without a reason, keeps it again)."""
    path = of_this_node()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a", encoding="utf-8") as kept:
        kept.write(json.dumps({"sha256": sha256, "state": state, "reason": reason, "at": timezone.now().isoformat()}) + "\n")
        kept.flush()
        os.fsync(kept.fileno())


def lines_in(path: Path) -> list[Line]:
    """The lines of a record; none where there is no file. A line cut by a power cut, or that is none, is passed over."""
    written = path.read_text("utf-8", errors="replace").splitlines() if path.is_file() else []
    return [line for line in map(_line, written) if line]


def _line(written: str) -> Line | None:
    try:
        found = json.loads(written)
        held = {name: str(found[name]) for name in ("sha256", "state", "reason", "at")}
    except (ValueError, KeyError, TypeError):
        return None
    known = SHA256.fullmatch(held["sha256"]) and STATE.fullmatch(held["state"]) and REASON.fullmatch(held["reason"])
    return held if known else None


def in_order(*lists: Iterable[Line]) -> list[Line]:
    """Several records as one, each act once, in the order of their moments.

    >>> a, b = ({"sha256": "0", "state": "", "reason": "", "at": at} for at in ("2026-01-02", "2026-01-01"))
    >>> in_order([a], [b, a]) == [b, a]
    True
    """
    found = {tuple(sorted(line.items())): line for each in lists for line in each}
    return sorted(found.values(), key=lambda line: line["at"])


def add_to(path: Path, *lists: Iterable[Line]) -> None:
    """Complete the record at a path with others, in one step of the disk; no file is made of nothing."""
    before = lines_in(path)
    after = in_order(before, *lists)
    if len(after) == len(before):
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    arriving = path.with_name(f"arriving-{os.getpid()}-{path.name}")
    with arriving.open("w", encoding="utf-8") as kept:
        kept.writelines(json.dumps(line) + "\n" for line in after)
        kept.flush()
        os.fsync(kept.fileno())
    arriving.replace(path)
