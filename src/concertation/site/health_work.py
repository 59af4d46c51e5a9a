"""What `./run doctor` looks at in the work behind the pages: whether the worker shows signs of life and tasks do not wait alone."""

import time
from datetime import timedelta

from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from concertation.site import beating
from concertation.site.findings import ADVICE, WELL, WRONG, Finding, told

SILENT_SECONDS = 120
WAITS_AT_MOST = timedelta(minutes=10)


def silent_seconds() -> float | None:
    """For how long the worker has shown no sign of life; None when none is at work or it ended in order."""
    try:
        return abs(time.time() - beating.path().stat().st_mtime)
    except FileNotFoundError:
        return None


def worker() -> Finding:
    """A worker that began and did not end in order still beats."""
    silent = silent_seconds()
    lost = silent is not None and silent > SILENT_SECONDS
    return told("worker", WRONG if lost else WELL, minutes=round((silent or 0) / 60))


def waiting() -> Finding:
    """Work asked for is taken up by somebody; on a node that was stopped in order it waits for the next start."""
    silent = silent_seconds()
    alone = silent is None or silent > SILENT_SECONDS
    since = timezone.now() - WAITS_AT_MOST
    tasks = DBTaskResult.objects.ready().filter(enqueued_at__lt=since).count() if alone else 0
    state = WELL if not tasks else ADVICE if silent is None else WRONG
    return told("work-waiting", state, tasks=tasks, minutes=int(WAITS_AT_MOST.total_seconds() // 60))
