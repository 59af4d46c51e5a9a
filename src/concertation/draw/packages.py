"""Office files are zipped parts, each with the time it was written: setting those times makes the same values give the same bytes."""

import struct

END, ENTRY = b"PK\x05\x06", b"PK\x01\x02"
# 1 January 1980, the earliest day that a zipped part can carry.
MOMENT = struct.pack("<HH", 0, (1 << 5) | 1)


def settled(package: bytes) -> bytes:
    """The same package with every part dated alike. Raises ValueError for bytes that are no zipped package.

    >>> settled(b"text")
    Traceback (most recent call last):
    ValueError: not a zipped package
    """
    content, end = bytearray(package), package.rfind(END)
    if end < 0:
        raise ValueError("not a zipped package")
    count, _size, at = struct.unpack_from("<HLL", content, end + 10)
    for _part in range(count):
        if content[at : at + 4] != ENTRY:
            raise ValueError("not a zipped package")
        name, extra, comment = struct.unpack_from("<HHH", content, at + 28)
        (start,) = struct.unpack_from("<L", content, at + 42)
        content[at + 12 : at + 16] = MOMENT
        content[start + 10 : start + 14] = MOMENT
        at += 46 + name + extra + comment
    return bytes(content)
