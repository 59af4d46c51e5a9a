"""Writing alerts, what sectors did about them and the aims of States: each act on the version its editor read, each with its journal line.

Journal lines carry numbers, days, codes and places before and after; of free words, only which of them changed.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from concertation.apps.ground.commands import journal
from concertation.apps.ground.editing import held_at
from concertation.apps.needs.queries import sectors_frame
from concertation.apps.response.models import Alert, ResponseAim, SectorAnswer
from concertation.apps.response.queries import alert_held, entered_on, lines_of
from concertation.core.response.alerts import TEXTS, AlertEntry, SectorLine, begun_on, coverage
from concertation.core.sharing import Mandate, Sensitivity

WITHDRAWALS = ("entered-twice", "mistaken", "did-not-take-place", "not-to-be-shared")
LEVELS = [level.value for level in Sensitivity]


@transaction.atomic
def raise_alert(alert: AlertEntry, *, state: str, share_as: str, token: UUID, by: Mandate) -> Alert:
    """Keep an alert; the same form sent again gives the row it made."""
    made: Alert | None = Alert.objects.filter(entry_token=token).first()
    if made is not None:
        return made
    row = Alert(owner_state=state, holder=by.organisation or f"{state.lower()}-government", sensitivity=share_as, entry_token=token)
    write(row, alert)
    _note("raised", row, by=by, after=told(alert, alert.values()))
    return row


def write(row: Alert, alert: AlertEntry) -> None:
    """Put an alert's values into a row, its coverage told anew, and store it."""
    for name in AlertEntry.__dataclass_fields__:
        setattr(row, "unit_id" if name == "unit" else name, getattr(alert, name))
    _cover(row)
    row.save()


def _cover(row: Alert) -> None:
    """What the answers as open as the alert make of it together, and the day of the first; a closer one never shows through."""
    as_open = LEVELS[: LEVELS.index(row.sensitivity) + 1]
    lines = () if row._state.adding else lines_of(SectorAnswer.objects.filter(alert=row, sensitivity__in=as_open))
    row.begun_on, row.coverage = begun_on(lines), coverage(row.outcome, lines)
    row.took_days = (row.begun_on - row.raised_on).days if row.begun_on else None


def told(alert: AlertEntry, names: Iterable[str]) -> dict[str, Any]:
    """The values of an alert that a journal may carry: none of its free words."""
    values = alert.values()
    return {name: values[name] for name in names if name not in TEXTS and values[name] is not None}


def _note(act: str, row: Alert, *, by: Mandate, **facts: Any) -> None:
    name = act if "." in act else f"response.alert-{act}"
    journal(name, by, state=row.owner_state, unit=row.unit_id, period=entered_on(row), alert=row.pk, version=row.version, **facts)


def held(row: Alert, base_version: int) -> Alert:
    """The alert as it stands now, held until the transaction ends. Raises Conflict when it changed since it was read."""
    return held_at(Alert, row.pk, base_version)


@transaction.atomic
def correct_alert(row: Alert, alert: AlertEntry, *, base_version: int, by: Mandate) -> Alert:
    """Correct an alert on the version its editor read. Raises Conflict with what stands now."""
    now = held(row, base_version)
    before = alert_held(now)
    changed = [name for name, value in alert.values().items() if value != before.values()[name]]
    if not changed:
        return now
    now.version += 1
    if "unit" in changed:
        now.placed, now.doubt_key = "exact", ""
    write(now, alert)
    _note("corrected", now, by=by, before=told(before, changed), after=told(alert, changed), words_changed=sorted(set(changed) & TEXTS))
    return now


@transaction.atomic
def withdraw_alert(row: Alert, *, reason: str, base_version: int, by: Mandate) -> Alert:
    """An alert no longer counts, for a reason of WITHDRAWALS; it stays and can come back. Raises Conflict."""
    return _turn(row, timezone.now(), "withdrawn", base_version=base_version, by=by, reason=reason)


@transaction.atomic
def restore_alert(row: Alert, *, base_version: int, by: Mandate) -> Alert:
    """A withdrawn alert counts again. Raises Conflict."""
    return _turn(row, None, "restored", base_version=base_version, by=by)


def _turn(row: Alert, at: Any, act: str, *, base_version: int, by: Mandate, **facts: Any) -> Alert:
    now = held(row, base_version)
    now.withdrawn_at, now.version = at, now.version + 1
    now.save(update_fields=["withdrawn_at", "version"])
    _note(act, now, by=by, **facts)
    return now


def level_of(row: Alert, sector: str) -> str:
    """How closed the answer of a sector is: as its alert, and never more open than its State where presence of the sector is restricted."""
    restricted = bool(sectors_frame().filter(sector=sector)["restricted"].any())
    return LEVELS[max(LEVELS.index(row.sensitivity), LEVELS.index(Sensitivity.CONFIDENTIAL.value) if restricted else 0)]


@transaction.atomic
def answer_sector(row: Alert, line: SectorLine, *, base_version: int, by: Mandate) -> Alert:
    """Tell what a sector did about an alert; told again by the same holder, it takes the place of what it said. Raises Conflict."""
    now = held(row, base_version)
    holder = by.organisation or f"{now.owner_state.lower()}-government"
    answer: SectorAnswer | None = SectorAnswer.objects.filter(alert=now, sector=line.sector, holder=holder).first()
    before = _line_told(lines_of([answer])[0]) if answer else {}
    answer = answer or SectorAnswer(alert=now, sector=line.sector, holder=holder, owner_state=now.owner_state)
    for name in ("state", "reason", "organisation", "households", "begun_on"):
        setattr(answer, name, getattr(line, name))
    answer.sensitivity, answer.version = level_of(now, line.sector), answer.version + bool(before)
    answer.save()
    now.version += 1
    _cover(now)
    now.save()
    _note("response.sector-answered", now, by=by, before=before, after=_line_told(line))
    return now


def _line_told(line: SectorLine) -> dict[str, Any]:
    values = {"sector": line.sector, "state": line.state, "reason": line.reason, "assisted": line.households, "begun_on": line.begun_on.isoformat() if line.begun_on else None}
    return {name: value for name, value in values.items() if value not in (None, "")}


@transaction.atomic
def set_aim(state: str, *, days: int, source: str, agreed_on: date | None, by: Mandate) -> ResponseAim:
    """Note in how many days a State agreed that the first answer begins, and which text says so."""
    row: ResponseAim = ResponseAim.objects.create(owner_state=state, holder=f"{state.lower()}-government", sensitivity=Sensitivity.PUBLIC.value, days=days, source=source[:240], agreed_on=agreed_on)
    journal("response.aim-set", by, state=state, days=days)
    return row


@transaction.atomic
def undo_aim(row: ResponseAim, *, by: Mandate) -> None:
    """The aim set before counts again."""
    if not row.is_undone:
        row.is_undone, row.version = True, row.version + 1
        row.save(update_fields=["is_undone", "version"])
        journal("response.aim-undone", by, state=row.owner_state, days=row.days)


@transaction.atomic
def note_counted(row: Alert, *, frameworks: Mapping[str, int], by: Mandate) -> None:
    """Note that an alert was handed to the windows of frameworks: which, and how many fired."""
    _note("counted", row, by=by, after=dict(frameworks))
