"""The map of where one organisation declares activity, and the same as a ranked list in the same colours."""

from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from concertation.apps.presence.profile import Place, Profile
from concertation.core.classification import Classes, quantile_classes
from concertation.draw.maps import Legend, Mark, choropleth
from concertation.draw.palettes import YLORBR
from concertation.draw.wording import class_labels, say

CLASSES = 4
LISTED = 15


def map_block(shown: Profile) -> dict[str, object] | None:
    """The map and its list; None where no boundaries of these States are held or no activity may be seen."""
    drawing = shown.drawing()
    if drawing is None or not shown.places:
        return None
    words = get_language() or "fr"
    declared = {place.unit.pk: place for place in shown.places}
    classes = quantile_classes([place.activities for place in shown.places], classes=CLASSES)
    legend = _legend(classes, words)
    marks = [
        Mark(
            unit.pk, _sentence(unit.name, declared.get(unit.pk)), _step(declared.get(unit.pk), classes), reverse("unit", args=[unit.pk]),
            at=(unit.longitude, unit.latitude) if unit.longitude is not None and unit.latitude is not None else None,
        )
        for unit in shown.units.values() if unit.level == shown.level and (unit.pk in drawing.units or unit.pk in declared)
    ]
    title = _("Activités déclarées par %(name)s") % {"name": shown.organisation}
    svg = choropleth(drawing.sheet, marks, legend=legend, title=title, language=words, sheet_href=drawing.href, boundary_source=drawing.source)
    ranked = [_line(place, classes, legend) for place in shown.places[:LISTED]]
    return {
        "title": title, "palette": YLORBR.name, "ranked": ranked, "ranked_label": _("Où le plus d'activités sont déclarées"), "unit": _("activités"),
        "drawing": mark_safe(svg),  # noqa: S308 — every word in it was escaped by draw.svg
        "caption": _coarser(shown), "more_url": "#activities" if len(shown.places) > LISTED else "",
    }  # fmt: skip


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
