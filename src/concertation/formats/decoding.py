"""Bytes become text by what they are, not by what was hoped: a byte order mark, UTF-16's pattern, valid UTF-8, else the Western
encoding of Windows, which is then said.
"""

import codecs
from collections.abc import Sequence

from concertation.core.problems import Problem

MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
WESTERN = "cp1252"
SAMPLE = 4_096
LEAST_ZERO_SHARE = 0.3
REPLACEMENT = "\ufffd"


def decoded(content: bytes) -> tuple[str, list[Problem]]:
    r"""The text, and notes on what was assumed (`encoding-assumed`), damaged (`encoding-broken`) or left out (`nul-left-out`).

    >>> decoded("Ségou".encode("utf-16"))[0], decoded("Ségou".encode("cp1252"))[1][0].value
    ('Ségou', 'cp1252')
    """
    text, problems = without_mark(content)
    if "\0" in text:
        problems.append(Problem("nul-left-out", value=str(text.count("\0"))))
        text = text.replace("\0", "")
    return text, problems


def stands_as_utf_8(content: bytes, problems: Sequence[Problem]) -> bool:
    r"""Whether bytes that were decoded with these problems are the UTF-8 of their text, so that nothing need be encoded again.

    >>> [stands_as_utf_8(content, decoded(content)[1]) for content in ("Ségou".encode(), "Ségou".encode("utf-16"), "Ségou".encode("cp1252"))]
    [True, False, False]
    """
    return not problems and not content.startswith(tuple(mark for mark, _ in MARKS))


def without_mark(content: bytes) -> tuple[str, list[Problem]]:
    """Decode by the byte order mark, else by pattern."""
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return replacing(content[len(mark) :], encoding)
    unmarked = utf_16_without_mark(content[:SAMPLE])
    return replacing(content, unmarked, Problem("encoding-assumed", value=unmarked)) if unmarked else utf_8_or_western(content)


def utf_16_without_mark(sample: bytes) -> str | None:
    """UTF-16 where nearly every second byte of the beginning is zero; nothing otherwise.

    >>> utf_16_without_mark("région".encode("utf-16-le")), utf_16_without_mark(b"region")
    ('utf-16-le', None)
    """
    half = len(sample) // 2
    if not half:
        return None
    even, odd = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if max(even, odd) < 1 - LEAST_ZERO_SHARE or min(even, odd) > LEAST_ZERO_SHARE:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def replacing(content: bytes, encoding: str, *assumed: Problem) -> tuple[str, list[Problem]]:
    """Decode, with the replacement sign for what cannot be, and say how often."""
    text = content.decode(encoding, errors="replace")
    already = content.count(REPLACEMENT.encode(encoding)) if encoding != WESTERN else 0
    damaged = text.count(REPLACEMENT) - already
    broken = [Problem("encoding-broken", value=str(damaged), detail={"encoding": encoding})] if damaged > 0 else []
    return text, [*assumed, *broken]


def utf_8_or_western(content: bytes) -> tuple[str, list[Problem]]:
    """UTF-8 where it is valid, or nearly (fewer damaged spots than a tenth of its accented letters); else the Western encoding."""
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError:
        text, problems = replacing(content, "utf-8")
    accented = sum(len(letter.encode()) > 1 for letter in text if letter > "\x7f" and letter != REPLACEMENT)
    if accented > 10 * text.count(REPLACEMENT):
        return text, problems
    return replacing(content, WESTERN, Problem("encoding-assumed", value=WESTERN))
