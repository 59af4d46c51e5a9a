"""Long work of imports, done by the worker: understanding a file, storing an accepted one."""

from datetime import date
from uuid import UUID

from django.utils import timezone
from django_tasks import task

from concertation.apps.sources import commands, imports, queries
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
    """Read and match a received file; its page then shows the preview. A second call for the same file changes nothing."""
    run = queries.run_at_work(UUID(run_id))
    imports.understand(run, today=date.fromisoformat(today), by=manager_of(run, person), progress=reporting_to(run))


@task()
def store_file(run_id: str, person: str, today: str) -> None:
    """Store an accepted file, or take back what a cancelled one had stored. A second call for the same file changes nothing."""
    run = queries.run_at_work(UUID(run_id))
    imports.store_accepted(run, today=date.fromisoformat(today), by=manager_of(run, person), progress=reporting_to(run))


def go_on(run: ImportRun, person: str) -> None:
    """Ask the worker for whatever a run waits for."""
    wanted = store_file if run.status == "writing" else understand_file
    wanted.enqueue(str(run.pk), person, timezone.localdate().isoformat())
