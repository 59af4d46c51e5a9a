"""Features out of GeoJSON and TopoJSON, as their writers meant them rather than as they tagged them.

GeoJSON (RFC 7946): a FeatureCollection, a bare Feature, a bare geometry or a GeometryCollection. TopoJSON (version 1):
every object's geometries, with or without quantising. The depth of the coordinates says whether a shape is one polygon
or several; when the type tag says otherwise the depth is believed, and the feature says so. Nothing here raises on a bad
file: a feature whose shape cannot be read carries the code of the reason instead.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import isfinite
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

Json = Any
DEPTH_OF_TYPE = {"Point": 1, "MultiPoint": 2, "LineString": 2, "MultiLineString": 3, "Polygon": 3, "MultiPolygon": 4}
TYPE_OF_AREA_DEPTH = {3: "Polygon", 4: "MultiPolygon"}
TOPOLOGY_DEPTH = {"Polygon": 2, "MultiPolygon": 3}


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature as read: its place in the file (from 1), its properties, its surface if it has one.

    `faults` are codes of `reference/problems.csv` with the value as written.
    """

    number: int
    properties: Mapping[str, Json]
    shape: MultiPolygon | None
    faults: tuple[tuple[str, str], ...] = ()


class BadShape(Exception):
    """A geometry that holds no readable surface: the problem's code and the value as written. Never leaves this module."""

    def __init__(self, code: str, value: str = "") -> None:
        super().__init__(code, value)
        self.code = code
        self.value = value


def features_of(document: Json) -> Iterator[Feature]:
    """Every feature of a GeoJSON or TopoJSON document, in file order; none for anything else."""
    if isinstance(document, dict) and document.get("type") == "Topology":
        yield from topology_features(document)
        return
    for number, (properties, geometry) in enumerate(geojson_pairs(document), start=1):
        yield feature_of(number, properties, geometry)


def geojson_pairs(document: Json) -> Iterator[tuple[Mapping[str, Json], Json]]:
    """Properties and geometry of each feature of a GeoJSON document, whichever of its forms it has."""
    if not isinstance(document, dict):
        return
    kind = str(document.get("type"))
    if kind == "FeatureCollection":
        members = document.get("features")
        inside = members if isinstance(members, list) else []
        yield from chain.from_iterable(geojson_pairs(member) for member in inside if is_feature(member))
    elif kind == "Feature":
        yield properties_of(document), document.get("geometry")
    elif kind == "GeometryCollection" or kind in DEPTH_OF_TYPE:
        yield {}, document


def is_feature(member: Json) -> bool:
    """Whether a member of a collection is a feature; collections inside collections are not GeoJSON."""
    return isinstance(member, dict) and member.get("type") == "Feature"


def properties_of(member: Mapping[str, Json]) -> Mapping[str, Json]:
    """The properties of a feature, with its id when it has one."""
    written = member.get("properties")
    named = {"id": member["id"]} if isinstance(member.get("id"), str | int) else {}
    return named | written if isinstance(written, dict) else named


def feature_of(number: int, properties: Mapping[str, Json], geometry: Json) -> Feature:
    """The feature with its surface, or with the reason why it has none."""
    try:
        parts, faults = surfaces(geometry)
    except BadShape as bad:
        return Feature(number, properties, None, ((bad.code, bad.value),))
    return Feature(number, properties, MultiPolygon(parts), tuple(dict.fromkeys(faults)))


def surfaces(geometry: Json) -> tuple[list[Polygon], list[tuple[str, str]]]:
    """The polygons of a geometry and the faults repaired on the way. Raises BadShape when it holds none."""
    if not isinstance(geometry, dict):
        raise BadShape("geometry-missing")
    if geometry.get("type") == "GeometryCollection":
        return collected(geometry.get("geometries"))
    tag: str = str(geometry.get("type"))
    coordinates: Json = geometry.get("coordinates")
    depth = depth_of(coordinates)
    if depth not in TYPE_OF_AREA_DEPTH or (depth == 3 and tag == "MultiLineString"):
        raise BadShape("geometry-not-an-area", tag)
    faults = [] if DEPTH_OF_TYPE.get(tag) == depth else [("geometry-tag-wrong", f"{tag} → {TYPE_OF_AREA_DEPTH[depth]}")]
    parts: list[Json] = coordinates if depth == 4 else [coordinates]
    return polygons_of(parts, faults), faults


def collected(members: Json) -> tuple[list[Polygon], list[tuple[str, str]]]:
    """The polygons of a collection's members; its points and lines are passed over."""
    if not isinstance(members, list):
        raise BadShape("geometry-missing")
    areas = [member for member in members if isinstance(member, dict) and depth_of(member.get("coordinates")) in (3, 4)]
    read = [surfaces(member) for member in areas if member.get("type") != "MultiLineString"]
    if not read:
        raise BadShape("geometry-not-an-area", "GeometryCollection")
    return list(chain.from_iterable(parts for parts, _ in read)), list(chain.from_iterable(faults for _, faults in read))


def depth_of(coordinates: Json) -> int:
    """How many lists stand around the first number: 1 a point, 2 a line, 3 a polygon, 4 several; 0 for anything else.

    >>> depth_of([[[0, 0], [1, 0], [1, 1]]]), depth_of([]), depth_of("0,0")
    (3, 0, 0)
    """
    depth = 0
    while isinstance(coordinates, list) and coordinates and depth < 6:
        coordinates = coordinates[0]
        depth += 1
    return depth if is_number(coordinates) else 0


def is_number(value: Json) -> bool:
    """Whether a JSON value is a finite number.

    >>> is_number(1.5), is_number("1.5"), is_number(True), is_number(float("nan"))
    (True, False, False, False)
    """
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def polygons_of(parts: Sequence[Json], faults: list[tuple[str, str]]) -> list[Polygon]:
    """Polygons from nested rings; notes in `faults` a ring that was left open. Raises BadShape on anything that is no ring."""
    return [polygon_of([ring_of(ring, faults) for ring in rings_of(part)]) for part in parts]


def rings_of(part: Json) -> list[Json]:
    """The rings of one polygon."""
    if not isinstance(part, list) or not part:
        raise BadShape("geometry-unreadable")
    return part


def polygon_of(rings: Sequence[NDArray[np.float64]]) -> Polygon:
    """A polygon from its outer ring and its holes."""
    return Polygon(rings[0], rings[1:])


def ring_of(written: Json, faults: list[tuple[str, str]]) -> NDArray[np.float64]:
    """A ring as rows of two numbers, closed. Heights are dropped."""
    if not isinstance(written, list) or len(written) < 3:
        raise BadShape("geometry-unreadable")
    points = [position_of(position) for position in written]
    if points[0] != points[-1]:
        faults.append(("ring-left-open", ""))
        points.append(points[0])
    return np.asarray(points, dtype=np.float64)


def position_of(position: Json) -> tuple[float, float]:
    """Longitude and latitude of one position. Raises BadShape when it is not two finite numbers."""
    if not isinstance(position, list) or len(position) < 2 or not (is_number(position[0]) and is_number(position[1])):
        raise BadShape("geometry-unreadable", str(position)[:40])
    return position[0], position[1]


def topology_features(topology: Mapping[str, Json]) -> Iterator[Feature]:
    """Every geometry of a TopoJSON topology as a feature."""
    objects = topology.get("objects")
    arcs = arcs_of(topology)
    named = objects.values() if isinstance(objects, dict) else ()
    for number, geometry in enumerate(chain.from_iterable(map(topology_geometries, named)), start=1):
        try:
            spelled = {"type": geometry.get("type"), "coordinates": unwound(geometry, arcs)}
        except BadShape as bad:
            yield Feature(number, properties_of(geometry), None, ((bad.code, bad.value),))
        else:
            yield feature_of(number, properties_of(geometry), spelled)


def topology_geometries(member: Json) -> Iterator[Mapping[str, Json]]:
    """The geometries of one object of a topology, out of its collection when it is one."""
    if not isinstance(member, dict):
        return
    if member.get("type") == "GeometryCollection":
        inside = member.get("geometries")
        yield from (each for each in inside if isinstance(each, dict)) if isinstance(inside, list) else ()
    else:
        yield member


def arcs_of(topology: Mapping[str, Json]) -> list[Json]:
    """The arcs of a topology as lists of positions; differences and quantising undone."""
    written = topology.get("arcs")
    arcs = [arc if isinstance(arc, list) else [] for arc in written] if isinstance(written, list) else []
    transform = topology.get("transform")
    if not isinstance(transform, dict):
        return arcs
    scale, corner = transform.get("scale"), transform.get("translate")
    return [unquantised(arc, scale, corner) for arc in arcs]


def unquantised(arc: Json, scale: Json, corner: Json) -> list[list[float]]:
    """One quantised arc in degrees; empty when it holds anything but pairs of numbers."""
    readable = depth_of(arc) == 2 and depth_of(scale) == depth_of(corner) == 1
    if not readable or not all(isinstance(step, list) and len(step) >= 2 and all(map(is_number, step)) for step in arc):
        return []
    steps = np.cumsum([step[:2] for step in arc], axis=0)
    degrees: list[list[float]] = (steps * np.asarray(scale[:2]) + np.asarray(corner[:2])).tolist()
    return degrees


def unwound(geometry: Mapping[str, Json], arcs: Sequence[Json]) -> Json:
    """Coordinates of a topology's geometry, arc numbers replaced by positions."""
    depth = depth_of(geometry.get("arcs"))
    if depth not in TOPOLOGY_DEPTH.values():
        raise BadShape("geometry-not-an-area", str(geometry.get("type")))
    parts = geometry["arcs"] if depth == 3 else [geometry["arcs"]]
    rings = [[unwound_ring(ring, arcs) for ring in rings_of(part)] for part in parts]
    return rings if depth == 3 else rings[0]


def unwound_ring(numbers: Json, arcs: Sequence[Json]) -> list[Json]:
    """One ring from its arc numbers; a negative number is an arc walked backwards."""
    points: list[Json] = []
    for number in rings_of(numbers):
        if not isinstance(number, int) or not -len(arcs) <= number < len(arcs):
            raise BadShape("geometry-unreadable", str(number)[:40])
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points.extend(arc[1:] if points else arc)
    return points


def points_of(shape: MultiPolygon) -> int:
    """How many points a shape is made of.

    >>> points_of(MultiPolygon([shapely.box(0, 0, 1, 1)]))
    5
    """
    return int(shapely.get_num_coordinates(shape))
