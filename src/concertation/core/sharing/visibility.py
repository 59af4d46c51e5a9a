"""The one rule of reading: public rows to all, restricted rows to the framework, confidential rows to the owner State
and the holder, strictly confidential rows to the State's data manager, its auditor and the holder.

A reporter or a donor reads for an organisation: a mandate of theirs opens no State's rows. Given within one State, it opens
what the organisation holds there and nowhere else.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from concertation.core.sharing.mandates import Mandate, Role, Sensitivity

READS_FOR_A_STATE = frozenset(
    {Role.READER, Role.DATA_MANAGER, Role.RELEASE_AUTHORITY, Role.AUDITOR},
)
READS_STRICT_ROWS = frozenset({Role.DATA_MANAGER, Role.AUDITOR})
WRITES_FOR_A_STATE = frozenset({Role.DATA_MANAGER})
FRAMEWORK = "AES"


@dataclass(frozen=True, slots=True)
class Visibility:
    """What a reader's mandates open: levels for all States, States read, States read strictly, organisations held.

    `organisations` are held in every State, `held_in` are pairs (organisation, State).
    """

    levels: frozenset[Sensitivity]
    states: frozenset[str]
    strict_states: frozenset[str]
    organisations: frozenset[str]
    held_in: frozenset[tuple[str, str]]

    def opens(self, *, sensitivity: Sensitivity, owner_state: str, holder: str) -> bool:
        """Whether a row of that level, State and holder may be read.

        >>> niger = visibility_of([Mandate("u1", Role.READER, state="NER")])
        >>> niger.opens(sensitivity=Sensitivity.CONFIDENTIAL, owner_state="BFA", holder="ocha")
        False
        """
        if sensitivity in self.levels or self.holds(holder, owner_state):
            return True
        if sensitivity is Sensitivity.CONFIDENTIAL:
            return owner_state in self.states
        return sensitivity is Sensitivity.STRICT and owner_state in self.strict_states

    def holds(self, holder: str, owner_state: str) -> bool:
        """Whether the reader acts for the holder of rows of that State.

        >>> lead = visibility_of([Mandate("u1", Role.REPORTER, state="NER", organisation="care")])
        >>> lead.holds("care", "NER"), lead.holds("care", "BFA")
        (True, False)
        """
        return holder in self.organisations or (holder, owner_state) in self.held_in

    def widest_level(self, owner_state: str) -> Sensitivity:
        """The most closed level of summary that may be read of one State.

        >>> visibility_of([]).widest_level("NER")
        <Sensitivity.PUBLIC: 'public'>
        """
        if owner_state in self.strict_states:
            return Sensitivity.STRICT
        if owner_state in self.states:
            return Sensitivity.CONFIDENTIAL
        return Sensitivity.RESTRICTED if Sensitivity.RESTRICTED in self.levels else Sensitivity.PUBLIC


def visibility_of(mandates: Iterable[Mandate]) -> Visibility:
    """What these mandates open together; nobody's mandates open what is public."""
    held = tuple(mandates)
    levels = {Sensitivity.PUBLIC} | ({Sensitivity.RESTRICTED} if held else set())
    for_states = [mandate for mandate in held if mandate.state and not mandate.organisation]
    return Visibility(
        levels=frozenset(levels),
        states=frozenset(mandate.state for mandate in for_states if mandate.role in READS_FOR_A_STATE),
        strict_states=frozenset(mandate.state for mandate in for_states if mandate.role in READS_STRICT_ROWS),
        organisations=frozenset(mandate.organisation for mandate in held if mandate.organisation and not mandate.state),
        held_in=frozenset((mandate.organisation, mandate.state) for mandate in held if mandate.organisation and mandate.state),
    )


def audience_levels(audience: Sensitivity) -> tuple[Sensitivity, ...]:
    """The levels of row a summary for this audience may count: its own and every more open one.

    >>> [level.value for level in audience_levels(Sensitivity.RESTRICTED)]
    ['public', 'restricted']
    """
    every = tuple(Sensitivity)
    return every[: every.index(audience) + 1]


def sees_restricted_sectors(audience: Sensitivity) -> bool:
    """Whether presence in protection sectors may be counted: only for the owner State's own readers."""
    return audience in (Sensitivity.CONFIDENTIAL, Sensitivity.STRICT)


def writes_for(mandates: Iterable[Mandate], state: str) -> Mandate | None:
    """The mandate under which rows of a State may be written, if one is held."""
    return next((m for m in mandates if m.role in WRITES_FOR_A_STATE and m.state == state and not m.organisation), None)


def edits_register(mandates: Iterable[Mandate]) -> Mandate | None:
    """The mandate under which the register of organisations may be changed: a State's data manager, or the framework's analyst.

    >>> edits_register([Mandate("u1", Role.READER, state="NER"), Mandate("u1", Role.ANALYST, state="AES")]).role.value
    'analyst'
    """
    for_states = [mandate for mandate in mandates if mandate.state and not mandate.organisation]
    allowed = [each for each in for_states if each.role is Role.DATA_MANAGER or (each.role is Role.ANALYST and each.state == FRAMEWORK)]
    return next(iter(allowed), None)
