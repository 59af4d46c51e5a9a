"""Boundaries shown for themselves: outlines with names, nothing measured; an area that is no unit yet is hatched."""

from collections.abc import Mapping
from dataclasses import dataclass

from concertation.draw.maps import SymbolSheet, area_key, hatch_pattern, notes
from concertation.draw.svg import element, text


@dataclass(frozen=True, slots=True)
class Label:
    """What an outline says: the unit's name, and its page."""

    words: str
    href: str | None = None


def outlines(
    sheet: SymbolSheet, labels: Mapping[str, Label], *, sheet_href: str, title: str, language: str, boundary_source: str
) -> str:
    """The outlines of a sheet as links, with the disclaimer; an area without a unit of `labels` is hatched under its own name.

    `sheet_href` is where the sheet is served (`/maps/<digest>.svg`). No style attribute, no script: classes only.
    """
    hatch = f"bare-{sheet.digest[:6]}"
    shapes = []
    for place, area in enumerate(sheet.areas):
        known = [labels[unit] for unit in area.units if unit in labels]
        label = Label(" / ".join(each.words for each in known), known[0].href if len(known) == 1 else None) if known else None
        words = label.words if label else " / ".join((*area.codes, *area.names))
        href = f"{sheet_href}#{area_key(area, place)}"
        used = element("use", href=href, class_="shared" if label else None, fill=None if label else f"url(#{hatch})")
        link = label.href if label else None
        shapes.append(element("a" if link else "g", text("title", words), used, href=link))
    drawing = element(
        "svg", element("defs", hatch_pattern(hatch, sheet.frame)), *shapes, element("use", href=f"{sheet_href}#frame", class_="frame"),
        viewBox=sheet.frame.view_box, class_="map-areas", role="group", aria_label=title,
    )
    return element("figure", drawing, element("figcaption", *notes(boundary_source, language)), class_="map")
