"""Slides and documents that ministries edit. What writes them is loaded when one is first asked for: pages alone never need it, and it holds some 25 MB a process."""

from datetime import date
from importlib import import_module

from concertation.draw.note import Note
from concertation.draw.paper import Paper
from concertation.draw.tables import Language, TakenTable


def table_slides(table: TakenTable, *, language: Language, on: date) -> bytes:
    """A table as PPTX slides."""
    written: bytes = import_module("concertation.draw.slides").table_slides(table, language=language, on=on)
    return written


def picture_slide(svg: str, *, title: str, sources: str, language: Language, on: date) -> bytes:
    """A map or a chart as one PPTX slide, with its title and where it comes from."""
    written: bytes = import_module("concertation.draw.slides").picture_slide(svg, title=title, sources=sources, language=language, on=on)
    return written


def note_docx(notes: tuple[Note, ...]) -> bytes:
    """One note as DOCX, or the note in several languages one after the other."""
    written: bytes = import_module("concertation.draw.note_docx").to_docx(notes)
    return written


def paper_docx(papers: tuple[Paper, ...]) -> bytes:
    """A paper of the ministers as DOCX, one language after the other."""
    written: bytes = import_module("concertation.draw.paper_docx").paper_docx(papers)
    return written
