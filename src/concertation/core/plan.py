"""The common action plan: objectives hold results, results hold indicators and activities; progress is computed only from what is held.

A missing baseline, target or value gives no progress, never 0. A budget that nobody gave is counted as missing beside the sum. Money
is XOF in whole francs. A line that cannot stand is a problem with a code.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from concertation.core.money import Money
from concertation.core.problems import Problem


class LineKind(StrEnum):
    """What a line of the plan is."""

    OBJECTIVE = "objective"
    RESULT = "result"
    INDICATOR = "indicator"
    ACTIVITY = "activity"


class ActivityState(StrEnum):
    """How far an activity of the plan is."""

    PLANNED = "planned"
    UNDER_WAY = "under-way"
    DONE = "done"
    BLOCKED = "blocked"
    CANCELLED = "cancelled"


PARENTS: Mapping[str, frozenset[str]] = {
    LineKind.OBJECTIVE: frozenset(), LineKind.RESULT: frozenset({LineKind.OBJECTIVE}),
    LineKind.INDICATOR: frozenset({LineKind.OBJECTIVE, LineKind.RESULT}), LineKind.ACTIVITY: frozenset({LineKind.RESULT}),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """One line of the plan as written: what is empty is not held. Amounts are whole francs."""

    kind: str
    code: str
    parent: str = ""
    title_fr: str = ""
    title_en: str = ""
    decisions: tuple[str, ...] = ()
    national_plan: str = ""
    assumptions: str = ""
    unit_of_measure: str = ""
    baseline: int | None = None
    baseline_on: date | None = None
    target: int | None = None
    target_on: date | None = None
    value: int | None = None
    value_on: date | None = None
    source: str = ""
    measure: str = ""
    lead: str = ""
    partners: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    budget: int | None = None
    funded: int | None = None
    funding: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Budget:
    """The money of activities: the sum of those whose budget is held, and how many are not; what is funded, where anybody says."""

    held: Money
    funded: Money | None
    known: int
    unknown: int


def progress(baseline: int | None, value: int | None, target: int | None) -> float | None:
    """The share of the way from baseline to target, at least 0; None where a part is missing or baseline and target are one.

    >>> progress(10, 25, 40), progress(40, 25, 10), progress(None, 25, 40), progress(10, 5, 40)
    (0.5, 0.5, None, 0.0)
    """
    if baseline is None or value is None or target is None or baseline == target:
        return None
    return max((value - baseline) / (target - baseline), 0.0)


def budget_of(lines: Iterable[PlanLine]) -> Budget:
    """What the activities cost together; one without a budget is counted apart, never as 0. Cancelled activities are left out.

    >>> budget_of([PlanLine(kind="activity", code="A1", budget=500, funded=200), PlanLine(kind="activity", code="A2")])
    Budget(held=Money(minor=500, currency='XOF'), funded=Money(minor=200, currency='XOF'), known=1, unknown=1)
    """
    activities = [line for line in lines if line.kind == LineKind.ACTIVITY and line.state != ActivityState.CANCELLED]
    held = [line for line in activities if line.budget is not None]
    total = sum((Money(line.budget or 0, "XOF") for line in held), start=Money(0, "XOF"))
    paid = [Money(line.funded, "XOF") for line in activities if line.funded is not None]
    return Budget(total, sum(paid, start=Money(0, "XOF")) if paid else None, len(held), len(activities) - len(held))


def in_tree_order(lines: Sequence[PlanLine]) -> tuple[tuple[int, PlanLine], ...]:
    """Each line with its depth, every line under its parent, codes in order; numbers in codes count as numbers.

    >>> [(depth, each.code) for depth, each in in_tree_order([PlanLine(kind="result", code="R10", parent="O1"), PlanLine(kind="objective", code="O1"), PlanLine(kind="result", code="R2", parent="O1")])]
    [(0, 'O1'), (1, 'R2'), (1, 'R10')]
    """
    known = {line.code for line in lines}
    under: dict[str, list[PlanLine]] = {}
    for line in sorted(lines, key=lambda each: (list(LineKind).index(LineKind(each.kind)), order_of(each.code))):
        under.setdefault(line.parent if line.parent in known else "", []).append(line)
    found: list[tuple[int, PlanLine]] = []

    def walk(parent: str, depth: int) -> None:
        for line in under.get(parent, ()):
            found.append((depth, line))
            walk(line.code, depth + 1)

    walk("", 0)
    return tuple(found)


def order_of(code: str) -> tuple[tuple[int, str], ...]:
    """A code cut so that A1.10 stands after A1.9.

    >>> order_of("A1.10") > order_of("A1.9")
    True
    """
    parts, held = [], ""
    for sign in code:
        if held and sign.isdigit() != held[-1].isdigit():
            parts.append(held)
            held = ""
        held += sign
    return tuple((int(part), "") if part.isdigit() else (0, part) for part in [*parts, held] if part)


def problems_of(line: PlanLine, kinds: Mapping[str, str], *, decisions: frozenset[str]) -> tuple[Problem, ...]:
    """What keeps a line from standing; `kinds` gives the kind of every code of the plan it is to stand in.

    >>> [each.code for each in problems_of(PlanLine(kind="activity", code="A1", title_fr="x", title_en="x", parent="O1", budget=-5), {"O1": "objective"}, decisions=frozenset())]
    ['plan-parent-of-another-kind', 'plan-amount-negative']
    """
    return (*_of_kind(line, kinds), *_of_words(line, decisions), *_of_values(line))


def _of_kind(line: PlanLine, kinds: Mapping[str, str]) -> list[Problem]:
    if line.kind not in PARENTS:
        return [Problem("plan-kind-unknown", value=line.kind)]
    if not PARENTS[line.kind]:
        return [Problem("plan-objective-under-another", value=line.code)] if line.parent else []
    if line.parent not in kinds:
        return [Problem("plan-parent-missing", value=line.parent or line.code)]
    return [] if kinds[line.parent] in PARENTS[line.kind] else [Problem("plan-parent-of-another-kind", value=line.parent)]


def _of_words(line: PlanLine, decisions: frozenset[str]) -> list[Problem]:
    unknown = [each for each in line.decisions if each not in decisions]
    untitled = [] if line.title_fr and line.title_en else [Problem("plan-title-missing", value=line.code)]
    state = [Problem("plan-state-unknown", value=line.state)] if line.state and line.state not in {each.value for each in ActivityState} else []
    return [*untitled, *(Problem("plan-decision-unknown", value=each) for each in unknown), *state]


def _of_values(line: PlanLine) -> list[Problem]:
    told = []
    if line.starts_on and line.ends_on and line.ends_on < line.starts_on:
        told.append(Problem("plan-ends-before-it-begins", value=line.ends_on.isoformat()))
    told += [Problem("plan-amount-negative", value=str(amount)) for amount in (line.budget, line.funded) if amount is not None and amount < 0]
    if line.value is not None and not line.source:
        told.append(Problem("plan-value-without-source", value=str(line.value)))
    return told
