"""Several machines may start on one PostgreSQL database at once: one makes it ready, the others wait until it is.

On SQLite nobody waits, and the driver of PostgreSQL, some 10 MB in every process, is not loaded.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from django.db import connection

TURN = 20261129  # the number all nodes of a database ask the server for


@contextmanager
def one_machine_at_a_time() -> Iterator[None]:
    """No other machine makes the same database ready while the block runs; a machine that dies gives its turn back.

    The turn is held by a transaction on a connection of its own, so that a pool of connections before the server keeps it too.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with import_module("concertation.site.kept_rows").opened_postgresql() as held:
        held.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])
        yield
