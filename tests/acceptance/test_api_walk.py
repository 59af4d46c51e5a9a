"""The walk of access for programs: every reader, by token and by session, at every address of the interface, with the planted rows.

An answer must be the one expected, and no answer, JSON or CSV, may hold the mark of a row its reader may not see. A sample bounded in
time runs with the suite; `CONCERTATION_WALK=full` walks every pair.
"""

import os
import random
import time
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from acceptance.test_access_walk import MARK, SEED, Grounds, grounds, leaks, text_of
from access_plants import Reader
from access_questions import Step
from api_steps import ONE_ROUND, token_of, with_token
from concertation.apps.access import bearers
from concertation.apps.ground.models import GuardedQuerySet
from concertation.core.sharing import Role
from concertation.core.sharing.giving import journals_read
from concertation.site.api_description import description

__all__ = ["grounds"]
pytestmark = pytest.mark.django_db
SECONDS, FEWEST = 20, 400
ASKS_WHO = ("/api/v1/imports", "/api/v1/journal/heads")


@dataclass(frozen=True)
class Program(Reader):
    """The same reader, by a token with everything they hold."""

    @cached_property
    def client(self) -> Client:
        """A program of theirs."""
        assert self.user is not None
        return with_token(token_of(self.user))


@pytest.fixture(autouse=True)
def not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A walk asks more often than a reader may."""
    monkeypatch.setattr(bearers, "PER_MINUTE", 10_000_000)
    monkeypatch.setattr(bearers, "BOOKLETS", bearers.Booklets())
    cache.clear()


def steps(grounds: Grounds) -> list[Step]:
    """Every reader at every address, with every planted row in those that name one."""
    paths: list[tuple[str, str, Any]] = []
    for path, methods in description("fr")["paths"].items():
        tabular = any(given["name"] == "limit" for given in methods["get"]["parameters"])
        for planted in grounds.plants if "{" in path else [None]:
            named = path.replace("{figure_id}", str(planted.figure.pk)).replace("{import_id}", str(planted.run.pk)) if planted else path
            asked = "?state=NER&level=1&sector=FSC" if path.endswith("/picture") else "?limit=10000" if tabular else ""
            asked = f"{ONE_ROUND[path]}{asked.replace('?', '&')}" if path in ONE_ROUND else asked
            forms = ("", "&output_format=csv") if tabular else ("",)
            if path.endswith("/search"):
                forms = tuple(f"?q={words}&most=200&output_format={form}" for words in ("zqa", "zqo", "zqs") for form in ("json", "csv"))
            paths += [(path, f"{named}{asked}{form}", planted) for form in forms]
    programs = [Program(f"{each.name} by token", each.mandates, each.user) for each in grounds.readers if each.mandates]
    return [Step(reader, path, address, "GET", planted) for path, address, planted in paths for reader in (*grounds.readers, *programs)]


def expected(step: Step) -> int:
    """The answer that is due."""
    reader, path = step.reader, step.name
    if path.startswith(ASKS_WHO) and reader.user is None:
        return 401
    if path.endswith("/journal/heads"):
        return 200 if journals_read(reader.mandates) else 403
    if step.planted is not None:
        return 200 if step.planted.plot.opens_to(reader.mandates) else 404
    return 200


@pytest.mark.filterwarnings("ignore")
def test_no_program_gets_an_answer_or_a_row_beyond_its_mandates(grounds: Grounds) -> None:
    every, full = steps(grounds), os.environ.get("CONCERTATION_WALK") == "full"
    random.Random(SEED).shuffle(every)
    begun, walked, wrong, leaked = time.monotonic(), Counter[str](), [], []

    for step in every:
        if not full and time.monotonic() - begun > SECONDS and sum(walked.values()) >= FEWEST:
            break
        answer = step.reader.client.get(step.path)
        walked[step.name] += 1
        if answer.status_code != expected(step):
            wrong.append((step.reader.name, step.path, answer.status_code, expected(step)))
        leaked += [(step.reader.name, step.path, mark) for mark in sorted(leaks(text_of(answer), step.reader, grounds))]

    print(f"walked {sum(walked.values())} of {len(every)} pairs at {len(walked)} addresses in {time.monotonic() - begun:.0f} s: {len(leaked)} leaks, {len(wrong)} wrong answers")
    assert not leaked, leaked[:20]
    assert not wrong, wrong[:20]
    assert sum(walked.values()) >= FEWEST


def test_a_door_left_open_is_found(grounds: Grounds, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = next(each for each in grounds.readers if each.mandates and each.mandates[0].role is Role.READER and each.mandates[0].state == "MLI")
    monkeypatch.setattr(GuardedQuerySet, "visible_to", lambda rows, mandates: rows.all())
    steps_open = [Step(reader, name, f"/api/v1/{name}?limit=10000", "GET") for name in ("figures", "activities", "imports", "organisations")]

    found = {step.name: leaks(text_of(reader.client.get(step.path)), reader, grounds) for step in steps_open}

    assert all(found.values()), found


def test_the_walk_sees_what_may_be_seen(grounds: Grounds) -> None:
    manager = next(each for each in grounds.readers if each.mandates and each.mandates[0].role is Role.DATA_MANAGER and each.mandates[0].state == "NER")
    program, run = Program("by token", manager.mandates, manager.user), grounds.plants[0].run
    pages = ["/api/v1/figures?state=NER", "/api/v1/activities", "/api/v1/imports", "/api/v1/organisations", "/api/v1/sources", f"/api/v1/imports/{run.pk}/problems"]

    seen = {mark[0] for page in pages for mark in MARK.findall(text_of(program.client.get(f"{page}{'&' if '?' in page else '?'}limit=10000")).lower())}

    assert seen >= set("afrpso")
    assert {mark[0] for mark in MARK.findall(text_of(program.client.get("/api/v1/search?q=zq&most=200")).lower())} >= set("aos")
