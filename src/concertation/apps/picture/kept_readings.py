"""Readings of need kept in memory: the same figures on the same units give the same reading, so it is made once a process.

A reading is found by the content of the figures it was made from, which are those its reader may see: nobody is ever given a
reading of other figures. It is dropped when the reference set changes, or when too many are kept.
"""

from collections import OrderedDict
from hashlib import blake2b

import polars as pl

from concertation.apps.needs.queries import need_on_units
from concertation.apps.needs.terrain import Terrain

MOST_KEPT = 256
Key = tuple[int, bytes, str, int, str, str]
KEPT: OrderedDict[Key, tuple[Terrain, pl.DataFrame]] = OrderedDict()


def content_of(figures: pl.DataFrame) -> bytes:
    """A digest of every row in its order, stable within the process.

    >>> one, other = pl.DataFrame({"value": [1, 2]}), pl.DataFrame({"value": [2, 1]})
    >>> content_of(one) == content_of(one.clone()), content_of(one) == content_of(other)
    (True, False)
    """
    return blake2b(figures.hash_rows().to_numpy().tobytes(), digest_size=16).digest() if figures.height else b""


def need_read(figures: pl.DataFrame, *, state: str, level: int, sector: str, division: str, terrain: Terrain) -> pl.DataFrame:
    """Need on the units of a level of a State (READING_SCHEMA), from memory where the same figures were read before."""
    own = figures.filter(pl.col("owner_state") == state)
    key = (id(terrain), content_of(own), state, level, sector, division)
    found = KEPT.get(key)
    if found is not None and found[0] is terrain:
        return found[1]
    made = need_on_units(own, state=state, level=level, sector=sector, division=division, ground=terrain)
    KEPT[key] = (terrain, made)
    while len(KEPT) > MOST_KEPT:
        KEPT.popitem(last=False)
    return made
