"""Pages under test name their static files plainly: nothing has to be collected first. A quarter of a million refusals, each asked for, are not logged."""

import logging
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test.utils import override_settings

PLAIN = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


@pytest.fixture(scope="session", autouse=True)
def plain_static_files() -> Iterator[None]:
    """Addresses of static files without the hash of their content."""
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": PLAIN}):
        yield


@pytest.fixture(autouse=True)
def refusals_unlogged(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal is what most pairs of a walk ask for; its line in the log, with a trace, would be kept in memory until the walk ends."""
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)
