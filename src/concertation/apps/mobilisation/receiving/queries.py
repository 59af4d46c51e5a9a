"""Reading statements, their lines, and the instalments that wait for money."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count

from concertation.apps.mobilisation.models import Instalment, Pledge, PledgeReceipt, Statement, StatementLine
from concertation.apps.mobilisation.queries import Entry, entries, pledges
from concertation.core.mobilisation.matching import Awaited, Match, Movement, Queue, in_queue, matches
from concertation.core.sharing import Mandate


def statements(mandates: Sequence[Mandate]) -> list[Statement]:
    """The statements read, the last first."""
    return list(Statement.objects.visible_to(mandates).order_by("-read_on", "-pk"))


def line_counts(mandates: Sequence[Mandate]) -> Mapping[UUID, Mapping[str, int]]:
    """How many lines of each statement stand in each state. One query."""
    found: dict[UUID, dict[str, int]] = {}
    for statement_id, state, lines in StatementLine.objects.visible_to(mandates).order_by().values_list("statement_id", "state").annotate(Count("pk")):
        found.setdefault(statement_id, {})[state] = lines
    return found


def statement(mandates: Sequence[Mandate], statement_id: UUID) -> Statement | None:
    """One statement."""
    found: Statement | None = Statement.objects.visible_to(mandates).filter(pk=statement_id).first()
    return found


def same_statement(mandates: Sequence[Mandate], *, state: str, sha256: str) -> Statement | None:
    """The statement with the same bytes that was read before."""
    found: Statement | None = Statement.objects.visible_to(mandates).filter(owner_state=state, sha256=sha256).first()
    return found


def problems_of(row: Statement) -> list[dict[str, Any]]:
    """What was wrong with a statement when it was read."""
    read: list[dict[str, Any]] = json.loads(bytes(row.problems) or b"[]")
    return read


def lines(mandates: Sequence[Mandate], row: Statement) -> list[StatementLine]:
    """The lines of a statement, in order."""
    return list(StatementLine.objects.visible_to(mandates).filter(statement=row).select_related("repeats__statement").order_by("row"))


def line(mandates: Sequence[Mandate], line_id: UUID) -> StatementLine | None:
    """One line."""
    found: StatementLine | None = StatementLine.objects.visible_to(mandates).filter(pk=line_id).select_related("statement").first()
    return found


@dataclass(frozen=True)
class Waiting:
    """The instalments that wait for money, by id, each with its pledge, and how a movement finds them."""

    held: Mapping[str, tuple[Entry, Instalment]]
    queue: Queue


def waiting(mandates: Sequence[Mandate], *, state: str, today: date, **asked: Any) -> Waiting:
    """The instalments with something left of the pledges of money of a State, or of the framework. Four queries, however many there are."""
    held = entries(mandates, pledges(mandates, owner_state=state, kind="cash", taken_back_on__isnull=True, **asked), today=today)
    found = [(each, each.instalments[part.instalment.number], part) for each in held for part in each.balance.instalments if part.left]
    awaited = in_queue(Awaited(str(row.pk), each.pledge.reference, each.pledge.currency, part.left, part.instalment.due_on) for each, row, part in found)
    return Waiting({str(row.pk): (each, row) for each, row, _part in found}, awaited)


def waiting_for(mandates: Sequence[Mandate], instalment: str, *, state: str, today: date) -> tuple[Entry, Instalment] | None:
    """An instalment that waits for money, with its pledge, by an id as a form sends it; none where it waits for nothing more."""
    try:
        own = Instalment.objects.visible_to(mandates).filter(pk=UUID(instalment)).values("pledge")
    except ValueError:
        return None
    return waiting(mandates, state=state, today=today, pk__in=own).held.get(instalment)


def references(mandates: Sequence[Mandate], *, state: str) -> list[str]:
    """The references that payments to a State may name."""
    return list(Pledge.objects.visible_to(mandates).filter(owner_state=state, withdrawn_on__isnull=True).values_list("reference", flat=True))


def proposals(row: StatementLine, queue: Queue) -> tuple[Match, ...]:
    """The instalments a line could settle, with the reasons; nothing for a line that is not open or that repeats another."""
    if row.state != "open" or row.repeats_id is not None:
        return ()
    movement = Movement(row.day, row.amount_minor, row.currency or None, row.promised)
    return matches(movement, queue.candidates(movement))


def noted_alike(mandates: Sequence[Mandate], *, state: str) -> dict[tuple[date, int], PledgeReceipt]:
    """The receipts of a State that no statement shows yet, by day and amount: a line may be one of them. One query."""
    held = PledgeReceipt.objects.visible_to(mandates).filter(owner_state=state, line__isnull=True, taken_back_on__isnull=True).select_related("pledge")
    return {(each.received_on, each.amount_minor): each for each in held}
