"""A focal point's day in the browser, without a script: forecast loaded, threshold met, two people, money, actions, the CAP file, the journal."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from lxml import etree
from playwright.sync_api import Browser, Page

from ports import free_port

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
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
people = [person(name, (role, "BFA")) for name, role in (("manager", Role.DATA_MANAGER), ("authority", Role.RELEASE_AUTHORITY))]
Path(sys.argv[2]).write_text(json.dumps([browser_of(each).cookies[settings.SESSION_COOKIE_NAME].value for each in people]))
call_command("runserver", f"127.0.0.1:{sys.argv[1]}", "--noreload", "--nostatic")
"""


@pytest.fixture
def desks(chromium: Browser, tmp_path: Path) -> Iterator[tuple[Page, Page]]:
    """The State's data manager on a telephone and its release authority at a desk, both signed in on a new node, no script allowed."""
    port, sessions = free_port(), tmp_path / "sessions.json"
    ours = {"CONCERTATION_HOME": str(tmp_path), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT / 'tests'}", "DJANGO_SETTINGS_MODULE": "concertation.site.settings"}
    with (tmp_path / "log").open("wb") as log:
        running = subprocess.Popen([sys.executable, "-c", NODE, str(port), str(sessions)], env={**os.environ, **ours}, stdout=log, stderr=log)
        try:
            for _ in range(900):
                assert running.poll() is None, (tmp_path / "log").read_text()
                with socket.socket() as tried:
                    if sessions.exists() and tried.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield desk(chromium, port, json.loads(sessions.read_text())[0], width=360), desk(chromium, port, json.loads(sessions.read_text())[1], width=1280)
        finally:
            running.terminate()
            running.wait(10)


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
