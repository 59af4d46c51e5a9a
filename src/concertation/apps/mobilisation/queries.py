"""Reading appeals, meetings and the ledger: every reading begins with what the reader may see; standings are computed by the core."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from concertation.apps.ground.models import visible_rows
from concertation.apps.mobilisation.models import (
    Appeal,
    Envelope,
    Instalment,
    Meeting,
    Pledge,
    PledgeReceipt,
    PublicTotals,
    Settlement,
)
from concertation.core.mobilisation import ledger
from concertation.core.mobilisation.ledger import Balance, Payment
from concertation.core.mobilisation.totals import Counted
from concertation.core.sharing import Mandate
from concertation.core.spelling import fold


@dataclass(frozen=True)
class Entry:
    """A pledge of the ledger as it stands: its balance, its instalments by number, what was received and when.

    `declared` is what its giver says and nobody confirmed, `declared_parts` the part of it that each instalment would take.
    """

    pledge: Pledge
    balance: Balance
    instalments: Mapping[int, Instalment]
    received: tuple[tuple[date, int], ...]
    declared: int
    declared_parts: Mapping[int, int]

    @cached_property
    def counted(self) -> Counted:
        """The pledge as totals count it; a giver is told from another by type, name and country."""
        own = self.pledge
        name = fold(own.giver) or own.reference
        return Counted(
            f"{own.giver_type}|{name}|{own.country}", own.giver_type, own.kind, own.currency, self.balance.promised, self.balance.received, self.balance.late, own.people or 1,
        )  # fmt: skip


def appeals(mandates: Sequence[Mandate]) -> QuerySet[Appeal]:
    """The appeals and envelopes that stand, the latest first."""
    held: QuerySet[Appeal] = Appeal.objects.visible_to(mandates).filter(withdrawn_on__isnull=True)
    return held.order_by("-opens_on", "-pk")


def appeal(mandates: Sequence[Mandate], appeal_id: UUID) -> Appeal | None:
    """One appeal, withdrawn ones too."""
    found: Appeal | None = Appeal.objects.visible_to(mandates).filter(pk=appeal_id).first()
    return found


def envelopes(mandates: Sequence[Mandate], *, appeal_id: UUID | None = None) -> list[Envelope]:
    """The parts of an appeal, or of every appeal, that stand."""
    held = Envelope.objects.visible_to(mandates).filter(withdrawn_on__isnull=True, appeal__withdrawn_on__isnull=True).select_related("appeal")
    return list((held.filter(appeal_id=appeal_id) if appeal_id else held).order_by("state", "sector", "pk"))


def envelope(mandates: Sequence[Mandate], envelope_id: UUID) -> Envelope | None:
    """One part of an appeal."""
    found: Envelope | None = Envelope.objects.visible_to(mandates).filter(pk=envelope_id).select_related("appeal").first()
    return found


def meetings(mandates: Sequence[Mandate]) -> QuerySet[Meeting]:
    """The pledging meetings that stand, the latest first."""
    held: QuerySet[Meeting] = Meeting.objects.visible_to(mandates).filter(withdrawn_on__isnull=True)
    return held.order_by("-held_on", "-pk")


def meeting(mandates: Sequence[Mandate], meeting_id: UUID) -> Meeting | None:
    """One pledging meeting, withdrawn ones too."""
    found: Meeting | None = Meeting.objects.visible_to(mandates).filter(pk=meeting_id).first()
    return found


def pledges(mandates: Sequence[Mandate], **asked: Any) -> QuerySet[Pledge]:
    """The pledges that stand, those taken back by their giver too."""
    held: QuerySet[Pledge] = Pledge.objects.visible_to(mandates).filter(withdrawn_on__isnull=True, **asked)
    return held.order_by("-pledged_on", "-reference")


def pledge(mandates: Sequence[Mandate], pledge_id: UUID) -> Pledge | None:
    """One pledge, withdrawn ones too."""
    found: Pledge | None = Pledge.objects.visible_to(mandates).filter(pk=pledge_id).first()
    return found


def entries(mandates: Sequence[Mandate], rows: QuerySet[Pledge], *, today: date) -> list[Entry]:
    """Some pledges as they stand on a day. Four queries, however many there are."""
    return _standing(mandates, rows, rows, today)


def _standing(mandates: Sequence[Mandate], rows: QuerySet[Pledge], held: Iterable[Pledge], today: date) -> list[Entry]:
    parts, (paid, waiting), received, declared = _instalments(mandates, rows), _payments(mandates, rows), dict[UUID, list[tuple[date, int]]](), dict[UUID, int]()
    of_rows = PledgeReceipt.objects.visible_to(mandates).filter(pledge__in=rows.order_by().values("pk"), taken_back_on__isnull=True)
    for pledge_id, on, minor, confirmed in of_rows.values_list("pledge_id", "received_on", "amount_minor", "confirmed_on"):
        if confirmed is None:
            declared[pledge_id] = declared.get(pledge_id, 0) + minor
        else:
            received.setdefault(pledge_id, []).append((on, minor))
    return [_entry(row, parts.get(row.pk, {}), paid.get(row.pk, []), received.get(row.pk, []), (declared.get(row.pk, 0), waiting.get(row.pk, {})), today) for row in held]


def _entry(row: Pledge, parts: Mapping[int, Instalment], paid: Sequence[Payment], received: Sequence[tuple[date, int]], declared: tuple[int, Mapping[int, int]], today: date) -> Entry:
    whole, taken_back = sum(minor for _on, minor in received), row.taken_back_on is not None
    stands = ledger.balance(row.amount_minor, [as_core(each) for each in parts.values()], paid, received=whole, taken_back=taken_back, today=today)
    return Entry(row, stands, parts, tuple(received), *declared)


def entry(mandates: Sequence[Mandate], row: Pledge, *, today: date) -> Entry:
    """One pledge as it stands on a day. Three queries."""
    return _standing(mandates, Pledge.objects.visible_to(mandates).filter(pk=row.pk), [row], today)[0]


def as_core(row: Instalment) -> ledger.Instalment:
    """An instalment as the core reads it."""
    return ledger.Instalment(row.number, row.amount_minor, row.due_on)


def _instalments(mandates: Sequence[Mandate], rows: QuerySet[Pledge]) -> dict[UUID, dict[int, Instalment]]:
    found: dict[UUID, dict[int, Instalment]] = {}
    for each in Instalment.objects.visible_to(mandates).filter(pledge__in=rows.order_by().values("pk")).order_by("number"):
        found.setdefault(each.pledge_id, {})[each.number] = each
    return found


def _payments(mandates: Sequence[Mandate], rows: QuerySet[Pledge]) -> tuple[dict[UUID, list[Payment]], dict[UUID, dict[int, int]]]:
    """What pays each instalment: payments confirmed, and what is declared alone. One query."""
    seen = Settlement.objects.filter(visible_rows(mandates, prefix="receipt__"), receipt__pledge__in=rows.order_by().values("pk"), receipt__taken_back_on__isnull=True)
    paid, waiting = dict[UUID, list[Payment]](), dict[UUID, dict[int, int]]()
    for pledge_id, number, minor, on, confirmed in seen.values_list("receipt__pledge_id", "instalment__number", "amount_minor", "receipt__received_on", "receipt__confirmed_on"):
        if confirmed is None:
            own = waiting.setdefault(pledge_id, {})
            own[number] = own.get(number, 0) + minor
        else:
            paid.setdefault(pledge_id, []).append(Payment(number, minor, on))
    return paid, waiting


def receipts(mandates: Sequence[Mandate], row: Pledge) -> list[PledgeReceipt]:
    """What was received of a pledge, the last first, what was taken back too."""
    return list(PledgeReceipt.objects.visible_to(mandates).filter(pledge=row).order_by("-received_on", "-pk"))


def settled(mandates: Sequence[Mandate], row: Pledge) -> dict[UUID, list[tuple[int, int]]]:
    """The instalments each receipt of a pledge pays: (number, minor units)."""
    found: dict[UUID, list[tuple[int, int]]] = {}
    held = Settlement.objects.filter(visible_rows(mandates, prefix="receipt__"), receipt__pledge=row)
    for receipt_id, number, minor in held.order_by("instalment__number").values_list("receipt_id", "instalment__number", "amount_minor"):
        found.setdefault(receipt_id, []).append((number, minor))
    return found


def receipt(mandates: Sequence[Mandate], receipt_id: UUID) -> PledgeReceipt | None:
    """One receipt, with its pledge."""
    found: PledgeReceipt | None = PledgeReceipt.objects.visible_to(mandates).filter(pk=receipt_id).select_related("pledge").first()
    return found


def published(mandates: Sequence[Mandate]) -> list[PublicTotals]:
    """The totals published last for the framework and for each State, the framework's first. One query."""
    latest: dict[str, PublicTotals] = {}
    for each in PublicTotals.objects.visible_to(mandates).filter(withdrawn_on__isnull=True).order_by("as_of", "pk"):
        latest[each.owner_state] = each
    return sorted(latest.values(), key=lambda each: (each.owner_state != "AES", each.owner_state))
