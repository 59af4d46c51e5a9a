"""Activities entered by hand: what is asked, what is refused, what happens when two people correct one row, last month carried over."""

import json
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from access_steps import browser_of, person
from activity_samples import activity, organisation, stored_import
from concertation.apps.ground.models import JournalLine
from concertation.apps.ground.queries import broken_lines
from concertation.apps.presence.entry import commands, queries
from concertation.apps.presence.entry.commands import Slip
from concertation.apps.presence.models import Activity
from concertation.apps.presence.queries import activities, rows_by_organisation
from concertation.apps.sources.models import Declaration, ReportingPeriod
from concertation.apps.sources.reporting.commands import PeriodRefused, freeze_period, open_period
from concertation.core.entries import Entry
from concertation.core.sharing import Mandate, Role
from concertation.site import reference

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
REPORTER = Mandate("u-alpha", Role.REPORTER, organisation="alpha")
NIGER = Mandate("u-ner", Role.DATA_MANAGER, state="NER")


@pytest.fixture(autouse=True)
def grounds(settings: Any, tmp_path: Any) -> None:
    """The reference set and a folder for raw files; no worker."""
    settings.RAW_FOLDER = tmp_path / "raw"
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    reference.load_if_changed()


@pytest.fixture
def alpha() -> Any:
    """An organisation that declares."""
    return organisation("Alpha")


@pytest.fixture
def reporter(alpha: Any) -> Client:
    """A browser of somebody who declares for it."""
    return browser_of(person("reporter", (Role.REPORTER, "", "alpha")))


def this_month() -> tuple[date, date]:
    """This month's days."""
    return queries.last_months(TODAY())[0]


def code(slug: str = "alpha", state: str = "NER") -> str:
    """What the form calls this month for an organisation."""
    start, end = this_month()
    return f"{slug}:{state}:{start.isoformat()}:{end.isoformat()}"


def typed(**changes: str) -> dict[str, str]:
    """What the form of an activity sends."""
    plain = {"for": code(), "token": str(uuid4()), "sector": "FSC", "place": "Téra, Téra", "activity": "Distribution synthétique", "targeted": "500", "unit": ""}
    return {**plain, **changes}


def add(browser: Client, **changes: str) -> Any:
    """Send the form."""
    return browser.post("/activities/add/", typed(**changes))


def slip(alpha: Any) -> Slip:
    """This month in Niger."""
    return Slip(alpha, "NER", *this_month())


def entered(alpha: Any, **changes: Any) -> Activity:
    """A row of this month."""
    return commands.add_activity(slip(alpha), Entry(**{"sector": "FSC", "unit": "ner-1-diffa", "activity": "Distribution synthétique", "targeted": 500, **changes}), token=uuid4(), by=REPORTER)


def test_an_activity_goes_in_with_its_place_found_and_counts_for_the_organisation(reporter: Client) -> None:
    answer = add(reporter, place="Diffa", unit="ner-1-diffa")

    row = Activity.objects.get()
    assert answer.status_code == 302
    assert (row.holder, row.owner_state, row.sensitivity, row.unit_id, row.targeted) == ("alpha", "NER", "confidential", "ner-1-diffa", 500)
    assert list(activities([REPORTER])) == [row]
    assert list(activities([NIGER])) == [row]
    assert list(activities([Mandate("u-mli", Role.DATA_MANAGER, state="MLI")])) == []


def test_a_name_that_several_places_bear_is_offered_never_guessed(reporter: Client) -> None:
    answer = add(reporter, place="Diffa")

    assert answer.status_code == 422
    assert answer.content.count(b'name="unit"') > 1
    assert not Activity.objects.exists()


def test_a_place_nobody_knows_is_told_and_nothing_typed_is_lost(reporter: Client) -> None:
    answer = add(reporter, place="Zzyzx", activity="Forage synthétique")

    assert answer.status_code == 422
    assert "Forage synthétique" in answer.content.decode()
    assert "Zzyzx" in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"start": "2026-03-01", "end": "2026-02-01"}, "La fin précède le début"),
        ({"start": "1905-03-01"}, "plausible"),
        ({"targeted": "-3"}, "négatif"),
        ({"targeted_f": "4", "targeted_m": "5", "targeted": "10"}, "ne sont pas égaux"),
        ({"targeted": "beaucoup"}, "nombre entier"),
        ({"sector": "ZZZ"}, "ZZZ"),
    ],
)
def test_what_is_wrong_is_said_beside_its_line(reporter: Client, changes: dict[str, str], told: str) -> None:
    answer = add(reporter, place="Diffa", unit="ner-1-diffa", **changes)

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Activity.objects.exists()


def test_addresses_and_numbers_of_people_are_masked_in_a_remark(reporter: Client) -> None:
    add(reporter, place="Diffa", unit="ner-1-diffa", observation="Voir someone@example.org")

    assert "someone@example.org" not in Activity.objects.get().observation


def test_the_same_form_sent_twice_makes_one_row(reporter: Client) -> None:
    token = str(uuid4())

    for _ in range(3):
        add(reporter, place="Diffa", unit="ner-1-diffa", token=token)

    assert Activity.objects.count() == 1


def test_nobody_enters_for_another_organisation_or_without_a_mandate(reporter: Client) -> None:
    organisation("Beta")

    as_beta = add(reporter, **{"for": code("beta")})
    as_reader = add(browser_of(person("reader", (Role.READER, "NER"))))

    assert (as_beta.status_code, as_reader.status_code) == (302, 302)
    assert not Activity.objects.exists()


def test_a_reporter_of_one_state_enters_for_no_other(alpha: Any) -> None:
    browser = browser_of(person("malian", (Role.REPORTER, "MLI", "alpha")))

    add(browser)

    assert not Activity.objects.exists()


def test_rows_of_another_organisation_are_neither_read_nor_changed(reporter: Client) -> None:
    beta = organisation("Beta")
    other = commands.add_activity(Slip(beta, "NER", *this_month()), Entry("FSC", "ner-1-diffa", activity="Secret synthétique"), token=uuid4(), by=Mandate("u-beta", Role.REPORTER, organisation="beta"))

    answers = [reporter.get(f"/activities/{other.pk}/"), reporter.get(f"/activities/{other.pk}/correct/"), reporter.post(f"/activities/{other.pk}/withdraw/", {"reason": "mistaken", "version": "1"})]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert "Secret" not in reporter.get("/activities/").content.decode()


def test_the_state_s_data_manager_corrects_what_its_administration_holds_and_not_what_an_organisation_holds(alpha: Any) -> None:
    own, theirs = activity(stored_import(), alpha), entered(alpha)

    assert queries.writes_row([NIGER], own) == NIGER
    assert queries.writes_row([NIGER], theirs) is None
    assert set(queries.own_rows([NIGER])) == {own}


def test_a_correction_keeps_what_it_replaces_in_the_journal_without_free_words(alpha: Any) -> None:
    row = entered(alpha)

    commands.correct_activity(row, Entry("WSH", "ner-1-diffa", activity="Autres mots synthétiques", targeted=700), base_version=1, by=REPORTER)

    facts = json.loads(bytes(JournalLine.objects.get(act="presence.activity-corrected").facts))
    assert facts["before"] == {"sector": "FSC", "targeted": 500}
    assert facts["after"] == {"sector": "WSH", "targeted": 700}
    assert facts["words_changed"] == ["activity"]
    assert not list(broken_lines())


def correction(row: Activity, reporter: Client, **changes: str) -> dict[str, str]:
    """What the form of a correction sends, as it was read now."""
    page = reporter.get(f"/activities/{row.pk}/correct/")
    form = page.context["form"]
    shown = {name: str(value) for name in form.fields if (value := form[name].value()) not in (None, "")}
    return {**shown, "unit": row.unit_id, "version": str(page.context["version"]), "base": page.context["base"], **changes}


def test_two_corrections_of_different_lines_both_stand_once_a_person_agrees(alpha: Any, reporter: Client) -> None:
    row = entered(alpha)
    first, second = correction(row, reporter, targeted="900"), correction(row, reporter, status="ongoing")
    reporter.post(f"/activities/{row.pk}/correct/", first)

    told = reporter.post(f"/activities/{row.pk}/correct/", second)
    agreed = {name: str(told.context[name]) for name in ("version", "was", "mine")}
    done = reporter.post(f"/activities/{row.pk}/settle/", agreed)

    row.refresh_from_db()
    assert told.status_code == 409
    assert not told.context["hard"]
    assert done.status_code == 302
    assert (row.targeted, row.status, row.version) == (900, "ongoing", 3)


def test_two_corrections_of_one_line_are_chosen_between_and_nothing_is_written_over_before(alpha: Any, reporter: Client) -> None:
    row = entered(alpha)
    first, second = correction(row, reporter, targeted="900"), correction(row, reporter, targeted="800")
    reporter.post(f"/activities/{row.pk}/correct/", first)

    told = reporter.post(f"/activities/{row.pk}/correct/", second)
    agreed = {name: str(told.context[name]) for name in ("version", "was", "mine")}
    undecided = reporter.post(f"/activities/{row.pk}/settle/", agreed)
    row.refresh_from_db()
    before = row.targeted
    reporter.post(f"/activities/{row.pk}/settle/", {**agreed, "keep-targeted": "mine"})

    row.refresh_from_db()
    assert "900" in told.content.decode() and "800" in told.content.decode() and "500" in told.content.decode()
    assert undecided.status_code == 409
    assert (before, row.targeted) == (900, 800)


def test_a_correction_against_a_withdrawal_says_so(alpha: Any, reporter: Client) -> None:
    row = entered(alpha)
    mine = correction(row, reporter, targeted="900")
    reporter.post(f"/activities/{row.pk}/withdraw/", {"reason": "mistaken", "version": "1"})

    told = reporter.post(f"/activities/{row.pk}/correct/", mine)

    assert told.status_code == 409
    assert told.context["withdrawn"]


def test_a_withdrawal_of_a_row_changed_meanwhile_is_not_done(alpha: Any, reporter: Client) -> None:
    row = entered(alpha)
    commands.correct_activity(row, Entry("FSC", "ner-1-diffa", targeted=1), base_version=1, by=REPORTER)

    reporter.post(f"/activities/{row.pk}/withdraw/", {"reason": "mistaken", "version": "1"})

    row.refresh_from_db()
    assert row.withdrawn_at is None


def test_a_withdrawn_row_no_longer_counts_and_comes_back(alpha: Any, reporter: Client) -> None:
    row = entered(alpha)

    reporter.post(f"/activities/{row.pk}/withdraw/", {"reason": "entered-twice", "version": "1"})
    gone = list(activities([REPORTER]))
    reporter.post(f"/activities/{row.pk}/restore/", {"version": "2"})

    assert gone == []
    assert list(activities([REPORTER])) == [row]


def test_an_entry_is_a_declaration_of_the_calendar(alpha: Any) -> None:
    start, end = this_month()
    open_period("NER", sector="", start=start, end=end, due_on=end, by=NIGER)

    entered(alpha)
    entered(alpha, sector="WSH")

    declared = {(each.sector, each.rows, each.via) for each in Declaration.objects.all()}
    assert declared == {("FSC", 1, "form"), ("WSH", 1, "form")}


def test_a_declaration_follows_its_rows_when_they_change_sector_or_are_withdrawn_and_come_back(alpha: Any) -> None:
    start, end = this_month()
    open_period("NER", sector="", start=start, end=end, due_on=end, by=NIGER)
    row = entered(alpha)

    def declared() -> set[tuple[str, int]]:
        return set(Declaration.objects.values_list("sector", "rows"))

    row = commands.correct_activity(row, Entry("WSH", "ner-1-diffa"), base_version=1, by=REPORTER)
    moved = declared()
    row = commands.withdraw_activity(row, reason="mistaken", base_version=2, by=REPORTER)
    withdrawn = declared()
    commands.restore_activity(row, base_version=3, by=REPORTER)

    assert (moved, withdrawn, declared()) == ({("WSH", 1)}, set(), {("WSH", 1)})
    assert list(broken_lines()) == []


def test_a_row_its_holder_withdrew_is_not_counted_among_those_an_import_declares(alpha: Any) -> None:
    run = stored_import(sectors=("FSC",))
    kept, gone = activity(run, alpha), activity(run, alpha)
    before = rows_by_organisation(run)

    commands.withdraw_activity(gone, reason="entered-twice", base_version=gone.version, by=NIGER)

    assert before == {(alpha, "FSC"): 2}
    assert rows_by_organisation(run) == {(alpha, kept.sector): 1}


def test_two_corrections_that_contradict_each_other_are_not_stored_together(alpha: Any, reporter: Client) -> None:
    row = entered(alpha, start=date(2026, 3, 1), end=date(2026, 3, 31))
    first, second = correction(row, reporter, start="2026-03-20"), correction(row, reporter, end="2026-03-05")
    reporter.post(f"/activities/{row.pk}/correct/", first)
    told = reporter.post(f"/activities/{row.pk}/correct/", second)
    agreed = {name: str(told.context[name]) for name in ("version", "was", "mine")}

    refused = reporter.post(f"/activities/{row.pk}/settle/", agreed)
    mended = reporter.post(f"/activities/{row.pk}/correct/", {
        **second, "start": "2026-03-02", "version": str(refused.context["version"]), "base": refused.context["base"],
    })  # fmt: skip

    row.refresh_from_db()
    assert (refused.status_code, mended.status_code) == (422, 302)
    assert "end" in refused.context["form"].errors
    assert (row.start, row.end, row.version) == (date(2026, 3, 2), date(2026, 3, 5), 3)


def test_a_frozen_period_takes_nothing_and_says_so(alpha: Any, reporter: Client) -> None:
    start, end = this_month()
    row = entered(alpha)
    period = open_period("NER", sector="", start=start, end=end, due_on=end, by=NIGER)
    freeze_period(ReportingPeriod.objects.get(pk=period.pk), base_version=1, by=NIGER)

    with pytest.raises(PeriodRefused):
        entered(alpha)
    told = reporter.post(f"/activities/{row.pk}/correct/", correction(row, reporter, targeted="900"))

    row.refresh_from_db()
    assert told.status_code == 422
    assert "gelée" in told.content.decode()
    assert row.targeted == 500


def last_month(alpha: Any) -> list[Activity]:
    """Two rows of last month, one of which ended in it."""
    before = queries.last_months(TODAY())[1]
    held = Slip(alpha, "NER", *before)
    entries = [Entry("FSC", "ner-1-diffa", activity="Continue", targeted=5, reached=4), Entry("WSH", "ner-1-zinder", activity="Finie", end=before[1] - timedelta(days=3))]
    return [commands.add_activity(held, entry, token=uuid4(), by=REPORTER) for entry in entries]


def test_last_month_is_carried_over_in_one_act_without_the_people_reached_and_taken_back_in_one(alpha: Any, reporter: Client) -> None:
    going, _ended = last_month(alpha)
    shown = reporter.get("/activities/same/", {"for": code()})
    token = str(shown.context["token"])

    done = reporter.post("/activities/same/", {"for": code(), "token": token, "row": [str(going.pk)]})
    reporter.post("/activities/same/", {"for": code(), "token": token, "row": [str(going.pk)]})
    made = Activity.objects.filter(period_start=this_month()[0])
    copied = [(row.activity, row.targeted, row.reached) for row in made]
    reporter.post("/activities/same/take-back/", {"for": code(), "token": token, "row": done.context["origins"]})

    assert [each.entry is not None for each in shown.context["proposed"]] == [True, False]
    assert copied == [("Continue", 5, None)]
    assert not made.filter(withdrawn_at__isnull=True).exists()


def test_last_month_carried_over_from_two_pages_makes_each_row_once_and_again_only_after_it_was_taken_back(alpha: Any, reporter: Client) -> None:
    going, _ended = last_month(alpha)

    def carried() -> tuple[str, Any]:
        token = str(uuid4())
        return token, reporter.post("/activities/same/", {"for": code(), "token": token, "row": [str(going.pk)]})

    token, first = carried()
    carried()
    once = Activity.objects.filter(period_start=this_month()[0]).count()
    shown = reporter.get("/activities/same/", {"for": code()})
    reporter.post("/activities/same/take-back/", {"for": code(), "token": token, "row": first.context["origins"]})
    carried()

    assert once == 1
    assert [each.already for each in shown.context["proposed"]] == [True, False]
    assert "déjà déclarée" in shown.content.decode()
    assert Activity.objects.filter(period_start=this_month()[0], withdrawn_at__isnull=True).count() == 1


def test_the_list_goes_out_as_a_file(alpha: Any, reporter: Client) -> None:
    entered(alpha)

    answer = reporter.get("/activities/", {"format": "csv"})

    assert "Distribution synthétique" in answer.content.decode("utf-8-sig")


def test_the_form_weighs_little_and_asks_few_questions(alpha: Any, reporter: Client, django_assert_max_num_queries: Any) -> None:
    entered(alpha)
    with django_assert_max_num_queries(12):
        page = reporter.get("/activities/add/", {"for": code()}, headers={"accept-encoding": "gzip"})
    with django_assert_max_num_queries(12):
        reporter.get("/activities/")

    assert len(page.content) < 15_000
