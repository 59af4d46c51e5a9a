"""Long work of imports, done by the worker: understanding a file, storing an accepted one."""

from datetime import date
from uuid import UUID

from django.utils import timezone
from django_tasks import task

from concertation.apps.sources import commands, imports
from concertation.apps.sources.models import ImportRun
from concertation.core.sharing import Mandate, Role


def manager_of(run: ImportRun, person: str) -> Mandate:
    """The mandate under which the person who asked acts."""
    return Mandate(person=person, role=Role.DATA_MANAGER, state=run.owner_state)


def reporting_to(run: ImportRun) -> imports.Progress:
    """Progress that the page of the import shows, and its cancel button stops."""

    def report(step: str, done: int, total: int) -> bool:
        return commands.mark_progress(run, step=step, done=done, total=total)

    return report


@task()
def understand_file(run_id: str, person: str, today: str) -> None:
    """Read and match a received file; its page then shows the preview."""
    run = ImportRun.objects.get(pk=UUID(run_id))
    if run.status == "received":
        imports.understand(run, today=date.fromisoformat(today), by=manager_of(run, person), progress=reporting_to(run))


@task()
def store_file(run_id: str, person: str) -> None:
    """Understand an accepted file again with the answers given since, and store its rows."""
    run = ImportRun.objects.get(pk=UUID(run_id))
    if run.status not in ("previewed", "writing"):
        return
    by = manager_of(run, person)
    preview = imports.understand(run, today=timezone.localdate(), by=by, progress=reporting_to(run))
    if preview is not None:
        imports.store(run, preview, by=by, progress=reporting_to(run))
