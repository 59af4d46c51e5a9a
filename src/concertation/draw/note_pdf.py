"""The note as PDF/A-2a: tagged, in its language, its fonts within, dated by its figures; the same note gives the same bytes.

The typesetter comes with its own fonts and is given nothing but the words: it reads no file and reaches no other host.
"""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from concertation.draw.apart import typesetter
from concertation.draw.note import Note

TEMPLATE = Path(__file__).with_name("note.typ")
SIZES = (10.4, 10.0, 9.6, 9.2, 8.8, 8.4, 8.0, 7.6, 7.2, 6.8)
PAGES = 2


class TooLong(ValueError):
    """A note that does not fit two pages even in its smallest type: shorten its tables."""


@lru_cache(maxsize=32)
def to_pdf(notes: tuple[Note, ...]) -> bytes:
    """One note, or the note in several languages one after the other, two pages each. Raises TooLong where they do not fit."""
    words = json.dumps([{**asdict(note), "joint": note.is_joint} for note in notes], ensure_ascii=False)
    sizes = [{"size": str(size)} for size in SIZES]
    made = typesetter.ask("pages", template=str(TEMPLATE), inputs={"notes": words}, tries=sizes, pages=PAGES * len(notes), moment=moment(notes[0]))
    if not made:
        raise TooLong(f"{notes[0].title}: more than {PAGES} pages")
    return made


def moment(note: Note) -> int:
    """The day of the note as seconds, so that no clock enters the file."""
    return int(datetime.fromisoformat(note.on).replace(tzinfo=UTC).timestamp())
