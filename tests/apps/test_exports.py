"""Files of every table, map and chart: each link of each page answers, a data manager in French, anybody in English, with the numbers its reader may see."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import openpyxl
import pytest
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE

from activity_samples import activity, organisation, stored_import
from concertation.apps.decisions.queries import decisions
from concertation.apps.picture.commands import refresh
from concertation.core.sharing import Role
from concertation.draw.apart import Engines, NotDrawn
from concertation.site import reference
from import_steps import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.wording]
LINK = re.compile(r'<a href="([^"]*format=[^"]*)" download')
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
TYPES = {
    "csv": "text/csv; charset=utf-8", "hxl": "text/csv; charset=utf-8", "geojson": "application/geo+json", "svg": "image/svg+xml", "png": "image/png",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "chart": "application/json",
    "pptx": SLIDES, "slide": SLIDES, "hapi-needs": "text/csv; charset=utf-8", "hapi-presence": "text/csv; charset=utf-8",
}  # fmt: skip
PAGES = {
    "/": {"decisions"}, "/decisions/1/": {"measures"}, "/situation/?state=NER&sector=FSC": {"crowded", "ending", "disagreements", "matrix"},
    "/states/NER/": {"actors", "kinds", "activities", "figures"}, "/units/ner-1-tillaberi/": {"actors", "neighbours", "activities"},
    "/sectors/FSC/?state=NER": {"actors", "kinds", "silence", "crowded", "ending"}, "/organisations/": set(), "/needs/": set(), "/sectors/": {"lists"}, "/sources/": set(), "/places/divisions/ner-2011/": set(),
    "/places/ner-1-diffa/names/": set(), "/organisations/organisation-synthetic-1/": set(), "/anticipation/": set(), "/anticipation/frameworks/bfa-drought-2026/": set(),
    "/decisions/plan/": set(),
}  # fmt: skip
PUBLIC = {
    "/": {"decisions"}, "/situation/?state=NER&sector=FSC": {"disagreements", "matrix"}, "/units/ner-1-tillaberi/": {"neighbours"},
}  # fmt: skip
ENDING = date(2024, 9, 20)


@pytest.fixture(autouse=True)
def niger(tmp_path: Path) -> Iterator[None]:
    """Niger's confidential report: fourteen synthetic organisations in Diffa, one in Tillabéri, one of which ends soon."""
    reference.load_if_changed()
    with override_settings(HOME=tmp_path):
        run = stored_import("NER", sectors=("WSH", "FSC"))
        for number in range(14):
            activity(run, organisation(f"Organisation synthetic {number}"), "ner-1-diffa", sector="FSC", end=ENDING + timedelta(days=number))
        activity(run, organisation("Organisation synthetic unique"), "ner-1-tillaberi", sector="FSC", end=ENDING)
        refresh("NER")
        yield


def manager() -> Client:
    return signed_in((Role.DATA_MANAGER, "NER"))


def links(client: Client, address: str, language: str) -> list[str]:
    """Every address of a file that a page offers, whole."""
    told = unescape(client.get(address + ("&" if "?" in address else "?") + f"lang={language}").content.decode())
    path = address.partition("?")[0]
    return [path + link if link.startswith("?") else link for link in LINK.findall(told)]


def rows(client: Client, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def assert_has_sources(link: str, content: bytes) -> None:
    """A workbook has a second sheet, with a line for each source: what, when or by which method, and its id or who publishes."""
    sheets = openpyxl.load_workbook(io.BytesIO(content))
    held = list(sheets["Sources"].values)
    assert sheets.sheetnames[1] == "Sources"
    assert held[1:], f"{link}: an empty sheet of sources"
    if sheets.worksheets[0].max_row > 1:
        assert all(line[0] and (line[1] or line[6] or line[7]) for line in held[1:]), f"{link}: {held[1:]}"


def assert_slides_say_where_from(link: str, content: bytes) -> None:
    """Every slide has a title, and the notes of every slide that shows figures say where they come from."""
    slides = list(Presentation(io.BytesIO(content)).slides)
    assert slides and all(slide.shapes[0].text_frame.text for slide in slides), link
    for slide in slides:
        shows = any(
            shape.shape_type == MSO_SHAPE_TYPE.PICTURE or (shape.has_table and len(shape.table.rows) > 1)
            for shape in slide.shapes
        )
        assert not shows or (slide.has_notes_slide and slide.notes_slide.notes_text_frame.text.strip()), link


def assert_every_link_answers(client: Client, address: str, language: str, tables: set[str]) -> None:
    found = links(client, address, language)
    today = timezone.localdate().isoformat()

    for link in found:
        answer = client.get(link)
        wanted = link.rpartition("format=")[2].partition("&")[0]
        assert (link, answer.status_code, answer.headers["Content-Type"]) == (link, 200, TYPES[wanted])
        assert f"-{today}." in answer.headers["Content-Disposition"]
        if wanted == "xlsx":
            assert_has_sources(link, answer.content)
        if wanted in {"pptx", "slide"}:
            assert_slides_say_where_from(link, answer.content)
    assert tables <= {part for link in found for part in re.findall(r"table=(\w+)", link)}


@pytest.mark.parametrize("address", PAGES)
def test_every_file_a_page_offers_a_data_manager_answers(address: str) -> None:
    asked = f"{address}&on=2024-09-01" if "?" in address else address

    assert_every_link_answers(manager(), asked, "fr", PAGES[address])


@pytest.mark.parametrize("address", PAGES)
def test_every_file_a_page_offers_anybody_answers(address: str) -> None:
    assert_every_link_answers(Client(), address, "en", PUBLIC.get(address, set()))


def test_no_confidential_organisation_leaves_in_a_file_of_somebody_not_signed_in() -> None:
    every = [f"{page}{'&' if '?' in page else '?'}table={table}&format=csv&on=2024-09-01" for page, tables in PAGES.items() for table in sorted(tables)]

    carried = {address: Client().get(address).content.decode() for address in every}

    assert [address for address, text in carried.items() if "synthetic" in text] == []
    for address in ("/situation/?state=NER&sector=FSC", "/sectors/FSC/?state=NER"):
        assert rows(Client(), f"{address}&table=crowded&format=csv&on=2024-09-01") == []


def test_the_file_of_what_ends_holds_every_line_and_the_page_the_first() -> None:
    asked = "/situation/?state=NER&sector=FSC&on=2024-09-01"
    client = manager()

    held = rows(client, f"{asked}&table=ending&format=csv")
    told = unescape(client.get(asked).content.decode())

    assert len(held) == 15
    assert {line["Identifiant"] for line in held} == {"ner-1-diffa", "ner-1-tillaberi"}
    assert min(int(line["Jours restants"]) for line in held) == (ENDING - date(2024, 9, 1)).days
    assert "Les 12 premières\u202f; le fichier à télécharger les porte toutes." in told


def test_the_file_of_crowding_says_the_need_for_each_organisation() -> None:
    [line] = rows(manager(), "/situation/?state=NER&sector=FSC&on=2024-09-01&table=crowded&format=csv")

    assert (line["Identifiant"], line["Organisations"], line["Présence au"]) == ("ner-1-diffa", "14", "2022-02-28")
    assert int(line["Besoin par organisation"]) == round(int(line["Phase 3 ou pire"]) / 14)


def test_the_file_of_disagreements_holds_the_numbers_of_the_page() -> None:
    asked = "/situation/?state=NER&lang=en"
    told = unescape(Client().get(asked).content.decode())

    held = rows(Client(), f"{asked}&table=disagreements&format=csv")

    assert held
    assert all(f"{int(line[column]):,}" in told for line in held[:10] for column in ("Lowest", "Highest"))
    assert all(0 < float(line["Gap"]) <= 1 for line in held)


def test_the_file_of_actors_says_the_sectors_in_which_nothing_is_declared() -> None:
    held = {line["Secteur"]: line for line in rows(manager(), "/units/ner-1-diffa/?table=actors&format=csv")}

    assert (held["FSC"]["Présence"], held["FSC"]["Organisations"]) == ("declared", "14")
    assert (held["WSH"]["Présence"], held["WSH"]["Organisations"], held["WSH"]["Présence au"]) == ("none_declared", "0", "2022-02-28")


def test_the_file_of_neighbours_names_their_State_and_leaves_an_unsaid_presence_empty() -> None:
    held = {line["Identifiant"]: line for line in rows(manager(), "/units/ner-1-tillaberi/?sector=FSC&table=neighbours&format=csv")}

    assert held["bfa-1-est"]["État"] == "BFA"
    assert (held["bfa-1-est"]["Présence"], held["bfa-1-est"]["Organisations"]) == ("no_report", "")
    assert int(held["bfa-1-est"]["Phase 3 ou pire"]) > 0


def test_the_file_of_kinds_counts_what_the_page_counts() -> None:
    [line] = [line for line in rows(manager(), "/states/NER/?table=kinds&format=csv") if line["Type d'organisation"] == "ingo"]

    assert (line["Organisations"], line["Activités"], line["Rapport au"]) == ("15", "15", "2022-02-28")


def test_the_file_of_silences_holds_every_unit_where_nothing_is_declared() -> None:
    held = rows(manager(), "/sectors/FSC/?state=NER&level=1&table=silence&format=csv")

    assert len(held) == 6
    assert not {"ner-1-diffa", "ner-1-tillaberi"} & {line["Identifiant"] for line in held}


def test_the_file_of_decisions_holds_the_eight_with_the_measure_of_the_page() -> None:
    [first, *others] = rows(Client(), "/?table=decisions&format=csv")
    stands = decisions(())[0].measures[0]

    assert [line["Numéro"] for line in (first, *others)] == list("12345678")
    assert (first["Valeur"], first["Mesure"], first["Au"]) == (str(stands.value), stands.label_fr, stands.on.isoformat())


def test_the_file_of_measures_holds_each_year_of_their_line() -> None:
    measures = decisions(())[0].measures

    held = rows(Client(), "/decisions/1/?table=measures&format=csv&lang=en")

    assert [line["Value"] for line in held if not line["Year"]] == ["" if each.value is None else str(each.value) for each in measures]
    assert [(line["Code"], line["Year"], line["Value"]) for line in held if line["Year"]] == [(each.code, str(year), str(value)) for each in measures for year, value in each.trend]


def test_maps_and_drawings_of_every_subject_leave_as_pictures_and_slides() -> None:
    for address in ("/anticipation/", "/anticipation/frameworks/bfa-drought-2026/", "/organisations/organisation-synthetic-1/"):
        found = {link.rpartition("format=")[2] for link in links(manager(), address, "fr")}
        assert {"svg", "png", "slide", "csv", "xlsx"} <= found, address

    strip = Client().get("/anticipation/frameworks/bfa-drought-2026/?format=svg&lang=en").content.decode()
    assert "style=" not in strip and "2009: fired" in strip and strip.count("<rect") > 40


@pytest.mark.parametrize("address", ["/?table=decisions&format=docx", "/decisions/1/?table=measures&format=geojson", "/situation/?table=ending&format=geojson", "/anticipation/?format=pdf", "/anticipation/frameworks/ner-floods-2025/?format=png"])
def test_a_format_that_a_table_has_not_is_not_found(address: str) -> None:
    assert Client().get(address).status_code == 404


def test_a_chart_is_taken_as_its_specification_with_its_figures_and_where_they_come_from() -> None:
    [link] = {
        found
        for found in links(manager(), "/units/ner-1-tillaberi/", "fr")
        if "chart=history" in found and "format=chart" in found
    }

    spec = json.loads(manager().get(link).content)

    assert spec["$schema"].startswith("https://vega.github.io/schema/vega-lite/")
    assert spec["data"]["values"]
    assert spec["usermeta"]["sources"]


def test_a_drawing_that_was_not_made_is_told_in_both_languages_with_when_to_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> bytes:
        raise NotDrawn

    monkeypatch.setattr(Engines, "ask", stop)

    answer = Client().get("/anticipation/frameworks/bfa-drought-2026/?format=png&lang=en")

    text = answer.content.decode()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "Le dessin n'a pas été fait" in text and "The drawing was not made" in text
