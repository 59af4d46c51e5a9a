"""Boundaries from a file, judged before they are drawn: repaired where the meaning is plain, refused with a reason where not.

Repaired and noted: a wrong type tag, an open ring, a ring that crosses itself. An area is refused when it has no surface
or lies outside its State; the whole file when its coordinates are not degrees, when latitude and longitude are swapped,
or when it holds too many points. Overlaps and gaps are said, not mended: the State that approves the set decides.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

import shapely
from shapely import MultiPolygon
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from concertation.core.geometry import Area, area_km2, gaps, outline, overlaps, polygons
from concertation.core.problems import Cell, Problem
from concertation.formats.bounding import read_in_child
from concertation.formats.geojson import Feature, features_of, points_of
from concertation.formats.json_file import parse_json
from concertation.formats.limits import LIMITS, Limits
from concertation.formats.shapefile import read_shapefile
from concertation.formats.signature import kind_of_bytes

CHILD = "bounded_boundaries"
MOST_BYTES = 60_000_000
MOST_POINTS = 1_000_000
MOST_BRACKETS = MOST_POINTS * 3 // 2  # four points, a ring and a polygon at most: said before the points are made
REACH_DEGREES = 0.5
OUTSIDE_SHARE = 0.05
OVERLAP_KM2 = 1.0
SET_REFUSALS = frozenset(
    ["boundary-too-detailed", "coordinates-not-degrees", "latitude-longitude-swapped", "boundary-outside-state"]
)
GAP_KM2 = 0.5
GRID_DEGREES = 0.0001
REGION = shapely.box(-18.0, 3.0, 25.0, 28.0)
WGS84_NAMES = re.compile(r"crs84|epsg:+(\d*[.:]*)*4326$", re.IGNORECASE)
SHARED_NAME = " / "
# Spellings of the property that holds the code, and of the one that holds the name: the first that fits is taken.
CODE_PROPERTIES = (
    r"adm(?:in)?(\d)_?p_?cod?e?",
    r"adm(?:in)?(\d)_?(?:code|id)",
    r"(?:gid|hasc)_(\d)",
    *("pcode", "p_code", "shapeiso", "iso_3166_2", "hasc", "shapeid", "code"),
)
NAME_PROPERTIES = (
    r"adm(?:in)?(\d)_?(?:name_?)?fr",
    r"adm(?:in)?(\d)_?(?:name_?)?en",
    r"adm(?:in)?(\d)_?(?:name1?|nam|nom)",
    r"name_(\d)",
    *("name_fr", "nom", "libelle", "shapename", "name", "name_en", "region", "province", "departement", "cercle", "commune"),
)


@dataclass(frozen=True, slots=True)
class BoundarySet:
    """Areas read from a file, the problems met, and the properties taken for code and name."""

    areas: tuple[Area, ...]
    problems: tuple[Problem, ...] = ()
    code_property: str | None = None
    name_property: str | None = None


def read_boundaries(
    path: Path, *, within: BaseGeometry | None = None, layer: str | None = None, name: str | None = None, limits: Limits = LIMITS
) -> BoundarySet:
    """The areas of a GeoJSON, TopoJSON or zipped Shapefile, read, repaired and compared in a bounded child.

    `within` is the outline (degrees) of the State they are for; without one only the region (18 W to 25 E, 3 to 28 N) is
    checked. `layer` names one layer of a Shapefile, `name` the file as its sender called it.
    """
    called_by_sender = name or path.name
    if path.stat().st_size > MOST_BYTES:
        limit = {"limit": str(MOST_BYTES // 1_000_000)}
        return BoundarySet((), (Problem("boundary-file-too-large", value=called_by_sender, detail=limit),))
    ground = shapely.to_wkb(within, hex=True) if within is not None else None
    with read_in_child(CHILD, path, limits, within=ground, layer=layer, name=called_by_sender) as left:
        if left.stopped:
            return BoundarySet((), left.problems)
        areas = tuple(area_left(area) for area in left.report["areas"])
        return BoundarySet(areas, left.problems, left.report["code_property"], left.report["name_property"])


def area_left(left: Mapping[str, Any]) -> Area:
    """An area from what the child left; see `left_of`.

    >>> square = Area(polygons(shapely.box(2, 14, 3, 15)), units=("ner-2-tera",), names=("Téra",))
    >>> area_left(left_of(square)) == square
    True
    """
    return Area(shapely.from_wkb(left["shape"]), *(tuple(left[part]) for part in ("units", "codes", "names")))


def left_of(area: Area) -> dict[str, Any]:
    """An area as a child leaves it: shape in hexadecimal WKB, words in lists."""
    return {"shape": shapely.to_wkb(area.shape, hex=True), "units": area.units, "codes": area.codes, "names": area.names}


def boundaries_of(content: bytes, *, name: str, within: BaseGeometry | None = None, layer: str | None = None) -> BoundarySet:
    """The areas of a file's bytes; see `read_boundaries`."""
    features, problems = features_and_problems(content, name=name, layer=layer)
    problems += tuple(fault_problems(features))
    shapes = [feature.shape for feature in features if feature.shape is not None]
    problems += position_problems(shapes, within or REGION) if shapes else without_area(features, problems)
    if not shapes or any(problem.code in SET_REFUSALS for problem in problems):
        return BoundarySet((), problems)
    return judged(features, problems, within)


def without_area(features: Sequence[Feature], problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """The refusal of a file that opens but holds no surface; a file that did not open has said why already."""
    return (Problem("boundary-without-area"),) if features or not problems else ()


def features_and_problems(content: bytes, *, name: str, layer: str | None) -> tuple[tuple[Feature, ...], tuple[Problem, ...]]:
    """The features of a file by what its first bytes are, and the problems of opening it."""
    kind = kind_of_bytes(content[:4096])
    if kind == "zip":
        return read_shapefile(BytesIO(content), layer=layer)
    if kind not in ("json", "empty"):
        return (), (Problem("boundary-file-unknown", value=name),)
    if (brackets := content.count(b"[")) > MOST_BRACKETS:
        return (), (Problem("boundary-too-detailed", value=str(brackets), detail={"limit": str(MOST_POINTS)}),)
    document, problems = parse_json(content, name=name)
    return tuple(features_of(document)), problems + reference_system_problems(document)


def reference_system_problems(document: Any) -> tuple[Problem, ...]:
    """The refusal of a GeoJSON that names a reference system other than WGS 84 degrees (the older `crs` member)."""
    try:
        named = str(document["crs"]["properties"]["name"])
    except (KeyError, TypeError):
        return ()
    return () if WGS84_NAMES.search(named) else (Problem("coordinates-not-degrees", value=named),)


def fault_problems(features: Iterable[Feature]) -> Iterator[Problem]:
    """The faults noted while reading, each with the number of its feature as row."""
    for feature in features:
        yield from (Problem(code, Cell(row=feature.number), value) for code, value in feature.faults)


def position_problems(shapes: Sequence[MultiPolygon], within: BaseGeometry) -> tuple[Problem, ...]:
    """What refuses the whole file: too many points, coordinates that are no degrees, swapped, or nowhere over the State."""
    points = sum(map(points_of, shapes))
    if points > MOST_POINTS:
        return (Problem("boundary-too-detailed", value=str(points), detail={"limit": str(MOST_POINTS)}),)
    west, south, east, north = (float(bound) for bound in shapely.total_bounds(shapes))
    extent = f"{west:.4g} {south:.4g} {east:.4g} {north:.4g}"
    if max(abs(west), abs(south), abs(east), abs(north)) > 180:
        return (Problem("coordinates-not-degrees", value=extent),)
    place = shapely.box(*within.bounds).buffer(REACH_DEGREES)
    centres = shapely.centroid(shapes)
    right = int(shapely.intersects(place, centres).sum())
    turned = int(shapely.intersects(place, shapely.transform(centres, lambda points: points[:, ::-1])).sum())
    if turned > len(shapes) / 2 > right:
        return (Problem("latitude-longitude-swapped", value=extent),)
    return (Problem("boundary-outside-state", value=extent),) if right == 0 else ()


def judged(features: Sequence[Feature], problems: tuple[Problem, ...], within: BaseGeometry | None) -> BoundarySet:
    """The areas one by one, repaired or refused, then looked at together."""
    code, name = code_and_name([feature.properties for feature in features])
    ground = None if within is None else shapely.buffer(within, REACH_DEGREES)
    areas, found = [], list(problems)
    for feature in features:
        area, said = area_of(feature, code=code, name=name, ground=ground)
        found += said
        if area is not None:
            areas.append(area)
    return BoundarySet(tuple(areas), (*found, *neighbour_problems(areas), *repeated_codes(areas)), code, name)


def area_of(feature: Feature, *, code: str | None, name: str | None, ground: BaseGeometry | None) -> tuple[Area | None, tuple[Problem, ...]]:
    """One feature as an area with its units, codes and names; None when it is refused."""
    if feature.shape is None:
        return None, ()
    shape, said = repaired(feature.shape, Cell(row=feature.number))
    area = Area(shape, units_of(feature.properties), texts(feature.properties, code), names_of(feature.properties, name))
    if shape.is_empty:
        return None, (*said, Problem("geometry-not-an-area", Cell(row=feature.number), called(area) or f"n° {feature.number}"))
    if ground is not None and lies_outside(shape, ground):
        return None, (*said, Problem("area-outside-state", Cell(row=feature.number), called(area) or f"n° {feature.number}"))
    return area, said


def repaired(shape: MultiPolygon, cell: Cell) -> tuple[MultiPolygon, tuple[Problem, ...]]:
    """A valid shape, and the note when rings crossed: the reason, where, and how much surface the repair moved."""
    if shape.is_valid:
        return shape, ()
    reason, _, where = shapely.is_valid_reason(shape).partition("[")
    mended = polygons(shapely.make_valid(shape, method="structure", keep_collapsed=False))
    before, after = shape.area, mended.area
    moved = abs(after - before) / max(before, after, 1e-12)
    detail = {"where": where.rstrip("]"), "moved": f"{moved:.1%}"}
    return mended, (Problem("ring-crosses-itself", cell, reason.strip(), detail),)


def lies_outside(shape: MultiPolygon, ground: BaseGeometry) -> bool:
    """Whether more than one twentieth of a shape lies beyond the State's outline and its margin of half a degree."""
    return bool(shapely.difference(shape, ground).area > OUTSIDE_SHARE * shape.area)


def neighbour_problems(areas: Sequence[Area]) -> Iterator[Problem]:
    """Areas that lie on each other by more than 1 km², and holes of more than half a km² between them: one line each."""
    pairs = overlaps(areas, above_km2=OVERLAP_KM2)
    if pairs:
        worst = max(pairs, key=lambda pair: pair.km2)
        both = SHARED_NAME.join(called(areas[which]) for which in (worst.first, worst.second))
        detail = {"km2": f"{sum(pair.km2 for pair in pairs):.0f}", "worst": both, "worst_km2": f"{worst.km2:.0f}"}
        yield Problem("areas-overlap", value=str(len(pairs)), detail=detail)
    holes = gaps(areas, above_km2=GAP_KM2)
    if holes:
        yield Problem("areas-leave-gaps", value=str(len(holes)), detail={"km2": f"{sum(map(area_km2, holes)):.0f}"})


def called(area: Area) -> str:
    """The code and names of an area in one line."""
    return " ".join((*area.codes, *area.names))


def repeated_codes(areas: Iterable[Area]) -> Iterator[Problem]:
    """Codes written on more than one area."""
    times = Counter(code for area in areas for code in area.codes)
    yield from (Problem("area-code-repeated", value=code, detail={"count": str(count)}) for code, count in times.items() if count > 1)


def code_and_name(properties: Sequence[Mapping[str, Any]]) -> tuple[str | None, str | None]:
    """The properties that hold the code and the name of the finest level, as UN, national and open files spell them.

    >>> code_and_name([{"ADM0_PCODE": "BF", "ADM1_PCODE": "BF46", "ADM1_FR": "Boucle du Mouhoun", "ADM1_EN": "x"}])
    ('ADM1_PCODE', 'ADM1_FR')
    >>> code_and_name([{"shapeName": "Gao", "shapeISO": "", "shapeID": "1234B"}])
    ('shapeID', 'shapeName')
    """
    filled = Counter(key for each in properties for key, value in each.items() if isinstance(value, str | int) and str(value).strip())
    usable = [key for key, count in filled.items() if count * 2 > len(properties)]
    return finest(usable, CODE_PROPERTIES), finest(usable, NAME_PROPERTIES)


def finest(keys: Iterable[str], patterns: Sequence[str]) -> str | None:
    """The key of the finest level, and among those of one level the one whose spelling stands first."""
    ranked = [rank for key in keys if (rank := rank_of(key, patterns)) is not None]
    return max(ranked)[-1] if ranked else None


def rank_of(key: str, patterns: Sequence[str]) -> tuple[int, int, str] | None:
    """How well a key fits: its level (-1 when it names none), its place among the spellings; None when it fits none."""
    for position, pattern in enumerate(patterns):
        if match := re.fullmatch(pattern, key, re.IGNORECASE):
            return int(match[1]) if match.groups() else -1, -position, key
    return None


def texts(properties: Mapping[str, Any], key: str | None) -> tuple[str, ...]:
    """The value of a property as text, none when it is empty."""
    written = str(properties.get(key, "") if key else "").strip()
    return (written,) if written and written != "None" else ()


def names_of(properties: Mapping[str, Any], key: str | None) -> tuple[str, ...]:
    """The names of an area; an area of ours that carries several units carries their names parted by a stroke."""
    written = texts(properties, key)
    return tuple(written[0].split(SHARED_NAME)) if written and units_of(properties) else written


def units_of(properties: Mapping[str, Any]) -> tuple[str, ...]:
    """Our own unit ids, where the file carries them."""
    units = properties.get("units")
    return tuple(unit for unit in units if isinstance(unit, str)) if isinstance(units, list) else ()


@cache
def reference_boundaries(division: str, level: int) -> BoundarySet:
    """The boundaries the product ships for a division and level (`bfa-2025`, 1); no areas where it holds none.

    >>> len(reference_boundaries("bfa-2025", 1).areas), len(reference_boundaries("ner-2011", 3).areas)
    (17, 0)
    """
    file = files("concertation").joinpath("reference", "boundaries", f"{division}-{level}.geojson")
    if not file.is_file():
        return BoundarySet(())
    return own_boundaries(file.read_bytes())


def own_boundaries(content: bytes) -> BoundarySet:
    """Areas written by `written_boundaries` or shipped with the product: GeoJSON with our own unit ids under `units`."""
    features = features_of(json.loads(content))
    areas = [area_of(feature, code="code", name="name", ground=None)[0] for feature in features]
    return BoundarySet(tuple(area for area in areas if area is not None), code_property="code", name_property="name")


def written_boundaries(areas: Iterable[Area]) -> bytes:
    """Areas as GeoJSON with their units, code and name, coordinates to about ten metres. The same areas give the same bytes.

    >>> square = Area(polygons(shapely.box(2, 14, 3, 15)), units=("ner-2-tera",), names=("Téra",))
    >>> own_boundaries(written_boundaries([square])).areas == (square,)
    True
    """
    features = [
        {
            "type": "Feature",
            "properties": {"units": list(area.units), "code": SHARED_NAME.join(area.codes), "name": SHARED_NAME.join(area.names)},
            "geometry": mapping(shapely.set_precision(area.shape, GRID_DEGREES, mode="pointwise")),
        }
        for area in areas
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":")).encode()


@cache
def provenance() -> Mapping[str, Any]:
    """Where the shipped boundaries come from: package, version, hash, licence, tolerance, areas that carry several units."""
    file = files("concertation").joinpath("reference", "boundaries", "provenance.json")
    written: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return written


@cache
def state_outline(division: str) -> MultiPolygon:
    """The outer frame of a State (degrees), from the shipped boundaries of one of its divisions."""
    return outline(reference_boundaries(division, 1).areas)


def with_units(area: Area, units: Iterable[str]) -> Area:
    """The same area under the units it was matched to."""
    return replace(area, units=tuple(units))
