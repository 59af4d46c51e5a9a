"""Distinct organisations and distinct activities, at each unit and at every ancestor of it.

Counts of distinct things do not add up from level to level, so each level is counted from the activities themselves, on whole-number
codes: half a million activities are counted anew while a page is drawn.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from concertation.core.concepts import INTERSECTORAL

Codes = npt.NDArray[np.int64]
LINK = ("record", "unit", "sector", "organisation")
COUNTS = pl.Schema(
    {"unit": pl.Utf8, "level": pl.Int64, "sector": pl.Utf8, "organisations": pl.Int64, "activities": pl.Int64, "no_finer": pl.Int64}
)
NONE = -1


def ancestry(units: pl.DataFrame, parents: pl.DataFrame) -> pl.DataFrame:
    """Each unit with itself and each of its ancestors in one division: columns unit, at (the ancestor), level (of `at`).

    Columns in: units: unit, level; parents: unit, parent, one parent per unit (keep one division before calling).

    >>> units = pl.DataFrame({"unit": ["s", "r", "c"], "level": [0, 1, 2]})
    >>> ancestry(units, pl.DataFrame({"unit": ["r", "c"], "parent": ["s", "r"]})).filter(unit="c").sort("level").rows()
    [('c', 's', 0), ('c', 'r', 1), ('c', 'c', 2)]
    """
    step = units.select("unit", at="unit")
    above = parents.select(at="unit", parent="parent").filter(pl.col("parent").is_not_null())
    steps = [step]
    for _ in range(int(units["level"].n_unique())):
        step = step.join(above, on="at").select("unit", at="parent")
        steps.append(step)
    return pl.concat(steps).unique(maintain_order=True).join(units.select(at="unit", level="level"), on="at", maintain_order="left")


def links(placed: pl.DataFrame) -> pl.DataFrame:
    """One row per activity and unit it is in, identical rows left out: several communes in one cell link one activity to each.

    Columns in: record, units (list), sector, organisation, identical_to, and any others, which are kept. Columns out: the same with
    unit (one of `units`) in place of units.
    """
    distinct = placed.filter(pl.col("identical_to").is_null()).with_columns(unit="units").drop("units")
    return distinct.explode("unit").filter(pl.col("unit").is_not_null())


def outside(linked: pl.DataFrame, tree: pl.DataFrame) -> pl.DataFrame:
    """The links to units the tree does not hold (another division, another State): counted nowhere, so to be said."""
    return linked.join(tree.select("unit").unique(), on="unit", how="anti")


def presence(linked: pl.DataFrame, tree: pl.DataFrame) -> pl.DataFrame:
    """Distinct organisations and activities per unit, at every level, per sector and for all sectors together (ALL).

    An activity in several units counts once in what holds them all; one without a sector counts under ALL only. Columns in: LINK;
    tree: an `ancestry` (links `outside` it are not counted). Columns out: unit, level, sector, organisations, activities, no_finer
    (activities placed at this unit and no finer), sorted by level, unit, sector.

    >>> tree = ancestry(pl.DataFrame({"unit": ["r", "a", "b"], "level": [1, 2, 2]}), pl.DataFrame({"unit": ["a", "b"], "parent": ["r", "r"]}))
    >>> rows = pl.DataFrame({"record": [1, 1, 2], "unit": ["a", "b", "r"], "sector": ["HEA"] * 3, "organisation": ["x", "x", "y"]})
    >>> presence(rows, tree).filter(unit="r", sector="HEA").select("organisations", "activities", "no_finer").row(0)
    (2, 2, 1)
    """
    coded = _Coded.of(linked, tree)
    levels = [coded.at_level(level, above) for level, above in _ancestors(tree, coded.units)]
    return pl.concat(levels).sort("level", "unit", "sector") if levels else pl.DataFrame(schema=COUNTS)


@dataclass(frozen=True, slots=True)
class _Coded:
    """The links as whole numbers: activities of one unit (`alone`), of several (`shared`), and distinct actors per unit and sector."""

    units: pl.Series
    sectors: list[str]
    actors: int
    alone: tuple[Codes, Codes]
    shared: tuple[Codes, Codes, Codes]
    acting: tuple[Codes, Codes, Codes]

    @classmethod
    def of(cls, linked: pl.DataFrame, tree: pl.DataFrame) -> "_Coded":
        units = tree["unit"].unique().sort()
        sectors, organisations = (linked[name].drop_nulls().unique().sort() for name in ("sector", "organisation"))
        unit, sector, actor = _codes(linked["unit"], units), _codes(linked["sector"], sectors), _codes(linked["organisation"], organisations)
        known = unit != NONE
        scattered = linked["record"].is_duplicated().to_numpy() & known
        single = known & ~scattered
        record = linked.filter(scattered)["record"].rank("dense").cast(pl.Int64).to_numpy()
        spread = _unpacked(_distinct(_packed(record, unit[scattered], sector[scattered] + 1, sizes=(len(units), len(sectors) + 1))), len(units), len(sectors) + 1)
        named = known & (actor != NONE)
        cells = _distinct(_packed(unit[named], sector[named] + 1, actor[named], sizes=(len(sectors) + 1, max(len(organisations), 1))))
        acting = _unpacked(cells, len(sectors) + 1, max(len(organisations), 1))
        return cls(units, sectors.to_list(), max(len(organisations), 1), (unit[single], sector[single] + 1), spread, acting)

    def at_level(self, level: int, above: Codes) -> pl.DataFrame:
        """The counts of one level, `above` giving for each unit its ancestor there, or NONE."""
        per_sector = self._counted(above, len(self.sectors) + 1)
        whole = self._counted(above, 1)
        named = [None, *self.sectors]
        frames = [self._frame(level, per_sector, named), self._frame(level, whole, [INTERSECTORAL])]
        return pl.concat(frames).filter(pl.col("sector").is_not_null())

    def _counted(self, above: Codes, sizes: int) -> tuple[Codes, Codes, Codes]:
        """Organisations, activities and activities placed no finer, per ancestor and sector (one size: all sectors together)."""
        total = len(self.units) * sizes
        (unit, sector), (record, spread, spread_sector), (acting, acting_sector, actor) = self.alone, self.shared, self.acting
        single, own = _cell(above, unit, sector, sizes), above[unit] == unit
        several, own_several = _cell(above, spread, spread_sector, sizes), above[spread] == spread
        actors = _distinct(_keyed(_cell(above, acting, acting_sector, sizes), actor, self.actors)) // self.actors
        records = int(record.max(initial=0)) + 1
        distinct = _distinct(_keyed(several, record, records)) // records
        owned = _distinct(_keyed(np.where(own_several, several, NONE), record, records)) // records
        activities = _tally(single, total) + _tally(distinct, total)
        no_finer = _tally(np.where(own, single, NONE), total) + _tally(owned, total)
        return _tally(actors, total), activities, no_finer

    def _frame(self, level: int, counted: tuple[Codes, Codes, Codes], sectors: list[str | None] | list[str]) -> pl.DataFrame:
        organisations, activities, no_finer = counted
        filled = np.flatnonzero(activities)
        names = pl.Series(sectors, dtype=pl.Utf8)
        columns = {
            "unit": self.units.gather(filled // len(sectors)),
            "level": pl.Series([level], dtype=pl.Int64).new_from_index(0, len(filled)),
            "sector": names.gather(filled % len(sectors)),
        }
        return pl.DataFrame({**columns, "organisations": organisations[filled], "activities": activities[filled], "no_finer": no_finer[filled]}, schema=COUNTS)


def _ancestors(tree: pl.DataFrame, units: pl.Series) -> Iterator[tuple[int, Codes]]:
    for level in tree["level"].unique().sort():
        here = tree.filter(level=level)
        above = np.full(len(units), NONE, dtype=np.int64)
        above[_codes(here["unit"], units)] = _codes(here["at"], units)
        yield int(level), above


def _codes(texts: pl.Series, distinct: pl.Series) -> Codes:
    """The place of each text among the distinct ones, NONE where it is not among them."""
    places = pl.DataFrame({"text": distinct, "place": pl.int_range(len(distinct), eager=True, dtype=pl.Int64)}, schema_overrides={"text": pl.Utf8})
    found: pl.Series = texts.cast(pl.Utf8).to_frame("text").join(places, on="text", how="left", maintain_order="left")["place"]
    return np.asarray(found.fill_null(NONE).to_numpy(), dtype=np.int64)


def _packed(first: Codes, second: Codes, third: Codes, *, sizes: tuple[int, int]) -> Codes:
    return (first * sizes[0] + second) * sizes[1] + third


def _unpacked(packed: Codes, second: int, third: int) -> tuple[Codes, Codes, Codes]:
    return packed // (second * third), packed // third % second, packed % third


def _cell(above: Codes, unit: Codes, sector: Codes, sizes: int) -> Codes:
    """Ancestor and sector as one number, NONE where the unit has no ancestor at the level; one size holds every sector."""
    at = above[unit]
    cell: Codes = np.where(at == NONE, NONE, at * sizes + sector % sizes)
    return cell


def _keyed(cell: Codes, code: Codes, size: int) -> Codes:
    keyed: Codes = (cell * size + code)[cell != NONE]
    return keyed


def _distinct(packed: Codes) -> Codes:
    """Sorted distinct numbers (a sort of machine integers is faster here than hashing)."""
    ordered = np.sort(packed)
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))] if len(ordered) else ordered


def _tally(cells: Codes, total: int) -> Codes:
    return np.bincount(cells[cells != NONE], minlength=total)
