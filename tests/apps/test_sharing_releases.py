"""Releases in the database: taken in whole or not at all, once, read by those they are meant for, gone when withdrawn."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from concertation.apps.ground.queries import broken_lines
from concertation.apps.sharing import commands, queries
from concertation.apps.sharing.arriving import commands as arriving
from concertation.apps.sharing.models import Release, ReleasedFigure
from concertation.core.sharing import Mandate, Role
from concertation.core.sharing.released_tables import PeopleCell
from release_samples import KEYS, note, seen

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
BY = Mandate("terminal", Role.DATA_MANAGER, state="BFA")
BURKINA, NIGER, NOBODY = [Mandate("b", Role.READER, state="BFA")], [Mandate("n", Role.READER, state="NER")], list[Mandate]()
FIRST, SECOND = "a" * 64, "b" * 64


def taken(number: int, digest: str, cells: Sequence[PeopleCell] = (), **changed: object) -> tuple[str, int]:
    """A release of Niger's that was read without a problem."""
    return arriving.take_in(note(sequence=number, **changed), digest, cells, by=BY, at=AT)


def cells(mandates: Sequence[Mandate], number: int = 1) -> tuple[PeopleCell, ...]:
    """What a reader sees of a release."""
    held = queries.release_numbered(mandates, "NER", number)
    return () if held is None else queries.cells_of(mandates, held)


def test_a_release_is_stored_once_with_rows_of_its_own() -> None:
    assert [taken(1, FIRST, seen()), taken(1, FIRST, seen())] == [("taken", 6), ("held", 0)]
    assert sorted(each.key for each in cells(BURKINA)) == sorted(each.key for each in seen())
    assert cells(NOBODY) == ()
    assert queries.received()["NER"].hashes == {1: FIRST}
    assert list(broken_lines()) == []


class Killed(Exception):
    """The process ends here."""


def test_a_release_killed_half_way_is_read_by_nobody_and_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving, "SLICE", 2)
    add_rows, stored = arriving.add_rows, list[int]()

    def killed_at_the_third(*given: Any) -> None:
        stored.append(len(given[1]))
        if len(stored) == 3:
            raise Killed
        add_rows(*given)

    monkeypatch.setattr(arriving, "add_rows", killed_at_the_third)
    with pytest.raises(Killed):
        taken(1, FIRST, seen())
    half = Release.objects.get(digest=FIRST)
    assert (half.standing, half.rows, ReleasedFigure.objects.count()) == ("arriving", 4, 4)
    assert list(queries.releases(BURKINA)) == [] and queries.release(BURKINA, half.pk) is None
    assert queries.cells_of(BURKINA, half) == () and queries.received() == {}
    assert queries.received(arriving=True)["NER"].hashes == {1: FIRST}

    assert taken(1, FIRST, seen()) == ("taken", 6)
    assert stored == [2, 2, 2, 2] and sorted(each.key for each in cells(BURKINA)) == sorted(each.key for each in seen())


def test_what_is_withdrawn_while_it_arrives_never_stands_and_what_nobody_sent_again_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving, "stand", lambda *_given, **_named: False)
    assert taken(1, FIRST, seen()) == ("held", 0)
    taken(5, "e" * 64, seen())
    monkeypatch.undo()

    assert taken(2, SECOND, withdraws=FIRST) == ("purged", 6)
    assert taken(1, FIRST, seen()) == ("held", 0)
    assert ReleasedFigure.objects.filter(release__digest=FIRST).count() == 0
    arriving.purge_expired(today=AT.date(), by=BY, at=timezone.now() + timedelta(days=8))
    assert not Release.objects.filter(digest="e" * 64).exists()


def test_a_purge_killed_half_way_shows_nothing_and_ends_with_the_right_count(monkeypatch: pytest.MonkeyPatch) -> None:
    taken(1, FIRST, seen())
    with monkeypatch.context() as patched:
        patched.setattr(arriving, "withdrawn", lambda *_given, **_named: (_ for _ in ()).throw(Killed))
        patched.setattr(arriving, "clear_rows", lambda _release: None)
        with pytest.raises(Killed):
            taken(2, SECOND, withdraws=FIRST)
    assert cells(BURKINA) == () and ReleasedFigure.objects.count() == 6

    assert taken(2, SECOND, withdraws=FIRST) == ("purged", 6)
    assert ReleasedFigure.objects.count() == 0


def test_two_under_one_number_never_stand_side_by_side() -> None:
    taken(1, FIRST, seen())

    with pytest.raises(IntegrityError):
        taken(1, SECOND, seen())


def test_a_withdrawal_purges_the_rows_and_a_release_that_comes_after_its_own_withdrawal_leaves_none() -> None:
    taken(1, FIRST, seen())
    assert taken(2, SECOND, withdraws=FIRST) == ("purged", 6)
    assert cells(BURKINA) == ()

    taken(4, "d" * 64, withdraws="c" * 64)
    assert taken(3, "c" * 64, seen()) == ("purged", 0)
    assert cells(BURKINA, 3) == ()


def test_a_withdrawal_of_another_node_purges_nothing_here() -> None:
    taken(1, FIRST, seen())

    assert arriving.take_in(note(node="MLI", withdraws=FIRST), SECOND, (), by=BY, at=AT) == ("purged", 0)
    assert len(cells(BURKINA)) == 6


def test_a_draft_is_read_by_its_state_alone_and_what_was_withdrawn_counts_for_every_later_control() -> None:
    made = commands.draft(note(), FIRST, seen(), by=BY, at=AT)
    assert (len(cells(NIGER)), len(cells(BURKINA))) == (6, 0)
    assert queries.shown_before(NIGER, node="NER", table="people", concept="in_need") == []

    commands.publish(made, note(), by=BY, at=AT)
    assert (len(cells(BURKINA)), len(cells(NOBODY))) == (6, 0)
    back = commands.draft(note(sequence=2, previous=FIRST, withdraws=FIRST), SECOND, (), by=BY, at=AT)
    commands.publish(back, note(sequence=2, previous=FIRST, withdraws=FIRST), by=BY, at=AT)

    assert cells(BURKINA) == ()
    assert [len(each) for each in queries.shown_before(NIGER, node="NER", table="people", concept="in_need")] == [6]


def test_a_draft_made_again_takes_the_place_of_the_one_that_never_left() -> None:
    commands.draft(note(), FIRST, seen(), by=BY, at=AT)
    assert queries.chain_to_follow("NER") == (0, "")
    commands.draft(note(purpose="Autre"), SECOND, seen(), by=BY, at=AT)

    assert queries.received()["NER"].hashes == {1: SECOND}


def test_a_key_is_accepted_once_and_revoked_for_good() -> None:
    assert [commands.accept_key(KEYS[0], by=BY, at=AT) for _ in range(2)] == [True, False]
    assert [commands.revoke_key(KEYS[0].fingerprint, by=BY, at=AT) for _ in range(2)] == [True, False]
    assert not commands.accept_key(KEYS[0], by=BY, at=AT)
    assert [key.revoked_on for key in queries.held_keys()] == [AT.date()]


def test_a_withdrawal_and_what_takes_its_place_end_the_same_in_either_order() -> None:
    ends = []
    for node, order in (("NER", (1, 2, 3)), ("MLI", (1, 3, 2))):
        digests = {number: f"{node}{number}".ljust(64, "0") for number in order}
        came = {
            1: (note(node=node, sequence=1), seen()), 2: (note(node=node, sequence=2, withdraws=digests[1]), ()),
            3: (note(node=node, sequence=3, supersedes=digests[1]), seen()),
        }  # fmt: skip
        for number in order:
            arriving.take_in(came[number][0], digests[number], came[number][1], by=BY, at=AT)
        held = {each.sequence: (each.standing, len(queries.cells_of(BURKINA, each))) for each in queries.releases(BURKINA, node=node)}
        ends.append(held)

    assert ends[0] == ends[1] == {1: ("withdrawn", 0), 2: ("received", 0), 3: ("received", 6)}
