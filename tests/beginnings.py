"""What nodes and databases of the tests begin as: one up to date and empty, one that holds the reference set, one whose words can be found besides.

Each is made once a run, on the engine of the run; a worker's database and a node's are copies, made in a fraction of a second.
"""

import os
import shutil
import subprocess
import sys
import uuid
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parents[1]
EMPTY, WITH_REFERENCE_SET, TO_BE_FOUND = "begins_empty", "begins_with_reference_set", "begins_to_be_found"
MAKE = "import django; django.setup(); from concertation.site import node; node.migrate()"
FILL = "import django; django.setup(); from concertation.site import node; node.make_ready()"
INDEX = "import django; django.setup(); from concertation.apps.search.commands import refresh; refresh('AES')"
STEPS = ((EMPTY, "", MAKE), (WITH_REFERENCE_SET, EMPTY, FILL), (TO_BE_FOUND, WITH_REFERENCE_SET, INDEX))
FOLDER = "CONCERTATION_TESTS_BEGIN"


def named(address: str, name: str) -> str:
    """The address of another database of the same server."""
    return urlunsplit(urlsplit(address)._replace(path=f"/{name}"))


def copy_of(address: str, name: str, *, copy: str = "", words: str = "") -> str:
    """The address of a new copy of a database, with further words of the statement; nobody may be at work on the first."""
    copy = copy or f"node_{uuid.uuid4().hex}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{name}" {words}')
    return named(address, copy)


def prepared_folder(name: str) -> Path | None:
    """The folder of a node of this beginning, where the run prepared one."""
    folder = os.environ.get(FOLDER)
    return Path(folder) / name if folder else None


def prepare(address: str, home: Path) -> None:
    """Make every beginning: on an empty server, without one as folders of nodes."""
    home.mkdir(mode=0o700)
    for name, like, words in STEPS:
        made, place = copy_of(address, like or "template0", copy=name) if address else "", home / name
        shutil.copytree(home / like, place) if like else place.mkdir(mode=0o700)
        surroundings = {
            **os.environ, "CONCERTATION_DATABASE": made, "CONCERTATION_HOME": str(place), "PYTHONPATH": str(ROOT / "src"), "DJANGO_SETTINGS_MODULE": "concertation.site.settings",
        }
        subprocess.run([sys.executable, "-c", words], env=surroundings, check=True)
        if made:
            with psycopg.connect(made, autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE")
    os.environ[FOLDER] = str(home)
