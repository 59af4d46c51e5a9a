"""Decisions followed up: who may write what, what is kept of each change, what a page says, and what is refused."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from access_steps import browser_of, person
from concertation.apps.decisions import queries
from concertation.apps.decisions.commands import Refused
from concertation.apps.decisions.following import commands as following
from concertation.apps.decisions.models import Answer, Decision, FollowUpChange, NationalImplementation, Session
from concertation.apps.decisions.reminding.commands import remind
from concertation.apps.decisions.sessions import commands as sessions
from concertation.apps.decisions.sessions.queries import between
from concertation.apps.ground.editing import Conflict
from concertation.apps.ground.models import JournalLine, Message
from concertation.apps.ground.queries import broken_lines
from concertation.core.decisions import slippage
from concertation.core.sharing import Mandate, Role
from concertation.site import reference
from followed_decisions import MALI, NIGER, SECRETARIAT, reported, said, second_session

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def eight() -> None:
    reference.load_if_changed()


def manager(state: str = "NER") -> Client:
    return browser_of(person(f"manager-{state.lower()}", (Role.DATA_MANAGER, state)))


def secretariat() -> Client:
    return browser_of(person("secretariat", (Role.ANALYST, "AES")))


def report_form(**more: str) -> dict[str, str]:
    return {"implementation": "under-way", "percent": "40", "facts": "Textes signés", "sensitivity": "public", "version": "0", **more}


def test_a_state_reports_what_it_did_and_its_own_report_is_never_more_than_documented() -> None:
    browser = manager()

    answer = browser.post("/decisions/1/states/NER/report/", report_form(documents="Arrêté n° 12, 3 mars 2026"))

    row = NationalImplementation.objects.get()
    assert answer.status_code == 302
    assert (row.owner_state, row.holder, row.implementation, row.percent, row.evidence) == ("NER", "ner-government", "under-way", 40, "documented")
    assert JournalLine.objects.filter(chain="NER", act="decisions.implementation-reported").count() == 1
    page = browser.get("/decisions/1/").content.decode()
    assert "en cours (40 %)" in page
    assert "documentée" in page


@pytest.mark.parametrize(("who", "path", "expected"), [
    ((Role.DATA_MANAGER, "MLI"), "/decisions/1/states/NER/report/", 403), ((Role.READER, "NER"), "/decisions/1/states/NER/report/", 403),
    ((Role.DATA_MANAGER, "NER"), "/decisions/1/follow/", 403), ((Role.DATA_MANAGER, "NER"), "/decisions/sessions/new/", 403),
    ((Role.ANALYST, "AES"), "/decisions/1/states/NER/report/", 403), ((Role.ANALYST, "AES"), "/decisions/sessions/new/", 200),
    ((Role.DATA_MANAGER, "NER"), "/decisions/1/states/TGO/report/", 404),
])  # fmt: skip
def test_each_form_opens_to_the_mandate_it_asks_for(who: tuple[Role, str], path: str, expected: int) -> None:
    assert browser_of(person("somebody", who)).get(path).status_code == expected


@pytest.mark.parametrize(("wrong", "told"), [
    ({"implementation": "blocked", "percent": ""}, "demande sa cause"), ({"implementation": "done"}, "Une part réalisée n'a de sens"),
    ({"percent": "140"}, "100"), ({"implementation": "finished"}, "finished"),
])  # fmt: skip
def test_a_report_that_cannot_stand_is_told_and_writes_nothing(wrong: dict[str, str], told: str) -> None:
    answer = manager().post("/decisions/1/states/NER/report/", report_form(**wrong))

    assert answer.status_code == 422
    assert told in answer.content.decode().replace("&#x27;", "'")
    assert not NationalImplementation.objects.exists()


def test_the_second_of_two_editors_sees_what_the_first_wrote_and_loses_nothing() -> None:
    first, second = manager(), browser_of(person("other", (Role.DATA_MANAGER, "NER")))
    first.post("/decisions/1/states/NER/report/", report_form())

    answer = second.post("/decisions/1/states/NER/report/", report_form(facts="Autre récit", implementation="partly"))

    page = answer.content.decode()
    assert answer.status_code == 409
    assert ("Textes signés" in page, "Autre récit" in page) == (True, True)
    assert NationalImplementation.objects.get().facts == "Textes signés"
    again = second.post("/decisions/1/states/NER/report/", report_form(facts="Autre récit", implementation="partly", version="1"))
    assert (again.status_code, NationalImplementation.objects.get().facts) == (302, "Autre récit")


def test_whoever_declared_a_proof_never_verifies_it_and_a_new_report_loses_the_verification() -> None:
    row = reported(words=said(documents="PV synthétique"))

    with pytest.raises(Refused, match="verified-by-its-author"):
        following.verify(row.pk, how="vu", base_version=1, on=date(2026, 2, 1), by=Mandate(NIGER.person, Role.AUDITOR, "NER"))
    verified = following.verify(row.pk, how="PV lu à Niamey", base_version=1, on=date(2026, 2, 1), by=SECRETARIAT)
    grade = verified.evidence
    anew = reported(on=date(2026, 3, 1), base_version=2)

    assert (grade, anew.evidence, anew.verified_by) == ("verified", "declared", "")
    assert [(each.before, each.after) for each in queries.changes((), "D1") if each.what == "evidence"] == [("", "documented"), ("documented", "verified"), ("verified", "declared")]


def test_a_confidential_report_is_read_by_its_state_alone_with_its_history() -> None:
    reported(words=said(sensitivity="confidential", facts="Secret synthétique"))

    mali, niger = (Mandate("u", Role.READER, state) for state in ("MLI", "NER"))
    assert (queries.national([mali]), queries.changes([mali], "D1")) == ({}, [])
    assert len(queries.national([niger])["D1"]) == 1
    assert queries.changes([niger], "D1")
    assert "Secret synthétique" not in Client().get("/decisions/1/").content.decode()


def test_a_history_is_closed_with_the_report_it_speaks_of() -> None:
    reported(words=said(sensitivity="public"))
    reported(base_version=1, words=said("blocked", cause="Cause synthétique", sensitivity="confidential"))

    assert queries.changes((), "D1") == []


def test_a_day_is_set_by_a_session_alone_and_each_day_before_is_kept_with_who_when_and_why() -> None:
    second_session()
    decision = Decision.objects.get(pk="D3")

    with pytest.raises(Refused, match="day-without-session"):
        sessions.set_day("D3", date(2026, 6, 30), session="", why="", base_version=1, by=SECRETARIAT)
    sessions.set_day("D3", date(2026, 6, 30), session="S2", why="", base_version=1, by=SECRETARIAT)
    with pytest.raises(Refused, match="day-moved-without-reason"):
        sessions.set_day("D3", date(2026, 9, 30), session="S2", why=" ", base_version=2, by=SECRETARIAT)
    sessions.set_day("D3", date(2026, 9, 30), session="S2", why="Étude attendue", base_version=2, by=SECRETARIAT)

    held = queries.changes((), "D3")
    assert decision.due is None
    assert [(each.before, each.after, each.why, each.by) for each in held] == [
        ("", "2026-06-30", "", "u-secretariat"), ("2026-06-30", "2026-09-30", "Étude attendue", "u-secretariat"),
    ]  # fmt: skip
    assert slippage(queries.as_values(held)).days == 92
    assert not list(broken_lines())


def test_a_row_changed_meanwhile_is_a_conflict_and_not_overwritten() -> None:
    sessions.follow("D1", sessions.FollowUp("Secrétariat", "", None, "XOF", "", ""), base_version=1, by=SECRETARIAT)

    with pytest.raises(Conflict):
        sessions.follow("D1", sessions.FollowUp("Autre", "", None, "XOF", "", ""), base_version=1, by=SECRETARIAT)

    assert Decision.objects.get(pk="D1").responsible == "Secrétariat"


def test_acceptance_is_asked_of_third_parties_alone() -> None:
    with pytest.raises(Refused, match="acceptance-of-a-decision"):
        sessions.note_answer("D1", addressee="CERF", acceptance="accepted", motive="", answered_on=date(2026, 1, 1), source="", by=SECRETARIAT)

    words = sessions.DecisionWords("recommendation", "Recommandation synthétique", "Synthetic recommendation", "Texte synthétique", "Synthetic text")
    made = sessions.enter_decision("S1", words, by=SECRETARIAT)
    sessions.note_answer(made.pk, addressee="Fonds synthétique", acceptance="with-reservation", motive="Motif", answered_on=date(2026, 1, 1), source="", by=SECRETARIAT)
    with pytest.raises(Refused, match="implementation-of-a-recommendation"):
        reported(made.pk)

    assert Answer.objects.get().acceptance == "with-reservation"
    assert "acceptée avec réserve" in Client().get(f"/decisions/{made.number}/").content.decode()


def test_what_moved_between_two_sessions_is_told_by_state_with_its_proof() -> None:
    reported(on=date(2025, 10, 1), words=said("planned"))
    second_session()
    reported(on=date(2026, 2, 1), base_version=1, words=said("done", documents="Décret synthétique"))
    reported(on=date(2026, 6, 1), by=MALI)

    moved = between((), date(2025, 12, 31), Session.objects.get(pk="S2").ends_on, queries.every_decision())

    assert [(each.decision.pk, each.state, each.before, each.after) for each in moved] == [("D1", "NER", ("planned", "declared"), ("done", "documented"))]
    assert Client().get("/decisions/sessions/compared/?first=S1&second=S2").status_code == 200


def test_wordings_stand_side_by_side_and_none_replaces_another() -> None:
    browser = secretariat()
    for origin in ("Communiqué", "Page du ministère"):
        browser.post("/decisions/1/wording/", {"language": "fr", "text": f"Texte de {origin}", "origin": origin})

    page = browser.get("/decisions/1/").content.decode()

    assert ("Texte de Communiqué" in page, "Texte de Page du ministère" in page) == (True, True)
    assert queries.listing()[0]["official_wording"] == "Texte de Communiqué"


def test_a_session_that_ends_before_it_begins_is_told() -> None:
    form = {"body": "experts", "title_fr": "Essai", "title_en": "Trial", "starts_on": "2026-03-02", "ends_on": "2026-03-01", "place": "Lomé", "state": "planned", "version": "0"}

    answer = secretariat().post("/decisions/sessions/new/", form)

    assert (answer.status_code, Session.objects.count()) == (422, 1)


@pytest.mark.parametrize("paper", ["matrix", "minutes"])
@pytest.mark.parametrize(("wanted", "start"), [("pdf", b"%PDF"), ("docx", b"PK")])
def test_matrix_and_minutes_are_printed_in_both_languages(paper: str, wanted: str, start: bytes) -> None:
    answer = Client().get(f"/decisions/sessions/S1/?paper={paper}&format={wanted}&words=both")

    assert answer.content.startswith(start)
    assert f'{paper}-s1-fr-en-' in answer.headers["Content-Disposition"]


def test_the_calendar_holds_sessions_and_the_days_the_reader_may_see() -> None:
    row = reported(words=said(sensitivity="confidential"))
    following.set_day(row.pk, date(2026, 6, 30), session="S1", why="", base_version=1, on=date(2026, 1, 20), by=SECRETARIAT)

    everyone, niger = (browser.get("/decisions/calendar.ics").content.decode() for browser in (Client(), manager()))

    assert ("DTSTART;VALUE=DATE:20250807" in everyone, "20260630" in everyone, "DTSTART;VALUE=DATE:20260630" in niger) == (True, False, True)
    assert all(len(line.encode()) <= 75 for line in niger.split("\r\n"))


def test_a_state_is_reminded_once_before_the_day_a_session_set_and_once_after() -> None:
    user = person("manager", (Role.DATA_MANAGER, "NER"))
    row = reported()
    following.set_day(row.pk, date(2026, 6, 30), session="S1", why="", base_version=1, on=date(2026, 1, 20), by=SECRETARIAT)

    rounds = [remind(date(2026, month, day), origin="https://localhost").messages for month, day in ((5, 1), (6, 20), (6, 21), (7, 10), (7, 11))]

    assert rounds == [0, 1, 0, 1, 0]
    assert set(Message.objects.values_list("person", flat=True)) == {str(user.pk)}


def test_nobody_is_reminded_of_what_is_done_or_has_no_day() -> None:
    person("manager", (Role.DATA_MANAGER, "NER"))
    row = reported(words=said("done"))
    following.set_day(row.pk, date(2026, 6, 30), session="S1", why="", base_version=1, on=date(2026, 1, 20), by=SECRETARIAT)
    reported("D2")

    assert remind(date(2026, 7, 10), origin="").messages == 0


def test_a_change_in_the_history_names_no_person(client: Any) -> None:
    user = person("manager", (Role.DATA_MANAGER, "NER"))
    browser_of(user).post("/decisions/1/states/NER/report/", report_form())

    assert FollowUpChange.objects.filter(by=str(user.pk)).exists()
    assert str(user.pk) not in client.get("/decisions/1/").content.decode()
