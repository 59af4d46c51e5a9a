"""Bytes per page, compressed as they travel: a first visit with its stylesheet, scripts and shapes, and every later page."""

import gzip
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from addresses import Ground, with_choices
from budgets.budget_files import compare
from concertation.core.sharing import Role
from concertation.site import reference
from import_steps import bring_in, only_run, signed_in

FIRST, LATER = 60_000, 15_000
STEP = 500
ASSET = re.compile(r'<(?:script|link)[^>]*(?:src|href)="/static/([^"]+)"')
SHAPES = re.compile(r'/maps/[0-9a-f]{16}\.svg')
REAL = {"BFA": "bfa_5w_2022-02_nocontact.xlsx", "NER": "ner_3w_2022-02_redacted.xlsx"}
GZIP = {"accept-encoding": "gzip"}


def weight(content: bytes) -> int:
    """How much content weighs when it is compressed as the node compresses it."""
    return len(gzip.compress(content, 6))


@cache
def weight_of_asset(name: str) -> int:
    """What a static file weighs, weighed once for all pages."""
    found = finders.find(name)
    return weight(Path(found).read_bytes()) if found else 0


def assets(page: str) -> int:
    """What the stylesheet, the scripts and the icon of a page weigh, once for every page."""
    return sum(weight_of_asset(name) for name in set(ASSET.findall(page)))


@cache
def weight_of_shapes(client: Client, address: str) -> int:
    """What the shapes at an address weigh to a reader; the address names their content."""
    answer = client.get(address)
    assert answer.status_code == 200
    return weight(answer.content)


def shapes(client: Client, page: str) -> int:
    """What the shapes of a page's maps weigh; a browser keeps them for a year."""
    return sum(weight_of_shapes(client, address) for address in set(SHAPES.findall(page)))


def weighed(client: Client, path: str) -> dict[str, int]:
    """The page alone, and a first visit that begins with it."""
    answer = client.get(path, headers=GZIP)
    page = (gzip.decompress(answer.content) if answer.headers.get("Content-Encoding") == "gzip" else answer.content).decode()
    return {"page": len(answer.content), "first visit": len(answer.content) + assets(page) + shapes(client, page)}


def told(found: dict[str, dict[str, int]]) -> str:
    """The table, heaviest first."""
    heavy = sorted(found.items(), key=lambda line: -line[1]["page"])
    return "\n".join(f"{page:50} {held['page']:7} {held['first visit']:7}" for page, held in heavy)


def too_heavy(found: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """The pages beyond a budget."""
    return {page: held for page, held in found.items() if held["page"] > LATER or held["first visit"] > FIRST}


def test_every_page_weighs_what_it_may_and_what_it_weighed_before(ground: Ground) -> None:
    found = {page: weighed(who, path) for page, (who, path) in with_choices(ground).items()}

    print(told(found))
    assert too_heavy(found) == {}
    rounded = {page: {name: -(-bytes_ // STEP) * STEP for name, bytes_ in held.items()} for page, held in found.items()}
    now, before = compare("bytes", rounded)
    grown = {page: (now[page], before[page]) for page in now if any(abs(now[page][name] - before[page][name]) > 2 * STEP for name in now[page])}
    assert grown == {}


@pytest.mark.shared
def test_pages_of_the_real_workbooks_weigh_no_more(db: None, shared: Path, settings: Any, tmp_path: Path) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "ENQUEUE_ON_COMMIT": False}}
    settings.RAW_FOLDER, settings.HOME = tmp_path / "raw", tmp_path
    reference.load_if_changed()
    manager = signed_in(*((Role.DATA_MANAGER, state) for state in REAL))
    brought = {}
    for state, name in REAL.items():
        bring_in(manager, (shared / "presence" / name).read_bytes(), state=state, name=name)
        brought[state] = run = only_run() if not brought else next(each for each in type(brought["BFA"]).objects.all() if each.owner_state == state)
        manager.post(f"/imports/{run.pk}/accept/")
    paths = [
        "/", "/situation/", "/situation/?state=NER&level=2&measure=presence", "/states/NER/", "/states/BFA/", "/units/ner-1-diffa/", "/units/ner-2-diffa/",
        "/sectors/", "/sectors/FSC/", "/sectors/FSC/?state=NER&level=2", "/organisations/", "/imports/", "/review/", "/sources/", "/needs/", "/journal/",
        *(f"/imports/{run.pk}/" for run in brought.values()),
    ]  # fmt: skip

    found = {path: weighed(manager, path) for path in paths}

    print(told(found))
    assert too_heavy(found) == {}
