"""JSON of which there is one writing only (RFC 8785), so that what is hashed and signed has one sequence of bytes.

Numbers are whole and within what every reader holds exactly: amounts are minor units, and no release carries a fraction.
"""

import json
from collections.abc import Mapping, Sequence

LARGEST = 2**53 - 1


class NotCanonical(ValueError):
    """A value that has no one writing: a fraction, a number too large, half a sign, a key that is no text."""


def canonical_json(value: object) -> bytes:
    """The bytes of a value.

    >>> canonical_json({"b": [1, None, True], "a": "é"})
    b'{"a":"\\xc3\\xa9","b":[1,null,true]}'
    """
    return written(value).encode()


def written(value: object) -> str:
    """A value as text.

    >>> written({"\\ue000": 1, "\\U00010000": 2}).index("1") > written({"\\ue000": 1, "\\U00010000": 2}).index("2")
    True
    """
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, str):
        return text(value)
    if isinstance(value, int):
        return whole(value)
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{text(key)}:{written(value[key])}" for key in sorted(value, key=place_of)) + "}"
    if isinstance(value, Sequence):
        return "[" + ",".join(written(each) for each in value) + "]"
    raise NotCanonical(type(value).__name__)


def text(value: object) -> str:
    """A text between quotation marks. Raises NotCanonical on half a sign."""
    if not isinstance(value, str) or any("\ud800" <= sign <= "\udfff" for sign in value):
        raise NotCanonical(repr(value))
    return json.dumps(value, ensure_ascii=False)


def whole(value: int) -> str:
    """A whole number. Raises NotCanonical beyond 2**53 - 1."""
    if abs(value) > LARGEST:
        raise NotCanonical(str(value))
    return str(value)


def place_of(key: str) -> bytes:
    """Where a key stands among others: by its UTF-16 units."""
    text(key)
    return key.encode("utf-16-be")
