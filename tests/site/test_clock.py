"""The clock jumps two years ahead or back, as after a flat battery or a wrong keystroke: nothing is lost, locked, erased or let pass. Synthetic."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access_steps import PASSWORD, browser_of, person, sign_in
from activity_samples import NIGER, organisation
from concertation.apps.ground import outbox
from concertation.apps.ground.commands import journal, mark_not_sent, post_message, take_in_hand
from concertation.apps.ground.models import JournalLine, Message
from concertation.apps.ground.queries import broken_lines, messages_due
from concertation.apps.sources import commands as imports
from concertation.apps.sources.models import ReportingPeriod
from concertation.apps.sources.reminding.commands import remind
from concertation.apps.sources.reporting import commands as reporting
from concertation.core.clock_sense import STEADY_FOR
from concertation.core.sharing import Mandate, Role
from concertation.site import backup, clock, health, reference, reminding

pytestmark = pytest.mark.django_db
YEARS = timedelta(days=730)
SetTo = Callable[[timedelta], datetime]


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    """A folder of the node's own, and a counter of tries that begins at nothing."""
    settings.HOME = tmp_path
    cache.clear()
    return tmp_path


@pytest.fixture
def set_to(monkeypatch: pytest.MonkeyPatch) -> SetTo:
    """Move the clock by so much from the true time, for Django, the sign-in and the cache alike."""
    now, seconds = timezone.now, __import__("time").time

    def move(by: timedelta) -> datetime:
        monkeypatch.setattr("django.utils.timezone.now", lambda: now() + by)
        monkeypatch.setattr("django.core.cache.backends.db.tz_now", lambda: now() + by)
        monkeypatch.setattr("time.time", lambda: seconds() + by.total_seconds())
        return now() + by

    return move


def one_round() -> dict[str, mock.Mock]:
    """What one round of the worker asks for, each act stood in for."""
    ended, asked = threading.Event(), {name: mock.Mock() for name in ("remind_and_send", "expire", "watch", "send_waiting")}
    with (
        mock.patch.multiple(reminding, **asked), mock.patch.object(reminding, "EVERY_SECONDS", 0.0),
        mock.patch.object(reminding.connections, "close_all", ended.set),
    ):  # fmt: skip
        reminding.look_after(ended)
    return asked


def test_the_journal_keeps_its_order_verifies_and_is_read_in_it_whatever_the_clock(set_to: SetTo) -> None:
    for number, moved in enumerate((timedelta(), YEARS, -YEARS, timedelta())):
        set_to(moved)
        journal("test.written", NIGER, state="NER", number=number)

    lines = list(JournalLine.objects.filter(act="test.written").order_by("sequence"))
    auditor = browser_of(person("auditor", (Role.AUDITOR, "NER")))
    shown = [line["sequence"] for line in map(__import__("json").loads, auditor.get(reverse("journal"), {"format": "jsonl", "act": "test.written"}).content.splitlines())]

    assert [line.sequence for line in lines] == list(range(lines[0].sequence, lines[0].sequence + 4))
    assert not list(broken_lines())
    assert shown == sorted(shown, reverse=True)


@pytest.mark.parametrize("moved", [YEARS, -YEARS])
def test_under_a_clock_in_doubt_the_worker_sends_and_does_nothing_that_cannot_be_taken_back(set_to: SetTo, moved: timedelta) -> None:
    usual = one_round()
    set_to(moved)
    doubtful = one_round()
    told = health.clock()
    set_to(timedelta())
    mended = one_round()

    for asked in (usual, mended):
        assert [asked[name].called for name in ("remind_and_send", "expire", "watch")] == [True, True, True]
    assert [doubtful[name].called for name in ("remind_and_send", "expire", "watch")] == [False, False, False]
    assert doubtful["send_waiting"].call_args == mock.call(clock_believed=False)
    assert not told.holds and "in doubt" in told.en and "nothing is erased" in told.en
    assert health.clock().holds


def test_a_node_that_was_off_for_long_is_believed_after_some_days(set_to: SetTo) -> None:
    one_round()
    set_to(YEARS)
    begun = one_round()
    set_to(YEARS + STEADY_FOR + timedelta(hours=2))

    assert not begun["expire"].called
    assert one_round()["expire"].called


def test_a_memory_that_is_cut_off_or_cannot_be_written_stops_nothing(home: Path) -> None:
    for content in ("", "{", '{"seen": "yesterday", "doubted": ""}', "[]"):
        (home / "clock.json").write_text(content)
        assert clock.is_believed()
        assert one_round()["expire"].called
    (home / "clock.json").unlink()
    (home / "clock.json").mkdir()
    assert one_round()["expire"].called


def test_tries_counted_while_the_clock_was_ahead_lock_nobody_out_once_it_is_back(set_to: SetTo) -> None:
    user = person("reader", (Role.READER, "NER"))
    one_round()
    set_to(YEARS)
    one_round()
    for _ in range(6):
        sign_in(Client(), user, "pas le bon mot de passe")
    set_to(timedelta())
    locked = sign_in(Client(), user).status_code
    one_round()

    assert (locked, sign_in(Client(), user, PASSWORD).status_code) == (200, 302)  # locked out, then signed in


def test_a_session_begun_under_a_clock_ahead_does_not_last_for_years(set_to: SetTo) -> None:
    user = person("reader", (Role.READER, "NER"))
    one_round()
    set_to(YEARS)
    one_round()
    sign_in(Client(), user)
    set_to(timedelta())
    honest = Client()
    sign_in(honest, user)
    one_round()

    assert Session.objects.count() == 1
    assert honest.get("/account/").status_code == 200
    assert JournalLine.objects.filter(act="access.sessions-ended").count() == 1


def test_a_message_put_off_by_a_clock_ahead_leaves_once_it_is_back_and_one_waiting_does_not_lapse(set_to: SetTo) -> None:
    user = person("reporter", (Role.REPORTER, "NER", "alpha"))

    def posted() -> Message:
        return post_message(str(user.pk), state="NER", about="reminder", subject=("s", "s"), body=("c", "c"), useful_until=timezone.now() + timedelta(days=3))

    waiting = posted()
    set_to(YEARS)
    refused, dropped = posted(), posted()
    ahead = timezone.now()
    mark_not_sent(take_in_hand(refused.pk, at=ahead), code="451", permanent=False, at=ahead)
    take_in_hand(dropped.pk, at=ahead)
    outbox.send_waiting(clock_believed=False)
    back = set_to(timedelta())

    waiting.refresh_from_db()
    assert waiting.state == "sent"  # under the wrong hour, yet not declared useless
    assert set(messages_due(back)) == {refused.pk, dropped.pk}
    assert all(take_in_hand(each, at=back) for each in messages_due(back))
    assert messages_due(back) == []


@pytest.mark.parametrize("moved", [YEARS, -YEARS])
def test_work_whose_sign_of_life_is_of_another_time_can_be_taken_up(set_to: SetTo, moved: timedelta) -> None:
    from io import BytesIO  # noqa: PLC0415

    reference.load_if_changed()
    set_to(moved)
    file = imports.keep_raw_file(BytesIO(b"synthetic"), name="synthetic.csv")
    run = imports.open_run(file, state="NER", kind="presence-5w", holder="ner-government", share_as="restricted", by=NIGER)
    imports._keep(run, status="reading", step="reading", beat_at=timezone.now())
    now = set_to(timedelta())

    assert imports.is_silent(run, now)


@pytest.mark.parametrize("moved", [YEARS, -YEARS])
def test_reporting_periods_neither_close_nor_remind_by_the_clock_alone(set_to: SetTo, moved: timedelta) -> None:
    reference.load_if_changed()
    alpha, today = organisation("Alpha"), timezone.localdate()
    period = reporting.open_period("NER", sector="", start=today.replace(day=1), end=today, due_on=today, by=NIGER)
    reporting.expect(period, alpha, by=NIGER)
    person("alpha", (Role.REPORTER, "NER", "alpha"))
    before = ReportingPeriod.objects.values().get()

    wrong = set_to(moved)
    told = remind(timezone.localdate(), origin="")

    assert (told.messages, Message.objects.count()) == (0, 0)
    assert ReportingPeriod.objects.values().get() == before
    frozen = reporting.freeze_period(ReportingPeriod.objects.get(), base_version=1, by=Mandate("u-ner", Role.DATA_MANAGER, state="NER"))
    assert frozen.status == "frozen"  # a person's act, under whatever clock
    set_to(timedelta())
    assert remind(today, origin="").messages == 0
    assert wrong.date() != today


def test_a_backup_made_after_the_clock_went_back_is_still_the_newest_and_is_not_let_go(home: Path) -> None:
    folder, now = home / "backups", timezone.now()
    names = []
    for moved in (timedelta(), YEARS, timedelta(minutes=1), timedelta(minutes=2)):
        name = backup.name_after(folder, now + moved)
        (folder / name).mkdir(parents=True)
        (folder / name / "manifest.json").write_text("{}")
        names.append(name)

    assert [path.name for path in backup.backups_in(folder)] == names
    assert backup.let_go(folder, 2) == names[:2]
