"""From an alert to agreed money: the window it opens, two people on the page of the alert, money by commune until the envelope is spent, and the way back."""

from typing import Any

import pytest
import yaml
from django.test import Client
from django.utils import timezone

from access_steps import browser_of, person
from apps.test_response import NIGER, TERA, raised
from concertation.apps.anticipation import commands as anticipation
from concertation.apps.anticipation.models import Activation, Reservation
from concertation.apps.anticipation.queries import framework
from concertation.apps.ground.models import JournalLine
from concertation.apps.response import commands
from concertation.core.response.alerts import AlertEntry
from concertation.core.sharing import Mandate, Role
from concertation.formats.framework_file import read_framework
from concertation.site import reference
from core.anticipation_samples import MONEY, codes, problems_of, register_with_money, with_change

pytestmark = pytest.mark.django_db
DIFFA = "ner-2-diffa"


@pytest.fixture
def desks(settings: Any, tmp_path: Any) -> tuple[Client, Client]:
    """Niger's data manager and release authority, and a signed framework that reads the register."""
    settings.RAW_FOLDER = tmp_path / "raw"
    reference.load_if_changed()
    written = yaml.safe_dump(register_with_money(), allow_unicode=True, sort_keys=False).encode()
    anticipation.bring_framework(written, read_framework(written), by=NIGER)
    shown = framework([NIGER], "ner-rrm-synthetic")
    assert shown is not None
    anticipation.sign(shown, at=timezone.now(), by=Mandate("u", Role.RELEASE_AUTHORITY, state="NER"))
    return browser_of(person("first", (Role.DATA_MANAGER, "NER"))), browser_of(person("second", (Role.RELEASE_AUTHORITY, "NER")))


def page(browser: Client, row: Any) -> str:
    return browser.get(f"/response/alerts/{row.pk}/").content.decode().replace("\u202f", " ").replace("\u00a0", " ").replace("&#x27;", "'")


def opened(unit: str) -> Activation:
    return Activation.objects.get(slug="ner-rrm-synthetic", unit=unit)


def confirmed(browser: Client, unit: str) -> Any:
    return browser.post(f"/anticipation/activations/{opened(unit).pk}/step/", {"step": "confirm"})


def in_diffa() -> Any:
    """A second confirmed alert, in another commune."""
    first = raised()
    told = AlertEntry(DIFFA, "displacement", raised_on=first.raised_on, households=90, people=600, outcome="confirmed", assessed_on=first.assessed_on)
    return commands.correct_alert(first, told, base_version=first.version, by=NIGER)


def test_an_alert_opens_a_window_and_two_people_on_its_page_release_the_agreed_money(desks: tuple[Client, Client]) -> None:
    first, second = desks
    row = raised()

    first.post(f"/response/alerts/{row.pk}/count/")
    met = page(first, row)
    confirmed(first, TERA)
    alone, other = page(first, row), page(second, row)
    confirmed(second, TERA)

    assert "40 000 USD" in met and "agréé, pas encore réservé" in met and "Certifier la lecture" in met
    assert "Approuver l'activation" not in alone and "Approuver l'activation" in other
    assert not Reservation.objects.exclude(activation=opened(TERA)).exists()
    assert Reservation.objects.get().given == 40_000_00
    assert "réservé ou versé" in page(first, row)
    acts = list(JournalLine.objects.filter(chain="NER", act__startswith="anticipation.").order_by("sequence").values_list("act", flat=True))
    assert acts[-4:] == ["anticipation.threshold-met", "anticipation.certified", "anticipation.activated", "anticipation.money-reserved"]


def test_each_commune_draws_until_the_envelope_of_the_season_is_spent(desks: tuple[Client, Client]) -> None:
    elsewhere, here = in_diffa(), raised()
    desks[0].post(f"/response/alerts/{here.pk}/count/")

    for unit in (TERA, DIFFA):
        for browser in desks:
            confirmed(browser, unit)

    assert sorted(Reservation.objects.values_list("asked", "given")) == [(40_000_00, 20_000_00), (40_000_00, 40_000_00)]
    assert "Diffa" in page(desks[0], elsewhere)


def test_the_page_of_the_threshold_leads_back_to_the_alerts_it_counted(desks: tuple[Client, Client]) -> None:
    row = raised()
    raised(households=5, people=30, outcome="waiting", assessed_on=None)
    desks[0].post(f"/response/alerts/{row.pk}/count/")

    shown = desks[0].get(f"/anticipation/activations/{opened(TERA).pk}/").content.decode()

    assert shown.count("/response/alerts/") == 1
    assert f"/response/alerts/{row.pk}/" in shown
    assert "Téra" in shown and TERA not in shown.split("<main")[1]


def test_an_unconfirmed_alert_shows_no_window_and_a_reader_no_act(desks: tuple[Client, Client]) -> None:
    waiting, row = raised(outcome="waiting", assessed_on=None), raised()
    desks[0].post(f"/response/alerts/{row.pk}/count/")
    reader = browser_of(person("elsewhere", (Role.READER, "MLI")))

    assert "Fenêtres et argent agréé" not in page(desks[0], waiting)
    assert "Certifier la lecture" not in page(reader, row)


def test_money_by_commune_fits_once_in_its_envelope_and_no_rule_says_it_is_all_of_it() -> None:
    fits = codes(problems_of(register_with_money()))
    beyond = codes(problems_of({**register_with_money(), "money": {**MONEY, "rows": [{**MONEY["rows"][0], "amount": 60_001}]}}))  # type: ignore[index]

    assert "framework-money-not-adding-up" not in fits
    assert "framework-money-not-adding-up" in beyond
    assert "framework-money-not-adding-up" in codes(problems_of(with_change("bfa-drought-2026", "money", "rows", 0, "amount", to=1)))
