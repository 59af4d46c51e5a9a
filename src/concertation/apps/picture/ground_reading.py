"""On what each State's picture stands: its newest period that may be spoken of, the reports in it, and the calendar it is said against."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from concertation.apps.presence.queries import (
    PeriodSeen,
    ReportSeen,
    calendar_frame,
    calendar_seen,
    reports_frame,
    reports_seen,
)
from concertation.apps.sources.reporting.sectors import parents
from concertation.core.concepts import INTERSECTORAL
from concertation.core.picture import covered_sectors, grounds
from concertation.core.reporting import widening
from concertation.core.sharing import Mandate


@dataclass(frozen=True, slots=True)
class StateGround:
    """A State's newest period with a report or closed with declarations, and what may be said of absence in it (`told`)."""

    state: str
    period: tuple[date, date] | None
    told: pl.DataFrame
    sectors: frozenset[str]
    calendar: tuple[PeriodSeen, ...]

    def counted(self, sector: str) -> tuple[int | None, int | None]:
        """How many organisations declared of how many in the calendar's period for a sector; None where nobody can say."""
        names = widening("" if sector == INTERSECTORAL else sector, parents())
        held = sorted((each for each in self.calendar if each.sector in names), key=lambda each: (names.index(each.sector), -each.end.toordinal()))
        return (held[0].declared, held[0].expected) if held else (None, None)


def grounds_of(mandates: Sequence[Mandate], *, states: Sequence[str], on: date) -> Mapping[str, StateGround]:
    """What the picture of each State stands on, as of a day. One query a page."""
    reports = [each for each in reports_seen(tuple(mandates)) if each.period_start <= on]
    calendar = [each for each in calendar_seen(tuple(mandates)) if each.start <= on]
    return {
        state: _ground(state, [each for each in reports if each.owner_state == state], [each for each in calendar if each.owner_state == state])
        for state in states
    }


def newest_period(reports: Sequence[ReportSeen], calendar: Sequence[PeriodSeen]) -> tuple[date, date] | None:
    """The period of the newest report, or a newer one that was closed with declarations: one still filling up is not yet spoken of."""
    told = [(each.period_start, each.period_end) for each in reports]
    closed = [(each.start, each.end) for each in calendar if each.status != "open" and each.declared]
    return max((*told, *closed), key=lambda dates: dates[1], default=None)


def _ground(state: str, reports: Sequence[ReportSeen], calendar: Sequence[PeriodSeen]) -> StateGround:
    period = newest_period(reports, calendar)
    if period is None:
        return StateGround(state, None, reports_frame(()), frozenset(), ())
    met = tuple(each for each in calendar if each.start <= period[1] and each.end >= period[0])
    own = [each for each in reports if (each.period_start, each.period_end) == period]
    told = grounds(reports_frame(own), calendar_frame(met))
    named = {INTERSECTORAL, *told["sector"].drop_nulls(), *(parents() if told["sector"].null_count() else ())}
    return StateGround(state, period, told, covered_sectors(told, named, state=state, start=period[0], end=period[1]), met)
