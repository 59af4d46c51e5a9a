"""The worker: takes up imports, summaries and other long work; a database that does not answer, or a full disk, makes it wait, not end."""

import time
from argparse import ArgumentParser
from contextlib import nullcontext
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connections
from django.utils.crypto import get_random_string
from django_tasks.signals import task_finished
from django_tasks_db.management.commands.db_worker import Worker, logger

from concertation.site import beating, reminding
from concertation.site.starting import giving_back

PATIENCE_SECONDS = 5.0


class PatientWorker(Worker):
    """The library's worker, begun again while the database refuses."""

    def run(self) -> None:
        """Work until told to end."""
        while self.running:
            try:
                super().run()
                return
            except (DatabaseError, InterfaceError):
                logger.exception("the database does not answer; trying again")
                connections.close_all()
                time.sleep(PATIENCE_SECONDS)


class Command(BaseCommand):
    """`python -m django work`."""

    help = "Take up work as it is asked for, until told to end."
    requires_system_checks = ()  # they load every page

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How often to look, and for the tests: to end once nothing is left."""
        parser.add_argument("--interval", type=float, default=0.5)
        parser.add_argument("--batch", action="store_true")

    def handle(self, *_: Any, interval: float, batch: bool, **__: Any) -> None:
        """Work, with signs of life."""
        worker = PatientWorker(
            queue_names=["default"], interval=interval, batch=batch, backend_name="default", startup_delay=False, max_tasks=None,
            worker_id=get_random_string(32), excluded_queue_names=[],
        )  # fmt: skip
        worker.configure_signals()
        if not batch:
            giving_back(task_finished)
        with beating.signs_of_life(), nullcontext() if batch else reminding.round_by_round():
            worker.run()
