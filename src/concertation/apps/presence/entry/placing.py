"""A place as a person types it: found when one unit alone bears the name, else offered as a choice; never guessed."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from concertation.apps.places.queries import gazetteer
from concertation.apps.sources.place_doubts import in_words
from concertation.core.places import Gazetteer, Placement, WrittenPlace

LEVELS = (1, 2, 3)
MOST_OFFERS = 9


@dataclass(frozen=True, slots=True)
class Offer:
    """A unit that may be meant, its name, its kind (region, departement, commune …) and what it lies in, in both languages."""

    unit: str
    name: str
    kind: str
    within_fr: str
    within_en: str


@dataclass(frozen=True, slots=True)
class Found:
    """The unit found, or the units to choose from; neither when nothing is like what was typed."""

    unit: str
    offers: tuple[Offer, ...]


def find(state: str, typed: str) -> Found:
    """Find a typed place ("Téra", "Tillabéri, Téra", "NER006") in a State, at whatever level it stands."""
    places = gazetteer()
    weighed = list(readings(places, state, typed))
    sure = list(dict.fromkeys(unit for placement in weighed if placement.how == "exact" for unit in placement.units))
    if len(sure) == 1:
        return Found(sure[0], ())
    near = [unit for placement in weighed for unit in (*(placement.units if placement.how == "repaired" else ()), *(each.unit for each in placement.candidates))]
    offered = dict.fromkeys(unit for unit in (*sure, *near) if places.hierarchy.units[unit].state == state)
    return Found("", tuple(offer_of(places, unit) for unit in list(offered)[:MOST_OFFERS]))


def readings(places: Gazetteer, state: str, typed: str) -> Iterator[Placement]:
    """The typed parts read as names at every choice of levels, widest part first."""
    parts = [part.strip() for part in typed.replace(">", ",").split(",") if part.strip()][-3:]
    for levels in combinations(LEVELS, len(parts)) if parts else ():
        names: list[str | None] = [None, None, None]
        for level, part in zip(levels, parts, strict=True):
            names[level - 1] = part
        yield places.place(WrittenPlace(state, (names[0], names[1], names[2])))


def offer_of(places: Gazetteer, unit: str) -> Offer:
    """A unit as it is offered."""
    words = in_words(places, unit)
    return Offer(unit, words["name"], places.hierarchy.units[unit].kind, words["within_fr"], words["within_en"])


def typed_of(unit: str) -> str:
    """A unit as a person would type it: its name, after what it lies in, State left out."""
    places = gazetteer()
    above = [places.hierarchy.units[parent].name_fr for parent in reversed(places.ancestors(unit)) if places.hierarchy.units[parent].level > 0]
    return ", ".join([*above, places.hierarchy.units[unit].name_fr])


def is_as_typed(state: str, unit: str, typed: str) -> bool:
    """Whether a unit of the State already chosen still stands beside its own name, as a correction shows it."""
    held = gazetteer().hierarchy.units.get(unit)
    return held is not None and held.state == state and typed.strip() == typed_of(unit)
