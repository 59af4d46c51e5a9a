"""The two-page note as values: every figure in words with the numbers of its footnotes, before it is written as PDF or DOCX.

A note says for whom it was made and on which day; what nobody holds stands in words, and each figure leads to a numbered source.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from concertation.draw.tables import Language


@dataclass(frozen=True, slots=True)
class Told:
    """Words, the numbers of the footnotes they rest on, and whether a figure is held (else the words are written quietly)."""

    words: str
    notes: tuple[int, ...] = ()
    held: bool = True


@dataclass(frozen=True, slots=True)
class Headline:
    """One of the figures a note opens with: what it is, the figure, its date and status."""

    label: str
    figure: Told
    about: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of a note: title, headings, which columns hold numbers, rows, a line under it, and the columns that take the room left."""

    title: str
    headings: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[Told, ...], ...]
    under: str = ""
    wide: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class Key:
    """One sign of a legend: a colour or a hatching, a dotted edge where it marks an estimate, and its words."""

    words: str
    colour: str = ""
    sign: str = "class"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A map or a chart: its title, the self-contained SVG, the words for who cannot see it, its legend, the line under it."""

    title: str
    svg: str
    alt: str
    keys: tuple[Key, ...] = ()
    under: str = ""


@dataclass(frozen=True, slots=True)
class Footnote:
    """One numbered source: title, dates, scope, method and status in one line, and its address."""

    number: int
    words: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """The fixed words of a note in its language."""

    brand: str
    audience: str
    made: str
    sources: str
    page: str
    silences: str


@dataclass(frozen=True, slots=True)
class Note:
    """Two pages on a State, or on the States together, for one audience in one language. `on` is the day shown, written 2026-01-31."""

    language: Language
    title: str
    subject: str
    on: str
    words: Words
    sentences: tuple[Told, ...]
    headlines: tuple[Headline, ...]
    picture: Drawing | None
    chart: Drawing | None
    beside: tuple[Grid, ...]
    grids: tuple[Grid, ...]
    silences: tuple[Told, ...]
    footnotes: tuple[Footnote, ...]
    reading: str
    disclaimers: tuple[str, ...]

    @property
    def is_joint(self) -> bool:
        """Whether the note is on the States together: its table is wide, so it stands under the map."""
        return bool(self.beside) and len(self.beside[0].headings) > 4


def file_name(notes: Iterable[Note], ending: str) -> str:
    """The name of a file that holds one note or the note in several languages."""
    held = list(notes)
    return f"{held[0].subject}-{'-'.join(each.language for each in held)}-{held[0].on}.{ending}"
