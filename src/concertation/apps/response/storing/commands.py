"""Writing what is imported: alerts and bulletins in short slices, placed anew after an answer, closed further, taken back."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
from django.db import transaction
from django.db.models import F

from concertation.apps.ground.commands import journal, remove_in_slices
from concertation.apps.presence.commands import PlacedAnew, moved_to
from concertation.apps.response.commands import level_of
from concertation.apps.response.models import Alert, Bulletin, BulletinLine, SectorAnswer
from concertation.apps.sources.models import ImportRun
from concertation.core.response.alerts import SectorLine, begun_on, coverage
from concertation.core.response.bulletins import MEASURES, PERCENTS
from concertation.core.sharing import Mandate, Sensitivity
from concertation.core.sharing.visibility import audience_levels

PLAIN = ("raised_on", "nature", "group", "households", "people", "facilities", "teller", "outcome", "assessed_on")
LONGEST_KEY = 400


def alert_of(run: ImportRun, line: Mapping[str, Any]) -> tuple[Alert, list[SectorAnswer]]:
    """One row of a matrix as an alert with its answers."""
    row = Alert(
        import_run=run, owner_state=run.owner_state, holder=run.holder, sensitivity=run.share_as, sheet=line["sheet"] or "", row=line["row"], unit_id=line["unit"],
        place_written=line["place_written"] or "", doubt_key=(line["doubt_key"] or "")[:LONGEST_KEY], placed=line["how"], assessors=(line["assessors"] or "")[:240],
        **{name: line[name] for name in PLAIN},
    )  # fmt: skip
    told = [_line(each) for each in json.loads(line["answers"] or "[]")]
    answers = [
        SectorAnswer(alert=row, owner_state=row.owner_state, holder=row.holder, sensitivity=level_of(row, each.sector), sector=each.sector, state=each.state, reason=each.reason, organisation=each.organisation, households=each.households, begun_on=each.begun_on)
        for each in told
    ]
    as_open = [each for each, answer in zip(told, answers, strict=True) if answer.sensitivity == row.sensitivity]
    row.begun_on, row.coverage = begun_on(as_open), coverage(row.outcome, as_open)
    row.took_days = max((row.begun_on - row.raised_on).days, 0) if row.begun_on else None
    return row, answers


def _line(told: Mapping[str, Any]) -> SectorLine:
    return SectorLine(told["sector"], told["state"], told["reason"], told["organisation"], told["households"], date.fromisoformat(told["begun_on"]) if told["begun_on"] else None)


@transaction.atomic
def store_alerts(run: ImportRun, rows: pl.DataFrame) -> None:
    """Store a slice of alerts; a slice stored before an interruption is stored again as it was."""
    Alert.objects.filter(import_run=run, row__in=rows["row"].to_list()).delete()
    made = [alert_of(run, line) for line in rows.to_dicts()]
    Alert.objects.bulk_create([row for row, _answers in made], batch_size=500)
    SectorAnswer.objects.bulk_create([answer for _row, answers in made for answer in answers], batch_size=500)


@transaction.atomic
def store_bulletin(run: ImportRun, rows: pl.DataFrame, *, hazard: str, season: int, as_of: date, service: str) -> None:
    """Store the lines of a bulletin; a slice stored before an interruption is stored again as it was."""
    masters = {"owner_state": run.owner_state, "holder": run.holder, "sensitivity": run.share_as}
    kept, _is_new = Bulletin.objects.update_or_create(import_run=run, defaults={**masters, "hazard": hazard, "season": season, "as_of": as_of, "service": service[:240]})
    BulletinLine.objects.filter(bulletin=kept, row__in=rows["row"].to_list()).delete()
    lines = [
        BulletinLine(
            bulletin=kept, row=line["row"], is_total=line["is_total"], unit_id=line["unit"], place_written=(line["named"] or "")[:240], **masters,
            **{name: line[name] for name in (*MEASURES, *PERCENTS)},
        )
        for line in rows.to_dicts()
    ]  # fmt: skip
    BulletinLine.objects.bulk_create(lines, batch_size=500)


def take_back(run: ImportRun, *, by: Mandate) -> None:
    """Remove the rows of a cancelled import, a slice at a time."""
    remove_in_slices(Alert.objects.filter(import_run=run))
    with transaction.atomic():
        Bulletin.objects.filter(import_run=run).delete()
        journal("response.rows-taken-back", by, state=run.owner_state, run=run.pk)


@transaction.atomic
def close_further(run: ImportRun, level: Sensitivity) -> int:
    """Close the rows of an import to a level; rows closed further already stay. Gives back how many rows changed."""
    more_open = [each.value for each in audience_levels(level) if each is not level]
    SectorAnswer.objects.filter(alert__import_run=run, sensitivity__in=more_open).update(sensitivity=level.value)
    Bulletin.objects.filter(import_run=run, sensitivity__in=more_open).update(sensitivity=level.value)
    lines = BulletinLine.objects.filter(bulletin__import_run=run, sensitivity__in=more_open).update(sensitivity=level.value)
    rows = Alert.objects.filter(import_run=run, sensitivity__in=more_open)
    return lines + rows.update(sensitivity=level.value, version=F("version") + 1)


@transaction.atomic
def place_anew(run: ImportRun, placed: Mapping[str, PlacedAnew], *, by: Mandate) -> int:
    """Move the alerts of an import to where what they write lies now. Gives back the rows moved."""
    moved = moved_to(Alert.objects.filter(import_run=run, place_written__in=list(placed)), placed)
    if moved:
        journal("response.alerts-placed-anew", by, state=run.owner_state, run=run.pk, rows=len(moved))
    return len(moved)
