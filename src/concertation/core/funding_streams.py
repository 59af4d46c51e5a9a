"""Where money comes from and goes to, as streams: giver, fund it passes through, country, cluster; only money that a policy counts.

What a fund gives comes from donors its own flows name elsewhere: here they are "its donors", since a dollar of a fund is nobody's in
particular. Several givers, countries or clusters of one flow stand as several: no split is invented.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import polars as pl

from concertation.core.parties import kind_of

SEVERAL, UNSAID, DIRECT, DONORS = "+", "", "-", "*"
POOLED = "pooled_fund"


class Stream(NamedTuple):
    """Money from a giver (DONORS: those of the fund), through a fund (DIRECT: none), to a country and a cluster; minor units. SEVERAL and UNSAID as they say."""

    giver: str
    fund: str
    place: str
    cluster: str
    minor: int


def streams(flows: pl.DataFrame, counted: pl.DataFrame) -> list[Stream]:
    """The streams of some flows (FLOW_SCHEMA) as one policy counts them (COUNTED_SCHEMA, row by row), those alike added up, the greatest first.

    >>> from concertation.core.funding import FLOW_SCHEMA
    >>> line = {**dict.fromkeys(FLOW_SCHEMA), "flow": "1", "source_names": ["A"], "source_types": ["Government"], "destination_places": ["Niger"]}
    >>> streams(pl.DataFrame([line], schema=FLOW_SCHEMA), pl.DataFrame({"flow": ["1"], "counted_minor": [5], "reason": ["counted"]}))
    [Stream(giver='A', fund='-', place='Niger', cluster='', minor=5)]
    """
    totals: dict[tuple[str, str, str, str], int] = {}
    for line, minor in zip(flows.iter_rows(named=True), counted["counted_minor"].to_list(), strict=True):
        if minor > 0:
            key = (*given_through(line), one_of(line["destination_places"]), one_of(line["destination_global_clusters"]))
            totals[key] = totals.get(key, 0) + minor
    return [Stream(*key, minor) for key, minor in sorted(totals.items(), key=lambda each: (-each[1], each[0]))]


def given_through(line: dict[str, Any]) -> tuple[str, str]:
    """Who gives a flow, and the pooled fund it comes from or goes to.

    >>> given_through({"source_names": ["CERF"], "source_types": ["Pooled fund"], "destination_names": ["WFP"], "destination_types": ["UN agency"]})
    ('*', 'CERF')
    """
    givers, receivers = line["source_names"] or [], line["destination_names"] or []
    if len(givers) == 1 and kind_of(line["source_types"] or ()) == POOLED:
        return DONORS, str(givers[0])
    through = str(receivers[0]) if len(receivers) == 1 and kind_of(line["destination_types"] or ()) == POOLED else DIRECT
    return one_of(givers), through


def one_of(names: Sequence[str] | None) -> str:
    """The one name of a list; SEVERAL for more, UNSAID for none.

    >>> one_of(["a"]), one_of(["a", "b"]), one_of(None)
    ('a', '+', '')
    """
    held = list(dict.fromkeys(names or ()))
    return held[0] if len(held) == 1 else SEVERAL if held else UNSAID
