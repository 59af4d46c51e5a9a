"""Two days in the browser, without a script, the data manager on a telephone: from the forecast to money, actions, the CAP file and the journal; from an alert to agreed money, and thresholds tried on the past."""

import json
import os
import re
import socket
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from lxml import etree
from playwright.sync_api import Browser, Page

from core.anticipation_samples import register_with_money
from ports import free_port
from ready_python import ready
from separate_node import new_node

pytestmark = [pytest.mark.browser]
ROOT = Path(__file__).resolve().parents[2]
BURKINA = "/anticipation/frameworks/bfa-drought-2026/"
ACTS = [
    "framework-signed", "readings-brought", "threshold-met", "certified", "activated", "money-reserved", "money-transferred", "action-started", "action-done", "closed",
]  # fmt: skip
NODE = """
import json, sys, django; django.setup()
from pathlib import Path
from django.conf import settings
from django.core.management import call_command
from concertation.site.node import make_ready
make_ready()
settings.SECOND_FACTOR = False
from access_steps import browser_of, person
from concertation.core.sharing import Role
roles = (("manager", Role.DATA_MANAGER), ("authority", Role.RELEASE_AUTHORITY))
people = [person(f"{name}-{state}", (role, state)) for state in ("BFA", "NER") for name, role in roles]
Path(sys.argv[2]).write_text(json.dumps([browser_of(each).cookies[settings.SESSION_COOKIE_NAME].value for each in people]))
call_command("runserver", f"127.0.0.1:{sys.argv[1]}", "--noreload", "--nostatic")
"""


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, list[str]]]:
    """A new node: its port, and the sessions of each State's data manager and release authority."""
    home, port = new_node(tmp_path_factory.mktemp("day"), with_reference_set=True).home, free_port()
    sessions = home / "sessions.json"
    ours = {"CONCERTATION_HOME": str(home), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT / 'tests'}", "DJANGO_SETTINGS_MODULE": "concertation.site.settings"}
    with (home / "log").open("wb") as log:
        running = ready().begin_code(NODE, [str(port), str(sessions)], {**os.environ, **ours}, log=log)
        try:
            for _ in range(900):
                assert running.poll() is None, (home / "log").read_text()
                with socket.socket() as tried:
                    if sessions.exists() and tried.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield port, json.loads(sessions.read_text())
        finally:
            running.terminate()
            running.wait(10)


@pytest.fixture
def desks(chromium: Browser, node: tuple[int, list[str]]) -> tuple[Page, Page]:
    """Burkina Faso's data manager on a telephone and its release authority at a desk."""
    port, sessions = node
    return desk(chromium, port, sessions[0], width=360), desk(chromium, port, sessions[1], width=1280)


@pytest.fixture
def niger(chromium: Browser, node: tuple[int, list[str]]) -> tuple[Page, Page]:
    """The same two of Niger."""
    port, sessions = node
    return desk(chromium, port, sessions[2], width=360), desk(chromium, port, sessions[3], width=1280)


def desk(chromium: Browser, port: int, session: str, *, width: int) -> Page:
    """A browser in which somebody is signed in."""
    url = f"http://127.0.0.1:{port}"
    context = chromium.new_context(java_script_enabled=False, viewport={"width": width, "height": 800}, base_url=url, locale="fr-FR")
    context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
    return context.new_page()


def state_of(page: Page) -> str:
    """The first words of the page's sentence."""
    return page.locator(".sentence b").inner_text()


def test_the_day_of_a_focal_point_from_the_forecast_to_the_cap_file(desks: tuple[Page, Page], tmp_path: Path, shared: Path) -> None:
    manager, authority = desks
    forecast = tmp_path / "forecast.csv"
    forecast.write_text(f"indicator,year,issue,value\ndry_area,{date.today().year},4,55\n", "utf-8")

    authority.goto(BURKINA)
    authority.get_by_role("button", name="Signer cette version").click()
    manager.goto(BURKINA)
    manager.set_input_files("input[type=file]", forecast)
    manager.get_by_label("Publiée par").fill("ECMWF (synthétique)")
    manager.get_by_role("button", name="Apporter et juger").click()
    assert "seuil atteint, non activé" in manager.inner_text("main")
    manager.locator("table a[href*='/activations/']").click()
    assert state_of(manager) == "Seuil atteint, non activé."
    manager.get_by_role("button", name="Certifier la lecture").click()
    assert state_of(manager) == "Lecture certifiée, non activé."
    assert manager.get_by_role("button", name="Approuver l'activation").count() == 0
    authority.goto(manager.url)
    authority.get_by_role("button", name="Approuver l'activation").click()
    assert state_of(authority) == "Activé."
    assert "8 000 000 USD" in re.sub(r"[\u202f\u00a0]", " ", authority.inner_text("main"))
    authority.get_by_role("button", name="Noter le versement PAM").click()
    for words in ("Noter le début", "Noter comme faite"):
        authority.get_by_role("button", name=words).first.click()
    with authority.expect_download() as taken:
        authority.get_by_role("link", name="Message CAP").click()
    message = etree.parse(str(taken.value.path()))
    etree.XMLSchema(etree.parse(str(shared / "cap/CAP-v1.2.xsd"))).assertValid(message)
    authority.locator("summary").last.click()
    authority.get_by_label("Raison").fill("Fin de saison")
    authority.get_by_role("button", name="Clore").click()

    assert state_of(authority) == "Clos."
    manager.goto("/journal/")
    assert re.findall(r"\banticipation\.([a-z-]+)", manager.inner_text("tbody"))[::-1] == ACTS


def words_of(page: Page) -> str:
    """The words of a page, its narrow blanks as plain ones."""
    return re.sub(r"[\u202f\u00a0]", " ", page.inner_text("main"))


def test_an_alert_entered_on_a_telephone_opens_a_window_and_two_people_release_its_money(niger: tuple[Page, Page], tmp_path: Path) -> None:
    manager, authority = niger
    declared, today = tmp_path / "register.yaml", date.today()
    declared.write_text(yaml.safe_dump(register_with_money(), allow_unicode=True, sort_keys=False), "utf-8")

    manager.goto("/anticipation/new/")
    manager.set_input_files("input[type=file]", declared)
    manager.locator("main form button").first.click()
    authority.goto("/anticipation/frameworks/ner-rrm-synthetic/")
    authority.get_by_role("button", name="Signer cette version").click()
    manager.goto("/response/alerts/add/")
    manager.locator("#id_nature").select_option("displacement")
    manager.locator("#id_place").fill("Tillabéri, Téra")
    manager.locator("#id_raised_on").fill((today - timedelta(days=3)).isoformat())
    manager.locator("#id_households").fill("120")
    manager.locator("main details:has(#id_outcome) summary").click()
    manager.locator("#id_outcome").select_option("confirmed")
    manager.locator("#id_assessed_on").fill((today - timedelta(days=1)).isoformat())
    manager.locator("main form button").last.click()
    manager.locator("input[name=unit][value=ner-2-tera]").check()
    manager.locator("main form button").last.click()
    assert manager.locator(".wrong").all_text_contents() == []
    manager.get_by_role("button", name="Compter pour ces fenêtres").click()
    assert "40 000 USD agréé, pas encore réservé" in re.sub(r"\s+", " ", words_of(manager))
    alert = manager.url
    manager.get_by_role("button", name="Certifier la lecture").last.click()
    manager.goto(alert)
    assert manager.get_by_role("button", name="Approuver l'activation").count() == 0
    authority.goto(alert)
    authority.get_by_role("button", name="Approuver l'activation").click()
    authority.goto(alert)

    assert "40 000 USD réservé ou versé" in re.sub(r"\s+", " ", words_of(authority))
    authority.get_by_role("link", name="Niger, mouvements de population").last.click()
    assert "Téra, déplacement de population" in words_of(authority)


def test_a_threshold_is_tried_on_the_past_and_the_best_combination_taken_from_a_telephone(niger: tuple[Page, Page], shared: Path) -> None:
    manager, _authority = niger
    manager.goto("/anticipation/frameworks/ner-drought-2026/")
    manager.set_input_files("input[type=file]", shared / "anticipation/iri_maproom_raw.csv")
    manager.get_by_label("Publiée par").fill("IRI")
    manager.get_by_role("button", name="Apporter et juger").click()
    manager.get_by_role("link", name="Essayer d'autres seuils à l'établi").click()

    manager.get_by_label("Mauvaises années, pour l'essai").fill("2001 2004 2009 2011 2021")
    manager.get_by_role("button", name="Rejouer").press("Enter")
    before = words_of(manager)
    manager.locator("#tried tr:has(.tag.understood) a").press("Enter")
    after = words_of(manager)

    assert "Tous les seuils ensemble" in before and "3,25" in before
    assert manager.locator("#id_dry_season").input_value() == "3"
    assert "5,20" in after.split("Est-ce solide")[0]
    assert manager.get_by_role("link", name="Emporter le fichier d'une autre version").count() == 1
