"""The situation and a unit as their readers see them: wide and narrow, with and without scripts, in both languages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test.utils import override_settings
from playwright.sync_api import Browser, Page

from concertation.site import reference

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDE, NARROW = 1280, 360


@pytest.fixture
def served(live_server: Any, tmp_path: Path) -> Iterator[str]:
    """The product with its reference set and its static files, and no presence."""
    with override_settings(STATIC_ROOT=tmp_path / "static", HOME=tmp_path):
        call_command("collectstatic", verbosity=0, interactive=False)
        reference.load_if_changed()
        yield live_server.url


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
    page.wait_for_function("document.querySelector('main img').naturalWidth > 0")

    assert drawing.get_attribute("alt") == "Besoin par année, Niger"
