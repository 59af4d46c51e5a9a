"""Bulletins of disasters as national services publish them: the cumulative numbers, dated, and whether they hold."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.ground.downloads import FORMATS, download, language
from concertation.apps.places.queries import state_names
from concertation.apps.response import queries, words
from concertation.apps.response.models import Bulletin
from concertation.core.figures import number_in_words
from concertation.core.periods import day_in_words
from concertation.core.problems import Problem
from concertation.core.response.bulletins import MEASURES, DatedBulletin, PublishedLine, problems_of, sum_of
from concertation.draw.tables import Column, Source, TakenTable
from concertation.formats.problem_texts import in_words

COLUMNS = (
    Column(key="state", heading_fr="État", heading_en="State", tag="#country +code"),
    Column(key="hazard", heading_fr="Aléa", heading_en="Hazard", tag="#cause"),
    Column(key="season", heading_fr="Saison", heading_en="Season", tag="#date +year"),
    Column(key="as_of", heading_fr="Au", heading_en="As of", tag="#date +reported"),
    Column(key="place", heading_fr="Lieu", heading_en="Place", tag="#adm +name"),
    Column(key="unit", heading_fr="Identifiant du lieu", heading_en="Place identifier", tag="#adm +id"),
    Column(key="households", heading_fr="Ménages sinistrés", heading_en="Households affected", tag="#affected +hh", numeric=True),
    Column(key="people", heading_fr="Personnes sinistrées", heading_en="People affected", tag="#affected +ind", numeric=True),
    Column(key="houses", heading_fr="Maisons effondrées", heading_en="Houses collapsed", tag="#impact +houses", numeric=True),
    Column(key="livestock", heading_fr="Têtes de bétail perdues", heading_en="Livestock lost", tag="#impact +livestock", numeric=True),
    Column(key="assisted_households", heading_fr="Ménages assistés", heading_en="Households assisted", tag="#reached +hh", numeric=True),
    Column(key="assisted_people", heading_fr="Personnes assistées", heading_en="People assisted", tag="#reached +ind", numeric=True),
    Column(key="problems", heading_fr="Ce qui ne tient pas", heading_en="What does not hold", tag="#meta +problems"),
)


def judged(mandates: Any) -> list[tuple[Bulletin, DatedBulletin, tuple[Problem, ...]]]:
    """Every bulletin the reader may see, with what does not hold in it, itself and against the one before."""
    rows = [(row, queries.bulletin_held(row)) for row in queries.bulletins(mandates)]
    return [(row, held, problems_of(held, [other for one, other in rows if one.owner_state == row.owner_state])) for row, held in rows]


@require_GET
def bulletins(request: ReaderRequest) -> HttpResponse:
    """What did the national services count, and does it hold?"""
    every, states = judged(request.mandates), state_names()
    if (wanted := request.GET.get("format", "")) in FORMATS:
        return download(taken(every, states), wanted, on=timezone.localdate())
    exports = [(name.upper(), f"?format={name}") for name in ("csv", "xlsx", "hxl")] if every else []
    context = {
        "sentence": sentence_of(every), "groups": grouped(every, states), "exports": exports,
        "breadcrumbs": [(_("AES"), "/"), (_("Réponse rapide"), reverse("response")), (_("Bulletins"), "")],
    }  # fmt: skip
    return render(request, "response/bulletins.html", context)


def sentence_of(every: Sequence[tuple[Bulletin, DatedBulletin, tuple[Problem, ...]]]) -> str:
    """How many bulletins, and in how many something does not hold."""
    if not every:
        return _("Aucun bulletin n'est ouvert à votre lecture.")
    wrong = sum(1 for _row, _held, problems in every if problems)
    told = ngettext("%(count)s bulletin", "%(count)s bulletins", len(every)) % {"count": number_in_words(len(every), language())}
    return ngettext("%(told)s ; dans %(wrong)s, quelque chose ne tient pas.", "%(told)s ; dans %(wrong)s, quelque chose ne tient pas.", wrong) % {"told": told, "wrong": wrong}


def whole(held: DatedBulletin, measure: str) -> int | None:
    """The total as published, else its parts added up."""
    published = held.total.numbers.get(measure) if held.total else None
    return published if published is not None else sum_of(held.parts, measure)


def grouped(every: Iterable[tuple[Bulletin, DatedBulletin, tuple[Problem, ...]]], states: Mapping[str, str]) -> list[dict[str, Any]]:
    """Bulletins of one State, hazard and season together, the newest first."""
    groups: dict[tuple[str, str, int], dict[str, Any]] = {}
    for row, held, problems in every:
        key = (row.owner_state, row.hazard, row.season)
        title = f"{states.get(row.owner_state, row.owner_state)}, {words.HAZARDS.get(row.hazard, row.hazard)}, {row.season}"
        group = groups.setdefault(key, {"title": title, "measures": [words.MEASURES[name] for name in MEASURES], "rows": []})
        told = ngettext("%(count)s chose", "%(count)s choses", len(problems)) % {"count": len(problems)} if problems else ""
        group["rows"].append({"pk": row.pk, "as_of": row.as_of, "values": [whole(held, name) for name in MEASURES], "problems": told})
    return list(groups.values())


@require_GET
def bulletin(request: ReaderRequest, bulletin_id: UUID) -> HttpResponse:
    """One bulletin: its lines as published, and what does not hold."""
    found = next((each for each in judged(request.mandates) if each[0].pk == bulletin_id), None)
    if found is None:
        raise Http404
    row, held, problems = found
    names = {each.unit.pk: each.unit.name for each in row.seen if each.unit}
    title = f"{state_names().get(row.owner_state, row.owner_state)}, {words.HAZARDS.get(row.hazard, row.hazard)}, {row.season}"
    context = {
        "row": row, "title": title, "sentence": _("Bilan cumulé au %(day)s.") % {"day": day_in_words(row.as_of, language())},
        "measures": [words.MEASURES[name] for name in MEASURES], "lines": [_line(each, names) for each in held.parts], "total": _values(held.total) if held.total else None,
        "problems": [_told(problem, names) for problem in problems],
        "breadcrumbs": [(_("AES"), "/"), (_("Réponse rapide"), reverse("response")), (_("Bulletins"), reverse("bulletins")), (day_in_words(row.as_of, language()), "")],
    }  # fmt: skip
    return render(request, "response/bulletin.html", context)


def _values(line: PublishedLine) -> list[int | None]:
    return [line.numbers.get(name) for name in MEASURES]


def _line(line: PublishedLine, names: Mapping[str, str]) -> dict[str, Any]:
    known = names.get(line.unit)
    return {"place": known or line.unit.removeprefix("? "), "url": reverse("unit", args=[line.unit]) if known else "", "is_doubtful": not known, "values": _values(line)}


def _told(problem: Problem, names: Mapping[str, str]) -> dict[str, str]:
    unit = problem.detail.get("unit", "")
    place = names.get(unit, unit.removeprefix("? ")) or _("total")
    measure = words.MEASURES.get(problem.cell.column or "", "")
    told = in_words(problem)
    return {"where": f"{place}, {measure}", "message": told.message_en if language() == "en" else told.message_fr, "code": problem.code}


def taken(every: Iterable[tuple[Bulletin, DatedBulletin, tuple[Problem, ...]]], states: Mapping[str, str]) -> TakenTable:
    """Every line of every bulletin to take away, as published, with what does not hold beside the total."""
    rows, sources = [], {}
    for row, held, problems in every:
        names = {each.unit.pk: each.unit.name for each in row.seen if each.unit}
        for each in held.lines:
            place = names.get(each.unit, each.unit.removeprefix("? ")) or states.get(row.owner_state, row.owner_state)
            told = "; ".join(sorted({problem.code for problem in problems})) if not each.unit else ""
            rows.append({"state": row.owner_state, "hazard": row.hazard, "season": row.season, "as_of": row.as_of, "place": place, "unit": each.unit if each.unit in names else "", **each.numbers, "problems": told})
        sources[row.import_run_id] = Source(source=row.import_run.file.name, date=row.as_of.isoformat(), licence="", scope=row.owner_state, publisher=row.service)
    return TakenTable(title_fr="Bulletins de catastrophes", title_en="Disaster bulletins", columns=COLUMNS, rows=[{column.key: line.get(column.key) for column in COLUMNS} for line in rows], sources=tuple(sources.values()))


