"""The sheet as a picture: its headings, its first rows and the first rows with problems, each doubtful cell marked.

A picture is kept with the import, so it is bounded in rows, columns and length of text, and personal data is masked in it.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

import polars as pl

from concertation.apps.sources.previews import Preview
from concertation.core.personal import MASK, mask_text, personal_columns
from concertation.core.problems import Problem
from concertation.formats.opening import Opened
from concertation.formats.problem_texts import in_words
from concertation.formats.sheets import ROW, Sheet, Table, letters

FIRST_ROWS, ROWS, COLUMNS, LETTERS_SHOWN = 8, 40, 60, 48
GRAVITY = {"refused": 0, "doubtful": 1}
Marks = Mapping[tuple[int | None, str], Problem]


def sheet_picture(opened: Opened, preview: Preview | None) -> dict[str, object]:
    """The picture of the sheet that was read; empty for a file without sheets."""
    sheet = sheet_read(opened)
    if sheet is None:
        return {}
    problems = marking(counted.problem for counted in (preview.problems if preview else ()))
    shown = letters(sheet.frame)[:COLUMNS]
    frame = sheet.frame.filter(pl.col(ROW).is_in(rows_to_show(sheet, opened.table, problems))).head(ROWS)
    lines = [_line(line, shown, opened.table, problems) for line in masked(frame, opened.table, preview).iter_rows(named=True)]
    return {"sheet": sheet.name, "letters": shown, "left_out": len(letters(sheet.frame)) - len(shown), "rows": sheet.frame.height, "lines": lines}


def sheet_read(opened: Opened) -> Sheet | None:
    """The sheet that holds the table, else the first one that has rows."""
    sheets = opened.reading.sheets if opened.reading else ()
    wanted = opened.table.sheet if opened.table else ""
    return next((sheet for sheet in sheets if sheet.name == wanted), next((sheet for sheet in sheets if sheet.frame.height), None))


def marking(problems: Iterable[Problem]) -> list[Problem]:
    """The problems worth a mark in the sheet, the gravest first."""
    told = [problem for problem in problems if problem.cell.row and in_words(problem).severity in GRAVITY]
    return sorted(told, key=lambda problem: (GRAVITY[in_words(problem).severity], problem.cell.row or 0))


def rows_to_show(sheet: Sheet, table: Table | None, problems: Sequence[Problem]) -> list[int]:
    """Headings and first rows, then the first row of each problem."""
    start = table.heading_row if table else 1
    first = sheet.frame.filter(pl.col(ROW) >= start)[ROW].head(FIRST_ROWS).to_list()
    troubled = dict.fromkeys(problem.cell.row for problem in problems if problem.cell.row not in first and (problem.cell.row or 0) > start)
    return [*first, *(row for row in islice(troubled, ROWS - len(first)) if row)]


def masked(frame: pl.DataFrame, table: Table | None, preview: Preview | None = None) -> pl.DataFrame:
    """The rows with contact columns and personal shapes in any text masked."""
    contacts = {str(column["letter"]) for column in (preview.columns if preview else ()) if column["field"] == "contact"}
    whole = contacts | set(personal_columns(table.headings, table.tags) if table else ())
    first = table.frame[ROW].min() if table and table.frame.height else 0
    below = pl.col(ROW) >= first
    shapes = frame.with_columns(pl.col(name).map_elements(mask_text, return_dtype=pl.Utf8) for name in letters(frame))
    return shapes.with_columns(
        pl.when(below & pl.col(name).is_not_null()).then(pl.lit(MASK)).otherwise(pl.col(name)).alias(name)
        for name in letters(frame) if name in whole
    )


def _line(line: Mapping[str, object], shown: Sequence[str], table: Table | None, problems: Sequence[Problem]) -> dict[str, object]:
    row = int(str(line[ROW]))
    is_heading = table is not None and row <= table.heading_row
    marks = {} if is_heading else {problem.cell.column or "": problem for problem in reversed(problems) if _stands_here(problem, row, line)}
    return {
        "row": row, "heading": is_heading, "cells": [_clipped(line[letter]) for letter in shown],
        "marks": {letter: {"code": problem.code, "value": problem.value, "detail": dict(problem.detail)} for letter, problem in marks.items()},
    }


def _stands_here(problem: Problem, row: int, line: Mapping[str, object]) -> bool:
    """Whether a problem, told once per value with its first cell, also stands in this row: the same value in the same column."""
    column = problem.cell.column
    return problem.cell.row == row or bool(column and problem.value and line.get(column) == problem.value)


def _clipped(text: object) -> str:
    written = "" if text is None else str(text)
    return written if len(written) <= LETTERS_SHOWN else f"{written[:LETTERS_SHOWN]}…"
