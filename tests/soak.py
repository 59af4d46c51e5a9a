"""The long trial: a thousand kills, every pair of the access walk, every operation of the interface, a hundred thousand hostile forms, hostile files, full disks.

`./run soak` runs all of it, hours long; `--minutes` shortens each part in proportion and cuts off what is not done by then. What fails, or is cut
off, gives exit 1. Progress goes to the error stream, the summary (with `--json`) to standard output.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FULL_MINUTES = 240
SIDE_BY_SIDE = 2
DONE, FAILED, MISUSED = 0, 1, 2


@dataclass(frozen=True)
class Part:
    """One part: the tests it runs, the variables that make them long, each with its full and its least number; `seconds` bounds each of its tests when shortened.

    Where `shares_by` names a variable, two processes run side by side, which it tells "1/2" and "2/2".
    """

    name: str
    tests: tuple[str, ...]
    numbers: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    seconds: int = 0
    shares_by: str = ""

    def surroundings(self, share: float) -> dict[str, str]:
        """The variables of this part when it is given so much of its full length."""
        numbers = {name: str(max(least, round(full * share))) for name, (full, least) in self.numbers.items()}
        bound = {"CONCERTATION_KILL_SECONDS": str(round(self.seconds * share))} if self.seconds and share < 1 else {}
        return {**numbers, **bound, **(self.words if share >= 1 or not self.numbers else {})}

    def processes(self) -> list[dict[str, str]]:
        """What tells each of the processes of this part which share is its own."""
        return [{self.shares_by: f"{number}/{SIDE_BY_SIDE}"} for number in range(1, SIDE_BY_SIDE + 1)] if self.shares_by else [{}]


PARTS = (
    Part("kill-import", ("tests/faults/test_kill.py", "tests/faults/test_kill_superseding.py"), {"CONCERTATION_KILLS": (300, 5)}, seconds=2_400),
    Part("kill-command-and-upgrade", ("tests/faults/test_kill_commands.py",), {"CONCERTATION_KILLS": (300, 5)}, seconds=2_400),
    Part("kill-backup", ("tests/site/test_backup.py::test_a_backup_killed_at_any_moment_leaves_the_node_and_earlier_backups_whole",), {"CONCERTATION_KILLS": (100, 3)}, seconds=1_200),
    Part("kill-pull", ("tests/faults/test_kill_pull.py",), {"CONCERTATION_KILLS": (100, 3)}, seconds=1_200),
    Part("access-walk", ("tests/acceptance/test_access_walk.py",), {"CONCERTATION_WALK_SECONDS": (3_600, 20)}, words={"CONCERTATION_WALK": "full"}, shares_by="CONCERTATION_WALK_PART"),
    Part("programs-walk", ("tests/acceptance/test_api_walk.py",), words={"CONCERTATION_WALK": "full"}),
    Part("interface", ("tests/site/test_api_fuzz.py",), {"CONCERTATION_API_EXAMPLES": (500, 5)}),
    Part("forms", ("tests/faults/test_fuzz.py",), {"CONCERTATION_FUZZ_EXAMPLES": (100_000, 300)}),
    Part("what-ifs", ("tests/core/test_allocation_what_if.py",), {"CONCERTATION_WHAT_IFS": (20_000, 100)}),
    Part("hostile-files", ("tests/formats/test_hostile.py",)),
    Part("refusing-disks", ("tests/faults/test_refusing_disk.py",), words={"CONCERTATION_DISKS": "full"}),
    Part("every-reader's-pages", ("tests/browser/test_accessible.py", "tests/browser/test_without_scripts.py"), words={"CONCERTATION_AXE": "full"}),
    Part("stick", ("tests/site/offline_stick.py",)),
)


@dataclass(frozen=True)
class Outcome:
    """How a part ended."""

    part: str
    held: bool
    finished: bool
    seconds: float
    asked: dict[str, str]
    summary: str
    said: list[str]


@dataclass
class Running:
    """One process of a part, in a home of its own."""

    home: Path
    process: subprocess.Popen[bytes]
    finished: bool = True

    def lines(self) -> list[str]:
        """What it told."""
        return (self.home / "told").read_text("utf-8", "replace").splitlines()


def begun(part: Part, home: Path, asked: Mapping[str, str]) -> Running:
    """A process of a part that begins to run its tests."""
    home.mkdir()
    command = [sys.executable, "-m", "pytest", "-q", "-rfEP", "--tb=short", *part.tests]
    with (home / "told").open("wb") as told:
        surroundings = {**os.environ, **asked, "CONCERTATION_HOME": str(home)}
        return Running(home, subprocess.Popen(command, cwd=ROOT, env=surroundings, stdout=told, stderr=subprocess.STDOUT, start_new_session=True))


def awaited(running: Running, end: float) -> None:
    """Wait until a process ends; it is cut off when time is up."""
    try:
        running.process.wait(timeout=max(1.0, end - time.monotonic()))
    except subprocess.TimeoutExpired:
        running.finished = False
        os.killpg(running.process.pid, signal.SIGKILL)
        running.process.wait(timeout=30)


def run_part(part: Part, *, share: float, end: float) -> Outcome:
    """Run one part, each of its processes in a home of its own, until it ends or time is up."""
    began, asked = time.monotonic(), part.surroundings(share)
    with tempfile.TemporaryDirectory(prefix="concertation-soak-") as homes:
        every = [begun(part, Path(homes) / str(number), {**asked, **own}) for number, own in enumerate(part.processes())]
        for running in every:
            awaited(running, end)
        told = [running.lines() for running in every]
    for running, lines in zip(every, told, strict=True):
        if running.finished and running.process.returncode != 0:
            print("\n".join(lines[-80:]), file=sys.stderr, flush=True)
    held, finished = all(running.process.returncode == 0 for running in every), all(running.finished for running in every)
    return Outcome(part.name, held, finished, round(time.monotonic() - began, 1), asked, " · ".join(lines[-1] for lines in told if lines), [line for lines in told for line in lines if counts(line)])


def counts(line: str) -> bool:
    """Whether a test tells in a line how much it tried."""
    return (line[:1].isdigit() and any(words in line for words in (" kills of ", " writers ", " left: "))) or line.startswith(("walked ", "tried "))


def chosen_parts(names: list[str]) -> list[Part]:
    """The parts asked for, all when none is named."""
    return [part for part in PARTS if not names or part.name in names]


def main() -> int:
    """Run the parts one after another and say whether all of it held and was finished."""
    asked = argparse.ArgumentParser(prog="./run soak", description=__doc__.partition("\n")[0])
    asked.add_argument("--minutes", type=float, default=0, help="at most so long; 0: as long as it takes")
    asked.add_argument("--json", action="store_true", dest="as_json")
    asked.add_argument("--part", action="append", default=[], choices=[part.name for part in PARTS])
    chosen = asked.parse_args()
    if chosen.minutes < 0:
        asked.error("--minutes")
    share = min(1.0, chosen.minutes / FULL_MINUTES) if chosen.minutes else 1.0
    end = time.monotonic() + (chosen.minutes * 60 if chosen.minutes else 10**7)
    outcomes = []
    for number, part in enumerate(chosen_parts(chosen.part), start=1):
        print(f"{number}. {part.name} {part.surroundings(share) or ''}", file=sys.stderr, flush=True)
        outcomes.append(run_part(part, share=share, end=end))
        last = outcomes[-1]
        print(f"   {'cut off' if not last.finished else 'held' if last.held else 'FAILED'} · {last.seconds:.0f} s · {last.summary}", *last.said, sep="\n   ", file=sys.stderr, flush=True)
    held = all(outcome.held and outcome.finished for outcome in outcomes)
    if chosen.as_json:
        print(json.dumps({"held": held, "minutes": chosen.minutes, "parts": [asdict(outcome) for outcome in outcomes]}, ensure_ascii=False, indent=2))
    return DONE if held else FAILED


if __name__ == "__main__":
    sys.exit(main())
