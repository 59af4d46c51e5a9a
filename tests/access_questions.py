"""The questions of the walk of access: pairs that ask the same are asked once, and each pair is judged by the answer.

Two pairs ask the same in two cases alone. They are one request of one reader: several rows share an address. Or they differ
in the form of export, and the answer was made without anything having looked at it; a walk asks some of those all the same,
and compares.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from unittest import mock

from django.core.handlers import wsgi
from django.http import QueryDict

from access_plants import Planted, Reader
from concertation.apps.access.models import User
from concertation.site.blocks import address_with, kept_parameters
from concertation.site.context import layout

SAY_AGAIN = {layout.__code__, address_with.__code__, kept_parameters.__code__}  # what writes an address into links and forms without choosing by it
FORM = "format"
ASKED_FORM = re.compile(r"\?format=[a-z-]+$")
TOLD_LENGTH = re.compile(r"'Content-Length': '\d+'")
KEPT_FORM = re.compile(r'<input type="hidden" name="format" value="[a-z-]+">\s*')
TOLD_FORM = re.compile(r"(?:[?&;]|&amp;|%3F|%26)?format(?:=|%3D)[a-z-]+")
SEPARATORS = re.compile(r"(?:\?|%3F)(?:&amp;|&|%26)?(?=[\"'\s]|$)|(?<=\?)(?:&amp;|&)")


@dataclass(frozen=True)
class Step:
    """One reader at one address."""

    reader: Reader
    name: str
    path: str
    method: str
    planted: Planted | None = None
    target: User | None = None


@dataclass(frozen=True)
class Question:
    """One request of one reader, with every pair that it answers; `address` is its path whatever the form of export."""

    reader: Reader
    method: str
    path: str
    address: str
    pairs: tuple[Step, ...]

    @property
    def whatever_form(self) -> tuple[str, str, str]:
        """Under what the forms of this question stand together."""
        return self.reader.name, self.method, self.address


def questions(steps: Iterable[Step]) -> list[Question]:
    """The pairs by request, in the order in which they were found."""
    by_request = defaultdict[tuple[str, str, str], list[Step]](list)
    for step in steps:
        by_request[step.reader.name, step.method, step.path].append(step)
    return [Question(pairs[0].reader, pairs[0].method, pairs[0].path, ASKED_FORM.sub("", pairs[0].path), tuple(pairs)) for pairs in by_request.values()]


def by_address(every: Iterable[Question]) -> dict[tuple[str, str, str], list[Question]]:
    """The forms of each question together."""
    found = defaultdict[tuple[str, str, str], list[Question]](list)
    for question in every:
        found[question.whatever_form].append(question)
    return found


def part_of(every: Sequence[Question], part: str) -> list[Question]:
    """The questions of one part, "2/3" the second of three: each question is in one part, with all its forms."""
    number, parts = map(int, part.split("/"))
    if not 1 <= number <= parts:
        raise ValueError(part)
    return [question for place, forms in enumerate(by_address(every).values()) if place % parts == number - 1 for question in forms]


class Looks:
    """Whether the form of export was looked at while an answer was made."""

    looked = False


class Watched(QueryDict):
    """The query of an address that notes when its form of export, or all of it, is looked at, but by what only says the address again."""

    def __init__(self, text: str | bytes | None = None, looks: Looks | None = None, **how: Any) -> None:
        self.looks = Looks()
        super().__init__(text, **how)
        self.looks = looks or Looks()

    def note(self, key: object = FORM) -> None:
        """Something looks at a key."""
        if key == FORM:
            self.looks.looked = True

    def __getitem__(self, key: Any) -> Any:
        self.note(key)
        return super().__getitem__(key)

    def _getlist(self, key: Any, default: Any = None, force_list: bool = False) -> Any:
        self.note(key)
        return super()._getlist(key, default, force_list)  # type: ignore[misc]

    def __contains__(self, key: object) -> bool:
        self.note(key)
        return super().__contains__(key)

    def __iter__(self) -> Iterator[Any]:
        self.note()
        return super().__iter__()

    def __len__(self) -> int:
        self.note()
        return super().__len__()

    def __eq__(self, other: object) -> bool:
        self.note()
        return super().__eq__(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        self.note()
        return super().__repr__()

    def keys(self) -> Any:
        """Every key."""
        self.note()
        return super().keys()

    def lists(self) -> Any:
        """Every key with its values."""
        if sys._getframe(1).f_code not in SAY_AGAIN:
            self.note()
        return super().lists()

    def copy(self) -> QueryDict:
        """A copy that is not watched."""
        if sys._getframe(1).f_code not in SAY_AGAIN:
            self.note()
        plain = QueryDict("", mutable=True, encoding=self.encoding)
        for key, values in super().lists():
            plain.setlist(key, values)
        return plain

    def __copy__(self) -> QueryDict:
        self.note()
        return self.copy()

    def __deepcopy__(self, memo: Any) -> QueryDict:
        self.note()
        return self.copy()


@contextmanager
def watching() -> Iterator[Looks]:
    """Notes, while it lasts, whether the form of export of an address is looked at."""
    looks = Looks()
    with mock.patch.object(wsgi, "QueryDict", partial(Watched, looks=looks)):
        yield looks


def whatever_form(text: str) -> str:
    """What an answer says, without the address it says again and the length that comes of it."""
    return SEPARATORS.sub("", TOLD_FORM.sub("?", KEPT_FORM.sub("", TOLD_LENGTH.sub("", text))))
