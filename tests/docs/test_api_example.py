"""The Python example of the help page runs as it is written, against a node, in both languages of the page."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from api_steps import served
from concertation.site import reference

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = re.compile(r"```python\n(.*?)```", re.DOTALL)


def example(language: str) -> str:
    """The example as the page shows it."""
    [found] = EXAMPLE.findall((ROOT / "docs" / "subjects" / f"api.{language}.md").read_text("utf-8"))
    return str(found)


def test_both_pages_show_the_same_example() -> None:
    assert example("fr") == example("en")


@pytest.mark.django_db
def test_the_example_reads_every_row_of_a_node() -> None:
    reference.load_if_changed()

    with served() as url:
        ran = subprocess.run([sys.executable, "-c", example("fr")], env={**os.environ, "NODE": url}, capture_output=True, text=True, check=False, timeout=60)

    assert ran.returncode == 0, ran.stderr
    told = Client().get("/api/v1/figures?concept=phase3plus&level=0&limit=10000").json()["data"]
    assert len(ran.stdout.splitlines()) == len(told) > 0
    assert any(line.startswith("NER 2024-06-01 3436895 official") for line in ran.stdout.splitlines())


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.django_db
def test_every_address_the_page_names_answers(language: str) -> None:
    reference.load_if_changed()
    text = (ROOT / "docs" / "subjects" / f"api.{language}.md").read_text("utf-8")
    named = {address for address in re.findall(r"/api/v1/[\w/?=&.-]*[\w=]", text) if "{" not in address and not address.endswith(("/ID", "/hapi"))}

    answers = {address: Client().get(address).status_code for address in named}

    assert len(named) >= 9
    assert set(answers.values()) == {200}, answers


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.django_db
def test_the_recipes_for_excel_and_power_bi_read_a_node_as_they_say(language: str) -> None:
    reference.load_if_changed()
    text = (ROOT / "docs" / "subjects" / f"api.{language}.md").read_text("utf-8")
    [of_excel] = re.findall(r"`http://localhost:8000(/api[^`]+output_format=csv[^`]*)`", text)
    [of_power_bi] = re.findall(r'Page\("(/api[^"]+)"\)', text)
    table = Client().get(of_excel).content

    assert table.startswith(b"\xef\xbb\xbflocation_code,")
    assert table.count(b"\r\n") > 10 and b"\n" not in table.replace(b"\r\n", b"")
    assert len(Client().get(f"{of_excel}&offset=10000").content.splitlines()) == 1
    few, followed, address = of_power_bi.replace("limit=10000", "limit=1000"), [], "first"
    while address:
        page = Client().get(few if address == "first" else address).json()
        followed, address = [*followed, *page["data"]], page["next"]
    assert followed == Client().get(of_power_bi).json()["data"]
    assert 'Text.TrimStart(address, "/")' in text and address is None
