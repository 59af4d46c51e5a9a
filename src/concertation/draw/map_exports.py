"""A map as a document of its own: title, shapes, legend, sources and disclaimer in one SVG, colours as attributes.

It stands alone in a letter or a slide, and turns into a PNG without a browser.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from concertation.core.geometry import Area, Frame, fit, label_point, path, room_at
from concertation.draw.maps import (
    Layers,
    Legend,
    Mark,
    SymbolSheet,
    area_key,
    hatch_pattern,
    layers,
    special_signs,
    state_outlines,
)
from concertation.draw.palettes import DOT_EDGE, EDGE, INK, QUIET, SAND, STATE_EDGE
from concertation.draw.svg import FONT, SVG, element, text, text_width, wrapped
from concertation.draw.tiles import TileBlock, tile_blocks
from concertation.draw.wording import say

PAGE_WIDTH = 960
MAP_HEIGHT = 640
BORDER = 32
TITLE_SIZE, SUBTITLE_SIZE, TEXT_SIZE, SMALL_SIZE = 22, 14, 13, 11
LABEL_SIZES = (12, 10, 9)
SWATCH = (24, 14)
LEGEND_ROW = 22
LEGEND_COLUMN = 300
DOT = 6
HATCH_URL = "url(#hatch)"


@dataclass(frozen=True, slots=True)
class Caption:
    """The words around a map: what it shows, when and for whom, and where the figures come from."""

    title: str
    subtitle: str = ""
    sources: str = ""
    boundary_source: str = "Natural Earth"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle taken by a label."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Whether two rectangles overlap.

        >>> Box(0, 0, 2, 1).meets(Box(1, 0, 3, 1)), Box(0, 0, 2, 1).meets(Box(2, 0, 3, 1))
        (True, False)
        """
        return self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom


def standalone(
    sheet: SymbolSheet | None, marks: Iterable[Mark], *, legend: Legend, caption: Caption, language: str, tiles: Sequence[TileBlock] = (),
) -> str:
    """The whole map as one self-contained SVG, 960 units wide: for export as SVG or PNG.

    Units whose outlines nobody holds stand as `tiles` under the map; without a sheet they stand alone.
    """
    heading, top = heading_of(caption)
    sorted_marks = layers(sheet, marks) if sheet else Layers((), (), (), (), (), ())
    drawing, under = map_drawing(sheet, sorted_marks, legend, top) if sheet else ("", top + 8)
    squares, under = tile_blocks(tiles, legend, top=under, hatch=HATCH_URL)
    foot, height = foot_of(legend, with_tiles(sorted_marks, tiles), caption, language, under + 16)
    return element(
        "svg",
        text("title", caption.title),
        element("defs", hatch_pattern("hatch", Frame(700, 700, 0, 0, 1))),
        element("rect", width=PAGE_WIDTH, height=height, fill="#fff"),
        heading,
        drawing,
        squares,
        foot,
        xmlns=SVG,
        width=PAGE_WIDTH,
        height=height,
        viewBox=f"0 0 {PAGE_WIDTH} {height}",
        font_family=FONT,
        fill=INK,
    )


def map_drawing(sheet: SymbolSheet, sorted_marks: Layers, legend: Legend, top: float) -> tuple[str, float]:
    """The map in the middle of the page from `top` down, and where it ends."""
    frame = map_frame(sheet.areas)
    drawing = element("g", *map_parts(sheet, frame, sorted_marks, legend), transform=f"translate({(PAGE_WIDTH - frame.width) // 2} {top})")
    return drawing, top + frame.height + 8


def with_tiles(sorted_marks: Layers, tiles: Iterable[TileBlock]) -> Layers:
    """The marks of the map and of the tiles together: the legend has the signs of both."""
    beside = tuple((each.name, Mark(each.name, "", each.step, estimated=each.estimated)) for block in tiles for _region, held in block.regions for each in held)
    return replace(sorted_marks, filled=(*sorted_marks.filled, *beside))


def map_alone(sheet: SymbolSheet, marks: Iterable[Mark], *, legend: Legend, title: str, width: int) -> str:
    """The map without title, legend or notes, for a page that writes them itself: one self-contained SVG, `width` at most."""
    frame = fit([area.shape for area in sheet.areas], longest=width, margin=DOT + 2)
    parts = map_parts(sheet, frame, layers(sheet, marks), legend)
    hatch = element("defs", hatch_pattern("hatch", Frame(700, 700, 0, 0, 1)))
    return element(
        "svg", text("title", title), hatch, *parts, xmlns=SVG, width=frame.width, height=frame.height,
        viewBox=f"0 0 {frame.width} {frame.height}", font_family=FONT, fill=INK,
    )


def map_frame(areas: Sequence[Area]) -> Frame:
    """The frame of the map itself, inside the page's width and the height kept for it."""
    shapes = [area.shape for area in areas]
    wide = fit(shapes, longest=PAGE_WIDTH - 2 * BORDER, margin=DOT + 2)
    if wide.height <= MAP_HEIGHT:
        return wide
    return fit(shapes, longest=round(max(wide.width, wide.height) * MAP_HEIGHT / wide.height), margin=DOT + 2)


def heading_of(caption: Caption) -> tuple[str, float]:
    """Title and subtitle, and where the map may begin."""
    room = PAGE_WIDTH - 2 * BORDER
    title = lines_at(wrapped(caption.title, width=room, size=TITLE_SIZE), BORDER + 16, TITLE_SIZE, font_weight="600")
    below = BORDER + 16 + len(wrapped(caption.title, width=room, size=TITLE_SIZE)) * TITLE_SIZE * 1.3
    subtitle = wrapped(caption.subtitle, width=room, size=SUBTITLE_SIZE) if caption.subtitle else []
    return title + lines_at(subtitle, below, SUBTITLE_SIZE, fill=QUIET), below + len(subtitle) * SUBTITLE_SIZE * 1.4


def lines_at(lines: Sequence[str], top: float, size: float, *, left: float = BORDER, **attributes: str) -> str:
    """Lines of text, one under the other, the first with its foot at `top`."""
    return "".join(
        text("text", line, x=left, y=top + place * size * 1.4, font_size=size, **attributes) for place, line in enumerate(lines)
    )


def map_parts(sheet: SymbolSheet, frame: Frame, sorted_marks: Layers, legend: Legend) -> Iterator[str]:
    """Areas by class, State outlines, dots, labels, in the order they are laid."""
    fills = {key: colour_of(mark, legend) for key, mark in (*sorted_marks.filled, *sorted_marks.small)} | dict.fromkeys(sorted_marks.shared, SAND)
    estimated = {key for key, mark in sorted_marks.filled if mark.estimated}
    keys = [area_key(area, place) for place, area in enumerate(sheet.areas)]
    for key, area in zip(keys, sheet.areas, strict=True):
        yield element("path", d=path(area.shape, frame), fill=fills.get(key, HATCH_URL), stroke=EDGE, stroke_width=0.6)
    for whole in state_outlines(sheet.areas):
        yield element("path", d=path(whole, frame), fill="none", stroke=STATE_EDGE, stroke_width=1.4, stroke_linejoin="round")
    for key, area in zip(keys, sheet.areas, strict=True):
        if key in estimated:
            yield from dotted_edge(path(area.shape, frame))
    spots = [(frame.place_one(*mark.at), mark) for *_, mark in sorted_marks.dots if mark.at]
    yield from (dot(spot, mark, legend) for spot, mark in spots)
    yield from labels(sheet.areas, frame, spots, frozenset(sorted_marks.shared))


def dotted_edge(d: str) -> Iterator[str]:
    """The dotted outline of an estimate over a pale one, so that it shows on dark areas too."""
    yield element("path", d=d, fill="none", stroke="#fff", stroke_width=2.2)
    yield element("path", d=d, fill="none", stroke=INK, stroke_width=1.4, stroke_dasharray="2 3")


def colour_of(mark: Mark, legend: Legend) -> str:
    """The colour of a mark, the hatching when no figure is held."""
    return HATCH_URL if mark.step is None else legend.palette.colours[legend.slot(mark.step)]


def dot(spot: tuple[int, int], mark: Mark, legend: Legend) -> str:
    """A unit as a dot at its chief town."""
    dashes = "2 2" if mark.estimated else None
    return element("circle", cx=spot[0], cy=spot[1], r=DOT, fill=colour_of(mark, legend), stroke=DOT_EDGE, stroke_dasharray=dashes)


def labels(areas: Sequence[Area], frame: Frame, spots: Sequence[tuple[tuple[int, int], Mark]], shared: frozenset[str]) -> Iterator[str]:
    """Names that fit without touching another name or a dot: inside their areas, the largest first, then beside their dots."""
    taken = [Box(right - DOT - 2, down - DOT - 2, right + DOT + 2, down + DOT + 2) for (right, down), _ in spots]
    own = [area for area in areas if not shared.intersection(area.units)]
    fitted = (fitting_label(area, frame, taken) for area in sorted(own, key=lambda each: -each.shape.area))
    beside = (label_beside(spot, name_of(mark, areas), frame, taken) for spot, mark in spots)
    for box, drawn in filter(None, chain(fitted, beside)):
        taken.append(box)
        yield drawn


def name_of(mark: Mark, areas: Iterable[Area]) -> str:
    """The name of a unit drawn as a dot, from the area that carries it; empty when none does."""
    return next((name for area in areas for unit, name in zip(area.units, area.names, strict=False) if unit == mark.unit), "")


def label_beside(spot: tuple[int, int], name: str, frame: Frame, taken: Sequence[Box]) -> tuple[Box, str] | None:
    """A dot's name on the side where it finds room: right, left, under, over."""
    size, (right, down) = LABEL_SIZES[1], spot
    half, away = text_width(name, size) / 2, DOT + 4
    middles = ((right + away + half, down), (right - away - half, down), (right, down + away + size / 2), (right, down - away - size / 2))
    for middle, level in middles if name else ():
        box = Box(middle - half, level - size / 2, middle + half, level + size / 2)
        if box.left >= 0 and box.right <= frame.width and not any(box.meets(other) for other in taken):
            return box, label_text([name], middle, level, size)
    return None


def fitting_label(area: Area, frame: Frame, taken: Sequence[Box]) -> tuple[Box, str] | None:
    """The largest label that finds room in an area, on one line or two; None where none does."""
    if not area.names:
        return None
    point = label_point(area.shape)
    middle, down = frame.place_one(*point)
    room = 2 * room_at(area.shape, point, frame)
    for size in LABEL_SIZES:
        for lines in ways_to_write(" / ".join(area.names)):
            half, height = max(text_width(line, size) for line in lines) / 2, len(lines) * size * 1.1
            box = Box(middle - half, down - height / 2, middle + half, down + height / 2)
            if 2 * half <= room and not any(box.meets(other) for other in taken):
                return box, label_text(lines, middle, down, size)
    return None


def ways_to_write(name: str) -> list[list[str]]:
    """A name on one line, then on two, parted at the blank or hyphen nearest its middle.

    >>> ways_to_write("Boucle du Mouhoun")
    [['Boucle du Mouhoun'], ['Boucle', 'du Mouhoun']]
    """
    cuts = [place + 1 for place, letter in enumerate(name) if letter in " -"]
    if not cuts:
        return [[name]]
    cut = min(cuts, key=lambda place: abs(2 * place - len(name)))
    return [[name], [name[:cut].rstrip(), name[cut:]]]


def label_text(lines: Sequence[str], middle: float, down: float, size: float) -> str:
    """A label with a white edge, so that it reads on every colour."""
    first = down - (len(lines) - 1) * size * 0.55 + size * 0.35
    return element(
        "g",
        *(text("text", line, x=middle, y=first + place * size * 1.1) for place, line in enumerate(lines)),
        font_size=size,
        text_anchor="middle",
        stroke="#fff",
        stroke_width=2.6,
        stroke_linejoin="round",
        paint_order="stroke",
    )


def foot_of(legend: Legend, sorted_marks: Layers, caption: Caption, language: str, top: float) -> tuple[str, int]:
    """Legend, rule, sources and disclaimer under the map, and the height of the whole page."""
    entries: list[tuple[str, str | None, str]] = [(legend.palette.colours[legend.slot(step)], None, label) for step, label in enumerate(legend.labels)]
    entries += [(sign_fill(css, fill), css, label) for css, fill, label in special_signs(sorted_marks, language)]
    title = text("text", legend.title, x=BORDER, y=top, font_size=TEXT_SIZE, font_weight="600")
    drawn = "".join(legend_entry(entry, place, top + 12) for place, entry in enumerate(entries))
    rows = -(-len(entries) // 3)
    below = top + 12 + rows * LEGEND_ROW + 18
    credits = [legend.rule, say("source", language, caption.sources) if caption.sources else "", say("boundaries", language, caption.boundary_source) if caption.boundary_source else ""]
    words = ". ".join((*(part for part in credits if part), say("disclaimer", language)))
    lines = wrapped(words, width=PAGE_WIDTH - 2 * BORDER, size=SMALL_SIZE)
    return title + drawn + lines_at(lines, below, SMALL_SIZE, fill=QUIET), round(below + len(lines) * SMALL_SIZE * 1.4 + BORDER / 2)


def sign_fill(css: str | None, fill: str | None) -> str:
    """The fill of a legend sign that is no class."""
    return HATCH_URL if fill == "hatch" else SAND if css == "shared" else "#fff"


def legend_entry(entry: tuple[str, str | None, str], place: int, top: float) -> str:
    """One swatch with its words, three to a row."""
    fill, css, label = entry
    left, down = BORDER + (place % 3) * LEGEND_COLUMN, top + (place // 3) * LEGEND_ROW
    dashes = "2 3" if css == "estimated" else None
    edge = INK if css == "estimated" else EDGE
    box = element("rect", x=left, y=down, width=SWATCH[0], height=SWATCH[1], fill=fill, stroke=edge, stroke_width=0.8, stroke_dasharray=dashes)
    return box + text("text", label, x=left + SWATCH[0] + 8, y=down + 12, font_size=TEXT_SIZE)
