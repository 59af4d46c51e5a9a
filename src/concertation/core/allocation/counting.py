"""Which money a scenario counts: what is paid, with what is committed, with what is only pledged; each is declared, none is added in silence.

Commitments and what is paid count unless a scenario says otherwise, as in the totals of FTS; a pledge is not money received, and
counts only where the scenario says so. Money of which nobody says how far it is counts in every scenario, and is told.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, Protocol

Counting = Literal["paid", "commitments", "pledges"]
COUNTINGS: tuple[Counting, ...] = ("paid", "commitments", "pledges")
USUAL: Counting = "commitments"
STATUSES = ("paid", "commitment", "pledge")
UNSAID = ""
COUNTED: Mapping[Counting, frozenset[str]] = {
    "paid": frozenset({UNSAID, "paid"}), "commitments": frozenset({UNSAID, "paid", "commitment"}), "pledges": frozenset({UNSAID, *STATUSES}),
}  # fmt: skip


class Standing(Protocol):
    """Money that says how far it is."""

    @property
    def status(self) -> str:
        """paid, commitment or pledge; empty where nobody says."""

    @property
    def amount(self) -> int:
        """Minor units."""


def is_counted(source: Standing, counting: Counting) -> bool:
    """Whether a scenario that counts so counts this money.

    >>> from concertation.core.allocation.terms import MoneySource
    >>> [is_counted(MoneySource("s", 1, status="pledge"), each) for each in COUNTINGS]
    [False, False, True]
    """
    return source.status in COUNTED[counting]


def by_status(sources: Iterable[Standing]) -> dict[str, tuple[int, int]]:
    """How many sources there are of each status, and their minor units; only the statuses met, in the order paid, commitment, pledge, not said.

    >>> from concertation.core.allocation.terms import MoneySource
    >>> by_status([MoneySource("a", 5, status="pledge"), MoneySource("b", 2, status="paid"), MoneySource("c", 3, status="pledge")])
    {'paid': (1, 2), 'pledge': (2, 8)}
    """
    found: dict[str, tuple[int, int]] = {}
    for source in sources:
        count, amount = found.get(source.status, (0, 0))
        found[source.status] = count + 1, amount + source.amount
    return {status: found[status] for status in (*STATUSES, UNSAID) if status in found}
