"""An activity added, corrected and disputed on a telephone 360 px wide: nothing slides sideways, nothing typed is lost, nobody is written over. Synthetic."""

import json
import os
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ready_python import ready
from separate_node import new_node

pytestmark = [pytest.mark.browser]
ROOT = Path(__file__).resolve().parents[2]
PHONE = {"width": 360, "height": 740}
LEAST_FINGER = 24
NODE = """
import json, sys, django; django.setup()
from pathlib import Path
from django.conf import settings
from django.core.management import call_command
from concertation.site.node import make_ready
make_ready()
settings.SECOND_FACTOR = False
from access_steps import browser_of, person
from activity_samples import organisation
from concertation.core.sharing import Role
organisation("Alpha")
sessions = [browser_of(person(name, (Role.REPORTER, "NER", "alpha"))).cookies[settings.SESSION_COOKIE_NAME].value for name in ("first", "second")]
Path(sys.argv[2]).write_text(json.dumps(sessions))
call_command("runserver", f"127.0.0.1:{sys.argv[1]}", "--noreload", "--nostatic")
"""


@dataclass(frozen=True)
class Node:
    """Where it is served, and the sessions of two reporters of one organisation."""

    url: str
    sessions: list[str]

    def phone(self, chromium: Browser, number: int, *, scripts: bool = True) -> Page:
        """A telephone in the hand of one of them."""
        context = chromium.new_context(viewport=PHONE, java_script_enabled=scripts, has_touch=True)
        context.add_cookies([{"name": "sessionid", "value": self.sessions[number], "url": self.url}])
        return context.new_page()


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A new node with its reference set and two reporters."""
    home = new_node(tmp_path_factory.mktemp("phone-node"), with_reference_set=True).home
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    ours = {"CONCERTATION_HOME": str(home), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT / 'tests'}", "DJANGO_SETTINGS_MODULE": "concertation.site.settings"}
    with (home / "log").open("wb") as log:
        running = ready().begin_code(NODE, [str(port), str(home / "sessions")], {**os.environ, **ours}, log=log)
        try:
            for _ in range(1200):
                assert running.poll() is None, (home / "log").read_text()[-3000:]
                with socket.socket() as tried:
                    if tried.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield Node(f"http://127.0.0.1:{port}", json.loads((home / "sessions").read_text()))
        finally:
            running.terminate()
            running.wait(20)


def assert_fits(page: Page) -> None:
    """Nothing slides sideways, and every control can be met by a finger."""
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    sizes = page.locator("main button, main select, main input:not([type=hidden]):not([type=radio]):not([type=checkbox]), main textarea").evaluate_all("all => all.filter(one => one.offsetParent).map(one => one.getBoundingClientRect().height)")
    assert sizes and min(sizes) >= LEAST_FINGER


def added(page: Page, node: Node, words: str) -> str:
    """Add an activity through the form; gives back the address of its page."""
    page.goto(f"{node.url}/activities/?lang=fr")
    assert_fits(page)
    page.get_by_role("button", name="Ajouter une activité").click()
    assert_fits(page)
    page.locator("#id_sector").select_option("FSC")
    page.locator("#id_place").fill("Téra, Téra")
    page.locator("#id_activity").fill(words)
    page.locator("#id_targeted").fill("500")
    page.get_by_role("button", name="Enregistrer").click()
    assert page.locator(".wrong").all_text_contents() == []
    expect(page).to_have_url(re.compile(r"/activities/[0-9a-f-]{36}/"))
    expect(page.locator("main")).to_contain_text(words)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    return page.url.partition("?")[0]


@pytest.mark.parametrize("scripts", [True, False])
def test_an_activity_is_added_and_corrected_and_a_mistake_loses_nothing_typed(chromium: Browser, node: Node, scripts: bool) -> None:
    page = node.phone(chromium, 0, scripts=scripts)
    address = added(page, node, f"Vivres synthétiques {scripts}")

    page.goto(f"{address}correct/?lang=fr")
    page.locator("#id_start").fill("2026-03-10")
    page.locator("#id_end").fill("2026-03-01")
    page.get_by_role("button", name="Enregistrer").click()
    assert_fits(page)
    told, kept = page.locator(".wrong").count(), page.locator("#id_activity").input_value()
    page.locator("#id_end").fill("2026-03-31")
    page.locator("#id_targeted").fill("900")
    page.get_by_role("button", name="Enregistrer").click()

    assert told >= 1
    assert kept == f"Vivres synthétiques {scripts}"
    expect(page.locator("main")).to_contain_text("900")
    assert_fits(page)


def test_whoever_comes_second_sees_both_corrections_and_decides(chromium: Browser, node: Node) -> None:
    first, second = node.phone(chromium, 0), node.phone(chromium, 1)
    address = added(first, node, "Vivres disputés synthétiques")
    for page, people in ((first, "800"), (second, "700")):
        page.goto(f"{address}correct/?lang=fr")
        page.locator("#id_targeted").fill(people)

    first.get_by_role("button", name="Enregistrer").click()
    expect(first.locator("main")).to_contain_text("800")
    second.get_by_role("button", name="Enregistrer").click()

    shown = second.locator("main")
    for people in ("500", "800", "700"):
        expect(shown).to_contain_text(people)
    assert_fits(second)
    second.locator("input[name=keep-targeted][value=mine]").check()
    second.locator("main form button").first.click()
    expect(second.locator("main")).to_contain_text("700")
    first.goto(f"{address}?lang=fr")
    expect(first.locator("main")).to_contain_text("700")
