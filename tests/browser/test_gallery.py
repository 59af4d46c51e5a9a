"""Every building block, looked at in Chromium: both languages, wide and narrow, with and without JavaScript."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS, LANGUAGES = (360, 768, 1280), ("fr", "en")
SMALL_TARGETS = """() => [...document.querySelectorAll('header a, header button, thead a, tbody th a, .choice a, .links a, .places a, button, input, select')]
  .filter((part) => part.offsetParent && !part.closest('.skip') && part.type !== 'hidden')
  .map((part) => [part.outerHTML.slice(0, 80), part.getBoundingClientRect()])
  .filter(([, box]) => box.height < 23.5).map(([words, box]) => `${box.height} ${words}`)"""


@contextmanager
def opened(browser: Browser, address: str, *, width: int = 1280, language: str = "fr", script: bool = True) -> Iterator[tuple[Page, list[str]]]:
    """A page, and what the browser complained about."""
    context = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=script)
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{address}?lang={language}")
    try:
        yield page, complaints
    finally:
        context.close()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_its_screen_and_the_content_policy_is_never_broken(chromium: Browser, gallery: str, width: int, language: str) -> None:
    with opened(chromium, gallery, width=width, language=language) as (page, complaints):
        widest = page.evaluate("document.documentElement.scrollWidth")

        assert widest <= width
        assert complaints == []
        assert page.locator("html").get_attribute("lang") == language


@pytest.mark.parametrize("width", (360, 1280))
def test_everything_to_press_is_at_least_24_pixels_high(chromium: Browser, gallery: str, width: int) -> None:
    with opened(chromium, gallery, width=width) as (page, _):
        assert page.evaluate(SMALL_TARGETS) == []


def test_without_javascript_a_figure_opens_and_a_table_sorts(chromium: Browser, gallery: str) -> None:
    with opened(chromium, gallery, script=False) as (page, _):
        page.locator(".sentence summary").click()
        assert page.locator(".sentence .card").is_visible()
        page.locator("#regions thead a").first.click()

        assert "sort=region" in page.url
        assert page.locator("#regions th[aria-sort=ascending]").count() == 1


def test_the_first_key_leads_to_the_content(chromium: Browser, gallery: str) -> None:
    with opened(chromium, gallery.replace("/gallery/", "/help/")) as (page, _):
        page.keyboard.press("Tab")
        first = page.evaluate("document.activeElement.className")
        page.keyboard.press("Enter")

        assert first == "skip"
        assert page.url.endswith("#content")


def test_the_language_link_gives_the_same_address_in_the_other_language(chromium: Browser, gallery: str) -> None:
    with opened(chromium, gallery) as (page, _):
        page.get_by_role("link", name="English").click()

        assert "/gallery/" in page.url
        assert page.get_by_role("link", name="Français").is_visible()


def test_typing_filters_the_lines_whatever_the_accents(chromium: Browser, gallery: str) -> None:
    with opened(chromium, gallery) as (page, _):
        page.locator("[data-filters=regions]").fill("tillaberi")

        assert page.locator("#regions tbody tr:visible").all_inner_texts()[0].startswith("Tillabéri")
        assert page.locator("#regions tbody tr:visible").count() == 1


def test_keys_answer_the_doubt_that_has_the_focus_and_no_other(chromium: Browser, gallery: str) -> None:
    with opened(chromium, gallery) as (page, _):
        page.locator("[data-keys]").nth(1).focus()
        page.keyboard.press("2")
        page.wait_for_url("**answer=b2**")

        assert "answer=b2" in page.url


def test_a_key_typed_outside_a_doubt_does_nothing(chromium: Browser, gallery: str) -> None:
    with opened(chromium, gallery) as (page, _):
        page.locator("[data-filters=regions]").focus()
        page.keyboard.press("2")

        assert "answer" not in page.url


def test_a_dropped_file_becomes_the_forms_file(chromium: Browser, gallery: str) -> None:
    with opened(chromium, gallery) as (page, _):
        page.evaluate("""() => {
          const carried = new DataTransfer();
          carried.items.add(new File(["a"], "5w.csv"));
          document.querySelector("[data-drop]").dispatchEvent(new DragEvent("drop", {dataTransfer: carried, bubbles: true, cancelable: true}));
        }""")

        assert page.locator("[data-dropped]").inner_text() == "5w.csv"


def test_a_grave_act_asks_first(chromium: Browser, gallery: str) -> None:
    with opened(chromium, gallery) as (page, _):
        asked: list[str] = []
        page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
        before = page.url
        page.locator("[data-confirm] button").click()

        assert asked == ["Sûr ?"]
        assert page.url == before


def test_areas_without_a_figure_are_hatched_and_never_coloured(chromium: Browser, gallery: str) -> None:
    with opened(chromium, gallery) as (page, _):
        fill = "(name) => getComputedStyle(document.querySelector(`.ylorbr .map-areas use[href$='${name}']`)).fill"
        missing, highest = page.evaluate(fill, "#ner-1-agadez"), page.evaluate(fill, "#ner-1-tillaberi")

        assert "url(" in missing
        assert highest == "rgb(153, 52, 4)"


def test_a_printed_page_has_no_menu_and_keeps_the_figures(chromium: Browser, gallery: str) -> None:
    with opened(chromium, gallery) as (page, _):
        page.emulate_media(media="print")

        assert not page.locator(".menu").is_visible()
        assert page.locator(".sentence data").is_visible()


def test_screenshots_can_be_taken_for_a_human_eye(chromium: Browser, gallery: str, tmp_path: Path) -> None:
    with opened(chromium, gallery, width=360) as (page, _):
        page.screenshot(path=tmp_path / "narrow.png", full_page=True)

    assert (tmp_path / "narrow.png").stat().st_size > 20_000
