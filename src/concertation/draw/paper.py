"""A paper as values: a title, paragraphs, tables and drawings in order, before it is written as PDF or DOCX.

Minutes, the matrix of decisions and the common plan are papers; a paper says for whom it was made and on which day.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from concertation.draw.note import Drawing, Grid, Told, Words
from concertation.draw.tables import Language

Part = Told | Grid | Drawing | str


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper in one language. A text among `parts` is a heading; `wide` lays it on its side; `on` is written 2026-01-31."""

    language: Language
    title: str
    subject: str
    on: str
    words: Words
    lead: str
    parts: tuple[Part, ...]
    wide: bool = False


def paper_name(papers: Iterable[Paper], ending: str) -> str:
    """The name of a file that holds one paper, or the paper in several languages."""
    held = list(papers)
    return f"{held[0].subject}-{'-'.join(each.language for each in held)}-{held[0].on}.{ending}"


def kind_of(part: Part) -> str:
    """What a part is, as the typesetter is told.

    >>> kind_of("Décisions"), kind_of(Told("Bamako"))
    ('heading', 'told')
    """
    if isinstance(part, str):
        return "heading"
    return {Told: "told", Grid: "grid", Drawing: "drawing"}[type(part)]
