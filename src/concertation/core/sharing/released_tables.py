"""The tables that may be released, column by column, and how their cells add up; nothing else is ever read from a release.

`people`: people by unit and sector at the agreed grain, with the total of each sector over the units. `presence`: distinct
organisations or activities declared, without any total, since distinct things do not add up and a total would give small cells away.
A cell is shown, hidden, or not held; hidden and not held carry no value, zero is a value.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from concertation.core.sharing.disclosure.control import Published, Report, audit, control
from concertation.core.sharing.disclosure.rules import Rule
from concertation.core.sharing.disclosure.tables import CountTable, Sum

TOTAL = "*"


class CellState(StrEnum):
    """What a released cell is."""

    SHOWN = "shown"
    HIDDEN = "hidden"
    NOT_HELD = "not-held"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a released table: name, kind as Table Schema writes it, title in French and English."""

    name: str
    kind: str
    title_fr: str
    title_en: str


PEOPLE, PRESENCE = "people", "presence"


def columns_counting(title_fr: str, title_en: str) -> tuple[Column, ...]:
    """The columns of a table that counts one thing by unit and sector.

    >>> [column.name for column in columns_counting("personnes", "people")]
    ['unit', 'unit_name', 'level', 'sector', 'value', 'state']
    """
    return (
        Column("unit", "string", "unité", "unit"), Column("unit_name", "string", "nom de l'unité", "name of the unit"),
        Column("level", "integer", "niveau", "level"), Column("sector", "string", "secteur", "sector"),
        Column("value", "integer", title_fr, title_en), Column("state", "string", "état de la case", "state of the cell"),
    )  # fmt: skip


COLUMNS: Mapping[str, tuple[Column, ...]] = {
    PEOPLE: columns_counting("personnes", "people"),
    PRESENCE: columns_counting("organisations ou activités distinctes", "distinct organisations or activities"),
}
PRESENCE_CONCEPTS = ("organisations", "activities")


@dataclass(frozen=True, slots=True)
class PeopleCell:
    """People of one sector in one unit, or over all units (`unit` is the total's mark and `level` is 0)."""

    unit: str
    unit_name: str
    level: int
    sector: str
    value: int | None
    state: CellState = CellState.SHOWN

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same cell in another release."""
        return self.unit, self.sector


def with_totals(cells: Iterable[PeopleCell], state: str) -> tuple[PeopleCell, ...]:
    """The cells in order, with one total a sector over the units that hold a figure.

    >>> [(cell.unit, cell.value) for cell in with_totals([PeopleCell("a", "A", 1, "FSC", 3), PeopleCell("b", "B", 1, "FSC", None)], "NER")]
    [('*', 3), ('a', 3), ('b', None)]
    """
    by_sector: dict[str, list[PeopleCell]] = {}
    for cell in sorted(cells, key=lambda each: (each.sector, each.unit)):
        by_sector.setdefault(cell.sector, []).append(cell if cell.value is not None else replace(cell, state=CellState.NOT_HELD))
    told: list[PeopleCell] = []
    for sector, inside in by_sector.items():
        held = [cell.value for cell in inside if cell.value is not None]
        total = PeopleCell(TOTAL, state, 0, sector, sum(held) if held else None, CellState.SHOWN if held else CellState.NOT_HELD)
        told += [total, *inside]
    return tuple(told)


def without_totals(cells: Iterable[PeopleCell]) -> tuple[PeopleCell, ...]:
    """Cells of distinct things in order: what is not held is said, and nothing is added up.

    >>> [(cell.unit, cell.state.value) for cell in without_totals([PeopleCell("b", "B", 1, "FSC", None), PeopleCell("a", "A", 1, "FSC", 3)])]
    [('a', 'shown'), ('b', 'not-held')]
    """
    ordered = sorted(cells, key=lambda each: (each.sector, each.unit))
    return tuple(cell if cell.value is not None else replace(cell, state=CellState.NOT_HELD) for cell in ordered)


def count_table(cells: Sequence[PeopleCell]) -> CountTable:
    """The cells and their totals as the control reads them; what is not held is part of no total."""
    totals = {cell.sector: place for place, cell in enumerate(cells) if cell.unit == TOTAL}
    parts: dict[str, list[int]] = {sector: [] for sector in totals}
    for place, cell in enumerate(cells):
        if cell.unit != TOTAL and cell.state is not CellState.NOT_HELD and cell.sector in parts:
            parts[cell.sector].append(place)
    sums = tuple(Sum(totals[sector], tuple(inside)) for sector, inside in parts.items() if inside)
    return CountTable(tuple(cell.value for cell in cells), sums)


def controlled(cells: Sequence[PeopleCell], rule: Rule, earlier: Iterable[Sequence[PeopleCell]] = ()) -> tuple[tuple[PeopleCell, ...], Report]:
    """The cells as others will see them, and the report of the control; `earlier` are the same table's releases before."""
    told = control(count_table(cells), rule, [shown_before(cells, each) for each in earlier])
    seen = tuple(replace(cell, value=None, state=CellState.HIDDEN) if place in told.hidden else cell for place, cell in enumerate(cells))
    return seen, told


def covers_other_units(cells: Sequence[PeopleCell], before: Sequence[PeopleCell]) -> bool:
    """Whether an earlier release cut the State otherwise: at another grain or another division. Their differences cannot be controlled.

    >>> covers_other_units([PeopleCell("a", "A", 1, "FSC", 3)], [PeopleCell("b", "B", 2, "FSC", 3)])
    True
    """
    return bool(before) and {cell.unit for cell in cells} != {cell.unit for cell in before}


def shown_before(cells: Sequence[PeopleCell], before: Sequence[PeopleCell]) -> Published:
    """What an earlier release showed of these cells, by their places now."""
    shown = {cell.key: cell.value for cell in before if cell.value is not None}
    return {place: value for place, cell in enumerate(cells) if (value := shown.get(cell.key)) is not None}


def holds_outside(seen: Sequence[PeopleCell], fewest: int) -> bool:
    """Whether a table as received keeps its hidden cells wide enough: the receiver's own check, from what it was sent alone.

    >>> cell = PeopleCell("a", "A", 1, "FSC", None, CellState.HIDDEN)
    >>> holds_outside([PeopleCell(TOTAL, "NER", 0, "FSC", 9), cell], 10)
    False
    """
    hidden = {place: float(max(fewest, 1)) for place, cell in enumerate(seen) if cell.state is CellState.HIDDEN}
    table = count_table(seen)
    small = any(cell.value is not None and 0 < cell.value < fewest for cell in seen)
    return not small and not table.broken_sums() and all(each.is_wide_enough for each in audit(table, hidden).values())
