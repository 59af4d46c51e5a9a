"""Slides and documents that ministries edit. What writes them is loaded when one is first asked for: pages alone never need it, and it holds some 25 MB a process."""

from datetime import date

from concertation.draw.note import Note
from concertation.draw.paper import Paper
from concertation.draw.tables import Language, TakenTable


def table_slides(table: TakenTable, *, language: Language, on: date) -> bytes:
    """A table as PPTX slides."""
    from concertation.draw import slides

    return slides.table_slides(table, language=language, on=on)


def picture_slide(svg: str, *, title: str, sources: str, language: Language, on: date) -> bytes:
    """A map or a chart as one PPTX slide, with its title and where it comes from."""
    from concertation.draw import slides

    return slides.picture_slide(svg, title=title, sources=sources, language=language, on=on)


def note_docx(notes: tuple[Note, ...]) -> bytes:
    """One note as DOCX, or the note in several languages one after the other."""
    from concertation.draw import note_docx

    return note_docx.to_docx(notes)


def paper_docx(papers: tuple[Paper, ...]) -> bytes:
    """A paper of the ministers as DOCX, one language after the other."""
    from concertation.draw import paper_docx

    return paper_docx.paper_docx(papers)
