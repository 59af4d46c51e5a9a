"""Help as the reader gets it: every document is a page in both languages, its links lead on, nothing in it runs."""

import re

import pytest
from django.test import Client

from concertation.site import help

pytestmark = pytest.mark.django_db
EVERY = help.subjects()


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("subject", EVERY)
def test_every_document_is_a_page_with_its_title_in_the_language_asked_for(client: Client, subject: str, language: str) -> None:
    shown = page(client, f"/help/{subject}/?lang={language}")

    folder = next(folder for folder in help.FOLDERS if (folder / f"{subject}.{language}.md").is_file())
    title = (folder / f"{subject}.{language}.md").read_text("utf-8").partition("\n")[0].removeprefix("# ")
    heading = re.search(r"<h1>(.*?)</h1>", shown, re.DOTALL)
    assert f'lang="{language}"' in shown
    assert heading is not None and heading[1].replace("\u202f", " ").replace("&#x27;", "'") == title


def test_the_index_names_every_page_with_what_it_answers(client: Client) -> None:
    shown = page(client, "/help/?lang=en")

    assert list(re.findall(r'<li><a href="/help/(\w+)/"', shown)) == EVERY
    assert "Who is in need and not reached, and where?" in shown


@pytest.mark.parametrize("subject", EVERY)
def test_links_between_documents_lead_from_help_page_to_help_page(client: Client, subject: str) -> None:
    shown = page(client, f"/help/{subject}/?lang=fr")

    assert ".md" not in " ".join(re.findall(r'href="([^"]*)"', shown))
    for address in set(re.findall(r'href="(/help/\w+/)"', shown)):
        page(client, address)


@pytest.mark.parametrize("subject", EVERY)
def test_french_never_breaks_a_line_before_its_punctuation(client: Client, subject: str) -> None:
    shown = page(client, f"/help/{subject}/?lang=fr")

    prose = re.sub(r"<(code|pre)\b.*?</\1>", "x", shown.partition('<div class="prose">')[2], flags=re.DOTALL)
    assert re.findall(r"[^<>]{0,20} [:;?!»](?=\s)[^<>]{0,10}", prose) == []


def test_a_wide_table_and_a_long_command_scroll_by_themselves() -> None:
    made = help.rendered("# T\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n    ./run\n").content

    assert made.count('<div class="scroll" tabindex="0"><table>') == made.count("</table></div>") == 1
    assert '<div class="scroll" tabindex="0"><pre>' in made


def test_markup_written_in_a_document_is_shown_and_never_run() -> None:
    made = help.rendered("# T\n\n<script>alert(1)</script> ![x](/y) [z](javascript:alert(1))").content

    assert "<script" not in made and "<img" not in made and 'href="javascript' not in made


@pytest.mark.parametrize("subject", ["nothing", "..", "adr"])
def test_a_subject_nobody_explained_is_not_found(client: Client, subject: str) -> None:
    assert client.get(f"/help/{subject}/").status_code == 404
