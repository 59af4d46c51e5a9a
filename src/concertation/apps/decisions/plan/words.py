"""What the page of the plan says: its sentence, its rows in the reader's words, the bars of its timetable, its money."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concertation.apps.decisions.models import PLAN_STATES
from concertation.apps.decisions.plan.queries import LineInView
from concertation.apps.decisions.words import said
from concertation.apps.ground.downloads import language
from concertation.core.periods import Period
from concertation.core.plan import Budget, LineKind, PlanLine, budget_of, in_tree_order
from concertation.draw.gantt import Bar
from concertation.draw.wording import number

STATES = dict(PLAN_STATES)


def title_of(line: PlanLine) -> str:
    """A line's title in the reader's language."""
    return line.title_en if language() == "en" else line.title_fr


def francs(amount: int | None) -> str:
    """An amount in whole francs; words where none is held."""
    return _("aucun chiffre disponible") if amount is None else f"{number(amount, language())} FCFA" if language() == "fr" else f"XOF {number(amount, language())}"


def days_of(line: PlanLine) -> str:
    """The days of an activity in words."""
    if line.starts_on and line.ends_on:
        return Period(line.starts_on, line.ends_on).in_words(language())
    known = line.starts_on or line.ends_on
    return date_format(known, "j F Y") if known else _("non daté")


def sentence(view: Sequence[LineInView]) -> str:
    """The plan in one sentence with figures."""
    lines = [each.line for each in view]
    counted = {kind: sum(line.kind == kind for line in lines) for kind in LineKind}
    told = [
        ngettext("%(count)s objectif", "%(count)s objectifs", counted[LineKind.OBJECTIVE]) % {"count": counted[LineKind.OBJECTIVE]},
        ngettext("%(count)s résultat", "%(count)s résultats", counted[LineKind.RESULT]) % {"count": counted[LineKind.RESULT]},
        ngettext("%(count)s indicateur", "%(count)s indicateurs", counted[LineKind.INDICATOR]) % {"count": counted[LineKind.INDICATOR]},
        ngettext("%(count)s activité", "%(count)s activités", counted[LineKind.ACTIVITY]) % {"count": counted[LineKind.ACTIVITY]},
    ]  # fmt: skip
    return f"{', '.join(told)}. {money_words(budget_of(lines))}"


def money_words(budget: Budget) -> str:
    """What activities cost together, and how many have no known budget."""
    if not budget.known:
        return _("Aucun budget n'est connu.")
    told = ngettext("Budget connu de %(count)s activité : %(sum)s", "Budget connu de %(count)s activités : %(sum)s", budget.known) % {
        "count": budget.known, "sum": francs(budget.held.minor),
    }  # fmt: skip
    funded = _("financé : %(sum)s") % {"sum": francs(budget.funded.minor if budget.funded else None)}
    missing = ngettext("%(count)s activité sans budget connu", "%(count)s activités sans budget connu", budget.unknown) % {"count": budget.unknown}
    return "; ".join([told, funded, *([missing] if budget.unknown else [])]).replace("; ", "\u202f; " if language() == "fr" else "; ") + "."


def value_words(value: int | None, unit: str, on: date | None) -> str:
    """A value with its unit and day; words where none is held."""
    if value is None:
        return _("aucun chiffre disponible")
    shown = " ".join(part for part in (number(value, language()), unit) if part)
    return f"{shown} ({date_format(on, 'j F Y')})" if on else shown


def indicator_words(each: LineInView) -> Mapping[str, object]:
    """An indicator in the reader's words."""
    line, live = each.line, each.measure
    source = _("mesure vivante") if live is not None and live.value is not None else line.source
    return {
        "each": each, "title": title_of(line), "baseline": value_words(line.baseline, line.unit_of_measure, line.baseline_on), "target": value_words(line.target, line.unit_of_measure, line.target_on),
        "value": value_words(each.value, line.unit_of_measure, each.value_on), "held": each.value is not None, "source": source, "address": live.address if live else "",
        "progress": None if each.progress is None else round(100 * each.progress), "bar": None if each.progress is None else min(each.progress, 1.0),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class FrameRow:
    """An objective or a result with its indicators and the decisions it serves."""

    each: LineInView
    depth: int
    title: str
    indicators: list[Mapping[str, object]]
    decisions: list[tuple[str, str]]


def frame_rows(view: Sequence[LineInView]) -> list[FrameRow]:
    """The log-frame: objectives and results in order, each with its indicators."""
    by_code = {each.line.code: each for each in view}
    rows = []
    for depth, line in in_tree_order([each.line for each in view]):
        if line.kind not in (LineKind.OBJECTIVE, LineKind.RESULT):
            continue
        own = [indicator_words(each) for each in view if each.line.kind == LineKind.INDICATOR and each.line.parent == line.code]
        rows.append(FrameRow(by_code[line.code], depth, title_of(line), own, decision_links(line)))
    return rows


def decision_links(line: PlanLine) -> list[tuple[str, str]]:
    """(reference, address) of each decision a line serves."""
    return [(reference, reverse("decision", args=[int(reference[1:])]) if reference[1:].isdecimal() else "") for reference in line.decisions]


def activity_rows(view: Sequence[LineInView]) -> list[Mapping[str, object]]:
    """Activities in order, in the reader's words."""
    order = {line.code: place for place, (_depth, line) in enumerate(in_tree_order([each.line for each in view]))}
    held = sorted((each for each in view if each.line.kind == LineKind.ACTIVITY), key=lambda each: order[each.line.code])
    return [
        {
            "each": each, "title": title_of(each.line), "days": days_of(each.line), "budget": francs(each.line.budget), "has_budget": each.line.budget is not None,
            "funded": francs(each.line.funded), "has_funded": each.line.funded is not None, "state": STATES.get(each.line.state, ""), "decisions": decision_links(each.line),
        }
        for each in held
    ]  # fmt: skip


def bars(view: Sequence[LineInView]) -> list[Bar]:
    """The timetable: results as headings, their activities as bars."""
    found = []
    for _depth, line in in_tree_order([each.line for each in view]):
        if line.kind == LineKind.RESULT:
            found.append(Bar(f"{line.code} {title_of(line)}", None, None, "", "", heading=True))
        elif line.kind == LineKind.ACTIVITY:
            words = said(f"{line.code} {title_of(line)}", ", ".join(filter(None, (days_of(line), str(STATES.get(line.state, ""))))))
            found.append(Bar(f"{line.code} {title_of(line)}", line.starts_on, line.ends_on, line.state, words))
    return found
