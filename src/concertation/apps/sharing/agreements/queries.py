"""Reading sharing agreements, and what of a release they do not cover."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from django.db.models import QuerySet

from concertation.apps.sharing.models import AgreementTerms, SharingAgreement
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate
from concertation.core.sharing.agreements import NEEDS_AGREEMENT, Agreement, Terms, uncovered


class Leaving(Protocol):
    """What an agreement is asked about."""

    @property
    def table(self) -> str: ...
    @property
    def grain(self) -> int: ...
    @property
    def level(self) -> str: ...
    @property
    def recipients(self) -> tuple[str, ...]: ...


def agreements(mandates: Sequence[Mandate], *, state: str = "") -> QuerySet[SharingAgreement]:
    """The agreements a reader may see, the newest first."""
    held = SharingAgreement.objects.visible_to(mandates).order_by("-starts_on", "reference")
    return held.filter(owner_state=state) if state else held


def agreement(mandates: Sequence[Mandate], agreement_id: UUID) -> SharingAgreement | None:
    """One agreement."""
    return agreements(mandates).filter(pk=agreement_id).first()


def called(mandates: Sequence[Mandate], state: str, reference: str) -> SharingAgreement | None:
    """The agreement of a State under a reference."""
    return agreements(mandates, state=state).filter(reference=reference).first() if reference else None


def terms_of(held: Iterable[SharingAgreement]) -> dict[UUID, tuple[Terms, ...]]:
    """What agreements say of each table. One query."""
    listed: dict[UUID, list[Terms]] = {}
    for each in AgreementTerms.objects.filter(agreement__in=[every.pk for every in held]).order_by("table"):
        listed.setdefault(each.agreement_id, []).append(Terms(each.table, each.grain, each.delay_days, tuple(each.recipients.split())))
    return {key: tuple(lines) for key, lines in listed.items()}


def as_measured(held: SharingAgreement, terms: tuple[Terms, ...]) -> Agreement:
    """An agreement as a release is measured against it; one that was ended ends that day."""
    last = min(held.ends_on, held.ended_on) if held.ended_on else held.ends_on
    return Agreement(held.reference, tuple(held.parties.split()), held.starts_on, last, held.confirmed_on is not None, terms)


def agreement_problems(mandates: Sequence[Mandate], state: str, reference: str, leaving: Leaving, *, speaks_until: date | None, today: date) -> tuple[Problem, ...]:
    """What of a release its agreement does not cover; a node on which none was ever written goes by the reference alone."""
    if leaving.level not in NEEDS_AGREEMENT or not agreements(mandates, state=state).exists():
        return ()
    held = called(mandates, state, reference)
    measured = None if held is None else as_measured(held, terms_of([held]).get(held.pk, ()))
    return uncovered(
        measured, reference=reference, table=leaving.table, grain=leaving.grain, recipients=leaving.recipients, speaks_until=speaks_until, today=today,
    )  # fmt: skip
