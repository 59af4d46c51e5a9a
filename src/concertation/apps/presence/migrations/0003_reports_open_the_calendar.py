"""Reports that came in before there was a calendar open it, so that what was said of absence may still be said."""

from datetime import date

from django.db import migrations
from django.db.models import Count
from django.db.models.functions import Coalesce

from concertation.core.periods import Period
from concertation.core.reporting import CalendarPeriod, uncovered

LEVELS = ("public", "restricted", "confidential", "strict")


def open_calendar(apps, schema_editor):
    """One period for all sectors where no period covers the days of a report, and who declared in each."""
    reports = apps.get_model("presence", "Report").objects.filter(import_run__status="stored").order_by("period_start", "pk")
    for report in reports.select_related("import_run"):
        for held in periods_of(apps, report):
            note_declarations(apps, report, held)


def periods_of(apps, report):
    """The periods that a report meets, after opening the missing ones."""
    periods = apps.get_model("sources", "ReportingPeriod").objects
    held = list(periods.filter(owner_state=report.owner_state, sector="", start__lte=report.period_end, end__gte=report.period_start))
    values = [CalendarPeriod(each.start, each.end, each.due_on) for each in held]
    received = report.import_run.created_at.date()
    for gap in uncovered(Period(report.period_start, report.period_end), values):
        due_on: date = max(received, gap.start)
        held.append(periods.create(
            owner_state=report.owner_state, holder=f"{report.owner_state.lower()}-government", sensitivity=report.sensitivity, sector="",
            start=gap.start, end=gap.end, due_on=due_on, opened_by=report.import_run.by,
        ))
    for each in held:
        if LEVELS.index(report.sensitivity) < LEVELS.index(each.sensitivity):
            each.sensitivity = report.sensitivity
            each.save(update_fields=["sensitivity"])
    return held


def note_declarations(apps, report, period):
    """Who declared in a report, per sector."""
    organisations = apps.get_model("organisations", "Organisation").objects.in_bulk()
    rows = apps.get_model("presence", "Activity").objects.filter(import_run=report.import_run_id, identical_to_row__isnull=True, organisation__isnull=False)
    survivor = Coalesce("organisation__merged_into", "organisation")
    counted = rows.order_by().values_list(survivor, "sector").annotate(count=Count("pk"))
    declarations = apps.get_model("sources", "Declaration").objects
    declarations.bulk_create([
        declarations.model(
            owner_state=report.owner_state, holder=organisations[named].slug, sensitivity="strict", period=period, organisation_id=named,
            sector=sector, import_run_id=report.import_run_id, via="import", declared_at=report.import_run.created_at, rows=count,
        )
        for named, sector, count in counted
    ])
    period.declared = declarations.filter(period=period).values("organisation").distinct().count()
    period.save(update_fields=["declared"])


class Migration(migrations.Migration):

    dependencies = [
        ("presence", "0002_activities_by_hand"),
        ("sources", "0008_who_declared_in_a_period"),
        ("organisations", "0001_initial"),
    ]

    operations = [migrations.RunPython(open_calendar, migrations.RunPython.noop)]
