"""What the pages of sectors read: each State's list of sectors by year, presence at State level, who acts in a sector."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby

import polars as pl
from django.db.models import Count, Q

from concertation.apps.needs.models import Sector, SectorOfState
from concertation.apps.organisations.models import Organisation
from concertation.apps.picture.ground_reading import grounds_of
from concertation.apps.picture.queries import summary_rows
from concertation.apps.presence.queries import SURVIVOR, activities
from concertation.apps.sources.queries import loaded_reference_set
from concertation.core.sharing import Mandate, visibility_of
from concertation.core.sharing.visibility import sees_restricted_sectors

MOST_ORGANISATIONS = 200


@dataclass(frozen=True, slots=True)
class Held:
    """A sector in a State's coordination: the years its list names it, the latest lead and status that are known."""

    years: tuple[int, ...]
    lead: str
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class AtState:
    """Presence of a sector in a whole State: the counts, and what may be said of them."""

    organisations: int
    activities: int
    verdict: str
    day: date | None


@dataclass(frozen=True, slots=True)
class Actor:
    """An organisation in a sector and State: its activities and the places they name, as the reader may see them."""

    organisation: Organisation
    state: str
    activities: int
    places: int


def lists() -> Mapping[tuple[str, str], Held]:
    """(State, sector) -> the years that the State's coordination holds it; read once for each state of the reference set."""
    return _lists(loaded_reference_set())


@lru_cache(maxsize=2)
def _lists(digest: str) -> Mapping[tuple[str, str], Held]:
    lines = SectorOfState.objects.order_by("state", "sector_id", "year").values_list("state", "sector_id", "year", "lead", "status", "source")
    return {key: _held(list(same)) for key, same in groupby(lines, key=lambda line: (line[0], line[1]))}


def _held(lines: Sequence[tuple[str, str, int, str, str, str]]) -> Held:
    leads = [lead for *_key, lead, _status, _source in lines if lead]
    return Held(tuple(line[2] for line in lines), leads[-1] if leads else "", lines[-1][4], lines[-1][5])


def at_state_level(mandates: Sequence[Mandate], sectors: Mapping[str, Sector], *, states: Sequence[str], on: date) -> Mapping[tuple[str, str], AtState]:
    """(State, sector) -> presence declared in the whole State in its latest report, or what may be said instead. Two queries."""
    seen = grounds_of(mandates, states=states, on=on)
    counts = summary_rows(mandates, states=states, units=[state.lower() for state in states])
    sight = visibility_of(mandates)
    found: dict[tuple[str, str], AtState] = {}
    for state in states:
        period, named = seen[state].period, seen[state].sectors
        lines = _counted(counts, state, period)
        whole = sees_restricted_sectors(sight.widest_level(state))
        for code, sector in sectors.items():
            found[state, code] = _at_state(lines.get(code), period, hidden=sector.restricted and not whole, named=code in named)
    return found


def _counted(counts: pl.DataFrame, state: str, period: tuple[date, date] | None) -> Mapping[str, tuple[int, int]]:
    if period is None:
        return {}
    own = counts.filter((pl.col("state") == state) & (pl.col("period_start") == period[0]) & (pl.col("period_end") == period[1]))
    return {sector: (organisations, rows) for sector, organisations, rows in own.select("sector", "organisations", "activities").iter_rows()}


def _at_state(counted: tuple[int, int] | None, period: tuple[date, date] | None, *, hidden: bool, named: bool) -> AtState:
    day = period[1] if period else None
    if hidden:
        return AtState(0, 0, "restricted", day)
    if counted is not None:
        return AtState(*counted, "declared", day)
    return AtState(0, 0, "none_declared" if named else "no_report", day)


def actors(mandates: Sequence[Mandate], *, states: Sequence[str], sectors: Sequence[str]) -> list[Actor]:
    """Who declares activity in these sectors, the busiest first, each as the organisation it now is. Two queries."""
    seen = activities(mandates).filter(Q(owner_state__in=states) & Q(sector__in=sectors) & Q(organisation__isnull=False))
    grouped = seen.order_by().annotate(now=SURVIVOR).values_list("now", "owner_state")
    counted = list(grouped.annotate(rows=Count("pk", distinct=True), named=Count("places__unit", distinct=True)).order_by("-rows")[:MOST_ORGANISATIONS])
    held = Organisation.objects.visible_to(mandates).in_bulk([line[0] for line in counted])
    return [Actor(held[pk], state, rows, places) for pk, state, rows, places in counted if pk in held]
