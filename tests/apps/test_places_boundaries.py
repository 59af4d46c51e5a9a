"""Boundaries brought in: repaired, matched to units, made light, kept for the State to approve."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test.utils import override_settings
from django.utils import timezone

from concertation.apps.ground.models import JournalLine
from concertation.apps.places import drawing, queries
from concertation.apps.places.models import BoundarySet
from concertation.apps.sources import commands, imports, review
from concertation.apps.sources.models import ImportRun
from concertation.apps.sources.previews import Preview
from concertation.core.sharing import Mandate, Role
from concertation.formats.boundaries import own_boundaries
from concertation.site import reference

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def node_with_reference_set(tmp_path: Path) -> Iterator[None]:
    reference.load_if_changed()
    with override_settings(HOME=tmp_path, RAW_FOLDER=tmp_path / "raw"):
        yield


def understand(content: bytes, *, state: str, name: str = "limites.geojson") -> tuple[ImportRun, Preview | None, Mandate]:
    by = Mandate("u1", Role.DATA_MANAGER, state=state)
    kept = commands.keep_raw_file(io.BytesIO(content), name=name)
    run = commands.open_run(kept, state=state, kind="", holder=commands.holder_of(state), share_as="confidential", by=by)
    return run, imports.understand(run, today=timezone.localdate(), by=by), by


def told(run: ImportRun) -> dict[str, int]:
    return {problem.code: problem.count for problem in run.problems.all()}


@pytest.mark.parametrize(
    ("file", "areas", "level", "divisions", "tags"),
    [
        ("NER_adm2", 67, 2, {"ner-2011"}, 64),
        ("BFA_adm3", 351, 3, {"bfa-2001", "bfa-2025"}, 326),
        ("MLI_adm2", 53, 2, {"mli-1991", "mli-2023"}, 49),
        ("TGO_adm2", 40, 2, {"tgo-cod", "tgo-2022"}, 38),
    ],
)
def test_a_national_file_with_wrong_type_tags_comes_in_whole(
    shared: Path, file: str, areas: int, level: int, divisions: set[str], tags: int,
) -> None:
    run, preview, by = understand((shared / "places" / "ibf" / f"{file}.json").read_bytes(), state=file[:3])
    assert preview is not None
    shipped = BoundarySet.objects.count()

    assert imports.store(run, preview, by=by)

    assert preview.places["exact"] == preview.rows_kept == areas
    assert told(run)["geometry-tag-wrong"] == tags
    brought = BoundarySet.objects.filter(source__startswith="limites")
    assert {held.division_id for held in brought} == divisions
    assert {held.level for held in brought} == {level}
    assert not brought.filter(approved_at__isnull=False).exists()
    assert BoundarySet.objects.count() == shipped + len(divisions)
    drawn = drawing.set_drawing(brought[0])
    assert drawn.units == {unit.pk for unit in queries.units_of(file[:3], level, min(divisions))}
    assert len(drawn.sheet.content) < 200_000


def test_the_outline_of_a_whole_region_is_refused_with_the_reason(shared: Path) -> None:
    run, preview, _by = understand((shared / "places" / "prism_rbd_unified.json").read_bytes(), state="NER")

    assert preview is None
    assert run.status == "refused"
    assert "area-outside-state" in told(run)


def square(west: float, **properties: Any) -> dict[str, Any]:
    ring = [[west, 14.0], [west + 1, 14.0], [west + 1, 15.0], [west, 15.0], [west, 14.0]]
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def collection(*features: dict[str, Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def test_an_area_nobody_knows_keeps_its_outline_and_waits_for_a_person() -> None:
    content = collection(square(5, ADM1_FR="Tahoua"), square(7, ADM1_FR="Zindr"), square(9, ADM1_FR="Nulle Part"))

    run, preview, by = understand(content, state="NER")
    assert preview is not None
    imports.store(run, preview, by=by)

    areas = own_boundaries(bytes(BoundarySet.objects.get(source="limites.geojson").geometry)).areas
    assert {area.names[0]: area.units for area in areas} | {"Zindr": ()} == {"Tahoua": ("ner-1-tahoua",), "Zindr": (), "Nulle Part": ()}
    assert "Nulle Part" in [doubt.written["parts"][0] for doubt in run.doubts.all()]
    assert told(run)["area-not-placed"] >= 1
    assert told(run)["units-without-area"] == 1


def test_an_answer_about_an_area_makes_a_new_set_to_approve() -> None:
    run, preview, by = understand(collection(square(5, ADM1_FR="Tahoua"), square(9, ADM1_FR="Nulle Part")), state="NER")
    assert preview is not None
    imports.store(run, preview, by=by)
    doubt = run.doubts.get()

    review.settle(doubt, answer="ner-1-zinder", by=by)

    first, second = BoundarySet.objects.filter(source="limites.geojson").order_by("brought_at")
    assert [area.units for area in own_boundaries(bytes(first.geometry)).areas] == [("ner-1-tahoua",), ()]
    assert [area.units for area in own_boundaries(bytes(second.geometry)).areas] == [("ner-1-tahoua",), ("ner-1-zinder",)]
    assert second.approved_at is None


def test_several_areas_of_one_unit_become_one() -> None:
    content = collection(square(5, ADM1_PCODE="NE005"), square(6, ADM1_PCODE="NE005"), square(9, ADM1_PCODE="NE007"))

    run, preview, _by = understand(content, state="NER")

    assert preview is not None
    assert preview.rows["unit"].to_list() == ["ner-1-tahoua", "ner-1-zinder"]
    assert told(run)["areas-joined"] == 1


def test_boundaries_for_all_states_at_once_are_refused() -> None:
    run, preview, _by = understand(collection(square(5, ADM1_PCODE="NE005")), state="AES")

    assert preview is None
    assert "boundary-state-needed" in told(run)


def test_areas_without_code_or_name_are_refused() -> None:
    run, preview, _by = understand(collection(square(5), square(6)), state="NER")

    assert preview is None
    assert "boundary-without-match" in told(run)


def test_the_same_boundaries_again_are_the_same_set() -> None:
    content = collection(square(5, ADM1_PCODE="NE005"))
    for name in ("a.geojson", "b.geojson"):
        run, preview, by = understand(content, state="NER", name=name)
        assert preview is not None
        imports.store(run, preview, by=by)

    assert BoundarySet.objects.filter(state="NER", source__endswith=".geojson").count() == 1
    assert JournalLine.objects.filter(act="places.boundaries-brought", chain="NER").count() == 1
