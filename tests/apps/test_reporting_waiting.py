"""What waits for whom on the home page: own declarations, validations of the sector one leads, periods past their day in one's State. Synthetic."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from access_steps import browser_of, person
from activity_samples import NIGER, organisation
from concertation.apps.sources.models import ReportingPeriod
from concertation.apps.sources.reporting import commands, queries
from concertation.apps.sources.reporting.waiting_reading import awaiting
from concertation.core.sharing import Mandate, Role
from concertation.site import reference

pytestmark = pytest.mark.django_db
AT = datetime(2022, 2, 5, tzinfo=UTC)
REPORTER = Mandate("u-rep", Role.REPORTER, state="NER", organisation="alpha")
LEAD = Mandate("u-lead", Role.REPORTER_LEAD, organisation="alpha")
DUE = date(2022, 3, 10)


@pytest.fixture(autouse=True)
def grounds(settings: Any) -> None:
    """The reference set; no worker; no page kept."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    settings.KEPT_PAGES_CHARACTERS = 0
    reference.load_if_changed()


@pytest.fixture
def alpha() -> Any:
    """An organisation that declares."""
    return organisation("Alpha")


def opened(month: int = 2, *, sector: str = "", state: str = "NER") -> ReportingPeriod:
    days = {1: 31, 2: 28, 3: 31}
    return commands.open_period(state, sector=sector, start=date(2022, month, 1), end=date(2022, month, days[month]), due_on=date(2022, month + 1, 10), by=NIGER)


def told(today: date, *mandates: Mandate) -> list[tuple[str, str, str]]:
    return [(f"{each.days.start:%m}{each.days.sector}", each.why, each.organisation) for each in awaiting(mandates, today)]


def test_a_period_waits_for_an_organisation_that_declared_before_until_it_declares(alpha: Any) -> None:
    january, february = opened(1), opened(2)
    commands.declare(january, alpha, sector="HEA", via="form", rows=4, at=AT, by=REPORTER)
    before = told(DUE, REPORTER)
    commands.declare_nothing(february, alpha, at=datetime(2022, 3, 1, tzinfo=UTC), by=REPORTER)

    assert before == [("02", "declare", "alpha")]
    assert told(DUE, REPORTER) == []


def test_it_waits_neither_before_its_days_are_past_nor_a_month_after_its_last_day_nor_once_closed(alpha: Any) -> None:
    period = opened(2)
    commands.expect(period, alpha, by=NIGER)
    when = {day: told(day, REPORTER) != [] for day in (date(2022, 2, 28), date(2022, 3, 1), DUE + timedelta(days=30), DUE + timedelta(days=31))}
    commands.validate_period(period, base_version=1, by=NIGER)

    assert list(when.values()) == [False, True, True, False]
    assert told(DUE, REPORTER) == []


def test_whoever_is_excused_or_never_declared_or_reports_elsewhere_is_not_waited_for(alpha: Any) -> None:
    january, february = opened(1), opened(2)
    commands.declare(january, alpha, sector="HEA", via="form", rows=4, at=AT, by=REPORTER)
    organisation("Beta")
    others = told(DUE, Mandate("u", Role.REPORTER, state="NER", organisation="beta")), told(DUE, Mandate("u", Role.REPORTER, state="MLI", organisation="alpha"))
    commands.excuse(february, alpha, reason="access", by=NIGER)

    assert others == ([], [])
    assert told(DUE, REPORTER) == []


def test_what_waits_for_an_organisation_is_what_the_page_of_the_period_says(alpha: Any) -> None:
    """The one query of the home page follows the rule of `queries.followed`, sector by sector."""
    january, periods = opened(1), [opened(2), opened(2, sector="HEA"), opened(2, sector="NUT"), opened(2, sector="PRO")]
    opened(1, sector="HEA")
    commands.declare(january, alpha, sector="HEA", via="form", rows=4, at=AT, by=REPORTER)
    commands.declare(january, alpha, sector="PRO-CPN", via="form", rows=1, at=AT, by=REPORTER)

    shown = queries.followed([NIGER], periods, today=DUE)
    expected = {f"02{each.period.sector}" for each in shown for standing in each.standings if standing.organisation == "alpha" and standing.verdict == "awaited"}

    assert {period for period, _why, _own in told(DUE, REPORTER)} == expected
    assert "02HEA" in expected and "02NUT" not in expected


def test_a_lead_is_told_of_its_sector_past_its_days_and_its_plain_reporters_are_not(alpha: Any) -> None:
    opened(2, sector="HEA")
    opened(2, sector="NUT")
    opened(2)
    commands.name_lead("NER", sector="HEA", year=2022, organisation=alpha, since=date(2022, 1, 1), by=NIGER)

    assert told(date(2022, 3, 1), LEAD) == [("02HEA", "validate", "")]
    assert told(date(2022, 2, 28), LEAD) == []
    assert told(date(2022, 3, 1), REPORTER) == []


def test_a_data_manager_is_told_of_periods_past_their_day_in_their_own_state() -> None:
    opened(1)
    opened(2)
    opened(2, state="MLI")

    assert told(DUE, NIGER) == [("01", "overdue", "")]
    assert told(DUE + timedelta(days=1), NIGER) == [("01", "overdue", ""), ("02", "overdue", "")]
    assert told(DUE, Mandate("u", Role.READER, state="NER")) == []


def test_a_period_that_an_old_file_opened_waits_for_nobody(alpha: Any) -> None:
    period = commands.open_period("NER", sector="", start=date(2021, 6, 1), end=date(2021, 6, 30), due_on=date(2022, 3, 1), by=NIGER)
    commands.expect(period, alpha, by=NIGER)

    assert told(DUE, REPORTER) == told(DUE, NIGER) == []


def this_month() -> tuple[date, date]:
    start = timezone.localdate().replace(day=1)
    return start, (start + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def test_the_home_page_says_it_to_whom_it_concerns_in_at_most_twelve_questions(alpha: Any, django_assert_max_num_queries: Any) -> None:
    start, end = this_month()
    period = commands.open_period("NER", sector="", start=start, end=end, due_on=timezone.localdate(), by=NIGER)
    past = commands.open_period("NER", sector="HEA", start=start - timedelta(days=62), end=start - timedelta(days=32), due_on=start - timedelta(days=20), by=NIGER)
    commands.expect(period, alpha, by=NIGER)
    commands.name_lead("NER", sector="HEA", year=past.start.year, organisation=alpha, since=start, by=NIGER)
    readers = {
        "reporter": browser_of(person("reporter", (Role.REPORTER, "NER", "alpha"))), "lead": browser_of(person("lead", (Role.REPORTER_LEAD, "", "alpha"))),
        "manager": browser_of(person("manager", (Role.DATA_MANAGER, "NER"))), "reader": browser_of(person("reader", (Role.READER, "NER"))), "nobody": Client(),
    }  # fmt: skip

    pages = {}
    for name, reader in readers.items():
        reader.get("/")
        with django_assert_max_num_queries(12):
            pages[name] = reader.get("/").content.decode()

    assert {name for name, page in pages.items() if f"/reporting/periods/{period.pk}/" in page} == {"reporter", "lead"}
    assert {name for name, page in pages.items() if f"/reporting/periods/{past.pk}/" in page} == {"lead"}
    assert {name for name, page in pages.items() if "/reporting/NER/?year=" in page} == {"manager"}
