"""What keeps a pledge, its instalments or a receipt from standing, and what is only told: the product corrects no amount by itself.

A pledge of individuals or of members of a diaspora is a pool and bears no name. Telephones and e-mails are let into no text.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from concertation.core.mobilisation.ledger import Instalment, Kind, Rest, Spread
from concertation.core.money import is_currency
from concertation.core.personal import PERSONAL
from concertation.core.problems import Cell, Problem

POOLS = frozenset({"individual_pool", "diaspora_individual_pool"})
TOLD_ONLY = frozenset({"instalments-not-the-pledge", "pledge-without-value", "pledge-signed-by-nobody", "envelopes-pass-the-appeal"})
VALUERS = ("giver", "receiver", "third-party")


def refusing(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Those that keep an act from being done; the others are told beside it.

    >>> [each.code for each in refusing([Problem("pledge-without-value", Cell()), Problem("pledge-pool-named", Cell())])]
    ['pledge-pool-named']
    """
    return tuple(each for each in problems if each.code not in TOLD_ONLY)


def problems_of_pledge(
    *, giver_type: str, giver: str, kind: str, minor: int | None, currency: str, pledged_on: date, today: date, what: str = "", valued_by: str = "", valued_on: date | None = None,
    texts: Sequence[str] = (),
) -> tuple[Problem, ...]:
    """What is wrong with a pledge as it is written.

    >>> day = date(2026, 3, 1)
    >>> [each.code for each in problems_of_pledge(giver_type="individual_pool", giver="A. B.", kind="cash", minor=-5, currency="FCFA", pledged_on=day, today=day)]
    ['pledge-pool-named', 'currency-unknown', 'pledge-amount-not-positive']
    >>> [each.code for each in problems_of_pledge(giver_type="company", giver="Alpha", kind="in-kind", minor=None, currency="XOF", pledged_on=day, today=day, what="200 tentes")]
    ['pledge-without-value']
    """
    told = [*_of_giver(giver_type, giver)]
    if not is_currency(currency):
        told.append(Problem("currency-unknown", Cell(), currency))
    told += _of_amount(kind, minor, what, valued_by, valued_on)
    if pledged_on > today:
        told.append(Problem("pledge-in-the-future", Cell(), pledged_on.isoformat()))
    if any(re.search(PERSONAL, text) for text in (giver, what, *texts)):
        told.append(Problem("pledge-personal-text", Cell()))
    return tuple(told)


def _of_giver(giver_type: str, giver: str) -> Iterable[Problem]:
    if giver_type in POOLS and giver.strip():
        yield Problem("pledge-pool-named", Cell())
    if giver_type not in POOLS and not giver.strip():
        yield Problem("pledge-giver-missing", Cell())


def _of_amount(kind: str, minor: int | None, what: str, valued_by: str, valued_on: date | None) -> Iterable[Problem]:
    if minor is not None and minor <= 0:
        yield Problem("pledge-amount-not-positive", Cell())
    if kind == Kind.CASH:
        if minor is None:
            yield Problem("amount-missing", Cell())
        return
    if not what.strip():
        yield Problem("pledge-in-kind-without-words", Cell())
    if minor is None:
        yield Problem("pledge-without-value", Cell())
    elif valued_by not in VALUERS or valued_on is None:
        yield Problem("pledge-value-by-nobody", Cell())


def problems_of_schedule(promised: int | None, instalments: Sequence[Instalment], *, pledged_on: date) -> tuple[Problem, ...]:
    """What is wrong with the instalments of a pledge; that they do not add up to it is told, and nothing is corrected.

    >>> [each.code for each in problems_of_schedule(1000, [Instalment(1, 400, date(2026, 1, 1)), Instalment(2, 0)], pledged_on=date(2026, 2, 1))]
    ['instalment-before-pledge', 'instalment-amount-not-positive', 'instalments-not-the-pledge']
    """
    told = []
    for each in instalments:
        if each.minor <= 0:
            told.append(Problem("instalment-amount-not-positive", Cell(row=each.number), str(each.number)))
        if each.due_on is not None and each.due_on < pledged_on:
            told.append(Problem("instalment-before-pledge", Cell(row=each.number), str(each.number), {"day": each.due_on.isoformat(), "pledged": pledged_on.isoformat()}))
    if instalments and promised is not None and sum(each.minor for each in instalments) != promised:
        told.append(Problem("instalments-not-the-pledge", Cell()))
    return tuple(told)


def problems_of_receipt(*, minor: int, currency: str, pledge_currency: str, received_on: date, pledged_on: date, today: date, where: Spread, rest: Rest) -> tuple[Problem, ...]:
    """What keeps a receipt from standing.

    >>> day = date(2026, 3, 1)
    >>> [each.code for each in problems_of_receipt(minor=500, currency="EUR", pledge_currency="XOF", received_on=date(2026, 2, 1), pledged_on=day, today=day, where=Spread(((1, 400),), 100), rest="refuse")]
    ['receipt-other-currency', 'receipt-before-pledge', 'receipt-exceeds-instalment']
    """
    told = []
    if minor <= 0:
        told.append(Problem("receipt-amount-not-positive", Cell()))
    if currency != pledge_currency:
        told.append(Problem("receipt-other-currency", Cell(), currency, {"currency": pledge_currency}))
    if received_on < pledged_on:
        told.append(Problem("receipt-before-pledge", Cell(), received_on.isoformat(), {"pledged": pledged_on.isoformat()}))
    if received_on > today:
        told.append(Problem("receipt-in-the-future", Cell(), received_on.isoformat()))
    if where.parts and where.beyond and rest == "refuse":
        told.append(Problem("receipt-exceeds-instalment", Cell(), str(where.parts[0][0])))
    return tuple(told)
