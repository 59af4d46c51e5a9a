"""The process that fills a database with a backup for `./run restore` and `./run backup`; answers with what it then holds, as JSON.

It serves no page and does no other work, so of each subject it loads the models alone, which starts it three times sooner.
"""

import argparse
import dataclasses
import json
import sys
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path

import django

from concertation.site.apps import SiteConfig
from concertation.site.starting import loading


def main() -> None:
    """Load, compare, answer."""
    asked = argparse.ArgumentParser()
    asked.add_argument("folder", type=Path, help="one backup, opened")
    asked.add_argument("--begin-in", type=Path, help="where an empty database is kept to begin with")
    asked.add_argument("--keep-in", type=Path, help="where to keep one for others, once it is made")
    asked.add_argument("--quiet", action="store_true")
    chosen = asked.parse_args()
    SiteConfig.models_alone = True
    with loading():
        django.setup()
        filling = import_module("concertation.site.filling")
        shown = nullcontext(lambda table, rows: None) if chosen.quiet else import_module("concertation.site.terminal").rows_shown()
    kept = chosen.begin_in or chosen.keep_in
    with shown as progress:
        loaded = filling.load_here(chosen.folder, progress, beginning=filling.Beginning(kept, bool(chosen.begin_in)) if kept else None)
    json.dump(dataclasses.asdict(loaded), sys.stdout)


if __name__ == "__main__":
    main()
