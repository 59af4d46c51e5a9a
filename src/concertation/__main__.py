"""Sets Django up, then hands over to the command line; a database that cannot serve is told in words."""

import importlib
import os
import sys

import django
from django.db import OperationalError

from concertation.site.engines import WronglyNamed


def main() -> None:
    """Run the command asked for."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "concertation.site.settings")
    try:
        django.setup()
        fitness = importlib.import_module("concertation.site.fitness")
    except WronglyNamed as wrong:
        sys.exit(str(wrong))
    try:
        importlib.import_module("concertation.cli").app(prog_name="./run")
    except fitness.Unfit as wrong:
        sys.exit(str(wrong))
    except OperationalError as wrong:
        sys.exit(f"La base ne répond pas ou refuse / the database does not answer or refuses: {str(wrong).strip()}")


main()
