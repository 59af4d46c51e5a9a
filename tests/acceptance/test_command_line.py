"""The command line as scripts use it: JSON alone on standard output, and an exit code that says what happened."""

import json
from pathlib import Path

import pytest

from separate_node import SeparateNode, new_node

DONE, REFUSED, MISUSED = 0, 1, 2


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> SeparateNode:
    """A node whose database is up to date and whose reference set was loaded once by an import that was refused."""
    return new_node(tmp_path_factory.mktemp("command-line") / "node")


def test_doctor_finds_a_new_node_well(node: SeparateNode) -> None:
    done = node.run("doctor", "--json")

    findings = json.loads(done.stdout)
    assert done.returncode == DONE
    assert {finding["code"] for finding in findings} >= {"disk", "migrations", "journal-triggers", "journal", "folder", "clock", "backup", "raw-files", "worker"}
    assert all(finding["holds"] for finding in findings)
    assert all(finding["fr"] and finding["en"] for finding in findings)


def test_without_json_nothing_stands_on_standard_output(node: SeparateNode) -> None:
    done = node.run("doctor")

    assert (done.returncode, done.stdout) == (DONE, "")
    assert "Le journal est intact / The journal is intact" in done.stderr


def test_an_import_without_its_state_is_misuse(node: SeparateNode, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("a;b\n1;2\n")

    done = node.run("import", str(table), "--yes", "--json")

    assert (done.returncode, done.stdout) == (MISUSED, "")
    assert "--state" in done.stderr


@pytest.mark.parametrize("arguments", [("import", "no-such-file.xlsx"), ("no-such-command",), ("journal",), ("doctor", "--no-such-option")])
def test_a_command_wrongly_written_is_misuse(node: SeparateNode, arguments: tuple[str, ...]) -> None:
    assert node.run(*arguments).returncode == MISUSED


def test_a_file_of_no_known_kind_is_refused_with_its_problem(node: SeparateNode, tmp_path: Path) -> None:
    table = tmp_path / "recipes.csv"
    table.write_text("plat;sel\nmil;2\n")

    done = node.run("import", str(table), "--state", "NER", "--yes", "--json")

    told = json.loads(done.stdout)
    assert done.returncode == REFUSED
    assert told["status"] == "refused"
    assert "kind-unknown" in [problem["code"] for problem in told["problems"]]
    assert all(problem["message_fr"] and problem["message_en"] for problem in told["problems"])


def test_the_journal_of_a_node_verifies(node: SeparateNode) -> None:
    done = node.run("journal", "verify", "--json")

    assert (done.returncode, json.loads(done.stdout)) == (DONE, {"broken": []})


def test_a_journal_altered_behind_the_products_back_is_told(tmp_path: Path) -> None:
    node = new_node(tmp_path / "node")
    table = tmp_path / "recipes.csv"
    table.write_text("plat;sel\nmil;2\n")
    node.run("import", str(table), "--state", "NER", "--yes", "--json")
    node.unprotect_journal()
    with node.database() as database:
        database.execute("UPDATE ground_journalline SET actor = 'someone else' WHERE chain = 'NER' AND sequence = 1")

    verified, examined = node.run("journal", "verify", "--json"), node.run("doctor", "--json")

    assert verified.returncode == REFUSED
    assert json.loads(verified.stdout)["broken"][0] == {"chain": "NER", "sequence": 1, "reason": "altered"}
    assert examined.returncode == REFUSED
    assert {finding["code"] for finding in json.loads(examined.stdout) if not finding["holds"]} == {"journal", "journal-triggers"}


def test_migrating_again_does_nothing(node: SeparateNode) -> None:
    assert node.answer("migrate") == {"migrations_applied": 0}


def test_migrating_puts_back_the_protection_of_the_journal_with_nothing_pending(tmp_path: Path) -> None:
    node = new_node(tmp_path / "node")
    node.unprotect_journal()
    before = {finding["code"] for finding in node.answer("doctor") if not finding["holds"]}

    assert node.answer("migrate") == {"migrations_applied": 0}

    assert before == {"journal-triggers"}
    assert all(finding["holds"] for finding in node.answer("doctor"))
