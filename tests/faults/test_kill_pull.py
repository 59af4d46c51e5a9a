"""The power goes while a release is taken: it is there whole, with its line in the journal, or it is not there, and taking it again ends well."""

import os
import random
import signal
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from concertation.core.sharing.keyring import RingKey
from concertation.core.sharing.released_tables import PeopleCell, with_totals
from concertation.core.sharing.signing import fingerprint, public_of
from concertation.formats.keys_file import written_keys
from node_samples import ROOTS, by, ring, ring_keys
from release_samples import laid, release
from separate_node import OTHER_MOMENTS, SeparateNode, kills, new_node

KILLS, SEED, UNITS = int(os.environ.get("CONCERTATION_KILLS", "2")), 20261129, 3_000
WHEN = (0.5, 1.0)  # shares of the time an undisturbed taking takes


def stick(folder: Path) -> tuple[Path, int]:
    """A release of many rows on a stick, made today, and how many rows it has."""
    today = datetime.now(UTC).date()
    cells = with_totals([PeopleCell(f"u{number:05}", f"Unité {number}", 1, "FSC", 10 + number) for number in range(UNITS)], "NER")
    files = release(cells, made_on=today.isoformat(), expires_on=(today + timedelta(days=90)).isoformat(), hidden=0)
    return laid(folder / "ner-0001", files).parent, len(cells)


def node_that_believes(folder: Path) -> SeparateNode:
    """Burkina Faso's node, which believes Niger's keys."""
    today = datetime.now(UTC).date()
    keys = tuple(RingKey(key.use, key.public, today - timedelta(days=1), today + timedelta(days=90)) for key in ring_keys())
    path = folder / "ner.json"
    path.write_bytes(written_keys([by(ring(made_on=today, expires_on=today + timedelta(days=365), keys=keys))]))
    node = new_node(folder / "bfa")
    compared = [part for root in ROOTS[:2] for part in ("--fingerprint", fingerprint(public_of(root)))]
    node.run_all(("node", "init", "--state", "BFA"), ("node", "trust", str(path), *compared), seconds=300)
    return node


def held(node: SeparateNode) -> tuple[int, int, int]:
    """Releases that stand, their rows, and lines of the journal that say so; what has only begun to arrive is read by nobody."""
    stands = "standing = 'received'"
    return (
        node.ask(f"SELECT count(*) FROM sharing_release WHERE {stands}")[0][0],
        node.ask(f"SELECT count(*) FROM sharing_releasedfigure WHERE release_id IN (SELECT id FROM sharing_release WHERE {stands})")[0][0],
        node.ask("SELECT count(*) FROM ground_journalline WHERE act = 'sharing.release-taken'")[0][0],
    )  # fmt: skip


def test_a_release_killed_while_it_is_taken_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    (place, rows), empty, chance = stick(tmp_path / "stick"), node_that_believes(tmp_path), random.Random(SEED + OTHER_MOMENTS)
    measured, found = empty.copied(tmp_path / "measured"), Counter[str]()
    began = time.monotonic()
    assert measured.run("pull", str(place), "--yes", seconds=300).returncode == 0
    took = time.monotonic() - began

    for number in kills(KILLS):
        node = empty.copied(tmp_path / f"killed-{number}")
        running = node.begin_command("pull", str(place), "--yes")
        time.sleep(chance.uniform(*WHEN) * took)
        running.send_signal(signal.SIGKILL)
        running.wait(timeout=30)
        assert node.is_whole()
        assert held(node) in ((0, 0, 0), (1, rows, 1))
        begun = node.ask("SELECT count(*) FROM sharing_release WHERE standing = 'arriving'")[0][0]
        found["whole" if held(node)[0] else "begun" if begun else "nothing"] += 1
        _pulled, journal = node.answers(["pull", str(place), "--yes"], ["journal", "verify"])
        assert held(node) == (1, rows, 1)
        assert journal == {"broken": []}
    print(f"{number} kills of a taking of {took:.1f} s and {rows} rows; found afterwards: {dict(found)}")
