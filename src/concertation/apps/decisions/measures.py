"""Live measures of decisions, offered by the subjects below: a decision shows what exists so far, with its date and source.

A subject never knows its decision: the site wires them together, so that no import goes upwards.
"""

from collections.abc import Callable, Mapping, Sequence
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


Offer = Callable[[Sequence[Mandate]], Mapping[int, Sequence[Measure]]]
OFFERS: list[Offer] = []


def register_measures(offer: Offer) -> None:
    """Offer live measures by the number of their decision; offering the same ones again changes nothing."""
    if offer not in OFFERS:
        OFFERS.append(offer)


def measures_for(mandates: Sequence[Mandate]) -> dict[int, tuple[Measure, ...]]:
    """What is measured of each decision today, as the reader may see it; each offer is asked once."""
    found: dict[int, tuple[Measure, ...]] = {}
    for offer in OFFERS:
        for number, measures in offer(mandates).items():
            found[number] = (*found.get(number, ()), *measures)
    return found
