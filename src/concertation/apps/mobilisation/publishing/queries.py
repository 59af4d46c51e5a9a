"""What could be published of a State's ledger, and what was."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from concertation.apps.mobilisation.ledger_reading import ledger_of, totals_in
from concertation.apps.mobilisation.models import PublicTotals
from concertation.apps.mobilisation.queries import pledges
from concertation.core.mobilisation.totals import Protected, Total, protected
from concertation.core.sharing import Mandate


def to_publish(mandates: Sequence[Mandate], *, state: str, today: date) -> tuple[Protected, int]:
    """The protected totals of the pledges of a State that may be counted publicly, and how many pledges they are made of."""
    found = protected(totals_in(ledger_of(mandates, pledges(mandates, owner_state=state, counted_publicly=True), today=today)))
    return found, sum(each.pledges for each in found.shown)


def as_json(found: Protected) -> bytes:
    """Protected totals as they are kept."""
    return json.dumps({"lines": [asdict(each) for each in found.shown], "withheld": found.withheld}, sort_keys=True).encode()


def content_of(row: PublicTotals) -> Protected:
    """Totals as they were published."""
    read: dict[str, Any] = json.loads(bytes(row.content))
    return Protected(tuple(Total(**line) for line in read["lines"]), read["withheld"])


def publication(mandates: Sequence[Mandate], row_id: object) -> PublicTotals | None:
    """One publication."""
    found: PublicTotals | None = PublicTotals.objects.visible_to(mandates).filter(pk=row_id).first()
    return found
