"""What the pages of a scenario show: its lines, its stages with their bounds, lines set by hand, and a change that was tried."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from concertation.apps.allocation import queries
from concertation.apps.allocation.frozen import Changes, changes_in
from concertation.apps.allocation.models import Round, Scenario
from concertation.apps.allocation.solving import Tried
from concertation.apps.allocation.words import (
    COUNTING_WORDS,
    NARROW,
    STAGE_WORDS,
    STATUS_WORDS,
    money,
    number,
    percent,
    sector_words,
    state_words,
)
from concertation.apps.ground.downloads import language
from concertation.core.allocation.overview import groups_of, parts_of, reached_by
from concertation.core.allocation.what_if import WhatIf
from concertation.core.periods import Period, day_in_words

CHANGED_SHOWN = 15
MILLIONTH = 1e-6


def lines_table(asked: Round, scenario: Scenario, page: Page[Any], *, leads: bool) -> dict[str, Any]:
    """The lines of a plan, each with its reason; the one who leads the round may change it."""
    columns = [
        {"key": "source", "label": _("Source"), "sortable": False}, {"key": "need", "label": _("Besoin"), "sortable": False},
        {"key": "amount", "label": _("Montant"), "numeric": True, "sortable": False}, {"key": "reason", "label": _("Raison"), "sortable": False},
    ]
    if leads:
        columns.append({"key": "act", "label": _("À la main"), "sortable": False})
    base = reverse("round-scenario", args=[asked.pk, scenario.number])
    rows = [
        {
            "source": row["source"], "need": {"text": f"{state_words(row['state'])} · {sector_words(row['sector'])}", "note": row["cell"]}, "amount": money(row["minor"], asked.currency),
            "reason": {"text": row["why"], "note": _("changée à la main")} if row["by_hand"] else reason_shown(row),
            "act": {"text": _("Changer"), "url": f"{base}?{urlencode({'source': row['source'], 'cell': row['cell']})}#change"},
        }
        for row in page
    ]  # fmt: skip
    return {
        "id": "lines", "stacks": True, "caption": _("Lignes du plan"), "columns": columns, "rows": rows, "page": page, "search": "q", "exports": ["csv", "xlsx", "json"],
        "empty": {"title": _("Aucune ligne : cet argent n'a le droit d'aller à aucun de ces besoins, ou rien ne répond à ce choix.")},
    }  # fmt: skip


def reason_shown(row: Mapping[str, Any]) -> str:
    """The reason of a line in the reader's language, without the codes of a place that its own column says in words."""
    return str(row["reason_en" if get_language() == "en" else "reason_fr"]).replace(f" ({row['state']} · {row['sector']})", "")


def gap_words(gap: float) -> str:
    """How far a plan may be from the best, as people read it."""
    if gap <= 0:
        return _("aucun")
    written = f"{number(100 * max(gap, MILLIONTH), 4)}{'' if get_language() == 'en' else NARROW}%"
    return f"<{NARROW}{written}" if gap < MILLIONTH else written


def stages_shown(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The stages of a plan: what it reaches, the bound no plan can pass, and the gap between them; rounds of the floor as one line."""
    stages = answer.get("stages", [])
    floors = [stage for stage in stages if stage["name"] == "floor"]
    kept = [*floors[:1], *(stage for stage in stages if stage["name"] != "floor")]
    return [
        {
            "name": str(STAGE_WORDS.get(stage["name"], stage["name"])), "rounds": len(floors) if stage["name"] == "floor" else 1, "gap": gap_words(stage["gap"]),
            "value": _stage_value(stage["name"], stage["value"]), "bound": _stage_value(stage["name"], stage["bound"]),
        }
        for stage in kept
    ]  # fmt: skip


def _stage_value(name: str, value: float) -> str:
    if name == "floor":
        return percent(round(value * 10_000))
    return number(abs(value), 0)


def minimum_shown(answer: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the smallest line cost at each stage; none where no source asks for one."""
    told = answer.get("certificate", {}).get("minimum")
    if not told:
        return None
    stages = [
        {
            "name": str(STAGE_WORDS.get(stage["name"], stage["name"])), "without": _stage_value(stage["name"], float(stage["without"])), "with": _stage_value(stage["name"], float(stage["with"])),
            "bound": _stage_value(stage["name"], float(stage["bound"])) if "bound" in stage else "–", "gap": gap_words(float(stage["gap"])) if "gap" in stage else "–",
        }
        for stage in told["stages"]
    ]  # fmt: skip
    return {"lines": told["lines_gathered"], "stages": stages}


def reserves_shown(asked: Round, reserves: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What sources keep back for triggers, in words."""
    return [
        {"source": each["source"], "kept": money(each["kept"], asked.currency), "trigger": each["trigger"], "until": date.fromisoformat(each["until"]) if each["until"] else None}
        for each in reserves
    ]


def statuses_shown(asked: Round, overview: Mapping[str, Any]) -> list[dict[str, Any]]:
    """How far the money of a question is, and whether a scenario counts it; nothing where no source says."""
    return [{**each, "label": str(STATUS_WORDS[each["status"]]), "amount": money(each["amount"], asked.currency)} for each in overview.get("money", ())]


def periods_shown(asked: Round, overview: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a plan gives in each period that needs have, and the coverage it comes to."""
    return [
        {
            "label": days_words(each["from"], each["until"]), "need": money(each["need"], asked.currency), "given": money(each["given"], asked.currency),
            "coverage": percent(min(each["funded"] + each["given"], each["need"]) * 10_000 // each["need"]) if each["need"] else "–",
        }
        for each in overview.get("periods", ())
    ]  # fmt: skip


def days_words(first: str, last: str) -> str:
    """The days of a need in words; that it has none."""
    start, end = (date.fromisoformat(each) if each else None for each in (first, last))
    if start and end:
        return Period(start, end).in_words(language())
    if start:
        return _("dès le %(day)s") % {"day": day_in_words(start, language())}
    return _("jusqu'au %(day)s") % {"day": day_in_words(end, language())} if end else _("sans période dite")


def change_rows(asked: Round, scenario: Scenario) -> list[dict[str, Any]]:
    """The lines set by hand, with the amounts before and after, and why."""
    return [{"row": row, "before": money(row.before, asked.currency), "after": money(row.after, asked.currency)} for row in queries.line_changes(scenario)]


def title_of(asked: Round, scenario: Scenario) -> str:
    """What a scenario is called: as it was named, else by what it changes."""
    if scenario.title:
        return scenario.title
    changes = changes_in(bytes(scenario.changes))
    if changes.what_ifs:
        return ", ".join(what_if_words(asked, each) for each in changes.what_ifs)
    if changes.counting:
        return str(COUNTING_WORDS[changes.counting])
    return _("Avec ce que les États demandent") if changes.constraints or changes.joined else _("Sur les seuls besoins")


def what_if_words(asked: Round, each: WhatIf) -> str:
    """A change that is tried, in words."""
    return f"{what_words(each.kind)} ({each.id}" + (f", {money(each.amount, asked.currency)})" if each.amount else ")")


def constraint_words(asked: Round, changes: Changes) -> list[str]:
    """What a scenario takes in, in words: constraints, who joined, what is tried, the plan to stay near to."""
    told = [
        _("%(state)s, %(sector)s : %(asks)s") % {
            "state": state_words(each.state), "sector": sector_words(each.sector) if each.sector else _("tous les secteurs"),
            "asks": _("au plus %(cap)s par besoin") % {"cap": money(each.cap, asked.currency)} if each.cap else _("aucun argent de ce tour"),
        }
        for each in changes.constraints
    ]
    told += [_("argent compté : %(counting)s") % {"counting": str(COUNTING_WORDS[changes.counting]).lower()}] if changes.counting else []
    told += [_("argent de %(authority)s, qui a rejoint le tour") % {"authority": each} for each in changes.joined]
    told += [what_if_words(asked, each) for each in changes.what_ifs]
    return [*told, _("au plus près du dernier plan endossé")] if changes.previous else told


def what_words(kind: str) -> str:
    """A change in words."""
    return {"amount": _("montant changé"), "softer": _("un cran plus souple"), "longer": _("trois mois de plus"), "release": _("réserve ouverte"), "cap": _("plafond changé")}[kind]


def tried_shown(asked: Round, tried: Tried) -> dict[str, Any]:
    """A change that was tried: people, least coverage and money before and after, the groups it moves, and its certificate."""
    before, after = reached_by(tried.before.question, tried.before.plan), reached_by(tried.after.question, tried.after.plan)
    groups = zip(groups_of(tried.before.question, tried.before.plan.by_cell()), groups_of(tried.after.question, tried.after.plan.by_cell()), strict=True)
    moved = [
        {"state": state_words(was.state), "sector": sector_words(was.sector), "before": percent(parts_of(was.coverage)), "after": percent(parts_of(now.coverage)), "people": now.assisted - was.assisted}
        for was, now in groups if was.given != now.given
    ]  # fmt: skip
    return {
        "people_before": before["people"], "people_after": after["people"], "more": after["people"] - before["people"], "least_before": percent(before["least"]), "least_after": percent(after["least"]),
        "spent_before": money(before["spent"], asked.currency), "spent_after": money(after["spent"], asked.currency), "valid": tried.after.certificate.valid,
        "moved": moved[:CHANGED_SHOWN], "left_out": max(len(moved) - CHANGED_SHOWN, 0),
    }  # fmt: skip
