"""Maps of areas, light enough for a phone: shapes travel once in an immutable file, a page names them and gives each a class.

A unit without a figure is hatched, never coloured; an estimate has a dotted outline; where one outline stands for several
units, and where a unit has no outline at all, the unit is a dot at its chief town. Every map carries the disclaimer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from itertools import groupby
from math import pi

from shapely import MultiPolygon

from concertation.core.classification import Classes
from concertation.core.geometry import Area, Frame, area_km2, fit, outer_rings, outline, path
from concertation.draw.palettes import HATCH, PALETTES, PHASES, SAND, Palette
from concertation.draw.svg import SVG, element, text
from concertation.draw.wording import class_labels, say

LONGEST_SIDE = 2000
MARGIN = 28
DOT_RADIUS = 0.011
HATCH_STEP = 0.012
PHASE_NAMES = {
    "fr": ("minimale", "sous pression", "crise", "urgence", "catastrophe ou famine"),
    "en": ("minimal", "stressed", "crisis", "emergency", "catastrophe or famine"),
}


@dataclass(frozen=True, slots=True)
class SymbolSheet:
    """The shapes of a map as one SVG file named by its own content, and the frame that places dots over them."""

    areas: tuple[Area, ...]
    frame: Frame
    content: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        """Sixteen hexadecimal digits of the content's SHA-256: the file may be cached for ever under this name."""
        return sha256(self.content).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Mark:
    """What a map shows of one unit: a class (counted from 0, None for no figure), a sentence, a page, a chief town.

    `at` is the longitude and latitude of the chief town (degrees).
    """

    unit: str
    sentence: str
    step: int | None
    href: str | None = None
    estimated: bool = False
    at: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Legend:
    """The classes in words, the colours they take, and the rule that made them."""

    title: str
    labels: tuple[str, ...]
    palette: Palette
    rule: str

    def slot(self, step: int) -> int:
        """Which colour of the palette a class takes."""
        return self.palette.slot(step, of=len(self.labels))


@dataclass(frozen=True, slots=True)
class Layers:
    """A map sorted for drawing: areas with one mark, those too small to see or touch, areas without, areas of several, dots."""

    filled: tuple[tuple[str, Mark], ...]
    small: tuple[tuple[str, Mark], ...]
    empty: tuple[tuple[str, Area], ...]
    shared: tuple[str, ...]
    dots: tuple[tuple[int, int, Mark], ...]
    unplaced: tuple[Mark, ...]


def legend_of(classes: Classes, *, title: str, palette: Palette, language: str) -> Legend:
    """The legend of figures in classes; says the rule that made them."""
    return Legend(title, class_labels(classes, language), palette, say(classes.rule, language))


def legend_of_phases(*, title: str, language: str) -> Legend:
    """The legend of the five phases of the Cadre Harmonisé and the IPC, in their official colours; step 0 is phase 1."""
    names = PHASE_NAMES["en" if language == "en" else "fr"]
    labels = tuple(f"{say('phase', language, str(phase))} · {name}" for phase, name in enumerate(names, start=1))
    return Legend(title, labels, PHASES, "")


def area_key(area: Area, place: int) -> str:
    """The id of an area in its sheet: its first unit, else its place in the set."""
    return area.units[0] if area.units else f"area-{place}"


@lru_cache(maxsize=64)
def symbols(areas: tuple[Area, ...]) -> SymbolSheet:
    """The shapes of some areas as one immutable SVG file, each under the id of its first unit, with the States' outlines.

    Lines keep their width at any size. The same areas give the same bytes.
    """
    frame = fit([area.shape for area in areas], longest=LONGEST_SIDE, margin=MARGIN)
    shapes = [shape_element(area_key(area, place), path(area.shape, frame)) for place, area in enumerate(areas)]
    states = "".join(path(whole, frame) for whole in state_outlines(areas))
    drawing = element("svg", element("defs", *shapes, shape_element("frame", states)), xmlns=SVG, viewBox=frame.view_box)
    return SymbolSheet(areas, frame, drawing.encode())


def shape_element(key: str, d: str) -> str:
    """One shape to be used by its id."""
    return element("path", id=key, vector_effect="non-scaling-stroke", d=d)


def state_outlines(areas: Sequence[Area]) -> list[MultiPolygon]:
    """The outer frame of each State present; no State of the framework has a hole."""
    return [outer_rings(outline(list(group))) for _, group in groupby(sorted(areas, key=state_of), key=state_of)]


def state_of(area: Area) -> str:
    """The State of an area, by the first letters of its unit ids; empty for an area not yet matched."""
    return area.units[0].partition("-")[0] if area.units else ""


def layers(sheet: SymbolSheet, marks: Iterable[Mark]) -> Layers:
    """Which mark goes on which area: alone it fills the area; several on one outline become dots, and so does a mark whose
    area is smaller than a dot or has no outline."""
    loose = {mark.unit: mark for mark in marks}
    filled, small, empty, shared = [], [], [], []
    for place, area in enumerate(sheet.areas):
        key, mine = area_key(area, place), [loose[unit] for unit in area.units if unit in loose]
        if len(mine) > 1:
            shared.append(key)
        elif not mine:
            empty.append((key, area))
        elif mine[0].at and is_smaller_than_a_dot(area, sheet.frame):
            small.append((key, mine[0]))
        else:
            filled.append((key, loose.pop(mine[0].unit)))
    dots = tuple((*sheet.frame.place_one(*mark.at), mark) for mark in loose.values() if mark.at)
    unplaced = tuple(mark for mark in loose.values() if not mark.at)
    return Layers(tuple(filled), tuple(small), tuple(empty), tuple(shared), dots, unplaced)


def dot_radius(frame: Frame) -> int:
    """The radius of a dot in drawing units."""
    return round(DOT_RADIUS * max(frame.width, frame.height))


def is_smaller_than_a_dot(area: Area, frame: Frame) -> bool:
    """Whether an area is drawn smaller than the dot that would stand for it: Bamako on a map of four States."""
    return area_km2(area.shape) * frame.per_km**2 < pi * dot_radius(frame) ** 2


def choropleth(
    sheet: SymbolSheet,
    marks: Iterable[Mark],
    *,
    legend: Legend,
    title: str,
    language: str,
    sheet_href: str,
    boundary_source: str = "Natural Earth",
) -> str:
    """The map of a page: an inline drawing of links that use the sheet's shapes, its legend and the disclaimer.

    `sheet_href` is where the sheet is served (`/maps/<digest>.svg`). No style attribute, no script: classes only.
    """
    sorted_marks = layers(sheet, marks)
    hatch = f"hatch-{sheet.digest[:6]}"
    drawing = element(
        "svg",
        element("defs", hatch_pattern(hatch, sheet.frame)),
        *(no_figure_area(key, area, f"url(#{hatch})", sheet_href, language) for key, area in sorted_marks.empty),
        *(element("use", href=f"{sheet_href}#{key}", class_="shared") for key in sorted_marks.shared),
        *(marked(used(key, mark, legend, hatch, sheet_href), mark) for key, mark in sorted_marks.filled),
        *(used(key, mark, legend, hatch, sheet_href) for key, mark in sorted_marks.small),
        element("use", href=f"{sheet_href}#frame", class_="frame"),
        *(dotted(key, sheet_href) for key, mark in sorted_marks.filled if mark.estimated),
        *(marked(dot(right, down, mark, legend, hatch, sheet.frame), mark) for right, down, mark in sorted_marks.dots),
        viewBox=sheet.frame.view_box,
        class_=f"map-areas {legend.palette.name}",
        role="group",
        aria_label=title,
    )
    caption = element("figcaption", legend_list(legend, sorted_marks, language), *notes(boundary_source, language))
    return element("figure", drawing, caption, class_="map")


def marked(shape: str, mark: Mark) -> str:
    """A shape with its sentence, as a link where the unit has a page."""
    return element("a" if mark.href else "g", text("title", mark.sentence), shape, href=mark.href)


def step_class(mark: Mark, legend: Legend) -> str | None:
    """The class of a mark's step of the palette; None when no figure is held."""
    return None if mark.step is None else f"q{legend.slot(mark.step)}"


def dotted(key: str, sheet_href: str) -> str:
    """The dotted outline of an estimate over a pale one, so that it shows on dark areas too."""
    href = f"{sheet_href}#{key}"
    return element("use", href=href, class_="pale") + element("use", href=href, class_="estimated")


def used(key: str, mark: Mark, legend: Legend, hatch: str, sheet_href: str) -> str:
    """An area by its id, with its class; hatched when no figure is held."""
    fill = None if mark.step is not None else f"url(#{hatch})"
    return element("use", href=f"{sheet_href}#{key}", class_=step_class(mark, legend), fill=fill)


def dot(right: int, down: int, mark: Mark, legend: Legend, hatch: str, frame: Frame) -> str:
    """A unit as a dot at its chief town; its edge is dotted for an estimate."""
    classes = " ".join(filter(None, (step_class(mark, legend), "dotted" if mark.estimated else None))) or None
    fill = None if mark.step is not None else f"url(#{hatch})"
    return element("circle", cx=right, cy=down, r=dot_radius(frame), class_=classes, fill=fill)


def no_figure_area(key: str, area: Area, fill: str, sheet_href: str, language: str) -> str:
    """An area nothing is held for: hatched, and its names said."""
    words = " / ".join(area.names) + (" : " if language != "en" else ": ") + say("no_figure", language)
    return element("g", text("title", words), element("use", href=f"{sheet_href}#{key}", fill=fill))


def hatch_pattern(name: str, frame: Frame) -> str:
    """The hatching of "no figure held", in drawing units."""
    step = round(HATCH_STEP * max(frame.width, frame.height))
    ground = element("rect", width=step, height=step, fill=SAND)
    line = element("path", d=f"M0 0v{step}", stroke=HATCH, stroke_width=round(step / 3, 1))
    return element(
        "pattern", ground, line, id=name, width=step, height=step, patternUnits="userSpaceOnUse", patternTransform="rotate(45)"
    )


def legend_list(legend: Legend, sorted_marks: Layers, language: str) -> str:
    """The legend as a list: title, one swatch a class, what the hatching, the dots and the dotted outline mean, the rule."""
    of_steps = [swatch(f"q{legend.slot(step)}", None, label) for step, label in enumerate(legend.labels)]
    items = "".join((*of_steps, *(swatch(css, fill, label) for css, fill, label in special_signs(sorted_marks, language))))
    rule = text("p", legend.rule, class_="rule") if legend.rule else ""
    return text("p", legend.title, class_="legend-title") + element("ul", items, class_=f"legend {legend.palette.name}") + rule


def special_signs(sorted_marks: Layers, language: str) -> list[tuple[str | None, str | None, str]]:
    """The signs beside the classes that this map really uses: class, fill, words."""
    every = [mark for _, mark in sorted_marks.filled] + [mark for *_, mark in sorted_marks.dots]
    signs: list[tuple[str | None, str | None, str]] = []
    if sorted_marks.empty or any(mark.step is None for mark in every):
        signs.append((None, "hatch", say("no_figure", language)))
    if any(mark.estimated for mark in every):
        signs.append(("estimated", "none", say("estimated", language)))
    if sorted_marks.shared:
        signs.append(("shared", None, say("shared", language)))
    return signs


def swatch(css: str | None, fill: str | None, label: str) -> str:
    """One line of a legend: a small drawing and its words."""
    if fill == "hatch":
        inside = element("rect", width=20, height=12, fill=SAND) + element(
            "path", d="M-2 6l8-8M-2 12l14-14M2 14l16-16M8 14l14-14M14 14l8-8", stroke=HATCH, stroke_width=1.5
        )
    else:
        inside = element("rect", width=20, height=12, class_=css, fill=fill)
    return element("li", element("svg", inside, width=20, height=12, viewBox="0 0 20 12", aria_hidden="true"), text("span", label))


def notes(boundary_source: str, language: str) -> Sequence[str]:
    """What stands under every map: where the boundaries come from, and the disclaimer."""
    return (text("p", f"{say('boundaries', language, boundary_source)}. {say('disclaimer', language)}", class_="disclaimer"),)


def palette_named(name: str) -> Palette:
    """A palette by its name. Raises KeyError for a name that is none of ours."""
    return PALETTES[name]


def steps_of(figures: Mapping[str, float | None], classes: Classes | None) -> dict[str, int | None]:
    """The class of each unit's figure.

    >>> steps_of({"ner-1-diffa": 12, "ner-1-dosso": None}, Classes(0, (10, 20), "given"))
    {'ner-1-diffa': 1, 'ner-1-dosso': None}
    """
    return {unit: None if classes is None else classes.step(figure) for unit, figure in figures.items()}
