"""The description of the interface: committed, exact, in both languages; its page of explanations."""

import json
import os
import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from django.test import Client

from concertation.formats import reference_set
from concertation.site.api_description import description

ROOT = Path(__file__).resolve().parents[2]


def test_the_committed_description_is_what_the_code_says() -> None:
    committed = json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))

    assert committed == json.loads(json.dumps(description("fr"))), "run: PYTHONPATH=src python scripts/openapi.py"


def test_the_script_writes_the_committed_file(tmp_path: Path) -> None:
    text = (ROOT / "scripts" / "openapi.py").read_text("utf-8")
    script = tmp_path / "scripts" / "openapi.py"
    script.parent.mkdir()
    (tmp_path / "docs").mkdir()
    script.write_text(text, "utf-8")

    subprocess.run([sys.executable, str(script)], check=True, env={**os.environ, "PYTHONPATH": str(ROOT / "src")}, capture_output=True)

    assert (tmp_path / "docs" / "openapi.json").read_bytes() == (ROOT / "docs" / "openapi.json").read_bytes()


def test_every_word_of_the_table_is_used_and_both_languages_say_the_same_things() -> None:
    table = reference_set.read("api_words")
    used = {("text", name) for name in ("lead", "token", "answered", "unchanged", "etag", "link")}
    used |= {("tag", tag["name"]) for tag in description("fr")["tags"]}
    for methods in description("fr")["paths"].values():
        used |= {("route", methods["get"]["operationId"]), *(("filter", given["name"]) for given in methods["get"]["parameters"])}
    used |= {("column", name) for schema in description("fr")["components"]["schemas"].values() for name in schema.get("properties", {})}

    held = set(table.select("kind", "name").iter_rows())
    assert held == used
    assert table.filter((table["fr"].str.len_chars() == 0) | (table["en"].str.len_chars() == 0)).is_empty()
    assert list(description("fr")["paths"]) == list(description("en")["paths"])


def test_french_words_are_set_as_french() -> None:
    loose = [text for text in reference_set.read("api_words")["fr"] if re.search(r" [:;?!»%](?=\s|$)|« ", text)]

    assert loose == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_description_is_served_in_the_language_asked_for_and_is_sound(language: Any) -> None:
    answer = Client().get(f"/api/v1/openapi.json?lang={language}")
    told = answer.json()

    assert told == json.loads(json.dumps(description(language)))
    assert told["openapi"] == "3.1.0"
    for schema in told["components"]["schemas"].values():
        jsonschema_rs.Draft202012Validator({**schema, "components": told["components"]})
    named = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(told)))
    assert named <= set(told["components"]["schemas"])


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.django_db
def test_the_page_explains_every_address_filter_column_and_code(language: Any) -> None:
    answer = Client().get(f"/api/v1/docs?lang={language}")
    shown, told = unescape(answer.content.decode()), description(language)

    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    for path, methods in told["paths"].items():
        assert path in shown and methods["get"]["summary"] in shown
        assert all(given["description"] in shown for given in methods["get"]["parameters"])
    for code in told["components"]["schemas"]["ProblemTold"]["properties"]["code"]["enum"]:
        assert f'id="{code}"' in shown
    assert "<script>" not in shown and "style=" not in shown
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', shown)


@pytest.mark.django_db
def test_every_page_leads_to_the_explanations() -> None:
    assert 'href="/api/v1/docs"' in Client().get("/help/").content.decode()
    assert 'href="/api/v1/docs"' in Client().get("/help/api/").content.decode()

