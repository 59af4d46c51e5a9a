"""Activities in a test's database, small and synthetic: who declares what where, at which sensitivity."""

from datetime import date
from itertools import count
from uuid import UUID

from concertation.apps.organisations.models import Organisation, OrganisationSpelling
from concertation.apps.presence.models import Activity, ActivityPlace, Report
from concertation.apps.sources.models import ImportRun, RawFile, ReportingPeriod
from concertation.core.sharing import Mandate, Role
from concertation.core.spelling import fold

START, END = date(2022, 1, 1), date(2022, 2, 28)
NIGER = Mandate("u-ner", Role.DATA_MANAGER, state="NER")
MALI = Mandate("u-mli", Role.DATA_MANAGER, state="MLI")
ANALYST = Mandate("u-aes", Role.ANALYST, state="AES")
ROWS = count(2)


def stored_import(state: str = "NER", *, sensitivity: str = "confidential", sectors: tuple[str, ...] = ()) -> ImportRun:
    """An import that counts, with its report of January and February 2022."""
    number = next(ROWS)
    file = RawFile.objects.create(sha256=f"{number:064x}", name=f"synthetic-{number}.xlsx", size=1)
    holder = f"{state.lower()}-government"
    run = ImportRun.objects.create(
        file=file, owner_state=state, holder=holder, sensitivity="restricted", kind="presence-5w", status="stored", share_as=sensitivity,
        period_start=START, period_end=END, by="u-test",
    )
    Report.objects.create(
        import_run=run, owner_state=state, holder=holder, sensitivity=sensitivity, period_start=START, period_end=END,
        sectors=list(sectors), organisations=2,
    )
    open_calendar(state, sensitivity=sensitivity)
    return run


def open_calendar(state: str, *, sensitivity: str = "confidential") -> ReportingPeriod:
    """The period of the calendar that an import of January and February 2022 opens, at least as open as what came in under it."""
    held = ReportingPeriod.objects.filter(owner_state=state, sector="", start=START, end=END).first()
    keys = {"holder": f"{state.lower()}-government", "sensitivity": sensitivity}
    if held is None:
        return ReportingPeriod.objects.create(owner_state=state, start=START, end=END, due_on=END, opened_by="u-test", **keys)
    order = ("public", "restricted", "confidential", "strict")
    held.sensitivity = min(held.sensitivity, sensitivity, key=order.index)
    held.save(update_fields=["sensitivity"])
    return held


def organisation(name: str, *, sensitivity: str = "public", org_type: str = "ingo", acronym: str = "") -> Organisation:
    """An organisation of the register with its names as spellings."""
    slug = "-".join(fold(name).split())
    made = Organisation.objects.create(
        slug=slug, acronym=acronym, name_fr=name, org_type=org_type, sort_key=fold(name), owner_state="AES", sensitivity=sensitivity,
    )
    for text in filter(None, (name, acronym)):
        OrganisationSpelling.objects.create(organisation=made, written=text, folded=fold(text))
    return made


def activity(run: ImportRun, by: Organisation | None, unit: str = "ner-1-diffa", *, sector: str = "FSC", written: str = "", end: date | None = None) -> Activity:
    """One declared row."""
    row = Activity.objects.create(
        import_run=run, owner_state=run.owner_state, holder=run.holder, sensitivity=run.share_as, sheet="MATRICE", row=next(ROWS),
        organisation=by, org_written=written or str(by or ""), sector=sector, unit_id=unit, placed="exact", activity="Distribution de vivres",
        period_start=START, period_end=END, start=START, end=end,
    )
    ActivityPlace.objects.create(activity=row, unit_id=unit)
    return row


def now_of(row: Activity) -> UUID | None:
    """The organisation a row names, as it is stored."""
    return Activity.objects.values_list("organisation_id", flat=True).get(pk=row.pk)
