"""Recomputing the summaries of a State from its activities, and proving that those kept are equal to them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from concertation.apps.ground.models import JournalHead
from concertation.apps.needs.queries import sectors_frame
from concertation.apps.picture.changes_reading import Period, changed_periods
from concertation.apps.picture.models import CoverageSummary, PresenceSummary, SummaryPosition
from concertation.apps.places.queries import crosswalks, divisions, parents_frame, units_frame
from concertation.apps.presence.queries import in_periods, links_of_state
from concertation.core import picture
from concertation.core.concepts import INTERSECTORAL
from concertation.core.reach import reach
from concertation.core.sharing import Sensitivity
from concertation.core.sharing.visibility import audience_levels, sees_restricted_sectors

SUMMARY = (
    "audience", "division", "unit", "level", "sector", "period_start", "period_end", "organisations", "activities", "no_finer",
    "services", "reached",
)
COVERAGE = ("audience", "period_start", "period_end", "org_type", "sector", "organisations", "activities")


@dataclass(frozen=True, slots=True)
class Summaries:
    """Both summary tables of a State, as frames with the columns SUMMARY and COVERAGE, sorted."""

    presence: pl.DataFrame
    coverage: pl.DataFrame


def summaries_of(state: str, periods: frozenset[Period] | None = None) -> Summaries:
    """Compute a State's summaries, or those of some periods, from its activities; stores nothing."""
    linked, sectors = links_of_state(state, periods), sectors_frame()
    trees = {division.id: tree_of(state, division.id) for division in divisions(state)}
    presence, coverage = [], []
    for audience, start, end, rows in audiences(linked, sectors):
        with_parents = picture.with_parent_sectors(rows, sectors)
        told = {"audience": pl.lit(audience.value), "period_start": pl.lit(start), "period_end": pl.lit(end)}
        for division, tree in trees.items():
            counted = picture.presence(with_parents, tree)
            people = reach(rows, tree) if rows["reached"].count() else reach(rows.head(0), tree)
            joined = counted.join(people, on=["unit", "sector"], how="left").with_columns(division=pl.lit(division), **told)
            presence.append(joined.select(SUMMARY))
        coverage.append(coverage_of(with_parents).with_columns(**told).select(COVERAGE))
    return Summaries(_stacked(presence, SUMMARY), _stacked(coverage, COVERAGE))


def _stacked(frames: list[pl.DataFrame], columns: tuple[str, ...]) -> pl.DataFrame:
    if not frames:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.Utf8))
    return pl.concat(frames, how="vertical_relaxed").sort(columns, nulls_last=True)


def audiences(linked: pl.DataFrame, sectors: pl.DataFrame) -> Iterator[tuple[Sensitivity, date, date, pl.DataFrame]]:
    """What each audience may count of each period; an audience that sees no more than a more open one is still written."""
    for (start, end), rows in linked.filter(pl.col("period_start").is_not_null()).group_by("period_start", "period_end", maintain_order=True):
        for audience in Sensitivity:
            levels = [level.value for level in audience_levels(audience)]
            open_rows = rows.filter(pl.col("sensitivity").is_in(levels))
            seen = open_rows if sees_restricted_sectors(audience) else picture.open_to_all(open_rows, sectors)
            if seen.height:
                yield audience, start, end, seen


def tree_of(state: str, division: str) -> pl.DataFrame:
    """Each unit of a State with its ancestors in one division; a unit of another division counts in its whole successor, else in the State."""
    units = units_frame(state)
    parents = parents_frame().filter(pl.col("division") == division).select("unit", "parent")
    whole = crosswalks().filter((pl.col("to_division") == division) & (pl.col("weight_kind") == "whole") & (pl.col("weight") == 1.0))
    outside = units.filter((pl.col("level") > 0) & ~pl.col("unit").is_in(parents["unit"].implode()))
    root = units.filter(pl.col("level") == 0)["unit"][0]
    successor = outside.join(whole.select(unit="from_unit", parent="to_unit").unique("unit"), on="unit", how="left")
    adopted = successor.with_columns(pl.col("parent").fill_null(root)).select("unit", "parent")
    tree = picture.ancestry(units, pl.concat([parents, adopted]))
    return tree.filter(~pl.col("at").is_in(outside["unit"].implode()))


def coverage_of(linked: pl.DataFrame) -> pl.DataFrame:
    """Organisations and activities by kind of organisation, per sector and for all."""
    whole = picture.coverage(linked, by="org_type").with_columns(sector=pl.lit(INTERSECTORAL))
    parts = [
        picture.coverage(rows, by="org_type").with_columns(sector=pl.lit(sector))
        for (sector,), rows in linked.filter(pl.col("sector").is_not_null()).group_by("sector", maintain_order=True)
    ]
    return pl.concat([whole, *parts]).with_columns(pl.col("org_type").fill_null("")).drop("share")


@transaction.atomic
def refresh(state: str, *, anew: bool = False) -> int:
    """Bring a State's summaries up to its journal: those of the periods that changed, or `anew` all of them; gives back how many rows were written."""
    head = JournalHead.objects.filter(chain=state).first()
    periods = None if anew else changed_periods(state)
    fresh = summaries_of(state, periods)
    changed = Q(owner_state=state) & (in_periods(periods) if periods is not None else Q())
    PresenceSummary.objects.filter(changed).delete()
    CoverageSummary.objects.filter(changed).delete()
    PresenceSummary.objects.bulk_create([_presence(state, line) for line in fresh.presence.to_dicts()], batch_size=500)
    CoverageSummary.objects.bulk_create([CoverageSummary(owner_state=state, **line) for line in fresh.coverage.to_dicts()], batch_size=500)
    SummaryPosition.objects.update_or_create(
        state=state, defaults={"sequence": head.sequence if head else 0, "refreshed_at": timezone.now()},
    )
    return fresh.presence.height


def _presence(state: str, line: dict[str, Any]) -> PresenceSummary:
    named = {"unit_id" if name == "unit" else name: value for name, value in line.items()}
    return PresenceSummary(owner_state=state, **named)


def differences(state: str) -> int:
    """How many summary rows, of presence and of coverage, differ from what the activities give when counted anew; 0 proves them equal."""
    fresh = summaries_of(state)
    kept = PresenceSummary.objects.filter(owner_state=state).values_list(*("unit_id" if name == "unit" else name for name in SUMMARY))
    covered = CoverageSummary.objects.filter(owner_state=state).values_list(*COVERAGE)
    return _apart(fresh.presence, kept) + _apart(fresh.coverage, covered)


def _apart(fresh: pl.DataFrame, rows: Iterable[tuple[Any, ...]]) -> int:
    kept = pl.DataFrame(list(rows), schema=fresh.schema, orient="row")
    both = pl.concat([fresh, kept]) if fresh.height else kept
    return both.height - 2 * both.filter(both.is_duplicated()).unique().height


def count_kept(state: str) -> int:
    """How many summary rows of a State are kept."""
    return PresenceSummary.objects.filter(owner_state=state).count()
