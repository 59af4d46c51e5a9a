"""Every page with JavaScript off: it opens whole, nothing in it waits for a script, nothing is wider than the telephone; keyboard and paper."""

import io
import os
from collections.abc import Iterator

import pypdf
import pytest
from laid_node import MANAGER, NOBODY, LaidNode, in_language
from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser]
PHONE = {"width": 360, "height": 740}
# What a reader without scripts would find dead: a control that only a script answers, a form without a button, a link that leads nowhere.
FULL = os.environ.get("CONCERTATION_AXE") == "full"
DEAD = """() => {
  const shown = node => node.checkVisibility({checkOpacity: true, checkVisibilityCSS: true});
  const all = words => [...document.querySelectorAll(words)].filter(shown);
  const dead = [
    ...all('button[type=button]:not([popovertarget]):not([command])'),
    ...all('a:not([href]), a[href="#"], a[href^="javascript:"]'),
    ...all('[hx-get]:not(a):not(form), [hx-post]:not(form):not(button)').filter(node => !node.closest('form')),
    ...all('input:not([type=hidden]), select, textarea').filter(node => !node.form),
    ...all('form').filter(form => ![...form.elements].some(each => each.type === 'submit' || each.type === 'image')),
    ...all('dialog:not([open]) , [hidden]'),
  ];
  return dead.map(node => node.outerHTML.slice(0, 160));
}"""
SHOWN_FOCUS = """() => {
  const now = document.activeElement, style = getComputedStyle(now);
  return [now.tagName, now.getAttribute('href') || now.name || now.textContent.trim().slice(0, 30),
    (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none' ];
}"""


@pytest.fixture
def pages(chromium: Browser, laid_node: LaidNode) -> Iterator[dict[str, Page]]:
    """Telephones of nobody and of the data manager, without JavaScript."""
    opened = {who: laid_node.context(chromium, who, viewport=PHONE, java_script_enabled=False).new_page() for who in (NOBODY, MANAGER)}
    yield opened
    for page in opened.values():
        page.context.close()


@pytest.fixture
def desk(chromium: Browser, laid_node: LaidNode) -> Iterator[Page]:
    """The data manager at a desk."""
    page = laid_node.context(chromium, MANAGER, viewport={"width": 1280, "height": 900}).new_page()
    yield page
    page.context.close()


def test_no_page_shows_a_control_that_waits_for_a_script_or_is_wider_than_a_telephone(pages: dict[str, Page], laid_node: LaidNode) -> None:
    wrong = []

    for who, _name, path in laid_node.pages if FULL else laid_node.pages_once:
        page = pages[who]
        page.goto(f"{laid_node.url}{path}")
        wrong += [f"{path} ({who}): {dead}" for dead in page.evaluate(DEAD)]
        wrong += [f"{path} ({who}): {width} px wide"] if (width := page.evaluate("document.documentElement.scrollWidth")) > PHONE["width"] else []
        wrong += [f"{path} ({who}): {count} main headings"] if (count := page.locator("h1").count()) != 1 else []

    print(f"{len(laid_node.pages)} pages without scripts: {len(wrong)} findings", *wrong, sep="\n  ")
    assert wrong == []


@pytest.mark.parametrize("path", ["/", "/situation/", "/people/", "/imports/"])
def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(desk: Page, laid_node: LaidNode, path: str) -> None:
    desk.goto(f"{laid_node.url}{path}")
    desk.keyboard.press("Tab")
    first = desk.evaluate(SHOWN_FOCUS)
    desk.keyboard.press("Enter")
    inside = desk.evaluate("document.activeElement.id")
    desk.goto(f"{laid_node.url}{path}")
    reached = []
    for _ in range(25):
        desk.keyboard.press("Tab")
        now = desk.evaluate(SHOWN_FOCUS)
        if now[0] == "BODY":  # past the last one, the keyboard leaves the page
            break
        reached.append((*now, desk.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)")))

    assert (first[1], inside) == ("#content", "content")
    assert len(reached) > 10
    assert [each for each in reached if not each[2]] == []
    places = [each[3] for each in reached]
    assert places == sorted(places)


def test_details_open_from_the_keyboard(desk: Page, laid_node: LaidNode) -> None:
    desk.goto(f"{laid_node.url}/states/NER/")
    details = desk.locator("main details").first
    before = details.get_attribute("open")

    details.locator("summary").first.focus()
    desk.keyboard.press("Enter")

    assert (details.get_attribute("open") is None) != (before is None)


@pytest.mark.parametrize(("path", "words"), [("/", "Concertation"), ("/situation/", "Burkina Faso"), ("/states/NER/", "Niger")])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_page_prints_its_figures_and_not_its_furniture(desk: Page, laid_node: LaidNode, path: str, words: str, language: str) -> None:
    desk.goto(f"{laid_node.url}{in_language(path, language)}")

    printed = pypdf.PdfReader(io.BytesIO(desk.pdf(format="A4")))

    text = "".join(page.extract_text() for page in printed.pages)
    assert words in text
    assert "Se déconnecter" not in text and "Sign out" not in text
    assert 1 <= len(printed.pages) <= 12
