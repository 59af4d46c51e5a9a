"""The map of where a framework holds: the first-level units of the four States, coloured by how many frameworks in force speak of their State."""

from collections.abc import Iterable, Sequence

from django.utils.safestring import mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from concertation.apps.anticipation.reading import Listed
from concertation.apps.anticipation.words import hazard_words
from concertation.apps.picture import reading
from concertation.apps.places.drawing import Part
from concertation.draw.maps import Legend, Mark, choropleth
from concertation.draw.palettes import CIVIDIS

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


def map_block(every: Sequence[Listed]) -> dict[str, object] | None:
    """The map with a line a State; None where no outlines are held."""
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
        marks += [Mark(unit.pk, sentence, min(len(held), MOST), f"#{state}") for unit in units]
    legend = Legend(_("Cadres en vigueur dans l'État"), (_("aucun"), _("un"), _("deux ou plus")), CIVIDIS, "")
    svg = choropleth(drawing.sheet, marks, legend=legend, title=_("Où un cadre d'action anticipée est en vigueur"), language=get_language() or "fr", sheet_href=drawing.href, boundary_source=drawing.source)
    return {"title": _("Où un cadre d'action anticipée est en vigueur"), "palette": CIVIDIS.name, "drawing": mark_safe(svg), "caption": _("Toutes les régions d'un État prennent la couleur de l'État : les cadres ne donnent pas tous leurs unités.")}  # noqa: S308 — escaped by draw.svg


def _counted(held: Sequence[Listed]) -> str:
    if not held:
        return _("aucun cadre en vigueur")
    hazards = ", ".join(dict.fromkeys(hazard_words(each.shown.framework.hazard) for each in held))
    return (ngettext("%(count)s cadre", "%(count)s cadres", len(held)) % {"count": len(held)}) + f" ({hazards})"
