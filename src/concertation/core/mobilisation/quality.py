"""What the ledger says of the quality of money: paid on the promised day, and the part of companies, foundations and the diaspora.

Each measure stands in one currency, since the ledger adds no two. Only money counts, not what is in kind, and only what the receiving side
confirmed. What bears no promised day, or a giver of no known type, is unknown and stays in the whole.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from concertation.core.funding_quality import Share
from concertation.core.mobilisation.ledger import Kind, Stood
from concertation.core.parties import DIASPORA, PRIVATE

BY_GIVER: Mapping[str, frozenset[str]] = {"private": PRIVATE, "diaspora": DIASPORA}
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Held:
    """A pledge as these measures read it: amounts in minor units of its currency, receipts as (day, amount), what is declared alone by instalment."""

    currency: str
    giver_type: str
    kind: str
    promised: int | None
    pledged_on: date
    taken_back: bool
    instalments: tuple[Stood, ...]
    received: tuple[tuple[date, int], ...]
    declared: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LedgerShare:
    """One measure of the ledger in one currency."""

    currency: str
    share: Share


@dataclass(slots=True)
class _Tally:
    """What adds up to a share."""

    part: int = 0
    whole: int = 0
    unknown: int = 0
    lines: int = 0
    unknown_lines: int = 0

    def add(self, whole: int, part: int, unknown: int) -> None:
        """Add an amount, the part of it that has the measure, and the part of which nobody knows."""
        self.whole, self.part, self.unknown = self.whole + whole, self.part + part, self.unknown + unknown
        self.lines, self.unknown_lines = self.lines + (part > 0), self.unknown_lines + (unknown > 0)


@dataclass(slots=True)
class _Tallies:
    """A tally for each currency."""

    held: dict[str, _Tally] = field(default_factory=dict)

    def add(self, currency: str, whole: int, *, part: int = 0, unknown: int = 0) -> None:
        """Add to the tally of a currency."""
        self.held.setdefault(currency, _Tally()).add(whole, part, unknown)

    def shares(self) -> tuple[LedgerShare, ...]:
        """The shares, by currency, of those that count anything."""
        return tuple(LedgerShare(code, Share(each.part, each.whole, each.unknown, each.lines, each.unknown_lines)) for code, each in sorted(self.held.items()) if each.whole)


def paid_on_time(pledges: Iterable[Held], *, today: date, year: int | None = None) -> tuple[LedgerShare, ...]:
    """Of the instalments whose promised day has passed (in a year), the part received by that day; those without a day are unknown,
    and so is what a giver declares to have paid until the receiving side confirms it.

    >>> from concertation.core.mobilisation.ledger import Instalment, Payment, stand
    >>> stood = stand(Instalment(1, 500, date(2026, 3, 1)), [Payment(1, 200, date(2026, 3, 1)), Payment(1, 300, date(2026, 4, 1))], today=date(2026, 6, 1))
    >>> [each] = paid_on_time([Held("XOF", "company", "cash", 500, date(2026, 1, 1), False, (stood,), ())], today=date(2026, 6, 1))
    >>> each.currency, each.share.share
    ('XOF', Fraction(2, 5))
    """
    tallies = _Tallies()
    for each in _of_money(pledges):
        for stood in each.instalments:
            due = stood.instalment.due_on
            if due is None:
                if _in_year(each.pledged_on, year):
                    tallies.add(each.currency, stood.instalment.minor, unknown=stood.instalment.minor)
            elif due < today and _in_year(due, year):
                tallies.add(each.currency, stood.instalment.minor, part=stood.in_time, unknown=min(each.declared.get(stood.instalment.number, 0), stood.left))
        if not each.instalments and each.promised and _in_year(each.pledged_on, year):
            tallies.add(each.currency, each.promised, unknown=each.promised)
    return tallies.shares()


def received_from(pledges: Iterable[Held], *, measure: str, year: int | None = None) -> tuple[LedgerShare, ...]:
    """Of the money the ledger received (in a year), the part of companies and foundations (`private`) or of the diaspora.

    >>> given = [Held("EUR", kind, "cash", 9, date(2026, 1, 1), False, (), ((date(2026, 2, 1), 9),)) for kind in ("company", "unknown", "government")]
    >>> received_from(given, measure="private")[0].share
    Share(part=9, whole=27, unknown=9, flows=1, unknown_flows=1)
    """
    tallies = _Tallies()
    for each in pledges:
        minor = sum(amount for on, amount in each.received if _in_year(on, year))
        if each.kind == Kind.CASH and minor:
            tallies.add(each.currency, minor, part=minor if each.giver_type in BY_GIVER[measure] else 0, unknown=minor if each.giver_type == UNKNOWN else 0)
    return tallies.shares()


def _of_money(pledges: Iterable[Held]) -> Iterable[Held]:
    return (each for each in pledges if each.kind == Kind.CASH and not each.taken_back)


def _in_year(day: date, year: int | None) -> bool:
    return year is None or day.year == year
