"""The pages of the reporting cycle: a year opened and undone, who sees names, acts refused, two people at one period. Synthetic."""

import json
import re
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
import typer
from django.test import Client
from django.urls import reverse

from access_steps import browser_of, person
from activity_samples import NIGER, organisation
from concertation.apps.ground.models import JournalLine
from concertation.apps.ground.queries import broken_lines
from concertation.apps.sources.models import Declaration, ExpectedReporter, ReportingPeriod, SectorLead
from concertation.apps.sources.reporting import commands
from concertation.core.sharing import Mandate, Role
from concertation.site import cli_reporting, node, reference

pytestmark = pytest.mark.django_db
AT = datetime(2022, 3, 5, tzinfo=UTC)
BY = Mandate("u-rep", Role.REPORTER, organisation="alpha")
YEAR = {"year": "2022", "rhythm": "month", "due_days": "10", "sector": ""}


@pytest.fixture(autouse=True)
def grounds(settings: Any, tmp_path: Any) -> None:
    """The reference set; no worker."""
    settings.RAW_FOLDER = tmp_path / "raw"
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    reference.load_if_changed()


@pytest.fixture
def manager() -> Client:
    """The data manager of Niger."""
    return browser_of(person("manager", (Role.DATA_MANAGER, "NER")))


@pytest.fixture
def alpha() -> Any:
    """An organisation that declares."""
    return organisation("Alpha")


@pytest.fixture
def reporter(alpha: Any) -> Client:
    """Somebody who declares for Alpha in Niger."""
    return browser_of(person("reporter", (Role.REPORTER, "NER", "alpha")))


def opened(month: int = 2, *, sector: str = "", state: str = "NER") -> ReportingPeriod:
    days = {1: 31, 2: 28, 3: 31}
    return commands.open_period(state, sector=sector, start=date(2022, month, 1), end=date(2022, month, days[month]), due_on=date(2022, month + 1, 10), by=NIGER)


def at(period: ReportingPeriod, act: str = "") -> str:
    return f"{reverse('reporting-period', args=[period.pk])}{act}"


def text(answer: Any) -> str:
    content: str = answer.content.decode()
    return content.replace("&#x27;", "'").replace("\u202f", " ")


def send(browser: Client, period: ReportingPeriod, act: str, **sent: Any) -> Any:
    return browser.post(at(period, act), {"version": period.version, "read": f"{period.start}/{period.end}/{period.due_on}/{period.status}", **sent})


def now(period: ReportingPeriod) -> ReportingPeriod:
    return ReportingPeriod.objects.get(pk=period.pk)


def test_a_year_is_seen_before_it_is_opened_and_goes_out_again_in_one_act(manager: Client) -> None:
    seen = text(manager.get("/reporting/NER/open/", YEAR))
    before = ReportingPeriod.objects.count()
    done = manager.post("/reporting/NER/open/", {**YEAR, "count": "12"})
    made = [str(pk) for pk in ReportingPeriod.objects.values_list("pk", flat=True)]
    undone = manager.post("/reporting/NER/take-back/", {"period": made})

    assert "12 périodes seront ouvertes" in seen
    assert (before, len(made), ReportingPeriod.objects.count()) == (0, 12, 0)
    assert "12 périodes ouvertes" in text(done)
    assert undone.status_code == 302
    assert list(broken_lines()) == []


def test_a_year_leaves_out_what_stands_in_the_calendar_already_and_says_so(manager: Client) -> None:
    opened(2)

    seen = text(manager.get("/reporting/NER/open/", YEAR))
    manager.post("/reporting/NER/open/", {**YEAR, "count": "11"})

    assert "11 périodes seront ouvertes" in seen
    assert "en chevauche une autre du même secteur" in seen
    assert ReportingPeriod.objects.count() == 12


def test_nothing_is_opened_when_the_calendar_moved_since_the_preview(manager: Client) -> None:
    opened(2)

    answer = manager.post("/reporting/NER/open/", {**YEAR, "count": "12"})

    assert answer.status_code == 409
    assert "Rien n'a encore été ouvert" in text(answer)
    assert ReportingPeriod.objects.count() == 1


def test_what_was_used_since_is_not_taken_back(manager: Client, alpha: Any) -> None:
    period = opened(2)
    commands.declare(period, alpha, sector="", via="nothing", rows=0, at=AT, by=BY)

    told = text(manager.post("/reporting/NER/take-back/", {"period": [str(period.pk), "no-id"]}, follow=True))

    assert ReportingPeriod.objects.count() == 1
    assert "quelque chose y a été fait depuis" in told


@pytest.mark.parametrize(("changes", "told"), [
    ({"start": "2022-02-28", "end": "2022-03-31", "due_on": "2022-04-10"}, "en chevauche une autre"),
    ({"start": "2022-03-31", "end": "2022-03-01", "due_on": "2022-04-10"}, "avant de commencer"),
    ({"start": "2022-03-01", "end": "2022-03-31", "due_on": "2022-02-10"}, "tombe avant le début"),
    ({"start": "1822-03-01", "end": "1822-03-31", "due_on": "1822-04-10"}, "sort des années"),
    ({"start": "yesterday", "end": "2022-03-31", "due_on": "2022-04-10"}, "date"),
    ({"start": "2022-03-01", "end": "2022-03-31", "due_on": "2022-04-10", "sector": "XYZ"}, "XYZ"),
])  # fmt: skip
def test_a_period_that_cannot_stand_is_refused_with_the_reason(manager: Client, changes: dict[str, str], told: str) -> None:
    opened(2)

    answer = manager.post("/reporting/NER/open/", changes)

    assert answer.status_code == 422
    assert told in text(answer)
    assert ReportingPeriod.objects.count() == 1


@pytest.mark.parametrize("changes", [{"year": "1999"}, {"year": "2101"}, {"year": "x"}, {"rhythm": "week"}, {"due_days": "-1"}, {"due_days": "93"}, {"sector": "XYZ"}])
def test_a_year_asked_for_wrongly_opens_nothing(manager: Client, changes: dict[str, str]) -> None:
    for answer in (manager.get("/reporting/NER/open/", {**YEAR, **changes}), manager.post("/reporting/NER/open/", {**YEAR, **changes, "count": "12"})):
        assert answer.status_code == 422

    assert ReportingPeriod.objects.count() == 0


@pytest.mark.parametrize("asked", ["?year=1500", "?year=abcd", "?year=", "?year=٢٠٢٢", "?sector=XYZ", "?sort=-nothing", "?year=2022&sector=HEA&sort=-declared"])
def test_a_calendar_asked_for_in_a_strange_way_still_answers(manager: Client, asked: str) -> None:
    opened(2)

    assert manager.get(f"/reporting/NER/{asked}").status_code == 200


def test_a_state_or_a_period_nobody_knows_is_not_found(manager: Client) -> None:
    assert manager.get("/reporting/XXX/").status_code == 404
    assert manager.get("/reporting/XXX/leads/").status_code == 404
    assert manager.get(f"/reporting/periods/{uuid4()}/").status_code == 404
    assert manager.post(f"/reporting/periods/{uuid4()}/validate/").status_code == 404


def test_somebody_of_another_state_opens_changes_and_closes_nothing_here(alpha: Any) -> None:
    period = opened(2)
    mali = browser_of(person("mali", (Role.DATA_MANAGER, "MLI")))
    mali_reporter = browser_of(person("mali-reporter", (Role.REPORTER, "MLI", "alpha")))

    answers = [mali.post("/reporting/NER/open/", {**YEAR, "count": "12"}), mali.post("/reporting/NER/take-back/", {"period": [str(period.pk)]})]
    answers += [send(mali, period, act) for act in ("validate/", "freeze/", "reopen/", "days/", "expect/", "excuse/", "by-rule/")]
    answers += [mali.post("/reporting/NER/leads/name/", {"sector": "HEA", "organisation": "Alpha", "year": "2022", "since": "2022-01-01"})]
    answers += [send(each, period, act, organisation="alpha") for each in (mali, mali_reporter) for act in ("nothing/", "something/")]

    assert {answer.status_code for answer in answers} == {403}
    assert now(period).version == 1
    assert not Declaration.objects.exists() and not SectorLead.objects.exists()


def test_nobody_signed_in_is_asked_to_sign_in_and_sees_no_period_of_the_framework() -> None:
    period = opened(2)

    assert Client().get(at(period)).status_code == 404
    assert Client().get("/reporting/NER/").status_code == 200
    assert Client().post(at(period, "validate/")).status_code == 302
    assert Client().get("/reporting/NER/leads/").status_code == 302


def test_names_are_shown_to_those_who_may_see_them_and_totals_to_everyone_else(manager: Client, alpha: Any, reporter: Client) -> None:
    period, beta = opened(2), organisation("Beta")
    organisation("Gamma")
    commands.name_lead("NER", sector="HEA", year=2022, organisation=alpha, since=date(2022, 1, 1), by=NIGER)
    commands.declare(period, alpha, sector="NUT", via="form", rows=3, at=AT, by=BY)
    commands.declare(period, beta, sector="HEA", via="form", rows=2, at=AT, by=BY)
    readers = {
        "manager": manager, "reporter": reporter, "lead": browser_of(person("lead", (Role.REPORTER_LEAD, "", "alpha"))),
        "reader": browser_of(person("reader", (Role.READER, "NER"))), "mali": browser_of(person("mali", (Role.DATA_MANAGER, "MLI"))),
        "gamma": browser_of(person("gamma", (Role.REPORTER_LEAD, "NER", "gamma"))),
    }  # fmt: skip

    pages = {name: text(reader.get(at(period))) for name, reader in readers.items()}
    files = {name: text(reader.get(at(period, "?format=csv"))) for name, reader in readers.items()}

    seen = {name: (">Alpha" in page or "Alpha " in page, "Beta" in page) for name, page in pages.items()}
    assert {name: held[1] for name, held in seen.items()} == {"manager": True, "reporter": False, "lead": True, "reader": False, "mali": False, "gamma": False}
    assert {name for name, held in seen.items() if held[0]} == {"manager", "reporter", "lead"}
    assert {name: ("Alpha" in file, "Beta" in file) for name, file in files.items()} == {
        "manager": (True, True), "reporter": (True, False), "lead": (True, True), "reader": (False, False), "mali": (False, False), "gamma": (False, False),
    }  # fmt: skip
    assert all("2 organisations ont déclaré" in page for page in pages.values())


def test_totals_of_protection_stay_with_the_state(manager: Client, alpha: Any) -> None:
    period = opened(2, sector="PRO")
    commands.declare(period, alpha, sector="PRO", via="form", rows=3, at=AT, by=BY)
    mali = browser_of(person("mali", (Role.DATA_MANAGER, "MLI")))

    assert "1 organisation a déclaré" in text(manager.get(at(period)))
    assert "organisation a déclaré" not in text(mali.get(at(period)))
    assert "réservé à l'État" in text(mali.get("/reporting/NER/?year=2022"))
    assert ",1," not in text(mali.get("/reporting/NER/?year=2022&format=csv"))


def test_an_organisation_says_that_it_has_nothing_to_declare_and_takes_it_back(reporter: Client) -> None:
    period = opened(2)

    send(reporter, period, "nothing/", organisation="alpha")
    said = text(reporter.get(at(period)))
    send(reporter, period, "something/", organisation="alpha")

    assert "n'avoir rien à déclarer" in said
    assert not Declaration.objects.exists()
    assert list(JournalLine.objects.filter(act__in=("reporting.declared", "reporting.declaration-taken-back")).order_by("sequence").values_list("act", flat=True)) == [
        "reporting.declared", "reporting.declaration-taken-back",
    ]  # fmt: skip


def test_nobody_says_nothing_for_another_organisation(reporter: Client, manager: Client) -> None:
    period = opened(2)
    organisation("Beta")

    answers = [send(reporter, period, "nothing/", organisation=slug) for slug in ("beta", "", "no-such")] + [send(manager, period, "nothing/", organisation="alpha")]

    assert {answer.status_code for answer in answers} == {403}
    assert not Declaration.objects.exists()


def test_whoever_declared_rows_cannot_say_nothing_nor_anybody_before_the_first_day(reporter: Client, alpha: Any) -> None:
    period = opened(2)
    future = commands.open_period("NER", sector="", start=date(2090, 1, 1), end=date(2090, 1, 31), due_on=date(2090, 2, 10), by=NIGER)
    commands.declare(period, alpha, sector="HEA", via="form", rows=3, at=AT, by=BY)

    told = text(reporter.post(at(period, "nothing/"), {"organisation": "alpha"}, follow=True)), text(reporter.post(at(future, "nothing/"), {"organisation": "alpha"}, follow=True))

    assert "a déjà déclaré des activités dans cette période" in told[0]
    assert "n'a pas commencé" in told[1]
    assert not Declaration.objects.filter(via="nothing").exists()


def test_a_frozen_period_takes_nothing_from_its_page(manager: Client, reporter: Client, alpha: Any) -> None:
    period = commands.freeze_period(opened(2), base_version=1, by=NIGER)
    beta = organisation("Beta")

    told = [
        text(reporter.post(at(period, "nothing/"), {"organisation": "alpha"}, follow=True)), text(manager.post(at(period, "expect/"), {"organisation": "Beta"}, follow=True)),
        text(manager.post(at(period, "days/"), {"version": period.version, "start": "2022-02-01", "end": "2022-02-20", "due_on": "2022-03-10"})),
        text(manager.post(at(period, "validate/"), {"version": period.version}, follow=True)), text(manager.post(at(period, "freeze/"), {"version": period.version}, follow=True)),
    ]  # fmt: skip

    assert all("gelée" in each or "n'est plus ouverte" in each for each in told)
    assert now(period).version == period.version
    assert not Declaration.objects.exists() and not ExpectedReporter.objects.filter(organisation=beta).exists()
    assert "Ajouter une activité" not in text(reporter.get(at(period)))


def test_a_period_is_validated_frozen_and_reopened_on_its_page(manager: Client) -> None:
    period = opened(2)

    send(manager, period, "validate/")
    send(manager, now(period), "freeze/")
    frozen = now(period).status
    refused = text(manager.post(at(period, "reopen/"), {"version": now(period).version, "reason": "because"}, follow=True))
    send(manager, now(period), "reopen/", reason="late-declaration")

    assert frozen == "frozen"
    assert "Une raison est nécessaire" in refused
    assert now(period).status == "open"


def test_the_lead_of_a_sector_validates_its_period_and_says_who_is_expected_and_freezes_nothing(alpha: Any) -> None:
    period, general = opened(2, sector="HEA"), opened(2)
    organisation("Beta")
    commands.name_lead("NER", sector="HEA", year=2022, organisation=alpha, since=date(2022, 1, 1), by=NIGER)
    lead, plain = browser_of(person("lead", (Role.REPORTER_LEAD, "", "alpha"))), browser_of(person("plain", (Role.REPORTER, "", "alpha")))

    answers = {
        "expects": send(lead, period, "expect/", organisation="Beta").status_code, "validates": send(lead, period, "validate/").status_code,
        "freezes": send(lead, now(period), "freeze/").status_code, "of all": send(lead, general, "validate/").status_code, "plain": send(plain, now(period), "validate/").status_code,
    }  # fmt: skip

    assert answers == {"expects": 302, "validates": 302, "freezes": 403, "of all": 403, "plain": 403}
    assert (now(period).status, now(general).status) == ("validated", "open")


@pytest.mark.parametrize(("act", "sent"), [
    ("validate/", {}), ("freeze/", {}), ("reopen/", {"reason": "late-declaration"}), ("days/", {"start": "2022-02-01", "end": "2022-02-28", "due_on": "2022-03-25"}),
])  # fmt: skip
def test_whoever_comes_second_is_shown_what_stands_and_nothing_is_done(manager: Client, act: str, sent: dict[str, str]) -> None:
    period = opened(2)
    commands.change_period(period, start=period.start, end=period.end, due_on=date(2022, 3, 15), base_version=1, by=NIGER)

    answer = send(manager, period, act, **sent)

    assert answer.status_code == 409
    assert "Quelqu'un a changé cette période depuis que vous l'avez lue" in text(answer)
    assert "10 mars 2022" in text(answer) and "15 mars 2022" in text(answer)
    assert ("25 mars 2022" in text(answer)) == (act == "days/")
    assert (now(period).due_on, now(period).version, now(period).status) == (date(2022, 3, 15), 2, "open")


def test_days_typed_twice_are_kept_and_stored_on_the_version_that_was_shown(manager: Client) -> None:
    period = opened(2)
    commands.change_period(period, start=period.start, end=period.end, due_on=date(2022, 3, 15), base_version=1, by=NIGER)
    typed = {"start": "2022-02-01", "end": "2022-02-28", "due_on": "2022-03-25"}
    shown = text(send(manager, period, "days/", **typed))

    send(manager, now(period), "days/", **typed)

    assert 'value="2022-03-25"' in shown and 'name="version" value="2"' in shown
    assert now(period).due_on == date(2022, 3, 25)


@pytest.mark.parametrize("sent", [{}, {"version": "x"}, {"version": "-1"}, {"version": "99999999999999999999"}, {"version": "0", "read": "a/b"}, {"version": "7", "read": "<script>/x/y/z"}])
def test_a_version_nobody_read_changes_nothing(manager: Client, sent: dict[str, str]) -> None:
    period = opened(2)

    answer = manager.post(at(period, "validate/"), sent)

    assert answer.status_code == 409
    assert "<script>" not in answer.content.decode().partition("<main")[2]
    assert now(period).status == "open"


def test_an_organisation_is_expected_excused_and_left_to_the_rule_on_the_page(manager: Client, alpha: Any) -> None:
    january, february = opened(1), opened(2)
    organisation("Beta", acronym="BTA")
    commands.declare(january, alpha, sector="HEA", via="form", rows=4, at=AT, by=BY)

    send(manager, february, "expect/", organisation="bta")
    send(manager, february, "excuse/", organisation="alpha", reason="access")
    shown = text(manager.get(at(february)))
    send(manager, february, "by-rule/", organisation="alpha")

    assert "contraintes d'accès" in shown
    assert list(ExpectedReporter.objects.values_list("organisation__slug", "rule")) == [("beta", "added")]


@pytest.mark.parametrize(("act", "sent", "status"), [
    ("expect/", {"organisation": "Nobody knows"}, 422), ("expect/", {"organisation": ""}, 422), ("excuse/", {"organisation": "alpha", "reason": "because"}, 422),
    ("excuse/", {"organisation": "alpha", "reason": ""}, 422), ("excuse/", {"organisation": "no-such", "reason": "access"}, 422), ("by-rule/", {"organisation": "alpha"}, 404),
])  # fmt: skip
def test_who_is_expected_is_not_changed_by_bad_input(manager: Client, alpha: Any, act: str, sent: dict[str, str], status: int) -> None:
    january, february = opened(1), opened(2)
    commands.declare(january, alpha, sector="HEA", via="form", rows=4, at=AT, by=BY)

    assert send(manager, february, act, **sent).status_code == status
    assert not ExpectedReporter.objects.exists()


def test_a_lead_is_named_and_ended_on_its_page(manager: Client, alpha: Any) -> None:
    sent = {"sector": "HEA", "organisation": "Alpha", "year": "2022", "since": "2022-01-01"}

    manager.post("/reporting/NER/leads/name/", sent)
    named = text(manager.get("/reporting/NER/leads/?year=2022"))
    manager.post("/reporting/NER/leads/name/", {**sent, "organisation": "", "since": "2022-06-01"})
    ended = text(manager.get("/reporting/NER/leads/?year=2022"))

    assert "En 2022, 1 secteur sur" in named and "Alpha" in named
    assert "En 2022, 0 secteur sur" in ended and "Ne le sont plus" in ended
    assert "HEA" in text(manager.get("/reporting/NER/leads/?year=2022&format=csv"))


@pytest.mark.parametrize("changes", [{"sector": ""}, {"sector": "XYZ"}, {"organisation": "Nobody"}, {"year": "1999"}, {"year": ""}, {"since": "soon"}])
def test_a_lead_named_wrongly_is_not_named(manager: Client, alpha: Any, changes: dict[str, str]) -> None:
    answer = manager.post("/reporting/NER/leads/name/", {"sector": "HEA", "organisation": "Alpha", "year": "2022", "since": "2022-01-01", **changes})

    assert answer.status_code == 422
    assert not SectorLead.objects.exists()


def test_tables_go_out_as_files_with_their_source(manager: Client, alpha: Any) -> None:
    period = opened(2)
    commands.declare(period, alpha, sector="HEA", via="form", rows=4, at=AT, by=BY)

    calendar, standings = text(manager.get("/reporting/NER/?year=2022&format=csv")), text(manager.get(at(period, "?format=csv")))

    assert "2022-02-01,2022-02-28" in calendar and ",1," in calendar
    assert "Alpha" in standings and "2022-03-05" in standings
    assert manager.get(at(period, "?format=xlsx")).content.startswith(b"PK")


def test_the_pages_ask_as_many_questions_for_one_organisation_as_for_thirty(manager: Client, django_assert_max_num_queries: Any) -> None:
    period = opened(2)
    counts = []
    for number in range(30):
        commands.declare(period, organisation(f"Synthétique {number}"), sector="HEA", via="form", rows=1, at=AT, by=BY)
        if number in (0, 29):
            manager.get(at(period))
            with django_assert_max_num_queries(12) as made:
                manager.get(at(period))
            counts.append(len(made))

    assert counts[0] == counts[1]


def test_the_terminal_tells_the_calendar_and_refuses_what_is_no_state_or_year(capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "make_ready", lambda: None)
    opened(2)

    cli_reporting.reporting(state="ner", year=2022, as_json=True)
    told = json.loads(capsys.readouterr().out)

    assert [(each["start"], each["standing"], each["declared"], each["expected"]) for each in told["periods"]] == [("2022-02-01", "overdue", 0, None)]
    for state, year in (("XXX", 2022), ("NER", 1500)):
        with pytest.raises(typer.Exit) as refused:
            cli_reporting.reporting(state=state, year=year, as_json=True)
        assert refused.value.exit_code == 2


def test_a_reporter_is_led_to_the_form_last_month_and_the_workbook_of_the_period(reporter: Client) -> None:
    period = opened(2)

    shown = reporter.get(at(period)).content.decode()

    leading = {name: next(iter(re.findall(rf'href="({path}[^"]*)"', shown))).replace("&amp;", "&") for name, path in (("form", "/activities/add/"), ("same", "/activities/same/"), ("workbook", "/activities/template/"))}
    assert "for=alpha%3ANER%3A2022-02-01%3A2022-02-28" in leading["form"] and "for=alpha" in leading["same"]
    assert reporter.get(leading["form"]).status_code == 200
    assert reporter.get(f"{leading['workbook']}&format=xlsx").content.startswith(b"PK")
