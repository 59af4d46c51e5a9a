"""The power goes in the middle of an import, again and again: nothing is half true afterwards."""

import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest
import xlsxwriter

from separate_node import OTHER_MOMENTS, ROOT, SeparateNode, kills, new_node

KILLS, SEED = int(os.environ.get("CONCERTATION_KILLS", "4")), 20250807
WHEN = (0.3, 0.95)  # shares of the time an undisturbed import takes
ROWS = 2_400
HEADINGS = ("Organisation", "Secteur", "Région", "Département", "Activité", "Statut", "Personnes atteintes")
SECTORS = ("Sécurité alimentaire", "Eau, hygiène et assainissement", "Santé", "Nutrition", "Éducation")
DEPARTMENTS = (("Tillabéri", "Téra"), ("Tillabéri", "Ouallam"), ("Diffa", "Bosso"), ("Maradi", "Madarounfa"), ("Zinder", "Gouré"))


def synthetic_workbook(path: Path) -> Path:
    """A 5W workbook with invented rows, for machines that hold no real one."""
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("synthetic 2022-02")
        sheet.write_row(0, 0, HEADINGS)
        for number in range(ROWS):
            region, department = DEPARTMENTS[number % len(DEPARTMENTS)]
            line = (f"Organisation synthétique {number % 40}", SECTORS[number % len(SECTORS)], region, department, f"Activité {number}", "En cours", number)
            sheet.write_row(number + 1, 0, line)
    return path


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """Niger's workbook as received, else a synthetic one."""
    shared = Path(os.environ.get("CONCERTATION_SHARED", ROOT.parent / "shared"))
    real = shared / "data" / "presence" / "ner_3w_2022-02_redacted.xlsx"
    return real if real.is_file() else synthetic_workbook(tmp_path / "synthetic_5w_2022-02.xlsx")


def rows_that_count(node: SeparateNode) -> list[int]:
    """The rows of each import that counts."""
    question = (
        "SELECT count(activity.id) FROM sources_importrun AS run LEFT JOIN presence_activity AS activity ON activity.import_run_id = run.id "
        "WHERE run.status = 'stored' GROUP BY run.id"
    )
    return [count for (count,) in node.ask(question)]


def killed(node: SeparateNode, arguments: tuple[str, ...], *, after: float | None) -> str:
    """How far an import was when it was killed: after so many seconds, or as soon as it had begun."""
    running = node.begin_command(*arguments)
    while after is None and running.poll() is None and not node.ask("SELECT status FROM sources_importrun"):
        time.sleep(0.01)
    time.sleep(after or 0)
    running.send_signal(signal.SIGKILL)
    running.wait(timeout=10)
    return " ".join(status for (status,) in node.ask("SELECT status FROM sources_importrun")) or "not begun"


def test_an_import_killed_at_any_moment_is_whole_or_does_not_count(tmp_path: Path, workbook: Path) -> None:
    arguments = ("import", str(workbook), "--state", "NER", "--as", "presence-5w", "--yes")
    empty = new_node(tmp_path / "empty", with_reference_set=True)
    measured = empty.copied(tmp_path / "measured")
    began = time.monotonic()
    rows = measured.answer(*arguments)["rows_kept"]
    took = time.monotonic() - began
    chance = random.Random(SEED + OTHER_MOMENTS)
    node, found = empty.copied(tmp_path / "0"), Counter[str]()

    for number in kills(KILLS):
        found[killed(node, arguments, after=chance.uniform(*WHEN) * took if number > 1 else None)] += 1
        assert node.is_whole()
        assert rows_that_count(node) in ([], [rows])
        if rows_that_count(node):
            took *= 0.8  # the first import warmed the disk: come earlier
            node = empty.copied(tmp_path / f"{number}")

    journal, _again, findings = node.answers(["journal", "verify"], arguments, ["doctor"])
    assert journal == {"broken": []}
    assert rows_that_count(node) == [rows]
    assert node.is_whole()
    assert all(finding["holds"] for finding in findings)
    print(f"{found.total()} kills of an import of {took:.1f} s and {rows} rows; found afterwards: {dict(found)}")
    assert set(found) - {"stored", "not begun"}
