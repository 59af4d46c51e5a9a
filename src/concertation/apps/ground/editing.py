"""Two people and one row: whoever comes second is told, and shown what stands now; an act that cannot be done says why in coded problems.

Every guarded row has a version. A form carries the version it was read at; the row is held at that version while the act is done.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.core.signing import BadSignature, dumps, loads
from django.db.models import Model

from concertation.apps.ground.downloads import language
from concertation.core.problems import Problem
from concertation.formats.problem_texts import in_words

RowT = TypeVar("RowT", bound=Model)


class Conflict(Exception):
    """Somebody changed the row since it was read; `held` is how it stands now."""

    def __init__(self, held: Any) -> None:
        super().__init__(f"{held.pk} is at version {held.version}")
        self.held = held


class ActRefused(Exception):
    """An act that cannot be done; carries a problem for each thing wrong."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(", ".join(problem.code for problem in self.problems))


def held_at(model: type[RowT], key: object, base_version: int, *, beside: Iterable[str] = ()) -> RowT:
    """A row as it stands, held until the transaction ends, with the rows it points to named `beside`. Raises Conflict when it changed since `base_version`."""
    rows = model._default_manager.select_for_update(of=("self",))
    now: Any = (rows.select_related(*beside) if beside else rows).get(pk=key)
    if now.version != base_version:
        raise Conflict(now)
    held: RowT = now
    return held


def problem_words(problem: Problem) -> str:
    """What is wrong and what to do, in the reader's language."""
    return in_words(problem).told(language())


def sealed(values: Mapping[str, Any], *, salt: str) -> str:
    """What stood when a form was read, signed so that it comes back as it went."""
    return dumps(dict(values), salt=salt, compress=True)


def unsealed(text: str, *, salt: str) -> dict[str, Any] | None:
    """The values of a seal; none when it was altered or is not there."""
    try:
        content: dict[str, Any] = loads(text, salt=salt)
    except BadSignature:
        return None
    return content
