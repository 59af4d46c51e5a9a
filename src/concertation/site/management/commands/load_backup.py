"""Fill this process's empty database with a backup: run by `./run restore` and `./run backup`, each time in a process of its own."""

import dataclasses
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from concertation.site import restore
from concertation.site.terminal import rows_shown


class Command(BaseCommand):
    """`python -m django load_backup FOLDER`."""

    help = "Fill an empty database with a backup; answers with what it then holds, as JSON."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The folder of one backup, opened; where an empty database is kept to begin with."""
        parser.add_argument("folder", type=Path)
        parser.add_argument("--beginnings", type=Path)

    def handle(self, *_: Any, folder: Path, beginnings: Path | None, **__: Any) -> None:
        """Load, compare, answer."""
        with rows_shown() as progress:
            loaded = restore.load_here(folder, progress, beginnings=beginnings)
        self.stdout.write(json.dumps(dataclasses.asdict(loaded)))
