"""Where money goes, as a drawing of streams in columns: who gives, through which fund, which State, which sector; wide streams carry much.

Beyond so many names in a column the smallest are drawn together, and said so. A stream keeps the tint of the last column but one. The
table of the same figures stands beside the drawing: this one is to be looked at, that one to be read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from concertation.draw.palettes import INK, QUIET
from concertation.draw.svg import FONT, SVG, element, text

WIDTH, WIDER, NODE, GAP, LABEL, TOP = 760, 220, 10, 8, 170, 26
THREE = 3
FIRST, LATER = 15, 18
SMALLEST = 13.0
TINTS = ("#1f6f6b", "#c2571a", "#4a5a8a", "#8a7a1f", "#7a4b6b", "#5c6b3c")
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A name in a column: its amount, and where it stands."""

    name: str
    amount: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class FlowWords:
    """What the drawing says: the heading of each column, the name of what is drawn together, an amount in words by its minor units."""

    title: str
    columns: tuple[str, ...]
    others: str
    amounts: Mapping[int, str]


def together(rows: Sequence[Row], *, most: int, others: str) -> list[Row]:
    """Rows (a name a column, then minor units) in which each column keeps its `most` greatest names; the rest of a column is one name.

    >>> together([("a", "NER", "x", 5), ("b", "NER", "x", 1), ("c", "NER", "y", 1)], most=1, others="…")
    [('a', 'NER', 'x', 5), ('…', 'NER', 'x', 1), ('…', 'NER', '…', 1)]
    """
    kept = [greatest(column_of(rows, at), most) for at in range(columns_in(rows))]
    return [(*(name if name in kept[at] else others for at, name in enumerate(row[:-1])), row[-1]) for row in rows]


def columns_in(rows: Sequence[Row]) -> int:
    """How many columns of names rows have."""
    return len(rows[0]) - 1 if rows else 0


def column_of(rows: Sequence[Row], at: int) -> list[tuple[str, int]]:
    """The names of one column with the amounts of their rows.

    >>> column_of([("d", "NER", "WSH", 5)], 2)
    [('WSH', 5)]
    """
    return [(row[at], row[-1]) for row in rows]


def greatest(amounts: Sequence[tuple[str, int]], most: int) -> set[str]:
    """The names with the greatest amounts."""
    totals = summed(amounts)
    return set(sorted(totals, key=lambda name: (-totals[name], name))[:most])


def summed(amounts: Sequence[tuple[str, int]]) -> dict[str, int]:
    """Amounts added up by name, in the order the names are met.

    >>> summed([("a", 1), ("b", 2), ("a", 3)])
    {'a': 4, 'b': 2}
    """
    totals: dict[str, int] = {}
    for name, amount in amounts:
        totals[name] = totals.get(name, 0) + amount
    return totals


def stacked(amounts: Mapping[str, int], *, height: float) -> dict[str, Node]:
    """The names of a column one under the other, tall as their amount, never lower than a line of type."""
    total = sum(amounts.values()) or 1
    room = height - GAP * max(len(amounts) - 1, 0)
    spare = room - SMALLEST * len(amounts)
    nodes, y = {}, float(TOP)
    for name, amount in amounts.items():
        tall = SMALLEST + max(spare, 0.0) * amount / total
        nodes[name] = Node(name, amount, y, tall)
        y += tall + GAP
    return nodes


def flow_picture(rows: Sequence[Row], words: FlowWords) -> str:
    """The drawing of the rows (a name a column, then minor units) as SVG without any style attribute; empty text when there is no money.

    >>> words = FlowWords("t", ("a", "b", "c"), "…", {5: "5 M"})
    >>> flow_picture([("d", "NER", "WSH", 5)], words).startswith('<svg'), flow_picture([], words)
    (True, '')
    """
    if not rows:
        return ""
    count = columns_in(rows)
    width = WIDTH + WIDER * (count - THREE)
    columns = [summed(column_of(rows, at)) for at in range(count)]
    height = max(220.0, max(map(len, columns)) * (SMALLEST + GAP + 8))
    nodes = [stacked(column, height=height) for column in columns]
    xs = [LABEL + at * (width - 2 * LABEL - NODE) / (count - 1) for at in range(count)]
    tinted = count - 2
    tints = {name: TINTS[at % len(TINTS)] for at, name in enumerate(columns[tinted])}
    streams = [
        ribbon
        for left, right in pairwise(range(count))
        for ribbon in ribbons([(row[left], row[right], row[tinted], row[-1]) for row in rows], nodes[left], nodes[right], (xs[left] + NODE, xs[right]), tints)
    ]
    drawn = [part for at, column in enumerate(nodes) for part in labelled(column, xs[at], words, is_first=at == 0)]
    ends = {0: (xs[0] - 6, "end"), count - 1: (xs[-1] + NODE + 6, "start")}
    heads = [
        text("text", heading, x=ends.get(at, (xs[at] + NODE / 2, ""))[0], y=14, fill=QUIET, text_anchor=ends.get(at, (0.0, "middle"))[1], font_size=12) for at, heading in enumerate(words.columns)
    ]
    return element(
        "svg", text("title", words.title), *heads, *streams, *drawn, xmlns=SVG, viewBox=f"0 0 {width} {height + TOP + 6:.0f}", role="img", font_family=FONT, font_size=12, class_="flow",
    )  # fmt: skip


def ribbons(streams: Sequence[Row], left: Mapping[str, Node], right: Mapping[str, Node], xs: tuple[float, float], tints: Mapping[str, str]) -> list[str]:
    """The streams between two columns (from, to, tint's name, amount), each leaving and entering beside the one before."""
    merged: dict[tuple[str, str, str], int] = {}
    for start, end, tint, amount in streams:
        merged[start, end, tint] = merged.get((start, end, tint), 0) + amount
    out, into = {name: node.y for name, node in left.items()}, {name: node.y for name, node in right.items()}
    order_left, order_right = list(left), list(right)
    drawn = []
    for (start, end, tint), amount in sorted(merged.items(), key=lambda each: (order_left.index(each[0][0]), order_right.index(each[0][1]))):
        thick = left[start].height * amount / (left[start].amount or 1), right[end].height * amount / (right[end].amount or 1)
        drawn.append(ribbon(xs, (out[start], into[end]), thick, tints[tint]))
        out[start], into[end] = out[start] + thick[0], into[end] + thick[1]
    return drawn


def ribbon(xs: tuple[float, float], ys: tuple[float, float], thick: tuple[float, float], tint: str) -> str:
    """One stream: a band between two heights, as thick at each end as its share there."""
    bend = (xs[0] + xs[1]) / 2
    upper = f"M{xs[0]:.0f} {ys[0]:.1f}C{bend:.0f} {ys[0]:.1f} {bend:.0f} {ys[1]:.1f} {xs[1]:.0f} {ys[1]:.1f}"
    lower = f"V{ys[1] + thick[1]:.1f}C{bend:.0f} {ys[1] + thick[1]:.1f} {bend:.0f} {ys[0] + thick[0]:.1f} {xs[0]:.0f} {ys[0] + thick[0]:.1f}Z"
    return element("path", d=upper + lower, fill=tint, fill_opacity=0.28)


def labelled(column: Mapping[str, Node], x: float, words: FlowWords, *, is_first: bool) -> list[str]:
    """The nodes of a column with their names and amounts: before the first column, after the others, over the streams in the middle."""
    drawn = []
    for node in column.values():
        amount = words.amounts.get(node.amount, "")
        at, anchor = (x - 6, "end") if is_first else (x + NODE + 6, "start")
        drawn.append(element("rect", x=x, y=node.y, width=NODE, height=max(node.height, 1), fill=INK))
        drawn.append(text("text", f"{shortened(node.name, FIRST if is_first else LATER)}  {amount}", y=node.y + min(node.height / 2 + 4, node.height + 4), fill=INK, font_size=11, x=at, text_anchor=anchor))
    return drawn


def shortened(name: str, most: int = LATER) -> str:
    """A name that fits beside a column.

    >>> shortened("Eau, hygiène et assainissement")
    'Eau, hygiène et a…'
    """
    return name if len(name) <= most else f"{name[: most - 1]}…"
