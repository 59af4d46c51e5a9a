"""What databases on the throw-away server begin as: one up to date and empty, one that holds the reference set besides.

Each is made once a run; a worker's database and a node's are copies, which the server makes in a fraction of a second.
"""

import os
import subprocess
import sys
import uuid
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parents[1]
EMPTY, WITH_REFERENCE_SET = "begins_empty", "begins_with_reference_set"
MAKE = "import django; django.setup(); from concertation.site import node; node.migrate()"
FILL = "import django; django.setup(); from concertation.site import node; node.make_ready()"


def named(address: str, name: str) -> str:
    """The address of another database of the same server."""
    return urlunsplit(urlsplit(address)._replace(path=f"/{name}"))


def is_there(address: str, name: str) -> bool:
    """Whether the server holds a database of this name."""
    with psycopg.connect(address) as connection:
        return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def copy_of(address: str, name: str, *, copy: str = "", words: str = "") -> str:
    """The address of a new copy of a database, with further words of the statement; nobody may be at work on the first."""
    copy = copy or f"node_{uuid.uuid4().hex}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{name}" {words}')
    return named(address, copy)


def prepare(address: str, home: Path) -> None:
    """Make both databases on an empty server."""
    for name, like, words in ((EMPTY, "template0", MAKE), (WITH_REFERENCE_SET, EMPTY, FILL)):
        made = copy_of(address, like, copy=name)
        surroundings = {
            **os.environ, "CONCERTATION_DATABASE": made, "CONCERTATION_HOME": str(home), "PYTHONPATH": str(ROOT / "src"),
            "DJANGO_SETTINGS_MODULE": "concertation.site.settings",
        }
        subprocess.run([sys.executable, "-c", words], env=surroundings, check=True)
        with psycopg.connect(made, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
