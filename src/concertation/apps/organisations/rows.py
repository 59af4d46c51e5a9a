"""Rows that name organisations belong to apps above the register; such an app offers here what the register asks of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django.db.models import QuerySet

from concertation.core.sharing import Mandate


@dataclass(frozen=True, slots=True)
class Declared:
    """How many activities of an organisation, and of those merged into it, a reader may see in one State."""

    organisation: UUID
    state: str
    activities: int


class Rows(Protocol):
    """What an app whose rows name organisations has to offer."""

    def declared(self, mandates: Sequence[Mandate], organisations: Sequence[UUID]) -> Iterable[Declared]:
        """What the reader may see of these organisations, per State; of every one when none is named."""

    def named_in(self, mandates: Sequence[Mandate], state: str) -> QuerySet[Any]:
        """The ids of the organisations, after merges, of which the reader may see rows in a State."""

    def count_anew(self, organisations: Sequence[UUID], *, by: Mandate) -> None:
        """Rows of these organisations count otherwise from now on: note it in the chain of each State that has some."""

    def follow_spelling(self, folded: str, *, source: UUID, target: UUID, by: Mandate) -> int:
        """Rows written so now belong to another organisation; gives back how many moved."""


KEEPERS: list[Rows] = []


def register_rows(keeper: Rows) -> None:
    """An app offers its rows to the register."""
    KEEPERS.append(keeper)
