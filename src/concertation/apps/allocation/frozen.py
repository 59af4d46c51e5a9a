"""The question of a round as it is solved: the bytes received, and on them what a scenario changes, in one order, always the same.

First which money counts and who has joined, then the States' constraints, then what is tried, and last the endorsed plan to stay near to. The same bytes
and changes give the same question, known by its digest.
"""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from concertation.apps.ground.chain import canonical
from concertation.core.allocation.consent import Constraint, constrained
from concertation.core.allocation.question import Question
from concertation.core.allocation.what_if import WhatIf, changed
from concertation.core.problems import Problem
from concertation.formats.allocation_question import ReadQuestion, read_question
from concertation.formats.json_file import ReadJson, read_json

QUESTIONS_KEPT = 8


class NotAQuestion(ValueError):
    """A frozen question that this release no longer reads: its bytes stay, restore the release that made the round."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a scenario changes in its round's question, as it stood when the scenario was made; `counting` empty counts money as the question says."""

    constraints: tuple[Constraint, ...] = ()
    joined: tuple[str, ...] = ()
    what_ifs: tuple[WhatIf, ...] = ()
    previous: Mapping[str, int] = field(default_factory=dict)
    counting: str = ""

    def content(self) -> bytes:
        """The changes as bytes that are the same for the same changes."""
        return canonical({
            "constraints": [asdict(each) for each in self.constraints], "joined": list(self.joined), "what_ifs": [asdict(each) for each in self.what_ifs],
            "previous": dict(self.previous), **({"counting": self.counting} if self.counting else {}),
        })  # fmt: skip


def changes_in(content: bytes) -> Changes:
    """The changes a scenario keeps."""
    told = json.loads(bytes(content) or b"{}")
    return Changes(
        constraints=tuple(Constraint(**each) for each in told.get("constraints", ())), joined=tuple(told.get("joined", ())),
        what_ifs=tuple(WhatIf(**each) for each in told.get("what_ifs", ())), previous=told.get("previous", {}),
        counting=told.get("counting", ""),
    )  # fmt: skip


def read_bytes(content: bytes) -> ReadJson:
    """JSON as received, read in a bounded child like any file from outside."""
    with tempfile.TemporaryDirectory(prefix="concertation-question-") as folder:
        path = Path(folder) / "question.json"
        path.write_bytes(content)
        return read_json(path)


def understood(content: bytes, *, on: date, joined: Sequence[str] = (), counting: str = "") -> tuple[ReadQuestion, tuple[Problem, ...]]:
    """The question in received bytes on a day, and every problem met; authorities that joined since are added to those it names, and money is counted as it says unless `counting` does."""
    read = read_bytes(content)
    if read.content is None:
        return ReadQuestion(None, ()), read.problems
    asked: Any = read.content
    if joined and isinstance(asked, dict):
        asked = {**asked, "joined": [*(asked.get("joined") or []), *joined]}
    if counting and isinstance(asked, dict):
        asked = {**asked, "counting": counting}
    question = read_question(asked, today=on)
    return question, (*read.problems, *question.problems)


@lru_cache(maxsize=QUESTIONS_KEPT)
def question_of(content: bytes, changes: bytes, on: date) -> Question:
    """The question of a round with a scenario's changes, kept for the next time it is asked. Raises NotAQuestion."""
    told = changes_in(changes)
    read, problems = understood(content, on=on, joined=told.joined, counting=told.counting)
    if read.question is None:
        raise NotAQuestion(", ".join(problem.code for problem in problems))
    question, _left_out = changed(constrained(read.question, told.constraints), told.what_ifs)
    return replace(question, previous=dict(told.previous)) if told.previous else question
