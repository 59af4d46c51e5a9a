"""Lessons as files: the table that comes back as it left, with the sources it rests on."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from concertation.apps.lessons.columns import COLUMNS
from concertation.apps.lessons.models import Lesson
from concertation.apps.sources.taken_sources import own_register
from concertation.draw.tables import TakenTable


def taken_lessons(rows: Sequence[Lesson], *, on: date) -> TakenTable:
    """Every lesson with every column; brought in again, it changes nothing."""
    held = [{column.key: value_of(row, column.key) for column in COLUMNS} for row in rows]
    return TakenTable(title_fr="Leçons", title_en="Lessons", columns=COLUMNS, rows=held, sources=(own_register(_("leçons gardées"), on=on),))


def value_of(row: Lesson, key: str) -> str | date | None:
    """One value of a lesson; nothing where nothing is held."""
    value = getattr(row, key)
    if key == "consent":
        return "oui" if value else "non"
    return value or None
