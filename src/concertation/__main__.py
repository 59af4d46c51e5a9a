"""Sets Django up, then hands over to the command line; a database or a disk that cannot serve is told in words.

While modules are loaded nothing is garbage: it is not looked for until they are there, which starts a command a fifth sooner.
"""

import gc
import importlib
import os
import sys

import django
from django.db import DatabaseError, InterfaceError

from concertation.site import faults
from concertation.site.engines import WronglyNamed


def main() -> None:
    """Run the command asked for."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "concertation.site.settings")
    gc.disable()
    try:
        django.setup()
        fitness = importlib.import_module("concertation.site.fitness")
        run_command(fitness.Unfit)
    except WronglyNamed as wrong:
        sys.exit(str(wrong))
    except (OSError, DatabaseError, InterfaceError) as wrong:
        if not faults.is_of_the_machine(wrong):
            raise
        sys.exit(faults.in_words(wrong))


def run_command(unfit: type[Exception]) -> None:
    """Hand over to the command line."""
    commands = importlib.import_module("concertation.cli")
    gc.freeze()
    gc.enable()
    try:
        commands.app(prog_name="./run")
    except unfit as wrong:
        sys.exit(str(wrong))


main()
