"""Pages under test name their static files plainly: nothing has to be collected first."""

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
