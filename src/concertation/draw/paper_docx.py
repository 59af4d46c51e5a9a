"""A paper as DOCX that a ministry edits: real headings and tables. The same paper gives the same bytes."""

from functools import lru_cache
from io import BytesIO
from typing import Any

from docx import Document
from docx.document import Document as Written
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.shared import Cm, Pt

from concertation.draw.note import Drawing, Grid, Told
from concertation.draw.note_docx import SOFT, add, dress, frame, picture, shape, table
from concertation.draw.packages import settled
from concertation.draw.paper import Paper, Part

MARGINS = Cm(3.4)
TALLEST = Cm(15)


@lru_cache(maxsize=16)
def paper_docx(papers: tuple[Paper, ...]) -> bytes:
    """One paper, or the paper in several languages one after the other."""
    document = Document()
    dress(document, papers[0])
    for place, paper in enumerate(papers):
        section = document.sections[0] if place == 0 else document.add_section(WD_SECTION.NEW_PAGE)
        lay(section, paper)
        document.add_heading(paper.title, level=1)
        if paper.lead:
            add(document.add_paragraph(), paper.lead, size=Pt(10.5))
        for part in paper.parts:
            write(document, part, room=Cm(paper_width(paper)) - MARGINS)
    written = BytesIO()
    document.save(written)
    return settled(written.getvalue())


def paper_width(paper: Paper) -> float:
    """How wide the sheet lies, in centimetres."""
    return 29.7 if paper.wide else 21.0


def lay(section: Any, paper: Paper) -> None:
    """A4 upright or on its side, with what stands over and under every page."""
    shape(section, columns=1)
    frame(section, paper)
    if paper.wide:
        section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Cm(29.7), Cm(21)


def write(document: Written, part: Part, *, room: int) -> None:
    """One part at the end of the document."""
    if isinstance(part, str):
        document.add_heading(part, level=2)
    elif isinstance(part, Grid):
        table(document, part, 0, room=room)
    elif isinstance(part, Drawing):
        document.add_heading(part.title, level=2)
        picture(document.add_paragraph(), part, Cm(room / Cm(1)), TALLEST)
    elif isinstance(part, Told):
        for line in filter(str.strip, part.words.split("\n")):
            add(document.add_paragraph(), line, size=Pt(9.5), colour=None if part.held else SOFT, italic=not part.held)
