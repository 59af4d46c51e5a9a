"""What the pages of principles show: answers as lines, areas with people for each organisation, a plan's money beside its need."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _

from concertation.apps.allocation import queries as rounds
from concertation.apps.allocation.models import Round, Scenario
from concertation.apps.allocation.words import money, number
from concertation.apps.needs.words import dimension
from concertation.apps.picture.queries import Asked, scenes
from concertation.apps.picture.reading import reads_whole
from concertation.apps.picture.words import verdict_words
from concertation.apps.places.queries import divisions_of_all, units_held
from concertation.apps.releases import words
from concertation.apps.sharing.models import PRINCIPLE_ANSWERS
from concertation.apps.sharing.principles.queries import Assessment
from concertation.core.allocation.terms import NeedCell
from concertation.core.concepts import INTERSECTORAL
from concertation.core.sharing import Mandate
from concertation.core.sharing.impartiality import Area, Share, Told, shares, thinnest_first
from concertation.core.sharing.principles import PRINCIPLES

MOST_AREAS = 40
SAID = ("declared", "none_declared")
TAGS = {"yes": "understood", "partly": "doubtful", "no": "refused"}


def assessment_lines(held: Sequence[Assessment]) -> list[dict[str, Any]]:
    """Assessments as lines."""
    answer_words = dict(PRINCIPLE_ANSWERS)
    return [
        {
            "organisation": each.organisation, "state": words.state_words(each.state) if each.state else _("tous États"), "made_on": each.made_on,
            "answers": [{"principle": principle_words(name), "told": answer_words[each.answers[name]], "css": TAGS[each.answers[name]], "evidence": each.evidence.get(name, "")} for name in PRINCIPLES],
        }
        for each in held
    ]  # fmt: skip


def principle_words(name: str) -> str:
    """A principle by name."""
    return {"humanity": _("Humanité"), "neutrality": _("Neutralité"), "impartiality": _("Impartialité"), "independence": _("Indépendance")}[name]


def areas(mandates: Sequence[Mandate], on: date) -> list[dict[str, Any]]:
    """The first level of every State with units: people in need (intersectoral) beside organisations declared, thinnest first."""
    divisions = divisions_of_all()
    asked = [Asked(state, 1, held[0].pk, INTERSECTORAL, on) for state in sorted(divisions) if (held := in_force(divisions[state], on))]
    read = [(row, scene.asked.state) for scene in scenes(mandates, asked) for row in scene.rows]
    whole = {state: reads_whole(mandates, state) for state in divisions}
    named = {row.unit.pk: (row.unit.name, state, verdict_words(row.verdict, whole=whole[state])) for row, state in read}
    ordered = thinnest_first(Area(row.unit.pk, row.need, row.organisations if row.verdict in SAID else None) for row, _state in read)
    return [
        {
            "name": named[each.area][0], "state": words.state_words(named[each.area][1]), "url": reverse("unit", args=[each.area]), "need": each.need, "organisations": each.organisations,
            "per": each.per_organisation, "presence": named[each.area][2],
        }
        for each in ordered
    ][:MOST_AREAS]  # fmt: skip


def in_force(held: Sequence[Any], on: date) -> list[Any]:
    """The division in force on a day, among a State's."""
    return [each for each in held if (each.valid_from is None or each.valid_from <= on) and (each.valid_to is None or each.valid_to > on)][:1]


def sentence(told: Sequence[dict[str, Any]]) -> str:
    """The answer in one sentence with figures."""
    silent = [each for each in told if each["need"] and each["organisations"] == 0]
    unknown = [each for each in told if each["need"] and each["organisations"] is None]
    first = next((each for each in told if each["per"]), None)
    parts = [_("%(count)s des unités montrées ont un besoin connu et aucune activité déclarée dans le rapport reçu, ce qui n'est pas l'absence d'acteur") % {"count": len(silent)}]
    if unknown:
        parts.append(_("pour %(count)s autres au besoin connu, aucun rapport n'est reçu ou ouvert à votre lecture : rien ne peut en être dit") % {"count": len(unknown)})
    if first:
        parts.append(_("le plus de personnes pour chaque organisation : %(area)s (%(people)s)") % {"area": first["name"], "people": number(first["per"], 0)})
    return " ; ".join(parts) + "."


def scenario_of(asked: Round | None, wanted: str) -> Scenario | None:
    """The scenario looked at: the one named, else the one put to the States, else the last that is solved."""
    if asked is None:
        return None
    solved = {str(each.number): each for each in rounds.scenarios(asked) if each.status == "solved"}
    return solved.get(wanted) or solved.get(str(asked.proposed)) or next(reversed(solved.values()), None)


def money_tables(asked: Round, scenario: Scenario) -> list[dict[str, Any]]:
    """A plan's money beside its need: by State, by area, by group, each where the question says it."""
    question, plan = rounds.question_for(asked, scenario), rounds.plan_as_it_stands(scenario)
    given: dict[str, int] = {}
    for line in plan.lines:
        given[line.cell] = given.get(line.cell, 0) + line.amount
    units = units_held(cell.unit for cell in question.cells if cell.unit)
    by: list[tuple[str, Callable[[NeedCell], str]]] = [
        (_("Par État"), lambda cell: words.state_words(cell.state)), (_("Par secteur"), lambda cell: words.sector_words(cell.sector)),
        (_("Par unité"), lambda cell: unit_words(units.get(cell.unit), cell.unit)), (_("Par groupe"), lambda cell: dimension("group", cell.group) if cell.group else ""),
    ]  # fmt: skip
    tables = [(title, [each for each in shares(summed(question.cells, given, named)) if each.told.name]) for title, named in by]
    return [{"title": title, "lines": [share_line(each, asked.currency) for each in lines[:MOST_AREAS]]} for title, lines in tables if len(lines) > 1]


def unit_words(unit: Model | None, code: str) -> str:
    """A unit by name."""
    return str(getattr(unit, "name", code))


def summed(cells: Sequence[NeedCell], given: dict[str, int], named: Callable[[NeedCell], str]) -> list[Told]:
    """Need and money of the cells under each name."""
    need: dict[str, int] = {}
    held: dict[str, int] = {}
    for cell in cells:
        name = named(cell)
        need[name] = need.get(name, 0) + cell.need
        held[name] = held.get(name, 0) + min(cell.funded + given.get(cell.id, 0), cell.need)
    return [Told(name, need[name], held[name]) for name in need]


def share_line(each: Share, currency: str) -> dict[str, Any]:
    """One line of a plan beside its need."""
    return {
        "name": each.told.name, "need": money(each.told.need, currency), "money": money(each.told.money, currency), "of_need": tenths(each.of_need), "of_money": tenths(each.of_money),
        "gap": signed(each.gap), "css": "worse" if (each.gap or 0) < 0 else "better" if (each.gap or 0) > 0 else "",
    }  # fmt: skip


def tenths(share: int | None) -> str:
    """A share in thousandths, in words."""
    return "" if share is None else _("%(share)s %%") % {"share": number(share / 10, 1)}


def signed(gap: int | None) -> str:
    """A difference of shares, with its sign."""
    return "" if gap is None else _("%(gap)s pt") % {"gap": ("+" if gap > 0 else "−" if gap < 0 else "") + number(abs(gap) / 10, 1)}
