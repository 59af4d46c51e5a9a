"""Reading the picture: need and presence side by side on the units of a level, with what may be said of their absence.

Need comes from the figures, presence from the summary tables; the number of queries does not grow with data or with States.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl
from django.db import connection
from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery, Sum, Value

from concertation.apps.ground.models import JournalHead, JournalLine
from concertation.apps.needs import queries as needs
from concertation.apps.needs.terrain import Terrain
from concertation.apps.picture.changes_reading import CHANGING_ACTS
from concertation.apps.picture.ground_reading import StateGround, grounds_of
from concertation.apps.picture.kept_readings import need_read
from concertation.apps.picture.models import CoverageSummary, PresenceSummary, SummaryPosition
from concertation.apps.places.models import AdminUnit, BoundarySet
from concertation.apps.places.queries import pcodes
from concertation.apps.sources.models import ReferenceSet
from concertation.core.concepts import INTERSECTORAL
from concertation.core.picture import silence
from concertation.core.sharing import Mandate, visibility_of
from concertation.core.sharing.visibility import sees_restricted_sectors

MEASURES = ("in_need", "targeted", "reached")
PICTURED = ("in_need", "phase3plus", "targeted", "reached")
COUNTS = ("organisations", "activities", "no_finer", "services")
SUMMARY_SCHEMA = {
    "state": pl.Utf8, "unit": pl.Utf8, "level": pl.Int64, "sector": pl.Utf8, "period_start": pl.Date, "period_end": pl.Date,
    "organisations": pl.Int64, "activities": pl.Int64, "no_finer": pl.Int64, "services": pl.Int64, "reached": pl.Int64,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader wants to see: one State's units of a level and division, one sector, as of a day."""

    state: str
    level: int
    division: str
    sector: str
    on: date


@dataclass(frozen=True, slots=True)
class Background:
    """What changes only with the reference set: units and their p-codes, restricted sectors, what lies in what."""

    units: Mapping[str, AdminUnit]
    pcodes: Mapping[str, str]
    restricted: frozenset[str]
    terrain: Terrain


@dataclass(frozen=True, slots=True)
class Row:
    """One unit of the picture. None is "no figure held", never 0; `verdict` says what may be said of presence."""

    unit: AdminUnit
    pcode: str | None
    need: int | None
    targeted: int | None
    reached: int | None
    need_estimated: bool
    need_how: str
    need_source: str
    need_figure: str
    need_start: date | None
    need_end: date | None
    organisations: int
    activities: int
    no_finer: int
    services: int | None
    verdict: str

    @property
    def not_targeted(self) -> int | None:
        """People in need whom nobody targets; None where either is not held."""
        return None if self.need is None or self.targeted is None else max(self.need - self.targeted, 0)

    @property
    def not_reached(self) -> int | None:
        """People targeted and not reached; None where reached is not held."""
        return None if self.targeted is None or self.reached is None else max(self.targeted - self.reached, 0)


@dataclass(frozen=True, slots=True)
class Scene:
    """The picture of one State for what was asked, with the dates that its sentence has to carry.

    `reporting` of `expected` organisations have declared in the period, `expected` None where nobody can say how many were;
    `named` are the sectors of which absence may be said.
    """

    asked: Asked
    rows: tuple[Row, ...]
    period: tuple[date, date] | None
    reporting: int | None
    restricted: bool
    stale: bool
    named: tuple[str, ...] = ()
    expected: int | None = None

    def total(self, measure: str) -> int | None:
        """The sum of a measure over the units that hold it, for one sector; None where no unit does."""
        held = [value for row in self.rows if (value := getattr(row, measure)) is not None]
        return sum(held) if held else None

    def counted(self, verdict: str) -> int:
        """How many units have this verdict."""
        return sum(row.verdict == verdict for row in self.rows)

    @property
    def need_dates(self) -> tuple[date | None, date | None]:
        """The period of the need shown."""
        return next(((row.need_start, row.need_end) for row in self.rows if row.need is not None), (None, None))


def scenes(
    mandates: Sequence[Mandate], asked: Sequence[Asked], *, background: Background | None = None, summaries: pl.DataFrame | None = None,
    held: pl.DataFrame | None = None,
) -> tuple[Scene, ...]:
    """The picture of several States at once, all in one sector. Constant number of queries.

    `background`, `summaries` (rows of every sector, SUMMARY_SCHEMA) and `held` (figures of the concepts PICTURED and of the day,
    HELD_SCHEMA) save reading again what the caller holds.
    """
    if not asked:
        return ()
    states = [each.state for each in asked]
    on = max(each.on for each in asked)
    sector = asked[0].sector
    lead = needs.LEADING_CONCEPT.get(sector, "in_need")
    narrowed = () if sector == INTERSECTORAL else (sector,)
    if held is None:
        held = needs.figures(mandates, states=states, concepts=[lead, "targeted", "reached"], sectors=narrowed, on=on)
    elif narrowed:
        held = held.filter(pl.col("sector") == sector)
    seen = grounds_of(mandates, states=states, on=on)
    if summaries is None:
        summaries = summary_rows(mandates, states=states, sector=sector, divisions=[each.division for each in asked])
    counted = summaries.filter(pl.col("sector") == sector)
    known, stale = background or background_of(asked), stale_states(states)
    return tuple(_scene(mandates, each, held, lead, seen, counted, known, stale) for each in asked)


def background_of(asked: Sequence[Asked]) -> Background:
    """What scenes rest on beside figures and summaries. Four queries."""
    units = _units(asked)
    return Background(units, pcodes(list(units)), frozenset(each.code for each in needs.sectors() if each.restricted), needs.terrain())


def _units(asked: Sequence[Asked]) -> dict[str, AdminUnit]:
    wanted = Q(pk__in=[])
    for each in asked:
        wanted |= Q(state_id=each.state, level=each.level)
    return {unit.pk: unit for unit in AdminUnit.objects.filter(wanted)}


def _scene(
    mandates: Sequence[Mandate], asked: Asked, held: pl.DataFrame, lead: str, seen: Mapping[str, StateGround], summaries: pl.DataFrame, known: Background, stale: frozenset[str],
) -> Scene:
    need, targeted, reached = (_on_units(held, concept, asked, known.terrain) for concept in (lead, "targeted", "reached"))
    own = seen[asked.state]
    present = _present(summaries, asked, own.period)
    hidden = asked.sector in known.restricted and not sees_restricted_sectors(visibility_of(mandates).widest_level(asked.state))
    verdicts, reporting = _verdicts(asked, need["unit"].to_list(), present, own)
    counts = {line["unit"]: line for line in present.to_dicts()}
    aims, reach = _values(targeted), _values(reached)
    rows = [
        _row(known.units[line["unit"]], line, known.pcodes, aims, reach, counts.get(line["unit"], {}), "restricted" if hidden else verdicts[line["unit"]])
        for line in need.to_dicts() if line["unit"] in known.units
    ]
    ordered = sorted(rows, key=lambda row: row.unit.sort_key)
    declared, expected = own.counted(asked.sector)
    return Scene(
        asked, tuple(ordered), own.period, reporting if expected is None or reporting is None else declared, hidden, asked.state in stale,
        tuple(sorted(own.sectors - {INTERSECTORAL})), expected,
    )


def _on_units(held: pl.DataFrame, concept: str, asked: Asked, terrain: Terrain) -> pl.DataFrame:
    return need_read(
        held.filter(pl.col("concept") == concept), state=asked.state, level=asked.level, sector=asked.sector, division=asked.division,
        terrain=terrain,
    )


def _values(read: pl.DataFrame) -> dict[str, int | None]:
    return dict(read.select("unit", "value").iter_rows())


def _present(summaries: pl.DataFrame, asked: Asked, period: tuple[date, date] | None) -> pl.DataFrame:
    mine = summaries.filter((pl.col("state") == asked.state) & (pl.col("level") == asked.level))
    if period is None:
        return mine.clear()
    return mine.filter((pl.col("period_start") == period[0]) & (pl.col("period_end") == period[1]))


def _verdicts(asked: Asked, units: Sequence[str], present: pl.DataFrame, own: StateGround) -> tuple[dict[str, str], int | None]:
    if own.period is None:
        return dict.fromkeys(units, "no_report"), None
    questions = pl.DataFrame({"state": [asked.state] * len(units), "unit": list(units), "sector": [asked.sector] * len(units)})
    answered = silence(questions, present, own.told, start=own.period[0], end=own.period[1])
    reporting = answered["reporting"].max() if answered.height else None
    return dict(answered.select("unit", "verdict").iter_rows()), int(str(reporting)) if reporting is not None else None


def _row(
    unit: AdminUnit, line: Mapping[str, object], codes: Mapping[str, str], aims: Mapping[str, int | None],
    reach: Mapping[str, int | None], counts: Mapping[str, int], verdict: str,
) -> Row:
    return Row(
        unit=unit, pcode=codes.get(unit.pk), need=_whole(line["value"]), targeted=aims.get(unit.pk), reached=reach.get(unit.pk),
        need_estimated=line["status"] == "estimated" or line["how"] == "crosswalk" and line["weight_kind"] not in (None, "whole"),
        need_how=str(line["how"] or ""), need_source=str(line["source"] or ""), need_figure=str(line["figure"] or ""),
        need_start=_day(line["reference_start"]), need_end=_day(line["reference_end"]),
        organisations=int(counts.get("organisations") or 0), activities=int(counts.get("activities") or 0),
        no_finer=int(counts.get("no_finer") or 0), services=counts.get("services"), verdict=verdict,
    )


def _whole(value: object) -> int | None:
    return int(str(value)) if value is not None else None


def _day(value: object) -> date | None:
    return value if isinstance(value, date) else None


def summary_rows(
    mandates: Sequence[Mandate], *, states: Sequence[str], sector: str = "", divisions: Sequence[str] = (), units: Sequence[str] = (),
) -> pl.DataFrame:
    """Summary rows for each State at the widest level its reader may see; columns of SUMMARY_SCHEMA. One query."""
    sight = visibility_of(mandates)
    open_rows = Q(pk__in=[])
    for state in states:
        open_rows |= Q(owner_state=state, audience=sight.widest_level(state).value)
    rows = PresenceSummary.objects.filter(open_rows)
    asked = {"sector": sector} if sector else {}
    listed = {name: list(values) for name, values in (("division__in", divisions), ("unit_id__in", units)) if values}
    columns = ("owner_state", "unit_id", *list(SUMMARY_SCHEMA)[2:])
    return pl.DataFrame(list(rows.filter(**asked, **listed).values_list(*columns)), schema=SUMMARY_SCHEMA, orient="row")


def coverage_rows(mandates: Sequence[Mandate], *, states: Sequence[str], sector: str = INTERSECTORAL) -> list[CoverageSummary]:
    """Coverage by kind of organisation of each State, at the widest level its reader may see; newest period first. One query."""
    sight = visibility_of(mandates)
    open_rows = Q(pk__in=[])
    for state in states:
        open_rows |= Q(owner_state=state, audience=sight.widest_level(state).value)
    return list(CoverageSummary.objects.filter(open_rows, sector=sector).order_by("-period_end", "owner_state", "-activities"))


def stale_states(states: Sequence[str]) -> frozenset[str]:
    """The States whose activities have changed since their summaries were made. One query."""
    changes = JournalLine.objects.filter(chain__in=states, act__in=CHANGING_ACTS)
    kept = SummaryPosition.objects.filter(state=OuterRef("chain")).values("sequence")
    heads = changes.order_by().values("chain").annotate(last=Max("sequence"), kept=Subquery(kept)).values_list("chain", "last", "kept")
    return frozenset(state for state, sequence, made_at in heads if (made_at or 0) < sequence)


def division_of_figures(mandates: Sequence[Mandate], state: str, sector: str, on: date) -> str:
    """The division to show unless asked otherwise: the one most regional need figures stand on, which needs no estimate."""
    lead = needs.LEADING_CONCEPT.get(sector, "in_need")
    regional = needs.held_figures(mandates).filter(owner_state=state, concept=lead, unit__level=1, unit__parents__isnull=False)
    by_division = regional.values("unit__parents__division_id").annotate(units=Count("unit", distinct=True))
    widest = by_division.order_by("-units", "-unit__parents__division_id").values_list("unit__parents__division_id", flat=True).first()
    return widest or needs.division_in_force(state, on)


def node_stamp() -> tuple[object, ...]:
    """Changes with every act on this node, with every summary, set of boundaries and reference set. One query, whose statement is composed once."""
    statement, given = _stamp_statement(connection.vendor)
    with connection.cursor() as asked:
        asked.execute(statement, given)
        return tuple(asked.fetchone() or ())


@lru_cache
def _stamp_statement(_engine: str) -> tuple[str, tuple[Any, ...]]:
    asked = {
        "made": _only(SummaryPosition.objects.all(), Max("refreshed_at")), "summed": _only(SummaryPosition.objects.all(), Sum("sequence")),
        "brought": _only(BoundarySet.objects.all(), Max("brought_at")), "approved": _only(BoundarySet.objects.all(), Max("approved_at")),
        "acts": _only(JournalHead.objects.all(), Sum("sequence")),
    }  # fmt: skip
    return ReferenceSet.objects.annotate(**asked).values_list("digest", "loaded_at", *asked).order_by("pk")[:1].query.sql_with_params()


def _only(rows: QuerySet[Any], value: Max | Sum) -> Subquery:
    return Subquery(rows.order_by().values(same=Value(1)).annotate(kept=value).values("kept"))
