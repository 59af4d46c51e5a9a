"""What every process of the product does while it loads its modules, and those that stay do for as long as they serve."""

import ctypes
import gc
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.signals import request_finished
from django.dispatch import Signal

AFTER_SECONDS = 3.0
Trim = Callable[[int], int]


@contextmanager
def loading() -> Iterator[None]:
    """While modules are loaded nothing is garbage: it is not looked for until they are there, nor among them ever after."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def giving_back(*ends: Signal) -> None:
    """From now on, memory that was used and freed goes back to the system soon after each end of work, where the C library would keep it (glibc)."""
    trim: Trim | None = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
    if trim is None:
        return
    done = threading.Event()
    done.set()
    threading.Thread(target=give_back, args=[done, trim], daemon=True).start()
    for end in (request_finished, *ends):
        end.connect(lambda **_: done.set(), weak=False)


def give_back(done: threading.Event, trim: Trim) -> None:
    """A little after each end of work, and once for many that follow closely."""
    while done.wait():
        time.sleep(AFTER_SECONDS)
        done.clear()
        trim(0)
