"""The files of a note: PDF and DOCX in French, English or both, named after what and when; the message as plain text."""

from collections.abc import Callable, Mapping, Sequence

from concertation.core.periods import Language
from concertation.draw.documents import note_docx
from concertation.draw.note import Note
from concertation.draw.note_pdf import to_pdf

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FILES: Mapping[str, tuple[str, Callable[[tuple[Note, ...]], bytes]]] = {"pdf": ("application/pdf", to_pdf), "docx": (DOCX_TYPE, note_docx)}
LANGUAGES: Mapping[str, Sequence[Language]] = {"fr": ("fr",), "en": ("en",), "both": ("fr", "en")}
