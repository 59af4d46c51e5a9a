"""Frameworks and readings for tests: the shipped ones, and small synthetic changes of them."""

from typing import Any

import yaml

from concertation.core.anticipation.framework import Framework
from concertation.core.anticipation.readings import Reading, Readings
from concertation.core.problems import Problem
from concertation.formats.framework_file import read_framework, shipped

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun")


def framework(name: str) -> Framework:
    """A shipped framework."""
    held = shipped()[name].read.framework
    assert held is not None
    return held


def content(name: str) -> Any:
    """The content of a shipped file, to be changed."""
    return yaml.safe_load(shipped()[name].written)


def changed(name: str, *path: object, to: object) -> tuple[Problem, ...]:
    """The problems of a shipped framework in which one place says something else."""
    return problems_of(with_change(name, *path, to=to))


def with_change(name: str, *path: object, to: object) -> Any:
    """The content of a shipped framework in which one place says something else."""
    whole = content(name)
    place = whole
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = to
    return whole


def problems_of(whole: Any) -> tuple[Problem, ...]:
    """What is wrong with a content."""
    return read_framework(yaml.safe_dump(whole, allow_unicode=True, sort_keys=False).encode()).problems


def codes(problems: tuple[Problem, ...]) -> set[str]:
    """The codes of problems."""
    return {problem.code for problem in problems}


MONEY = {
    "envelope": {"fund": "Réserve synthétique", "currency": "USD", "amount": 60_000}, "mode": "per-unit",
    "rows": [{"agency": "Organisation synthétique", "window": "action", "sector": "SHL", "amount": 40_000}],
}  # fmt: skip


def register_with_money() -> dict[str, Any]:
    """Niger's threshold of the register as a synthetic framework in force, with agreed money for each commune."""
    return {**content("ner-displacement-rrm"), "framework": "ner-rrm-synthetic", "status": "in-force", "money": MONEY}


def level(*values: float, year: int = 2020, first_day: int = 200) -> Readings:
    """Daily levels at Niamey, from a day of the year on."""
    return Readings.of(Reading("level", "", year, first_day + day, value) for day, value in enumerate(values))
