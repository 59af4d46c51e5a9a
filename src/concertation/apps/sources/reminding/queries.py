"""Reading whom a reminder goes to. A reminder is an act of the node: it looks at every period of a State, and tells each organisation its own."""

from collections.abc import Iterable
from datetime import date, timedelta

from concertation.apps.access.models import HeldMandate
from concertation.apps.access.queries import in_force
from concertation.apps.sources.models import ReportingPeriod
from concertation.apps.sources.reporting.queries import as_value, followed
from concertation.core.reminders import DAYS_BEFORE, STILL_REMINDED_DAYS, Stage, stage_due, to_remind
from concertation.core.sharing import Mandate, Role

REPORTS = (Role.REPORTER.value, Role.REPORTER_LEAD.value)


def open_periods(mandates: Iterable[Mandate], today: date) -> list[tuple[ReportingPeriod, Stage]]:
    """The periods that ask for a reminder on a day, with their stage."""
    near = ReportingPeriod.objects.visible_to(mandates).filter(
        status="open", due_on__gte=today - timedelta(days=STILL_REMINDED_DAYS), due_on__lte=today + timedelta(days=DAYS_BEFORE),
    )
    found = ((each, stage_due(as_value(each), today)) for each in near.order_by("start", "sector"))
    return [(each, stage) for each, stage in found if stage]


def silent_in(period: ReportingPeriod, *, by: Mandate, today: date) -> tuple[str, ...]:
    """The organisations that are expected in a period and have not declared."""
    return to_remind(followed([by], [period], today=today)[0].standings)


def reporters_of(organisation: str, state: str, today: date) -> list[str]:
    """The people who report for an organisation in a State today, by id."""
    held = HeldMandate.objects.filter(in_force(today), role__in=REPORTS, organisation=organisation, state__in=("", state), person__is_active=True)
    return [str(each) for each in held.values_list("person_id", flat=True).distinct().order_by("person_id")]
