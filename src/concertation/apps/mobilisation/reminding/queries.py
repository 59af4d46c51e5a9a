"""Reading whom a reminder of an instalment goes to: an act of the node, which looks at every promised day."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q

from concertation.apps.access.models import HeldMandate
from concertation.apps.access.queries import in_force
from concertation.apps.mobilisation.models import Instalment, InstalmentReminder
from concertation.apps.mobilisation.queries import Entry, entries, pledges
from concertation.core.decisions import Stage, days_reminded, stage_due
from concertation.core.mobilisation.ledger import Stood
from concertation.core.sharing import Mandate, Role

Masters = tuple[str, str]
FRAMEWORK = "AES"


def instalments_due(mandates: Sequence[Mandate], *, today: date) -> list[tuple[Entry, Stood, Stage]]:
    """The instalments with something left that nobody declares paid, whose day asks for a reminder that was not made. Five queries, however many there are."""
    near = days_reminded(today)
    told = set(InstalmentReminder.objects.filter(due__range=near).values_list("instalment_id", "stage", "due"))
    promised_near = Instalment.objects.visible_to(mandates).filter(due_on__range=near).values("pledge")
    found = []
    for each in entries(mandates, pledges(mandates, taken_back_on__isnull=True, pk__in=promised_near), today=today):
        for stood in each.balance.instalments:
            due = stood.instalment.due_on
            stage = stage_due(due, today) if due is not None and stood.left > each.declared_parts.get(stood.instalment.number, 0) else None
            if stage and (each.instalments[stood.instalment.number].pk, stage, due) not in told:
                found.append((each, stood, stage))
    return found


def people_of(asked: Collection[Masters], today: date) -> Mapping[Masters, list[str]]:
    """Who answers for the money each State waits for, and for the organisation that keeps the pledge, by id. One query."""
    receiving = Q(role=Role.DATA_MANAGER.value, state__in={state for state, _holder in asked} - {FRAMEWORK}) | Q(role=Role.ANALYST.value, state=FRAMEWORK)
    giving = Q(role=Role.DONOR.value, organisation__in={holder for _state, holder in asked if holder})
    held = HeldMandate.objects.filter(receiving | giving, in_force(today), person__is_active=True).values_list("role", "state", "organisation", "person_id")
    found: dict[Masters, set[Any]] = {}
    for role, state, organisation, person in held:
        found.setdefault((state, organisation if role == Role.DONOR.value else ""), set()).add(person)
    of_holder = {(state, holder): found.get((state, holder), set()) | found.get(("", holder), set()) if holder else set() for state, holder in asked}
    return {(state, holder): [str(each) for each in sorted(found.get((state, ""), set()) | of_holder[state, holder])] for state, holder in asked}
