"""Reminders: once each, to the reporters of the organisation that is expected and silent, and of nobody else. Synthetic."""

from datetime import date, timedelta

import pytest

from access_steps import browser_of, person
from activity_samples import NIGER, organisation
from concertation.apps.access.models import User
from concertation.apps.ground.models import JournalLine, Message
from concertation.apps.ground.queries import broken_lines
from concertation.apps.organisations.models import Organisation
from concertation.apps.sources.models import Reminder, ReportingPeriod
from concertation.apps.sources.reminding.commands import Reminded, remind
from concertation.apps.sources.reporting import commands
from concertation.core.sharing import Role
from concertation.site import reference

pytestmark = pytest.mark.django_db
DUE = date(2026, 2, 10)
ORIGIN = "https://concertation.example"
NOTHING = Reminded(0, 0, 0)


@pytest.fixture
def people() -> dict[str, User]:
    """Two organisations expected in February's period, with their reporters; and people whom no reminder concerns."""
    reference.load_if_changed()
    for name in ("Alpha", "Beta", "Gamma"):
        organisation(name)
    return {
        "alpha": person("alpha", (Role.REPORTER, "NER", "alpha")), "alpha-lead": person("alpha-lead", (Role.REPORTER_LEAD, "", "alpha")),
        "alpha-mali": person("alpha-mali", (Role.REPORTER, "MLI", "alpha")), "beta": person("beta", (Role.REPORTER, "NER", "beta")),
        "reader": person("reader", (Role.READER, "NER")),
    }


@pytest.fixture
def period(people: dict[str, User]) -> ReportingPeriod:
    made = commands.open_period("NER", sector="", start=date(2026, 1, 1), end=date(2026, 1, 31), due_on=DUE, by=NIGER)
    for name in ("Alpha", "Beta", "Gamma"):
        commands.expect(made, called(name), by=NIGER)
    return made


def called(name: str) -> Organisation:
    return Organisation.objects.get(slug=name.lower())


def on(days: int) -> Reminded:
    return remind(DUE + timedelta(days=days), origin=ORIGIN)


def reminded() -> set[str]:
    return set(Message.objects.values_list("person", flat=True))


def test_each_stage_reminds_once_and_the_days_between_nobody(period: ReportingPeriod) -> None:
    rounds = {day: (on(day).organisations, on(day)) for day in (-4, -3, -2, 0, 1, 3, 4, 40)}

    assert {day: first for day, (first, _again) in rounds.items()} == {-4: 0, -3: 2, -2: 0, 0: 2, 1: 0, 3: 2, 4: 0, 40: 0}
    assert all(again.organisations == again.messages == 0 for _first, again in rounds.values())
    assert Reminder.objects.count() == 6
    assert list(broken_lines()) == []


def test_it_goes_to_the_reporters_of_that_organisation_in_that_state_alone(period: ReportingPeriod, people: dict[str, User]) -> None:
    assert on(0) == Reminded(2, 3, 1)
    assert reminded() == {str(people[name].pk) for name in ("alpha", "alpha-lead", "beta")}


def test_it_names_no_other_organisation_and_leads_to_the_node(period: ReportingPeriod, people: dict[str, User]) -> None:
    on(0)

    message = Message.objects.get(person=str(people["beta"].pk))
    assert "Beta" in message.body_fr
    assert "Beta" in message.body_en
    assert "Alpha" not in message.body_fr + message.body_en + message.subject_fr + message.subject_en
    assert "janvier 2026" in message.subject_fr
    assert "January 2026" in message.subject_en
    assert f"{ORIGIN}/reporting/periods/{period.pk}/" in message.body_fr
    assert "Rien à déclarer" in browser_of(people["beta"]).get(f"/reporting/periods/{period.pk}/").content.decode()


def test_it_leads_to_a_page_its_reader_may_open(period: ReportingPeriod, people: dict[str, User]) -> None:
    ReportingPeriod.objects.filter(pk=period.pk).update(sensitivity="confidential")
    on(0)

    assert f"{ORIGIN}/activities/" in Message.objects.get(person=str(people["beta"].pk)).body_fr


def test_whoever_declared_or_is_excused_is_left_in_peace(period: ReportingPeriod, people: dict[str, User]) -> None:
    commands.declare(period, called("Alpha"), sector="", via="nothing", rows=0, at=people["alpha"].joined_at, by=NIGER)
    commands.excuse(period, called("Beta"), reason="access", by=NIGER)

    assert on(0) == Reminded(0, 0, 1)


def test_a_validated_period_reminds_nobody(period: ReportingPeriod) -> None:
    commands.validate_period(period, base_version=1, by=NIGER)

    assert on(0) == NOTHING


def test_a_closed_account_or_an_ended_mandate_receives_nothing(period: ReportingPeriod, people: dict[str, User]) -> None:
    User.objects.filter(pk=people["beta"].pk).update(is_active=False)
    people["alpha"].held_mandates.update(valid_to=date(2026, 1, 1))

    on(0)

    assert reminded() == {str(people["alpha-lead"].pk)}


def test_the_journal_knows_neither_address_nor_text(period: ReportingPeriod, people: dict[str, User]) -> None:
    on(0)

    facts = b"".join(bytes(line.facts) for line in JournalLine.objects.filter(act="reporting.reminded"))
    assert b"alpha" in facts
    assert b"@" not in facts
    assert all(str(each.pk).encode() not in facts for each in people.values())
