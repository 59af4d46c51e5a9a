"""A 5W table of 100,000 and 1,000,000 rows: ours reads, checks, places, matches organisations and counts; libhxl reads, filters and counts.

The rows are synthetic and say so: real departments, communes and sector words of the reference set, invented organisations
(SYN-001 ...), people drawn with a fixed seed. Both answer the same question from the same file in the same run: activities and
people targeted by department and sector, as written, for the rows of four sectors; the answers must be equal. libhxl does not check,
place or match anything, so ours does more work inside its time; "count" is ours with the peer's work alone.

    PYTHONPATH=src python benchmarks/presence.py            both sizes, medians of 3; libhxl once on the million
    PYTHONPATH=src python benchmarks/presence.py --quick    100,000 rows once
"""

import csv
import random
import statistics
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import perf_counter

import hxl
import polars as pl

from concertation.core.activities import read_activities
from concertation.core.organisations import Register, register_rows
from concertation.core.place_rows import place_rows
from concertation.core.places import Gazetteer
from concertation.core.presence import Vocabulary, propose_mapping
from concertation.formats.reference_set import read
from concertation.formats.tabular import LARGE_LIMITS, best_table, read_file

SEED, ORGANISATIONS, TODAY = 20250809, 300, date(2026, 11, 23)
HEADINGS = ("Organisation", "Type", "Secteur", "Région", "Département", "Commune", "Activité", "Date de début", "Date de fin", "Personnes ciblées")
TAGS = ("#org", "#org+type", "#sector", "#adm1+name", "#adm2+name", "#adm3+name", "#activity", "#date+start", "#date+end", "#targeted")
SECTORS = ("Sécurité alimentaire", "Eau, hygiène et assainissement", "Santé", "Éducation", "Protection", "Abris et biens non alimentaires")
ASKED = SECTORS[:4]
Answer = dict[tuple[str, str], tuple[int, int]]


def write_table(path: Path, rows: int, gazetteer: Gazetteer) -> None:
    """The synthetic table, the same bytes every time."""
    chance = random.Random(SEED)
    held = gazetteer.hierarchy.units
    communes = sorted((unit for unit in held.values() if unit.state == "NER" and unit.level == 3), key=lambda unit: unit.unit)
    places = []
    for unit in communes:
        department, region, *_ = gazetteer.ancestors(unit.unit)
        places.append((held[region].name_fr, held[department].name_fr, unit.name_fr))
    organisations = [(f"SYN-{number:03}", ("ONGI", "ONGN", "Nations Unies")[number % 3]) for number in range(ORGANISATIONS)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows((HEADINGS, TAGS))
        for _ in range(rows):
            named, place = chance.choice(organisations), chance.choice(places)
            start = date(2022, chance.randint(1, 2), chance.randint(1, 28)).isoformat()
            writer.writerow((*named, chance.choice(SECTORS), *place, "Activité synthétique", start, "2022-12-31", chance.randint(10, 9_000)))


def ours(path: Path, vocabulary: Vocabulary, gazetteer: Gazetteer, register: Register) -> Answer:
    """Read, check, place, match, then count; every row must be placed and every organisation found or registered."""
    table = best_table(read_file(path, limits=LARGE_LIMITS))
    assert table is not None
    mapping = propose_mapping(table.headings, table.tags, vocabulary, sheet=table.sheet)
    reading = read_activities(table.frame, mapping, vocabulary, state="NER", today=TODAY, sheet=table.sheet)
    placed = place_rows(gazetteer, reading.frame, "NER")
    matched = register_rows(register, placed.frame).frame
    assert matched.filter(pl.col("organisation").is_null() | ~pl.col("how").is_in(["exact", "repaired"])).is_empty()
    asked = matched.filter(pl.col("sector_written").is_in(ASKED))
    counted = asked.group_by("adm2_name", "sector_written").agg(pl.len().alias("rows"), pl.col("targeted").sum())
    return {(place, sector): (rows, people) for place, sector, rows, people in counted.iter_rows()}


def counted_only(path: Path) -> Answer:
    """Ours with the peer's work alone: read, filter and count, nothing checked, placed or matched."""
    table = best_table(read_file(path, limits=LARGE_LIMITS))
    assert table is not None
    letter = {tag: at for at, tag in table.tags.items()}
    place, sector, people = (letter[tag] for tag in ("#adm2+name", "#sector", "#targeted"))
    asked = table.frame.filter(pl.col(sector).is_in(ASKED))
    counted = asked.group_by(place, sector).agg(pl.len().alias("rows"), pl.col(people).cast(pl.Int64).sum())
    return {(where, what): (rows, number) for where, what, rows, number in counted.iter_rows()}


def peers(path: Path) -> Answer:
    """The same filter and the same count and sum, by libhxl."""
    source = hxl.data(str(path), hxl.InputOptions(allow_local=True))
    asked = source.with_rows([f"#sector={sector}" for sector in ASKED])
    counted = asked.count("#adm2+name,#sector", [hxl.filters.Aggregator.parse("count() as Rows#meta+count"), hxl.filters.Aggregator.parse("sum(#targeted) as People#targeted+sum")])
    return {
        (row.get("#adm2+name"), row.get("#sector")): (int(row.get("#meta+count")), round(float(row.get("#targeted+sum")))) for row in counted
    }


def timed(work: Callable[[], Answer], times: int) -> tuple[float, Answer]:
    """The median of several runs in seconds, and the answer, which must be the same every time."""
    seconds, answers = [], []
    for _ in range(times):
        start = perf_counter()
        answers.append(work())
        seconds.append(perf_counter() - start)
    assert all(answer == answers[0] for answer in answers)
    return statistics.median(seconds), answers[0]


def main() -> None:
    """Both sizes, one line each."""
    quick = "--quick" in sys.argv
    vocabulary = Vocabulary.of(fields=read("presence_fields"), words=read("presence_words"), sector_names=read("sector_names"), places=read("unit_names")["name"].to_list())
    gazetteer = Gazetteer.of(read("units"), read("unit_names"), read("unit_codes"), read("unit_parents"), divisions=read("divisions"))
    register = Register.of(read("organisations"))
    print(f"{'rows':>9}  {'file MB':>7}  {'ours s':>7}  {'libhxl s':>8}  {'ratio':>6}  {'count s':>7}  {'ratio':>6}  runs (ours/libhxl)   synthetic rows, same {len(ASKED)} sectors, equal answers")
    with tempfile.TemporaryDirectory() as folder:
        for rows, own_runs, peer_runs in ((100_000, 1, 1),) if quick else ((100_000, 3, 3), (1_000_000, 3, 1)):
            path = Path(folder) / f"synthetic-{rows}.csv"
            write_table(path, rows, gazetteer)
            own, answer = timed(lambda path=path: ours(path, vocabulary, gazetteer, register), own_runs)  # type: ignore[misc]
            count, counted = timed(lambda path=path: counted_only(path), own_runs)  # type: ignore[misc]
            peer, expected = timed(lambda path=path: peers(path), peer_runs)  # type: ignore[misc]
            assert answer == expected == counted, "the two do not give the same numbers"
            print(f"{rows:>9,}  {path.stat().st_size / 1e6:>7.1f}  {own:>7.2f}  {peer:>8.2f}  {peer / own:>5.1f}x  {count:>7.2f}  {peer / count:>5.1f}x  {own_runs}/{peer_runs}", flush=True)


if __name__ == "__main__":
    main()
