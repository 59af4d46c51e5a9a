"""Bytes become text by what they are, not by what was hoped: a byte order mark, UTF-16's pattern, valid UTF-8, else the Western
encoding of Windows, which is then said. Read in chunks, so that a large file is never held whole.
"""

import codecs
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from concertation.core.problems import Problem

MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
WESTERN = "cp1252"
SAMPLE = 4_096
CHUNK = 1 << 22
LEAST_ZERO_SHARE = 0.3
REPLACEMENT = "\ufffd"
Chunks = Callable[[], Iterator[bytes]]


@dataclass(slots=True)
class Decoding:
    """How bytes are decoded: the encoding, the bytes of the mark before the text, what was assumed; then what was found on the way."""

    encoding: str
    mark: int = 0
    assumed: tuple[Problem, ...] = ()
    damaged: int = 0
    nuls: int = 0
    tail: bytes = field(default=b"", repr=False)

    def text(self, chunks: Chunks) -> Iterator[str]:
        """The text chunk by chunk, without NUL, with the replacement sign for what cannot be decoded; both are counted."""
        decoder = codecs.getincrementaldecoder(self.encoding)("replace")
        left = self.mark
        for chunk in chunks():
            skipped, left = chunk[left:], max(0, left - len(chunk))
            yield self.tallied(skipped, decoder.decode(skipped))
        yield self.tallied(b"", decoder.decode(b"", final=True))

    def tallied(self, content: bytes, text: str) -> str:
        """The text without NUL, its replacement signs counted less those that were written in the bytes."""
        written = REPLACEMENT.encode(self.encoding) if self.encoding != WESTERN else b""
        joined = self.tail + content
        self.damaged += text.count(REPLACEMENT) - (joined.count(written) if written else 0)
        self.tail = joined[len(joined) - len(written) + 1 :] if written and content else b""
        if "\0" not in text:
            return text
        self.nuls += text.count("\0")
        return text.replace("\0", "")

    def problems(self) -> list[Problem]:
        """Notes on what was assumed (`encoding-assumed`), damaged (`encoding-broken`) or left out (`nul-left-out`)."""
        broken = [Problem("encoding-broken", value=str(self.damaged), detail={"encoding": self.encoding})] if self.damaged > 0 else []
        without = [Problem("nul-left-out", value=str(self.nuls))] if self.nuls else []
        return [*self.assumed, *broken, *without]


def decoded(content: bytes) -> tuple[str, list[Problem]]:
    r"""The text, and notes on what was assumed, damaged or left out.

    >>> decoded("Ségou".encode("utf-16"))[0], decoded("Ségou".encode("cp1252"))[1][0].value
    ('Ségou', 'cp1252')
    """
    decoding = decoding_of(content[:SAMPLE], lambda: iter((content,)))
    text = "".join(decoding.text(lambda: iter((content,))))
    return text, decoding.problems()


def recode(source: Path, target: Path) -> list[Problem]:
    """Write the text of a file as UTF-8 without mark or NUL, in chunks; gives back the notes `decoded` would give."""
    with source.open("rb") as beginning:
        sample = beginning.read(SAMPLE)
    decoding = decoding_of(sample, lambda: chunks_of(source))
    with target.open("wb") as kept:
        for text in decoding.text(lambda: chunks_of(source)):
            kept.write(text.encode("utf-8"))
    return decoding.problems()


def chunks_of(source: Path) -> Iterator[bytes]:
    """The bytes of a file, some megabytes at a time."""
    with source.open("rb") as held:
        yield from chunks_in(held)


def chunks_in(held: BinaryIO) -> Iterator[bytes]:
    """The bytes of an open file, some megabytes at a time."""
    while chunk := held.read(CHUNK):
        yield chunk


def stands_as_utf_8(content: bytes, problems: Sequence[Problem]) -> bool:
    r"""Whether bytes that were decoded with these problems are the UTF-8 of their text, so that nothing need be encoded again.

    >>> [stands_as_utf_8(content, decoded(content)[1]) for content in ("Ségou".encode(), "Ségou".encode("utf-16"), "Ségou".encode("cp1252"))]
    [True, False, False]
    """
    return not problems and not content.startswith(tuple(mark for mark, _ in MARKS))


def stands_as_utf_8_on_disk(source: Path) -> bool:
    """Whether a file is UTF-8 without mark or NUL throughout."""
    with source.open("rb") as beginning:
        if beginning.read(SAMPLE).startswith(tuple(mark for mark, _ in MARKS)):
            return False
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        plain = all(b"\0" not in chunk and decoder.decode(chunk) is not None for chunk in chunks_of(source))
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return plain


def decoding_of(sample: bytes, chunks: Chunks) -> Decoding:
    """How to decode bytes, by the mark or the pattern of their beginning, else by trying."""
    for mark, encoding in MARKS:
        if sample.startswith(mark):
            return Decoding(encoding, len(mark))
    unmarked = utf_16_without_mark(sample)
    if unmarked:
        return Decoding(unmarked, assumed=(Problem("encoding-assumed", value=unmarked),))
    return utf_8_or_western(chunks)


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


def utf_8_or_western(chunks: Chunks) -> Decoding:
    """UTF-8 where it is valid, or nearly (fewer damaged spots than a tenth of its accented letters); else the Western encoding."""
    trial, beyond_ascii, replaced = Decoding("utf-8"), 0, 0
    for text in trial.text(chunks):
        beyond_ascii += 0 if text.isascii() else len(text) - len(text.encode("ascii", "ignore"))
        replaced += text.count(REPLACEMENT)
    if trial.damaged == 0 or beyond_ascii - replaced > 10 * replaced:
        return Decoding("utf-8")
    return Decoding(WESTERN, assumed=(Problem("encoding-assumed", value=WESTERN),))
