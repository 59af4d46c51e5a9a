"""Derive the long tables of figures of the reference set from the published files, each line with its source.

Writes populations, Cadre Harmonisé sums by level-1 unit, requirements and funding of the plans and of their
clusters, and the sectors each plan names, into `src/concertation/reference`. The short tables (plans, displacement, quoted words, frameworks,
transit, decisions) are kept by hand and not touched.
"""

import argparse
import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from concertation.core.spelling import fold
from concertation.formats.fts_plans import read_plan_table
from concertation.formats.reference_set import COLUMNS

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "src/concertation/reference"
Row = dict[str, str]

STATES = ("BFA", "MLI", "NER", "TGO")
FTS = "fts-2026-04-17"
EXTRACTED = "2026-04-17"
RECALLED = "De mémoire, à vérifier ; la somme s'accorde au total du recensement"
SEEN_2019 = ("Centre", "Hauts-Bassins", "Centre-Sud")
SEEN_2012 = ("Maradi", "Zinder")
RECALLED_2022 = ("Dioïla", "Ménaka", "Nara", "Douentza", "Taoudénit", "Kidal")
CENSUS = {"BFA": ("bfa-rgph-2019-preliminary", "2019"), "MLI": ("mli-rgph5-2022", "2022"), "TGO": ("tgo-rgph5-2022", "2022")}
NATIONAL: tuple[tuple[str, int, str, str], ...] = (
    ("mli", 22_395_485, "mli-rgph5-2022", "2022"),
    ("mli", 22_395_489, "mli-rgph5-2022", "2022"),
    ("bfa", 20_487_979, "bfa-rgph-2019-preliminary", "2019"),
    ("bfa", 20_505_155, "bfa-rgph-2019", "2019"),
    ("ner", 17_138_707, "ner-rgph-2012", "2012"),
    ("tgo", 8_095_498, "tgo-rgph5-2022", "2022"),
)
CH_PERIODS = {
    "2023-10-01": ("2023-10-01", "2023-12-31", "cadre-harmonise-2023-10", "Situation courante"),
    "2024-06-01": ("2024-06-01", "2024-08-31", "cadre-harmonise-2024-06", "Situation projetée"),
}
CH_2022 = {"bfa": 3_453_510, "mli": 1_841_064, "ner": 4_402_404, "tgo": 389_041}
PHASES = {"population_analysed": "population", "phase1": "ph1", "phase2": "ph2", "phase3": "ph3", "phase4": "ph4", "phase5": "ph5", "phase3plus": "ph3plus"}
MARITIME, MARITIME_ANALYSED = "tgo-1-maritime", "tgo-1-maritime-2022"
"""The analysis leaves Grand Lomé out: its Maritime is the region of 2022, without it."""
OLDER_MENAKA = "ML0704"


def read_csv(path: Path) -> list[Row]:
    """The lines of a CSV file as dictionaries."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def write_csv(table: str, rows: Iterable[Row]) -> None:
    """Write one table of the reference set with its declared columns."""
    with (REFERENCE / f"{table}.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS[table].split(), lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(rows)


def figure(concept: str, unit: str, value: int, *, source: str, status: str, start: str = "", end: str = "", scope: str = "", method: str = "") -> Row:
    """One figure of people, all sectors and groups."""
    return {
        "concept": concept, "unit": unit, "sector": "ALL", "group": "all", "sex": "all", "age": "all", "disability": "all", "value": str(value), "measure": "people",
        "reference_start": start, "reference_end": end, "source": source, "scope": scope, "method": method, "status": status,
    }  # fmt: skip


def units_by_code() -> dict[str, str]:
    """OCHA's codes, present and older, with our unit."""
    schemes = ("ocha-cod-older", "ocha-cod")
    return {row["code"]: row["unit"] for scheme in schemes for row in read_csv(REFERENCE / "unit_codes.csv") if row["scheme"] == scheme}


def units_by_name() -> dict[tuple[str, str], str]:
    """(division, name folded) -> level-1 unit."""
    names = {row["unit"]: row["name_fr"] for row in read_csv(REFERENCE / "units.csv") if row["level"] == "1"}
    return {(row["division"], fold(names[row["unit"]])): row["unit"] for row in read_csv(REFERENCE / "unit_parents.csv") if row["unit"] in names}


def census_figures(places: Path) -> Iterator[Row]:
    """National totals, then level-1 units of each census, those recalled from memory marked so."""
    for unit, people, source, year in NATIONAL:
        yield figure("population", unit, people, source=source, status="official", start=f"{year}-01-01", end=f"{year}-12-31", method="Recensement")
    codes, names = units_by_code(), units_by_name()
    for row in read_csv(places / "admin1_reference.csv"):
        state, name = row["iso3"], row["name_fr"].split(" (district")[0]
        if state not in CENSUS or not row["population"]:
            continue
        division = {"BFA": "bfa-2001", "MLI": "mli-2023", "TGO": "tgo-2022"}[state]
        unit = names.get((division, fold(name.replace("District de ", "")))) or codes[row["code"]]
        recalled = (state == "BFA" and name not in SEEN_2019) or (state == "MLI" and name in RECALLED_2022)
        source, year = CENSUS[state]
        status, method = ("estimated", RECALLED) if recalled else ("official", "Recensement")
        yield figure("population", unit, int(row["population"]), source=source, status=status, start=f"{year}-01-01", end=f"{year}-12-31", method=method)


def niger_figures(places: Path) -> Iterator[Row]:
    """Niger's regions: census of 2012, and the planning population used by the Cadre Harmonisé in 2024."""
    codes = units_by_code()
    for row in read_csv(places / "admin1_reference.csv"):
        if row["iso3"] != "NER":
            continue
        counted = int(row["population_source"].split("2012: ")[1].rstrip(")"))
        status, method = ("official", "Recensement") if row["name_fr"] in SEEN_2012 else ("estimated", RECALLED)
        yield figure("population", codes[row["code"]], counted, source="ner-rgph-2012", status=status, start="2012-01-01", end="2012-12-31", method=method)
        yield figure("population", codes[row["code"]], int(row["population"]), source="cadre-harmonise-2024-06", status="planning", start="2024-01-01", end="2024-12-31", method="Population de planification")
    yield figure("population", "ner", 26_154_895, source="cadre-harmonise-2024-06", status="planning", start="2024-01-01", end="2024-12-31", method="Population de planification")


def planning_figures(places: Path) -> Iterator[Row]:
    """Planning populations of the areas of levels 1 and 2; level 3 has another total and is left out."""
    codes = units_by_code()
    for state in STATES:
        for row in read_csv(places / f"ibf/population_{state}.csv"):
            if row["adminLevel"] in ("1", "2"):
                yield figure("population", codes[row["placeCode"].strip()], round(float(row["value"])), source="ibf-population", status="planning", method="Projection de planification, année non précisée dans le fichier")


def menaka_apart(food_security: Path, period: str) -> dict[str, int]:
    """Ménaka's people per phase, which the files of the Cadre Harmonisé count as a cercle of Gao."""
    name = f"ch_admin2_{period.replace('-', '_')}_4_countries.json"
    rows = json.loads((food_security / name).read_text(encoding="utf-8"))["DataList"]
    columns = {"population": "population", "ph1": "phase1", "ph2": "phase2", "ph3": "phase3", "ph4": "phase4", "ph5": "phase5", "ph3plus": "phase35"}
    found = [row for row in rows if row["adm2_pcod2"] == OLDER_MENAKA]
    return {ours: round(sum(row[theirs] or 0 for row in found)) for ours, theirs in columns.items()}


def classified(food_security: Path) -> Iterator[Row]:
    """People per phase: level-1 units, then the State as their sum; 2022 nationally only."""
    codes = units_by_code()
    totals: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in read_csv(food_security / "ch_admin1_summary_4_countries.csv"):
        start, end, source, kind = CH_PERIODS[row["period"]]
        parts = {codes[row["adm1_pcode"]]: {column: int(row[column]) for column in PHASES.values()}}
        if row["adm1_pcode"] == "ML07":
            apart = menaka_apart(food_security, row["period"])
            parts = {codes["ML07"]: {column: int(row[column]) - apart[column] for column in apart}, codes[OLDER_MENAKA]: apart}
        for unit, people in parts.items():
            whose = MARITIME_ANALYSED if unit == MARITIME else unit
            note = f"{kind} ; somme des lignes du niveau 2" + (" ; le fichier compte Ménaka dans Gao, séparée ici" if len(parts) > 1 else "")
            for concept, column in PHASES.items():
                totals[row["period"], row["iso3"], concept] += people[column]
                yield figure(concept, whose, people[column], source=source, status="official", start=start, end=end, method=note, scope="Hors Grand Lomé" if unit == MARITIME else "")
    for (period, iso3, concept), people_in_all in totals.items():
        start, end, source, kind = CH_PERIODS[period]
        yield figure(concept, iso3.lower(), people_in_all, source=source, status="official", start=start, end=end, method=f"{kind} ; somme des lignes du niveau 2", scope="Hors Grand Lomé" if iso3 == "TGO" else "")
    for unit, people_in_2022 in CH_2022.items():
        yield figure("phase3plus", unit, people_in_2022, source="cadre-harmonise-2022-06", status="official", start="2022-06-01", end="2022-08-31", method="Somme des lignes du niveau 2")
    yield figure("phase4", "bfa", 628_462, source="cadre-harmonise-2022-06", status="official", start="2022-06-01", end="2022-08-31", method="Somme des lignes du niveau 2 ; la presse écrit 628 464")
    yield figure("phase3plus", "mli", 1_470_114, source="mli-national-response-2025", status="press", start="2025-06-01", end="2025-08-31", method="Plan national de réponse, période de soudure")


def plan_lines(funding: Path) -> Iterator[Row]:
    """Requirement and funding of each plan in whole US dollars, and what was received outside any plan."""
    for row in read_csv(funding / "fts_requirements_funding_4_countries.csv"):
        yield {
            "state": row["countryCode"], "year": row["year"], "plan": "" if row["name"] == "Not specified" else row["name"], "code": row["code"], "plan_type": row["typeName"], "start": row["startDate"][:10],
            "end": row["endDate"][:10], "requirement": row["requirements"], "funding": row["funding"], "measure": "USD", "extracted_on": EXTRACTED, "source": FTS, "status": "operational",
        }  # fmt: skip


def cluster_lines(funding: Path) -> Iterator[Row]:
    """Requirement and funding of each cluster of each plan, as the plan names it and by global cluster, in whole US dollars."""
    types = {row["code"]: row["typeName"] for row in read_csv(funding / "fts_requirements_funding_4_countries.csv") if row["code"]}
    for name in ("cluster", "globalcluster"):
        for line in read_plan_table(funding / f"fts_requirements_funding_{name}_4_countries.csv").frame.to_dicts():
            amounts = {ours: "" if line[theirs] is None else str(line[theirs] // 100) for ours, theirs in (("requirement", "requirement_minor"), ("funding", "funding_minor"))}
            texts = {part: str(line[part] or "") for part in ("state", "year", "plan", "code", "start", "end", "standing", "cluster_code", "cluster", "sector")}
            yield {**texts, **amounts, "cluster_level": line["level"], "plan_type": types[line["code"]], "measure": "USD", "extracted_on": EXTRACTED, "source": FTS, "status": "operational"}


def sectors_of_plans(funding: Path) -> Iterator[Row]:
    """The sectors a plan names for its State and year; who leads them is not in the file, so it is left empty."""
    known = {fold(row["written"]): row["sector"] for row in read_csv(REFERENCE / "sector_names.csv")}
    held: set[tuple[str, str, str]] = set()
    for row in read_csv(funding / "fts_requirements_funding_cluster_4_countries.csv"):
        written = fold(row["cluster"].replace("COVID-19", ""))
        sector = known.get(written)
        if sector and sector != "MS" and int(row["year"] or 0) >= 2019 and row["requirements"]:
            held.add((row["countryCode"], row["year"], sector))
    for state, year, sector in sorted(held):
        yield {"state": state, "year": year, "sector": sector, "lead": "", "status": "active", "source": FTS, "source_status": "derived"}


def main() -> None:
    """Write the derived tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT.parent / "shared/data")
    folder = parser.parse_args().folder
    places = folder / "places"
    write_csv("populations", [*census_figures(places), *niger_figures(places), *planning_figures(places)])
    write_csv("cadre_harmonise", classified(folder / "food_security"))
    write_csv("funding_plans", plan_lines(folder / "funding"))
    write_csv("funding_clusters", cluster_lines(folder / "funding"))
    write_csv("sector_lists", sectors_of_plans(folder / "funding"))


if __name__ == "__main__":
    main()
