"""Units whose outlines nobody holds, as tiles with their names: one row of tiles a region, in the classes of the map.

A tile says nothing of where a unit lies or how wide it is; the words above the tiles say so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from concertation.draw.maps import Legend
from concertation.draw.palettes import EDGE, INK, QUIET
from concertation.draw.svg import element, text, text_width, wrapped

LEFT, WIDTH = 32, 896
NAMES_WIDTH = 132
TILE, GAP = (104, 34), 5
NAME_SIZE, REGION_SIZE, WORDS_SIZE = 10, 12, 12
DARK = 140


@dataclass(frozen=True, slots=True)
class Tile:
    """One unit: its name, its class (counted from 0, None for no figure), whether its figure is an estimate."""

    name: str
    step: int | None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class TileBlock:
    """One State: the words above its tiles, and its regions, each a name and the tiles of its units."""

    words: str
    regions: tuple[tuple[str, tuple[Tile, ...]], ...]


def tile_blocks(blocks: Sequence[TileBlock], legend: Legend, *, top: float, hatch: str) -> tuple[str, float]:
    """The tiles of every block from `top` down, and how far down they reach; `hatch` fills a tile without a figure."""
    drawn, down = [], top
    for block in blocks:
        for line in wrapped(block.words, width=WIDTH, size=WORDS_SIZE):
            drawn.append(text("text", line, x=LEFT, y=down + WORDS_SIZE, font_size=WORDS_SIZE, fill=QUIET))
            down += WORDS_SIZE * 1.4
        down += 8
        for region, tiles in block.regions:
            rows = -(-len(tiles) // per_row())
            drawn += region_name(region, down)
            drawn += [tile(each, place, down, legend, hatch) for place, each in enumerate(tiles)]
            down += rows * (TILE[1] + GAP) + 6
        down += 10
    return "".join(drawn), down


def per_row() -> int:
    """How many tiles stand on one row.

    >>> per_row()
    7
    """
    return (WIDTH - NAMES_WIDTH + GAP) // (TILE[0] + GAP)


def region_name(name: str, top: float) -> Iterator[str]:
    """The name of a region beside its tiles, on at most two lines."""
    for place, line in enumerate(wrapped(name, width=NAMES_WIDTH - 8, size=REGION_SIZE)[:2]):
        yield text("text", line, x=LEFT, y=top + 15 + place * REGION_SIZE * 1.2, font_size=REGION_SIZE, font_weight="600")


def tile(each: Tile, place: int, top: float, legend: Legend, hatch: str) -> str:
    """One tile with its name, its edge dotted for an estimate."""
    left = LEFT + NAMES_WIDTH + (place % per_row()) * (TILE[0] + GAP)
    down = top + (place // per_row()) * (TILE[1] + GAP)
    fill = hatch if each.step is None else legend.palette.colours[legend.slot(each.step)]
    edge, dashes = (INK, "2 3") if each.estimated else (EDGE, None)
    box = element("rect", x=left, y=down, width=TILE[0], height=TILE[1], fill=fill, stroke=edge, stroke_width=1, stroke_dasharray=dashes)
    ink = INK if each.step is None else ink_on(fill)
    lines = [shortened(line) for line in wrapped(each.name, width=TILE[0] - 8, size=NAME_SIZE)[:2]]
    first = down + TILE[1] / 2 + NAME_SIZE * (0.35 - 0.55 * (len(lines) - 1))
    words = "".join(text("text", line, x=left + TILE[0] / 2, y=first + row * NAME_SIZE * 1.1) for row, line in enumerate(lines))
    return element("g", text("title", each.name), box, element("g", words, font_size=NAME_SIZE, text_anchor="middle", fill=ink))


def shortened(line: str) -> str:
    """A line cut where it would leave its tile.

    >>> shortened("Bilma"), shortened("Arrondissement communal")
    ('Bilma', 'Arrondissement com…')
    """
    most = int((TILE[0] - 6) / text_width("m", NAME_SIZE))
    return line if len(line) <= most + 1 else f"{line[:most]}…"


def ink_on(fill: str) -> str:
    """Dark words on a light fill, white words on a dark one.

    >>> ink_on("#ffffd4"), ink_on("#993404")
    ('#1d2b2b', '#fff')
    """
    red, green, blue = (int(fill[place : place + 2], 16) for place in (1, 3, 5))
    return INK if (299 * red + 587 * green + 114 * blue) / 1000 > DARK else "#fff"
