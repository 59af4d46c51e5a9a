"""Alerts entered by hand: what is asked and refused, who covers whom and why not, delays, two people at once, windows that read the register."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from access_steps import browser_of, person
from concertation.apps.anticipation.models import Activation, IndicatorReading
from concertation.apps.ground.models import JournalLine
from concertation.apps.ground.queries import broken_lines
from concertation.apps.response import commands, queries
from concertation.apps.response.models import Alert, SectorAnswer
from concertation.core.response.alerts import AlertEntry as Told
from concertation.core.response.alerts import SectorLine
from concertation.core.sharing import Mandate, Role
from concertation.site import reference

pytestmark = pytest.mark.django_db
NIGER = Mandate("u-ner", Role.DATA_MANAGER, state="NER")
TERA = "ner-2-tera"


@pytest.fixture(autouse=True)
def grounds(settings: Any, tmp_path: Any) -> None:
    """The reference set and a folder for raw files."""
    settings.RAW_FOLDER = tmp_path / "raw"
    reference.load_if_changed()


@pytest.fixture
def manager() -> Client:
    """A browser of Niger's data manager."""
    return browser_of(person("manager", (Role.DATA_MANAGER, "NER")))


def day(ago: int) -> str:
    return (timezone.localdate() - timedelta(days=ago)).isoformat()


def typed(**changes: str) -> dict[str, str]:
    """What the form of an alert sends."""
    plain = {
        "token": str(uuid4()), "state": "NER", "nature": "displacement", "place": "Tillabéri, Téra", "raised_on": day(10), "households": "120", "people": "840", "group": "idp",
        "teller": "authority", "outcome": "waiting", "assessed_on": "", "assessors": "", "facilities": "", "share_as": "restricted", "unit": TERA,
    }  # fmt: skip
    return {**plain, **changes}


def raised(**changes: Any) -> Alert:
    """An alert of Niger, confirmed."""
    plain = {"raised_on": timezone.localdate() - timedelta(days=10), "households": 120, "people": 840, "outcome": "confirmed", "assessed_on": timezone.localdate() - timedelta(days=8)}
    told = {**plain, **changes}
    share = told.pop("share_as", "restricted")
    return commands.raise_alert(Told(TERA, told.pop("nature", "displacement"), **told), state="NER", share_as=share, token=uuid4(), by=NIGER)


def answer(row: Alert, browser: Client, **given: str) -> Any:
    row.refresh_from_db()
    plain = {"version": str(row.version), "sector": "SHL", "state": "covered", "begun_on": day(4), "reason": "", "assisted": "", "organisation": ""}
    return browser.post(f"/response/alerts/{row.pk}/answer/", {**plain, **given})


def test_an_alert_is_entered_once_however_often_its_form_is_sent(manager: Client) -> None:
    form = typed()

    for _time in range(2):
        page = manager.post("/response/alerts/add/", form)
        assert page.status_code == 302, page.context["form"].errors

    row = Alert.objects.get()
    assert (row.unit_id, row.households, row.holder, row.sensitivity) == (TERA, 120, "ner-government", "restricted")


@pytest.mark.parametrize(("changes", "told"), [
    ({"households": "", "people": ""}, "alert-nobody-counted"), ({"people": "50"}, "alert-household-size"), ({"raised_on": day(-1)}, "alert-date-not-past"),
    ({"outcome": "confirmed"}, "alert-outcome-without-day"), ({"nature": "schools-closed"}, "alert-nothing-counted"),
])  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_typed_is_lost(manager: Client, changes: dict[str, str], told: str) -> None:
    page = manager.post("/response/alerts/add/", typed(**changes))

    assert page.status_code == 422
    assert "Tillabéri, Téra" in page.content.decode()
    assert not Alert.objects.exists()


def test_no_line_of_the_form_takes_words_in_which_an_event_could_be_told(manager: Client) -> None:
    page = manager.get("/response/alerts/add/").content.decode()

    assert "<textarea" not in page
    assert not {"latitude", "longitude", "incident", "observation"} & {field.name for field in Alert._meta.get_fields()}


def test_a_place_several_units_are_called_is_offered_as_a_choice(manager: Client) -> None:
    page = manager.post("/response/alerts/add/", typed(place="Tilaberri", unit=""))

    assert page.status_code == 422
    assert 'name="unit"' in page.content.decode()


def test_an_answer_within_the_agreed_days_is_in_time_and_a_later_one_says_by_how_much(manager: Client) -> None:
    soon, late = raised(), raised(households=60, people=400)

    answer(soon, manager, begun_on=day(4))
    answer(late, manager, begun_on=day(1))

    page = manager.get("/response/?sort=delay").content.decode()
    assert "réponse en 6\u00a0jours" in page.replace("6 jours", "6\u00a0jours")
    assert "réponse en 9" in page
    assert "2 de trop" in page
    assert [row.took_days for row in Alert.objects.order_by("took_days")] == [6, 9]


def test_an_alert_nobody_answered_is_past_the_aim_only_where_an_aim_is_agreed(manager: Client) -> None:
    raised()
    before = manager.get("/response/?delay=overdue").content.decode()

    commands.set_aim("NER", days=15, source="texte synthétique", agreed_on=None, by=NIGER)

    after = manager.get("/response/").content.decode()
    assert "délai passé" in before
    assert "encore 5" in after


def test_a_sector_that_does_not_cover_says_why(manager: Client) -> None:
    row = raised()

    refused = answer(row, manager, state="not-covered", begun_on="")
    kept = answer(row, manager, state="not-covered", begun_on="", reason="no-stock")

    assert (refused.status_code, kept.status_code) == (422, 302)
    assert "pas de stock" in manager.get("/response/").content.decode()
    row.refresh_from_db()
    assert row.coverage == "not-covered"


def test_what_protection_does_is_seen_of_its_state_alone_and_shows_through_nothing(manager: Client) -> None:
    row = raised()
    answer(row, manager, sector="PRO")
    reader = browser_of(person("elsewhere", (Role.READER, "MLI")))

    inside, outside = (browser.get(f"/response/alerts/{row.pk}/").content.decode() for browser in (manager, reader))

    assert SectorAnswer.objects.get().sensitivity == "confidential"
    assert ("Protection" in inside.split("Réponse par secteur")[1].split("<details")[0], "Protection</th>" in outside) == (True, False)
    row.refresh_from_db()
    assert (row.coverage, row.begun_on) == ("unsaid", None)


def test_a_confidential_alert_is_seen_of_its_state_and_of_no_other(manager: Client) -> None:
    row = raised(share_as="confidential")
    reader = browser_of(person("elsewhere", (Role.READER, "MLI")))

    assert [browser.get(f"/response/alerts/{row.pk}/").status_code for browser in (manager, reader, Client())] == [200, 404, 404]


def test_whoever_comes_second_sees_both_corrections_and_decides(manager: Client) -> None:
    row = raised()
    form = manager.get(f"/response/alerts/{row.pk}/correct/").context
    commands.correct_alert(row, Told(TERA, "displacement", raised_on=row.raised_on, households=150, people=840, outcome="confirmed", assessed_on=row.assessed_on), base_version=1, by=NIGER)

    shown = manager.post(f"/response/alerts/{row.pk}/correct/", typed(version="1", base=form["base"], households="130", outcome="confirmed", assessed_on=day(8)))
    settled = manager.post(f"/response/alerts/{row.pk}/settle/", {"version": "2", "was": shown.context["was"], "mine": shown.context["mine"], "keep-households": "mine"})

    assert (shown.status_code, settled.status_code) == (409, 302)
    row.refresh_from_db()
    assert (row.households, row.version) == (130, 3)


def test_an_answer_given_on_an_older_version_is_not_written_over(manager: Client) -> None:
    row = raised()
    commands.answer_sector(row, SectorLine("WSH", "waiting"), base_version=1, by=NIGER)

    page = manager.post(f"/response/alerts/{row.pk}/answer/", {"version": "1", "sector": "SHL", "state": "waiting"})

    assert page.status_code == 409
    assert SectorAnswer.objects.count() == 1


def test_a_withdrawn_alert_stays_and_can_come_back(manager: Client) -> None:
    row = raised()
    manager.post(f"/response/alerts/{row.pk}/withdraw/", {"version": "1", "reason": "mistaken"})
    gone = queries.alerts([NIGER]).count()

    manager.post(f"/response/alerts/{row.pk}/restore/", {"version": "2"})

    assert (gone, queries.alerts([NIGER]).count()) == (0, 1)


def test_every_act_stands_in_the_journal_without_free_words_and_on_the_page_of_the_alert(manager: Client) -> None:
    manager.post("/response/alerts/add/", typed(assessors="Organisation synthétique"))
    row = Alert.objects.get()
    answer(row, manager, begun_on=day(4))

    lines = JournalLine.objects.filter(chain="NER", act__startswith="response.").order_by("sequence")
    assert [line.act for line in lines] == ["response.alert-raised", "response.sector-answered"]
    assert b"synth" not in b"".join(bytes(line.facts) for line in lines)
    assert "Réponse d'un secteur notée" in manager.get(f"/response/alerts/{row.pk}/").content.decode().replace("&#x27;", "'")
    assert list(broken_lines()) == []


def test_a_confirmed_alert_of_fifty_households_starts_the_window_that_reads_the_register(manager: Client) -> None:
    row = raised()

    manager.post(f"/response/alerts/{row.pk}/count/")

    met = Activation.objects.get(slug="ner-displacement-rrm")
    assert (met.state, met.unit, met.window) == ("met", TERA, "action")
    assert {(reading.value, reading.sensitivity) for reading in IndicatorReading.objects.filter(source="register", series__startswith="NER/")} == {(120.0, "restricted")}


def test_counting_twice_starts_nothing_twice_and_unconfirmed_alerts_count_for_nothing(manager: Client) -> None:
    row = raised(households=30, people=200)
    commands.raise_alert(Told(TERA, "displacement", raised_on=row.raised_on, households=400), state="NER", share_as="restricted", token=uuid4(), by=NIGER)

    for _time in range(2):
        manager.post(f"/response/alerts/{row.pk}/count/")

    assert not Activation.objects.exists()
    assert [reading.value for reading in IndicatorReading.objects.filter(source="register", series__startswith="NER/")] == [30.0]


def test_the_board_is_taken_away_with_its_delays_and_their_source(manager: Client) -> None:
    raised()

    taken = manager.get("/response/?format=csv").content.decode("utf-8-sig")

    assert "Téra" in taken
    assert "overdue" in taken


def test_an_aim_is_set_with_its_text_and_undone(manager: Client) -> None:
    manager.post("/response/aims/", {"state": "NER", "days": "5", "source": "Texte synthétique", "agreed_on": ""})
    held = queries.aims([])["NER"].days

    manager.post("/response/aims/", {"undo": "NER"})

    assert (held, queries.aims([])["NER"].days) == (5, 7)
