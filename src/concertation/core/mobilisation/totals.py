"""Totals of pledges: per type of giver, kind and currency; brought into one currency only at rates somebody states.

What leaves the ledger is protected: a type with fewer than three givers is told together with the other small ones, and withheld where
together they are fewer than three. Nobody is named. A pool of individuals counts as many givers as it says, one where it does not say.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from concertation.core.mobilisation.ledger import Kind
from concertation.core.money import Money, Rate, Rates, convert
from concertation.core.problems import Problem

FEWEST_GIVERS = 3
OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Counted:
    """One pledge as totals count it: amounts in minor units, no value where none is held; `giver` tells givers apart and is never told."""

    giver: str
    giver_type: str
    kind: str
    currency: str
    promised: int | None
    received: int
    late: int
    people: int = 1


@dataclass(frozen=True, slots=True)
class Total:
    """Pledges of one type of giver, kind and currency added; `without_value` are pledges in kind to which nobody gave a value."""

    giver_type: str
    kind: str
    currency: str
    givers: int
    pledges: int
    promised: int
    received: int
    late: int
    without_value: int


@dataclass(frozen=True, slots=True)
class Protected:
    """Totals that may leave the ledger, and how many lines were withheld."""

    shown: tuple[Total, ...]
    withheld: int


@dataclass(frozen=True, slots=True)
class InOne:
    """Totals in one currency: what they promise and what was received, the rates they went through, and what no stated rate converts."""

    promised: Money
    received: Money
    rates: tuple[Rate, ...]
    problems: tuple[Problem, ...]

    @property
    def is_whole(self) -> bool:
        """Whether everything was converted; where not, the sum is not of everything and must not be shown as such."""
        return not self.problems


def totals(pledges: Iterable[Counted]) -> tuple[Total, ...]:
    """Pledges added where adding is allowed: same type of giver, same kind, same currency; the largest promise first.

    >>> [(each.givers, each.promised, each.without_value) for each in totals([Counted("a", "company", "cash", "XOF", 5, 1, 0), Counted("a", "company", "cash", "XOF", 7, 0, 7)])]
    [(1, 12, 0)]
    """
    groups: dict[tuple[str, str, str], list[Counted]] = {}
    for each in pledges:
        groups.setdefault((each.giver_type, each.kind, each.currency), []).append(each)
    added = [_added(*key, own) for key, own in groups.items()]
    return tuple(sorted(added, key=lambda each: (each.kind != Kind.CASH, each.currency, -each.promised, each.giver_type)))


def _added(giver_type: str, kind: str, currency: str, own: Sequence[Counted]) -> Total:
    people: dict[str, int] = {}
    for each in own:
        people[each.giver] = max(people.get(each.giver, 0), each.people)
    return Total(
        giver_type, kind, currency, sum(people.values()), len(own), sum(each.promised or 0 for each in own), sum(each.received for each in own), sum(each.late for each in own),
        sum(each.promised is None for each in own),
    )  # fmt: skip


def by_currency(lines: Iterable[Total]) -> tuple[Total, ...]:
    """The same totals over every type of giver: one line for each kind and currency.

    >>> [each.promised for each in by_currency(totals([Counted("a", "company", "cash", "XOF", 5, 0, 0), Counted("b", "foundation", "cash", "XOF", 7, 0, 0)]))]
    [12]
    """
    groups: dict[tuple[str, str], list[Total]] = {}
    for each in lines:
        groups.setdefault((each.kind, each.currency), []).append(each)
    return tuple(_together("", own) for own in groups.values())


def _together(giver_type: str, own: Sequence[Total]) -> Total:
    sums = {name: sum(getattr(each, name) for each in own) for name in ("givers", "pledges", "promised", "received", "late", "without_value")}
    return Total(giver_type, own[0].kind, own[0].currency, **sums)


def protected(lines: Iterable[Total], *, fewest: int = FEWEST_GIVERS) -> Protected:
    """Totals in which no giver stands alone; small types of one kind and currency stand together as `others`, or are withheld.

    >>> few = totals([Counted(name, "company", "cash", "XOF", 5, 0, 0) for name in "abc"] + [Counted("d", "foundation", "cash", "XOF", 9, 0, 0)])
    >>> [(each.giver_type, each.promised) for each in protected(few).shown], protected(few).withheld
    ([('company', 15)], 1)
    """
    shown, small = list[Total](), dict[tuple[str, str], list[Total]]()
    for each in lines:
        if each.givers >= fewest:
            shown.append(each)
        else:
            small.setdefault((each.kind, each.currency), []).append(each)
    withheld = 0
    for own in small.values():
        together = _together(OTHERS, own)
        if together.givers >= fewest and len(own) > 1:
            shown.append(together)
        else:
            withheld += len(own)
    return Protected(tuple(shown), withheld)


def in_one(lines: Iterable[Total], *, to: str, on: date, rates: Rates) -> InOne:
    """Totals of money in one currency at the rates of a day; what no rate converts is told and left out. In kind is never added to money.

    >>> lines = totals([Counted("a", "company", "cash", "XOF", 655957, 0, 0), Counted("b", "company", "cash", "USD", 500, 0, 0)])
    >>> found = in_one(lines, to="EUR", on=date(2026, 1, 1), rates=Rates.of([]))
    >>> found.promised, [each.code for each in found.problems], found.is_whole
    (Money(minor=100000, currency='EUR'), ['rate-not-held'], False)
    """
    promised = received = Money(0, to)
    used, problems = dict[Rate, None](), list[Problem]()
    for each in by_currency(line for line in lines if line.kind == Kind.CASH):
        first, second = (convert(Money(minor, each.currency), to=to, on=on, rates=rates) for minor in (each.promised, each.received))
        if isinstance(first, Problem) or isinstance(second, Problem):
            problems.append(first if isinstance(first, Problem) else second)  # type: ignore[arg-type]
            continue
        promised, received = promised + first.money, received + second.money
        used.update(dict.fromkeys(first.rates))
    return InOne(promised, received, tuple(used), tuple(problems))
