"""Fifty writers at once, each adding lines to the journal: errors, acts a second, median and 99th percentile, on SQLite beside PostgreSQL.

Every writer is a thread with a connection of its own in one process, on one of five chains; each act is a whole transaction, flushed.
PostgreSQL is a throw-away server started here with durable writes (fsync on), else the two would not be held to one promise.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import separate_node  # noqa: E402
import throwaway_postgresql  # noqa: E402
from faults.test_kill_commands import STATES, WRITE_AT_ONCE  # noqa: E402

DURABLE = ("fsync=on", "full_page_writes=on", "synchronous_commit=on", "max_connections=120")


def measured(folder: Path, *, writers: int, acts: int) -> dict[str, object]:
    """Write from all at once into a new node and say how it went."""
    node = separate_node.new_node(folder)
    command = [sys.executable, "-c", WRITE_AT_ONCE, str(writers), str(acts), " ".join(STATES)]
    began = time.monotonic()
    done = subprocess.run(command, env=node.surroundings, cwd=ROOT, capture_output=True, text=True, check=True)
    took = time.monotonic() - began
    count, wrong, median, slow, *_ = done.stdout.split()
    verified = node.answer("journal", "verify") == {"broken": []}
    return {"acts": int(count), "errors": int(wrong), "acts_per_s": round(int(count) / took, 1), "median_s": float(median), "p99_s": float(slow), "journal_verified": verified}


def main() -> None:
    """Print both engines and their ratio."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--writers", type=int, default=50)
    asked.add_argument("--acts", type=int, default=20)
    chosen = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="concertation-writers-") as folder:
        separate_node.SERVER = ""
        sqlite = measured(Path(folder) / "sqlite", writers=chosen.writers, acts=chosen.acts)
        throwaway_postgresql.FAST = DURABLE
        with throwaway_postgresql.server() as address:
            separate_node.SERVER = address
            postgresql = measured(Path(folder) / "postgresql", writers=chosen.writers, acts=chosen.acts)
    ratio = round(float(str(sqlite["p99_s"])) / max(0.001, float(str(postgresql["p99_s"]))), 2)
    print(json.dumps({"writers": chosen.writers, "sqlite": sqlite, "postgresql": postgresql, "p99_sqlite_to_postgresql": ratio}, indent=2))


if __name__ == "__main__":
    main()
