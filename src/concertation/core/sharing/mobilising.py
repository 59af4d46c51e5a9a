"""Who keeps appeals, pledges and receipts: a giver its own pledges, a State's data manager what is promised to it, the secretariat what is joint.

The receiving side alone says that money was received: the data manager of the State a pledge belongs to, the analyst for the framework.
What a giver declares to have paid waits for that word.
"""

from collections.abc import Iterable

from concertation.core.sharing.mandates import Mandate, Role, Sensitivity
from concertation.core.sharing.visibility import FRAMEWORK


def _receives(own: Mandate) -> bool:
    manages = own.role is Role.DATA_MANAGER and own.state not in ("", FRAMEWORK)
    return not own.organisation and (manages or (own.role is Role.ANALYST and own.state == FRAMEWORK))


def keeps_appeals(mandates: Iterable[Mandate]) -> tuple[Mandate, ...]:
    """The mandates under which appeals, envelopes and pledging meetings are kept: the secretariat's for joint ones, a State's for its own.

    >>> [str(own) for own in keeps_appeals([Mandate("u1", Role.DONOR, organisation="alpha"), Mandate("u1", Role.DATA_MANAGER, state="NER")])]
    ['data-manager:NER']
    """
    return tuple(own for own in mandates if _receives(own))


def keeps_pledges(mandates: Iterable[Mandate]) -> tuple[Mandate, ...]:
    """The mandates under which a pledge may be recorded: the receiving side's, then a giver's for its own organisation.

    >>> [str(own) for own in keeps_pledges([Mandate("u1", Role.DONOR, organisation="alpha"), Mandate("u1", Role.READER, state="NER")])]
    ['donor:alpha']
    """
    held = tuple(mandates)
    return (*keeps_appeals(held), *(own for own in held if own.role is Role.DONOR and own.organisation))


def changes_kept(mandates: Iterable[Mandate], *, owner_state: str, holder: str) -> Mandate | None:
    """The mandate under which a pledge of that State and holder may be changed: its holder's own.

    >>> changes_kept([Mandate("u1", Role.DATA_MANAGER, state="NER")], owner_state="NER", holder="alpha") is None
    True
    >>> str(changes_kept([Mandate("u1", Role.DONOR, organisation="alpha")], owner_state="NER", holder="alpha"))
    'donor:alpha'
    """
    return next((own for own in keeps_pledges(mandates) if holder_of(own) == holder and own.state in ("", owner_state)), None)


def holder_of(own: Mandate) -> str:
    """Who holds what is written under a mandate: the giver's organisation, the State's administration, nobody for the framework."""
    return own.organisation or ("" if own.state in ("", FRAMEWORK) else f"{own.state.lower()}-government")


def receives_for(mandates: Iterable[Mandate], state: str) -> Mandate | None:
    """The mandate under which receipts of pledges of a State, or of the framework, are said and confirmed.

    >>> receives_for([Mandate("u1", Role.DONOR, organisation="alpha")], "NER") is None
    True
    """
    return next((own for own in mandates if _receives(own) and own.state == state), None)


def levels_under(own: Mandate) -> tuple[Sensitivity, ...]:
    """The levels that may be given under a mandate, the usual one first: rows of the framework are read by all of it, at least.

    >>> [level.value for level in levels_under(Mandate("u1", Role.ANALYST, state="AES"))]
    ['restricted', 'public']
    """
    if own.state == FRAMEWORK:
        return (Sensitivity.RESTRICTED, Sensitivity.PUBLIC)
    return (Sensitivity.CONFIDENTIAL, Sensitivity.RESTRICTED, Sensitivity.PUBLIC)
