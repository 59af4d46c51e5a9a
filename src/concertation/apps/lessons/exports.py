"""Lessons as files: the table that comes back as it left, with the sources it rests on."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from concertation.apps.lessons.columns import CHOICES, COLUMNS, DAYS, LONGEST, NEEDED
from concertation.apps.lessons.models import Lesson
from concertation.apps.sources.taken_sources import own_register
from concertation.draw.tables import BYTE_ORDER_MARK, Column, TakenTable, csv_bytes, source_lines
from concertation.formats.table_package import Described, package_bytes


def taken_lessons(rows: Sequence[Lesson], *, on: date) -> TakenTable:
    """Every lesson with every column; brought in again, it changes nothing."""
    held = [{column.key: value_of(row, column.key) for column in COLUMNS} for row in rows]
    return TakenTable(title_fr="Leçons", title_en="Lessons", columns=COLUMNS, rows=held, sources=(own_register(_("leçons gardées"), on=on),))


def lessons_package(rows: Sequence[Lesson], *, on: date) -> bytes:
    """Lessons as a Data Package, every column under its key with its kind and the words it may hold."""
    table = taken_lessons(rows, on=on)
    described = Described("lessons", f"{table.title_fr} / {table.title_en}", on.isoformat(), [field_of(column) for column in COLUMNS], source_lines(table.sources))
    return package_bytes(described, csv_bytes([[column.key for column in COLUMNS]], table).removeprefix(BYTE_ORDER_MARK.encode()))


def field_of(column: Column) -> dict[str, object]:
    """A column of lessons as Table Schema writes it.

    >>> field_of(COLUMNS[0])["constraints"]
    {'enum': ['challenge', 'lesson']}
    """
    kind = "date" if column.key in DAYS else "boolean" if column.key == "consent" else "string"
    limits: dict[str, object] = {"enum": sorted(CHOICES[column.key])} if column.key in CHOICES else {}
    limits |= {"required": True} if column.key in NEEDED else {}
    limits |= {"maxLength": LONGEST[column.key]} if column.key in LONGEST else {}
    told = {"name": column.key, "type": kind, "title": f"{column.heading_fr} / {column.heading_en}"}
    yes_or_no = {"trueValues": ["oui"], "falseValues": ["non"]} if kind == "boolean" else {}
    return {**told, **yes_or_no, **({"constraints": limits} if limits else {})}


def value_of(row: Lesson, key: str) -> str | date | None:
    """One value of a lesson; nothing where nothing is held."""
    value = getattr(row, key)
    if key == "consent":
        return "oui" if value else "non"
    return value or None
