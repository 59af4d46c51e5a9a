"""What the ledger offers to the quality of money: shares in each currency, from the pledges a reader may see."""

from collections.abc import Mapping, Sequence
from datetime import date

from concertation.apps.mobilisation.gaps import coded
from concertation.apps.mobilisation.queries import entries, pledges
from concertation.core.mobilisation.quality import BY_GIVER, Held, LedgerShare, paid_on_time, received_from
from concertation.core.sharing import Mandate


def shares(mandates: Sequence[Mandate], state: str, year: int | None, today: date) -> Mapping[str, Sequence[LedgerShare]]:
    """Paid on the promised day, private and diaspora, of the pledges to a State or naming it, in a year where one is asked."""
    held = [
        Held(row.currency, row.giver_type, row.kind, row.amount_minor, row.pledged_on, row.taken_back_on is not None, each.balance.instalments, each.received, each.declared_parts)
        for each in entries(mandates, pledges(mandates), today=today) if (row := each.pledge) and (not state or state == row.owner_state or state in coded(row.states))
    ]  # fmt: skip
    return {"paid_on_time": paid_on_time(held, today=today, year=year), **{measure: received_from(held, measure=measure, year=year) for measure in BY_GIVER}}
