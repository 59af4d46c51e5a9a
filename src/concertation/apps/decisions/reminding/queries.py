"""Reading whom a reminder of a day goes to: an act of the node, which looks at every day a session set for a State."""

from datetime import date

from concertation.apps.access.models import HeldMandate
from concertation.apps.access.queries import in_force
from concertation.apps.decisions.models import FollowUpReminder, NationalImplementation
from concertation.core.decisions import CLOSED, Stage, stage_due
from concertation.core.sharing import Mandate, Role


def days_due(mandates: list[Mandate], today: date) -> list[tuple[NationalImplementation, Stage]]:
    """The days that ask for a reminder on a day and had none at this stage."""
    held = NationalImplementation.objects.visible_to(mandates).filter(due__isnull=False).exclude(implementation__in=[each.value for each in CLOSED])
    found = [(row, stage_due(row.due, today)) for row in held.select_related("decision").order_by("owner_state", "decision__number")]
    told = set(FollowUpReminder.objects.values_list("implementation_id", "stage", "due"))
    return [(row, stage) for row, stage in found if stage and (row.pk, stage, row.due) not in told]


def managers_of(state: str, today: date) -> list[str]:
    """Who answers for a State's data today, by id."""
    held = HeldMandate.objects.filter(in_force(today), role=Role.DATA_MANAGER.value, state=state, person__is_active=True)
    return [str(each) for each in held.values_list("person_id", flat=True).distinct().order_by("person_id")]
