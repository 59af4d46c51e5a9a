"""Shapes on a map that tells the truth about size: one equal-area plane for every map, and shapes small enough to send.

Boundaries are held in degrees (WGS 84, longitude first). They are measured and drawn on the cylindrical equal-area
projection of the WGS 84 ellipsoid with standard parallel 14 degrees north (Snyder, Map Projections: A Working Manual,
USGS 1987, p. 81): north is up everywhere, areas are exact, and between 0 and 25 degrees north shapes stretch by less than 15 %.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

EQUATOR_KM = 6378.137
ECCENTRICITY = 0.0818191908426215
STANDARD_PARALLEL = 14.0
Coordinates = NDArray[np.float64]
Pixels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Area:
    """One area of a boundary set: its shape (degrees, WGS 84) and the units, codes and names written for it.

    An area may carry several units where the boundary source does not part them (Gao and Ménaka).
    """

    shape: MultiPolygon
    units: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two areas of a set, by position, that lie on each other over `km2` square kilometres."""

    first: int
    second: int
    km2: float


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture's window on the plane: size in drawing units, upper left corner and scale in kilometres."""

    width: int
    height: int
    left_km: float
    top_km: float
    per_km: float

    @property
    def view_box(self) -> str:
        """The value of an SVG viewBox.

        >>> Frame(200, 100, 0.0, 0.0, 1.0).view_box
        '0 0 200 100'
        """
        return f"0 0 {self.width} {self.height}"

    def place(self, degrees: Coordinates) -> Pixels:
        """Whole drawing units, right and down from the upper left corner, for rows of longitude and latitude.

        >>> Frame(200, 100, 0.0, 100.0, 1.0).place(np.array([[0.0, 0.0]])).tolist()
        [[0, 100]]
        """
        plane = project(degrees)
        moved = np.column_stack((plane[:, 0] - self.left_km, self.top_km - plane[:, 1])) * self.per_km
        return np.rint(moved).astype(np.int64)

    def place_one(self, longitude: float, latitude: float) -> tuple[int, int]:
        """One place (degrees) in whole drawing units.

        >>> Frame(200, 100, 0.0, 100.0, 1.0).place_one(0.5, 0.5)
        (54, 43)
        """
        right, down = self.place(np.array([[longitude, latitude]]))[0]
        return int(right), int(down)


def authalic(latitude_sine: Coordinates) -> Coordinates:
    """Snyder's q (3-12): proportional to the ellipsoid's area between the equator and a latitude."""
    swollen = ECCENTRICITY * latitude_sine
    shrink = 1.0 - ECCENTRICITY**2
    return shrink * (latitude_sine / (1.0 - swollen**2) + np.arctanh(swollen) / ECCENTRICITY)


def standard_scale() -> float:
    """Snyder's k0 (10-13): the scale of the equator that makes the standard parallel true to length."""
    angle = np.radians(STANDARD_PARALLEL)
    return float(np.cos(angle) / np.sqrt(1.0 - (ECCENTRICITY * np.sin(angle)) ** 2))


def project(degrees: Coordinates) -> Coordinates:
    """Rows of longitude and latitude (degrees) to rows of kilometres east of Greenwich and north of the equator.

    >>> np.round(project(np.array([[0.0, 0.0], [1.0, 14.0]])), 1).tolist()
    [[0.0, 0.0], [108.0, 1579.7]]
    """
    scale = standard_scale()
    radians = np.radians(degrees)
    east = EQUATOR_KM * scale * radians[:, 0]
    north = EQUATOR_KM * authalic(np.sin(radians[:, 1])) / (2.0 * scale)
    return np.column_stack((east, north))


def unproject_north(north_km: float) -> float:
    """The latitude (degrees) that `project` puts `north_km` above the equator; five Newton steps, exact to a millimetre."""
    q = 2.0 * standard_scale() * north_km / EQUATOR_KM
    latitude = np.arcsin(np.clip(q / 2.0, -1.0, 1.0))
    for _ in range(5):
        sine = np.sin(latitude)
        bulge = (1.0 - (ECCENTRICITY * sine) ** 2) ** 2
        rest = q - float(authalic(np.asarray(sine)))
        latitude = latitude + rest * bulge / (2.0 * np.cos(latitude) * (1.0 - ECCENTRICITY**2))
    return float(np.degrees(latitude))


def unproject(east_km: float, north_km: float) -> tuple[float, float]:
    """Longitude and latitude (degrees) of a point of the plane.

    >>> tuple(round(value, 6) for value in unproject(*project(np.array([[2.5, 17.0]]))[0]))
    (2.5, 17.0)
    """
    longitude = float(np.degrees(east_km / (EQUATOR_KM * standard_scale())))
    return longitude, unproject_north(north_km)


def on_plane(shape: BaseGeometry) -> BaseGeometry:
    """The same shape in kilometres on the equal-area plane."""
    return shapely.transform(shape, project)


def ring_area(ring: Coordinates) -> float:
    """Signed area of a closed or open ring by the shoelace rule, in the square of its unit; counter-clockwise is positive.

    >>> ring_area(np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 1.0], [0.0, 1.0]]))
    2.0
    """
    east, north = ring[:, 0], ring[:, 1]
    return float(np.sum(east * np.roll(north, -1) - np.roll(east, -1) * north) / 2.0)


def area_km2(shape: BaseGeometry) -> float:
    """Area of a shape held in degrees, in square kilometres on the ellipsoid.

    >>> round(area_km2(shapely.box(0, 14, 1, 15)))
    11927
    """
    return float(shapely.area(on_plane(shape)))


def share_of_area(part: Iterable[Area], whole: Iterable[Area]) -> float:
    """The area of some areas as a fraction of the area of others (0..1).

    >>> west, east = Area(shapely.box(0, 10, 1, 11)), Area(shapely.box(1, 10, 4, 11))
    >>> round(share_of_area([west], [west, east]), 4)
    0.25
    """
    return sum(area_km2(area.shape) for area in part) / sum(area_km2(area.shape) for area in whole)


def polygons(shape: BaseGeometry) -> MultiPolygon:
    """The surfaces of any shape; points and lines left by a repair are dropped.

    >>> polygons(shapely.from_wkt("GEOMETRYCOLLECTION (POINT (0 0), POLYGON ((0 0, 1 0, 1 1, 0 0)))")).wkt
    'MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))'
    """
    parts = shapely.get_parts(shapely.get_parts(shape))
    return MultiPolygon([part for part in parts if isinstance(part, Polygon) and not part.is_empty])


def overlaps(areas: Sequence[Area], *, above_km2: float) -> tuple[Overlap, ...]:
    """Pairs of areas that share more surface than `above_km2` square kilometres.

    >>> left, right = Area(shapely.box(0, 10, 2, 11)), Area(shapely.box(1, 10, 3, 11))
    >>> [(pair.first, pair.second, round(pair.km2)) for pair in overlaps([left, right], above_km2=1)]
    [(0, 1, 12108)]
    """
    planes = [on_plane(area.shape) for area in areas]
    if not planes:
        return ()
    pairs = shapely.STRtree(planes).query(planes, predicate="intersects").T
    found = (
        Overlap(int(i), int(j), float(shapely.area(shapely.intersection(planes[i], planes[j])))) for i, j in pairs if i < j
    )
    return tuple(pair for pair in found if pair.km2 > above_km2)


def gaps(areas: Sequence[Area], *, above_km2: float) -> tuple[Polygon, ...]:
    """Holes (degrees) that the areas leave between them, larger than `above_km2` square kilometres.

    >>> ring = Area(shapely.difference(shapely.box(0, 10, 3, 13), shapely.box(1, 11, 2, 12)))
    >>> [round(area_km2(hole)) for hole in gaps([ring], above_km2=1)]
    [12068]
    """
    whole = shapely.union_all([area.shape for area in areas])
    holes = (Polygon(ring) for part in shapely.get_parts(whole) for ring in part.interiors)
    return tuple(hole for hole in holes if area_km2(hole) > above_km2)


def outline(areas: Iterable[Area]) -> MultiPolygon:
    """The outer frame of several areas, as one shape in degrees."""
    return polygons(shapely.union_all([area.shape for area in areas]))


def outer_rings(shape: MultiPolygon) -> MultiPolygon:
    """The same shape without holes: what gaps between areas leave inside an outline is no border.

    >>> ring = shapely.difference(shapely.box(0, 10, 3, 13), shapely.box(1, 11, 2, 12))
    >>> outer_rings(polygons(ring)).equals(shapely.box(0, 10, 3, 13))
    True
    """
    return MultiPolygon([Polygon(part.exterior) for part in shape.geoms])


def fit(shapes: Sequence[BaseGeometry], *, longest: int, margin: int) -> Frame:
    """The frame that holds every shape (degrees) inside a margin, its longer side `longest` drawing units.

    >>> frame = fit([shapely.box(0, 13, 2, 14)], longest=1000, margin=10)
    >>> frame.view_box, frame.place(np.array([[0.0, 14.0], [2.0, 13.0]])).tolist()
    ('0 0 1000 523', [[10, 10], [990, 513]])
    """
    left, low, right, high = shapely.total_bounds([on_plane(shape) for shape in shapes])
    per_km = float((longest - 2 * margin) / max(right - left, high - low))
    width, height = (int(np.ceil(round(side * per_km, 6))) + 2 * margin for side in (right - left, high - low))
    return Frame(width, height, float(left - margin / per_km), float(high + margin / per_km), per_km)


def path(shape: BaseGeometry, frame: Frame) -> str:
    """The shape as an SVG path in whole drawing units: absolute starts, relative moves, no point twice.

    >>> frame = fit([shapely.box(0, 13, 2, 14)], longest=1000, margin=10)
    >>> path(shapely.box(0, 13, 2, 14), frame)
    'M990 513v-503h-980v503z'
    """
    rings = (ring for part in shapely.get_parts(shape) for ring in (part.exterior, *part.interiors))
    return "".join(ring_path(frame.place(shapely.get_coordinates(ring))) for ring in rings)


def ring_path(points: Pixels) -> str:
    """One closed ring of whole points as path text; empty when fewer than three points remain apart.

    >>> ring_path(np.array([[0, 0], [4, 0], [4, 0], [4, 3], [0, 0]]))
    'M0 0h4v3z'
    """
    moves = np.diff(points, axis=0)
    moves = moves[np.any(moves != 0, axis=1)]
    if len(moves) < 3:
        return ""
    start = points[0]
    return f"M{start[0]} {start[1]}{''.join(path_moves(moves[:-1]))}z"


def path_moves(moves: Pixels) -> Iterator[str]:
    """Relative path commands, the letter only when it changes, a blank only where no minus sign parts two numbers."""
    letter = ""
    for east, south in moves.tolist():
        command, numbers = ("h", (east,)) if south == 0 else ("v", (south,)) if east == 0 else ("l", (east, south))
        text = "".join(f" {number}" if number >= 0 else str(number) for number in numbers)
        yield text if command == letter else command + text.lstrip()
        letter = command


def label_point(shape: BaseGeometry) -> tuple[float, float]:
    """Longitude and latitude where a label sits best: the centre of the largest circle inside the largest part.

    >>> tuple(round(value, 1) for value in label_point(shapely.box(0, 13, 1, 14)))
    (0.5, 13.5)
    """
    largest = max(shapely.get_parts(on_plane(shape)), key=shapely.area)
    circle = shapely.maximum_inscribed_circle(largest, tolerance=1.0)
    east, north = shapely.get_coordinates(circle)[0]
    return unproject(float(east), float(north))


def room_at(shape: BaseGeometry, point: tuple[float, float], frame: Frame) -> float:
    """Drawing units free to the nearer side of a point inside a shape, along its parallel: half the room of a label.

    >>> frame = fit([shapely.box(0, 13, 2, 14)], longest=1000, margin=0)
    >>> round(room_at(shapely.box(0, 13, 2, 14), (0.5, 13.5), frame))
    250
    """
    longitude, latitude = point
    line = shapely.LineString([(longitude - 40, latitude), (longitude + 40, latitude)])
    inside = [part for part in shapely.get_parts(shapely.intersection(line, shape)) if part.length]
    edges = [part.bounds for part in inside if part.bounds[0] <= longitude <= part.bounds[2]]
    half = max((min(longitude - edge[0], edge[2] - longitude) for edge in edges), default=0.0)
    return half * float(np.radians(1.0)) * EQUATOR_KM * standard_scale() * frame.per_km


def touching(areas: Sequence[Area]) -> frozenset[tuple[int, int]]:
    """Pairs of areas, by position, that share an edge (not a mere corner).

    >>> row = [Area(shapely.box(i, 10, i + 1, 11)) for i in range(3)]
    >>> sorted(touching(row))
    [(0, 1), (1, 2)]
    """
    return frozenset(
        (i, j)
        for i, j in combinations(range(len(areas)), 2)
        if shapely.intersection(areas[i].shape.boundary, areas[j].shape.boundary).length > 0
    )
