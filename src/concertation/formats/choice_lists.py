"""Lists that a workbook carries for its own drop-down menus: no report, yet what they say can be asked for.

The template of the node writes there in which division its places stand, so that names two divisions share are settled.
"""

from concertation.formats.headings import find_table, is_choice_list
from concertation.formats.sheets import Reading


def listed(reading: Reading, tag: str) -> list[str]:
    """The distinct texts under one tag of a workbook's lists, in their order; nothing where no list has it.

    >>> import polars as pl
    >>> from concertation.formats.sheets import Sheet
    >>> sheet = Sheet("Places", False, pl.DataFrame({"row": [1, 2, 3], "A": ["Division", "#adm+division+list", "mli-2023"]}))
    >>> listed(Reading("xlsx", (sheet,), ()), "#adm+division+list")
    ['mli-2023']
    """
    tables = [table for sheet in reading.sheets if (table := find_table(sheet)) is not None and is_choice_list(table)]
    columns = [table.frame[letter] for table in tables for letter, written in table.tags.items() if written == tag and letter in table.frame.columns]
    return list(dict.fromkeys(text.strip() for column in columns for text in column.drop_nulls()))
