"""Who may give which mandate: nobody gives one wider than their own, and nobody gives one to themselves.

An administrator gives any mandate where it administers. Those who answer for a State's data give what reads or reports for
that State, an organisation's lead what reports for that organisation. Auditors are named by administrators alone, so that
nobody chooses who looks over their shoulder.
"""

from collections.abc import Iterable, Mapping

from concertation.core.sharing.mandates import Mandate, Role
from concertation.core.sharing.visibility import FRAMEWORK

FOR_AN_ORGANISATION = frozenset({Role.REPORTER, Role.REPORTER_LEAD, Role.DONOR})
FOR_THE_FRAMEWORK = frozenset({Role.ANALYST})
GIVES: Mapping[Role, frozenset[Role]] = {
    Role.ADMINISTRATOR: frozenset(Role),
    Role.DATA_MANAGER: frozenset(
        {Role.DATA_MANAGER, Role.READER, Role.REPORTER, Role.REPORTER_LEAD, Role.FACILITATOR, Role.PSEA_FOCAL_POINT},
    ),
    Role.RELEASE_AUTHORITY: frozenset({Role.RELEASE_AUTHORITY, Role.READER}),
    Role.REPORTER_LEAD: frozenset({Role.REPORTER_LEAD, Role.REPORTER}),
}
NEEDS_SECOND_FACTOR = frozenset({Role.DATA_MANAGER, Role.RELEASE_AUTHORITY, Role.ADMINISTRATOR})
READS_JOURNAL = frozenset({Role.DATA_MANAGER, Role.AUDITOR, Role.ADMINISTRATOR})
PASSES_ON = frozenset({Role.DATA_MANAGER, Role.ADMINISTRATOR})
WITHDRAWS_FOR_A_STATE = frozenset({Role.DATA_MANAGER, Role.RELEASE_AUTHORITY})
WITHDRAWS_FOR_A_HOLDER = frozenset({Role.REPORTER, Role.REPORTER_LEAD})


def is_sound(wanted: Mandate) -> bool:
    """Whether a mandate names what its role acts for: an organisation, the framework, or a State.

    >>> is_sound(Mandate("u1", Role.REPORTER, state="NER")), is_sound(Mandate("u1", Role.READER, state="NER"))
    (False, True)
    """
    if wanted.role in FOR_AN_ORGANISATION:
        return bool(wanted.organisation)
    if wanted.role in FOR_THE_FRAMEWORK:
        return wanted.state == FRAMEWORK and not wanted.organisation
    return not wanted.organisation and (bool(wanted.state) or wanted.role is Role.ADMINISTRATOR)


def reaches(own: Mandate, wanted: Mandate) -> bool:
    """Whether what a mandate is to cover lies inside what the giver's covers."""
    if own.role is Role.ADMINISTRATOR and own.state in ("", FRAMEWORK):
        return True
    if own.organisation:
        return own.organisation == wanted.organisation and own.state in ("", wanted.state)
    return bool(own.state) and own.state == wanted.state


def gives(own: Mandate, wanted: Mandate) -> bool:
    """Whether one mandate lets its holder give (or end) another; nobody's lets them give one to themselves.

    >>> niger = Mandate("u1", Role.DATA_MANAGER, state="NER")
    >>> gives(niger, Mandate("u2", Role.READER, state="NER")), gives(niger, Mandate("u2", Role.READER, state="MLI"))
    (True, False)
    """
    in_reach = wanted.role in GIVES.get(own.role, frozenset()) and reaches(own, wanted)
    return in_reach and is_sound(wanted) and own.person != wanted.person


def may_give(mandates: Iterable[Mandate], wanted: Mandate) -> Mandate | None:
    """The mandate under which a person may give (or end) another's, if one is held."""
    return next((own for own in mandates if gives(own, wanted)), None)


def gives_at_all(mandates: Iterable[Mandate]) -> tuple[Mandate, ...]:
    """The mandates under which a person may give any."""
    return tuple(own for own in mandates if own.role in GIVES)


def journals_read(mandates: Iterable[Mandate]) -> frozenset[str]:
    """The States whose journal may be read; an administrator of the node reads the framework's.

    >>> sorted(journals_read([Mandate("u1", Role.AUDITOR, state="NER"), Mandate("u1", Role.READER, state="MLI")]))
    ['NER']
    """
    return frozenset(own.state or FRAMEWORK for own in mandates if own.role in READS_JOURNAL and not own.organisation)


def passes_on(mandates: Iterable[Mandate]) -> frozenset[str]:
    """The States whose messages that wait may be read, to pass them on by hand: by those who answer for a State's data, or administer.

    >>> sorted(passes_on([Mandate("u1", Role.DATA_MANAGER, state="NER"), Mandate("u1", Role.AUDITOR, state="MLI")]))
    ['NER']
    """
    return frozenset(own.state or FRAMEWORK for own in mandates if own.role in PASSES_ON and not own.organisation)


def until_secured(mandate: Mandate) -> Mandate | None:
    """What a mandate is worth before its holder has set up a second factor: those that sign or administer only read, or nothing.

    >>> str(until_secured(Mandate("u1", Role.DATA_MANAGER, state="NER")))
    'reader:NER'
    """
    if mandate.role not in NEEDS_SECOND_FACTOR:
        return mandate
    if mandate.role is Role.ADMINISTRATOR or not mandate.state:
        return None
    return Mandate(person=mandate.person, role=Role.READER, state=mandate.state)


def withdraws(mandates: Iterable[Mandate], *, owner_state: str, holder: str) -> Mandate | None:
    """The mandate under which rows may be withdrawn or closed further: the owner State's, or the holder's own.

    >>> withdraws([Mandate("u1", Role.REPORTER, organisation="care")], owner_state="NER", holder="ocha") is None
    True
    """
    held = tuple(mandates)
    for_state = (own for own in held if own.role in WITHDRAWS_FOR_A_STATE and own.state == owner_state and not own.organisation)
    for_holder = (
        own for own in held if own.role in WITHDRAWS_FOR_A_HOLDER and own.organisation == holder != "" and own.state in ("", owner_state)
    )
    return next(for_state, None) or next(for_holder, None)
