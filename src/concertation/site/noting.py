"""The note at the terminal: two pages on a State or on the States together, written to a file; public rows unless asked otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.utils import timezone

from concertation.apps.access.audience import audience_words
from concertation.apps.notes import compose, reading
from concertation.apps.notes.files import FILES, LANGUAGES
from concertation.core.periods import Language
from concertation.site import node
from concertation.site.importing import Misused

READERS = {"public": (), "operator": node.OPERATOR}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person at the terminal asks for."""

    subject: str
    languages: Sequence[Language]
    to: Path
    reader: str
    on: date


def asked(*, state: str, lang: str, to: Path, reader: str) -> Asked | Misused:
    """Check the words of the command."""
    known = reading.subjects()
    if state not in known:
        return Misused(f"Dites de quoi : --state {' | '.join(known)}.", f"Say on what: --state {' | '.join(known)}.")
    if lang not in LANGUAGES:
        return Misused("Langues : fr, en, both.", "Languages: fr, en, both.")
    if to.suffix.lstrip(".") not in FILES:
        return Misused("Le fichier finit par .pdf ou .docx.", "The file ends with .pdf or .docx.")
    if not to.resolve().parent.is_dir():
        return Misused(f"Le dossier n'existe pas : {to.parent}.", f"No such folder: {to.parent}.")
    if reader not in READERS:
        return Misused("Lecteurs : public, operator.", "Readers: public, operator.")
    return Asked(state, LANGUAGES[lang], to, reader, timezone.localdate())


def write(wanted: Asked) -> dict[str, object]:
    """Write the file, and say what it holds."""
    held = reading.read(READERS[wanted.reader], wanted.subject, today=wanted.on)
    notes = compose.notes_of(held, wanted.languages)
    _content_type, to_bytes = FILES[wanted.to.suffix.lstrip(".")]
    content = to_bytes(notes)
    wanted.to.write_bytes(content)
    return {
        "file": str(wanted.to), "bytes": len(content), "state": wanted.subject, "languages": list(wanted.languages), "on": wanted.on,
        "audience": audience_words(held.mandates, held.states), "footnotes": len(notes[0].footnotes),
    }  # fmt: skip
