"""Writing the plan: one line at a time by a form, or many from a file, all or none; each act one line of the journal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from concertation.apps.decisions.commands import Refused
from concertation.apps.decisions.models import Decision, PlanEntry
from concertation.apps.ground.commands import journal
from concertation.apps.ground.editing import ActRefused, Conflict
from concertation.core.plan import PlanLine, problems_of
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate, Sensitivity

SAME = (
    "kind", "parent", "title_fr", "title_en", "national_plan", "assumptions", "unit_of_measure", "baseline", "baseline_on", "target", "target_on", "value", "value_on", "source",
    "measure", "lead", "partners", "starts_on", "ends_on", "funding", "state",
)  # fmt: skip


class PlanRefused(ActRefused):
    """Lines that cannot stand; carries a problem for each thing wrong."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What a file changed: lines added, changed, left as they were."""

    added: int
    changed: int
    same: int


def columns_of(line: PlanLine) -> dict[str, Any]:
    """A line as columns."""
    return {
        **{name: getattr(line, name) for name in SAME}, "decisions": "|".join(line.decisions), "budget_minor": line.budget, "funded_minor": line.funded, "withdrawn_on": None,
    }  # fmt: skip


def problems_in(lines: Sequence[PlanLine]) -> list[tuple[str, Problem]]:
    """What is wrong with lines that are to join the plan, each with the code of its line."""
    kinds = dict(PlanEntry.objects.filter(withdrawn_on__isnull=True).values_list("code", "kind")) | {line.code: line.kind for line in lines}
    known = frozenset(Decision.objects.filter(kind="decision").values_list("reference", flat=True))
    return [(line.code, problem) for line in lines for problem in problems_of(line, kinds, decisions=known)]


@transaction.atomic
def write_line(line: PlanLine, *, owner_state: str, sensitivity: str, base_version: int, by: Mandate) -> PlanEntry:
    """Add a line (`base_version` 0) or change it. Raises Conflict, Refused, PlanRefused."""
    if wrong := problems_in([line]):
        raise PlanRefused([problem for _code, problem in wrong])
    held: PlanEntry | None = PlanEntry.objects.select_for_update().filter(code=line.code).first()
    if held is not None and held.withdrawn_on is None and held.version != base_version:
        raise Conflict(held) if base_version else Refused("plan-code-taken", line.code)
    row = held or PlanEntry(code=line.code, version=0)
    for name, value in {**columns_of(line), "owner_state": owner_state, "sensitivity": sensitivity}.items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    journal("decisions.plan-line-written", by, state=owner_state, code=line.code, kind=line.kind, version=row.version)
    return row


@transaction.atomic
def withdraw_line(code: str, *, base_version: int, on: date, by: Mandate) -> PlanEntry:
    """Take a line out of the plan; it stays and comes back when it is written again. Raises Conflict, Refused where lines stand under it."""
    row: PlanEntry = PlanEntry.objects.select_for_update().get(code=code)
    if row.version != base_version:
        raise Conflict(row)
    if PlanEntry.objects.filter(parent=code, withdrawn_on__isnull=True).exists():
        raise Refused("plan-line-has-lines", code)
    row.withdrawn_on = on
    row.version += 1
    row.save()
    journal("decisions.plan-line-withdrawn", by, state=row.owner_state, code=code, version=row.version)
    return row


def differences(lines: Sequence[PlanLine]) -> dict[str, str]:
    """What each line of a file would do to the plan as it stands: add, change, or nothing."""
    held = {row.code: row for row in PlanEntry.objects.filter(code__in=[line.code for line in lines])}
    return {line.code: _would(line, held) for line in lines}


def _would(line: PlanLine, held: Mapping[str, PlanEntry]) -> str:
    row = held.get(line.code)
    if row is None:
        return "added"
    return "same" if all(getattr(row, name) == value for name, value in columns_of(line).items()) else "changed"


@transaction.atomic
def store_lines(lines: Sequence[PlanLine], *, by: Mandate) -> Stored:
    """Bring the lines of a file into the plan, all or none; lines that the file does not name stay. Raises PlanRefused."""
    if wrong := problems_in(lines):
        raise PlanRefused([problem for _code, problem in wrong])
    held = {row.code: row for row in PlanEntry.objects.select_for_update().filter(code__in=[line.code for line in lines])}
    would = {line.code: _would(line, held) for line in lines}
    for line in lines:
        if would[line.code] == "same":
            continue
        row = held.get(line.code) or PlanEntry(code=line.code, owner_state="AES", sensitivity=Sensitivity.PUBLIC.value, version=0)
        for name, value in columns_of(line).items():
            setattr(row, name, value)
        row.version += 1
        row.save()
    counted = Stored(*(sum(each == done for each in would.values()) for done in ("added", "changed", "same")))
    journal("decisions.plan-brought-in", by, added=counted.added, changed=counted.changed, same=counted.same)
    return counted
