"""What a corrected file changes: rows that come, rows that go, rows whose numbers change, before anybody accepts it.

Rows are known by what they say of whom, what, where and when; rows that say the same are counted, never merged. Numbers are
compared row by row where a row stands once on both sides, and as counts where it repeats.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Difference:
    """A corrected table beside the one it would replace: rows alike, added, removed and changed, with the first of each, and totals by group."""

    same: int
    added: int
    removed: int
    changed: int
    first_added: tuple[Mapping[str, Any], ...]
    first_removed: tuple[Mapping[str, Any], ...]
    first_changed: tuple[Mapping[str, Any], ...]
    totals: tuple[Mapping[str, Any], ...]

    @property
    def is_nothing(self) -> bool:
        """Whether the two tables say the same."""
        return not (self.added or self.removed or self.changed)


def difference(before: pl.DataFrame, after: pl.DataFrame, *, known_by: Sequence[str], numbers: Sequence[str], by: str) -> Difference:
    """Compare two tables of the same columns.

    `known_by` are the columns that name a row, `numbers` the whole numbers it carries, `by` the one of `known_by` that totals are
    given for. A changed row carries each number as `before` and `after`.

    >>> rows = pl.DataFrame({"org": ["a", "b"], "sector": ["WSH", "WSH"], "reached": [5, 7]})
    >>> told = difference(rows, pl.DataFrame({"org": ["a", "c"], "sector": ["WSH", "FSC"], "reached": [6, 1]}), known_by=["org", "sector"], numbers=["reached"], by="sector")
    >>> told.same, told.added, told.removed, told.changed, told.first_changed[0]["reached"]
    (0, 1, 1, 1, {'before': 5, 'after': 6})
    >>> repeated = [pl.DataFrame({"org": ["a"] * len(numbers), "reached": numbers}) for numbers in ([5, 6, 7], [1, 5, 6, 7])]
    >>> told = difference(*repeated, known_by=["org"], numbers=["reached"], by="org")
    >>> told.same, told.added, told.changed
    (3, 1, 0)
    """
    first, second = (side.select(*known_by, *(pl.col(name).cast(pl.Int64) for name in numbers)) for side in (before, after))
    alike = _counted(first, [*known_by, *numbers]).join(_counted(second, [*known_by, *numbers]), on=[*known_by, *numbers, "nth"], how="inner", nulls_equal=True)
    old, new = (_without(side, alike, [*known_by, *numbers]) for side in (first, second))
    keys = [*known_by, "nth"]
    paired = _counted(old, known_by).join(_counted(new, known_by).rename({name: f"{name}_after" for name in numbers}), on=keys, how="inner", nulls_equal=True)
    added = _counted(new, known_by).join(_counted(old, known_by), on=keys, how="anti", nulls_equal=True)
    removed = _counted(old, known_by).join(_counted(new, known_by), on=keys, how="anti", nulls_equal=True)
    return Difference(
        same=alike.height, added=added.height, removed=removed.height, changed=paired.height,
        first_added=tuple(added.drop("nth").head(SHOWN).to_dicts()), first_removed=tuple(removed.drop("nth").head(SHOWN).to_dicts()),
        first_changed=tuple(_pairs(row, known_by, numbers) for row in paired.head(SHOWN).to_dicts()), totals=_totals(before, after, by),
    )  # fmt: skip


def _counted(side: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """The rows with their number among the rows that are the same in these columns; in the order of their content, whatever the file's."""
    return side.sort(side.columns, nulls_last=True).with_columns(pl.int_range(pl.len()).over(list(columns)).alias("nth"))


def _without(side: pl.DataFrame, alike: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """The rows of one side that have no equal on the other."""
    return _counted(side, columns).join(alike, on=[*columns, "nth"], how="anti", nulls_equal=True).drop("nth")


def _pairs(row: Mapping[str, Any], known_by: Sequence[str], numbers: Sequence[str]) -> Mapping[str, Any]:
    named = {name: row[name] for name in known_by}
    return named | {name: {"before": row[name], "after": row[f"{name}_after"]} for name in numbers if row[name] != row[f"{name}_after"]}


def _totals(before: pl.DataFrame, after: pl.DataFrame, by: str) -> tuple[Mapping[str, Any], ...]:
    """Rows by group on both sides, in the order of the group; numbers of people are not added up here."""
    counted = [side.group_by(by).agg(pl.len().cast(pl.Int64).alias(name)) for side, name in ((before, "before"), (after, "after"))]
    joined = counted[0].join(counted[1], on=by, how="full", coalesce=True, nulls_equal=True).with_columns(pl.col("before", "after").fill_null(0)).sort(by, nulls_last=True)
    return tuple(joined.to_dicts())
