"""From a table of activities as received to canonical, checked rows: the good rows come in, and nothing is left out without a line.

Every check yields problems grouped by code and value, with the first cell and the number of rows. A value that cannot be trusted is
null in the record and stands as written in the problem. Rows refused: totals, rows of another State, rows that say neither who, what
nor where. Everything else is kept, identical rows included (`identical_to` names the first of them).
"""

from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from concertation.core.activity_checks import (
    NO_FLAWS,
    check_rows,
    grouped,
    identical_rows,
    refuse_rows,
    strip_blanks,
    swapped_columns,
)
from concertation.core.activity_fields import TEXT_KINDS, read_fields, without_no_value
from concertation.core.personal import mask, mask_text
from concertation.core.presence import Mapping, Vocabulary
from concertation.core.problems import Cell, Problem
from concertation.core.written_values import ERROR_CELL, FORMULA_SHAPE


@dataclass(frozen=True, slots=True)
class ProblemCount:
    """A problem met on `count` rows with the same code and value; its cell is the first of them."""

    problem: Problem
    count: int


@dataclass(frozen=True, slots=True)
class ActivityReading:
    """Canonical rows and what was wrong with them. rows_read = frame.height + rows_refused, always."""

    frame: pl.DataFrame
    problems: tuple[ProblemCount, ...]
    rows_read: int
    rows_refused: int

    @property
    def rows_identical(self) -> int:
        """Rows that repeat an earlier row in every column of the sheet."""
        return int(self.frame["identical_to"].is_not_null().sum())


def read_activities(
    table: pl.DataFrame, mapping: Mapping, vocabulary: Vocabulary, *, state: str, today: date, sheet: str | None = None
) -> ActivityReading:
    """Read every row of a table (columns `row` and letters, text as written) into the canonical record, and check it.

    Canonical columns: row; org_written (the acronym, else the name, blanks included); every field of the vocabulary (codes for sector, status, modality, group, org_type; Date; Int64 people;
    Boolean flags); `<field>_written` for coded fields and dates; donor_list; amount_minor and currency; contact (Boolean: held or
    not, never the contact itself); organisation_key; identical_to (row); repeated_number and repeated_from (row).
    """
    letters = {field: letter for field, letter in mapping.letters().items() if letter in table.columns and field in vocabulary.fields}
    stripped = strip_blanks(table)
    written = _written_fields(stripped, letters, vocabulary).with_columns(identical_rows(table), _organisation_written(table, letters))
    kept, refused = refuse_rows(written, state=state, totals=frozenset(vocabulary.words.get("total", {})))
    cleaned, broken = _without_broken_cells(kept, letters, vocabulary)
    masked, personal = _masked(cleaned, letters, vocabulary, sheet)
    frame, unread = read_fields(masked, vocabulary, today=today, amount_heading=mapping.heading("amount"))
    checked, doubted = check_rows(frame)
    swapped = swapped_columns(cleaned, checked, unread, vocabulary)
    found = pl.concat([swapped, refused, broken, unread, doubted])
    problems = (*_as_problems(found, letters, vocabulary, sheet), *(ProblemCount(p, int(p.detail["count"])) for p in personal))
    return ActivityReading(checked, problems, table.height, table.height - checked.height)


def problems_as_rows(problems: Sequence[ProblemCount]) -> list[dict[str, object]]:
    """Problems as plain rows: code, count, sheet, row, column, value."""
    return [
        {"code": told.problem.code, "count": told.count, "value": told.problem.value}
        | {"sheet": told.problem.cell.sheet, "row": told.problem.cell.row, "column": told.problem.cell.column}
        for told in problems
    ]


def _written_fields(stripped: pl.DataFrame, letters: Map[str, str], vocabulary: Vocabulary) -> pl.DataFrame:
    """Row and one text column per field; null where the table has no such column; signs of "no value" become null."""
    named = stripped.select("row", **{field: pl.col(letter) for field, letter in letters.items()})
    no_value = frozenset(vocabulary.words.get("no_value", {}))
    blanked = [without_no_value(named[field], no_value) for field in letters]
    absent = [pl.lit(None, pl.Utf8).alias(field) for field in vocabulary.fields if field not in letters]
    return named.with_columns(blanked).with_columns(absent)


def _organisation_written(table: pl.DataFrame, letters: Map[str, str]) -> pl.Series:
    taken = [letters[field] for field in ("org_acronym", "org_name") if field in letters]
    return table.with_columns(org_written=pl.coalesce(taken) if taken else pl.lit(None, pl.Utf8))["org_written"]


def _without_broken_cells(written: pl.DataFrame, letters: Map[str, str], vocabulary: Vocabulary) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Error cells (#REF!) become null; formula shapes (OUI+I19:I19) too, save in running text where they are only told."""
    flaws = [NO_FLAWS]
    for field in letters:
        distinct = written[field].drop_nulls().unique()
        errors = distinct.filter(distinct.str.contains(ERROR_CELL))
        formulas = distinct.filter(distinct.str.contains(FORMULA_SHAPE))
        for code, values in (("error-cell", errors), ("formula-in-cell", formulas)):
            if values.len():
                flaws.append(grouped(written.filter(pl.col(field).is_in(values.implode())), field, code, field))
        gone = errors if vocabulary.fields[field].kind in TEXT_KINDS else pl.concat([errors, formulas])
        if gone.len():
            written = written.with_columns(pl.when(~pl.col(field).is_in(gone.implode())).then(pl.col(field)).alias(field))
    return written, pl.concat(flaws)


def _masked(
    cleaned: pl.DataFrame, letters: Map[str, str], vocabulary: Vocabulary, sheet: str | None
) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    """Contacts and personal shapes masked in running text; numbers, dates and codes stay as written. `contact` becomes held or not."""
    running = [field for field in letters if vocabulary.fields[field].kind in (*TEXT_KINDS, "personal")]
    masked, problems = mask(cleaned.select("row", *running), whole=("contact",), sheet=sheet, letters=letters)
    return cleaned.with_columns(masked.drop("row")).with_columns(contact=cleaned["contact"].is_not_null()), problems


def _as_problems(found: pl.DataFrame, letters: Map[str, str], vocabulary: Vocabulary, sheet: str | None) -> list[ProblemCount]:
    """Grouped flaws as problems, in the order of the sheet; personal shapes in a value are masked before it is told."""
    return [_as_problem(line, letters, vocabulary, sheet) for line in found.sort("row", "field", "code").iter_rows(named=True)]


def _as_problem(line: Map[str, str | int | None], letters: Map[str, str], vocabulary: Vocabulary, sheet: str | None) -> ProblemCount:
    field = str(line["field"] or "")
    cell = Cell(sheet, None if line["row"] is None else int(line["row"]), letters.get(field))
    value = mask_text(str(line["value"] or ""))
    detail = {"field": field, "count": str(line["count"]), "hint": str(line["hint"] or "")}
    return ProblemCount(Problem(str(line["code"]), cell, value, detail), int(line["count"] or 0))
