"""The eight decisions: loaded once, never overdue without a day, measured by what the subjects offer."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import pytest

from concertation.apps.decisions import measures, queries
from concertation.apps.decisions.commands import load_decisions, load_sessions
from concertation.apps.decisions.measures import Measure, register_measures
from concertation.apps.decisions.models import Attendance, Decision, OfficialWording, Session
from concertation.core.sharing import Mandate
from concertation.formats import reference_set
from concertation.site import reference

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def eight() -> None:
    reference.load_if_changed()


@pytest.fixture
def no_measures(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(measures, "OFFERS", [])
    yield


def counted(mandates: Sequence[Mandate]) -> Mapping[int, Sequence[Measure]]:
    return {3: (Measure("sample", "synthétique", "synthetic", 12 + len(mandates), sources=("plan",), trend=((2024, 9), (2025, 12))),)}


def test_the_eight_decisions_stand_in_order_with_their_sources_and_their_session() -> None:
    views = queries.decisions(())

    assert [view.decision.number for view in views] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert all(queries.sources_named(view.source_names) for view in views)
    assert {view.decision.session_id for view in views} == {"S1"}
    assert views[0].subjects == ("needs", "presence", "picture")


def test_the_first_forum_is_held_with_its_days_its_place_and_who_was_there_by_a_source() -> None:
    forum = Session.objects.get(pk="S1")
    came = {each.party: (each.capacity, each.presence) for each in Attendance.objects.filter(session=forum)}

    assert (forum.place, forum.starts_on, forum.ends_on, forum.state) == ("Bamako", date(2025, 8, 7), date(2025, 8, 9), "held")
    assert {came[state] for state in ("BFA", "MLI", "NER")} == {("member", "present")}
    assert {came[state] for state in ("TGO", "MRT", "TCD")} == {("invited", "invited")}
    assert queries.sources_named(forum.sources.split("|"))


def test_a_decision_whose_text_fixes_no_day_is_never_overdue() -> None:
    view = queries.decisions(())[0]

    assert view.decision.due is None
    assert not view.is_overdue(date(2099, 1, 1))
    assert queries.listing()[0]["due"] == "non fixée par le texte"


def test_a_decision_past_its_day_is_overdue() -> None:
    Decision.objects.filter(number=1).update(due=date(2026, 1, 31))

    view = queries.decisions(())[0]

    assert view.is_overdue(date(2026, 2, 1))
    assert not view.is_overdue(date(2026, 1, 31))
    assert queries.listing()[0]["due"] == "2026-01-31"


def test_what_the_secretariat_filled_in_survives_a_new_reference_set() -> None:
    Decision.objects.filter(number=2).update(responsible="Secrétariat", due=date(2027, 1, 1))
    OfficialWording.objects.create(decision_id="D2", language="fr", text="texte officiel", origin="communiqué")
    Session.objects.filter(pk="S1").update(place="Bamako, centre de conférences", version=2)

    load_sessions(reference_set.read("sessions"), reference_set.read("attendances"))
    load_decisions(reference_set.read("decisions"))

    kept = Decision.objects.get(number=2)
    assert (kept.responsible, kept.due) == ("Secrétariat", date(2027, 1, 1))
    assert [each.text for each in queries.wordings("D2")] == ["texte officiel"]
    assert Session.objects.get(pk="S1").place == "Bamako, centre de conférences"


def test_a_decision_shows_the_measures_that_the_subjects_offer(no_measures: None) -> None:
    register_measures(counted)
    register_measures(counted)

    [told] = [line for line in queries.listing() if line["number"] == 3]

    assert [measure["value"] for measure in told["measures"]] == [12]
    assert told["evidence"] == ["plan"]


def test_a_decision_without_a_measure_or_a_report_says_so(no_measures: None) -> None:
    told = queries.listing()[6]

    assert (told["implementation"], told["evidence"], told["national"], told["measures"]) == ("no-report-yet", [], [], [])


def test_a_listing_has_what_a_ministers_office_asks_for() -> None:
    asked = {"reference", "text_fr", "text_en", "sources", "responsible", "due", "implementation", "evidence", "measures"}

    assert len(queries.listing()) == 8
    assert all(asked <= line.keys() for line in queries.listing())
