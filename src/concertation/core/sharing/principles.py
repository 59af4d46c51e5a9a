"""An organisation's own look at the four humanitarian principles, and who reads it: itself and the joint panel, never a State.

The joint panel are the framework's own data manager and auditor. Nothing is asked about who negotiated access.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from concertation.core.sharing.mandates import Mandate, Role
from concertation.core.sharing.visibility import FRAMEWORK

PRINCIPLES = ("humanity", "neutrality", "impartiality", "independence")
ANSWERS_FOR = frozenset({Role.REPORTER, Role.REPORTER_LEAD})
SITS_ON_PANEL = frozenset({Role.DATA_MANAGER, Role.AUDITOR})


class Answer(StrEnum):
    """How an organisation answers one of the questions."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


def answers_for(mandates: Iterable[Mandate]) -> Mandate | None:
    """The mandate under which an organisation looks at itself.

    >>> answers_for([Mandate("u1", Role.DATA_MANAGER, state="NER")]) is None
    True
    """
    return next((own for own in mandates if own.role in ANSWERS_FOR and own.organisation), None)


def sits_on_panel(mandates: Iterable[Mandate]) -> bool:
    """Whether a reader sits on the joint panel; no State's mandate does.

    >>> sits_on_panel([Mandate("u1", Role.AUDITOR, state="NER")]), sits_on_panel([Mandate("u1", Role.AUDITOR, state="AES")])
    (False, True)
    """
    return any(own.role in SITS_ON_PANEL and own.state == FRAMEWORK and not own.organisation for own in mandates)


def reads_of(mandates: Iterable[Mandate]) -> frozenset[tuple[str, str]]:
    """The organisations whose assessments a reader may read as its own, each with the State it is read for; an empty State is every office.

    >>> sorted(reads_of([Mandate("u1", Role.REPORTER, state="NER", organisation="care"), Mandate("u1", Role.DONOR, organisation="fund")]))
    [('care', 'NER')]
    """
    return frozenset((own.organisation, own.state) for own in mandates if own.role in ANSWERS_FOR and own.organisation)


def unexplained(answers: Mapping[str, str], evidence: Mapping[str, str]) -> tuple[str, ...]:
    """The principles answered with anything but a plain yes and nothing to explain it.

    >>> unexplained({"humanity": "yes", "neutrality": "partly"}, {})
    ('neutrality',)
    """
    return tuple(each for each in PRINCIPLES if answers.get(each) in (Answer.PARTLY, Answer.NO) and not evidence.get(each, "").strip())
