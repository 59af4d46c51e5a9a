"""The quality of money, as far as its sources say: flexible, predictable, sustainable, local, private and of the diaspora, and how soon it is reported.

Each measure judges a flow yes, no or unknown, and is a share of all the money counted, with the money whose source does not say
beside it: the true share lies between the two. Where no flow says, no figure is held. Flexible is un- and softly earmarked money of
the Grand Bargain. Predictable is money signed for 24 months or more; whether it was paid on the promised day needs that day.
Sustainable is the State's own budget, the spread of sources, and money that outlives 24 months where help was needed in 3 of 5 years.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import polars as pl

from concertation.core.parties import DIASPORA, PRIVATE, is_local, kind_of

LONG_MONTHS = 24
YEARS_LOOKED_AT, YEARS_IN_NEED = 5, 3
MEASURES = ("flexible", "predictable", "paid_on_time", "domestic", "lasting", "local", "local_through_one", "private", "diaspora")
CATEGORIES: Mapping[str, int] = {"unearmarked": 1, "softly earmarked": 2, "earmarked": 3, "tightly earmarked": 4}
FLEXIBLE = frozenset({1, 2})
JUDGED_SCHEMA: dict[str, pl.DataType] = {"flow": pl.String(), **{name: pl.Boolean() for name in MEASURES if name != "local_through_one"}, "days_to_report": pl.Int64()}
WORDS: Mapping[str, tuple[str, str]] = {
    "flexible": ("souple : non affecté ou affecté souplement", "flexible: unearmarked or softly earmarked"),
    "predictable": ("prévisible : signé pour 24 mois ou plus", "predictable: signed for 24 months or more"),
    "paid_on_time": ("versé au jour promis", "paid on the promised day"),
    "domestic": ("budget de l'État lui-même", "the State's own budget"),
    "lasting": ("dure plus de 24 mois là où l'aide se répète", "outlives 24 months where help is needed again and again"),
    "local": ("reçu directement par un acteur local", "received directly by a local actor"),
    "local_through_one": ("reçu par un acteur local après un seul intermédiaire", "received by a local actor after one intermediary"),
    "private": ("secteur privé", "private sector"),
    "diaspora": ("diaspora", "diaspora"),
}


@dataclass(frozen=True, slots=True)
class Share:
    """One measure of some money: the part that has it, the whole counted, the part whose source does not say, in minor units, and the flows of each."""

    part: int
    whole: int
    unknown: int
    flows: int
    unknown_flows: int

    @property
    def is_held(self) -> bool:
        """Whether any of the money's sources says."""
        return self.whole > 0 and self.unknown < self.whole

    @property
    def share(self) -> Fraction | None:
        """The least share, of all the money; None where no figure is held.

        >>> Share(part=30, whole=100, unknown=20, flows=1, unknown_flows=1).share, Share(0, 100, 100, 0, 3).share
        (Fraction(3, 10), None)
        """
        return Fraction(self.part, self.whole) if self.is_held else None

    @property
    def unknown_share(self) -> Fraction | None:
        """The share of all the money whose source does not say; None where no money is counted."""
        return Fraction(self.unknown, self.whole) if self.whole > 0 else None


@dataclass(frozen=True, slots=True)
class Delay:
    """Days from a decision to its first report over the flows that give both: the middle, the ninth of ten, how many flows say and how many do not."""

    median: int | None
    ninth_of_ten: int | None
    flows: int
    unknown_flows: int


@dataclass(frozen=True, slots=True)
class Spread:
    """How many givers stand behind some money, the share of the first, and how many give half of it."""

    givers: int
    first_share: Fraction | None
    half_from: int | None


@dataclass(frozen=True, slots=True)
class Quality:
    """Every measure of some money."""

    shares: Mapping[str, Share]
    delay: Delay
    spread: Spread


def earmark_category(text: str) -> int | None:
    """The Grand Bargain's category, 1 (unearmarked) to 4 (tightly earmarked), of a type as FTS writes it; None for other words.

    >>> earmark_category("softly earmarked"), earmark_category("Tightly earmarked"), earmark_category("green")
    (2, 4, None)
    """
    return CATEGORIES.get(text.strip().casefold())


def months_between(first: date, last: date) -> int:
    """Whole months from one day to another.

    >>> months_between(date(2024, 1, 15), date(2026, 1, 14)), months_between(date(2024, 1, 15), date(2026, 1, 15))
    (23, 24)
    """
    months = 12 * (last.year - first.year) + last.month - first.month
    return months - (last.day < first.day)


def judged(flows: pl.DataFrame, *, in_need: Collection[str] = ()) -> pl.DataFrame:
    """Each flow of FLOW_SCHEMA judged by every measure (JUDGED_SCHEMA; null where its source does not say).

    `in_need` are the States, by code or name, where help was needed in 3 of the last 5 years. FLOW_SCHEMA carries no promised day, so
    nothing is said of it here: the ledger of pledges does.
    """
    lines = [_judged(line, frozenset(in_need)) for line in flows.iter_rows(named=True)]
    return pl.DataFrame(lines, schema=JUDGED_SCHEMA)


def _judged(line: Mapping[str, object], in_need: frozenset[str]) -> dict[str, object]:
    giver = kind_of(_texts(line["source_types"]))
    decided, reported, last = line["decided"], line["reported"], _last_day(line["destination_years"])
    signed = months_between(decided, last) if isinstance(decided, date) and last else None
    lasts = months_between(line["dated"], last) if isinstance(line["dated"], date) and last else None
    here = bool(in_need.intersection(_texts(line["destination_places"])))
    return {
        "flow": line["flow"], "flexible": _flexible(_texts(line["earmarks"])), "predictable": None if signed is None else signed >= LONG_MONTHS, "paid_on_time": None,
        "domestic": _domestic(line, giver), "lasting": (None if lasts is None else lasts >= LONG_MONTHS) if here else None, "local": _all_local(line),
        "private": None if giver == "unknown" else giver in PRIVATE, "diaspora": True if giver in DIASPORA else None,
        "days_to_report": (reported - decided).days if isinstance(decided, date) and isinstance(reported, date) else None,
    }  # fmt: skip


def _flexible(earmarks: list[str]) -> bool | None:
    known = [category for text in earmarks if (category := earmark_category(text))]
    return all(category in FLEXIBLE for category in known) if known else None


def _domestic(line: Mapping[str, object], giver: str) -> bool | None:
    if giver == "unknown":
        return None
    if giver not in ("government", "local_government"):
        return False
    places = _texts(line["source_places"])
    return set(places) <= set(_texts(line["destination_places"])) if places else None


def _all_local(line: Mapping[str, object]) -> bool | None:
    return is_local(_texts(line["destination_types"])) if _texts(line["destination_types"]) else None


def _last_day(years: object) -> date | None:
    return date(max(years), 12, 31) if isinstance(years, list) and years else None


def _texts(values: object) -> list[str]:
    return [str(value) for value in values] if isinstance(values, list) else []


def quality(flows: pl.DataFrame, counted: pl.DataFrame, *, in_need: Collection[str] = ()) -> Quality:
    """Every measure of the money a policy counts (COUNTED_SCHEMA) among some flows (FLOW_SCHEMA).

    The denominator is all the money counted. Diaspora givers have no type in FTS or IATI: unless a flow says so, nothing is held.
    """
    verdicts = judged(flows, in_need=in_need)
    both = verdicts.join(counted.filter(pl.col("counted_minor") != 0), on="flow", how="inner", maintain_order="left")
    shares = {name: share_of(both, name) for name in MEASURES if name in verdicts.columns}
    shares["local_through_one"] = through_one_intermediary(flows, counted)
    return Quality({name: shares[name] for name in MEASURES}, delay_of(both), spread_of(flows, counted))


def share_of(both: pl.DataFrame, name: str) -> Share:
    """The share of one measure over judged flows with `counted_minor`."""
    amount, verdict = pl.col("counted_minor"), pl.col(name)
    row = both.select(
        amount.filter(verdict).sum().alias("part"), amount.sum().alias("whole"), amount.filter(verdict.is_null()).sum().alias("unknown"),
        verdict.sum().alias("flows"), verdict.null_count().alias("unknown_flows"),
    ).row(0, named=True)  # fmt: skip
    return Share(**{key: int(value or 0) for key, value in row.items()})


def through_one_intermediary(flows: pl.DataFrame, counted: pl.DataFrame) -> Share:
    """Money that a local actor received from the first recipient of counted money; unknown is what it received from a flow that is not named.

    Nothing is held where no link below a first recipient is, or where the reader may see none.
    """
    whole = int(counted["counted_minor"].sum())
    if flows["children"].null_count() == flows.height:
        return Share(0, whole, whole, 0, flows.height)
    first = counted.filter(pl.col("counted_minor") != 0)["flow"].str.split("/").list.first().implode()
    onward = flows.filter((pl.col("boundary") == "internal") & (pl.col("status") != "pledge"))
    if onward.is_empty():
        return Share(0, whole, whole, 0, 0)
    local = onward.filter(pl.Series([bool(is_local(_texts(types))) for types in onward["destination_types"].to_list()], dtype=pl.Boolean))
    passed, unlinked = local.filter(pl.col("parent").is_in(first)), local.filter(pl.col("parent").is_null())
    received, unsaid = (int(each["amount_minor"].fill_null(0).sum()) for each in (passed, unlinked))
    part = min(received, whole)
    return Share(part, whole, min(unsaid, whole - part), passed.height, unlinked.height)


def delay_of(both: pl.DataFrame) -> Delay:
    """Days from decision to first report; a report dated before its decision counts as none waited."""
    days = both["days_to_report"].drop_nulls().clip(lower_bound=0).sort()
    middle, ninth = (days.quantile(share, "nearest") for share in (0.5, 0.9))
    return Delay(None if middle is None else int(middle), None if ninth is None else int(ninth), len(days), both["days_to_report"].null_count())


def spread_of(flows: pl.DataFrame, counted: pl.DataFrame) -> Spread:
    """How money spreads over the givers as they are named; several givers of one flow stand as one."""
    named = flows.select("flow", pl.col("source_names").list.join(" + ").alias("giver"))
    money = named.join(counted, on="flow").group_by("giver").agg(pl.col("counted_minor").sum()).filter(pl.col("counted_minor") > 0)
    amounts = sorted(money["counted_minor"].to_list(), reverse=True)
    whole, running, half = sum(amounts), 0, None
    for place, amount in enumerate(amounts, start=1):
        running += amount
        if 2 * running >= whole:
            half = place
            break
    return Spread(len(amounts), Fraction(amounts[0], whole) if amounts else None, half)
