"""Doubtful places of a file as questions to a person, one per question asked, over all the rows that ask it."""

from collections.abc import Iterable, Sequence

from concertation.apps.sources.previews import DoubtToSettle
from concertation.core.place_rows import Doubt, single
from concertation.core.places import Asked, Gazetteer


def doubt_key(asked: Asked) -> str:
    """Under which a person's answer to this question is kept."""
    return f"{asked.level}|{asked.text}|{asked.context}"


def place_doubts(doubts: Iterable[Doubt], places: Gazetteer) -> list[DoubtToSettle]:
    """The questions of a file with their candidates, as the review list keeps them."""
    grouped: dict[Asked, list[Doubt]] = {}
    for doubt in doubts:
        if doubt.placement.asked:
            grouped.setdefault(doubt.placement.asked, []).append(doubt)
    return [_question(asked, alike, places) for asked, alike in grouped.items()]


def _question(asked: Asked, alike: Sequence[Doubt], places: Gazetteer) -> DoubtToSettle:
    first = alike[0].written
    parts = [part for part in (*first.names, *first.codes, first.place_name) if part]
    offered = {candidate.unit: candidate for doubt in alike for candidate in doubt.placement.candidates}
    candidates = [
        {"answer": unit, "distance": candidate.distance, "reason": candidate.reason, **in_words(places, unit)}
        for unit, candidate in offered.items()
    ]
    return DoubtToSettle(
        kind="place", key=doubt_key(asked), candidates=candidates, count=sum(doubt.rows for doubt in alike),
        written={"parts": parts, "level": asked.level, "text": asked.text, "context": asked.context, "sure": sure_unit(alike, places)},
        row=min(doubt.first_row for doubt in alike), state=asked.state,
    )


def sure_unit(alike: Sequence[Doubt], places: Gazetteer) -> str:
    """The finest unit that surely holds every row that asks the question; empty when none does."""
    units = tuple(dict.fromkeys(unit for doubt in alike for unit in doubt.placement.units))
    return single(places, units) or "" if units else ""


def in_words(places: Gazetteer, unit: str) -> dict[str, str]:
    """What a unit is called and lies in, in both languages."""
    held = places.hierarchy.units
    above = [held[parent] for parent in places.ancestors(unit)]
    return {
        "name": held[unit].name_fr, "within_fr": ", ".join(parent.name_fr for parent in above),
        "within_en": ", ".join(parent.name_en for parent in above),
    }
