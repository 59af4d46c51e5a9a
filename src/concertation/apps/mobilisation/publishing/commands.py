"""Publishing totals: public rows of their own, made from protected sums by a person of the receiving side; withdrawn by one."""

from datetime import date
from uuid import UUID

from django.db import transaction

from concertation.apps.ground.commands import journal
from concertation.apps.ground.editing import ActRefused, held_at
from concertation.apps.mobilisation.models import PublicTotals
from concertation.apps.mobilisation.publishing.queries import as_json, to_publish
from concertation.core.problems import Cell, Problem
from concertation.core.sharing import Mandate, Sensitivity
from concertation.core.sharing.mobilising import holder_of


@transaction.atomic
def publish_totals(*, state: str, on: date, by: Mandate) -> PublicTotals:
    """Publish the totals of a State, or of the framework, as they stand. Raises ActRefused where nothing may be shown."""
    found, pledges = to_publish([by], state=state, today=on)
    if not found.shown:
        raise ActRefused([Problem("totals-too-few-givers", Cell())])
    row: PublicTotals = PublicTotals.objects.create(
        as_of=on, pledges=pledges, content=as_json(found), owner_state=state, holder=holder_of(by), sensitivity=Sensitivity.PUBLIC.value,
    )  # fmt: skip
    journal("mobilisation.totals-published", by, state=state, publication=row.pk, lines=len(found.shown), withheld=found.withheld)
    return row


@transaction.atomic
def withdraw_totals(row_id: UUID, *, base_version: int, on: date, by: Mandate) -> PublicTotals:
    """Withdraw totals; those published before them show again. Raises Conflict."""
    row = held_at(PublicTotals, row_id, base_version)
    row.withdrawn_on, row.version = on, row.version + 1
    row.save()
    journal("mobilisation.totals-withdrawn", by, state=row.owner_state, publication=row.pk)
    return row
