"""What of one amount falls on each sector and place, to the last unit: by the shares its publisher stated, and never by guess.

Vocabularies of sectors are several ways to say the whole amount: each makes its own hundred, and none is added to another. Countries and
the regions of the standard's own list are one whole. Source of the rule: IATI 2.03, percentages of sectors and of recipient countries.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from concertation.formats.iati.said import kind_of
from concertation.formats.iati.shares import Part, split


class Falls(NamedTuple):
    """What falls on one sector or place: share in percent and whole minor units, both none where no share can be counted."""

    vocabulary: str
    code: str
    share: float | None
    minor: int | None


def falls_on(minor: int, codes: Sequence[str], shares: Sequence[float | None]) -> list[Falls]:
    """The parts of an amount, those of one whole after another; they add to it exactly wherever the shares of a whole are known.

    `codes` are written `vocabulary:code`, `shares` are those that may be counted (TRANSACTION_SCHEMA).

    >>> [(part.code, part.minor) for part in falls_on(100, ["1:11220", "1:12220", "10:7"], [33.3, 66.7, None])]
    [('11220', 33), ('12220', 67), ('7', None)]
    """
    wholes: dict[str, list[tuple[Part, float | None]]] = {}
    for written, share in zip(codes, shares, strict=True):
        vocabulary, _, code = written.partition(":")
        part = Part(vocabulary, code, "")
        wholes.setdefault(kind_of(part), []).append((part, share))
    return [fallen for whole in wholes.values() for fallen in _of_one_whole(minor, whole)]


def _of_one_whole(minor: int, whole: Sequence[tuple[Part, float | None]]) -> list[Falls]:
    known = [Fraction(str(share)) for _part, share in whole if share is not None]
    amounts = split(minor, known) if len(known) == len(whole) else []
    if not amounts:
        return [Falls(part.vocabulary, part.code, None, None) for part, _share in whole]
    return [Falls(part.vocabulary, part.code, share, amount) for (part, share), amount in zip(whole, amounts, strict=True)]
