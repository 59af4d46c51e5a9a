"""The node's memory of the clock: what was believed last, kept in a file beside the database, looked at by the worker in each round."""

import json
import logging
import time
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from concertation.apps.access.commands import end_sessions_of_a_clock_ahead
from concertation.apps.ground.queries import last_moment
from concertation.core.clock_sense import MAY_DIFFER, Judged, Remembered, judged

logger = logging.getLogger(__name__)


def path() -> Path:
    """The file that remembers."""
    return Path(settings.HOME) / "clock.json"


def remembered() -> Remembered | None:
    """What the file says; None where there is none, or it is unreadable."""
    try:
        told = json.loads(path().read_text("utf-8"))
        doubted = told["doubted"]
        return Remembered(datetime.fromisoformat(told["seen"]), datetime.fromisoformat(doubted) if doubted else None)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep(now: Remembered) -> None:
    """Write what is remembered in one step of the disk; one that is full or takes no writes leaves it as it was."""
    with suppress(OSError):
        arriving = path().with_suffix(".arriving")
        arriving.write_text(json.dumps({"seen": now.seen.isoformat(), "doubted": now.doubted.isoformat() if now.doubted else ""}), "utf-8")
        arriving.replace(path())


def is_believed() -> bool:
    """Whether the clock may be believed now, as far as the file tells; nothing is written."""
    before = remembered()
    return before is None or judged(before, timezone.now()).believed


def counter() -> float:
    """Seconds by the machine's own counter, which no setting of the clock moves; sleep counts where the system can tell."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class Watch:
    """Looks at the clock from round to round of one process."""

    def __init__(self) -> None:
        self.last: tuple[datetime, float] | None = None

    def look(self) -> Judged:
        """Judge the clock and remember; what a clock ahead left behind is cleared away once it went back."""
        now, counted = timezone.now(), counter()
        gained = (now - self.last[0]) - timedelta(seconds=counted - self.last[1]) if self.last else timedelta()
        self.last = now, counted
        found = judged(remembered() or Remembered(max(now, last_moment() or now)), now, gained=gained)
        keep(found.remembered)
        if found.went_back:
            clear_after(now)
        if not found.believed:
            logger.warning("the clock is in doubt: nothing is erased, reminded or let pass until it is in line again (./run doctor)")
        return found


def clear_after(now: datetime) -> None:
    """Forget what a clock ahead left: attempts counted against people until then, and sessions that would last as long."""
    cache.clear()
    end_sessions_of_a_clock_ahead(now + timedelta(seconds=settings.SESSION_COOKIE_AGE) + MAY_DIFFER)
