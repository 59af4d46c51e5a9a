"""Which process of this machine works on an import: after a crash or a power cut the import can be taken up again at once.

A process that is killed cannot say so. It left its number and its moment of birth in the node's folder, and a number that
is no longer alive, or was born at another moment, means that nobody is at work. Work on other machines is known by its
signs of life alone (`commands.is_silent`).
"""

import os
from pathlib import Path
from uuid import UUID

from django.conf import settings


def mark_path(run_id: UUID) -> Path:
    """Where the process at work on a run is named."""
    return Path(settings.HOME) / "at-work" / str(run_id)


def born(process: int) -> str | None:
    """When a process of this machine was born, in ticks since the start of the machine; None when it is not alive."""
    if not Path("/proc/self").exists():
        return "" if is_answering(process) else None
    try:
        facts = Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, *rest = facts.rpartition(")")[2].split()
    return None if state in "ZX" else rest[18]


def is_answering(process: int) -> bool:
    """Whether a process takes signals, on machines that do not list their processes as files."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def start_work(run_id: UUID) -> None:
    """This process works on a run from now on."""
    path = mark_path(run_id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_text(f"{os.getpid()} {born(os.getpid())}")


def end_work(run_id: UUID) -> None:
    """This process no longer works on a run."""
    mark_path(run_id).unlink(missing_ok=True)


def died_at_work(run_id: UUID) -> bool:
    """Whether the process of this machine that worked on a run is gone."""
    path = mark_path(run_id)
    if not path.exists():
        return False
    process, _, birth = path.read_text().partition(" ")
    return not process.isdigit() or born(int(process)) != birth
