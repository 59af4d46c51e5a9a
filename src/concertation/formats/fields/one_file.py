"""A NetCDF-4 file may name other files of the machine as the place of its values. While one is opened or read, nothing else can be opened."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from concertation.core.problems import Problem
from concertation.formats.fields.opened import Refused


@contextmanager
def nothing_else_opened(*, files: int = 0) -> Iterator[None]:
    """For as long as the block lasts this process opens no file beyond so many. Refused on a system that cannot promise it."""
    try:
        resource: Any = import_module("resource")
    except ImportError:
        raise Refused(Problem("field-not-kept-apart")) from None
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (next_free() + files, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def next_free() -> int:
    """The number that the next file opened would get."""
    number = os.open(os.devnull, os.O_RDONLY)
    os.close(number)
    return number
