"""What the pages of allocation show: rounds and scenarios as rows and columns, coverage in classes, what stands beside, where money goes."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.paginator import Page
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from concertation.apps.allocation import commands, queries
from concertation.apps.allocation.frozen import Changes, question_of
from concertation.apps.allocation.models import Round, Scenario
from concertation.apps.allocation.scenario_views import periods_shown, reserves_shown, statuses_shown, title_of
from concertation.apps.allocation.scenarios.commands import is_silent
from concertation.apps.allocation.words import (
    BESIDE_WORDS,
    COUNTING_WORDS,
    STEP_WORDS,
    counted_words,
    money,
    number,
    percent,
    problem_words,
    sector_words,
    state_words,
)
from concertation.apps.ground.once import once
from concertation.core.allocation.overview import streams
from concertation.core.sharing import Mandate
from concertation.draw.flows import FlowWords, column_of, flow_picture, summed, together

CLASSES = (2_000, 4_000, 6_000, 8_000)
MOST_NAMES = 8
FLOW_FORMS = (("svg", "SVG"), ("png", "PNG"), ("slide", "PPTX"), ("csv", "CSV"), ("xlsx", "XLSX"))


def address(name: str, *args: object) -> str:
    """The address of a page."""
    return reverse(name, args=args)


def rounds_table(page: Page[Round]) -> dict[str, Any]:
    """The rounds a reader may see."""
    columns = [
        {"key": "title", "label": _("Tour"), "sortable": False}, {"key": "status", "label": _("Étape"), "sortable": False},
        {"key": "held", "label": _("Argent"), "numeric": True, "sortable": False}, {"key": "needed", "label": _("Besoin"), "numeric": True, "sortable": False},
        {"key": "states", "label": _("États"), "sortable": False}, {"key": "as_of", "label": _("Au"), "sortable": False},
    ]
    rows = [
        {
            "title": {"text": each.title, "url": address("round", each.pk), "note": _("estimation") if each.estimate else ""}, "status": each.get_status_display(),
            "held": money(each.held, each.currency), "needed": money(each.needed, each.currency), "states": ", ".join(state_words(state) for state in each.states.split()), "as_of": each.as_of,
        }
        for each in page
    ]  # fmt: skip
    return {
        "id": "rounds", "caption": _("Tours d'allocation"), "columns": columns, "rows": rows, "page": page, "unfiltered": True,
        "empty": {"title": _("Aucun tour d'allocation n'a encore été ouvert."), "text": _("L'analyste du secrétariat ouvre un tour avec une question : des sources d'argent, des besoins, et les règles.")},
    }  # fmt: skip


def chosen(asked: Round, held: Sequence[Scenario], wanted: str) -> Scenario | None:
    """The scenario a page leads with: the one asked for, else the one put to the States, else the last that is solved."""
    solved = [each for each in held if each.status == "solved"]
    by_number = {str(each.number): each for each in solved}
    return by_number.get(wanted) or by_number.get(str(asked.proposed)) or (solved[-1] if solved else None)


def waits(working: Sequence[Scenario]) -> str:
    """What the worker is doing, in words."""
    if not working:
        return ""
    first = next((each for each in working if each.status == "solving"), working[0])
    step = STEP_WORDS.get(first.step, "") if first.status == "solving" else _("En attente du calcul")
    return _("Scénario %(number)s : %(step)s") % {"number": first.number, "step": step}


def round_context(asked: Round, held: Sequence[Scenario], shown: Scenario | None, *, mandates: Sequence[Mandate]) -> dict[str, Any]:
    """Everything a round's page tells."""
    solved = [each for each in held if each.status == "solved"]
    proposed = next((each for each in held if each.number == asked.proposed), None)
    overview = queries.overview_of(shown) if shown else {}
    words = queries.words_of_states(asked, proposed)
    told = commands.reasons_not_to_endorse(asked, proposed) if asked.status == "proposed" else []
    return {
        "round": asked, "scenarios": [column(asked, each) for each in held], "shown": shown, "matrix": matrix(solved), "waits": waits([each for each in held if each.status in ("queued", "solving")]),
        "sentence": sentence(asked, shown, overview), "beside": beside(overview), "fairness": fairness(overview, estimate=asked.estimate), "counted": counted_words(estimate=asked.estimate), "unreachable": unreachable(asked, overview), "reserves": reserves_shown(asked, overview.get("reserves", ())),
        "statuses": statuses_shown(asked, overview), "periods": periods_shown(asked, overview), "overhead_shown": any(queries.overview_of(each).get("overhead") for each in solved),
        "constraints": [constraint_line(asked, row) for row in queries.constraints(asked)], "observed": observed(asked, shown, overview, mandates), "positions": [position_line(word) for word in words],
        "proposed": proposed, "proposed_title": title_of(asked, proposed) if proposed else "", "not_yet": [problem_words(problem) for problem in told], "flow": flow(asked, shown, mandates), "held": money(asked.held, asked.currency), "needed": money(asked.needed, asked.currency),
    }  # fmt: skip


def sentence(asked: Round, shown: Scenario | None, overview: Mapping[str, Any]) -> str:
    """The round's answer in one sentence with figures."""
    if shown is None:
        return _("%(held)s pour %(cells)s besoins qui demandent %(needed)s : aucun scénario n'est encore calculé.") % {
            "held": money(asked.held, asked.currency), "cells": asked.cells, "needed": money(asked.needed, asked.currency),
        }
    if asked.estimate:
        return _("Le scénario %(number)s répartit %(spent)s sur %(held)s : le secteur le moins couvert le serait à %(least)s. C'est une estimation sur l'argent des plans de l'année ; aucun chiffre de personnes n'y est tenu.") % {
            "number": shown.number, "spent": money(overview["spent"], asked.currency), "held": money(overview["held"], asked.currency), "least": percent(overview["least"]),
        }
    return _("Le scénario %(number)s répartit %(spent)s sur %(held)s : il assisterait %(people)s personnes, et le groupe le moins couvert le serait à %(least)s.") % {
        "number": shown.number, "spent": money(overview["spent"], asked.currency), "held": money(overview["held"], asked.currency), "people": number(overview["people"], 0),
        "least": percent(overview["least"]),
    }


def column(asked: Round, scenario: Scenario) -> dict[str, Any]:
    """A scenario as the head of a column."""
    overview = queries.overview_of(scenario)
    return {
        "scenario": scenario, "number": scenario.number, "title": title_of(asked, scenario), "url": address("round-scenario", asked.pk, scenario.number), "solved": scenario.status == "solved",
        "people": overview.get("people"), "least": percent(overview["least"]) if "least" in overview else "", "spent": money(overview["spent"], asked.currency) if "spent" in overview else "",
        "held": money(overview["held"], asked.currency) if "held" in overview else "", "counting": str(COUNTING_WORDS[overview["counting"]]) if overview.get("money") else "",
        "overhead": money(overview["overhead"], asked.currency) if overview.get("overhead") else "–", "by_hand": overview.get("by_hand", 0), "is_proposed": scenario.number == asked.proposed, "stuck": scenario.status in ("cancelled", "failed") or is_silent(scenario, timezone.now()),
    }  # fmt: skip


def shade(parts: int) -> str:
    """The class of a coverage in ten-thousandths, by fifths of the need."""
    return f"q{sum(parts >= bound for bound in CLASSES)}"


def matrix(solved: Sequence[Scenario]) -> list[dict[str, Any]]:
    """Groups as rows, one cell of coverage a scenario."""
    overviews = [queries.overview_of(each) for each in solved]
    rows: dict[tuple[str, str], dict[int, Any]] = {}
    for at, overview in enumerate(overviews):
        for group in overview.get("groups", ()):
            rows.setdefault((group["state"], group["sector"]), {})[at] = group
    lines, state_before = [], ""
    for (state, sector), cells in rows.items():
        lines.append({
            "state": state_words(state) if state != state_before else "", "sector": sector_words(sector), "need": money(next(iter(cells.values()))["need"], overviews[0]["currency"]),
            "cells": [coverage_cell(cells.get(at)) for at in range(len(solved))],
        })  # fmt: skip
        state_before = state
    return lines


def coverage_cell(group: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """One cell of the matrix; none where a scenario does not hold the group."""
    if group is None:
        return None
    closed = not group["reachable"]
    return {"percent": percent(group["coverage"]), "css": shade(group["coverage"]), "assisted": group["assisted"], "closed": closed}


def beside(overview: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The joint plan and the ways of sharing it stands beside."""
    shown = overview.get("beside", {})
    return [
        {"label": str(words), "people": shown[name]["people"], "least": percent(shown[name]["least"]), "spent": money(shown[name]["spent"], overview["currency"])}
        for name, words in BESIDE_WORDS.items() if name in shown
    ]  # fmt: skip


def fairness(overview: Mapping[str, Any], *, estimate: bool = False) -> str:
    """The price of fairness in words: what the floor costs, and what it gives."""
    shown = overview.get("beside", {})
    if "without-floor" not in shown:
        return ""
    more, joint, free = shown["without-floor"]["people"] - shown["joint"]["people"], shown["joint"], shown["without-floor"]
    leasts = {"joint": percent(joint["least"]), "free": percent(free["least"])}
    if estimate:
        return _("Prix de l'équité : sans plancher, le secteur le moins couvert le serait à %(free)s au lieu de %(joint)s.") % leasts
    if more > 0:
        return _("Prix de l'équité : sans plancher, %(more)s personnes de plus seraient assistées, et le groupe le moins couvert le serait à %(free)s au lieu de %(joint)s.") % {"more": number(more, 0), **leasts}
    return _("L'équité ne coûte ici personne : sans plancher, le groupe le moins couvert le serait à %(free)s au lieu de %(joint)s, sans assister plus de monde.") % leasts


def unreachable(asked: Round, overview: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Gaps that no money is allowed to meet."""
    return [
        {"state": state_words(gap["state"]), "sector": sector_words(gap["sector"]), "needs": gap["needs"], "missing": money(gap["missing"], asked.currency), "people": gap["people"]}
        for gap in overview.get("unreachable", ())
    ]  # fmt: skip


def constraint_line(asked: Round, row: Any) -> dict[str, Any]:
    """What a State asks, as a line."""
    return {
        "row": row, "state": state_words(row.state), "sector": sector_words(row.sector) if row.sector else _("tous les secteurs"),
        "asks": _("au plus %(cap)s par besoin") % {"cap": money(row.cap, asked.currency)} if row.cap else _("aucun argent de ce tour"),
    }  # fmt: skip


def position_line(word: queries.StateWord) -> dict[str, Any]:
    """What a State says, as a line."""
    return {"code": word.state, "state": state_words(word.state), "position": word.position, "stale": word.stale, "said": word.position.get_stance_display() if word.position else ""}


def authorities(asked: Round) -> list[str]:
    """The authorities that decide on money of a round's question and have not joined."""
    question = question_of(bytes(asked.question), Changes(joined=tuple(row.authority for row in queries.joinings(asked))).content(), asked.as_of)
    return sorted({source.authority for source in question.observed})


def sectors_of(asked: Round) -> list[str]:
    """The sectors of a round's question."""
    return sorted({cell.sector for cell in question_of(bytes(asked.question), Changes().content(), asked.as_of).cells})


@once
def streams_of(asked: Round, shown: Scenario | None) -> list[tuple[str, str, str, int]]:
    """Every stream of money of a scenario: who gives, State, sector, minor units."""
    return streams(queries.question_for(asked, shown), queries.plan_as_it_stands(shown)) if shown else []


@once
def names_on_the_page(asked: Round, shown: Scenario | None, mandates: tuple[Mandate, ...]) -> dict[str, str]:
    """The authorities and givers of a round by the names a reader is shown. One query a page."""
    givers = [row[0] for row in streams_of(asked, shown)]
    return queries.organisation_names(mandates, [*authorities(asked), *(row.authority for row in queries.joinings(asked)), *givers])


def observed(asked: Round, shown: Scenario | None, overview: Mapping[str, Any], mandates: Sequence[Mandate]) -> dict[str, Any]:
    """Money that is only seen, by authority, and who joined."""
    waiting, joined, names = authorities(asked), queries.joinings(asked), names_on_the_page(asked, shown, tuple(mandates))
    return {
        "waiting": [(each, names[each]) for each in waiting], "joined": [{"name": names[row.authority], "reference": row.reference, "on": row.joined_on} for row in joined],
        "amount": money(overview["observed"], asked.currency) if overview.get("observed") else "",
    }  # fmt: skip


def streams_named(asked: Round, shown: Scenario, mandates: Sequence[Mandate]) -> list[tuple[str, str, str, int]]:
    """Every stream of money of a scenario in words: who gives, State, sector, minor units."""
    names = names_on_the_page(asked, shown, tuple(mandates))
    return [(names[donor], state_words(state), sector_words(sector), amount) for donor, state, sector, amount in streams_of(asked, shown)]


def flow_title() -> str:
    """What the drawing of streams shows."""
    return _("D'où vient l'argent et où il va")


def flow(asked: Round, shown: Scenario | None, mandates: Sequence[Mandate]) -> dict[str, Any]:
    """Where the money of the scenario shown goes: the drawing and its rows."""
    if shown is None:
        return {}
    rows = together(streams_named(asked, shown, mandates), most=MOST_NAMES, others=_("autres"))
    totals = [summed(column_of(rows, at)) for at in (0, 1, 2)]
    amounts = {amount: money(amount, asked.currency) for column in totals for amount in column.values()}
    words = FlowWords(flow_title(), (_("Source"), _("État"), _("Secteur")), _("autres"), amounts)
    lines = [{"source": row[0], "state": row[1], "sector": row[2], "amount": money(row[3], asked.currency)} for row in merged(rows)]
    return {"drawing": mark_safe(flow_picture(rows, words)), "rows": lines, "exports": [(words, f"?of=flow&scenario={shown.number}&format={wanted}") for wanted, words in FLOW_FORMS]}  # noqa: S308 — every word in it was escaped by draw.svg


def merged(rows: Sequence[tuple[str, str, str, int]]) -> list[tuple[str, str, str, int]]:
    """Rows of one giver, State and sector added up."""
    totals: dict[tuple[str, str, str], int] = {}
    for giver, state, sector, amount in rows:
        totals[giver, state, sector] = totals.get((giver, state, sector), 0) + amount
    return [(*key, amount) for key, amount in totals.items()]
