"""Counting the flows held, or those of some files: under each policy, from one policy to the next, and by their quality.

Nothing here is stored: the same reading serves the pages, the terminal and the programming interface.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from concertation.apps.funding.ledgers import Shares
from concertation.apps.funding.queries import TRACKING, flow_frame, flows, plan_rows, splits
from concertation.apps.funding.words import main_amount
from concertation.apps.places.queries import states_with_units
from concertation.core.funding import POLICIES, REASONS, Policy, bridge, counted_by, told_apart, total
from concertation.core.funding_quality import WORDS, YEARS_IN_NEED, YEARS_LOOKED_AT, Quality, Share, quality
from concertation.core.mobilisation.quality import LedgerShare
from concertation.core.plan_money import COUNTRY
from concertation.core.sharing import Mandate
from concertation.core.spelling import fold
from concertation.formats.fts_plans import sector_names

OURS: Policy = "concertation"
CENTS = 100
NO_FIELD = ("aucun chiffre disponible : les flux tenus ne portent pas ce champ", "no figure held: the flows held do not carry this field")
NO_MONEY = ("aucun chiffre disponible : aucun flux tenu ne compte ici", "no figure held: no flow held counts here")


@dataclass(frozen=True, slots=True)
class Money:
    """Some flows (FLOW_SCHEMA) of one State and year, or of all, and what each policy counts of them (COUNTED_SCHEMA)."""

    frame: pl.DataFrame
    counted: Mapping[Policy, pl.DataFrame]


def money_of(frame: pl.DataFrame, *, state: str = "", year: int | None = None) -> Money:
    """What every policy counts of some flows. Where no year is asked, the curated policy judges each flow in its own first year."""
    stated, frame = splits(state=state, year=year), told_apart(frame)
    counted = {policy: counted_by(policy, frame, year=year or 0, splits=stated) if year or policy != "gha-curated" else by_own_year(frame) for policy in POLICIES}
    return Money(frame, counted)


def by_own_year(frame: pl.DataFrame) -> pl.DataFrame:
    """The curated policy's count, each flow in the first of its years."""
    own = frame.with_columns(pl.coalesce(pl.col("destination_years").list.min(), pl.col("dated").dt.year(), 0).alias("_year"))
    parts = [counted_by("gha-curated", sheet.drop("_year"), year=int(sheet["_year"][0] or 0)) for sheet in own.partition_by("_year", maintain_order=True)]
    return pl.concat(parts) if parts else counted_by("gha-curated", frame, year=0)


def held_money(mandates: Sequence[Mandate], *, state: str = "", year: int | None = None, sector: str = "", givers: Collection[str] = ()) -> Money:
    """The flows of FTS a reader may see, of one State and year where asked, with what each policy counts; of one family of clusters, or of givers by their folded names.

    What the files of a pooled fund say again of its grants and contributions is held beside and counted by no policy.
    """
    frame = flow_frame(flows(mandates, state=state, year=year).filter(system=TRACKING))
    return money_of(narrowed(frame, sector=sector, givers=givers), state=state, year=year)


def narrowed(frame: pl.DataFrame, *, sector: str, givers: Collection[str]) -> pl.DataFrame:
    """The flows that name a family of clusters alone, or one of some givers alone; all of them where neither is asked."""
    if not sector and not givers:
        return frame
    known = sector_names()
    kept = [
        (not sector or all_of(line["destination_global_clusters"], lambda name: known.get(fold(name), "").split("-")[0] == sector)) and (not givers or all_of(line["source_names"], lambda name: fold(name) in givers))
        for line in frame.select("destination_global_clusters", "source_names").iter_rows(named=True)
    ]
    return frame.filter(pl.Series(kept, dtype=pl.Boolean))


def all_of(names: Sequence[str] | None, holds: Callable[[str], bool]) -> bool:
    """Whether every name of a list holds; a list without a name holds nothing.

    >>> all_of(["a"], str.islower), all_of([], str.islower)
    (True, False)
    """
    return bool(names) and all(holds(name) for name in names or ())


def dollars(minor: int | None) -> int | float | None:
    """Cents as dollars, whole where they are whole.

    >>> dollars(500), dollars(505), dollars(None)
    (5, 5.05, None)
    """
    return None if minor is None else minor // CENTS if minor % CENTS == 0 else minor / CENTS


def bridges_told(money: Money) -> dict[str, object]:
    """The total of each policy and every step from one to the next; the steps add up to the difference."""
    totals = {policy: total(counted) for policy, counted in money.counted.items()}
    return {
        "currency": "USD", "flows": money.frame.height,
        "policies": [
            {"policy": policy, "name_fr": fr, "name_en": en, "total": dollars(totals[policy]), "flows_counted": money.counted[policy].filter(pl.col("counted_minor") != 0).height}
            for policy, (fr, en) in POLICIES.items()
        ],
        "bridges": [_bridge_told(money, totals, first, second) for first, second in pairs()],
    }  # fmt: skip


def pairs() -> list[tuple[Policy, Policy]]:
    """Each policy with the next."""
    names: list[Policy] = list(POLICIES)
    return [(names[0], names[1]), (names[0], names[2]), (names[1], names[2])]


def _bridge_told(money: Money, totals: Mapping[Policy, int], first: Policy, second: Policy) -> dict[str, object]:
    steps = bridge(money.counted[first], money.counted[second])
    difference = totals[second] - totals[first]
    return {
        "from": first, "to": second, "from_total": dollars(totals[first]), "to_total": dollars(totals[second]), "difference": dollars(difference),
        "steps": [_step_told(line) for line in steps.iter_rows(named=True)], "adds_up": int(steps["difference_minor"].sum()) == difference,
    }  # fmt: skip


def _step_told(line: Mapping[str, object]) -> dict[str, object]:
    before, after = REASONS[str(line["from_reason"])], REASONS[str(line["to_reason"])]
    return {
        "from_reason": line["from_reason"], "to_reason": line["to_reason"], "flows": line["flows"], "difference": dollars(int(str(line["difference_minor"]))),
        "explained_fr": f"{before[0]} → {after[0]}", "explained_en": f"{before[1]} → {after[1]}",
    }  # fmt: skip


def in_need(mandates: Sequence[Mandate], *, year: int) -> frozenset[str]:
    """The States, by code and names, whose own plan asked for help in 3 of the 5 years up to one."""
    rows = plan_rows(mandates, levels=["plan"], years=range(year - YEARS_LOOKED_AT + 1, year + 1))
    asked = rows.filter((pl.col("plan_type") == COUNTRY) & (pl.col("requirement_minor") > 0)).group_by("state").agg(pl.col("year").n_unique())
    codes = set(asked.filter(pl.col("year") >= YEARS_IN_NEED)["state"].to_list())
    held = [state for state in states_with_units() if state.iso3 in codes]
    return frozenset(codes | {name for state in held for name in (state.name_fr, state.name_en)})


def quality_of(money: Money, needing: Iterable[str]) -> Quality:
    """The quality of what the product's own policy counts."""
    return quality(money.frame, money.counted[OURS], in_need=frozenset(needing))


def quality_told(money: Money, found: Quality, ledger: Shares | None = None) -> dict[str, object]:
    """The quality of some money: each measure's share or null, with numerator, denominator and what is unknown.

    What the ledger of pledges says stands under `ledger` of its measure, a line for each currency; where FTS says nothing and the ledger
    holds one currency alone, its share is the measure's, and `basis` says so.
    """
    held = ledger or {}
    return {
        "currency": "USD", "policy": OURS, "flows": money.frame.height, "counted": dollars(total(money.counted[OURS])),
        **{name: rounded(share) if share.is_held else alone(held.get(name, ())) for name, share in found.shares.items()},
        "measures": {name: _measure_told(name, share, held.get(name, ())) for name, share in found.shares.items()},
        "days_to_report": {"median": found.delay.median, "ninth_of_ten": found.delay.ninth_of_ten, "flows": found.delay.flows, "unknown_flows": found.delay.unknown_flows},
        "spread": {"givers": found.spread.givers, "first_share": None if found.spread.first_share is None else round(float(found.spread.first_share), 4), "half_from": found.spread.half_from},
    }  # fmt: skip


def rounded(share: Share) -> float | None:
    """A share to four decimals; None where no figure is held."""
    return None if share.share is None else round(float(share.share), 4)


def alone(held: Sequence[LedgerShare]) -> float | None:
    """The share of a ledger in its only currency; None where it has several, which are never added, or knows nothing."""
    return rounded(held[0].share) if len(held) == 1 else None


def _measure_told(name: str, share: Share, held: Sequence[LedgerShare]) -> dict[str, object]:
    """A measure of the flows; of the ledger, with its currency, where the flows say nothing and the ledger holds one currency."""
    told = {**_share_told(name, share), "basis": "flows", **({"ledger": [_ledger_told(each) for each in held]} if held else {})}
    if share.is_held or alone(held) is None:
        return told
    own, code = held[0].share, held[0].currency
    return told | {
        "basis": "ledger", "currency": code, "share": rounded(own), "numerator": main_amount(own.part, code), "denominator": main_amount(own.whole, code), "unknown": main_amount(own.unknown, code),
        "unknown_share": None if own.unknown_share is None else round(float(own.unknown_share), 4), "flows": own.flows, "unknown_flows": own.unknown_flows, "why_fr": "", "why_en": "",
    }  # fmt: skip


def _ledger_told(each: LedgerShare) -> dict[str, object]:
    share, code = each.share, each.currency
    return {
        "currency": code, "share": rounded(share), "numerator": main_amount(share.part, code) if share.is_held else None, "denominator": main_amount(share.whole, code),
        "unknown": main_amount(share.unknown, code), "lines": share.flows, "unknown_lines": share.unknown_flows,
    }  # fmt: skip


def _share_told(name: str, share: Share) -> dict[str, object]:
    fr, en = WORDS[name]
    why = ("", "") if share.is_held else NO_FIELD if share.whole > 0 else NO_MONEY
    return {
        "name_fr": fr, "name_en": en, "share": rounded(share), "numerator": dollars(share.part) if share.is_held else None, "denominator": dollars(share.whole),
        "unknown": dollars(share.unknown), "unknown_share": None if share.unknown_share is None else round(float(share.unknown_share), 4), "flows": share.flows,
        "unknown_flows": share.unknown_flows, "why_fr": why[0], "why_en": why[1],
    }  # fmt: skip


def years_held(mandates: Sequence[Mandate], *, state: str = "") -> list[int]:
    """The years of the flows held, the latest first. One query."""
    return [year for year in flows(mandates, state=state).filter(system=TRACKING).order_by("-year").values_list("year", flat=True).distinct() if year]


def this_year(asked: int | None, held: Sequence[int], today: date) -> int:
    """The year asked for, else the latest that any flow names and that has begun."""
    begun = [year for year in held if year <= today.year]
    return asked or next(iter(begun), today.year)
