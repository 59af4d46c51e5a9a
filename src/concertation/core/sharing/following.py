"""Who may follow decisions up: the secretariat keeps sessions and decisions, a State's data manager reports for that State, somebody else verifies."""

from collections.abc import Iterable

from concertation.core.sharing.mandates import Mandate, Role
from concertation.core.sharing.visibility import FRAMEWORK

KEEPS_SESSIONS = frozenset({Role.ANALYST, Role.DATA_MANAGER})
VERIFIES = frozenset({Role.ANALYST, Role.AUDITOR})


def keeps_sessions(mandates: Iterable[Mandate]) -> Mandate | None:
    """The mandate under which sessions, decisions and the common plan are written: the framework's own alone, no State's.

    >>> keeps_sessions([Mandate("u1", Role.DATA_MANAGER, state="NER")]) is None
    True
    """
    return next((own for own in mandates if own.role in KEEPS_SESSIONS and own.state == FRAMEWORK and not own.organisation), None)


def verifies(mandates: Iterable[Mandate], *, state: str, declared_by: str) -> Mandate | None:
    """The mandate under which a State's proof may be verified: an analyst's or auditor's who did not declare it.

    >>> verifies([Mandate("u1", Role.ANALYST, state="AES")], state="NER", declared_by="u1") is None
    True
    """
    return next(
        (own for own in mandates if own.role in VERIFIES and own.state in (FRAMEWORK, state) and not own.organisation and own.person != declared_by), None,
    )
