"""Derive the units of the reference set from the published lists of places; an id once minted never changes.

Reads `../shared/data/places` (or the folder given) and the tables checked by hand in `scripts/units_by_hand`, and writes
states, divisions, units, parents, names, codes and crosswalks into `src/concertation/reference`. Run it again and
the same lines come out: an existing `units.csv` lends its ids to the codes it knows.
"""

import argparse
import csv
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shapely import transform
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from concertation.core.spelling import fold

ROOT = Path(__file__).resolve().parents[1]
BY_HAND = Path(__file__).with_name("units_by_hand")
REFERENCE = ROOT / "src/concertation/reference"

Row = dict[str, str]

COD = "ocha-cod-2026"
IBF = "ibf-cod-areas"
STATES = ("BFA", "MLI", "NER", "TGO")
ISO2 = {"BFA": "BF", "MLI": "ML", "NER": "NE", "TGO": "TG", "MRT": "MR", "TCD": "TD"}
STATE_NAMES = {
    "BFA": ("Burkina Faso", "Burkina Faso"),
    "MLI": ("Mali", "Mali"),
    "NER": ("Niger", "Niger"),
    "TGO": ("Togo", "Togo"),
    "MRT": ("Mauritanie", "Mauritania"),
    "TCD": ("Tchad", "Chad"),
}
MEMBERS = ("BFA", "MLI", "NER")
FORUM = "2025-08-07"
KINDS = {
    "BFA": ("region", "province", "commune"),
    "MLI": ("region", "cercle", "commune"),
    "NER": ("region", "departement", "commune"),
    "TGO": ("region", "prefecture", "canton"),
}
DIVISIONS: tuple[tuple[str, ...], ...] = (
    ("bfa-2001", "BFA", "13 régions et 45 provinces (2001 à 2025)", "13 regions and 45 provinces (2001 to 2025)", "2001-07-02", "2025-07-02", "bfa-law-013-2001", "memory"),
    ("bfa-2025", "BFA", "17 régions et 47 provinces (depuis le 2 juillet 2025)", "17 regions and 47 provinces (since 2 July 2025)", "2025-07-02", "", "bfa-council-2025-07-02", "seen"),
    ("mli-1991", "MLI", "8 régions, Ménaka et le District de Bamako (liste OCHA)", "8 regions, Ménaka and Bamako District (OCHA list)", "", "2023-03-13", COD, "seen"),
    ("mli-2023", "MLI", "19 régions et le District de Bamako (lois de 2023)", "19 regions and Bamako District (laws of 2023)", "2023-03-13", "", "mli-law-2023-006", "seen"),
    ("ner-2011", "NER", "8 régions, 63 départements et 4 villes", "8 regions, 63 departments and 4 towns", "2011-08-08", "", "ner-law-2011-22", "memory"),
    ("tgo-cod", "TGO", "5 régions (liste OCHA)", "5 regions (OCHA list)", "", "", COD, "seen"),
    ("tgo-2022", "TGO", "5 régions et le Grand Lomé (recensement de 2022)", "5 regions and Greater Lomé (2022 census)", "2022-10-01", "", "tgo-rgph5-2022", "derived"),
)
OLD_DIVISION = {"BFA": "bfa-2001", "MLI": "mli-1991", "NER": "ner-2011", "TGO": "tgo-cod"}
NEW_DIVISION = {"BFA": "bfa-2025", "MLI": "mli-2023", "TGO": "tgo-2022"}
PROVINCES_DIVIDED = {"BF5205": "bfa-1-tapoa", "BF5603": "bfa-1-soum"}
COMMUNES_PLACED = {"BF520503": "bfa-2-dyamongou", "BF560301": "bfa-2-karo-peli"}
COMMUNE_NOTE = "La nouvelle province de cette commune n'est pas encore connue : rattachée à sa région"
GRAND_LOME = ("TG0303", "TG0305", "TG0309")
MALI_UNCHANGED = {"Gao": "ML07", "Kidal": "ML08", "District de Bamako": "ML09", "Ménaka": "ML10"}
CT_CODES = {"Bougouni": "15", "Nioro": "11"}
ISO_3166_2 = {
    "BF46": "BF-01", "BF47": "BF-02", "BF13": "BF-03", "BF48": "BF-04", "BF49": "BF-05", "BF50": "BF-06", "BF51": "BF-07",
    "BF52": "BF-08", "BF53": "BF-09", "BF54": "BF-10", "BF55": "BF-11", "BF56": "BF-12", "BF57": "BF-13",
    "ML01": "ML-1", "ML02": "ML-2", "ML03": "ML-3", "ML04": "ML-4", "ML05": "ML-5", "ML06": "ML-6", "ML07": "ML-7",
    "ML08": "ML-8", "ML10": "ML-9", "ML09": "ML-BKO",
    "NE001": "NE-1", "NE002": "NE-2", "NE003": "NE-3", "NE004": "NE-4", "NE005": "NE-5", "NE006": "NE-6", "NE007": "NE-7", "NE008": "NE-8",
    "TG01": "TG-C", "TG02": "TG-K", "TG03": "TG-M", "TG04": "TG-P", "TG05": "TG-S",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Area:
    """One area of a published list: its code, its names as written, its parent's code, its ground and its people."""

    state: str
    level: int
    code: str
    parent: str
    name: str
    written: tuple[tuple[str, str], ...]
    listed_from: str
    shape: BaseGeometry
    people: int


@dataclass(slots=True)
class Tables:
    """The lines to be written, by table."""

    units: list[Row] = field(default_factory=list)
    parents: list[Row] = field(default_factory=list)
    names: list[Row] = field(default_factory=list)
    codes: list[Row] = field(default_factory=list)
    crosswalks: list[Row] = field(default_factory=list)

    def name(self, unit: str, name: str, kind: str, source: str, *, valid_from: str = "", valid_to: str = "") -> None:
        """Add one name of a unit."""
        self.names.append({"unit": unit, "name": name, "language": "fr", "kind": kind, "valid_from": valid_from, "valid_to": valid_to, "source": source})

    def code(self, unit: str, scheme: str, code: str, source: str, *, valid_from: str = "") -> None:
        """Add one code of a unit."""
        self.codes.append({"unit": unit, "scheme": scheme, "code": code, "valid_from": valid_from, "valid_to": "", "source": source})

    def parent(self, unit: str, division: str, parent: str, note: str = "") -> None:
        """Place a unit under its parent in one division."""
        self.parents.append({"unit": unit, "division": division, "parent": parent, "note": note})


def read_csv(path: Path) -> list[Row]:
    """The lines of a CSV file as dictionaries; none when there is no file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def write_csv(name: str, columns: tuple[str, ...], rows: Iterable[Row]) -> None:
    """Write one table of the reference set, columns in the given order."""
    with (REFERENCE / name).open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, columns, lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(rows)


def shape_of(geometry: Mapping[str, Any]) -> BaseGeometry:
    """The polygon, whatever its type tag says: the depth of the coordinates decides."""
    depth, inside = 0, geometry["coordinates"]
    while isinstance(inside, list):
        depth, inside = depth + 1, inside[0]
    parts = geometry["coordinates"] if depth == 4 else [geometry["coordinates"]]
    return MultiPolygon([Polygon(rings[0], rings[1:]) for rings in parts]).buffer(0)


def ground(shape: BaseGeometry) -> float:
    """Area on the sphere (in units of its radius squared): longitude against the sine of latitude keeps areas true."""

    def equal_area(points: Any) -> Any:
        return [(math.radians(x), math.sin(math.radians(y))) for x, y in points]

    return float(transform(shape, equal_area).area)


def parent_code(state: str, code: str) -> str:
    """The code one level up, which is its prefix: 3 figures a level in Niger, 2 elsewhere."""
    return code[: -3 if state == "NER" else -2]


def areas(places: Path) -> Iterator[Area]:
    """Every area of the four States at levels 1 to 3, names as published, blanks at the ends removed."""
    listed = {row["P-Code"]: row for row in read_csv(places / "pcodes_4_countries.csv")}
    by_hand = {row["code"]: row["name_fr"] for row in read_csv(BY_HAND / "names.csv")}
    for state in STATES:
        people = {row["placeCode"].strip(): round(float(row["value"])) for row in read_csv(places / f"ibf/population_{state}.csv")}
        for level in (1, 2, 3):
            found = json.loads((places / f"ibf/{state}_adm{level}.json").read_text(encoding="utf-8"))["features"]
            for feature in sorted(found, key=lambda one: one["properties"][f"ADM{level}_PCODE"]):
                code = feature["properties"][f"ADM{level}_PCODE"].strip()
                written = [(feature["properties"][f"ADM{level}_EN"].strip(), IBF)]
                if code in listed:
                    written.append((listed[code]["Name"].strip(), COD))
                above = parent_code(state, code) if level > 1 else ""
                shape = shape_of(feature["geometry"])
                listed_from = listed.get(code, {}).get("Valid from date", "")
                yield Area(state, level, code, above, by_hand.get(code, written[0][0]), tuple(written), listed_from, shape, people.get(code, 0))


def slug(name: str) -> str:
    """The part of an id made of a name.

    >>> slug("Fada N'Gourma")
    'fada-n-gourma'
    """
    return fold(name).replace(" ", "-")


def mint(found: list[Area]) -> dict[str, str]:
    """Code -> our id. Ids already given stay; names met twice take their parent's name, then a number."""
    known = {row["code"]: row["unit"] for row in read_csv(REFERENCE / "unit_codes.csv") if row["scheme"] == "ocha-cod"}
    names = {area.code: area.name for area in found}
    met = Counter((area.state, area.level, slug(area.name)) for area in found)
    taken = set(known.values())
    ids: dict[str, str] = {}
    for area in found:
        wanted = f"{area.state.lower()}-{area.level}-{slug(area.name)}"
        if met[area.state, area.level, slug(area.name)] > 1 and area.parent:
            wanted = f"{wanted}-{slug(names[area.parent])}"
        free, number = wanted, 2
        while area.code not in known and free in taken:
            free, number = f"{wanted}-{number}", number + 1
        ids[area.code] = known.get(area.code, free)
        taken.add(ids[area.code])
    return ids


def kind_of(area: Area) -> str:
    """What the State calls this area: region, district, province, ville, commune ..."""
    if area.code in ("ML09", "ML0901"):
        return "district"
    if area.code == "TG0305":
        return "commune"
    if area.level == 2 and area.name.startswith("Ville de"):
        return "ville"
    return KINDS[area.state][area.level - 1]


def older_codes(code: str, state: str) -> Iterator[tuple[str, str, str]]:
    """Other forms in which one code travels: (scheme, code, source)."""
    iso2 = ISO2[state]
    if state == "NER":
        figures = code[2:]
        groups = [figures[i : i + 3] for i in range(0, len(figures), 3)]
        yield "ocha-cod-older", iso2 + "".join(group[1:] for group in groups), "cadre-harmonise-2024-06"
        yield "ocha-cod-iso3", state + figures, "ner-3w-2022-02"
    if state == "MLI":
        yield "ocha-cod-iso3", state + code[2:], "mli-5w-2022-03"


def add_states(tables: Tables) -> None:
    """The six States of the first forum, as units of level 0."""
    for iso3, (name_fr, name_en) in STATE_NAMES.items():
        unit = iso3.lower()
        tables.units.append({"unit": unit, "state": iso3, "level": "0", "kind": "state", "name_fr": name_fr, "name_en": name_en, "source": "forum-2025-08", "source_status": "seen"})
        tables.name(unit, name_fr, "official", "forum-2025-08")
        if name_en != name_fr:
            tables.names.append({"unit": unit, "name": name_en, "language": "en", "kind": "official", "source": "forum-2025-08"})
        tables.code(unit, "iso3166-1-alpha3", iso3, "iso-3166")
        tables.code(unit, "iso3166-1-alpha2", ISO2[iso3], "iso-3166")


def add_areas(tables: Tables, found: list[Area], ids: Mapping[str, str], seats: Mapping[str, Row]) -> None:
    """The areas of OCHA's list with their names, codes and parents in the division the list describes."""
    ends = {"BFA": "2025-07-02", "MLI": "2023-03-13"}
    for area in found:
        unit, seat = ids[area.code], seats.get(area.code, {})
        ended = area.level == 1 and area.state in ends and area.code not in MALI_UNCHANGED.values()
        last = ends[area.state] if ended or area.code in PROVINCES_DIVIDED else ""
        tables.units.append(
            {"unit": unit, "state": area.state, "level": str(area.level), "kind": kind_of(area), "name_fr": area.name, "name_en": area.name.replace("Ville de", "City of"), "valid_from": "", "valid_to": last,
             "latitude": seat.get("lat", ""), "longitude": seat.get("lon", ""), "chef_lieu": seat.get("chef_lieu", ""), "source": COD if area.level < 3 else IBF, "source_status": "seen"}
        )  # fmt: skip
        tables.name(unit, area.name, "official", COD if (area.name, COD) in area.written else IBF if (area.name, IBF) in area.written else "spelling-by-hand")
        for written, source in area.written:
            tables.name(unit, written, "spelling", source)
        tables.code(unit, "ocha-cod", area.code, COD if area.level < 3 else IBF, valid_from=area.listed_from)
        for scheme, code, source in older_codes(area.code, area.state):
            tables.code(unit, scheme, code, source)
        if area.code in ISO_3166_2:
            tables.code(unit, "iso3166-2", ISO_3166_2[area.code], "iso-3166")
        tables.parent(unit, OLD_DIVISION[area.state], ids.get(area.parent, area.state.lower()))


def add_new_region(tables: Tables, row: Row, *, unit: str, kind: str, valid_from: str, source: str) -> None:
    """One level-1 unit of a newer division, with its chef-lieu."""
    state = row["iso3"]
    english = {"Maritime (hors Grand Lomé)": "Maritime (without Greater Lomé)", "Grand Lomé": "Greater Lomé"}
    name = row["name_fr"].split(" (district")[0]
    tables.units.append(
        {"unit": unit, "state": state, "level": "1", "kind": kind, "name_fr": name, "name_en": english.get(name, name), "valid_from": valid_from, "valid_to": "", "latitude": row["lat"],
         "longitude": row["lon"], "chef_lieu": row["chef_lieu"], "source": source, "source_status": "seen"}
    )  # fmt: skip
    tables.name(unit, name, "official", source, valid_from=valid_from)
    tables.parent(unit, NEW_DIVISION[state], state.lower())


def add_burkina_2025(tables: Tables, places: Path, found: list[Area], ids: Mapping[str, str], regions: list[Row]) -> dict[str, str]:
    """The 17 regions and 47 provinces of 2 July 2025; gives back old province code -> new region."""
    for row in regions:
        add_new_region(tables, row, unit=f"bfa-1-{slug(row['name_fr'])}", kind="region", valid_from="2025-07-02", source="bfa-council-2025-07-02")
    placed = {row["prov_pcode"]: f"bfa-1-{slug(row['region_2025'])}" for row in read_csv(places / "bfa_provinces_13_to_17_regions.csv")}
    for row in read_csv(BY_HAND / "units.csv"):
        tables.units.append({key: value for key, value in row.items() if key not in ("division", "parent", "note")} | {"state": row["state"].upper()})
        tables.name(row["unit"], row["name_fr"], "official", row["source"], valid_from=row["valid_from"])
        tables.parent(row["unit"], row["division"], row["parent"], row["note"])
    for area in found:
        if area.state == "BFA" and area.level == 2 and area.code not in PROVINCES_DIVIDED:
            tables.parent(ids[area.code], "bfa-2025", placed[area.code])
        if area.state == "BFA" and area.level == 3:
            region = PROVINCES_DIVIDED.get(area.parent)
            province = COMMUNES_PLACED.get(area.code) or region or ids[area.parent]
            tables.parent(ids[area.code], "bfa-2025", province, COMMUNE_NOTE if province == region else "")
    return placed


def add_mali_2023(tables: Tables, places: Path, found: list[Area], ids: Mapping[str, str], regions: list[Row]) -> tuple[dict[str, str], dict[str, str]]:
    """The 19 regions and Bamako; gives back (cercle code -> new region, region name -> unit)."""
    unit_of = {}
    for row in regions:
        name = row["name_fr"]
        wanted = f"mli-1-{slug(name)}"
        unit = ids[MALI_UNCHANGED[name]] if name in MALI_UNCHANGED else f"{wanted}-2023" if wanted in ids.values() else wanted
        unit_of[name.replace("District de ", "")] = unit
        if name in MALI_UNCHANGED:
            tables.parent(unit, "mli-2023", "mli")
        else:
            add_new_region(tables, row, unit=unit, kind="region", valid_from="2023-03-13", source="mli-law-2023-006")
        tables.code(unit, "ca-2023", row["code"], "mli-law-2023-006", valid_from="2023-03-13")
        if name in CT_CODES:
            tables.code(unit, "ct-2023", CT_CODES[name], "mli-law-2023-007", valid_from="2023-03-13")
    placed, notes = {}, {}
    for row in read_csv(places / "mli_cercles_10_to_20_admin1.csv"):
        placed[row["cercle_pcode"]] = unit_of[row["region_2023"]]
        notes[row["cercle_pcode"]] = row["note"]
    words = {
        "ML0104": "Kayes ou Kita : à vérifier (un projet de 2018 plaçait Kéniéba sous Kita)",
        "ML0605": "Une partie de l'ancien cercle est devenue la région de Taoudénit : la limite ne se déduit pas",
    }
    for area in found:
        if area.state == "MLI" and area.level == 2:
            tables.parent(ids[area.code], "mli-2023", placed[area.code], words.get(area.code, "Ancien cercle, lu dans la région de 2023"))
        if area.state == "MLI" and area.level == 3:
            tables.parent(ids[area.code], "mli-2023", ids[area.parent])
    return placed, unit_of


def add_togo_2022(tables: Tables, found: list[Area], ids: Mapping[str, str], regions: list[Row]) -> dict[str, str]:
    """The 5 regions with Grand Lomé counted apart; gives back prefecture code -> level-1 unit."""
    by_code = {row["code"]: row for row in regions}
    maritime, lome = "tgo-1-maritime-2022", "tgo-1-grand-lome"
    add_new_region(tables, by_code["TG03"], unit=maritime, kind="region", valid_from="2022-10-01", source="tgo-rgph5-2022")
    add_new_region(tables, by_code["TG03-GL"], unit=lome, kind="district", valid_from="2022-10-01", source="tgo-rgph5-2022")
    placed = {}
    for area in found:
        if area.state != "TGO":
            continue
        if area.level == 1 and area.code != "TG03":
            tables.parent(ids[area.code], "tgo-2022", "tgo")
        elif area.level == 2:
            inside = lome if area.code in GRAND_LOME else maritime if area.parent == "TG03" else ids[area.parent]
            placed[area.code] = inside
            note = "Comptée avec le Golfe dans le Grand Lomé" if area.code == "TG0305" else ""
            tables.parent(ids[area.code], "tgo-2022", inside, note)
        elif area.level == 3:
            tables.parent(ids[area.code], "tgo-2022", ids[area.parent])
    return placed


def shares(amounts: Mapping[tuple[str, str], float]) -> dict[tuple[str, str], float]:
    """(from, to) -> part of the whole of `from`.

    >>> shares({("a", "x"): 3, ("a", "y"): 1})
    {('a', 'x'): 0.75, ('a', 'y'): 0.25}
    """
    whole: dict[str, float] = defaultdict(float)
    for (old, _), amount in amounts.items():
        whole[old] += amount
    return {pair: amount / whole[pair[0]] for pair, amount in amounts.items()}


def crosswalk(tables: Tables, pairs: Mapping[tuple[str, str], float], *, state: str, kind: str, source: str, status: str = "derived", note: str = "") -> None:
    """Lines old unit -> new unit with their weights."""
    for (old, new), weight in sorted(pairs.items()):
        tables.crosswalks.append(
            {"from_unit": old, "to_unit": new, "from_division": OLD_DIVISION[state], "to_division": NEW_DIVISION[state], "weight": f"{weight:.12f}".rstrip("0").rstrip("."), "weight_kind": kind, "source": source, "source_status": status, "note": note}
        )  # fmt: skip


def add_crosswalks(tables: Tables, state: str, found: list[Area], ids: Mapping[str, str], placed: Mapping[str, str]) -> set[str]:
    """Old region -> new region: whole where one succeeds one, else by area and by people; gives back the divided regions."""
    by_area: dict[tuple[str, str], float] = defaultdict(float)
    by_people: dict[tuple[str, str], float] = defaultdict(float)
    for area in found:
        if area.state == state and area.level == 2:
            pair = (ids[area.parent], placed[area.code])
            by_area[pair] += ground(area.shape)
            by_people[pair] += area.people
    successors = Counter(old for old, _ in by_area)
    divided = {old for old, count in successors.items() if count > 1}
    crosswalk(tables, {pair: 1.0 for pair in by_area if pair[0] not in divided}, state=state, kind="whole", source="units-derivation")
    crosswalk(tables, shares({pair: part for pair, part in by_area.items() if pair[0] in divided}), state=state, kind="area", source=IBF)
    if state == "BFA":
        crosswalk(tables, shares({pair: part for pair, part in by_people.items() if pair[0] in divided}), state=state, kind="population", source="ibf-population")
    return divided


def add_mali_people(tables: Tables, regions: list[Row], unit_of: Mapping[str, str], placed: Mapping[str, str], ids: Mapping[str, str], divided: set[str]) -> None:
    """Mali's divided regions by the people the census of 2022 counted in each new region; Tombouctou with Taoudénit."""
    came_from = {placed[code]: ids[code[:4]] for code in placed}
    came_from[unit_of["Taoudénit"]] = ids["ML06"]
    counted = {unit_of[row["name_fr"].replace("District de ", "")]: float(row["population"]) for row in regions}
    recalled = {unit_of[name] for name in ("Dioïla", "Nara", "Douentza", "Taoudénit")}
    weights = shares({(old, new): counted[new] for new, old in came_from.items() if old in divided | {ids["ML06"]}})
    for (old, new), weight in sorted(weights.items()):
        status = "memory" if any(other in recalled for kept, other in weights if kept == old) else "derived"
        note = "Kéniéba : Kayes ou Kita, à vérifier" if old == ids["ML01"] else "Limite entre Tombouctou et Taoudénit non déductible" if old == ids["ML06"] else ""
        crosswalk(tables, {(old, new): weight}, state="MLI", kind="population", source="mli-rgph5-2022", status="estimated" if old == ids["ML06"] else status, note=note)


def add_togo_people(tables: Tables, regions: list[Row], ids: Mapping[str, str]) -> None:
    """Maritime by the people the census of 2022 counted in Grand Lomé and outside it."""
    unit_of = {"TG03": "tgo-1-maritime-2022", "TG03-GL": "tgo-1-grand-lome"}
    counted = {(ids["TG03"], unit_of[row["code"]]): float(row["population"]) for row in regions if row["code"] in unit_of}
    crosswalk(tables, shares(counted), state="TGO", kind="population", source="tgo-rgph5-2022")


def mend_tombouctou(tables: Tables, ids: Mapping[str, str]) -> None:
    """The old Tombouctou reads whole on the new one: an estimate, since Taoudénit's ground cannot be told apart."""
    for row in tables.crosswalks:
        if row["from_unit"] == ids["ML06"] and row["weight_kind"] == "whole":
            row |= {"weight_kind": "area", "source_status": "estimated", "note": "Une partie est devenue Taoudénit : part de superficie non déductible, tout est lu sur Tombouctou"}
        if row["from_unit"] == ids["ML01"] and row["weight_kind"] == "area":
            row |= {"source_status": "estimated", "note": "Kéniéba comptée à Kayes : à vérifier"}


def add_way_back(tables: Tables) -> None:
    """Each new unit lies whole inside one old unit: figures on new units can be summed on old ones."""
    inside: dict[str, Row] = {}
    for row in tables.crosswalks:
        inside.setdefault(row["to_unit"], row)
    for new, row in sorted(inside.items()):
        if row["from_unit"] != new:
            tables.crosswalks.append({**row, "from_unit": new, "to_unit": row["from_unit"], "from_division": row["to_division"], "to_division": row["from_division"], "weight": "1", "weight_kind": "whole", "source": "units-derivation", "source_status": "derived", "note": ""})


def add_by_hand(tables: Tables, ids: Mapping[str, str]) -> None:
    """Spellings, renamings and older codes checked by hand."""
    for row in read_csv(BY_HAND / "spellings.csv"):
        unit = ids.get(row["unit_code"], row["unit_code"])
        if row["kind"] == "official" and row["valid_from"]:
            for known in tables.names:
                if known["unit"] == unit and known["kind"] == "official" and not known["valid_to"]:
                    known["valid_to"] = row["valid_from"]
        tables.names.append({"unit": unit} | {key: value for key, value in row.items() if key != "unit_code"})
    for row in read_csv(BY_HAND / "older_codes.csv"):
        tables.code(ids[row["unit_code"]], row["scheme"], row["code"], row["source"])


def add_names_met(tables: Tables, ids: Mapping[str, str]) -> None:
    """Names as written beside their codes in real files (`names_met.csv`), kept as spellings."""
    for row in read_csv(BY_HAND / "names_met.csv"):
        tables.name(ids[row["code"]], row["name"], "spelling", row["source"])


def unrepeated(names: list[Row]) -> list[Row]:
    """One line per unit and name as written: the first, so the official one when both are the same."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for row in names:
        if (row["unit"], row["name"]) not in seen:
            kept.append(row)
        seen.add((row["unit"], row["name"]))
    return kept


def derive(places: Path) -> Tables:
    """All lines of all tables."""
    tables = Tables()
    found = list(areas(places))
    ids = mint(found)
    reference = read_csv(places / "admin1_reference.csv")
    of = {state: [row for row in reference if row["iso3"] == state] for state in STATES}
    bfa_new = [row for row in of["BFA"] if row["division"].startswith("2025")]
    seats = {row["code"]: row for row in reference} | {MALI_UNCHANGED.get(row["name_fr"], ""): row for row in of["MLI"]}
    seats |= {code: row for row in of["MLI"] for code in ["ML" + row["code"]] if int(row["code"]) in range(1, 7)}
    add_states(tables)
    add_areas(tables, found, ids, seats)
    burkina = add_burkina_2025(tables, places, found, ids, bfa_new)
    mali, unit_of = add_mali_2023(tables, places, found, ids, of["MLI"])
    togo = add_togo_2022(tables, found, ids, of["TGO"])
    add_crosswalks(tables, "BFA", found, ids, burkina)
    divided = add_crosswalks(tables, "MLI", found, ids, mali)
    add_mali_people(tables, of["MLI"], unit_of, mali, ids, divided)
    mend_tombouctou(tables, ids)
    add_crosswalks(tables, "TGO", found, ids, togo)
    add_togo_people(tables, of["TGO"], ids)
    add_way_back(tables)
    add_by_hand(tables, ids)
    add_names_met(tables, ids)
    return tables


def write(tables: Tables) -> None:
    """Write the seven tables."""
    members = [
        {"iso3": iso3, "name_fr": fr, "name_en": en, "status": "member" if iso3 in MEMBERS else "invited", "since": FORUM, "source": "forum-2025-08", "source_status": "seen"}
        for iso3, (fr, en) in STATE_NAMES.items()
    ]
    write_csv("states.csv", ("iso3", "name_fr", "name_en", "status", "since", "until", "source", "source_status"), members)
    columns = ("division", "state", "name_fr", "name_en", "valid_from", "valid_to", "source", "source_status")
    write_csv("divisions.csv", columns, [dict(zip(columns, line, strict=True)) for line in DIVISIONS])
    unit_columns = ("unit", "state", "level", "kind", "name_fr", "name_en", "valid_from", "valid_to", "latitude", "longitude", "chef_lieu", "source", "source_status")
    write_csv("units.csv", unit_columns, sorted(tables.units, key=lambda row: (row["level"], row["state"], row["unit"])))
    write_csv("unit_parents.csv", ("unit", "division", "parent", "note"), tables.parents)
    write_csv("unit_names.csv", ("unit", "name", "language", "kind", "valid_from", "valid_to", "source"), unrepeated(tables.names))
    write_csv("unit_codes.csv", ("unit", "scheme", "code", "valid_from", "valid_to", "source"), tables.codes)
    write_csv("crosswalks.csv", ("from_unit", "to_unit", "from_division", "to_division", "weight", "weight_kind", "source", "source_status", "note"), tables.crosswalks)


def main() -> None:
    """Read the places, write the reference tables, and say how many lines each holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("places", nargs="?", type=Path, default=ROOT.parent / "shared/data/places")
    tables = derive(parser.parse_args().places)
    write(tables)
    print({name: len(getattr(tables, name)) for name in ("units", "parents", "names", "codes", "crosswalks")})


if __name__ == "__main__":
    main()
