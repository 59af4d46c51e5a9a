"""Who keeps lessons: an organisation's reporters, a State's data manager or facilitator, the secretariat; somebody else validates."""

from collections.abc import Iterable

from concertation.core.sharing.mandates import Mandate, Role
from concertation.core.sharing.visibility import FRAMEWORK

FOR_AN_ORGANISATION = frozenset({Role.REPORTER, Role.REPORTER_LEAD})
FOR_A_STATE = frozenset({Role.DATA_MANAGER, Role.FACILITATOR, Role.RELEASE_AUTHORITY})
VALIDATES = frozenset({Role.ANALYST, Role.DATA_MANAGER})


def keeps_lessons(mandates: Iterable[Mandate]) -> tuple[Mandate, ...]:
    """The mandates under which a lesson may be written, a State's before the framework's.

    >>> [str(own) for own in keeps_lessons([Mandate("u1", Role.READER, state="NER"), Mandate("u1", Role.REPORTER, organisation="care")])]
    ['reporter:care']
    """
    held = tuple(mandates)
    of_organisations = [own for own in held if own.role in FOR_AN_ORGANISATION and own.organisation]
    of_states = [own for own in held if own.role in FOR_A_STATE and own.state and not own.organisation]
    of_framework = [own for own in held if own.role is Role.ANALYST and own.state == FRAMEWORK]
    return (*of_organisations, *of_states, *of_framework)


def holder_under(own: Mandate) -> str:
    """Who holds what is written under a mandate: the organisation, the State's administration, or nobody for the framework.

    >>> holder_under(Mandate("u1", Role.DATA_MANAGER, state="NER")), holder_under(Mandate("u1", Role.ANALYST, state="AES"))
    ('ner-government', '')
    """
    return own.organisation or ("" if own.state in ("", FRAMEWORK) else f"{own.state.lower()}-government")


def changes_lesson(mandates: Iterable[Mandate], *, owner_state: str, holder: str) -> Mandate | None:
    """The mandate under which a lesson of that State and holder may be changed: its holder's own.

    >>> changes_lesson([Mandate("u1", Role.DATA_MANAGER, state="MLI")], owner_state="NER", holder="ner-government") is None
    True
    """
    return next((own for own in keeps_lessons(mandates) if holder_under(own) == holder and own.state in ("", owner_state)), None)


def validates_lesson(mandates: Iterable[Mandate], *, owner_state: str, written_by: str) -> Mandate | None:
    """The mandate under which a lesson may be validated: the State's data manager's or the framework's analyst's who did not write it.

    >>> validates_lesson([Mandate("u1", Role.DATA_MANAGER, state="NER")], owner_state="NER", written_by="u1") is None
    True
    """
    return next((own for own in mandates if own.role in VALIDATES and own.state in (owner_state, FRAMEWORK) and not own.organisation and own.person != written_by), None)
