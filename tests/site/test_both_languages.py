"""Every address in French and in English by one test: no words of ours in one language alone, refusals and e-mails too."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import polib
import pytest
from django.core import mail
from django.test import Client
from django.utils.translation import trans_real

from addresses import Ground, lay, with_choices
from concertation.apps.access.mail import send_link, send_password_link

pytestmark = pytest.mark.wording
CATALOGUE = Path(__file__).resolve().parents[2] / "src" / "concertation" / "locale" / "en" / "LC_MESSAGES" / "django.po"
FRENCH = re.compile(r"\b(aucune?|avec|cette|chaque|dans|depuis|déjà|doit|elle|êtes|jamais|leurs?|mais|nous|peut|pour|puis|qui|rien|sans|selon|sont|toutes?|une|vos|votre|vous)\b", re.IGNORECASE)
ENGLISH = re.compile(r"\b(already|and|been|cannot|from|have|only|please|should|that|their|there|these|this|which|with|your)\b", re.IGNORECASE)
# What is shown as it was written: names, titles and texts of sources, quotations, the other language's link, values of fields, files.
AS_WRITTEN = re.compile(r"<(?P<tag>\w+)[^>]*\slang=\"(?:fr|en)\".*?</(?P=tag)>|<q\b.*?</q>|<cite\b.*?</cite>|<code\b.*?</code>|<option\b.*?</option>|<svg\b.*?</svg>|<script\b.*?</script>|«.*?»|“.*?”", re.DOTALL)
# Pages that show names and texts of sources as they were written: of these, headings, labels, buttons and terms are judged.
AS_WRITTEN_IN = frozenset({
    "sources", "source", "figure", "organisation", "organisations", "needs", "import", "source-cell", "search", "search-suggestions", "state", "unit", "api-docs",
})  # fmt: skip
OWN_PARTS = re.compile(r"<(h[1-4]|caption|label|button|legend|summary|dt)\b[^>]*>.*?</\1>", re.DOTALL)


@pytest.fixture
def ground(db: None, settings: Any, tmp_path: Path) -> Ground:
    """Every page has something to show."""
    settings.RAW_FOLDER, settings.HOME = tmp_path / "raw", tmp_path
    return lay()


def words_of(page: str) -> str:
    """What a page says in its own words."""
    body = page.partition("<main")[2] or page
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", AS_WRITTEN.sub(" ", body))))


@pytest.fixture
def asked_in_french(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """The messages that were asked for in French and have no French: neither ours (written in French) nor translated by their package."""
    ours = {entry.msgid for entry in polib.pofile(str(CATALOGUE))}
    missing: set[str] = set()
    given = trans_real.DjangoTranslation.gettext

    def noting(catalogue: Any, message: str) -> str:
        answer: str = given(catalogue, message)
        if catalogue.language() == "fr" and answer == message and message not in ours and ENGLISH.search(message):
            missing.add(message)
        return answer

    monkeypatch.setattr(trans_real.DjangoTranslation, "gettext", noting)
    yield missing


def test_no_page_holds_words_of_the_other_language(ground: Ground, asked_in_french: set[str]) -> None:
    wrong, read = [], 0

    for name, (who, path) in with_choices(ground).items():
        for language, other in (("fr", ENGLISH), ("en", FRENCH)):
            page = who.get(f"{path}{'&' if '?' in path else '?'}lang={language}").content.decode()
            read += 1
            said = words_of("<main>" + " ".join(part[0] for part in OWN_PARTS.finditer(page)) if name.split(" ")[0] in AS_WRITTEN_IN else page)
            found = list(other.finditer(said))
            wrong += [f"{path} in {language}: …{said[max(match.start() - 40, 0):match.end() + 40]}…" for match in found[:3]]
            wrong += [] if f'<html lang="{language}">' in page or "<html" not in page else [f"{path}: not marked {language}"]

    print(f"{read} pages read: {len(wrong)} findings", *wrong, sep="\n  ")
    assert wrong == []
    assert asked_in_french == set()


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("status", "ask"), [
    (403, lambda client: client.get("/people/invite/")), (404, lambda client: client.get("/nowhere/")), (405, lambda client: client.post("/places/")), (414, lambda client: client.get("/search/", {"q": "x" * 200_000})),
])  # fmt: skip
def test_a_refusal_stands_in_the_readers_language(ground: Ground, status: int, ask: Any) -> None:
    said, client = {}, ground.readers_without_mandate()
    for language in ("fr", "en"):
        client.cookies["language"] = language
        answer = ask(client)
        assert answer.status_code == status
        said[language] = words_of(answer.content.decode())

    assert not ENGLISH.search(said["fr"])
    assert not FRENCH.search(said["en"])


@pytest.mark.parametrize("name", ["400", "413", "500", "503"])
def test_a_refusal_without_a_reader_stands_in_both(name: str) -> None:
    page = (CATALOGUE.parents[3] / "site" / "templates" / f"{name}.html").read_text("utf-8")

    french, english = page.split('<section lang="en">')

    assert FRENCH.search(french) or "<h1>" in french
    assert ENGLISH.search(re.sub(r"<[^>]+>", " ", english)) or "nothing" in english
    assert not FRENCH.search(re.sub(r"<[^>]+>", " ", english))


@pytest.mark.parametrize("send", [send_link, send_password_link])
def test_every_e_mail_of_access_is_written_in_both_languages(send: Any) -> None:
    assert send("person@concertation.example.org", "https://example.org/x")

    french, english = mail.outbox[0].body.split("\n\n")
    assert FRENCH.search(french) and not ENGLISH.search(french)
    assert ENGLISH.search(english) and not FRENCH.search(english)


def test_the_reader_without_a_page_is_told_apart_from_the_words_of_the_page() -> None:
    """The judge does see a word of the other language."""
    assert FRENCH.search(words_of("<main><p>Nothing pour vous</p></main>"))
    assert not FRENCH.search(words_of('<main><p lang="fr">rien pour vous</p> <q>rien</q></main>'))
    assert Client().get("/help/?lang=en").status_code == 200
