"""Dated bulletins of a disaster, cumulative since the season began, as a national service publishes them; and whether they hold.

A bulletin says households, people, houses, livestock lost and who was assisted, for a State and its parts. Nothing is corrected: what
does not add up, a percentage that is not what its numbers give, a total below the one before, stands beside the figure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from concertation.core.problems import Cell, Problem
from concertation.core.response.alerts import household_size_holds

MEASURES = ("households", "people", "houses", "livestock", "assisted_households", "assisted_people")
PERCENTS = {"assisted_households_percent": ("assisted_households", "households"), "assisted_people_percent": ("assisted_people", "people")}
UNSAID = "unsaid"
HAZARDS = ("flood", "fire", "wind", "drought", "epidemic", "other", UNSAID)
ROUNDING = 0.5
NOTHING: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PublishedLine:
    """One line: a unit ("" for the total as published), its numbers by measure, its percentages as printed, the row it came from."""

    unit: str
    numbers: Mapping[str, int]
    percents: Mapping[str, float] = field(default_factory=lambda: NOTHING)
    row: int | None = None


@dataclass(frozen=True, slots=True)
class DatedBulletin:
    """A bulletin: its hazard, the season it adds up over, the day it speaks of, its lines."""

    hazard: str
    season: int
    as_of: date
    lines: tuple[PublishedLine, ...]

    @property
    def total(self) -> PublishedLine | None:
        """The total as the service published it; none where it gave parts alone."""
        return next((line for line in self.lines if not line.unit), None)

    @property
    def parts(self) -> tuple[PublishedLine, ...]:
        """The lines of units."""
        return tuple(line for line in self.lines if line.unit)


def sum_of(lines: Iterable[PublishedLine], measure: str) -> int | None:
    """The parts of one measure added up; None where any part does not say it.

    >>> parts = [PublishedLine("a", {"people": 30}), PublishedLine("b", {"people": 12})]
    >>> sum_of(parts, "people"), sum_of(parts, "houses")
    (42, None)
    """
    said = [line.numbers.get(measure) for line in lines]
    return None if not said or None in said else sum(each for each in said if each is not None)


def problems_of(bulletin: DatedBulletin, earlier: Sequence[DatedBulletin] = ()) -> tuple[Problem, ...]:
    """Everything in a bulletin that does not hold, itself and against the latest of the same season before it.

    >>> told = DatedBulletin("flood", 2026, date(2026, 9, 1), (PublishedLine("", {"people": 40}), PublishedLine("a", {"people": 30}), PublishedLine("b", {"people": 12})))
    >>> [(each.code, each.value, each.detail["parts"]) for each in problems_of(told)]
    [('bulletin-parts-differ', '40', '42')]
    """
    before = latest_before(bulletin, earlier)
    return (*parts_differ(bulletin), *(problem for line in bulletin.lines for problem in _in_line(line)), *(fallen(bulletin, before) if before else ()))


def parts_differ(bulletin: DatedBulletin) -> Iterator[Problem]:
    """Each measure of which the published total is not the sum of its parts."""
    total = bulletin.total
    for measure in MEASURES if total else ():
        published, added = total.numbers.get(measure) if total else None, sum_of(bulletin.parts, measure)
        if published is not None and added is not None and published != added:
            yield Problem("bulletin-parts-differ", Cell(row=total.row if total else None, column=measure), str(published), {"parts": str(added)})


def _in_line(line: PublishedLine) -> Iterator[Problem]:
    for name, (part, whole) in PERCENTS.items():
        held, of, printed = line.numbers.get(part), line.numbers.get(whole), line.percents.get(name)
        if held is not None and of and printed is not None and abs(100 * held / of - printed) > ROUNDING:
            yield Problem("bulletin-percent-differs", Cell(row=line.row, column=name), f"{printed:g}", {"computed": f"{100 * held / of:.1f}", "unit": line.unit})
        if held is not None and of is not None and held > of:
            yield Problem("bulletin-assisted-above", Cell(row=line.row, column=part), str(held), {"of": str(of), "unit": line.unit})
    households, people = line.numbers.get("households"), line.numbers.get("people")
    if not household_size_holds(households, people):
        yield Problem("bulletin-household-size", Cell(row=line.row, column="people"), str(people), {"households": str(households), "unit": line.unit})


def latest_before(bulletin: DatedBulletin, every: Sequence[DatedBulletin]) -> DatedBulletin | None:
    """The last bulletin of the same hazard and season before one; none where the hazard is not said.

    >>> one, two = (DatedBulletin("flood", 2026, date(2026, 9, day), ()) for day in (1, 8))
    >>> latest_before(two, [one, two]) == one
    True
    >>> latest_before(DatedBulletin(UNSAID, 2026, date(2026, 9, 8), ()), [DatedBulletin(UNSAID, 2026, date(2026, 9, 1), ())])
    """
    same = [each for each in every if bulletin.hazard != UNSAID and (each.hazard, each.season) == (bulletin.hazard, bulletin.season) and each.as_of < bulletin.as_of]
    return max(same, key=lambda each: each.as_of, default=None)


def fallen(bulletin: DatedBulletin, before: DatedBulletin) -> Iterator[Problem]:
    """Cumulative numbers that went down since the bulletin before: of the same unit and measure."""
    held = {line.unit: line for line in before.lines}
    for line in bulletin.lines:
        for measure in MEASURES:
            now, then = line.numbers.get(measure), held[line.unit].numbers.get(measure) if line.unit in held else None
            if now is not None and then is not None and now < then:
                yield Problem("bulletin-fell", Cell(row=line.row, column=measure), str(now), {"before": str(then), "day": before.as_of.isoformat(), "unit": line.unit})
