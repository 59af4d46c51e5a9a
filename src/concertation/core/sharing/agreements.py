"""A sharing agreement: who may receive which table, how fine, after how long, for what, and when it is destroyed.

An agreement holds once a release authority confirmed what a data manager wrote. It covers a release or it says what lacks; what was
once sent cannot be forced back, which is why the days of destruction stand in it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from concertation.core.problems import Problem
from concertation.core.sharing.mandates import Mandate, Role, Sensitivity


@dataclass(frozen=True, slots=True)
class Terms:
    """What an agreement says of one table: the finest level, the days before it may leave, who receives it."""

    table: str
    grain: int
    delay_days: int
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement as a release is measured against it. `parties` are States; `confirmed` once a second person said so."""

    reference: str
    parties: tuple[str, ...]
    starts_on: date
    ends_on: date
    confirmed: bool
    terms: tuple[Terms, ...]

    def of_table(self, table: str) -> Terms | None:
        """What is said of a table.

        >>> Agreement("A", ("BFA",), date(2026, 1, 1), date(2026, 12, 31), True, ()).of_table("people") is None
        True
        """
        return next((each for each in self.terms if each.table == table), None)

    def is_in_force(self, today: date) -> bool:
        """Whether it holds on a day."""
        return self.confirmed and self.starts_on <= today <= self.ends_on


def written_badly(agreement: Agreement) -> tuple[str, ...]:
    """The codes of what keeps an agreement from standing: its days, no party, no table, a recipient who is no party.

    >>> written_badly(Agreement("A", (), date(2026, 1, 1), date(2025, 1, 1), False, ()))
    ('agreement-ends-before-it-starts', 'agreement-without-party', 'agreement-without-table')
    """
    found = []
    if agreement.ends_on < agreement.starts_on:
        found.append("agreement-ends-before-it-starts")
    if not agreement.parties:
        found.append("agreement-without-party")
    if not agreement.terms:
        found.append("agreement-without-table")
    if any(not set(each.recipients) <= set(agreement.parties) for each in agreement.terms):
        found.append("agreement-recipient-outside")
    return tuple(found)


def uncovered(agreement: Agreement | None, *, reference: str, table: str, grain: int, recipients: Sequence[str], speaks_until: date | None, today: date) -> tuple[Problem, ...]:
    """What of a release an agreement does not cover: unknown or out of force, another table, too fine, too early, not for them.

    `speaks_until` is the last day the figures speak of; the delay runs from there.
    """
    if agreement is None:
        return (Problem("agreement-unknown", value=reference),)
    if not agreement.is_in_force(today):
        return (Problem("agreement-not-in-force", value=reference),)
    terms = agreement.of_table(table)
    if terms is None:
        return (Problem("agreement-table-outside", value=reference),)
    told = [Problem("agreement-recipient-outside", value=", ".join(outside))] if (outside := sorted(set(recipients) - set(terms.recipients))) else []
    if grain > terms.grain:
        told.append(Problem("agreement-finer", value=str(grain), detail={"grain": str(terms.grain)}))
    if speaks_until is not None and speaks_until + timedelta(days=terms.delay_days) > today:
        told.append(Problem("agreement-too-early", value=(speaks_until + timedelta(days=terms.delay_days)).isoformat()))
    return tuple(told)


def confirms(mandates: Iterable[Mandate], state: str, *, written_by: str) -> Mandate | None:
    """The mandate under which an agreement is confirmed: the State's release authority, who did not write it.

    >>> confirms([Mandate("u1", Role.RELEASE_AUTHORITY, state="NER")], "NER", written_by="u1") is None
    True
    """
    return next((own for own in mandates if own.role is Role.RELEASE_AUTHORITY and own.state == state and not own.organisation and own.person != written_by), None)


NEEDS_AGREEMENT = frozenset({Sensitivity.RESTRICTED.value})
