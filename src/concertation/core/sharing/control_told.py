"""What the control of a table said, cell by cell, kept for those who sign: the value held, why it is hidden, what stays open of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from concertation.core.sharing.disclosure.control import Report
from concertation.core.sharing.disclosure.rules import Reason
from concertation.core.sharing.released_tables import CellState, PeopleCell


@dataclass(frozen=True, slots=True)
class CellTold:
    """One cell as held, and as others see it: `reason` is empty where it is shown; `least` and `most` are what an outsider can say of it."""

    cell: PeopleCell
    reason: str = ""
    least: int | None = None
    most: int | None = None

    @property
    def is_hidden(self) -> bool:
        """Whether others do not see it."""
        return bool(self.reason)


Controlled = tuple[CellTold, ...]


def controlled_table(held: Sequence[PeopleCell], report: Report) -> Controlled:
    """The table as held with the control's word on each cell."""
    told = []
    for place, cell in enumerate(held):
        reason, interval = report.hidden.get(place), report.intervals.get(place)
        bounds = (int(interval.least), int(interval.most)) if interval is not None else (None, None)
        told.append(CellTold(cell, reason.value if reason else "", *bounds))
    return tuple(told)


def as_json(table: Controlled) -> list[list[object]]:
    """The table as it is kept."""
    return [[each.cell.unit, each.cell.unit_name, each.cell.level, each.cell.sector, each.cell.value, each.reason, each.least, each.most] for each in table]


def from_json(kept: Sequence[Sequence[object]]) -> Controlled:
    """The table as it was kept.

    >>> from_json([["a", "A", 1, "FSC", 3, "small", 0, 13]])[0].is_hidden
    True
    """
    return tuple(told_of(*line) for line in kept)


def told_of(unit: object, name: object, level: object, sector: object, value: object, reason: object, least: object, most: object) -> CellTold:
    """One kept line."""
    held = value if isinstance(value, int) else None
    cell = PeopleCell(str(unit), str(name), level if isinstance(level, int) else 0, str(sector), held, CellState.NOT_HELD if held is None else CellState.SHOWN)
    return CellTold(cell, str(reason), least if isinstance(least, int) else None, most if isinstance(most, int) else None)


def counted(table: Controlled) -> Mapping[Reason, int]:
    """How many cells are hidden for each reason.

    >>> counted(from_json([["a", "A", 1, "FSC", 3, "small", 0, 13], ["b", "B", 1, "FSC", 30, "", None, None]]))
    {<Reason.SMALL: 'small'>: 1}
    """
    return dict(Counter(Reason(each.reason) for each in table if each.reason))


def narrowest(table: Controlled) -> tuple[int, int] | None:
    """The hidden cell of which an outsider can say most, as the least and most it may be; None where none is bound.

    >>> narrowest(from_json([["a", "A", 1, "FSC", 3, "small", 0, 13], ["b", "B", 1, "FSC", 30, "complement", 20, 30]]))
    (20, 30)
    """
    bound = [(each.least, each.most) for each in table if each.is_hidden and each.least is not None and each.most is not None]
    return min(bound, key=lambda pair: pair[1] - pair[0], default=None)
