"""A live server and Chromium, for tests that look at the product as its readers do."""

import os
import shutil
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test.utils import override_settings
from laid_node import LaidNode, served
from playwright.sync_api import Browser, Locator, Page, sync_playwright

FOLDER = Path(__file__).resolve().parent
PLAIN_STATIC = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


def once_loaded(act: Callable[..., None]) -> Callable[..., None]:
    """The act, over only when the page it leads to has loaded: what a test reads next is never half a page."""

    @wraps(act)
    def waited(on: Page | Locator, *given: Any, **named: Any) -> None:
        act(on, *given, **named)
        (on.page if isinstance(on, Locator) else on).wait_for_load_state()

    return waited


@pytest.fixture(scope="session", autouse=True)
def clicks_end_with_a_whole_page() -> Iterator[None]:
    """Chromium says a click is done when the next page begins to arrive; a loaded machine then shows a test half of it."""
    with pytest.MonkeyPatch.context() as patched:
        for owner, name in ((Page, "click"), (Locator, "click"), (Locator, "press")):
            patched.setattr(owner, name, once_loaded(getattr(owner, name)))
        yield


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
