"""A Common Alerting Protocol 1.2 message (OASIS), written in French and English: one info block a language, in the order of the schema.

What leaves says of itself whether anything is activated: a threshold met is `Prepare`, an activation `Execute`, one stood down a `Cancel`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from xml.etree import ElementTree  # only writes: nothing received is parsed here

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
UNSAFE_IN_IDENTIFIER = str.maketrans({" ": "-", ",": "-", "<": "-", "&": "-"})


@dataclass(frozen=True, slots=True)
class CapArea:
    """Where: in words, and codes as (name of the list, code)."""

    description: str
    geocodes: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CapInfo:
    """The message in one language."""

    language: str
    category: Literal["Met", "Health", "Safety"]
    event: str
    response: Literal["Prepare", "Execute", "Monitor", "AllClear"]
    urgency: Literal["Immediate", "Expected", "Future", "Past"]
    severity: Literal["Extreme", "Severe", "Moderate", "Minor", "Unknown"]
    certainty: Literal["Observed", "Likely", "Possible", "Unlikely", "Unknown"]
    sender_name: str
    headline: str
    description: str
    instruction: str
    area: CapArea
    parameters: Sequence[tuple[str, str]] = ()
    expires: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CapAlert:
    """One message: who sends it, when, to whom, and its blocks."""

    identifier: str
    sender: str
    sent: datetime
    status: Literal["Actual", "Exercise", "Test", "Draft"]
    kind: Literal["Alert", "Update", "Cancel"]
    restriction: str
    infos: Sequence[CapInfo]


def moment(at: datetime) -> str:
    """A moment as CAP writes it, to the second, with its offset. Raises ValueError for a moment without one.

    >>> from datetime import UTC
    >>> moment(datetime(2026, 8, 1, 12, 30, tzinfo=UTC))
    '2026-08-01T12:30:00+00:00'
    """
    if at.tzinfo is None:
        raise ValueError("a moment needs its offset from UTC")
    return at.replace(microsecond=0).isoformat()


def cap_bytes(alert: CapAlert) -> bytes:
    """The message as XML in UTF-8. Restricted scope wherever a restriction is given, public otherwise; control signs are left out."""
    root = ElementTree.Element("alert", xmlns=NAMESPACE)
    _texts(root, [
        ("identifier", alert.identifier.translate(UNSAFE_IN_IDENTIFIER)), ("sender", alert.sender.translate(UNSAFE_IN_IDENTIFIER)), ("sent", moment(alert.sent)),
        ("status", alert.status), ("msgType", alert.kind), ("scope", "Restricted" if alert.restriction else "Public"), ("restriction", alert.restriction),
    ])  # fmt: skip
    for info in alert.infos:
        _info(root, info)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode").encode()


def _texts(parent: ElementTree.Element, pairs: Sequence[tuple[str, str]]) -> None:
    for name, words in pairs:
        if words:
            ElementTree.SubElement(parent, name).text = "".join(sign for sign in words if sign >= " " or sign in "\n\t")


def _info(root: ElementTree.Element, info: CapInfo) -> None:
    block = ElementTree.SubElement(root, "info")
    _texts(block, [
        ("language", info.language), ("category", info.category), ("event", info.event), ("responseType", info.response), ("urgency", info.urgency),
        ("severity", info.severity), ("certainty", info.certainty), ("expires", moment(info.expires) if info.expires else ""),
        ("senderName", info.sender_name), ("headline", info.headline), ("description", info.description), ("instruction", info.instruction),
    ])  # fmt: skip
    for name, value in info.parameters:
        _texts(ElementTree.SubElement(block, "parameter"), [("valueName", name), ("value", value)])
    area = ElementTree.SubElement(block, "area")
    _texts(area, [("areaDesc", info.area.description)])
    for name, code in info.area.geocodes:
        _texts(ElementTree.SubElement(area, "geocode"), [("valueName", name), ("value", code)])
