"""What is said of lessons: choices in words, facets as links, a row of the list."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concertation.apps.lessons.models import COSTS, HAZARDS, KINDS, PHASES, STRENGTHS, Lesson
from concertation.apps.lessons.queries import themes
from concertation.apps.search.words import sector_names, state_names

NAMES: Mapping[str, Mapping[str, Any]] = {
    "kind": dict(KINDS), "hazard": dict(HAZARDS), "phase": dict(PHASES), "strength": dict(STRENGTHS), "cost": dict(COSTS),
}  # fmt: skip


def value_words(facet: str, value: str, known_themes: Mapping[str, str]) -> str:
    """A value of a facet in words."""
    if facet == "sector":
        return sector_names().get(value, value)
    if facet == "owner_state":
        return _("le cadre") if value == "AES" else state_names().get(value, value)
    if facet == "theme":
        return known_themes.get(value, value)
    return str(NAMES.get(facet, {}).get(value, value))


def facet_labels() -> dict[str, str]:
    """The facets in words, in their order."""
    return {
        "kind": _("Nature"), "hazard": _("Aléa"), "phase": _("Phase"), "sector": _("Secteur"), "theme": _("Thème"), "strength": _("Ce qui l'appuie"), "owner_state": _("État"),
    }  # fmt: skip


def filters(counted: Mapping[str, Mapping[str, int]], chosen: Mapping[str, str]) -> list[dict[str, object]]:
    """The facets that divide what is held, each value with its count."""
    known = themes() if counted.get("theme") else {}
    found: list[dict[str, object]] = []
    for facet, label in facet_labels().items():
        values = counted.get(facet, {})
        if values and (len(values) > 1 or chosen.get(facet)):
            options = sorted(((value, f"{value_words(facet, value, known)} ({count})") for value, count in values.items()), key=lambda pair: pair[1])
            found.append({"label": label, "name": facet, "value": chosen.get(facet, ""), "options": [("", _("tous")), *options]})
    return found


def about(row: Lesson) -> str:
    """Where a lesson stands, in one line."""
    parts = (
        str(NAMES["hazard"].get(row.hazard, "")), str(NAMES["phase"].get(row.phase, "")), sector_names().get(row.sector, ""), row.crisis,
        "" if row.owner_state == "AES" else state_names().get(row.owner_state, row.owner_state),
    )  # fmt: skip
    return " · ".join(part for part in parts if part)


def holder_words(holder: str) -> str:
    """Who used a lesson: a State's administration by its State, an organisation by its word of the register."""
    state = holder.removesuffix("-government").upper()
    return state_names().get(state, holder) if holder.endswith("-government") else holder


def times_words(times: int) -> str:
    """How often a lesson was reused."""
    return ngettext("réutilisée %(times)s fois", "réutilisée %(times)s fois", times) % {"times": times} if times else _("jamais réutilisée à notre connaissance")


def lines(rows: Sequence[Lesson], reused: Mapping[Any, int]) -> list[dict[str, object]]:
    """Lessons as the list shows them."""
    return [{"lesson": row, "about": about(row), "reused": times_words(reused.get(row.pk, 0)), "strength": str(NAMES["strength"].get(row.strength, ""))} for row in rows]
