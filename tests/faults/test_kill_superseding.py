"""The power goes while a corrected file takes the place of another: either the old one counts or the new one, never both, never none."""

import os
import random
import time
from pathlib import Path

from separate_node import OTHER_MOMENTS, SeparateNode, kill_group, kills, new_node

KILLS, SEED, ROWS = int(os.environ.get("CONCERTATION_KILLS", "2")), 20261125, 1_500
HEADINGS = "Organisation;Région;Département;Secteur;Activité"
PLACES = ("Diffa;Bosso", "Maradi;Madarounfa", "Tillabéri;Téra")


def synthetic_table(path: Path, *, rows: int) -> Path:
    """A 5W table of invented rows."""
    lines = [f"ONG synthetic {number % 30};{PLACES[number % 3]};Santé;synthetic {number}" for number in range(rows)]
    path.write_text("\n".join([HEADINGS, *lines]), encoding="utf-8")
    return path


def counting(node: SeparateNode) -> list[int]:
    """The rows of each import that counts."""
    question = (
        "SELECT count(activity.id) FROM sources_importrun AS run LEFT JOIN presence_activity AS activity ON activity.import_run_id = run.id "
        "WHERE run.status = 'stored' GROUP BY run.id"
    )
    return [count for (count,) in node.ask(question)]


def test_a_correction_killed_at_any_moment_leaves_one_of_the_two_counting(tmp_path: Path) -> None:
    first, second = (synthetic_table(tmp_path / f"synthetic-{name}_2022-02.csv", rows=rows) for name, rows in (("first", ROWS), ("second", ROWS + 7)))
    words = ("--state", "NER", "--as", "presence-5w", "--yes")
    before = new_node(tmp_path / "before", with_reference_set=True)
    before.run("import", str(first), *words)
    measured, began = before.copied(tmp_path / "measured"), time.monotonic()
    told = measured.answer("import", str(second), *words)
    took, chance = time.monotonic() - began, random.Random(SEED + OTHER_MOMENTS)

    for number in kills(KILLS):
        node = before.copied(tmp_path / str(number))
        working = node.begin_command("import", str(second), *words)
        time.sleep(chance.uniform(0.3, 0.98) * took)
        kill_group(working)
        working.wait(timeout=10)
        assert counting(node) in ([ROWS], [ROWS + 7])

    assert told["supersedes"]
    assert counting(measured) == [ROWS + 7]
    _again, journal = node.answers(["import", str(second), *words], ["journal", "verify"])
    assert counting(node) == [ROWS + 7]
    assert journal == {"broken": []}
    print(f"{number} kills of a correction of {took:.1f} s; one of the two files counted each time")
