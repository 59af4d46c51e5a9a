"""What plans ask for and receive: rows of a plan, of its clusters as it names them, of the global clusters.

Plans overlap: a refugee plan, a food-security plan or a flash appeal asks again for people whom the country's plan already
counts. Rows of one type are added, rows of two types never. Money that a plan could not place in one cluster stays apart: what
nobody specified, and what several clusters share. Every percentage is computed again and held to the one published.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import polars as pl

from concertation.core.funding import percent_funded
from concertation.core.problems import Cell, Problem

Level = Literal["plan", "cluster", "global_cluster"]
LEVELS: tuple[Level, ...] = ("plan", "cluster", "global_cluster")
NAMED, UNSPECIFIED, SHARED, OUTSIDE = "named", "unspecified", "shared", "outside"
PLAN_SCHEMA: dict[str, pl.DataType] = {
    "row": pl.UInt32(), "level": pl.String(), "state": pl.String(), "states": pl.List(pl.String()), "year": pl.Int64(), "plan_number": pl.String(),
    "plan": pl.String(), "code": pl.String(), "plan_type": pl.String(), "type_written": pl.String(), "start": pl.Date(), "end": pl.Date(),
    "standing": pl.String(), "cluster_code": pl.String(), "cluster": pl.String(), "sector": pl.String(), "requirement_minor": pl.Int64(),
    "original_minor": pl.Int64(), "funding_minor": pl.Int64(), "currency": pl.String(), "published": pl.String(), "raw_sha256": pl.String(),
}  # fmt: skip

COUNTRY, REFUGEE, FOOD_SECURITY, FLASH, CONTINGENCY, FLOOD, NATIONAL, OTHER = "hnrp", "refugee", "food-security", "flash", "contingency", "flood", "national", "other"
PLAN_TYPES: Mapping[str, tuple[str, str]] = {
    COUNTRY: ("plan humanitaire du pays", "country humanitarian plan"),
    NATIONAL: ("plan national de réponse", "national response plan"),
    FOOD_SECURITY: ("plan de sécurité alimentaire", "food-security plan"),
    REFUGEE: ("plan régional ou de réfugiés", "regional or refugee plan"),
    FLASH: ("appel éclair", "flash appeal"),
    CONTINGENCY: ("plan de contingence", "contingency plan"),
    FLOOD: ("plan inondations", "flood plan"),
    OTHER: ("autre plan", "other plan"),
}
WRITTEN_TYPES: Mapping[str, str] = {
    "Humanitarian needs and response plan": COUNTRY, "Humanitarian response plan": COUNTRY, "Strategic response plan": COUNTRY,
    "Consolidated appeals process": COUNTRY, "Regional response plan": REFUGEE, "Flash appeal": FLASH,
}  # fmt: skip


def type_of(written: str | None) -> str | None:
    """The type of a plan from its type as FTS writes it; one nobody listed is another plan; none where none is written.

    >>> type_of("Humanitarian response plan"), type_of("Something new"), type_of("")
    ('hnrp', 'other', None)
    """
    return WRITTEN_TYPES.get(written, OTHER) if written else None


@dataclass(frozen=True, slots=True)
class Asked:
    """What one or more plans of one type ask for and hold, in minor units; None where no figure is held."""

    requirement: int | None
    funding: int | None

    @property
    def percent(self) -> int | None:
        """The share received in whole percent, as FTS rounds it."""
        return None if self.requirement is None or self.funding is None else percent_funded(self.funding, self.requirement)

    @property
    def missing(self) -> int | None:
        """What is still missing, never below nothing."""
        return None if self.requirement is None or self.funding is None else max(self.requirement - self.funding, 0)


def added(rows: pl.DataFrame) -> Asked | Problem:
    """The sum of plan rows of one type; a problem for rows of two types, which overlap.

    >>> two = pl.DataFrame({"plan_type": ["hnrp", "refugee"], "requirement_minor": [5, 5], "funding_minor": [1, 1]})
    >>> added(two).code, added(two.head(1))
    ('plan-types-overlap', Asked(requirement=5, funding=1))
    """
    types = sorted(rows["plan_type"].drop_nulls().unique().to_list())
    if len(types) > 1:
        return Problem("plan-types-overlap", Cell(), ", ".join(types))
    return Asked(held_sum(rows["requirement_minor"]), held_sum(rows["funding_minor"]))


def held_sum(amounts: pl.Series) -> int | None:
    """The sum of the amounts held; None where none is.

    >>> held_sum(pl.Series([1, None, 2])), held_sum(pl.Series([None], dtype=pl.Int64))
    (3, None)
    """
    held = amounts.drop_nulls()
    return int(held.sum()) if len(held) else None


def differing(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows whose published percentage is not the one computed again, with the column `computed`.

    A whole percentage is rounded half up; one with decimals is compared to as many decimals. A row that publishes none is not told.
    """
    told = rows.filter(pl.col("published").is_not_null())
    lines = told.select("funding_minor", "requirement_minor", "published").iter_rows()
    again = pl.Series("computed", [computed_as(published, funding, requirement) for funding, requirement, published in lines], dtype=pl.String)
    return told.with_columns(again).filter(pl.col("computed").ne_missing(pl.col("published")))


def computed_as(published: str, funding: int | None, requirement: int | None) -> str | None:
    """The percentage of two amounts written with as many decimals as the published one; None where it cannot be computed.

    >>> computed_as("11", 72_939_948, 658_486_359), computed_as("25.47", 129_877_681, 509_872_202), computed_as("4", None, 5)
    ('11', '25.47', None)
    """
    if funding is None or not requirement or requirement < 0:
        return None
    decimals = len(published.partition(".")[2])
    scaled = int(Fraction(100 * funding, requirement) * 10**decimals + Fraction(1, 2))
    whole, rest = divmod(scaled, 10**decimals)
    return f"{whole}.{str(rest).zfill(decimals)}" if decimals else str(whole)


def standing_of(cluster: str | None) -> str:
    """Whether a row names a cluster, or holds what nobody specified, or what several share.

    >>> standing_of("Not specified"), standing_of("Multiple clusters/sectors (shared)"), standing_of("Santé")
    ('unspecified', 'shared', 'named')
    """
    written = (cluster or "").casefold()
    if written in ("", "not specified", "undefined"):
        return UNSPECIFIED
    return SHARED if "(shared)" in written else NAMED


def leading_plans(rows: pl.DataFrame) -> pl.DataFrame:
    """The plan rows that stand for a whole State: its country plan, or, in a year without any, a plan of another type that is its own alone.

    >>> plans = pl.DataFrame({"level": ["plan"] * 3, "standing": ["named"] * 3, "state": ["BFA"] * 3, "year": [2019, 2020, 2020], "code": ["O", "H", "O2"], "plan_type": ["other", "hnrp", "other"]})
    >>> leading_plans(plans)["code"].to_list()
    ['H', 'O']
    """
    named = rows.filter((pl.col("level") == "plan") & (pl.col("standing") == NAMED))
    country = named.filter(pl.col("plan_type") == COUNTRY)
    alone = named.filter(pl.col("plan_type") == OTHER).join(country, on=["state", "year"], how="anti")
    return pl.concat([country, alone])


def of_country_plans(rows: pl.DataFrame) -> pl.DataFrame:
    """Per State and year, the sum of the plans that stand for it: columns state, year, requirement_minor, funding_minor (null where none is held)."""
    return _summed(leading_plans(rows), "state", "year")


def by_sector(rows: pl.DataFrame) -> pl.DataFrame:
    """The same plans by global cluster: state, year, sector, requirement_minor, funding_minor; what names no cluster has its standing as sector."""
    leading = leading_plans(rows).select("state", "year", "code").unique()
    held = rows.filter(pl.col("level") == "global_cluster").join(leading, on=["state", "year", "code"], how="semi")
    place = pl.when(pl.col("standing") == NAMED).then("sector").otherwise("standing").alias("sector")
    return _summed(held.with_columns(place), "state", "year", "sector")


def _summed(rows: pl.DataFrame, *keys: str) -> pl.DataFrame:
    amounts = [pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name) for name in ("requirement_minor", "funding_minor")]
    return rows.group_by(*keys, maintain_order=True).agg(*amounts).sort(*keys)


def parts_told(rows: Sequence[Mapping[str, object]]) -> int:
    """The sum of the fundings of some parts given as mappings, those without a figure left out.

    >>> parts_told([{"totalFunding": 3}, {"totalFunding": None}, {"totalFunding": 4}])
    7
    """
    return sum(amount for row in rows if isinstance(amount := row.get("totalFunding"), int))
