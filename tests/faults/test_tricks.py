"""Tricks by name, beside the fuzzing of every address: a token of another State, paths that climb, fields of 200 kB, cells shaped like formulas. Synthetic."""

import csv
import io
from itertools import product
from pathlib import Path
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone
from pptx import Presentation

from access_steps import browser_of, person
from activity_samples import activity, organisation, stored_import
from api_steps import PREFIX, program, tables
from concertation.apps.needs.models import Figure
from concertation.apps.presence.models import Activity
from concertation.apps.sources.models import ImportRun
from concertation.core.sharing import Role
from concertation.site import reference
from import_steps import bring_in, manager, table

pytestmark = pytest.mark.django_db
LONG = "x" * 200_000
CLIMBING = ("../", "..%2f", "%2e%2e/", "....//", "..\\", "%252e%252e%252f", "/", "%00")
NAMES = ("etc/passwd", "secret-key", "settings.py")
ROOTS = ("/static/", "/help/", "/imports/files/", "/notes/", "/anticipation/frameworks/", "/places/outlines/", "/sources/", "/decisions/", "/releases/")
INSIDE = (b"root:x:0", b"SQLite format 3", b"INSTALLED_APPS")


@pytest.fixture(autouse=True)
def grounds(settings: Any, tmp_path: Path) -> None:
    """The reference set, a folder of the node's own, and a worker that works at once."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "ENQUEUE_ON_COMMIT": False}}
    settings.RAW_FOLDER, settings.HOME = tmp_path / "raw", tmp_path
    reference.load_if_changed()


def test_a_token_of_another_state_reads_none_of_its_rows_whatever_it_asks() -> None:
    run = stored_import("NER", sensitivity="confidential", sectors=("WSH",))
    held = activity(run, organisation("Secret synthétique", sensitivity="confidential"), "ner-1-diffa", sector="WSH")
    figure = Figure.objects.create(
        concept="in_need", unit_id="ner", owner_state="NER", sector="WSH", value=987_654_321, source_id="cadre-harmonise-2024-06", scope="synthetic", status="operational",
        sensitivity="confidential", holder="ner-government", extracted_on=timezone.localdate(),
    )  # fmt: skip
    own, other = program((Role.DATA_MANAGER, "NER"), name="niger"), program((Role.DATA_MANAGER, "MLI"), name="mali")
    marks = (b"987654321", str(figure.pk).encode(), str(held.pk).encode())

    def told(client: Client) -> bytes:
        asked = [f"{path}?limit=10000&output_format={form}{'&q=secret' if path.endswith('/search') else ''}" for path in tables() for form in ("json", "csv")]
        return b"".join(client.get(each).content for each in asked)

    mine, theirs = told(own), told(other)

    assert [mark for mark in marks if mark not in mine] == []
    assert [mark for mark in marks if mark in theirs] == []
    assert [client.get(f"{PREFIX}/figures/{figure.pk}").status_code for client in (own, other)] == [200, 404]
    mark = own.get(f"{PREFIX}/figures?state=NER").headers["ETag"]
    assert other.get(f"{PREFIX}/figures?state=NER", headers={"If-None-Match": mark}).status_code == 200


def test_a_path_that_climbs_gives_no_file_of_the_node(settings: Any) -> None:
    (settings.HOME / "secret-key").write_text("a synthetic secret")
    clients = (Client(), manager("NER"))

    for number, (root, climb) in enumerate(product(ROOTS, CLIMBING)):
        name = NAMES[number % len(NAMES)]
        answer = clients[number % 2].get(f"{root}{climb * 4}{name}")
        assert answer.status_code in (301, 302, 400, 404), (root, climb, name, answer.status_code)
        assert not [mark for mark in (*INSIDE, b"a synthetic secret") if mark in answer.getvalue()]


@pytest.mark.parametrize("path", ["/reporting/%00/leads/", "/imports/files/-1/a%00b/erase/", "/units/ner%00/", "/api/v1/figures/%00"])
def test_an_address_with_a_nul_sign_names_nothing_on_either_engine(path: str) -> None:
    assert manager("NER").get(path).status_code == 404


@pytest.mark.parametrize("name", ["../../../evil_2022-02.csv", "..\\..\\evil_2022-02.csv", "/etc/cron.d/evil_2022-02.csv", "a\0b_2022-02.csv", "x" * 300 + "_2022-02.csv"])
def test_a_file_sent_under_a_name_that_climbs_stands_under_its_hash_alone(settings: Any, tmp_path: Path, name: str) -> None:
    before = set(tmp_path.parent.iterdir())

    bring_in(manager("NER"), table(), name=name)

    run = ImportRun.objects.get()
    kept = [path for path in Path(settings.RAW_FOLDER).rglob("*") if path.is_file()]
    assert [path.name for path in kept] == [run.file_id]
    assert set(tmp_path.parent.iterdir()) == before
    assert ".." not in run.file.name.replace("\\", "/").split("/")


def test_a_field_of_200_kb_is_refused_in_words_by_a_form_an_address_and_the_interface_for_programs() -> None:
    organisation("Alpha")
    reporter = browser_of(person("reporter", (Role.REPORTER, "", "alpha")))
    month = timezone.localdate().replace(day=1)
    plain = {"for": f"alpha:NER:{month.isoformat()}:{month.isoformat()}", "token": str(uuid4()), "sector": "FSC", "place": "Diffa", "unit": "ner-1-diffa", "activity": "Distribution synthétique"}

    for field in plain:
        answer = reporter.post("/activities/add/", {**plain, field: LONG})
        assert answer.status_code in (302, 400, 404, 422), (field, answer.status_code)
    for address, statuses in ((f"/search/?q={LONG}", {200, 414}), (f"/organisations/?q={LONG}", {200, 414}), (f"{PREFIX}/search?q={LONG}", {414, 422}), (f"{PREFIX}/figures?concept={LONG}", {414, 422})):
        answer = Client().get(address)
        assert answer.status_code in statuses, (address[:40], answer.status_code)
        assert len(answer.content) < 10 * len(LONG)  # the address stands in the links of the page, no more than a few times
    assert not Activity.objects.exists()


def test_a_cell_of_200_kb_comes_in_cut_or_told_and_breaks_neither_the_page_nor_the_other_rows() -> None:
    niger = manager("NER")
    rows = ("ONG synthetic A;Maradi;Madarounfa;Maradi;Santé;synthetic;", f"ONG synthetic B;Maradi;Madarounfa;Maradi;Santé;{LONG};", f"{LONG};Maradi;Madarounfa;Maradi;Santé;synthetic;")

    page = bring_in(niger, table(*rows))
    run = ImportRun.objects.get()
    accepted = niger.post(f"/imports/{run.pk}/accept/", follow=True)

    assert (page.status_code, accepted.status_code) == (200, 200)
    assert len(page.content) < 300_000 and len(accepted.content) < 300_000
    assert Activity.objects.filter(org_written="ONG synthetic A").count() == 1
    assert Activity.objects.count() == 3


def test_a_cell_shaped_like_a_formula_leaves_every_file_as_text() -> None:
    evil = organisation("=cmd|' /C calc'!A0", org_type="ingo")
    activity(stored_import("NER", sensitivity="public", sectors=("FSC",)), evil, "ner-1-diffa", written="@SUM(1+1)")
    client, address = manager("NER"), f"/organisations/{evil.slug}/?format="

    texts = [client.get(f"{address}{wanted}").content.decode("utf-8-sig") for wanted in ("csv", "hxl", "hapi-presence")]
    texts.append(program((Role.DATA_MANAGER, "NER")).get(f"{PREFIX}/activities?output_format=csv").content.decode("utf-8-sig"))
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{address}xlsx").content))
    deck = Presentation(io.BytesIO(client.get(f"{address}pptx").content))

    cells = [cell for text in texts for row in csv.reader(io.StringIO(text)) for cell in row]
    assert any("calc" in cell for cell in cells)
    assert [cell for cell in cells if cell.startswith(("=", "@"))] == []
    assert [cell.coordinate for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []
    assert len(deck.slides) >= 1
