"""The tables as a State holds them, ready for the control: people in need, and presence read with the eyes of who will receive it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from concertation.apps.needs.queries import division_in_force, need_to_release, sectors
from concertation.apps.picture.queries import summary_rows
from concertation.apps.places.queries import units_held, units_of
from concertation.core.sharing import Mandate, Role, Sensitivity
from concertation.core.sharing.disclosure.rules import RULES, Rule, Theme
from concertation.core.sharing.released_tables import (
    PEOPLE,
    PRESENCE,
    PRESENCE_CONCEPTS,
    PeopleCell,
    with_totals,
    without_totals,
)

OPEN_AT: Mapping[str, tuple[str, ...]] = {Sensitivity.PUBLIC.value: ("public",), Sensitivity.RESTRICTED.value: ("public", "restricted")}
Days = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a release is to say: sectors, concept, grain, level, recipients, agreement, purpose, for how long, which table."""

    sectors: tuple[str, ...]
    concept: str
    grain: int
    level: str
    recipients: tuple[str, ...]
    agreement: str
    purpose: str
    good_for: timedelta
    table: str = PEOPLE


def cells_held(mandates: Sequence[Mandate], state: str, wanted: Wanted, on: date) -> tuple[tuple[PeopleCell, ...], Days]:
    """The table as held, at the grain asked for, with the days it speaks of."""
    return presence_held(state, wanted, on) if wanted.table == PRESENCE else people_held(mandates, state, wanted, on)


def people_held(mandates: Sequence[Mandate], state: str, wanted: Wanted, on: date) -> tuple[tuple[PeopleCell, ...], Days]:
    """People by unit and sector, and the total of each sector."""
    cells, days = [], []
    for sector in wanted.sectors:
        read = need_to_release(mandates, state=state, level=wanted.grain, sector=sector, concept=wanted.concept, open_levels=OPEN_AT[wanted.level], on=on)
        names = units_held(read["unit"].to_list())
        for line in read.to_dicts():
            value = None if line["value"] is None else int(line["value"])
            cells.append(PeopleCell(line["unit"], names[line["unit"]].name_fr, wanted.grain, sector, value))
            days += [each.isoformat() for each in (line["reference_start"], line["reference_end"]) if each]
    return with_totals(cells, state), (min(days, default=""), max(days, default=""))


def eyes_of_recipients(level: str) -> tuple[Mandate, ...]:
    """The mandates of somebody who will receive a release of this class and holds nothing else of the State."""
    return () if level == Sensitivity.PUBLIC.value else (Mandate("recipient", Role.READER),)


def presence_held(state: str, wanted: Wanted, on: date) -> tuple[tuple[PeopleCell, ...], Days]:
    """Distinct organisations or activities of the newest period, by unit and sector; where nobody declared, nothing is held, which is not zero."""
    division = division_in_force(state, on)
    rows = summary_rows(eyes_of_recipients(wanted.level), states=[state], divisions=[division]).filter(
        (pl.col("level") == wanted.grain) & pl.col("sector").is_in(wanted.sectors) & (pl.col("period_start") <= on),
    )
    if rows.is_empty():
        return (), ("", "")
    newest = rows.filter(pl.col("period_end") == rows["period_end"].max())
    counted = {(line["unit"], line["sector"]): int(line[wanted.concept]) for line in newest.to_dicts()}
    units = units_of(state, wanted.grain, division)
    cells = [PeopleCell(unit.pk, unit.name_fr, wanted.grain, sector, counted.get((unit.pk, sector))) for sector in wanted.sectors for unit in units]
    first, last = (sorted(each.isoformat() for each in newest[name].to_list()) for name in ("period_start", "period_end"))
    return without_totals(cells), (first[0], last[-1])


def rule_for(wanted: Wanted) -> Rule:
    """The rule of a table: presence's own; protection's where one sector is restricted at every level."""
    if wanted.table == PRESENCE:
        return RULES[Theme.PRESENCE]
    restricted = {each.code for each in sectors() if each.restricted}
    return RULES[Theme.PEOPLE if restricted.isdisjoint(wanted.sectors) else Theme.PROTECTION]


def presence_sectors() -> list[tuple[str, str, str]]:
    """The sectors whose presence may leave (code, French and English names): whole sectors, none of protection, and not all together.

    A sector beside one within it, or the sum of all, would give a hidden count away.
    """
    return [(each.code, each.name_fr, each.name_en) for each in sectors() if not each.parent and not each.restricted and each.code != "ALL"]


def closed_sectors(wanted: Wanted) -> list[str]:
    """The sectors asked for whose presence never leaves."""
    allowed = {code for code, _fr, _en in presence_sectors()}
    return [] if wanted.table != PRESENCE else sorted(set(wanted.sectors) - allowed)


def is_known_concept(wanted: Wanted) -> bool:
    """Whether the table counts what is asked for."""
    return wanted.concept in PRESENCE_CONCEPTS if wanted.table == PRESENCE else wanted.concept not in PRESENCE_CONCEPTS
