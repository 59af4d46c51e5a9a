"""What every test may ask for: the folder of real files, when it is there."""

import gc
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.test.utils import override_settings
from pytest_django import DjangoDbBlocker

from beginnings import TO_BE_FOUND, prepared_folder
from concertation.apps.search.commands import refresh as index
from concertation.formats import bounding
from concertation.site import reference
from journal_by_force import with_triggers_off
from ready_python import child_of_reading
from sharing_out import WholeFiles, has_a_database, longest_first

ROOT = Path(__file__).resolve().parents[1]
IN_MEMORY = "file:memorydb_default?mode=memory&cache=shared"  # as Django names it
STARTED_ANEW = bounding.run
PLAIN_STATIC = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
hypothesis.settings.register_profile("machines-are-noisy", deadline=None, derandomize=bool(os.environ.get("CONCERTATION_STRICT")))
hypothesis.settings.load_profile("machines-are-noisy")


def pytest_configure() -> None:
    """Mandates count without a second factor here, passwords are hashed at little cost, and every page is made anew.

    Tests that are about one of these rules put it back.
    """
    gc.disable()  # until every test is found: nothing is garbage yet
    if os.environ.get("DJANGO_SETTINGS_MODULE"):
        settings.PASSWORD_HASHERS = ["quick_passwords.QuickArgon2"]
        settings.SECOND_FACTOR = False
        settings.KEPT_PAGES_CHARACTERS = 0


def pytest_collection_finish() -> None:
    """What the tests are made of stays until the end: it is not looked through for garbage again and again."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def shared_folder() -> Path:
    """The folder of real files beside the project, or the one named by CONCERTATION_SHARED."""
    return Path(os.environ.get("CONCERTATION_SHARED", ROOT.parent / "shared")) / "data"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real files, read in place. A clone without them skips, and says so; `./run test --strict` forbids skips."""
    folder = shared_folder()
    if not folder.is_dir():
        pytest.skip("the real files of ../shared/data are not on this machine")
    return folder


def touches_a_database(item: pytest.Item) -> bool:
    """Whether a test reads or writes a database of its own or of a node beside it."""
    return has_a_database(item) or any(hasattr(getattr(item, "module", None), name) for name in ("SeparateNode", "new_node"))


def is_left_out(item: pytest.Item) -> bool:
    """Whether a test is about the other engine, or, in the run on PostgreSQL, about what no engine can change."""
    if not os.environ.get("CONCERTATION_DATABASE"):
        return item.get_closest_marker("postgresql") is not None
    if item.get_closest_marker("sqlite") is not None:
        return True
    of_database_only = bool(os.environ.get("CONCERTATION_TESTS_OF_DATABASE_ONLY"))
    return of_database_only and not (touches_a_database(item) and all(item.get_closest_marker(name) is None for name in ("browser", "wording")))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test that is not for this run is not chosen, rather than skipped."""
    chosen: dict[bool, list[pytest.Item]] = {True: [], False: []}
    for item in items:
        chosen[is_left_out(item)].append(item)
    config.hook.pytest_deselected(items=chosen[True])
    items[:] = longest_first(chosen[False])


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> WholeFiles:
    """Workers are given whole files."""
    return WholeFiles(config, log)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A file is read by a fork of a Python that has loaded what reading rests on; where memory or time are judged, by one started for it, as users do."""
    if hasattr(os, "fork"):
        bounding.run = STARTED_ANEW if getattr(getattr(item, "module", None), "CHILDREN_START_ANEW", False) else child_of_reading


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Under `--strict` a skip is a failure: in continuous integration every test must run."""
    if os.environ.get("CONCERTATION_STRICT") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> Iterator[None]:
    """Where the run prepared a database that holds the reference set, the tests' own is a copy of it: made by the server, or in memory."""
    folder = prepared_folder(TO_BE_FOUND)
    if folder is None:
        yield
    elif os.environ.get("CONCERTATION_DATABASE"):
        settings.DATABASES["default"]["TEST"]["TEMPLATE"] = TO_BE_FOUND
        yield
    else:
        with closing(sqlite3.connect(IN_MEMORY, uri=True)) as kept, closing(sqlite3.connect(folder / "concertation.sqlite3")) as prepared:
            prepared.backup(kept)
            yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The reference set is loaded and can be found once for all; the journal and the list of work begin empty all the same."""
    with django_db_blocker.unblock():
        if reference.load_if_changed():
            index("AES")
        for table in ("ground_journalline", "ground_journalhead", "django_tasks_database_dbtaskresult"):
            with_triggers_off(f"DELETE FROM {table}")


@pytest.fixture(autouse=True)
def plain_static_files() -> Iterator[None]:
    """Addresses of static files without the hash of their content: nothing has to be collected first."""
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": PLAIN_STATIC}):
        yield
