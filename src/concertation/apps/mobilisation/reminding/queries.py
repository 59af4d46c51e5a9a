"""Reading whom a reminder of an instalment goes to: an act of the node, which looks at every promised day."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Q

from concertation.apps.access.models import HeldMandate
from concertation.apps.access.queries import in_force
from concertation.apps.mobilisation.models import InstalmentReminder
from concertation.apps.mobilisation.queries import Entry, entries, pledges
from concertation.core.decisions import Stage, stage_due
from concertation.core.mobilisation.ledger import Stood
from concertation.core.sharing import Mandate, Role


def instalments_due(mandates: Sequence[Mandate], *, state: str, today: date) -> list[tuple[Entry, Stood, Stage]]:
    """The instalments of a State's pledges with something left that nobody declares paid, whose day asks for a reminder that was not made."""
    told = set(InstalmentReminder.objects.values_list("instalment_id", "stage", "due"))
    found = []
    for each in entries(mandates, pledges(mandates, owner_state=state, taken_back_on__isnull=True), today=today):
        for stood in each.balance.instalments:
            due = stood.instalment.due_on
            stage = stage_due(due, today) if due is not None and stood.left > each.declared_parts.get(stood.instalment.number, 0) else None
            if stage and (each.instalments[stood.instalment.number].pk, stage, due) not in told:
                found.append((each, stood, stage))
    return found


def people_of(state: str, holder: str, today: date) -> list[str]:
    """Who answers for the money a State waits for, and for the organisation that keeps the pledge, by id."""
    receiving = Q(role=Role.DATA_MANAGER.value, state=state) if state != "AES" else Q(role=Role.ANALYST.value, state=state)
    giving = Q(role=Role.DONOR.value, organisation=holder, state__in=("", state)) if holder else Q(pk__isnull=True)
    held = HeldMandate.objects.filter(receiving | giving, in_force(today), person__is_active=True)
    return [str(each) for each in held.values_list("person_id", flat=True).distinct().order_by("person_id")]
