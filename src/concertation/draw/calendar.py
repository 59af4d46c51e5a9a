"""Days as an iCalendar feed (RFC 5545) that any calendar subscribes to: sessions and days they set, whole days, in UTF-8.

Lines end with CRLF and are folded at 75 octets, never within a letter; commas, semicolons and line ends in texts are escaped. The
same days give the same bytes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

FOLD = 75
PRODUCT = "-//Concertation//Cadre de concertation humanitaire//FR"


@dataclass(frozen=True, slots=True)
class Event:
    """One entry: a stable id, days (both included), words, where to look, and how often it changed since it was first told."""

    uid: str
    starts_on: date
    ends_on: date
    title: str
    about: str = ""
    place: str = ""
    address: str = ""
    changed: int = 0
    status: Literal["CONFIRMED", "TENTATIVE", "CANCELLED"] = "CONFIRMED"


def escaped(words: str) -> str:
    """A text as the standard writes it.

    >>> escaped("Bamako, Mali; 7-9 août")
    'Bamako\\\\, Mali\\\\; 7-9 août'
    """
    told = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(told.splitlines())


def folded(line: str) -> str:
    """A line cut at 75 octets, each further part after a blank; no letter is cut.

    >>> [len(part.encode()) for part in folded("SUMMARY:" + "é" * 60).split("\\r\\n")]
    [74, 55]
    """
    parts: list[str] = []
    held = ""
    for letter in line:
        room = FOLD if not parts else FOLD - 1
        if len((held + letter).encode()) > room:
            parts.append(held)
            held = ""
        held += letter
    return "\r\n ".join([*parts, held])


def calendar(events: Iterable[Event], *, name: str, made_on: date) -> bytes:
    """The feed. `made_on` is the day it was made; the last day of an entry is written as the standard does, the day after.

    >>> feed = calendar([Event("S1", date(2025, 8, 7), date(2025, 8, 9), "Forum")], name="AES", made_on=date(2026, 1, 1)).decode()
    >>> feed.splitlines()[8:12]
    ['DTSTAMP:20260101T000000Z', 'DTSTART;VALUE=DATE:20250807', 'DTEND;VALUE=DATE:20250810', 'SUMMARY:Forum']
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH", f"X-WR-CALNAME:{escaped(name)}"]
    for event in events:
        lines += lines_of(event, made_on)
    return "".join(f"{folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"]).encode()


def lines_of(event: Event, made_on: date) -> list[str]:
    """The lines of one entry; what is empty is left out."""
    written = {
        "LOCATION": escaped(event.place), "DESCRIPTION": escaped(event.about), "URL": event.address, "STATUS": event.status, "SEQUENCE": str(event.changed),
    }  # fmt: skip
    return [
        "BEGIN:VEVENT", f"UID:{event.uid}", f"DTSTAMP:{made_on:%Y%m%d}T000000Z", f"DTSTART;VALUE=DATE:{event.starts_on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{event.ends_on + timedelta(days=1):%Y%m%d}", f"SUMMARY:{escaped(event.title)}",
        *(f"{name}:{told}" for name, told in written.items() if told), "TRANSP:TRANSPARENT", "END:VEVENT",
    ]  # fmt: skip
