"""What a ledger of pledges above this subject says of the quality of money: it registers here, so that nothing goes upwards."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from concertation.core.mobilisation.quality import LedgerShare
from concertation.core.sharing import Mandate

Shares = Mapping[str, Sequence[LedgerShare]]
Reader = Callable[[Sequence[Mandate], str, int | None, date], Shares]
LEDGERS: list[Reader] = []


def register_ledger(reader: Reader) -> None:
    """Have a ledger asked for its shares: by mandates, State (empty for all), year (none for all) and day."""
    if reader not in LEDGERS:
        LEDGERS.append(reader)


def ledger_shares(mandates: Sequence[Mandate], *, state: str, year: int | None, today: date) -> Shares:
    """What the ledgers say, by measure: a share for each currency; nothing where no ledger holds a figure."""
    found: dict[str, list[LedgerShare]] = {}
    for reader in LEDGERS:
        for measure, shares in reader(mandates, state, year, today).items():
            found.setdefault(measure, []).extend(shares)
    return found
