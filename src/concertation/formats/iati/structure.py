"""What an activity is made of by IATI 2.03: which elements, in which order, how many, with which attributes, holding what.

The facts stand in the reference set, one line per part. Elements and attributes of other namespaces are free, as the standard says.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from concertation.formats import reference_set

Element = Any
TEXT, BARE = "text()", "="
OTHER_ELEMENTS, OTHER_ATTRIBUTES = "*", "@*"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
DAY = r"-?\d{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
ZONE = r"(Z|[+-](0\d|1[0-4]):[0-5]\d)?"
SHAPES: Mapping[str, re.Pattern[str]] = {
    "date": re.compile(DAY + ZONE), "dateTime": re.compile(DAY + r"T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?" + ZONE),
    "decimal": re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)"), "boolean": re.compile(r"true|false|0|1"), "int": re.compile(r"[+-]?\d{1,10}"),
    "positiveInteger": re.compile(r"\+?0*[1-9]\d*"), "nonNegativeInteger": re.compile(r"\+?\d+|-0+"), "NMTOKEN": re.compile(r"[\w.:-]+"),
    "language": re.compile(r"([A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*)?"),
}  # fmt: skip
SHORT_MONTHS = {"02": 29, "04": 30, "06": 30, "09": 30, "11": 30}


class Part(NamedTuple):
    """One part of an element: how many at least and at most (none: any number), and what it holds."""

    name: str
    least: int
    most: int | None
    holds: str


class Flaw(NamedTuple):
    """One thing an element should not be: a code, the line, the element or attribute, what was written."""

    code: str
    line: int | None
    place: str
    value: str


class Block(NamedTuple):
    """What an element may hold: its elements in order, its attributes, the kind of its text (empty: none), whether other namespaces may speak."""

    order: tuple[Part, ...]
    places: Mapping[str, int]
    attributes: Mapping[str, Part]
    text: str
    other_elements: bool
    other_attributes: bool


PLAIN = Block((), {}, {}, "string", False, False)


@cache
def blocks() -> Mapping[str, Block]:
    """The parts of every kind of element."""
    parts: dict[str, list[Part]] = {}
    for within, name, least, most, holds in reference_set.read("iati_structure").select("within", "part", "least", "most", "holds").iter_rows():
        parts.setdefault(within, []).append(Part(name, least, most, holds))
    return {within: block_of(held) for within, held in parts.items()}


def block_of(parts: list[Part]) -> Block:
    """Elements, attributes and text of one kind of element."""
    names = {part.name for part in parts}
    order = tuple(part for part in parts if not part.name.startswith("@") and part.name not in (TEXT, OTHER_ELEMENTS))
    attributes = {part.name.removeprefix("@").replace("xml:lang", XML_LANG): part for part in parts if part.name.startswith("@") and part.name != OTHER_ATTRIBUTES}
    text = next((part.holds.removeprefix(BARE) for part in parts if part.name == TEXT), "")
    return Block(order, {part.name: at for at, part in enumerate(order)}, attributes, text, OTHER_ELEMENTS in names, OTHER_ATTRIBUTES in names)


def flaws(element: Element, kind: str = "iati-activity") -> Iterator[Flaw]:
    """Everything in an element that is not as the standard has it.

    >>> from lxml import etree
    >>> [flaw.code for flaw in flaws(etree.fromstring("<iati-activity><title/></iati-activity>"))][:2]
    ['iati-element-missing', 'iati-element-missing']
    """
    block = PLAIN._replace(text=kind.removeprefix(BARE)) if kind.startswith(BARE) else blocks()[kind]
    yield from flaws_of_attributes(element, block)
    if block.text:
        yield from flaws_of_value(element, block.text, element.text or "")
    elif any(text.strip() for text in texts_between(element)):
        yield Flaw("iati-text-astray", element.sourceline, element.tag, next(text.strip() for text in texts_between(element) if text.strip())[:60])
    yield from flaws_of_order(element, block)
    for child in named(element):
        at = block.places.get(child.tag)
        if at is not None:
            yield from flaws(child, block.order[at].holds)


def texts_between(element: Element) -> Iterator[str]:
    """The texts that stand directly in an element."""
    yield element.text or ""
    for child in element:
        yield child.tail or ""


def named(element: Element) -> Iterator[Element]:
    """The elements in an element, comments and instructions left out."""
    return (child for child in element if isinstance(child.tag, str))


def flaws_of_order(element: Element, block: Block) -> Iterator[Flaw]:
    """Elements that are unknown, too many, too few, or not in their place."""
    counts = dict.fromkeys(block.places, 0)
    furthest = 0
    for child in named(element):
        at = len(block.order) if child.tag.startswith("{") and block.other_elements else block.places.get(child.tag)
        if at is None:
            yield Flaw("iati-element-unknown", child.sourceline, f"{element.tag}/{child.tag}", "")
            continue
        if at == len(block.order):
            furthest = at
            continue
        counts[child.tag] += 1
        if at < furthest:
            yield Flaw("iati-element-out-of-order", child.sourceline, f"{element.tag}/{child.tag}", block.order[furthest].name if furthest < len(block.order) else OTHER_ELEMENTS)
        furthest = max(furthest, at)
        if block.order[at].most is not None and counts[child.tag] == (block.order[at].most or 0) + 1:
            yield Flaw("iati-element-repeated", child.sourceline, f"{element.tag}/{child.tag}", str(block.order[at].most))
    for part in block.order:
        if counts[part.name] < part.least:
            yield Flaw("iati-element-missing", element.sourceline, f"{element.tag}/{part.name}", "")


def flaws_of_attributes(element: Element, block: Block) -> Iterator[Flaw]:
    """Attributes that are unknown, missing or unreadable."""
    for name, value in element.attrib.items():
        part = block.attributes.get(name)
        if part is not None:
            yield from flaws_of_value(element, part.holds.removeprefix(BARE), value, attribute=name)
        elif not (name.startswith("{") and block.other_attributes):
            yield Flaw("iati-attribute-unknown", element.sourceline, f"{element.tag}/@{name}", value[:60])
    for name, part in block.attributes.items():
        if part.least and name not in element.attrib:
            yield Flaw("iati-attribute-missing", element.sourceline, f"{element.tag}/{part.name}", "")


def flaws_of_value(element: Element, kind: str, value: str, *, attribute: str = "") -> Iterator[Flaw]:
    """A value that is not of its kind."""
    if not fits(kind, value):
        place = f"{element.tag}/@{attribute}" if attribute else element.tag
        yield Flaw("iati-value-unreadable", element.sourceline, place, value.strip()[:60])


def fits(kind: str, value: str) -> bool:
    """Whether a text is a value of a kind of the standard.

    >>> fits("date", "2020-02-30"), fits("date", "2020-02-29"), fits("decimal", "1e3"), fits("boolean", "true"), fits("string", "")
    (False, True, False, True, True)
    """
    shape = SHAPES.get(kind)
    if shape is None:
        return True
    text = value.strip(" \t\r\n")
    if not shape.fullmatch(text) or not text.isascii():
        return False
    return is_day(text) if kind in ("date", "dateTime") else kind != "int" or -(2**31) <= int(text) < 2**31


def is_day(text: str) -> bool:
    """Whether the day a date names exists."""
    year, month, day = text.lstrip("-").split("T")[0][:11].rstrip("Z+-").split("-")[:3]
    leap = int(year) % 4 == 0 and (int(year) % 100 != 0 or int(year) % 400 == 0)
    last = 28 if month == "02" and not leap else SHORT_MONTHS.get(month, 31)
    return int(year) > 0 and int(day[:2]) <= last
