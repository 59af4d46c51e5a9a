"""Who registers funds and states exchange rates: the secretariat's analyst for the framework, those who speak for a State for theirs."""

from collections.abc import Iterable, Sequence

from concertation.core.sharing.mandates import Mandate
from concertation.core.sharing.rounds import SPEAKS_FOR_A_STATE, runs_rounds, speaks_for
from concertation.core.sharing.visibility import FRAMEWORK


def registers_funds(mandates: Iterable[Mandate], state: str) -> Mandate | None:
    """The mandate under which a fund of a State, or of the framework, is registered and its rules corrected.

    >>> from concertation.core.sharing import Role
    >>> registers_funds([Mandate("u1", Role.DATA_MANAGER, state="NER")], "MLI") is None
    True
    """
    return runs_rounds(mandates) if state == FRAMEWORK else speaks_for(mandates, state)


def states_of_funds(mandates: Sequence[Mandate], states: Iterable[str]) -> list[str]:
    """For whom this person registers funds: the framework, or States."""
    return [state for state in (FRAMEWORK, *states) if registers_funds(mandates, state) is not None]


def states_rates(mandates: Sequence[Mandate]) -> Mandate | None:
    """The mandate under which an exchange rate is stated, or taken back: the analyst's, or one that speaks for a State.

    >>> from concertation.core.sharing import Role
    >>> states_rates([Mandate("u1", Role.READER, state="NER")]) is None
    True
    """
    return runs_rounds(mandates) or next((own for own in mandates if own.role in SPEAKS_FOR_A_STATE and own.state and not own.organisation), None)
