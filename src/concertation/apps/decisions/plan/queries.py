"""Reading the plan: its lines as the reader may see them, their progress from live measures, and their money."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from concertation.apps.decisions.measures import Measure, measures_for
from concertation.apps.decisions.models import Decision, PlanEntry
from concertation.core.plan import PlanLine, progress
from concertation.core.sharing import Mandate
from concertation.core.sharing.following import keeps_sessions
from concertation.core.sharing.visibility import FRAMEWORK, writes_for

SAME = (
    "kind", "code", "parent", "title_fr", "title_en", "national_plan", "assumptions", "unit_of_measure", "baseline", "baseline_on", "target", "target_on", "value", "value_on",
    "source", "measure", "lead", "partners", "starts_on", "ends_on", "funding", "state",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LineInView:
    """A line with what it stands at: the live measure where one is named, else the value entered; and the way made to its target."""

    line: PlanLine
    owner_state: str
    version: int
    measure: Measure | None
    value: int | None
    value_on: date | None
    progress: float | None


def as_line(row: PlanEntry) -> PlanLine:
    """A row as a value."""
    return PlanLine(
        **{name: getattr(row, name) for name in SAME}, decisions=tuple(filter(None, row.decisions.split("|"))), budget=row.budget_minor, funded=row.funded_minor,
    )  # fmt: skip


def entries(mandates: Sequence[Mandate]) -> list[PlanEntry]:
    """The lines of the plan that stand, as the reader may see them."""
    return list(PlanEntry.objects.visible_to(mandates).filter(withdrawn_on__isnull=True).order_by("code"))


def entry(mandates: Sequence[Mandate], code: str) -> PlanEntry | None:
    """One line of the plan that stands."""
    held: PlanEntry | None = PlanEntry.objects.visible_to(mandates).filter(code=code, withdrawn_on__isnull=True).first()
    return held


def plan(mandates: Sequence[Mandate]) -> list[LineInView]:
    """The plan with what is measured of it today."""
    held = entries(mandates)
    live: Mapping[str, Measure] = {}
    if any(row.measure for row in held):
        live = {measure.code: measure for measures in measures_for(mandates).values() for measure in measures}
    return [in_view(row, live) for row in held]


def in_view(row: PlanEntry, live: Mapping[str, Measure]) -> LineInView:
    """One line with what it stands at."""
    measure = live.get(row.measure)
    value, on = (measure.value, measure.on) if measure is not None and measure.value is not None else (row.value, row.value_on)
    return LineInView(as_line(row), row.owner_state, row.version, measure, value, on, progress(row.baseline, value, row.target))


def measures_known(mandates: Sequence[Mandate]) -> list[Measure]:
    """The live measures an indicator may rest on."""
    return [measure for measures in measures_for(mandates).values() for measure in measures]


def decision_references() -> dict[str, str]:
    """The decisions a line may serve, by reference."""
    return {each.reference: f"{each.number}. {each.title}" for each in Decision.objects.filter(kind="decision").order_by("number")}


def writes_line(mandates: Sequence[Mandate], owner_state: str, kind: str) -> Mandate | None:
    """The mandate under which a line may be written: the secretariat's, or a State's own for the activities it leads."""
    kept = keeps_sessions(mandates)
    if kept is not None or owner_state == FRAMEWORK or kind not in ("", "activity"):
        return kept
    return writes_for(mandates, owner_state)
