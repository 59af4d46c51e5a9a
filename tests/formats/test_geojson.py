"""Boundaries as people send them: read as meant, repaired in the open, refused with a reason."""

import csv
import json
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import shapefile
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from concertation.core.geometry import area_km2
from concertation.formats import boundaries
from concertation.formats.boundaries import BoundarySet, boundaries_of, code_and_name, read_boundaries, state_outline

DIVISION = {"BFA": "bfa-2001", "MLI": "mli-1991", "NER": "ner-2011", "TGO": "tgo-cod"}
SQUARE = [[2.0, 14.0], [3.0, 14.0], [3.0, 15.0], [2.0, 15.0], [2.0, 14.0]]
APART = [[6.0, 14.0], [7.0, 14.0], [7.0, 15.0], [6.0, 15.0], [6.0, 14.0]]
NEXT = [[3.0, 14.0], [4.0, 14.0], [4.0, 15.0], [3.0, 15.0], [3.0, 14.0]]
WGS84 = 'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0]]'
UTM31 = 'PROJCS["WGS_1984_UTM_Zone_31N",GEOGCS["GCS_WGS_1984"]]'


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def read(document: Any, **how: Any) -> BoundarySet:
    return boundaries_of(json.dumps(document).encode(), name="x.geojson", **how)


def collection(*features: Any, **more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features), **more}


def codes(found: BoundarySet) -> list[str]:
    return [problem.code for problem in found.problems]


def zipped(layers: dict[str, list[tuple[str, str, list[Any]]]], *, prj: str | None = WGS84, encoding: str = "utf-8") -> bytes:
    """A zip of Shapefile layers, each a list of (code, name, rings)."""
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        for layer, records in layers.items():
            parts = {part: BytesIO() for part in ("shp", "shx", "dbf")}
            with shapefile.Writer(**parts, encoding=encoding) as writer:
                writer.field("ADM1_PCODE", "C", 20)
                writer.field("ADM1_FR", "C", 60)
                for code, name, rings in records:
                    writer.poly([ring[::-1] for ring in rings])
                    writer.record(code, name)
            for part, stream in parts.items():
                archive.writestr(f"{layer}.{part}", stream.getvalue())
            if prj:
                archive.writestr(f"{layer}.prj", prj)
    return content.getvalue()


@pytest.mark.parametrize(("level", "counts"), [(1, {"BFA": 13, "MLI": 10, "NER": 8, "TGO": 5}), (2, {"BFA": 45, "MLI": 53, "NER": 67, "TGO": 40}), (3, {"BFA": 351, "MLI": 701, "NER": 266, "TGO": 373})])
def test_real_boundaries_come_in_whole_with_their_codes_and_names(shared: Path, level: int, counts: dict[str, int]) -> None:
    for state, count in counts.items():
        found = read_boundaries(shared / "places" / "ibf" / f"{state}_adm{level}.json", within=state_outline(DIVISION[state]))

        assert len(found.areas) == count
        assert (found.code_property, found.name_property) == (f"ADM{level}_PCODE", f"ADM{level}_EN")
        assert all(area.shape.is_valid and area.codes and area.names for area in found.areas)


def test_1877_of_1932_features_with_a_wrong_type_tag_are_noticed(shared: Path) -> None:
    found = [read_boundaries(file) for file in sorted((shared / "places" / "ibf").glob("*.json"))]

    assert sum(len(each.areas) for each in found) == 1932
    assert sum(codes(each).count("geometry-tag-wrong") for each in found) == 1877


def test_a_bare_feature_and_a_bare_geometry_are_read(shared: Path) -> None:
    found = read_boundaries(shared / "places" / "prism_rbd_unified.json")

    assert len(found.areas) == 1
    assert len(read(feature(polygon(SQUARE))).areas) == 1
    assert len(read(polygon(SQUARE)).areas) == 1


def test_the_published_boundaries_of_four_states_are_read_with_names_and_codes(shared: Path) -> None:
    found = read_boundaries(shared / "places" / "adm1_4_countries_prism_2024.geojson")

    assert len(found.areas) == 35
    assert ("BF46",) in [area.codes for area in found.areas]
    assert ("Tillabéri",) in [area.names for area in found.areas]


def test_a_multipolygon_tagged_polygon_keeps_every_part() -> None:
    found = read(collection(feature({"type": "Polygon", "coordinates": [[SQUARE], [APART]]}, name="A")))

    assert len(found.areas[0].shape.geoms) == 2
    assert [(problem.code, problem.value) for problem in found.problems] == [("geometry-tag-wrong", "Polygon → MultiPolygon")]


def test_a_polygon_with_a_hole_is_not_taken_for_two_polygons() -> None:
    hole = [[2.4, 14.4], [2.4, 14.6], [2.6, 14.6], [2.6, 14.4], [2.4, 14.4]]

    found = read(collection(feature({"type": "MultiPolygon", "coordinates": [SQUARE, hole]}, name="A")))

    assert found.areas[0].shape.area == pytest.approx(0.96)


def test_a_geometry_collection_gives_its_surfaces_and_drops_the_rest() -> None:
    mixed = {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [2, 14]}, polygon(SQUARE), polygon(NEXT)]}

    assert read(collection(feature(mixed))).areas[0].shape.area == pytest.approx(2.0)


def test_an_open_ring_is_closed_and_heights_are_dropped() -> None:
    found = read(collection(feature(polygon([[*corner, 300.0] for corner in SQUARE[:-1]]))))

    assert found.areas[0].shape.area == pytest.approx(1.0)
    assert codes(found) == ["ring-left-open"]


def test_a_ring_that_crosses_itself_is_repaired_and_said_where() -> None:
    found = read(collection(feature(polygon([[2, 14], [4, 16], [4, 14], [2, 16], [2, 14]]), name="noeud")))

    assert found.areas[0].shape.is_valid
    assert found.areas[0].shape.area == pytest.approx(2.0)
    assert [(problem.code, problem.detail["where"]) for problem in found.problems] == [("ring-crosses-itself", "3 15")]


def test_latitude_before_longitude_is_refused_for_every_state() -> None:
    for division in DIVISION.values():
        within = state_outline(division)
        turned = shapely.transform(within, lambda points: points[:, ::-1])
        found = read(collection(feature(json.loads(shapely.to_geojson(turned)))), within=within)
        assert (found.areas, codes(found)[-1:]) == ((), ["latitude-longitude-swapped"])


def test_boundaries_of_another_state_are_refused() -> None:
    found = read(collection(feature(polygon(SQUARE))), within=state_outline("tgo-cod"))

    assert (found.areas, codes(found)) == ((), ["boundary-outside-state"])


def test_one_area_in_the_sea_is_refused_and_the_others_come_in() -> None:
    sea = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0]]

    found = read(collection(feature(polygon(SQUARE), name="Tillabéri"), feature(polygon(sea), name="Nulle part")), within=state_outline("ner-2011"))

    assert [area.names for area in found.areas] == [("Tillabéri",)]
    assert [(problem.code, problem.value, problem.cell.row) for problem in found.problems] == [("area-outside-state", "Nulle part", 2)]


def test_projected_coordinates_are_refused_by_their_size_and_by_their_stated_system() -> None:
    metres = [[x * 100_000, y * 100_000] for x, y in SQUARE]
    stated = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32631"}}
    degrees = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}

    assert codes(read(collection(feature(polygon(metres))))) == ["coordinates-not-degrees"]
    assert codes(read(collection(feature(polygon(SQUARE)), crs=stated))) == ["coordinates-not-degrees"]
    assert codes(read(collection(feature(polygon(SQUARE)), crs=degrees))) == []


@pytest.mark.parametrize("document", [{}, {"type": []}, {"type": "FeatureCollection"}, {"type": "FeatureCollection", "features": {}}, {"type": "Topology"}, {"type": "Topology", "objects": {"a": 1}, "arcs": 3}])
def test_a_document_without_features_is_refused(document: Any) -> None:
    assert codes(read(document)) == ["boundary-without-area"]


def test_points_lines_and_empty_geometries_are_named_and_refused() -> None:
    line = {"type": "MultiLineString", "coordinates": [SQUARE]}
    point = {"type": "Point", "coordinates": [2, 14]}

    found = read(collection(feature(None), feature(point), feature(line), feature(polygon()), feature(polygon([[2, "14"], [3, 14], [3, 15]]))))

    assert codes(found) == ["geometry-missing", "geometry-not-an-area", "geometry-not-an-area", "geometry-not-an-area", "geometry-unreadable", "boundary-without-area"]


def test_too_many_points_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boundaries, "MOST_POINTS", 4)

    assert codes(read(collection(feature(polygon(SQUARE))))) == ["boundary-too-detailed"]


def test_overlaps_and_gaps_are_said_in_square_kilometres() -> None:
    wide = [[2.5, 14.0], [4.0, 14.0], [4.0, 15.0], [2.5, 15.0], [2.5, 14.0]]

    found = read(collection(feature(polygon(SQUARE), name="A"), feature(polygon(wide), name="B")))

    assert len(found.areas) == 2
    assert [(problem.code, problem.value, problem.detail["worst"]) for problem in found.problems] == [("areas-overlap", "1", "A / B")]


def test_a_code_on_two_areas_is_doubtful() -> None:
    found = read(collection(feature(polygon(SQUARE), pcode="NE06"), feature(polygon(NEXT), pcode="NE06")))

    assert codes(found) == ["area-code-repeated"]


TOPOLOGY = {
    "type": "Topology",
    "transform": {"scale": [0.001, 0.001], "translate": [2.0, 14.0]},
    "arcs": [[[1000, 0], [0, 1000]], [[1000, 1000], [-1000, 0], [0, -1000], [1000, 0]], [[1000, 0], [1000, 0], [0, 1000], [-1000, 0]]],
    "objects": {
        "regions": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Polygon", "arcs": [[0, 1]], "properties": {"NAME_1": "Ouest", "GID_1": "X.1"}},
                {"type": "MultiPolygon", "arcs": [[[2, -1]]], "properties": {"NAME_1": "Est", "GID_1": "X.2"}},
                {"type": "Polygon", "arcs": [[99]], "properties": {"NAME_1": "Perdu", "GID_1": "X.3"}},
            ],
        }
    },
}


def test_a_topology_gives_areas_that_share_their_edge() -> None:
    found = read(TOPOLOGY)

    assert [(area.names, area.codes, round(area.shape.area, 6)) for area in found.areas] == [(("Ouest",), ("X.1",), 1.0), (("Est",), ("X.2",), 1.0)]
    assert bool(shapely.coverage_is_valid([area.shape for area in found.areas]))
    assert codes(found) == ["geometry-unreadable"]


def test_a_zipped_shapefile_is_read_with_accents_in_either_encoding() -> None:
    records = [("NE06", "Tillabéri", [SQUARE]), ("NE03", "Dosso", [NEXT])]

    for encoding in ("utf-8", "cp1252"):
        found = boundaries_of(zipped({"ner_adm1": records}, encoding=encoding), name="ner.zip")
        assert [(area.codes, area.names) for area in found.areas] == [(("NE06",), ("Tillabéri",)), (("NE03",), ("Dosso",))]
        assert found.problems == ()
        assert found.areas[0].shape.area == pytest.approx(1.0)


def test_a_projected_shapefile_is_refused_and_one_without_projection_is_noted() -> None:
    records = [("NE06", "Tillabéri", [SQUARE])]

    refused = boundaries_of(zipped({"a": records}, prj=UTM31), name="ner.zip")
    noted = boundaries_of(zipped({"a": records}, prj=None), name="ner.zip")

    assert (refused.areas, [(p.code, p.value) for p in refused.problems]) == ((), [("coordinates-not-degrees", "WGS_1984_UTM_Zone_31N")])
    assert (len(noted.areas), codes(noted)) == (1, ["datum-not-stated"])


def test_a_zip_of_several_layers_reads_the_one_asked_for() -> None:
    layers = {"adm1": [("NE06", "Tillabéri", [SQUARE])], "adm2": [("NE0601", "Téra", [NEXT])]}

    first = boundaries_of(zipped(layers), name="x.zip")
    second = boundaries_of(zipped(layers), name="x.zip", layer="adm2")

    assert ([area.names for area in first.areas], codes(first)) == ([("Tillabéri",)], ["shapefile-several-layers"])
    assert ([area.names for area in second.areas], codes(second)) == ([("Téra",)], [])


def test_a_zip_that_points_outside_is_refused_unread(shared: Path) -> None:
    assert codes(read_boundaries(shared / "hostile" / "zip_slip.zip")) == ["zip-path-outside"]


def test_a_cut_shapefile_is_refused() -> None:
    whole = zipped({"a": [("NE06", "Tillabéri", [SQUARE])]})
    content = BytesIO()
    with ZipFile(BytesIO(whole)) as old, ZipFile(content, "w") as new:
        for entry in old.infolist():
            new.writestr(entry.filename, old.read(entry)[:-20] if entry.filename.endswith(".shp") else old.read(entry))

    assert codes(boundaries_of(content.getvalue(), name="a.zip"))[:1] == ["shapefile-unreadable"]
    assert codes(boundaries_of(whole[:200], name="a.zip")) == ["shapefile-unreadable"]


def test_a_file_of_another_kind_is_refused() -> None:
    assert codes(boundaries_of(b"%PDF-1.7", name="carte.pdf")) == ["boundary-file-unknown"]
    assert codes(read([1, 2])) == ["boundary-file-unknown"]
    assert codes(boundaries_of(b"", name="vide.geojson")) == ["file-empty"]
    assert codes(boundaries_of(b'{"type": ', name="coupe.geojson")) == ["json-broken"]


JSON = st.recursive(st.none() | st.booleans() | st.integers(-400, 400) | st.floats() | st.sampled_from(["Polygon", "MultiPolygon", "Feature", "x"]), lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(["type", "coordinates", "geometry", "properties", "arcs", "geometries", "features", "crs"]), inner, max_size=4), max_leaves=25)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["Polygon", "MultiPolygon", "GeometryCollection", "Point"]), JSON, JSON)
def test_no_shape_of_json_makes_the_reader_fail(tag: str, coordinates: Any, other: Any) -> None:
    geometry = {"type": tag, "coordinates": coordinates, "geometries": other}
    topology = {"type": "Topology", "arcs": coordinates, "transform": {"scale": other, "translate": [0, 0]}, "objects": {"a": {"type": tag, "arcs": other}}}

    for document in (collection(feature(geometry), other), topology, other):
        found = read(document)
        assert all(area.shape.is_valid and not area.shape.is_empty for area in found.areas)
        assert found.areas or found.problems


def test_code_and_name_are_found_as_un_national_and_open_files_spell_them() -> None:
    assert code_and_name([{"admin1Name": "Gao", "admin1Pcod": "ML07", "admin0Name": "Mali", "admin0Pcod": "ML"}]) == ("admin1Pcod", "admin1Name")
    assert code_and_name([{"GID_1": "MLI.1", "NAME_1": "Gao", "NAME_2": "Ansongo", "GID_2": "MLI.1.1"}]) == ("GID_2", "NAME_2")
    assert code_and_name([{"adm2_pcode": "BF4601", "adm2_name": "Balé", "adm1_name": "x"}]) == ("adm2_pcode", "adm2_name")
    assert code_and_name([{"surface": 3.5}]) == (None, None)


def test_every_problem_of_boundaries_has_its_words_in_both_languages() -> None:
    table = Path(boundaries.__file__).parents[1] / "reference" / "problems.csv"
    lines = {line["code"]: line for line in csv.DictReader(table.open(encoding="utf-8"))}
    used = {"boundary-file-too-large", "boundary-file-unknown", "boundary-without-area", "shapefile-unreadable", "shapefile-several-layers", "datum-not-stated", "geometry-missing", "geometry-not-an-area", "geometry-unreadable", "geometry-tag-wrong", "ring-left-open", "ring-crosses-itself", "area-outside-state", "areas-overlap", "areas-leave-gaps", "area-code-repeated", *boundaries.SET_REFUSALS}

    assert used <= lines.keys()
    assert all(lines[code][column] for code in used for column in ("message_fr", "message_en", "remedy_fr", "remedy_en"))


def test_the_repaired_burkina_covers_its_known_area(shared: Path) -> None:
    found = read_boundaries(shared / "places" / "ibf" / "BFA_adm1.json")

    assert sum(area_km2(area.shape) for area in found.areas) == pytest.approx(273_000, rel=0.005)
