"""The calendar of a State: periods opened, changed, validated, frozen and reopened; who leads, who is expected, who declared. Synthetic."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from activity_samples import MALI, NIGER, organisation, stored_import
from concertation.apps.ground.editing import Conflict
from concertation.apps.ground.models import JournalLine
from concertation.apps.ground.queries import broken_lines
from concertation.apps.sources.models import ImportRun, ReportingPeriod
from concertation.apps.sources.reporting import commands, queries
from concertation.core.reporting import year_of_periods
from concertation.core.sharing import Mandate, Role

pytestmark = pytest.mark.django_db
TODAY = date(2022, 4, 1)
AT = datetime(2022, 3, 5, tzinfo=UTC)
REPORTER = Mandate("u-rep", Role.REPORTER, organisation="alpha")
LEAD = Mandate("u-lead", Role.REPORTER_LEAD, organisation="alpha")
READER = Mandate("u-read", Role.READER, state="NER")


def opened(month: int = 2, *, sector: str = "", due: int = 10, state: str = "NER") -> ReportingPeriod:
    days = {1: 31, 2: 28, 3: 31}
    return commands.open_period(state, sector=sector, start=date(2022, month, 1), end=date(2022, month, days[month]), due_on=date(2022, month + 1, due), by=NIGER)


def imported(sensitivity: str = "confidential") -> ImportRun:
    """An import that counts and has not met the calendar yet."""
    run = stored_import(sensitivity=sensitivity)
    ReportingPeriod.objects.filter(opened_by="u-test").delete()
    return run


def shown(period: ReportingPeriod, *mandates: Mandate) -> Any:
    return queries.followed(mandates, [period], today=TODAY)[0]


def test_a_period_that_overlaps_is_refused_with_its_reason_and_nothing_is_stored() -> None:
    opened(2)

    with pytest.raises(commands.PeriodRefused) as refused:
        commands.open_period("NER", sector="", start=date(2022, 2, 28), end=date(2022, 3, 31), due_on=date(2022, 4, 1), by=NIGER)

    assert [problem.code for problem in refused.value.problems] == ["period-overlaps"]
    assert ReportingPeriod.objects.count() == 1


def test_the_same_days_stand_in_the_calendars_of_two_states() -> None:
    opened(2)
    opened(2, state="MLI")

    assert {each.owner_state for each in queries.periods([MALI])} == {"NER", "MLI"}
    assert queries.period_of([MALI], "MLI", "HEA", date(2022, 2, 3)).owner_state == "MLI"  # type: ignore[union-attr]


def test_a_year_goes_in_at_once_with_one_line_of_journal_and_out_again_but_for_what_was_used() -> None:
    made = commands.open_periods("NER", year_of_periods(2022, rhythm="month", due_days=10), by=NIGER)
    lines = JournalLine.objects.filter(act="reporting.periods-opened").count()
    commands.declare(made[0], organisation("Alpha"), sector="", via="nothing", rows=0, at=AT, by=REPORTER)

    gone = commands.take_back_periods("NER", [each.pk for each in made], by=NIGER)

    assert (len(made), lines, gone) == (12, 1, 11)
    assert [each.start for each in queries.periods([NIGER], state="NER")] == [date(2022, 1, 1)]


def test_whoever_changes_a_period_second_is_shown_what_stands_and_overwrites_nothing() -> None:
    period = opened(2)
    commands.change_period(period, start=period.start, end=period.end, due_on=date(2022, 3, 15), base_version=1, by=NIGER)

    with pytest.raises(Conflict) as conflict:
        commands.change_period(period, start=period.start, end=period.end, due_on=date(2022, 3, 20), base_version=1, by=NIGER)

    assert conflict.value.held.due_on == date(2022, 3, 15)
    assert ReportingPeriod.objects.get().due_on == date(2022, 3, 15)


def test_a_period_is_validated_frozen_and_reopened_for_a_reason_of_the_list() -> None:
    period = opened(2)

    period = commands.validate_period(period, base_version=period.version, by=NIGER)
    period = commands.freeze_period(period, base_version=period.version, by=NIGER)
    frozen = queries.is_frozen("NER", "HEA", date(2022, 2, 14))
    with pytest.raises(commands.PeriodRefused):
        commands.reopen_period(period, reason="because", base_version=period.version, by=NIGER)
    commands.reopen_period(period, reason="late-declaration", base_version=period.version, by=NIGER)

    assert frozen
    assert not queries.is_frozen("NER", "HEA", date(2022, 2, 14))
    acts = list(JournalLine.objects.filter(chain="NER").order_by("sequence").values_list("act", flat=True))
    assert acts == ["reporting.periods-opened", "reporting.period-validated", "reporting.period-frozen", "reporting.period-reopened"]
    assert list(broken_lines()) == []


def test_a_frozen_period_takes_no_declaration() -> None:
    period = opened(2)
    commands.freeze_period(period, base_version=1, by=NIGER)

    with pytest.raises(commands.PeriodRefused) as refused:
        commands.declare(period, organisation("Alpha"), sector="HEA", via="form", rows=1, at=AT, by=REPORTER)

    assert refused.value.problems[0].code == "period-frozen"


def test_the_sectors_own_period_decides_whether_it_is_frozen() -> None:
    general, own = opened(2), opened(2, sector="HEA")
    commands.freeze_period(general, base_version=1, by=NIGER)

    assert queries.is_frozen("NER", "NUT", date(2022, 2, 14))
    assert not queries.is_frozen("NER", "HEA", date(2022, 2, 14))
    assert queries.period_of([NIGER], "NER", "HEA", date(2022, 2, 14)) == own
    assert not queries.is_frozen("MLI", "NUT", date(2022, 2, 14))


def test_whoever_declared_in_the_last_three_periods_is_expected_and_nothing_to_declare_is_a_declaration() -> None:
    january, february = opened(1), opened(2)
    alpha, beta = organisation("Alpha"), organisation("Beta")
    commands.declare(january, alpha, sector="HEA", via="form", rows=4, at=AT, by=REPORTER)
    commands.declare(january, beta, sector="HEA", via="form", rows=2, at=AT, by=REPORTER)
    commands.declare(february, alpha, sector="", via="nothing", rows=0, at=AT, by=REPORTER)

    seen = shown(february, NIGER)

    assert {each.organisation: each.verdict for each in seen.standings} == {"alpha": "on_time", "beta": "overdue"}
    assert (seen.tally.declared, seen.tally.expected) == (1, 2)
    assert seen.rests_on == (january,)


def test_an_organisation_is_expected_or_excused_by_hand_until_the_rule_decides_again() -> None:
    january, february = opened(1), opened(2)
    alpha, beta = organisation("Alpha"), organisation("Beta")
    commands.declare(january, alpha, sector="HEA", via="form", rows=4, at=AT, by=REPORTER)

    commands.excuse(february, alpha, reason="access", by=NIGER)
    commands.expect(february, beta, by=NIGER)
    by_hand = {each.organisation: each.verdict for each in shown(february, NIGER).standings}
    commands.forget_reporter(february, alpha, by=NIGER)

    assert by_hand == {"alpha": "excused", "beta": "overdue"}
    assert {each.organisation: each.verdict for each in shown(february, NIGER).standings} == {"alpha": "overdue", "beta": "overdue"}


def test_names_are_seen_by_themselves_their_lead_and_the_data_manager_others_see_totals() -> None:
    period = opened(2)
    alpha, beta = organisation("Alpha"), organisation("Beta")
    commands.name_lead("NER", sector="HEA", year=2022, organisation=alpha, since=date(2022, 1, 1), by=NIGER)
    for declaring, sector in ((alpha, "NUT"), (beta, "HEA")):
        commands.declare(period, declaring, sector=sector, via="form", rows=1, at=AT, by=REPORTER)

    names = {
        role: sorted(each.organisation for each in shown(period, mandate).standings)
        for role, mandate in {"manager": NIGER, "reporter": REPORTER, "lead": LEAD, "reader": READER, "neighbour": MALI}.items()
    }

    assert names == {"manager": ["alpha", "beta"], "reporter": ["alpha"], "lead": ["alpha", "beta"], "reader": [], "neighbour": []}
    assert {shown(period, mandate).tally.declared for mandate in (NIGER, REPORTER, LEAD, READER, MALI)} == {2}


def test_declarations_of_protection_are_counted_for_the_states_own_readers_alone() -> None:
    general, protection = opened(2), opened(1, sector="PRO")
    commands.declare(general, organisation("Alpha"), sector="PRO-GBV", via="form", rows=1, at=AT, by=REPORTER)
    commands.declare(general, organisation("Beta"), sector="HEA", via="form", rows=1, at=AT, by=REPORTER)

    assert [shown(general, mandate).tally.declared for mandate in (NIGER, READER, MALI, REPORTER)] == [2, 2, 1, 1]
    assert shown(protection, MALI).tally is None
    assert shown(protection, READER).tally is not None


def test_an_import_opens_the_days_the_calendar_lacks_and_notes_who_declared() -> None:
    opened(2)
    run, alpha = imported("public"), organisation("Alpha")

    held = commands.fulfil(run, start=date(2022, 1, 1), end=date(2022, 2, 28), declared={(alpha, "HEA"): 7}, sectors=["HEA"], at=AT, by=NIGER)

    assert sorted((each.start, each.end) for each in held) == [(date(2022, 1, 1), date(2022, 1, 31)), (date(2022, 2, 1), date(2022, 2, 28))]
    assert {each.sensitivity for each in queries.periods([], state="NER")} == {"public"}
    assert [shown(each, NIGER).tally.declared for each in queries.periods([NIGER], state="NER")] == [1, 1]


def test_an_import_cannot_count_in_a_frozen_period() -> None:
    commands.freeze_period(opened(2), base_version=1, by=NIGER)

    with pytest.raises(commands.PeriodRefused):
        commands.fulfil(imported(), start=date(2022, 2, 1), end=date(2022, 2, 28), declared={}, sectors=["HEA"], at=AT, by=NIGER)


def test_a_corrected_file_makes_nobody_late_and_a_withdrawn_one_no_longer_counts() -> None:
    period, alpha = opened(2), organisation("Alpha")
    first, second = imported(), imported()
    for run, at in ((first, AT), (second, datetime(2022, 3, 25, tzinfo=UTC))):
        commands.fulfil(run, start=period.start, end=period.end, declared={(alpha, "HEA"): 5}, sectors=["HEA"], at=at, by=NIGER)
    type(first).objects.filter(pk=first.pk).update(status="withdrawn")

    corrected = shown(period, NIGER).standings[0]
    type(second).objects.filter(pk=second.pk).update(status="withdrawn")

    assert (corrected.verdict, corrected.declared.rows) == ("on_time", 5)
    assert shown(period, NIGER).standings == ()


def test_a_new_lead_ends_the_one_before() -> None:
    alpha, beta = organisation("Alpha"), organisation("Beta")
    commands.name_lead("NER", sector="HEA", year=2022, organisation=alpha, since=date(2022, 1, 1), by=NIGER)
    commands.name_lead("NER", sector="HEA", year=2022, organisation=beta, since=date(2022, 6, 1), by=NIGER)

    assert queries.leads_of([NIGER], state="NER", year=2022) == {"HEA": "beta"}
    assert [each.ended_on for each in queries.leads([NIGER], state="NER", year=2022)] == [None, date(2022, 6, 1)]


def test_following_periods_takes_as_many_queries_for_twelve_as_for_one(django_assert_num_queries: Any) -> None:
    made = commands.open_periods("NER", year_of_periods(2022, rhythm="month", due_days=10), by=NIGER)
    with django_assert_num_queries(4):
        queries.followed([NIGER], made[:1], today=TODAY)
    with django_assert_num_queries(4):
        queries.followed([NIGER], made, today=TODAY)
