"""A node of its own with something to show at every address, for browsers that walk it: who opens what, and the session of its data manager."""

import json
import os
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext

from ports import free_port
from ready_python import ready
from separate_node import new_node

ROOT = Path(__file__).resolve().parents[2]
THIRD_AND_ON = re.compile(r" ([3-9]|\d\d+)$")
NOBODY, MANAGER = "nobody", "data manager"
NODE = """
import json, sys, django; django.setup()
from pathlib import Path
from django.conf import settings
from django.core.management import call_command
from concertation.site.node import make_ready
make_ready()
settings.SECOND_FACTOR = False
from addresses import is_whole, lay, shows_page, with_choices
ground = lay()
pages = [["data manager" if who is ground.manager else "nobody", name, path] for name, (who, path) in with_choices(ground).items() if is_whole(who, path)]
pages += [["nobody", name, path] for who, name, path in list(pages) if who != "nobody" and shows_page(ground.nobody, path)]
cookie = ground.manager.cookies[settings.SESSION_COOKIE_NAME].value
Path(sys.argv[2]).write_text(json.dumps({"pages": pages, "session": cookie}))
call_command("runserver", f"127.0.0.1:{sys.argv[1]}", "--noreload", "--nostatic")
"""


@dataclass(frozen=True)
class LaidNode:
    """Where the node is served, every page as (who, name, path), and the data manager's session."""

    url: str
    pages: list[tuple[str, str, str]]
    session: str

    @property
    def pages_once(self) -> list[tuple[str, str, str]]:
        """Every page as one reader opens it, the data manager where both may; of one address the first two and what may be chosen there."""
        of_manager = {path for who, _name, path in self.pages if who == MANAGER}
        return [page for page in self.pages if (page[0] == MANAGER or page[2] not in of_manager) and not THIRD_AND_ON.search(page[1])]

    def context(self, chromium: Browser, who: str, **options: object) -> BrowserContext:
        """A browser of nobody or of the data manager."""
        context = chromium.new_context(**options)  # type: ignore[arg-type]
        if who == MANAGER:
            context.add_cookies([{"name": "sessionid", "value": self.session, "url": self.url}])
        return context


def in_language(path: str, language: str) -> str:
    """The address in a language."""
    return f"{path}{'&' if '?' in path else '?'}lang={language}"


@contextmanager
def served(home: Path) -> Iterator[LaidNode]:
    """The node while the block runs."""
    port, said = free_port(), new_node(home, with_reference_set=True).home / "pages.json"
    ours = {"CONCERTATION_HOME": str(home), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT / 'tests'}", "DJANGO_SETTINGS_MODULE": "concertation.site.settings"}
    with (home / "log").open("wb") as log:
        running = ready().begin_code(NODE, [str(port), str(said)], {**os.environ, **ours}, log=log)
        try:
            for _ in range(1800):
                assert running.poll() is None, (home / "log").read_text()[-3000:]
                with socket.socket() as tried:
                    if tried.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            told = json.loads(said.read_text())
            yield LaidNode(f"http://127.0.0.1:{port}", [(who, name, path) for who, name, path in told["pages"]], told["session"])
        finally:
            running.terminate()
            running.wait(timeout=20)
