"""The field of search as people use it: keys, a plain form without scripts, no sideways scrolling on a telephone."""

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from ports import free_port
from ready_python import ready
from separate_node import new_node

pytestmark = [pytest.mark.browser]
ROOT = Path(__file__).resolve().parents[2]
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
NODE = """
import sys, django; django.setup()
from django.core.management import call_command
from concertation.apps.search.commands import refresh
from concertation.site.node import make_ready
make_ready()
refresh("AES")
call_command("runserver", f"127.0.0.1:{sys.argv[1]}", "--noreload", "--nostatic")
"""


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A new node with its reference set, all of it to be found."""
    home, port = new_node(tmp_path_factory.mktemp("search-node"), with_reference_set=True).home, free_port()
    ours = {"CONCERTATION_HOME": str(home), "PYTHONPATH": str(ROOT / "src"), "DJANGO_SETTINGS_MODULE": "concertation.site.settings"}
    with (home / "log").open("wb") as log:
        running = ready().begin_code(NODE, [str(port)], {**os.environ, **ours}, log=log)
        try:
            for _ in range(600):
                assert running.poll() is None, (home / "log").read_text()
                with socket.socket() as tried:
                    if tried.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield f"http://localhost:{port}"
        finally:
            running.terminate()
            running.wait(20)


def typed(page: Page, words: str) -> None:
    """Type into the field as a person does, and wait for what opens."""
    page.locator("#find").press_sequentially(words, delay=30)
    expect(page.locator("#suggested [role=option]").first).to_be_visible()


def test_arrows_choose_enter_follows_and_escape_closes_with_what_was_typed_kept(chromium: Browser, node: str) -> None:
    page = chromium.new_page(viewport=DESK)
    page.goto(f"{node}/help/?lang=fr")
    field, list_ = page.locator("#find"), page.locator("#suggested")

    typed(page, "nguigmi")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#suggested-told")).to_contain_text("propositions")
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "suggested-1")
    page.keyboard.press("Escape")
    expect(list_).to_be_hidden()
    expect(field).to_have_value("nguigmi")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    page.wait_for_url("**/units/ner-2-*guigmi/")
    page.close()


def test_enter_without_a_choice_asks_the_page_and_leaving_the_field_closes_the_list(chromium: Browser, node: str) -> None:
    page = chromium.new_page(viewport=DESK)
    page.goto(f"{node}/help/?lang=fr")

    typed(page, "tilla")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator("#suggested")).to_be_hidden()
    page.locator("#find").press("Enter")

    page.wait_for_url("**/search/?q=tilla")
    expect(page.locator("#find")).to_have_value("tilla")
    page.close()


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_phone_and_a_browser_without_scripts_search_alike(chromium: Browser, node: str, viewport: Any, scripts: bool) -> None:
    context = chromium.new_context(viewport=viewport, java_script_enabled=scripts)
    page, told = context.new_page(), []
    page.on("console", lambda message: told.append(message.text) if message.type in ("error", "warning") else None)
    page.goto(f"{node}/help/?lang=en")

    page.locator("#find").fill("hopitaux niamey")
    page.get_by_role("button", name="Search").first.click()
    page.wait_for_url("**/search/?q=hopitaux+niamey")
    nothing = page.locator(".empty").inner_text()
    page.goto(f"{node}/search/?q=diffa")

    assert "Nothing matches" in nothing
    assert page.locator("main mark").first.inner_text() == "Diffa"
    assert page.locator("body").bounding_box()["width"] <= viewport["width"]
    assert told == []
    context.close()
