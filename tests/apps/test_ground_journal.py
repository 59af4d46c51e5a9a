"""The journal: only added to, whole, and nobody alters it unnoticed."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from concertation.apps.ground import triggers
from concertation.apps.ground.commands import journal
from concertation.apps.ground.models import JournalHead, JournalLine
from concertation.apps.ground.queries import BrokenLine, broken_lines
from concertation.core.sharing import Mandate, Role
from concertation.site import engines
from journal_by_force import with_triggers_off
from separate_node import new_node

BY = Mandate("u1", Role.DATA_MANAGER, state="NER")
WRITER = """
import sys, threading, django
django.setup()
from django.db import connection, transaction
from concertation.apps.ground.commands import journal
from concertation.core.sharing import Mandate, Role
from concertation.site import engines
failed = []
def write(name):
    try:
        for number in range(int(sys.argv[2])):
            with transaction.atomic():
                journal("test.written", Mandate(name, Role.REPORTER), state="NER", number=number)
    except Exception as reason:
        failed.append(repr(reason))
    finally:
        connection.close()
threads = [threading.Thread(target=write, args=(f"{sys.argv[1]}-{each}",)) for each in range(10)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
sys.exit("; ".join(failed[:3]) or 0)
"""


def write(count: int) -> list[JournalLine]:
    """Some lines of two chains."""
    return [journal("test.written", BY, state=state, number=number) for number in range(count) for state in ("NER", "MLI")]


@pytest.mark.django_db
def test_each_line_follows_from_the_one_before() -> None:
    lines = write(5)

    assert [line.sequence for line in lines if line.chain == "NER"] == [1, 2, 3, 4, 5]
    assert list(broken_lines()) == []
    assert lines[2].previous_digest == lines[0].digest


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["actor", "act", "mandate", "unit", "period", "facts", "digest", "previous_digest"])
def test_one_changed_sign_anywhere_in_a_line_is_noticed(column: str) -> None:
    line = write(3)[2]
    changed: object = bytes([line.facts[0] ^ 1]) + bytes(line.facts)[1:] if column == "facts" else f"x{getattr(line, column)[1:]}"

    with_triggers_off(f"UPDATE ground_journalline SET {column} = %s WHERE id = %s", [changed, line.pk])

    assert BrokenLine("NER", 2, "altered") in list(broken_lines())
    assert {broken.chain for broken in broken_lines()} == {"NER"}


@pytest.mark.django_db
def test_every_single_bit_of_the_facts_counts() -> None:
    line = write(1)[0]
    facts = bytes(line.facts)

    for place in range(len(facts)):
        altered = facts[:place] + bytes([facts[place] ^ 1]) + facts[place + 1 :]
        with transaction.atomic():
            with_triggers_off("UPDATE ground_journalline SET facts = %s WHERE id = %s", [altered, line.pk])
            assert list(broken_lines())
            transaction.set_rollback(True)

    assert list(broken_lines()) == []


@pytest.mark.django_db
def test_a_line_taken_out_is_missed() -> None:
    line = write(3)[2]

    with_triggers_off("DELETE FROM ground_journalline WHERE id = %s", [line.pk])

    assert BrokenLine("NER", 2, "missing") in list(broken_lines())


@pytest.mark.django_db
def test_the_last_lines_cannot_be_cut_off_unnoticed() -> None:
    line = write(3)[-2]

    with_triggers_off("DELETE FROM ground_journalline WHERE id = %s", [line.pk])

    assert list(broken_lines()) == [BrokenLine("NER", 3, "head")]


@pytest.mark.django_db
def test_the_database_refuses_to_change_a_line() -> None:
    line = write(1)[0]

    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        JournalLine.objects.filter(pk=line.pk).update(actor="u2")
    line.act = "test.rewritten"
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        line.save()


@pytest.mark.django_db
def test_the_database_refuses_to_delete_a_line() -> None:
    line = write(1)[0]

    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        line.delete()
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        JournalLine.objects.all()._raw_delete(using="default")

    assert JournalLine.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_triggers_come_back_after_the_table_was_rebuilt() -> None:
    assert triggers.are_installed(connection)
    with connection.schema_editor() as editor:
        editor._remake_table(JournalLine) if connection.vendor == "sqlite" else editor.execute("DROP TRIGGER journal_no_change ON ground_journalline")
    assert not triggers.are_installed(connection)

    call_command("migrate", verbosity=0, interactive=False)

    assert triggers.are_installed(connection)


@pytest.mark.django_db
def test_an_act_that_fails_leaves_no_line() -> None:
    write(1)

    with pytest.raises(RuntimeError, match="power cut"), transaction.atomic():
        journal("test.written", BY, state="NER")
        raise RuntimeError("power cut")

    assert JournalHead.objects.get(chain="NER").sequence == 1
    assert list(broken_lines()) == []


def test_twenty_writers_at_once_leave_no_error_and_no_gap(tmp_path: Path) -> None:
    node, each = new_node(tmp_path / "node"), 10
    assert node.is_on_postgresql or node.ask("PRAGMA journal_mode") == [("wal",)]

    writers = [node.begin(WRITER, name, str(each)) for name in ("first", "second")]
    told = [writer.communicate(timeout=60)[1] for writer in writers]

    assert [writer.returncode for writer in writers] == [0, 0], told
    assert node.ask("SELECT sequence FROM ground_journalline WHERE chain = 'NER' ORDER BY id") == [(number,) for number in range(1, 20 * each + 1)]
    assert node.ask("SELECT count(DISTINCT actor) FROM ground_journalline WHERE chain = 'NER'") == [(20,)]
    assert node.answer("journal", "verify") == {"broken": []}


def test_every_connection_survives_a_power_cut() -> None:
    opening = engines.sqlite(Path("node.sqlite3"))["OPTIONS"]

    assert "journal_mode=WAL" in opening["init_command"]
    assert "synchronous=FULL" in opening["init_command"]
    assert opening["transaction_mode"] == "IMMEDIATE"
