"""The counting policies side by side: what each counts, and step by step why two of them differ."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from concertation.apps.funding.words import grouped
from concertation.apps.ground.downloads import language
from concertation.core.funding import POLICIES
from concertation.draw.tables import Column, Source, TakenTable

COLUMNS = (
    Column(key="from", heading_fr="De la règle", heading_en="From policy"), Column(key="to", heading_fr="À la règle", heading_en="To policy"),
    Column(key="from_reason", heading_fr="Raison avant", heading_en="Reason before"), Column(key="to_reason", heading_fr="Raison après", heading_en="Reason after"),
    Column(key="explained", heading_fr="En mots", heading_en="In words"), Column(key="flows", heading_fr="Flux", heading_en="Flows", numeric=True), Column(key="difference", heading_fr="Écart (USD)", heading_en="Difference (USD)", numeric=True),
)  # fmt: skip
Told = Mapping[str, Any]


def dollars_words(amount: float | None) -> str:
    """Dollars with their sign set apart."""
    shown = grouped(abs(amount or 0))
    sign = "−" if (amount or 0) < 0 else ""
    return f"{sign}${shown}" if language() == "en" else f"{sign}{shown}\u202f$"


def named(policy: str) -> str:
    """A policy in words."""
    return POLICIES[policy][language() == "en"]  # type: ignore[index]


def sentence(told: Told, *, year: int) -> str:
    """What each policy counts of the same flows."""
    if not told["flows"]:
        return _("Aucun flux ouvert à votre lecture n'est tenu pour ce choix.")
    parts = [f"{named(each['policy'])} {dollars_words(each['total'])}" for each in told["policies"]]
    between = " ; " if language() == "fr" else "; "
    return _("Des mêmes %(flows)s flux de %(year)s, trois règles comptent : %(parts)s. Chaque dollar d'écart est expliqué.") % {"flows": grouped(told["flows"]), "year": year, "parts": between.join(parts)}


def policies_table(told: Told, exports: Sequence[tuple[str, str]]) -> dict[str, object]:
    """The total of each policy."""
    keys = (("policy", _("Règle"), False), ("total", _("Compté"), True), ("flows", _("Flux comptés"), True))
    return {
        "id": "policies", "caption": _("Ce que chaque règle compte"), "exports": exports, "unfiltered": True, "columns": [{"key": key, "label": label, "numeric": numeric, "sortable": False} for key, label, numeric in keys],
        "rows": [{"policy": named(each["policy"]), "total": dollars_words(each["total"]), "flows": each["flows_counted"]} for each in told["policies"]],
        "note": _("Aucun total : ce sont trois lectures du même argent."),
    }  # fmt: skip


def bridge_tables(told: Told) -> list[dict[str, object]]:
    """From one policy to the next, the steps and their sum."""
    return [_bridge(each) for each in told["bridges"]]


def _bridge(each: Told) -> dict[str, object]:
    keys = (("why", _("Pourquoi"), False), ("flows", _("Nombre de flux"), True), ("difference", _("Différence"), True))
    return {
        "id": f"bridge-{each['from']}-{each['to']}", "caption": _("De la %(first)s à la %(second)s") % {"first": named(each["from"]), "second": named(each["to"])}, "unfiltered": True,
        "columns": [{"key": key, "label": label, "numeric": numeric, "sortable": False} for key, label, numeric in keys],
        "rows": [{"why": step[f"explained_{language()}"], "flows": step["flows"], "difference": dollars_words(step["difference"])} for step in each["steps"]] or [{"why": _("Aucun écart"), "flows": 0, "difference": dollars_words(0)}],
        "total": {"why": _("Écart en tout"), "flows": sum(step["flows"] for step in each["steps"]), "difference": dollars_words(each["difference"])},
    }  # fmt: skip


def rules() -> list[tuple[str, str]]:
    """What each policy does, in a sentence."""
    said = {
        "fts": _("Les engagements et versements qui entrent dans le cadre (un pays, une année). Les promesses sont tenues à part ; un flux partagé entre pays ou années est listé, jamais ajouté."),
        "gha-curated": _("Comme FTS, mais un flux de plusieurs années compte pour une part égale de chacune, et un flux de plusieurs pays compte entier. Sans déflateur."),
        "concertation": _("Comme FTS, sans l'argent reporté d'une année antérieure ; un flux partagé ne compte que pour la part qu'une personne a dite et signée."),
    }  # fmt: skip
    return [(named(policy), words) for policy, words in said.items()]


def taken(told: Told, sources: tuple[Source, ...]) -> TakenTable:
    """Every step of every bridge, to take away."""
    rows = [
        {"from": named(each["from"]), "to": named(each["to"]), "from_reason": step["from_reason"], "to_reason": step["to_reason"], "explained": step[f"explained_{language()}"], "flows": step["flows"], "difference": step["difference"]}
        for each in told["bridges"] for step in each["steps"]
    ]  # fmt: skip
    return TakenTable(title_fr="Écarts entre règles de comptage", title_en="Differences between counting policies", columns=COLUMNS, rows=rows, sources=sources)
