"""Reading what a reader may follow up: each member State's line of a decision, and what may be done there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from concertation.apps.decisions.models import FollowUpChange, NationalImplementation
from concertation.apps.decisions.queries import as_values
from concertation.apps.decisions.words import members
from concertation.core.decisions import Slippage, is_overdue, slippage
from concertation.core.sharing import Mandate
from concertation.core.sharing.following import keeps_sessions, verifies
from concertation.core.sharing.visibility import writes_for


@dataclass(frozen=True, slots=True)
class StateLine:
    """One State's line of a decision: what it reported, whether it is late, what slipped, and what the reader's roles may do (who declared a proof never verifies it: the act refuses)."""

    state: str
    row: NationalImplementation | None
    slipped: Slippage
    overdue: bool
    may_report: bool
    may_verify: bool
    may_set_day: bool


def lines(reported: Sequence[NationalImplementation], changed: Sequence[FollowUpChange], mandates: Sequence[Mandate], *, today: date) -> tuple[StateLine, ...]:
    """Every member State, and any other that reported of a decision, with what the reader may do; given what the reader may see of it."""
    held = {row.owner_state: row for row in reported}
    every = as_values(changed)
    codes = [*members(), *(state for state in held if state not in members())]
    found = []
    for code in codes:
        row = held.get(code)
        slipped = slippage(each for each in every if each.state == code)
        late = row is not None and is_overdue(row.due, row.implementation, today)
        may_verify = row is not None and verifies(mandates, state=code, declared_by="") is not None
        may_set = row is not None and keeps_sessions(mandates) is not None
        found.append(StateLine(code, row, slipped, late, writes_for(mandates, code) is not None, may_verify, may_set))
    return tuple(found)
