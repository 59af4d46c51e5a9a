"""When a message that a mail server did not take is tried again: later each time, and not for ever."""

from datetime import timedelta

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
MOST_ATTEMPTS = 10
# Longer than a mail server may take to answer: a message in hand for longer was dropped by a process that died.
IN_HAND_AT_MOST = timedelta(minutes=10)
PERMANENT_FROM = 500


def wait_after(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts; None when enough were made.

    >>> [wait_after(1), wait_after(3), wait_after(9), wait_after(10)]
    [datetime.timedelta(seconds=60), datetime.timedelta(seconds=960), datetime.timedelta(seconds=21600), None]
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    growth: int = 4 ** (attempts - 1)
    return min(FIRST_WAIT * growth, LONGEST_WAIT)


def is_permanent(code: int) -> bool:
    """Whether a mail server's answer says that trying again is of no use.

    >>> is_permanent(450), is_permanent(550)
    (False, True)
    """
    return code >= PERMANENT_FROM
