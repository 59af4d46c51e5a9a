"""What the stylesheet, the scripts and the templates promise: contrast, weight, no style or script in a page."""

import gzip
import re
from pathlib import Path

import django_htmx
import pytest
from django.template.loader import get_template
from django.test import Client

from concertation.draw.palettes import PALETTES
from concertation.site.middleware import CONTENT_POLICY

SOURCES = Path(__file__).resolve().parents[2] / "src" / "concertation"
STYLESHEET = (SOURCES / "static" / "concertation.css").read_text("utf-8")
SCRIPT = (SOURCES / "static" / "concertation.js").read_text("utf-8")
HTMX = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js"
TEMPLATES = sorted(SOURCES.rglob("templates/**/*.html"))
INLINE = re.compile(r"<style|<script(?![^>]*\bsrc=)|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|hx-on|\bjs:", re.IGNORECASE)
ELSEWHERE = re.compile(r"<(?:script|link|img|iframe|use)[^>]*(?:src|href)=[\"'](?:https?:)?//", re.IGNORECASE)
READING, LARGE = 4.5, 3.0


def token(name: str) -> str:
    """The colour of a token."""
    return re.search(rf"--{name}: (#[0-9a-f]{{3,6}})", STYLESHEET)[1]


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    red, green, blue = (int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4))
    return sum(
        weight * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
        for weight, part in ((0.2126, red), (0.7152, green), (0.0722, blue))
    )


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two tokens."""
    light, dark = sorted((luminance(token(one)), luminance(token(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("ink", ["ink", "soft", "accent", "deep", "bad", "doubt", "good"])
@pytest.mark.parametrize("ground", ["paper", "sand", "tint"])
def test_every_ink_can_be_read_on_every_ground(ink: str, ground: str) -> None:
    assert contrast(ink, ground) >= READING


@pytest.mark.parametrize("signal", ["bad", "doubt", "good"])
def test_signals_can_be_read_on_their_own_tint(signal: str) -> None:
    assert contrast(signal, f"{signal}-tint") >= READING
    assert contrast("ink", f"{signal}-tint") >= READING


def test_the_edges_of_controls_stand_out() -> None:
    assert contrast("rule", "paper") >= LARGE
    assert contrast("rule", "sand") >= LARGE


def test_the_pages_colours_of_classes_are_those_of_the_drawings() -> None:
    for palette in PALETTES.values():
        steps = "; ".join(f"--{step}: {colour}" for step, colour in enumerate(palette.colours))

        assert f".{palette.name} {{ {steps} }}" in STYLESHEET


def test_the_stylesheet_and_the_script_stay_small() -> None:
    assert len(STYLESHEET.encode()) <= 21_000
    assert len(gzip.compress(STYLESHEET.encode())) <= 6_000
    assert len(SCRIPT.encode()) <= 6_000


def test_the_stylesheet_loads_nothing() -> None:
    assert "@import" not in STYLESHEET
    assert re.findall(r"url\((?!\"data:)", STYLESHEET) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(SOURCES)))
def test_no_template_holds_a_style_or_a_script_or_another_host(path: Path) -> None:
    text = path.read_text("utf-8")

    assert INLINE.findall(text) == []
    assert ELSEWHERE.findall(text) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(SOURCES)))
def test_every_template_can_be_read(path: Path) -> None:
    get_template(str(path.relative_to(next(folder for folder in path.parents if folder.name == "templates"))))


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_first_visit_weighs_at_most_60_kilobytes(gallery_settings: None, client: Client, language: str) -> None:
    page = client.get("/gallery/", {"lang": language}).content
    shapes = client.get("/gallery/areas.svg").content

    carried = sum(len(gzip.compress(part)) for part in (page, shapes, STYLESHEET.encode(), SCRIPT.encode(), HTMX.read_bytes()))

    assert carried <= 60_000
    assert len(gzip.compress(page)) <= 16_000


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/gallery/", "/account/login/", "/help/", "/help/pages/", "/nowhere/"])
def test_every_answer_carries_the_content_policy_and_nothing_inline(gallery_settings: None, client: Client, address: str) -> None:
    answer = client.get(address)

    assert answer.headers["Content-Security-Policy"] == CONTENT_POLICY
    assert "unsafe-inline" not in CONTENT_POLICY
    assert INLINE.findall(answer.content.decode()) == []


@pytest.mark.django_db
def test_a_lost_page_says_what_to_do_in_the_readers_language(gallery_settings: None, client: Client) -> None:
    french, english = client.get("/nowhere/", {"lang": "fr"}), client.get("/nowhere/", {"lang": "en"})

    assert (french.status_code, english.status_code) == (404, 404)
    assert "Page introuvable" in french.content.decode()
    assert "Start again from the home page." in english.content.decode()


@pytest.mark.django_db
def test_a_form_from_an_old_page_is_refused_with_what_to_do(gallery_settings: None) -> None:
    answer = Client(enforce_csrf_checks=True).post("/account/login/?lang=en", {"login": "a@example.org", "password": "x"})

    assert answer.status_code == 403
    assert "Go back to the previous page and reload it." in answer.content.decode()


def test_the_page_of_a_failure_speaks_both_languages_without_a_session(gallery_settings: None) -> None:
    for name in ("400.html", "500.html"):
        text = get_template(name).render()

        assert 'lang="fr"' in text
        assert '<section lang="en">' in text


@pytest.mark.django_db
def test_nobody_opens_an_account_alone(gallery_settings: None, client: Client) -> None:
    answer = client.get("/account/signup/", {"lang": "fr"})

    assert "Personne n'ouvre un compte seul" in answer.content.decode().replace("&#x27;", "'")
    assert 'name="password1"' not in answer.content.decode()


@pytest.mark.django_db
def test_a_help_page_stands_in_both_languages_and_an_unknown_subject_is_not_found(gallery_settings: None, client: Client) -> None:
    assert "Lire une page" in client.get("/help/pages/", {"lang": "fr"}).content.decode()
    assert "Reading a page" in client.get("/help/pages/", {"lang": "en"}).content.decode()
    assert client.get("/help/nowhere/").status_code == 404
