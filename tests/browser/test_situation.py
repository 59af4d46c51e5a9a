"""The situation and a unit as their readers see them: wide and narrow, with and without scripts, in both languages."""

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from ports import free_port
from ready_python import Begun, ready
from separate_node import new_node

pytestmark = [pytest.mark.browser]
SOURCES = Path(__file__).resolve().parents[2] / "src"
WIDE, NARROW = 1280, 360
NODE = """
import sys, django; django.setup()
from django.core.management import call_command
from concertation.site.node import make_ready
make_ready()
call_command("runserver", f"127.0.0.1:{sys.argv[1]}", "--noreload", "--nostatic")
"""


def wait_for(port: int, node: Begun) -> None:
    """Until the node answers."""
    for _ in range(600):
        assert node.poll() is None, "the node stopped before it served a page"
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("the node did not answer within a minute")


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A new node in its own folder: the reference set, and no presence."""
    home, port = new_node(tmp_path_factory.mktemp("node"), with_reference_set=True).home, free_port()
    ours = {"CONCERTATION_HOME": str(home), "PYTHONPATH": str(SOURCES), "DJANGO_SETTINGS_MODULE": "concertation.site.settings"}
    with (home / "log").open("wb") as log:
        node = ready().begin_code(NODE, [str(port)], {**os.environ, **ours}, log=log)
        try:
            wait_for(port, node)
            yield f"http://127.0.0.1:{port}"
        finally:
            node.terminate()
            node.wait(timeout=20)


def seen(chromium: Browser, address: str, *, width: int = WIDE, scripts: bool = True) -> Page:
    """A page opened at a width; every error of its console fails the test."""
    page = chromium.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts).new_page()
    page.on("console", lambda message: pytest.fail(message.text) if message.type == "error" else None)
    page.goto(address)
    return page


@pytest.mark.parametrize("address", ["/situation/", "/situation/?level=2", "/states/NER/", "/units/ner-1-tillaberi/"])
def test_a_narrow_screen_never_scrolls_sideways(chromium: Browser, served: str, address: str) -> None:
    page = seen(chromium, served + address, width=NARROW)

    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW


@pytest.mark.parametrize("address", ["/situation/?state=NER", "/situation/?state=NER&level=2"])
def test_a_narrow_screen_shows_the_map_then_the_choices_then_the_list(chromium: Browser, served: str, address: str) -> None:
    page = seen(chromium, served + address, width=NARROW)
    tops = [page.locator(part).first.bounding_box()["y"] for part in (".mapped h2", ".choices", ".mapped > .scroll")]

    assert tops == sorted(tops)


def test_a_wide_screen_and_a_keyboard_meet_the_choices_first(chromium: Browser, served: str) -> None:
    page = seen(chromium, f"{served}/situation/?state=NER")

    assert page.locator(".choices").bounding_box()["y"] < page.locator(".mapped").bounding_box()["y"]
    assert page.locator(".chosen a").first.get_attribute("href").startswith("?")


def test_an_area_of_the_map_leads_to_its_unit(chromium: Browser, served: str) -> None:
    page = seen(chromium, f"{served}/situation/?state=NER")

    page.locator('.map-areas a[href="/units/ner-1-agadez/"] use').first.click()

    assert page.locator("h1").inner_text().startswith("Agadez")


def test_the_choices_work_without_scripts(chromium: Browser, served: str) -> None:
    page = seen(chromium, f"{served}/situation/", scripts=False)

    page.get_by_role("link", name="Niger", exact=True).first.click()

    assert "Au Niger, 3,44 M de personnes en phase 3 ou pire" in page.locator(".sentence").inner_text().replace("\u202f", " ")
    assert "Au Mali" not in page.locator(".sentence").inner_text()


def test_the_areas_are_filled_with_the_colours_of_the_list(chromium: Browser, served: str) -> None:
    page = seen(chromium, f"{served}/situation/?state=NER&lang=en")

    first = page.locator(".mapped tbody tr").first
    unit = first.locator("a").get_attribute("href")
    swatch = first.locator(".swatch").evaluate("element => getComputedStyle(element).backgroundColor")

    assert page.locator(f'.map-areas a[href="{unit}"] use').first.evaluate("element => getComputedStyle(element).fill") == swatch


def test_the_drawing_of_the_years_is_shown(chromium: Browser, served: str) -> None:
    page = seen(chromium, f"{served}/states/NER/")

    drawing = page.locator("main img").first
    drawing.scroll_into_view_if_needed()

    assert drawing.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    assert drawing.get_attribute("alt") == "Besoin par année, Niger"
