"""Notes: what a reader may see and no more, in two pages; a message from public rows alone; the same at the terminal."""

import io
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import docx
import pypdf
import pytest
from django.test import Client
from django.test.utils import override_settings
from typer.testing import CliRunner

from activity_samples import activity, organisation, stored_import
from concertation.apps.notes import reading
from concertation.apps.notes.compose import notes_of
from concertation.apps.notes.message import LONGEST, fitted, messages
from concertation.apps.picture.commands import refresh
from concertation.apps.sharing.joint import commands as joint
from concertation.cli import app
from concertation.core.sharing import Mandate, Role
from concertation.core.sharing.joint import Verdict
from concertation.draw.note import Note
from concertation.site import reference
from import_steps import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.wording]
TODAY = date(2026, 11, 25)
SUBJECTS = ("AES", "BFA", "MLI", "NER", "TGO")
MANAGER = (Mandate("u1", Role.DATA_MANAGER, state="NER"),)


@pytest.fixture(autouse=True)
def niger(tmp_path: Path) -> Iterator[None]:
    """Niger's confidential report of synthetic organisations."""
    reference.load_if_changed()
    with override_settings(HOME=tmp_path):
        run = stored_import("NER", sectors=("WSH", "FSC"))
        for number in range(7):
            activity(run, organisation(f"Organisation synthetic {number}"), "ner-1-diffa", sector="FSC")
        refresh("NER")
        yield


def note_of(subject: str, language: str = "fr", mandates: tuple[Mandate, ...] = ()) -> Note:
    [made] = notes_of(reading.read(mandates, subject, today=TODAY), ("en" if language == "en" else "fr",))
    return made


def told_by(note: Note) -> list[object]:
    """Every word of a note that carries a figure, with its footnotes."""
    grids = [told for grid in (*note.beside, *note.grids) for row in grid.rows for told in row]
    return [*note.sentences, *(each.figure for each in note.headlines), *note.silences, *grids]


def pdf_text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def docx_text(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    return "\n".join([*(each.text for each in document.paragraphs), *(cell.text for table in document.tables for row in table.rows for cell in row.cells)])


@pytest.mark.parametrize("subject", SUBJECTS)
def test_each_note_is_two_pages_in_each_language(subject: str) -> None:
    answer = Client().get(f"/notes/{subject}/?format=pdf&words=both")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    assert len(pypdf.PdfReader(io.BytesIO(answer.content)).pages) == 4


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("mandates", [(), MANAGER])
def test_every_footnote_is_cited_and_every_number_has_its_source(subject: str, mandates: tuple[Mandate, ...]) -> None:
    note = note_of(subject, mandates=mandates)
    numbers = [each.number for each in note.footnotes]
    cited = {number for told in told_by(note) for number in told.notes}  # type: ignore[attr-defined]
    in_drawings = {int(found) for each in (note.picture, note.chart) if each for found in re.findall(r"\d+", each.under.partition("Sources")[2].partition(".")[0])}

    assert numbers == list(range(1, len(numbers) + 1))
    assert set(numbers) == cited | (in_drawings & set(numbers))
    assert all(each.words for each in note.footnotes)


def test_every_headline_figure_carries_a_footnote_or_says_that_none_is_held() -> None:
    for subject in SUBJECTS:
        for headline in note_of(subject).headlines:
            assert bool(headline.figure.notes) == headline.figure.held, (subject, headline)


def test_the_figures_of_the_note_are_those_of_the_page() -> None:
    note = note_of("NER")
    page = Client().get("/states/NER/").content.decode()

    held = [each.figure.words for each in note.headlines if each.figure.held]
    assert held
    assert all(words in page for words in held)


def test_a_note_says_for_whom_it_was_made() -> None:
    assert note_of("NER").words.audience == "Établie pour\u202f: tout public (lignes publiques seules)"
    assert "ne pas diffuser" in note_of("NER", mandates=MANAGER).words.audience
    assert "do not circulate" in note_of("NER", "en", MANAGER).words.audience


def test_confidential_presence_enters_the_note_of_its_State_alone() -> None:
    own = pdf_text(signed_in((Role.DATA_MANAGER, "NER")).get("/notes/NER/?format=pdf&words=fr").content)
    other = pdf_text(signed_in((Role.DATA_MANAGER, "BFA"), name="neighbour").get("/notes/NER/?format=pdf&words=fr").content)

    assert "déclarée" in own and "28 février 2022" in own
    assert "28 février 2022" not in other


def test_no_organisation_is_named_in_any_file_of_a_note() -> None:
    client = signed_in((Role.DATA_MANAGER, "NER"))
    pdf = pdf_text(client.get("/notes/NER/?format=pdf&words=both").content)
    document = docx.Document(io.BytesIO(client.get("/notes/NER/?format=docx&words=both").content))

    assert "synthetic" not in pdf
    assert "synthetic" not in "\n".join(document.element.body.itertext())


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_message_holds_a_thousand_characters_at_most_with_dates_and_sources(subject: str) -> None:
    told = messages(reading.read((), subject, today=TODAY), ("fr", "en"))

    assert all(len(text) <= LONGEST for text in told.values())
    assert "Sources" in told["fr"] and "25 novembre 2026" in told["fr"]
    assert "Public rows only, as of 25 November 2026" in told["en"]


def test_a_message_is_the_same_for_a_manager_and_for_anybody() -> None:
    texts = {client.get("/notes/NER/?format=txt&words=fr").content for client in (Client(), signed_in((Role.DATA_MANAGER, "NER")))}

    assert len(texts) == 1
    assert b"2022" not in texts.pop()


def test_a_message_is_never_made_from_a_reading_that_mandates_widened() -> None:
    with pytest.raises(ValueError, match="public rows only"):
        messages(reading.read(MANAGER, "NER", today=TODAY), ("fr",))


def test_a_message_keeps_its_head_and_foot_whatever_is_left_out() -> None:
    told = fitted("Tête", ["l" * 400] * 5, ["t" * 70] * 30, "Pied")

    assert len(told) <= LONGEST
    assert told.startswith("Tête\n") and told.endswith("\nPied") and "Sources" in told


@pytest.mark.parametrize("address", ["/notes/XXX/", "/notes/NER/?format=doc", "/notes/NER/?format=pdf&words=de", "/notes/NER/?format=txt&words=both"])
def test_what_is_no_note_is_not_found(address: str) -> None:
    assert Client().get(address).status_code == 404


def test_the_terminal_writes_the_public_note_and_says_what_it_holds(tmp_path: Path) -> None:
    file = tmp_path / "note.docx"

    made = CliRunner().invoke(app, ["note", "--state", "NER", "--lang", "both", "--to", str(file), "--json"])

    told = json.loads(made.stdout)
    assert made.exit_code == 0
    assert (told["file"], told["languages"]) == (str(file), ["fr", "en"])
    assert "lignes publiques seules" in told["audience"]
    assert docx.Document(str(file)).paragraphs


@pytest.mark.parametrize("words", [["--state", "XXX"], ["--lang", "de"], ["--to", "note.txt"], ["--for", "minister"], ["--to", "absent/note.pdf"]])
def test_the_terminal_refuses_what_it_does_not_know(words: list[str]) -> None:
    assert CliRunner().invoke(app, ["note", *words]).exit_code == 2


def test_the_part_a_state_reserved_is_blank_in_every_file_of_the_note_with_the_words_of_its_reservation() -> None:
    secretariat, manager = Mandate("s", Role.ANALYST, state="AES"), Mandate("m", Role.DATA_MANAGER, state="NER")
    product = joint.propose(joint.Proposal("note", "Note commune (synthétique)", "", "/notes/AES/", ("NER", "MLI")), on=TODAY, by=secretariat)
    whole = note_of("AES", mandates=MANAGER)
    joint.speak(product, "NER", Verdict.RESERVES, motive_code="method", motive="Méthode de 2019 (synthétique)", on=TODAY, by=manager)

    browser = signed_in((Role.DATA_MANAGER, "NER"))
    files = {wanted: browser.get(f"/notes/AES/?format={wanted}&words=both").content for wanted in ("pdf", "docx")}
    pages = [re.sub(r"\s+", " ", text) for text in (pdf_text(files["pdf"]), docx_text(files["docx"]))]
    for text in pages:
        assert text.count("Méthode de 2019 (synthétique)") == 2 and "part of this joint product is left blank" in text and "en blanc" in text
        assert "Mali" in text and "Niger, " not in text
    note = note_of("AES", mandates=MANAGER)
    in_niger = [told.words for grid in (*whole.beside, *whole.grids) for row in grid.rows for told in row[1:] if row[0].words.startswith("Niger") and told.held and len(told.words) > 4]
    words = " ".join(each.words for each in told_by(note))  # type: ignore[attr-defined]
    assert in_niger and not [each for each in in_niger if each in words]
    assert note.chart is None and whole.chart is not None

    assert "Méthode de 2019" not in pdf_text(Client().get("/notes/AES/?format=pdf&words=fr").content)
    joint.publish(product, on=date(2027, 1, 4), by=secretariat)
    assert "Méthode de 2019" in pdf_text(Client().get("/notes/AES/?format=pdf&words=fr").content)
    assert "sa part de ce produit commun est laissée en blanc" in Client().get("/notes/AES/").content.decode()
    assert len(messages(reading.read((), "AES", today=TODAY), ("fr",))["fr"]) <= LONGEST


def test_a_note_of_which_every_part_is_reserved_says_so_and_nothing_else() -> None:
    product = joint.propose(joint.Proposal("note", "Note (synthétique)", "", "/notes/NER/", ("NER",)), on=TODAY, by=Mandate("s", Role.ANALYST, state="AES"))
    joint.speak(product, "NER", Verdict.RESERVES, motive_code="figures", motive="Autres chiffres (synthétique)", on=TODAY, by=Mandate("m", Role.DATA_MANAGER, state="NER"))

    note = note_of("NER", mandates=MANAGER)
    assert (len(note.sentences), note.headlines, note.picture, note.beside, note.grids, note.silences) == (1, (), None, (), (), ())
    assert len(pypdf.PdfReader(io.BytesIO(Client().get("/notes/NER/?format=pdf&words=fr").content)).pages) >= 1
    assert Client().get("/notes/NER/?format=docx&words=en").status_code == 200
