"""Who does what in an allocation round: the secretariat's analyst makes it, each State speaks for itself, a donor for its money.

What flexibility of a donor's money would change is the donor's to read first: the others read it once the donor has replied, or
after a fortnight.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from concertation.core.sharing.mandates import Mandate, Role
from concertation.core.sharing.visibility import FRAMEWORK

SPEAKS_FOR_A_STATE = frozenset({Role.DATA_MANAGER, Role.RELEASE_AUTHORITY})
DAYS_TO_REPLY = 14


def runs_rounds(mandates: Iterable[Mandate]) -> Mandate | None:
    """The mandate under which rounds are made and led: the secretariat's analyst.

    >>> runs_rounds([Mandate("u1", Role.DATA_MANAGER, state="NER")]) is None
    True
    """
    return next((own for own in mandates if own.role is Role.ANALYST and own.state == FRAMEWORK and not own.organisation), None)


def speaks_for(mandates: Iterable[Mandate], state: str) -> Mandate | None:
    """The mandate under which a State's word is given: its data manager or its release authority.

    >>> str(speaks_for([Mandate("u1", Role.RELEASE_AUTHORITY, state="MLI")], "MLI"))
    'release-authority:MLI'
    """
    return next((own for own in mandates if own.role in SPEAKS_FOR_A_STATE and own.state == state and not own.organisation), None)


def replies_for(mandates: Iterable[Mandate], donor: str) -> Mandate | None:
    """The mandate under which a donor replies for its own money, in every State.

    >>> replies_for([Mandate("u1", Role.DONOR, organisation="alpha")], "beta") is None
    True
    """
    return next((own for own in mandates if donor and own.role is Role.DONOR and own.organisation == donor and not own.state), None)


def reads_flexibility(mandates: Iterable[Mandate], donor: str, *, replied: bool, valued_at: datetime, now: datetime) -> bool:
    """Whether the value of flexibility of a donor's money may be read: by the donor and the secretariat at once, by others later.

    Money whose donor nobody named is everyone's to read at once.

    >>> day = datetime(2026, 1, 1)
    >>> niger = [Mandate("u1", Role.DATA_MANAGER, state="NER")]
    >>> [reads_flexibility(niger, "alpha", replied=False, valued_at=day, now=day + timedelta(days=days)) for days in (13, 14)]
    [False, True]
    """
    held = tuple(mandates)
    if not donor or replied or now - valued_at >= timedelta(days=DAYS_TO_REPLY):
        return True
    return runs_rounds(held) is not None or replies_for(held, donor) is not None
