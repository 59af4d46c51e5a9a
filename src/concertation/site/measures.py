"""What is measured today of each decision: counts that the subjects hold, each with its date, its sources and where to look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from django.utils import timezone

from concertation.apps.anticipation.queries import thresholds_waiting
from concertation.apps.decisions.measures import Measure
from concertation.apps.lessons.queries import LESSONS, REUSES, counted_by_state
from concertation.apps.needs.queries import NationalLine, known_on, lines_of
from concertation.apps.picture import reading
from concertation.apps.places.models import State
from concertation.apps.presence.queries import reports_seen
from concertation.apps.sources.queries import rows_by_state
from concertation.core.figures import Figure
from concertation.core.sharing import Mandate
from concertation.formats.framework_file import shipped

CONCEPTS = ("phase3plus", "requirement", "funding", "idps")
WHOLE_GROUPS = ("all", "idp")
MEMBERS_ONLY = ("BFA", "MLI", "NER")
COUNTED = (*MEMBERS_ONLY, "TGO")
TREND_YEARS = 15


@dataclass(frozen=True, slots=True)
class Readings:
    """What the measures are taken from, read once: the States by code, their national lines of every concept measured."""

    states: Mapping[str, State]
    lines: Sequence[NationalLine]

    def of(self, *concepts: str, measure: str = "people") -> list[NationalLine]:
        """The lines of everyone for these concepts, in one unit of measure, that have a value in some year."""
        return [
            line for line in self.lines
            if line.concept in concepts and line.group in WHOLE_GROUPS and line.trend and line.trend[-1][1].figure.measure == measure
        ]


def read(mandates: Sequence[Mandate]) -> Readings:
    """Read what every measure needs."""
    ground = reading.ground()
    every = reading.figures_pictured(tuple(mandates), tuple(ground.states))
    held = known_on(every.filter(pl.col("concept").is_in(CONCEPTS)), timezone.localdate())
    return Readings(ground.states, lines_of(held, states=list(ground.states), ground=ground.terrain))


def led_on(figure: Figure) -> date | None:
    """The day a figure refers to."""
    return figure.reference_end or figure.reference_start


def season_of(figure: Figure) -> tuple[int, int] | None:
    """The months a figure speaks of: a lean season is only set beside lean seasons."""
    start, end = figure.reference_start, figure.reference_end
    return (start.month, end.month) if start and end else None


def food_security(held: Readings) -> Sequence[Measure]:
    """People in Cadre Harmonisé phase 3+ in the four States, in the latest year all four have, with the same season of the years before."""
    lines = held.of("phase3plus")
    by_year: dict[int, list[Figure]] = {}
    for line in lines:
        for year, each in line.trend:
            by_year.setdefault(year, []).append(each.figure)
    complete = {year: figures for year, figures in sorted(by_year.items()) if len(figures) == len(lines)}
    if not complete:
        return ()
    last = complete[max(complete)]
    trend = {year: figures for year, figures in complete.items() if season_of(figures[0]) == season_of(last[0])}
    values = tuple((year, sum(figure.value or 0 for figure in figures)) for year, figures in trend.items())
    return (
        Measure(
            "phase3plus", "personnes en phase 3 ou pire, Burkina Faso, Mali, Niger et Togo",
            "people in phase 3 or worse, Burkina Faso, Mali, Niger and Togo", values[-1][1], on=led_on(last[0]),
            since=last[0].reference_start, address="/situation/?sector=FSC",
            sources=tuple(dict.fromkeys(figure.source for figure in last)), trend=values,
        ),
    )


def reporting(held: Readings, mandates: Sequence[Mandate]) -> Sequence[Measure]:
    """Organisations that reported in the latest period of each State, as the reader may see them."""
    newest: dict[str, tuple[date, int]] = {}
    for report in reports_seen(tuple(mandates)):
        newest.setdefault(report.owner_state, (report.period_end, report.organisations))
    return tuple(
        Measure(
            f"reporting-{state.lower()}", f"organisations ont déclaré, {held.states[state].name_fr}", f"organisations reported, {held.states[state].name_en}",
            count, unit_of_measure="organisations", on=end, address=f"/states/{state}/",
        )
        for state, (end, count) in sorted(newest.items())
    )


def funding(held: Readings) -> Sequence[Measure]:
    """The share received of what the plans of the three member States asked for, for years that were over when it was read."""
    lines = [line for line in held.of("requirement", "funding", measure="USD") if line.state in MEMBERS_ONLY]
    asked = {(line.state, year): each.figure for line in lines if line.concept == "requirement" for year, each in line.trend}
    received = {(line.state, year): each.figure for line in lines if line.concept == "funding" for year, each in line.trend}
    shares: dict[int, int] = {}
    for year in sorted({year for _, year in asked}):
        keys = [(state, year) for state in MEMBERS_ONLY]
        if all(key in asked and key in received and _is_over(received[key], year) for key in keys):
            due = sum(asked[key].value or 0 for key in keys)
            shares[year] = round(100 * sum(received[key].value or 0 for key in keys) / due) if due else 0
    if not shares:
        return ()
    last = max(shares)
    figures = [received[state, last] for state in MEMBERS_ONLY]
    return (
        Measure(
            "plan-coverage", f"% reçus des besoins des trois plans, {last}", f"% received of the three plans' requirements, {last}",
            shares[last], unit_of_measure="percent", on=max((f.extracted_on for f in figures if f.extracted_on), default=None),
            address="/funding/", sources=tuple(dict.fromkeys(f.source for f in figures)), trend=tuple(shares.items()),
        ),
    )


def _is_over(figure: Figure, year: int) -> bool:
    return figure.extracted_on is None or figure.extracted_on.year > year


def frameworks(waiting: int) -> Sequence[Measure]:
    """Frameworks of the reference set in force in the four States, and thresholds met that wait for a confirmation."""
    today = timezone.localdate()
    every = [each.read.framework for each in shipped().values() if each.read.framework]
    held = [each for each in every if each.country in COUNTED and each.status == "in-force" and (each.last_year or 0) >= today.year]
    sources = tuple(dict.fromkeys(source for each in held for source in each.sources))
    return (
        Measure(
            "frameworks", "cadres d'action anticipée connus et valables cette année", "anticipatory frameworks known and valid this year", len(held),
            unit_of_measure="frameworks", on=today, address="/anticipation/", sources=sources,
        ),
        Measure(
            "thresholds-waiting", "seuils atteints, non activés, qui attendent une confirmation", "thresholds met, not activated, waiting for a confirmation", waiting,
            unit_of_measure="thresholds", on=today, address="/anticipation/",
        ),
    )


def displaced(held: Readings) -> Sequence[Measure]:
    """Internally displaced people of each State, each by its own date and status: never added together."""
    return tuple(_displaced(line, held.states[line.state]) for line in held.of("idps"))


def _displaced(line: NationalLine, state: State) -> Measure:
    year, held = line.trend[-1]
    return Measure(
        f"idps-{line.state.lower()}", f"déplacés internes, {state.name_fr}", f"internally displaced people, {state.name_en}", held.figure.value,
        on=led_on(held.figure), since=held.figure.reference_start, address=f"/states/{line.state}/", sources=(held.figure.source,),
        trend=tuple((at, each.figure.value) for at, each in line.trend if each.figure.value is not None and at > year - TREND_YEARS),
    )


def counted(mandates: Sequence[Mandate]) -> tuple[list[tuple[str, int]], Mapping[int, int]]:
    """Rows kept per State; thresholds that wait for a confirmation (0), lessons and their uses, as the reader may see them: one question to the database."""
    every = list(rows_by_state(mandates).union(thresholds_waiting(mandates), *counted_by_state(mandates), all=True))
    kept = [(line["state"], int(line["rows"] or 0)) for line in every if line["imports"] > 0]
    others: dict[int, int] = {}
    for line in every:
        if line["imports"] <= 0:
            others[line["imports"]] = others.get(line["imports"], 0) + int(line["rows"])
    return kept, others


def kept_by_states(kept: Sequence[tuple[str, int]]) -> Sequence[Measure]:
    """Rows that States keep on this node, as the reader may see them."""
    if not kept:
        return ()
    states = len({state for state, _rows in kept})
    return (
        Measure(
            "rows-kept", f"lignes gardées sur ce nœud par leurs États ({states})", f"rows kept on this node by their States ({states})",
            sum(rows for _state, rows in kept), unit_of_measure="rows", address="/sources/",
        ),
    )


def learned(lessons: int, reuses: int) -> Sequence[Measure]:
    """Lessons kept and times they were reused, as the reader may see them; nothing is said before the first is kept."""
    if not lessons:
        return ()
    return (
        Measure("lessons", "leçons gardées", "lessons kept", lessons, unit_of_measure="lessons", address="/lessons/"),
        Measure("reuses", "réutilisations de leçons notées", "reuses of lessons noted", reuses, unit_of_measure="reuses", address="/lessons/"),
    )


def measures(mandates: Sequence[Mandate]) -> Mapping[int, Sequence[Measure]]:
    """What the subjects hold today, by the number of the decision it measures."""
    held = read(mandates)
    kept, others = counted(mandates)
    return {
        1: (*food_security(held), *reporting(held, mandates)), 3: funding(held), 5: frameworks(others.get(0, 0)), 6: displaced(held), 7: learned(others.get(LESSONS, 0), others.get(REUSES, 0)),
        8: kept_by_states(kept),
    }
