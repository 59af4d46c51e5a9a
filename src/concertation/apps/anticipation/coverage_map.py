"""The map of where a framework holds: the first-level units of the four States, coloured by how many frameworks in force speak of their State."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.safestring import mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from concertation.apps.anticipation.reading import Listed
from concertation.apps.anticipation.words import hazard_words
from concertation.apps.ground.drawings import DRAWINGS
from concertation.apps.picture import reading
from concertation.apps.places.drawing import Drawing, Part
from concertation.draw.map_exports import Caption, standalone
from concertation.draw.maps import Legend, Mark, choropleth
from concertation.draw.palettes import TEALS

LEVEL = 1
MOST = 2


def in_force(every: Iterable[Listed], state: str) -> list[Listed]:
    """The frameworks in force of one State."""
    return [each for each in every if each.shown.framework.country == state and each.shown.framework.status == "in-force"]


def whole_division(state: str, ground: reading.Ground) -> str:
    """The division of a State of which most units have an outline of their own, the newest of equals: the map is of States."""
    held = {each.pk: reading.drawn([Part(each.pk, LEVEL)]) for each in ground.divisions_of(state)}
    own = {key: sum(len(area.units) == 1 for area in drawing.sheet.areas) / len(drawing.units) for key, drawing in held.items() if drawing and drawing.units}
    return max(own, key=lambda key: own[key], default="")


@dataclass(frozen=True, slots=True)
class Covered:
    """What the map is drawn of."""

    drawing: Drawing
    marks: list[Mark]
    legend: Legend
    title: str


def covered(every: Sequence[Listed]) -> Covered | None:
    """The States coloured by their frameworks in force; None where no outlines are held."""
    ground = reading.ground()
    divisions = {state: whole_division(state, ground) for state in ground.states if ground.divisions_of(state)}
    drawing = reading.drawn([Part(division, LEVEL) for division in divisions.values() if division])
    if drawing is None:
        return None
    marks = []
    for state, division in divisions.items():
        held = in_force(every, state)
        sentence = f"{ground.states[state].name}\u202f: {_counted(held)}" if get_language() != "en" else f"{ground.states[state].name}: {_counted(held)}"
        units = [unit for unit in ground.units.values() if unit.level == LEVEL and unit.pk in ground.parents.get(division, {}) and unit.pk in drawing.units]
        marks += [
            Mark(unit.pk, sentence, min(len(held), MOST), f"#{state}", at=(unit.longitude, unit.latitude) if unit.longitude is not None and unit.latitude is not None else None)
            for unit in units
        ]
    legend = Legend(_("Cadres en vigueur dans l'État"), (_("aucun"), _("un"), _("deux ou plus")), TEALS, "")
    return Covered(drawing, marks, legend, _("Où un cadre d'action anticipée est en vigueur"))


def map_block(every: Sequence[Listed]) -> dict[str, object] | None:
    """The map with a line a State; None where no outlines are held."""
    held = covered(every)
    if held is None:
        return None
    svg = choropleth(held.drawing.sheet, held.marks, legend=held.legend, title=held.title, language=get_language() or "fr", sheet_href=held.drawing.href, boundary_source=held.drawing.source)
    return {"title": held.title, "palette": TEALS.name, "exports": DRAWINGS, "drawing": mark_safe(svg), "caption": _("Toutes les régions d'un État prennent la couleur de l'État : les cadres ne donnent pas tous leurs unités.")}  # noqa: S308 — escaped by draw.svg


def map_alone(every: Sequence[Listed], sources: str) -> tuple[str, str]:
    """The title of the map and the map as a document of its own; no drawing where no outlines are held."""
    held = covered(every)
    if held is None:
        return "", ""
    caption = Caption(title=held.title, sources=sources, boundary_source=held.drawing.source)
    return held.title, standalone(held.drawing.sheet, held.marks, legend=held.legend, caption=caption, language=get_language() or "fr")


def _counted(held: Sequence[Listed]) -> str:
    if not held:
        return _("aucun cadre en vigueur")
    hazards = ", ".join(dict.fromkeys(hazard_words(each.shown.framework.hazard) for each in held))
    return (ngettext("%(count)s cadre", "%(count)s cadres", len(held)) % {"count": len(held)}) + f" ({hazards})"
