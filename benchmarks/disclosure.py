"""Disclosure control on UNHCR's age and sex table of the four countries: what leaks, what is hidden, what is lost.

Real rows, not synthetic: 1,059 rows of 10 cells (5 ages by 2 sexes) with the totals published beside them, threshold 10. Naive hiding
keeps the cells of 1 to 9 at home and nothing else. Rounding publishes every cell, and every total, at the nearest 5. A cell leaks when
published sums, taken one after another, give it exactly; it is within 10 when all sums together leave it less than 10 wide (rounding
leaves every small cell 5 wide). People off: what the inner cells are wrong by for whoever takes the middle of what is left open.

    PYTHONPATH=src python benchmarks/disclosure.py [FILE]    by default ../shared/data/displacement/unhcr_demographics_aes_togo.csv
"""

import csv
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from time import perf_counter

from concertation.core.sharing.disclosure.control import Interval, audit, control
from concertation.core.sharing.disclosure.rules import RULES, Theme, hidden_by_themselves
from concertation.core.sharing.disclosure.tables import CountTable, Sum

FILE = Path(__file__).resolve().parents[2] / "shared/data/displacement/unhcr_demographics_aes_togo.csv"
AGES, RULE, STEP = ("0_4", "5_11", "12_17", "18_59", "60"), RULES[Theme.PEOPLE], 5
INNER = frozenset((*range(5), *range(7, 12)))


def table_of(row: Mapping[str, str]) -> CountTable:
    """A row as a table: ages and the rest by sex, the total of each sex, those whose sex is not told, all."""
    values = [int(float(row[f"{sex}_{part}"])) for sex in "fm" for part in (*AGES, "other", "total")]
    everyone = int(float(row["total"]))
    values += [everyone - values[6] - values[13], everyone]
    return CountTable(tuple(values), (Sum(6, tuple(range(6))), Sum(13, tuple(range(7, 13))), Sum(15, (6, 13, 14))))


def given_away(table: CountTable, hidden: Iterable[int]) -> set[int]:
    """The hidden cells that stand alone in a sum, again and again until none does."""
    unknown, found = set(hidden), set[int]()
    while True:
        alone = {next(iter(cells)) for each in table.sums if len(cells := unknown.intersection(each.cells)) == 1}
        if not alone:
            return found
        found, unknown = found | alone, unknown - alone


def lost(table: CountTable, intervals: Mapping[int, Interval]) -> float:
    """People by whom the inner cells are wrong for whoever takes the middle of what is left open."""
    return sum(abs((each.least + each.most) / 2 - (table.values[cell] or 0)) for cell, each in intervals.items() if cell in INNER)


def rounded(value: int) -> int:
    """The nearest multiple of five."""
    return STEP * ((value + STEP // 2) // STEP)


def show(name: str, leaks: int, near: int, hidden: int, totals: int, wrong: float) -> None:
    """One line of the answer."""
    print(f"  {name:28} {leaks:7,} {near:10,} {hidden:9,} {totals:8,} {wrong:12,.0f}")


def naive(tables: list[CountTable], *, totals_too: bool) -> None:
    """Hiding the small cells alone, the inner ones as measured before or the totals as well."""
    hidden = [{cell for cell in hidden_by_themselves(each, RULE) if totals_too or cell in INNER} for each in tables]
    spans = [audit(table.without(gone), dict.fromkeys(gone, 10.0)) for table, gone in zip(tables, hidden, strict=True)]
    leaks = sum(len(given_away(table, gone) & INNER) for table, gone in zip(tables, hidden, strict=True))
    near = sum(cell in INNER and not each.is_wide_enough for span in spans for cell, each in span.items())
    wrong = sum(lost(table, span) for table, span in zip(tables, spans, strict=True))
    show("naive, totals too" if totals_too else "naive, inner cells", leaks, near, *counts(hidden), wrong)


def counts(hidden: Iterable[Iterable[int]]) -> tuple[int, int]:
    """How many inner cells and how many others are hidden."""
    cells = [cell for gone in hidden for cell in gone]
    return sum(cell in INNER for cell in cells), sum(cell not in INNER for cell in cells)


def measure(file: Path) -> None:
    """The whole table, three ways."""
    with file.open(encoding="utf-8", newline="") as stream:
        tables = [table_of(row) for row in csv.DictReader(stream)]
    people = sum(each.values[15] or 0 for each in tables)
    print(f"{len(tables):,} rows, {len(tables) * len(INNER):,} inner cells, {people:,} people, threshold {RULE.fewest}\n")
    print(f"  {'':28} {'leaked':>7} {'within 10':>10} {'hidden':>9} {'totals':>8} {'people off':>12}")
    naive(tables, totals_too=False)
    naive(tables, totals_too=True)
    start = perf_counter()
    told = [control(each, RULE) for each in tables]
    seconds = perf_counter() - start
    assert all(each.may_leave for each in told)
    leaks = sum(len(given_away(table, each.hidden)) for table, each in zip(tables, told, strict=True))
    near = sum(not span.is_wide_enough for each in told for span in each.intervals.values())
    wrong = sum(lost(table, each.intervals) for table, each in zip(tables, told, strict=True))
    show("ours, complements audited", leaks, near, *counts(each.hidden for each in told), wrong)
    off = sum(abs(rounded(value) - value) for each in tables for cell, value in enumerate(each.values) if cell in INNER and value is not None)
    astray = sum(sum(rounded(each.values[part] or 0) for part in one.parts) != rounded(each.values[one.total] or 0) for each in tables for one in each.sums)
    small = sum(len(hidden_by_themselves(each, RULE).keys() & INNER) for each in tables)
    show("rounding to 5", 0, small, 0, 0, off)
    print(f"\n  rounding: {astray:,} of {sum(len(each.sums) for each in tables):,} sums no longer add up; ours: 0")
    print(f"  ours: {seconds:.1f} s for the table, {seconds / len(tables) * 1000:.1f} ms a row, on one core")


if __name__ == "__main__":
    measure(Path(sys.argv[1]) if len(sys.argv) > 1 else FILE)
