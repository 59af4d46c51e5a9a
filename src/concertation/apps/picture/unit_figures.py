"""The figures of one unit, in the order a reader asks for them: need, food security, displacement, money, population, terms quoted.

Each line shows the figure that leads and keeps the others beside it; the five phases of the Cadre Harmonisé stand together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from concertation.apps.ground.downloads import language
from concertation.apps.needs.queries import HeldFigure, InStanding, NationalLine
from concertation.apps.needs.taken_sources import sources_of_figures
from concertation.apps.needs.words import dimension, term
from concertation.apps.picture.reading import Ground
from concertation.apps.picture.words import period_words
from concertation.core.concepts import DISPLACED, INTERSECTORAL, PEOPLE_MEASURES, PHASES, is_settled
from concertation.draw.charts import Point, Share, Spec, phase_bars
from concertation.draw.charts import trend as trend_chart
from concertation.draw.tables import Column, Source, TakenTable

HISTORY = ("in_need", "phase3plus")
MONEY = ("requirement", "funding")
SEVERITIES = ("jiaf_severity", "sector_severity")


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact of the unit: its words, the figure as the figure tag takes it, its values over the years."""

    what: str
    about: str
    shown: dict[str, object]
    values: tuple[int | None, ...]
    told: str


@dataclass(frozen=True, slots=True)
class Section:
    """Some facts under one heading."""

    key: str
    title: str
    lines: tuple[FactLine, ...]


def sections(lines: Sequence[NationalLine], ground: Ground) -> list[Section]:
    """The facts of the unit under their headings; a heading without facts is left out."""
    headings = (
        ("need", _("Besoin"), (*PEOPLE_MEASURES, *SEVERITIES)), ("food", _("Sécurité alimentaire (Cadre Harmonisé)"), ("phase3plus", "area_phase", "population_analysed")),
        ("displacement", _("Déplacement"), (*DISPLACED, "idp_households", "returnee_households", "new_displacements", "returned_refugees", "returned_idps")),
        ("money", _("Argent des plans"), MONEY), ("population", _("Population"), ("population",)), ("quoted", _("Termes cités, sans définition"), ("distress_as_quoted",)),
    )  # fmt: skip
    found = [Section(key, title, _facts(lines, concepts, ground)) for key, title, concepts in headings]
    return [section for section in found if section.lines]


def _facts(lines: Sequence[NationalLine], concepts: Iterable[str], ground: Ground) -> tuple[FactLine, ...]:
    order = {code: place for place, code in enumerate(concepts)}
    kept = [line for line in lines if line.concept in order and is_settled(line.group) and (line.standing.leader or line.standing.others)]
    kept.sort(key=lambda line: (order[line.concept], line.sector != INTERSECTORAL, line.sector, line.group != "all", line.group))
    return tuple(_fact(line, ground) for line in kept)


def _fact(line: NationalLine, ground: Ground) -> FactLine:
    sector = ground.sectors.get(line.sector)
    parts = ("" if line.sector == INTERSECTORAL or not sector else sector.name, dimension("group", line.group))
    values = [(year, held.figure.value) for year, held in line.trend]
    told = f"{values[0][0]}–{values[-1][0]}" if len(values) > 1 else ""
    return FactLine(term("concept", line.concept).name, ", ".join(part for part in parts if part), standing_shown(line.standing), tuple(value for _year, value in values), told)


def standing_shown(standing: InStanding) -> dict[str, object]:
    """A standing as the figure tag takes it: the leader and the others, each with its reason and its page."""
    others = [_shown(held, reason.en if language() == "en" else reason.fr) for held, reason in standing.others]
    if standing.leader is None:
        quoted = next((other for other in others if other["value_text"]), {"value": None})
        return {**quoted, "others": [other for other in others if other is not quoted]}
    why = standing.reason
    return {**_shown(standing.leader, why.en if language() == "en" else why.fr), "others": others}


def _shown(held: HeldFigure, reason: str) -> dict[str, object]:
    figure = held.figure
    return {
        "value": figure.value, "value_text": figure.value_text, "measure": figure.measure, "status": figure.status, "extracted_on": figure.extracted_on,
        "reference_start": figure.reference_start, "reference_end": figure.reference_end, "scope": figure.scope, "method": figure.method,
        "source": held.source_title, "source_url": reverse("source", args=[figure.source]) if held.id else "",
        "url": reverse("figure", args=[held.id]) if held.id else "", "reason": reason,
    }  # fmt: skip


# The five phases


@dataclass(frozen=True, slots=True)
class Phases:
    """People in each phase of one season, from one period: what the bar shows."""

    when: str
    people: tuple[tuple[int, int], ...]

    @property
    def total(self) -> int:
        """People analysed in the phases held."""
        return sum(count for _phase, count in self.people)

    @property
    def strips(self) -> list[dict[str, object]]:
        """The parts of the bar: colour, start and length (0 to 100), words."""
        at, parts = 0.0, []
        for phase, count in self.people:
            length = 100 * count / self.total if self.total else 0.0
            parts.append({"css": f"q{phase - 1}", "start": f"{at:.2f}", "length": f"{length:.2f}", "phase": phase, "count": count, "name": term("concept", f"phase{phase}").name, "percent": length / 100})
            at += length
        return parts


def phases(lines: Sequence[NationalLine]) -> Phases | None:
    """The latest season for which the phases are held; None when none is."""
    leaders = [(line.concept, line.standing.leader) for line in lines if line.concept in PHASES and line.group == "all"]
    held = [(concept, leader.figure) for concept, leader in leaders if leader is not None and leader.figure.value is not None]
    if len(held) < 2:
        return None
    days = [figure.reference_end or figure.reference_start for _concept, figure in held]
    latest = max((day for day in days if day), default=None)
    same = [(concept, figure) for concept, figure in held if (figure.reference_end or figure.reference_start) == latest]
    first = same[0][1]
    people = sorted((int(concept[-1]), figure.value or 0) for concept, figure in same)
    return Phases(period_words(first.reference_start, first.reference_end), tuple(people))


# Over the years


@dataclass(frozen=True, slots=True)
class YearLine:
    """One year of the unit's history: need and people in phase 3 or worse, each None when none is held."""

    year: int
    values: tuple[HeldFigure | None, ...]


@dataclass(frozen=True, slots=True)
class History:
    """The years held of the unit's need, oldest first; `headings` name the series."""

    headings: tuple[str, ...]
    series: tuple[NationalLine, ...]

    @property
    def years(self) -> list[YearLine]:
        """One line a year."""
        by_series = [dict(line.trend) for line in self.series]
        every = sorted({year for series in by_series for year in series})
        return [YearLine(year, tuple(series.get(year) for series in by_series)) for year in every]


def history(lines: Sequence[NationalLine]) -> History | None:
    """Need and phase 3 or worse over the years, everyone together; None with fewer than two years."""
    kept = [line for line in lines if line.concept in HISTORY and line.group == "all" and (line.sector == INTERSECTORAL or line.concept == "phase3plus") and line.trend]
    found = History(tuple(term("concept", line.concept).name for line in kept), tuple(kept))
    return found if len(found.years) > 1 else None


def history_chart(shown: History, title: str) -> Spec:
    """The years as lines; a year without a figure breaks the line."""
    points = [
        Point(f"{line.year}-01-01", held.figure.value if held else None, heading)
        for line in shown.years for heading, held in zip(shown.headings, line.values, strict=True)
    ]  # fmt: skip
    return trend_chart(points, title=title, measure=term("measure", "people").name)


def phases_chart(shown: Phases, name: str, title: str) -> Spec:
    """The phases as one bar in the official colours."""
    shares = [Share(name, phase, count) for phase, count in shown.people]
    return phase_bars(shares, title=title, measure=term("measure", "people").name, language=language())


def taken_figures(lines: Sequence[NationalLine], title_fr: str, title_en: str) -> TakenTable:
    """Every leading figure and its rivals, one a row, to take away."""
    columns = (
        Column(key="concept", heading_fr="Concept", heading_en="Concept", tag="#indicator+code"), Column(key="name_fr", heading_fr="Fait", heading_en="Fact (French)", tag="#indicator+name+i_fr"),
        Column(key="name_en", heading_fr="Fait (anglais)", heading_en="Fact", tag="#indicator+name+i_en"), Column(key="sector", heading_fr="Secteur", heading_en="Sector", tag="#sector+code"),
        Column(key="group", heading_fr="Groupe", heading_en="Group", tag="#beneficiary+group"), Column(key="value", heading_fr="Valeur", heading_en="Value", tag="#indicator+value+num", numeric=True),
        Column(key="text", heading_fr="Tel que cité", heading_en="As quoted", tag="#indicator+text"), Column(key="measure", heading_fr="Mesure", heading_en="Measure", tag="#indicator+unit"),
        Column(key="start", heading_fr="Du", heading_en="From", tag="#date+start"), Column(key="end", heading_fr="Au", heading_en="To", tag="#date+end"),
        Column(key="status", heading_fr="Statut", heading_en="Status", tag="#status"), Column(key="source", heading_fr="Source", heading_en="Source", tag="#meta+source"),
        Column(key="leads", heading_fr="Retenu", heading_en="Leads", tag="#meta+leads"),
    )  # fmt: skip
    rows = [_taken(held, leads=held is line.standing.leader) for line in lines for held in _all_of(line.standing)]
    return TakenTable(title_fr=title_fr, title_en=title_en, columns=columns, rows=rows, sources=sources_of_lines(lines))


def sources_of_lines(lines: Sequence[NationalLine]) -> tuple[Source, ...]:
    """The sources of every leading figure and its rivals."""
    return sources_of_figures(held for line in lines for held in _all_of(line.standing))


def _all_of(standing: InStanding) -> list[HeldFigure]:
    return [*([standing.leader] if standing.leader else []), *(held for held, _reason in standing.others)]


def _taken(held: HeldFigure, *, leads: bool) -> dict[str, object]:
    figure, named = held.figure, term("concept", held.figure.concept)
    return {
        "concept": figure.concept, "name_fr": named.name_fr, "name_en": named.name_en, "sector": figure.sector, "group": figure.group, "value": figure.value,
        "text": figure.value_text, "measure": figure.measure, "start": figure.reference_start, "end": figure.reference_end, "status": figure.status,
        "source": held.source_title, "leads": leads,
    }  # fmt: skip
