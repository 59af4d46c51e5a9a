"""Live measures of decisions, offered by the subjects below: a decision shows what exists so far, with its date and source.

A subject never knows its decision: the site wires them together, so that no import goes upwards.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from concertation.core.sharing import Mandate


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing counted for a decision: words in both languages, the value (people unless `unit_of_measure` says else), date, where to look.

    `trend` is (year, value), oldest first, for a small line. `value` is null when no figure is held.
    """

    code: str
    label_fr: str
    label_en: str
    value: int | None
    unit_of_measure: str = "people"
    on: date | None = None
    since: date | None = None
    address: str = ""
    sources: tuple[str, ...] = ()
    trend: tuple[tuple[int, int], ...] = ()


Measuring = Callable[[Sequence[Mandate]], Sequence[Measure]]
MEASURES: dict[int, list[Measuring]] = {}


def register_measure(decision_number: int, measure: Measuring) -> None:
    """Offer a live measure for a decision; offering the same one again changes nothing."""
    offered = MEASURES.setdefault(decision_number, [])
    if measure not in offered:
        offered.append(measure)


def measures_of(decision_number: int, mandates: Sequence[Mandate]) -> tuple[Measure, ...]:
    """What is measured of a decision today, as the reader may see it."""
    return tuple(each for measure in MEASURES.get(decision_number, ()) for each in measure(mandates))
