"""The worker's sign of life: a file touched while it lives, gone when it ends in order."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

EVERY_SECONDS = 15


def path() -> Path:
    """The file that is touched."""
    return Path(settings.HOME) / "worker-beat"


def beat(ended: threading.Event) -> None:
    """Touch the file until told to end; a full or read-only disk only makes the worker look silent."""
    while not ended.is_set():
        with suppress(OSError):
            path().touch()
        ended.wait(EVERY_SECONDS)


@contextmanager
def signs_of_life() -> Iterator[None]:
    """Signs of life while the block runs; none remains after it."""
    ended = threading.Event()
    sign = threading.Thread(target=beat, args=[ended], daemon=True)
    sign.start()
    try:
        yield
    finally:
        ended.set()
        sign.join()
        with suppress(OSError):
            path().unlink(missing_ok=True)
