"""Writing sharing agreements: one person writes, another confirms; an agreement is ended, never changed once confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from concertation.apps.ground.commands import journal
from concertation.apps.ground.editing import ActRefused
from concertation.apps.sharing.agreements.queries import as_measured
from concertation.apps.sharing.models import AgreementTerms, SharingAgreement
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate, Sensitivity
from concertation.core.sharing.agreements import Terms, written_badly


class AgreementRefused(ActRefused):
    """An act on an agreement that cannot stand; carries the codes of what is wrong."""

    def __init__(self, *codes: str) -> None:
        super().__init__(Problem(code) for code in codes)


@dataclass(frozen=True, slots=True)
class Written:
    """The words of an agreement."""

    reference: str
    parties: tuple[str, ...]
    purpose: str
    destruction: str
    contact: str
    starts_on: date
    ends_on: date
    terms: tuple[Terms, ...]


@transaction.atomic
def write(words: Written, *, state: str, by: Mandate) -> SharingAgreement:
    """Write an agreement that waits for its confirmation. Raises AgreementRefused."""
    row = SharingAgreement(
        owner_state=state, holder=f"{state.lower()}-government", sensitivity=Sensitivity.RESTRICTED.value, reference=words.reference, parties=" ".join(words.parties),
        purpose=words.purpose, destruction=words.destruction, contact=words.contact, starts_on=words.starts_on, ends_on=words.ends_on, written_by=by.person,
    )  # fmt: skip
    if codes := written_badly(as_measured(row, words.terms)):
        raise AgreementRefused(*codes)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise AgreementRefused("agreement-reference-taken") from None
    keep_terms(row, words.terms)
    journal("sharing.agreement-written", by, state=state, agreement=row.reference, parties=row.parties, tables=[each.table for each in words.terms])
    return row


def keep_terms(row: SharingAgreement, terms: Sequence[Terms]) -> None:
    """What is said of each table."""
    AgreementTerms.objects.bulk_create(
        AgreementTerms(agreement=row, table=each.table, grain=each.grain, delay_days=each.delay_days, recipients=" ".join(each.recipients)) for each in terms
    )


@transaction.atomic
def confirm(row: SharingAgreement, *, on: date, by: Mandate) -> bool:
    """A second person puts an agreement in force; False where it is already. Raises AgreementRefused for its author."""
    held = SharingAgreement.objects.select_for_update().get(pk=row.pk)
    if held.written_by == by.person:
        raise AgreementRefused("agreement-confirmed-by-its-author")
    if held.confirmed_on is not None or held.ended_on is not None:
        return False
    held.confirmed_on, held.confirmed_by = on, by.person
    held.save()
    journal("sharing.agreement-confirmed", by, state=held.owner_state, agreement=held.reference)
    return True


@transaction.atomic
def end(row: SharingAgreement, *, why: str, on: date, by: Mandate) -> bool:
    """End an agreement before its day, with a reason; False where it ended already."""
    held = SharingAgreement.objects.select_for_update().get(pk=row.pk)
    if held.ended_on is not None:
        return False
    held.ended_on, held.ended_why = on, why
    held.save()
    journal("sharing.agreement-ended", by, state=held.owner_state, agreement=held.reference)
    return True
