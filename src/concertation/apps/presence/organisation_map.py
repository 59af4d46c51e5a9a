"""The map of where one organisation declares activity, and the same as a ranked list in the same colours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from concertation.apps.ground.drawings import DRAWINGS, drawing_file
from concertation.apps.places.drawing import Drawing
from concertation.apps.presence.profile import Place, Profile
from concertation.core.classification import Classes, quantile_classes
from concertation.draw.map_exports import Caption, standalone
from concertation.draw.maps import Legend, Mark, choropleth
from concertation.draw.palettes import YLORBR
from concertation.draw.tables import Source, source_lines
from concertation.draw.wording import class_labels, say

CLASSES = 4
LISTED = 15


@dataclass(frozen=True, slots=True)
class Charted:
    """What the map is drawn of."""

    drawing: Drawing
    classes: Classes | None
    legend: Legend
    marks: list[Mark]
    title: str


def charted(shown: Profile) -> Charted | None:
    """Each unit with the activities declared there; None where no boundaries of these States are held or no activity may be seen."""
    drawing = shown.drawing()
    if drawing is None or not shown.places:
        return None
    declared = {place.unit.pk: place for place in shown.places}
    classes = quantile_classes([place.activities for place in shown.places], classes=CLASSES)
    marks = [
        Mark(
            unit.pk, _sentence(unit.name, declared.get(unit.pk)), _step(declared.get(unit.pk), classes), reverse("unit", args=[unit.pk]),
            at=(unit.longitude, unit.latitude) if unit.longitude is not None and unit.latitude is not None else None,
        )
        for unit in shown.units.values() if unit.level == shown.level and (unit.pk in drawing.units or unit.pk in declared)
    ]
    return Charted(drawing, classes, _legend(classes, get_language() or "fr"), marks, _("Activités déclarées par %(name)s") % {"name": shown.organisation})


def map_block(shown: Profile) -> dict[str, object] | None:
    """The map and its list; None where there is nothing to draw."""
    held = charted(shown)
    if held is None:
        return None
    svg = choropleth(
        held.drawing.sheet, held.marks, legend=held.legend, title=held.title, language=get_language() or "fr", sheet_href=held.drawing.href, boundary_source=held.drawing.source,
    )  # fmt: skip
    ranked = [_line(place, held.classes, held.legend) for place in shown.places[:LISTED]]
    return {
        "title": held.title, "palette": YLORBR.name, "ranked": ranked, "ranked_label": _("Où le plus d'activités sont déclarées"), "unit": _("activités"),
        "drawing": mark_safe(svg),  # noqa: S308 — every word in it was escaped by draw.svg
        "caption": _coarser(shown), "more_url": "#activities" if len(shown.places) > LISTED else "", "exports": DRAWINGS,
    }  # fmt: skip


def map_file(shown: Profile, wanted: str, *, on: date, sources: Sequence[Source]) -> HttpResponse:
    """The map as a drawing of its own, with the files it is made of; Http404 where there is nothing to draw."""
    held, told = charted(shown), source_lines(sources)
    if held is None:
        raise Http404
    caption = Caption(title=held.title, subtitle=_coarser(shown), sources="; ".join(told), boundary_source=held.drawing.source)
    return drawing_file(standalone(held.drawing.sheet, held.marks, legend=held.legend, caption=caption, language=get_language() or "fr"), wanted, title=held.title, on=on, sources="\n".join(told))


def _legend(classes: Classes | None, words: str) -> Legend:
    labels = class_labels(classes, words) if classes else ()
    return Legend(_("Activités déclarées"), (_("aucune déclarée par elle"), *labels), YLORBR, say("quantiles", words))


def _step(place: Place | None, classes: Classes | None) -> int:
    step = classes.step(place.activities) if place and classes else None
    return 0 if step is None else step + 1


def _sentence(name: str, place: Place | None) -> str:
    count = place.activities if place else 0
    return f"{name}\u202f: " + (ngettext("%(count)s activité déclarée", "%(count)s activités déclarées", count) % {"count": count})


def _line(place: Place, classes: Classes | None, legend: Legend) -> dict[str, object]:
    css = f"q{legend.slot(_step(place, classes))}"
    return {"label": place.unit.name, "url": reverse("unit", args=[place.unit.pk]), "value": place.activities, "css": css}


def _coarser(shown: Profile) -> str:
    if not shown.coarser:
        return ""
    told = ngettext(
        "%(count)s activité n'est placée qu'à un niveau moins fin : elle n'est pas sur cette carte.",
        "%(count)s activités ne sont placées qu'à un niveau moins fin : elles ne sont pas sur cette carte.", shown.coarser,
    )  # fmt: skip
    return told % {"count": shown.coarser}
