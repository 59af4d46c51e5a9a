"""What the node does by itself: once a day it reminds, erases raw files kept for as long as their State chose and releases past their day, and watches the frameworks; it sends what waits.

By the worker, or by `./run remind` and `./run raw expire`.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections
from django.utils import timezone

from concertation.apps.decisions.reminding.commands import remind as remind_of_days
from concertation.apps.ground.outbox import send_waiting, sends_mail
from concertation.apps.mobilisation.reminding.commands import remind as remind_of_instalments
from concertation.apps.sources.raw.commands import expire
from concertation.apps.sources.reminding.commands import remind
from concertation.site import clock, pulling
from concertation.site.watching import watch

EVERY_SECONDS = 30.0
logger = logging.getLogger(__name__)


def origin() -> str:
    """The node's own address, as people write it; empty where it was not set."""
    return next(iter(settings.CSRF_TRUSTED_ORIGINS), "")


def remind_and_send(today: date) -> dict[str, object]:
    """One round: reminders of the day, then everything that waits; what was done."""
    done = asdict(remind(today, origin=origin()))
    days, promised = remind_of_days(today, origin=origin()), remind_of_instalments(today, origin=origin())
    return {"day": today.isoformat(), **done, "days_set": days.days, "messages_of_days": days.messages, "instalments": promised.instalments, "messages_of_instalments": promised.messages, "sent": send_waiting(), "sends_mail": sends_mail()}


def look_after(ended: threading.Event) -> None:
    """Send what waits; remind and erase when a new day has come, until told to end. Under a clock in doubt nothing but sending is done.

    A database that does not answer only delays it.
    """
    reminded_on, watched = None, clock.Watch()
    while not ended.wait(EVERY_SECONDS):
        today = timezone.localdate()
        try:
            believed = watched.look().believed
            if reminded_on == today or not believed:
                send_waiting(clock_believed=believed)
            else:
                remind_and_send(today)
                expire(today)
                pulling.purge_expired(at=timezone.now())
                watch(timezone.now())
                reminded_on = today
        except (DatabaseError, InterfaceError):
            logger.exception("reminders and messages wait: the database does not answer")
        finally:
            connections.close_all()


@contextmanager
def round_by_round() -> Iterator[None]:
    """Reminders and messages looked after while the block runs."""
    ended = threading.Event()
    rounds = threading.Thread(target=look_after, args=[ended], daemon=True)
    rounds.start()
    try:
        yield
    finally:
        ended.set()
        rounds.join(timeout=settings.EMAIL_TIMEOUT)
