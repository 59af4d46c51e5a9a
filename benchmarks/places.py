"""Place 100,000 rows of about 3,000 distinct written places; print the seconds and the counts.

The rows are synthetic: communes of the reference set, some mistyped by one letter. `PYTHONPATH=src python benchmarks/places.py`.
There is no peer run beside it: libhxl compares codes with a list and has no matching of names inside a parent.
"""

import json
import random
from time import perf_counter

import polars as pl

from concertation.core.place_rows import place_rows
from concertation.core.places import Gazetteer
from concertation.formats.reference_set import read

ROWS, DISTINCT, SEED = 100_000, 3_000, 20250809


def synthetic_rows(gazetteer: Gazetteer) -> pl.DataFrame:
    """Rows of one State, names only, cercle and region right, some communes mistyped."""
    chance = random.Random(SEED)
    held = gazetteer.hierarchy.units
    communes = [unit for unit in held.values() if unit.state == "MLI" and unit.level == 3]
    written: dict[tuple[str, str, str], None] = {}
    while len(written) < DISTINCT:
        unit = chance.choice(communes)
        cercle, region, _ = gazetteer.ancestors(unit.unit, "mli-1991")
        name = unit.name_fr
        if chance.random() < 0.1:
            at = chance.randrange(len(name))
            name = name[:at] + chance.choice("aeiou") + name[at + 1 :]
        written[held[region].name_fr, held[cercle].name_fr, chance.choice([name, name.upper(), f"{name} "])] = None
    picked = chance.choices(list(written), k=ROWS)
    names = pl.DataFrame(picked, schema=["adm1_name", "adm2_name", "adm3_name"], orient="row")
    return names.with_row_index("row", offset=2)


def main() -> None:
    """Build, place, print one line of JSON."""
    begun = perf_counter()
    gazetteer = Gazetteer.of(
        read("units"), read("unit_names"), read("unit_codes"), read("unit_parents"), divisions=read("divisions")
    )
    built = perf_counter()
    frame = synthetic_rows(gazetteer)
    distinct = frame.select(pl.struct("adm1_name", "adm2_name", "adm3_name").n_unique()).item()
    start = perf_counter()
    placed = place_rows(gazetteer, frame, "MLI", division="mli-1991")
    end = perf_counter()
    counts = dict(placed.frame.group_by("how").len().sort("how").iter_rows())
    print(
        json.dumps(
            {
                "rows": ROWS,
                "distinct": distinct,
                "build_s": round(built - begun, 3),
                "place_s": round(end - start, 3),
                "how": counts,
            }
        )
    )


if __name__ == "__main__":
    main()
