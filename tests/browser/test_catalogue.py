"""Every French message has its English, compiled; French punctuation never parts from its word."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "messages.py"


@pytest.fixture(scope="module")
def messages() -> ModuleType:
    """The script that keeps the catalogue."""
    specification = importlib.util.spec_from_file_location("messages_script", SCRIPT)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def found(messages: ModuleType) -> dict[Any, set[str]]:
    """Every message of the product and the files it stands in."""
    return messages.find()


def test_every_message_has_an_english_translation(messages: ModuleType, found: dict[Any, set[str]]) -> None:
    assert messages.untranslated(messages.english(found)) == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_catalogue_and_its_compiled_form_are_up_to_date(messages: ModuleType, found: dict[Any, set[str]], language: str) -> None:
    catalogue = {"en": messages.english, "fr": messages.french}[language](found)

    assert not messages.stale(language, catalogue)


def test_french_punctuation_is_bound_to_its_word(messages: ModuleType, found: dict[Any, set[str]]) -> None:
    assert messages.loosely_set(found) == []


def test_messages_are_found_in_tags_blocks_and_plurals(messages: ModuleType) -> None:
    template = '{% load i18n %}{% if a %}{% translate "un" %}{% else %}{% blocktranslate count n=n trimmed %} {{ n }} lieu {% plural %} {{ n }} lieux {% endblocktranslate %}{% endif %}{% include "x" with t=_("deux") %}'

    found = set(messages.messages_of_template(template))

    assert found == {messages.Message("un"), messages.Message("%(n)s lieu", "%(n)s lieux"), messages.Message("deux")}


def test_messages_are_found_in_code(messages: ModuleType) -> None:
    code = 'x = _("un")\ny = ngettext("lieu", "lieux", n)\nz = translation.gettext("deux")\nw = other("trois")'

    assert set(messages.messages_of_code(code)) == {messages.Message("un"), messages.Message("lieu", "lieux"), messages.Message("deux")}


def test_blanks_that_could_part_are_told(messages: ModuleType) -> None:
    found = {messages.Message("Lieu : Téra"): set(), messages.Message("Lieu\u202f: Téra"): set(), messages.Message("« Téra »"): set()}

    assert messages.loosely_set(found) == ["Lieu : Téra", "« Téra »"]
