"""Writing receipts and statements: a receipt pays instalments, a line of a statement becomes one receipt at most, and each act can be taken back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from concertation.apps.ground.commands import journal
from concertation.apps.ground.editing import ActRefused, held_at
from concertation.apps.mobilisation.models import (
    Instalment,
    Pledge,
    PledgeReceipt,
    Settlement,
    Statement,
    StatementLine,
)
from concertation.apps.mobilisation.queries import Entry, entry
from concertation.core.mobilisation.checks import problems_of_receipt
from concertation.core.mobilisation.ledger import Rest, Stood, spread
from concertation.core.problems import Cell, Problem
from concertation.core.sharing import Mandate
from concertation.formats.statements import ReadStatement


@dataclass(frozen=True, slots=True)
class Received:
    """What a person says was received: the amount in minor units of a currency, the day, how, the number of the instalment it pays, where a rest goes."""

    minor: int
    currency: str
    on: date
    channel: str
    reference: str
    instalment: int | None
    rest: Rest


def note_receipt(pledge_id: UUID, received: Received, *, base_version: int, today: date, by: Mandate, receives: bool, line: StatementLine | None = None) -> PledgeReceipt:
    """Note what was received of a pledge; said by the receiving side it counts at once, by the giver once confirmed. Raises Conflict, ActRefused."""
    try:
        with transaction.atomic():
            return _noted(pledge_id, received, base_version, today, by, receives, line)
    except IntegrityError:
        raise ActRefused([Problem("receipt-held-already", Cell(), received.reference)]) from None


def _noted(pledge_id: UUID, received: Received, base_version: int, today: date, by: Mandate, receives: bool, line: StatementLine | None) -> PledgeReceipt:
    now = held_at(Pledge, pledge_id, base_version)
    held = entry([by], now, today=today)
    _refuse_receipt(now, held, received, today)
    where = spread(received.minor, counting_declared(held), first=received.instalment, rest=received.rest)
    row: PledgeReceipt = PledgeReceipt.objects.create(
        pledge=now, received_on=received.on, amount_minor=received.minor, channel=received.channel, reference=received.reference, said_by="receiver" if receives else "giver",
        confirmed_on=today if receives else None, line=line, owner_state=now.owner_state, holder=now.holder, sensitivity=now.sensitivity,
    )  # fmt: skip
    Settlement.objects.bulk_create([Settlement(receipt=row, instalment=held.instalments[number], amount_minor=minor) for number, minor in where.parts])
    now.version += 1
    now.save()
    journal("mobilisation.receipt-noted", by, state=now.owner_state, pledge=now.pk, receipt=row.pk, said_by=row.said_by, instalments=len(where.parts))
    return row


def _refuse_receipt(now: Pledge, held: Entry, received: Received, today: date) -> None:
    """Raise ActRefused for what keeps a receipt from standing."""
    if now.withdrawn_on is not None or now.taken_back_on is not None:
        raise ActRefused([Problem("receipt-of-no-pledge", Cell(), now.reference)])
    if _is_held(now, received):
        raise ActRefused([Problem("receipt-held-already", Cell(), received.reference or received.on.isoformat())])
    if received.instalment is not None and received.instalment not in held.instalments:
        raise ActRefused([Problem("instalment-unknown", Cell(), str(received.instalment))])
    where = spread(received.minor, counting_declared(held), first=received.instalment, rest=received.rest)
    wrong = list(problems_of_receipt(
        minor=received.minor, currency=received.currency, pledge_currency=now.currency, received_on=received.on, pledged_on=now.pledged_on, today=today, where=where, rest=received.rest,
    ))  # fmt: skip
    if received.instalment is not None and not where.parts and received.minor > 0:
        wrong.append(Problem("instalment-settled-already", Cell(), str(received.instalment)))
    if wrong:
        raise ActRefused(wrong)


def _is_held(now: Pledge, received: Received) -> bool:
    """Whether the same day and amount were noted of this pledge, or with the same reference of another; two references tell two payments apart."""
    alike = PledgeReceipt.objects.filter(owner_state=now.owner_state, taken_back_on__isnull=True, received_on=received.on, amount_minor=received.minor)
    return any(
        (pledge_id == now.pk and not (reference and received.reference)) or (reference and reference == received.reference)
        for pledge_id, reference in alike.values_list("pledge_id", "reference")
    )  # fmt: skip


def counting_declared(held: Entry) -> list[Stood]:
    """The instalments with what a giver declared and nobody confirmed yet taken off what is left: nothing is settled twice."""
    return [replace(each, left=max(each.left - held.declared_parts.get(each.instalment.number, 0), 0)) for each in held.balance.instalments]


@transaction.atomic
def confirm_receipt(receipt_id: UUID, *, base_version: int, on: date, by: Mandate) -> PledgeReceipt:
    """The receiving side says that what a giver declared was received. Raises Conflict, ActRefused."""
    row = held_at(PledgeReceipt, receipt_id, base_version)
    if row.confirmed_on is not None or row.taken_back_on is not None:
        raise ActRefused([Problem("receipt-not-waiting", Cell())])
    row.confirmed_on, row.version = on, row.version + 1
    row.save()
    _moved_on(row)
    journal("mobilisation.receipt-confirmed", by, state=row.owner_state, pledge=row.pledge_id, receipt=row.pk)
    return row


@transaction.atomic
def take_back_receipt(receipt_id: UUID, *, base_version: int, on: date, by: Mandate) -> PledgeReceipt:
    """A receipt no longer counts, and the line of the statement it came from waits again. Raises Conflict, ActRefused."""
    row = held_at(PledgeReceipt, receipt_id, base_version)
    if row.taken_back_on is not None:
        raise ActRefused([Problem("receipt-not-waiting", Cell())])
    row.taken_back_on, row.version = on, row.version + 1
    row.save()
    _moved_on(row)
    if row.line_id is not None:
        line: StatementLine = StatementLine.objects.select_for_update().get(pk=row.line_id)
        line.state, line.version = "open", line.version + 1
        line.save()
    journal("mobilisation.receipt-taken-back", by, state=row.owner_state, pledge=row.pledge_id, receipt=row.pk)
    return row


def _moved_on(row: PledgeReceipt) -> None:
    """The pledge of a receipt stands one version on."""
    pledge: Pledge = Pledge.objects.select_for_update(of=("self",)).get(pk=row.pledge_id)
    pledge.version += 1
    pledge.save()


@transaction.atomic
def keep_statement(read: ReadStatement, *, sha256: str, currency: str, state: str, problems: Sequence[Mapping[str, object]], today: date, by: Mandate) -> Statement:
    """Keep the money in of a statement, without anybody's name; the same bytes twice keep one. A line that an earlier statement holds says so."""
    known: Statement | None = Statement.objects.filter(owner_state=state, sha256=sha256).first()
    if known is not None:
        return known
    masters = {"owner_state": state, "holder": f"{state.lower()}-government", "sensitivity": "strict"}
    coming = [line for line in read.frame.iter_rows(named=True) if line["amount_minor"] is None or line["amount_minor"] > 0]
    days = [line["day"] for line in coming if line["day"]]
    row: Statement = Statement.objects.create(
        sha256=sha256, currency=currency, read_on=today, first_day=min(days, default=None), last_day=max(days, default=None), lines=len(coming),
        problems=json.dumps(list(problems), ensure_ascii=False).encode(), **masters,
    )  # fmt: skip
    held = _told_before(state)
    made = [_line(row, line, held, masters) for line in coming]
    StatementLine.objects.bulk_create(made, batch_size=200)
    journal("mobilisation.statement-read", by, state=state, statement=row.pk, lines=len(made), sha256=sha256)
    return row


def _told_before(state: str) -> dict[tuple[Any, ...], StatementLine]:
    """The lines of earlier statements that bear a reference, by what they say."""
    held = StatementLine.objects.filter(owner_state=state, repeats__isnull=True).exclude(reference="")
    return {(each.day, each.amount_minor, each.currency, each.reference): each for each in held}


def _line(row: Statement, line: Mapping[str, Any], held: Mapping[tuple[Any, ...], StatementLine], masters: Mapping[str, str]) -> StatementLine:
    said = {"day": line["day"], "amount_minor": line["amount_minor"], "currency": line["currency"] or "", "reference": line["reference"] or ""}
    same = held.get(tuple(said.values())) if said["reference"] else None
    return StatementLine(statement=row, row=line["row"], promised=line["promised"] or "", repeats=same, state="aside" if same else "open", **said, **masters)


def settle_line(line: StatementLine, instalment: Instalment, pledge: Pledge, *, rest: Rest, channel: str, base_version: int, pledge_version: int, today: date, by: Mandate) -> PledgeReceipt:
    """A person says which instalment a line pays: it becomes a receipt, once. Raises Conflict, ActRefused."""
    with transaction.atomic():
        now = held_at(StatementLine, line.pk, base_version)
        if now.state != "open" or now.amount_minor is None or now.day is None:
            raise ActRefused([Problem("statement-line-not-open", Cell(row=now.row), str(now.row))])
        received = Received(now.amount_minor, now.currency, now.day, channel, now.reference, instalment.number, rest)
        made = note_receipt(pledge.pk, received, base_version=pledge_version, today=today, by=by, receives=True, line=now)
        now.state, now.why, now.version = "settled", "", now.version + 1
        now.save()
        journal("mobilisation.statement-line-settled", by, state=now.owner_state, statement=now.statement_id, row=now.row, receipt=made.pk)
    return made


@transaction.atomic
def link_line(line: StatementLine, receipt: PledgeReceipt, *, base_version: int, on: date, by: Mandate) -> PledgeReceipt:
    """A person says that a line is a receipt noted before: the two stand for one movement. Raises Conflict, ActRefused."""
    now, row = held_at(StatementLine, line.pk, base_version), held_at(PledgeReceipt, receipt.pk, receipt.version)
    fits = (row.received_on, row.amount_minor) == (now.day, now.amount_minor) and row.line_id is None and row.taken_back_on is None
    if now.state != "open" or not fits:
        raise ActRefused([Problem("statement-line-not-open", Cell(row=now.row), str(now.row))])
    row.line, row.confirmed_on, row.version = now, row.confirmed_on or on, row.version + 1
    row.save()
    now.state, now.why, now.version = "settled", "", now.version + 1
    now.save()
    _moved_on(row)
    journal("mobilisation.statement-line-settled", by, state=now.owner_state, statement=now.statement_id, row=now.row, receipt=row.pk)
    return row


@transaction.atomic
def set_aside(line: StatementLine, *, why: str, base_version: int, by: Mandate) -> StatementLine:
    """A line that pays no pledge, with the reason in a few words; it stays listed. Raises Conflict, ActRefused."""
    return _line_moved(line, "open", "aside", why, base_version, by)


@transaction.atomic
def open_again(line: StatementLine, *, base_version: int, by: Mandate) -> StatementLine:
    """A line put aside waits again. Raises Conflict, ActRefused."""
    return _line_moved(line, "aside", "open", "", base_version, by)


def _line_moved(line: StatementLine, before: str, after: str, why: str, base_version: int, by: Mandate) -> StatementLine:
    now = held_at(StatementLine, line.pk, base_version)
    if now.state != before:
        raise ActRefused([Problem("statement-line-not-open", Cell(row=now.row), str(now.row))])
    now.state, now.why, now.version = after, why[:200], now.version + 1
    if after == "open":
        now.repeats = None
    now.save()
    journal(f"mobilisation.statement-line-{'put-aside' if after == 'aside' else 'opened-again'}", by, state=now.owner_state, statement=now.statement_id, row=now.row)
    return now


