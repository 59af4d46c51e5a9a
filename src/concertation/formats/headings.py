"""The table of a sheet is found by what a reader would look for: a row of distinct words over a long regular body, perhaps with one
or two rows of HXL tags beneath. Titles above it, help text in it and pivots elsewhere are passed over.
"""

import re
from collections.abc import Mapping
from itertools import takewhile
from math import log1p

import polars as pl

from concertation.core.spelling import fold
from concertation.formats.sheets import ROW, Reading, Sheet, Table, letters

ROWS_LOOKED_AT = 60
BODY_LOOKED_AT = 200
MOST_TAG_ROWS = 2
LEAST_TAGGED_SHARE = 0.5
LEAST_FILL = 0.6
MOST_NUMBERS_SHARE = 0.2
LEAST_DISTINCT_SHARE = 0.5
TAGGED_BONUS = 4.0
LIST_MARK = "list"
HXL_TAG = re.compile(r"\s*#[A-Za-z][A-Za-z0-9_]*(\s*\+\s*[A-Za-z][A-Za-z0-9_]*)*\s*")
NUMBER_OR_DATE = re.compile(r"\s*(?:[-+]?[\d\s.,\u00a0\u202f]+%?|\d{4}-\d\d-\d\d(?:T[\d:]+)?|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4})\s*")
PIVOT_WORDS = frozenset(
    fold(words)
    for words in ("Étiquettes de lignes", "Étiquettes de colonnes", "Row Labels", "Column Labels", "(Plusieurs éléments)", "(Multiple Items)", "Total général", "Grand Total")
)

Row = Mapping[str, str]


def find_table(sheet: Sheet) -> Table | None:
    """The table of a sheet, or nothing where no row can be its heading.

    >>> frame = pl.DataFrame({"row": [1, 2, 3, 4], "A": ["Matrice 2022", "Région *", "#adm1+name", "Est"], "B": [None, "Secteur", "#sector", "WASH"]})
    >>> table = find_table(Sheet("MATRICE", False, frame))
    >>> table.heading_row, dict(table.headings), dict(table.tags), table.frame["row"].to_list()
    (2, {'A': 'Région *', 'B': 'Secteur'}, {'A': '#adm1+name', 'B': '#sector'}, [4])
    """
    filled = without_empty_rows(sheet.frame)
    rows = [written_cells(row) for row in filled.head(ROWS_LOOKED_AT + BODY_LOOKED_AT).iter_rows(named=True)]
    first_tags = next((place for place, row in enumerate(rows[:ROWS_LOOKED_AT]) if is_tag_row(row)), None)
    if first_tags is None:
        heading = heading_place(rows)
        return None if heading is None else table_at(sheet, filled, rows, heading, 0)
    tag_rows = len(list(takewhile(is_tag_row, rows[first_tags : first_tags + MOST_TAG_ROWS])))
    return table_at(sheet, filled, rows, max(first_tags - 1, 0), tag_rows if first_tags else tag_rows - 1)


def table_at(sheet: Sheet, filled: pl.DataFrame, rows: list[Row], heading: int, tag_rows: int) -> Table:
    """The table whose heading is the row at this place among the filled rows, followed by so many tag rows.

    A sheet that begins with its tags has them as headings too.
    """
    tags: dict[str, str] = {}
    for row in rows[heading : heading + 1 + tag_rows]:
        tags |= {letter: text.strip() for letter, text in row.items() if HXL_TAG.fullmatch(text) and letter not in tags}
    numbers = filled[ROW].slice(heading, 1).to_list()
    return Table(sheet.name, numbers[0], dict(rows[heading]), tags, filled.slice(heading + 1 + tag_rows))


def without_empty_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows that hold anything, with their own numbers."""
    named = letters(frame)
    return frame.filter(pl.any_horizontal(pl.col(named).is_not_null())) if named else frame


def written_cells(row: Mapping[str, object]) -> Row:
    """The cells of one row that hold text, by letter."""
    return {letter: text for letter, text in row.items() if isinstance(text, str)}


def is_tag_row(row: Row) -> bool:
    """Whether at least half of the cells of a row, and two unless it has one, are HXL tags.

    >>> is_tag_row({"A": "#org+name", "B": "#adm1 +name", "C": "Colonne7"}), is_tag_row({"A": "# de bornes", "B": "x"})
    (True, False)
    """
    tags = sum(HXL_TAG.fullmatch(text) is not None for text in row.values())
    return tags >= min(2, len(row)) and tags > 0 and tags / len(row) >= LEAST_TAGGED_SHARE


def heading_place(rows: list[Row]) -> int | None:
    """The place of the heading among the filled rows: the first that is as wide as the body below it and made of distinct words."""
    for place, row in enumerate(rows[:ROWS_LOOKED_AT]):
        body = rows[place + 1 : place + 1 + BODY_LOOKED_AT]
        if looks_like_heading(row) and len(row) >= LEAST_FILL * typical_width(body or [row]):
            return place
    return None


def typical_width(rows: list[Row]) -> float:
    """How many cells the middle row holds."""
    widths = sorted(len(row) for row in rows)
    return widths[len(widths) // 2]


def looks_like_heading(row: Row) -> bool:
    """Whether the cells are mostly distinct words, not numbers or dates.

    >>> looks_like_heading({"A": "Région", "B": "Secteur"}), looks_like_heading({"A": "2022-03-31", "B": "5160"})
    (True, False)
    """
    numbers = sum(NUMBER_OR_DATE.fullmatch(text) is not None for text in row.values())
    distinct = len({fold(text) for text in row.values()})
    return numbers <= MOST_NUMBERS_SHARE * len(row) and distinct >= LEAST_DISTINCT_SHARE * len(row)


def is_pivot(sheet: Sheet) -> bool:
    """Whether a sheet shows the words a spreadsheet writes on its pivot tables.

    >>> is_pivot(Sheet("Pivot", False, pl.DataFrame({"row": [4], "A": ["Étiquettes de lignes"], "B": ["Total"]})))
    True
    """
    top = sheet.frame.head(ROWS_LOOKED_AT)
    return any(fold(text) in PIVOT_WORDS for name in letters(top) for text in top[name].drop_nulls())


def is_choice_list(table: Table) -> bool:
    """Whether a table is there to be chosen from, as drop-down menus do: each of its headings is tagged, and each tag carries `+list`.

    >>> rows = pl.DataFrame({"row": [3], "A": ["Diffa"]})
    >>> is_choice_list(Table("Places", 1, {"A": "Region"}, {"A": "#adm1 +name+list"}, rows))
    True
    >>> is_choice_list(Table("5W", 1, {"A": "Region", "B": "Sector"}, {"A": "#adm1+name"}, rows))
    False
    """
    return bool(table.tags) and set(table.headings) <= set(table.tags) and all(LIST_MARK in tag.lower().split("+") for tag in ("".join(text.split()) for text in table.tags.values()))


def likelihood(table: Table) -> float:
    """How much a table looks like the body of a report: distinct headings x the order of its length x how full it is; tags count.

    The weights are a convention of the product, tried on three national workbooks.
    """
    kinds = len({fold(heading) for heading in table.headings.values()})
    named = [letter for letter in table.headings if letter in table.frame.columns]
    if not named or table.frame.height == 0:
        return 0.0
    cells = table.frame.height * len(named)
    held = 1 - sum(table.frame[letter].null_count() for letter in named) / cells
    return kinds * log1p(table.frame.height) * held * (TAGGED_BONUS if table.tags else 1.0)


def best_table(reading: Reading) -> Table | None:
    """The table of the file most like a report; hidden sheets, pivots and lists to choose from are passed over.

    A file whose only table is a heading without rows gives that table.
    """
    shown = [sheet for sheet in reading.sheets if not sheet.hidden]
    plain = [sheet for sheet in shown if not is_pivot(sheet)] or shown
    found = [table for sheet in plain if (table := find_table(sheet)) is not None]
    return max((table for table in found if not is_choice_list(table)), key=likelihood, default=None)
