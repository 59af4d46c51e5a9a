"""What is read from figures is read once a process: the same figures on the same units give the same reading.

A reading is found by the content of the figures it was made from, which are those its reader may see: nobody is ever given a
reading of other figures. It is dropped when the reference set changes, or when too many are kept.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from hashlib import blake2b
from typing import Generic, TypeVar

import polars as pl

Reading = TypeVar("Reading")


def content_of(figures: pl.DataFrame) -> bytes:
    """A digest of every row in its order, stable within the process.

    >>> one, other = pl.DataFrame({"value": [1, 2]}), pl.DataFrame({"value": [2, 1]})
    >>> content_of(one) == content_of(one.clone()), content_of(one) == content_of(other)
    (True, False)
    """
    return blake2b(figures.hash_rows().to_numpy().tobytes(), digest_size=16).digest() if figures.height else b""


class Remembered(Generic[Reading]):
    """Readings of one kind, each with what it stands on; the one kept longest makes room."""

    def __init__(self, *, most: int) -> None:
        self.most = most
        self.kept: OrderedDict[Hashable, tuple[object, Reading]] = OrderedDict()

    def reading(self, key: Hashable, *, standing_on: object, make: Callable[[], Reading]) -> Reading:
        """The reading under a key that stands on this very object, made where none is kept.

        >>> held, ground = Remembered[int](most=1), object()
        >>> held.reading("a", standing_on=ground, make=lambda: 1), held.reading("a", standing_on=ground, make=lambda: 2)
        (1, 1)
        >>> held.reading("a", standing_on=object(), make=lambda: 3)
        3
        """
        found = self.kept.get(key)
        if found is not None and found[0] is standing_on:
            return found[1]
        made = make()
        self.kept[key] = (standing_on, made)
        while len(self.kept) > self.most:
            self.kept.popitem(last=False)
        return made
