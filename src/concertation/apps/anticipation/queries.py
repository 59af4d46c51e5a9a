"""Reading frameworks, what is known of their indicators, and what followed. Every reading begins with what the reader may see."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Count, F, QuerySet, Sum, Value

from concertation.apps.access.models import HeldMandate
from concertation.apps.access.queries import in_force
from concertation.apps.anticipation.models import (
    ActionTaken,
    Activation,
    Confirmation,
    FieldBrought,
    FrameworkVersion,
    IndicatorReading,
    Reservation,
)
from concertation.apps.places.models import AdminUnit
from concertation.core.anticipation.framework import Framework
from concertation.core.anticipation.readings import Reading
from concertation.core.anticipation.watching import OPEN
from concertation.core.sharing import Mandate
from concertation.formats.framework_file import ReadFramework, read_framework

NEWEST_FIRST = ("-signed_at", "-created_at")


@dataclass(frozen=True, slots=True)
class FrameworkInView:
    """A version with what its file says."""

    row: FrameworkVersion
    read: ReadFramework

    @property
    def framework(self) -> Framework:
        """The framework; only sound files are kept."""
        if self.read.framework is None:
            raise ValueError(f"{self.row} is kept and cannot be read; load the reference set again")
        return self.read.framework


@lru_cache(maxsize=256)
def parsed(content: bytes) -> ReadFramework:
    """A file as it was read; the same bytes are read once."""
    return read_framework(content)


def in_view(row: FrameworkVersion) -> FrameworkInView:
    """A version with what its file says."""
    return FrameworkInView(row, parsed(bytes(row.content)))


def frameworks(mandates: Iterable[Mandate]) -> list[FrameworkInView]:
    """The frameworks the reader may see: of each its newest signed version, else its newest."""
    rows = FrameworkVersion.objects.visible_to(mandates).order_by("slug", *NEWEST_FIRST)
    newest: dict[str, FrameworkVersion] = {}
    for row in rows:
        held = newest.setdefault(row.slug, row)
        if held.signed_at is None and row.signed_at is not None:
            newest[row.slug] = row
    return [in_view(row) for row in newest.values()]


def framework(mandates: Iterable[Mandate], slug: str) -> FrameworkInView | None:
    """The version of one framework that counts."""
    rows = list(FrameworkVersion.objects.visible_to(mandates).filter(slug=slug).order_by(*NEWEST_FIRST))
    signed = [row for row in rows if row.signed_at is not None]
    return in_view((signed or rows)[0]) if rows else None


def series_of(held: Framework, indicator: str) -> str:
    """The name under which an indicator's readings are kept."""
    return f"{held.country}/{held.indicators[indicator].source}/{indicator}"[:160]


def readings(mandates: Iterable[Mandate], held: Framework, *, as_of: datetime | None = None) -> tuple[Reading, ...]:
    """What was known of a framework's indicators at a moment (None: now), as the reader may see it; of each value its last vintage."""
    named = {series_of(held, indicator): indicator for indicator in held.indicators}
    rows = IndicatorReading.objects.visible_to(mandates).filter(series__in=named)
    if as_of is not None:
        rows = rows.filter(known_at__lte=as_of)
    told = rows.order_by("known_at", "vintage").values_list("series", "unit", "year", "issue", "value", "issued_on")
    newest = {(series, unit, year, issue): Reading(named[series], unit, year, issue, value, issued_on) for series, unit, year, issue, value, issued_on in told}
    return tuple(newest[key] for key in sorted(newest))


def fields_brought(mandates: Iterable[Mandate], *, slug: str = "") -> QuerySet[FieldBrought]:
    """The fields that readings were counted from, the newest first."""
    rows: QuerySet[FieldBrought] = FieldBrought.objects.visible_to(mandates).order_by("-brought_at", "pk")
    return rows.filter(slug=slug) if slug else rows


def field_brought(mandates: Iterable[Mandate], field_id: UUID) -> FieldBrought | None:
    """One field that readings were counted from."""
    found: FieldBrought | None = FieldBrought.objects.visible_to(mandates).filter(pk=field_id).first()
    return found


def activations(mandates: Iterable[Mandate], *, slug: str = "") -> QuerySet[Activation]:
    """What fired, the newest first."""
    rows: QuerySet[Activation] = Activation.objects.visible_to(mandates).select_related("framework").order_by("-met_at", "slug", "window")
    return rows.filter(slug=slug) if slug else rows


def activation(mandates: Iterable[Mandate], activation_id: UUID) -> Activation | None:
    """One activation."""
    found: Activation | None = Activation.objects.visible_to(mandates).select_related("framework").filter(pk=activation_id).first()
    return found


def opened_at(mandates: Iterable[Mandate], places: Iterable[tuple[str, str, int]]) -> list[Activation]:
    """What fired at some (framework, unit, season), each with its confirmations and money at hand. Three queries."""
    wanted = set(places)
    rows = activations(mandates).filter(slug__in={slug for slug, _unit, _season in wanted}, unit__in={unit for _slug, unit, _season in wanted})
    return [row for row in rows.prefetch_related("confirmations", "reservations") if (row.slug, row.unit, row.season) in wanted]


def unit_names(units: Iterable[str]) -> Mapping[str, str]:
    """The names of the units of administration among these; other series name their units themselves."""
    wanted = sorted({unit for unit in units if unit})
    return {unit.pk: unit.name for unit in AdminUnit.objects.filter(pk__in=wanted)} if wanted else {}


def thresholds_waiting(mandates: Iterable[Mandate]) -> QuerySet[Any, Any]:
    """Thresholds met that wait for a confirmation, per State, in the columns of the rows that States keep (`imports` 0)."""
    rows: QuerySet[Activation] = Activation.objects.visible_to(mandates).filter(state__in=OPEN).order_by()
    return rows.values(state_=F("owner_state")).annotate(imports=Value(0), rows=Count("id"))


@dataclass(frozen=True, slots=True)
class Steps:
    """What was done of an activation, in order."""

    confirmations: tuple[Confirmation, ...]
    reservations: tuple[Reservation, ...]
    actions: tuple[ActionTaken, ...]


def steps_of(held: Activation) -> Steps:
    """What was done of an activation the reader sees."""
    return Steps(tuple(held.confirmations.order_by("at")), tuple(held.reservations.order_by("place")), tuple(held.actions.order_by("place")))


def reserved(mandates: Iterable[Mandate], slugs: Iterable[str], season: int) -> Mapping[str, int]:
    """Minor units reserved or paid this season by each framework, what was given back left out."""
    seen = Activation.objects.visible_to(mandates).filter(slug__in=list(slugs), season=season)
    sums = Reservation.objects.filter(activation__in=seen).exclude(state="returned").values_list("activation__slug").annotate(total=Sum("given"))
    return dict(sums.order_by())


def taken_from(envelope_id: UUID) -> int:
    """Minor units reserved on an envelope or paid from it, whichever framework drew; what was given back left out."""
    return int(Reservation.objects.filter(envelope=envelope_id).exclude(state="returned").aggregate(total=Sum("given"))["total"] or 0)


def taken_from_each() -> Mapping[UUID, tuple[int, int]]:
    """Of each envelope, minor units reserved and not yet paid, and paid: sums alone, told to whoever may see the envelope."""
    sums = Reservation.objects.filter(envelope__isnull=False).exclude(state="returned").order_by().values_list("envelope", "state").annotate(total=Sum("given"))
    held: dict[UUID, tuple[int, int]] = {}
    for envelope, state, total in sums:
        waiting, paid = held.get(envelope, (0, 0))
        held[envelope] = (waiting + total, paid) if state == "reserved" else (waiting, paid + total)
    return held


def people_with(state: str, roles: Sequence[str], on: date) -> list[str]:
    """The persons who hold one of these roles for a State on a day."""
    held = HeldMandate.objects.filter(in_force(on), role__in=roles, state=state, organisation="")
    return [str(person) for person in dict.fromkeys(held.order_by("person_id").values_list("person_id", flat=True))]
