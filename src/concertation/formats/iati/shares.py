"""How an amount falls on sectors or countries: by the percentages someone stated, and never by guess.

One code alone is all of it. Several codes without percentages share nothing that is known: their part is not counted, and told. The
same where percentages do not add to 100.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

HUNDRED = Fraction(100)
SLACK = Fraction(1, 100)
SEPARATOR = "\x1f"


class Part(NamedTuple):
    """One sector, country or region as written: its vocabulary, its code, its percentage as text (empty when none)."""

    vocabulary: str
    code: str
    percentage: str


def stated(parts: Sequence[Part]) -> tuple[list[str], str]:
    """The known percentage of each part as text (empty: not known), and the code of the problem met, or nothing.

    >>> stated([Part("1", "11220", "")])
    (['100'], '')
    >>> stated([Part("1", "11220", ""), Part("1", "12220", "40")])
    (['', ''], 'iati-share-missing')
    >>> stated([Part("1", "11220", "50"), Part("1", "12220", "40")])
    (['', ''], 'iati-shares-not-100')
    """
    if len(parts) == 1 and not parts[0].percentage:
        return ["100"], ""
    known = [exact(part.percentage) for part in parts]
    nothing = [""] * len(parts)
    if None in known:
        return nothing, "iati-share-missing"
    total = sum((share for share in known if share is not None), Fraction(0))
    return (nothing, "iati-shares-not-100") if abs(total - HUNDRED) > SLACK else ([part.percentage for part in parts], "")


def exact(written: str) -> Fraction | None:
    """A percentage as an exact number; none where it is none, or outside 0 to 100.

    >>> exact("33.3"), exact("1e3"), exact("")
    (Fraction(333, 10), None, None)
    """
    if not written or len(written) > 20 or not written.replace(".", "", 1).isascii() or not written.replace(".", "", 1).isdecimal():
        return None
    share = Fraction(written)
    return share if share <= HUNDRED else None


def split(minor: int, percentages: Sequence[Fraction]) -> list[int]:
    """An amount in whole minor units by percentages, the largest remainders first, so that the parts add to it exactly.

    >>> split(100, [Fraction(100, 3)] * 3), split(-5, [Fraction(50), Fraction(50)])
    ([34, 33, 33], [-3, -2])
    """
    total = sum(percentages, Fraction(0))
    if not percentages or not total:
        return []
    size, sign = abs(minor), -1 if minor < 0 else 1
    wanted = [size * share / total for share in percentages]
    parts = [int(part) for part in wanted]
    by_remainder = sorted(range(len(parts)), key=lambda place: (parts[place] - wanted[place], place))
    for place in by_remainder[: size - sum(parts)]:
        parts[place] += 1
    return [sign * part for part in parts]
