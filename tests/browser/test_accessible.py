"""Every page judged by axe in Chromium: French and English, telephone and desk, signed out and as a State's data manager.

With the suite each page, at most two of one address, is judged for one reader in one language at one width, all four by turns; `CONCERTATION_AXE=full` judges every pair.
Nothing may be found, whatever its weight.
"""

import json
import os
from collections.abc import Iterator
from itertools import cycle, product
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from laid_node import MANAGER, NOBODY, LaidNode, in_language
from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LANGUAGES, WIDTHS = ("fr", "en"), (360, 1280)
FULL = os.environ.get("CONCERTATION_AXE") == "full"
JUDGE = "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']}).then(found => found.violations)"


@pytest.fixture
def pages(chromium: Browser, laid_node: LaidNode) -> Iterator[dict[str, Page]]:
    """A browser of nobody and one of the data manager, in which axe may run."""
    opened = {}
    for who in (NOBODY, MANAGER):
        context = laid_node.context(chromium, who, bypass_csp=True)
        context.add_init_script(AXE)
        opened[who] = context.new_page()
    yield opened
    for page in opened.values():
        page.context.close()


def walk(node: LaidNode) -> Iterator[tuple[str, str, int]]:
    """Who opens which address, in its language, at which width."""
    turns = cycle(product(LANGUAGES, WIDTHS))
    for who, _name, path in node.pages if FULL else node.pages_once:
        for language, width in product(LANGUAGES, WIDTHS) if FULL else [next(turns)]:
            yield who, in_language(path, language), width


def told(found: dict[str, Any], who: str, path: str, width: int) -> str:
    """One thing axe found, in a line."""
    nodes = "; ".join(f"{node['html'][:160]} {json.dumps((node['any'] or node['all'] or [{}])[0].get('message', ''), ensure_ascii=False)[:160]}" for node in found["nodes"][:3])
    return f"{found['impact']} {found['id']} at {path} ({width} px, {who}, {len(found['nodes'])}×): {nodes}"


def test_axe_finds_nothing_on_any_page(pages: dict[str, Page], laid_node: LaidNode) -> None:
    judged, found = 0, []

    for who, path, width in walk(laid_node):
        page = pages[who]
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{laid_node.url}{path}")
        found += [told(each, who, path, width) for each in page.evaluate(JUDGE, RULES)]
        judged += 1

    print(f"axe judged {judged} pages: {len(found)} findings", *found, sep="\n  ")
    assert judged > 60
    assert found == []


def test_axe_does_find_what_is_wrong(pages: dict[str, Page], laid_node: LaidNode) -> None:
    page = pages[NOBODY]
    page.goto(f"{laid_node.url}/help/")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"/static/icon.svg\"><input>')")

    assert {each["id"] for each in page.evaluate(JUDGE, RULES)} >= {"image-alt", "label"}
