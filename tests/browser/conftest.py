"""A live server and Chromium, for tests that look at the product as its readers do."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test.utils import override_settings
from laid_node import LaidNode, served
from playwright.sync_api import Browser, sync_playwright

FOLDER = Path(__file__).resolve().parent
PLAIN_STATIC = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium, headless."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium on this machine")
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def gallery_settings() -> Iterator[None]:
    """The product's addresses with the gallery of building blocks added; static files under their plain names."""
    engine: dict[str, Any] = {**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], FOLDER / "templates"]}
    with override_settings(ROOT_URLCONF="gallery", TEMPLATES=[engine], STORAGES={**settings.STORAGES, **PLAIN_STATIC}):
        yield


@pytest.fixture
def gallery(gallery_settings: None, live_server: Any) -> str:
    """The gallery's address on a live server."""
    return f"{live_server.url}/gallery/"


@pytest.fixture(scope="session")
def laid_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LaidNode]:
    """A node with something to show at every address."""
    with served(tmp_path_factory.mktemp("laid-node")) as node:
        yield node
