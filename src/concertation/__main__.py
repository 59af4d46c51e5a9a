"""Sets Django up, then hands over to the command line; a database or a disk that cannot serve is told in words."""

import importlib
import os
import sys
from collections.abc import Callable

import django
from django.db import DatabaseError, InterfaceError

from concertation.site import faults
from concertation.site.engines import WronglyNamed
from concertation.site.starting import loading


def main() -> None:
    """Run the command asked for."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "concertation.site.settings")
    try:
        with loading():
            django.setup()
            fitness, commands = (importlib.import_module(f"concertation.{name}") for name in ("site.fitness", "cli"))
        run_command(commands.app, fitness.Unfit)
    except WronglyNamed as wrong:
        sys.exit(str(wrong))
    except (OSError, DatabaseError, InterfaceError) as wrong:
        if not faults.is_of_the_machine(wrong):
            raise
        sys.exit(faults.in_words(wrong))


def run_command(command_line: Callable[..., object], unfit: type[Exception]) -> None:
    """Hand over to the command line."""
    try:
        command_line(prog_name="./run")
    except unfit as wrong:
        sys.exit(str(wrong))


main()
