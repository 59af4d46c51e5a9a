"""What each element of an activity or a transaction says of it, and how sectors, places and aid types are put together."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from concertation.formats.iati.codes import (
    CASH_VOCABULARY,
    DAC,
    EARMARK_VOCABULARY,
    EARMARKS,
    MODALITIES,
    MODALITY_LETTER_VOCABULARY,
)
from concertation.formats.iati.shares import SEPARATOR, Part, stated
from concertation.formats.iati.streaming import Element


def earmarked(aid_types: Mapping[str, str]) -> tuple[str | None, str | None, str | None, str | None]:
    """The kinds of aid as one text, and what they say of the earmark: its category, its letter, cash or vouchers.

    >>> earmarked({"1": "C01", "2": "3", "3": "D"})[1:]
    ('earmarked', 'D', None)
    """
    get = aid_types.get
    written = " ".join([f"{vocabulary}:{code}" for vocabulary, code in aid_types.items()]) or None
    return written, EARMARKS.get(get(EARMARK_VOCABULARY, "")), get(MODALITY_LETTER_VOCABULARY), MODALITIES.get(get(CASH_VOCABULARY, ""))


@lru_cache(maxsize=4_096)
def parted(parts: tuple[Part, ...]) -> tuple[str, str, str, tuple[tuple[str, str], ...]]:
    """Codes, percentages and countable shares of parts, each vocabulary by itself, and what is wrong with them.

    >>> parted((Part("1", "11220", "60"), Part("1", "12220", "40"), Part("10", "7", "")))[2].split(SEPARATOR)
    ['60', '40', '100']
    """
    shares: dict[int, str] = {}
    wrong = []
    for vocabulary in dict.fromkeys(kind_of(part) for part in parts):
        places = [at for at, part in enumerate(parts) if kind_of(part) == vocabulary]
        known, code = stated([parts[at] for at in places])
        shares.update(zip(places, known, strict=True))
        if code:
            wrong.append((code, ", ".join(f"{parts[at].code} {parts[at].percentage or '?'}" for at in places)[:200]))
    codes = SEPARATOR.join([f"{part.vocabulary}:{part.code}" for part in parts])
    return codes, SEPARATOR.join([part.percentage for part in parts]), SEPARATOR.join([shares[at] for at in range(len(parts))]), tuple(wrong)


def kind_of(part: Part) -> str:
    """What a part is compared with: its vocabulary; countries and the regions of the standard's own list are one whole."""
    return "places" if part.vocabulary in ("country", f"region-{DAC}") else part.vocabulary


def joined(texts: Sequence[str]) -> str | None:
    """Texts with the separator between them, none where there is none."""
    return SEPARATOR.join(texts) if texts else None


def narrative(element: Element) -> str | None:
    """The first words of an element: those of the activity's own language stand first in practice."""
    first = element[0] if len(element) else None
    if first is not None and first.tag != "narrative":
        first = element.find("narrative")
    return words_of(element.text if first is None else first.text)


def words_of(text: str | None) -> str | None:
    """A text with one blank between its words; none where it has no word.

    >>> words_of("  two\\n words "), words_of("  ")
    ('two words', None)
    """
    return " ".join(text.split()) or None if text else None


ROLES: Mapping[str | None, str] = {"1": "funders", "4": "implementers"}
EDGES: Mapping[str | None, tuple[str, bool]] = {"1": ("starts", False), "2": ("starts", True), "3": ("ends", False), "4": ("ends", True)}
Say = Callable[[Element, dict[str, Any]], None]


def _sector(child: Element, got: dict[str, Any]) -> None:
    got.setdefault("sectors", []).append(Part(child.get("vocabulary") or DAC, child.get("code") or "", (child.get("percentage") or "").strip()))


def _country(child: Element, got: dict[str, Any]) -> None:
    got.setdefault("places", []).append(Part("country", child.get("code") or "", (child.get("percentage") or "").strip()))


def _region(child: Element, got: dict[str, Any]) -> None:
    got.setdefault("places", []).append(Part(f"region-{child.get('vocabulary') or DAC}", child.get("code") or "", (child.get("percentage") or "").strip()))


def _aid_type(child: Element, got: dict[str, Any]) -> None:
    got.setdefault("aid_types", {})[child.get("vocabulary") or DAC] = child.get("code") or ""


def _value(child: Element, got: dict[str, Any]) -> None:
    got["amount_written"] = (child.text or "").strip() or None
    got["currency"] = child.get("currency")
    got["value_dated"] = child.get("value-date")


def _attribute(name: str, attribute: str) -> Say:
    def say(child: Element, got: dict[str, Any]) -> None:
        got[name] = child.get(attribute)

    return say


def _words(name: str) -> Say:
    def say(child: Element, got: dict[str, Any]) -> None:
        if got.get(name) is None:
            got[name] = narrative(child)

    return say


def _party(name: str) -> Say:
    activity = f"{name}-activity-id"
    ref, words, kind, of = f"{name}_ref", f"{name}_name", f"{name}_type", f"{name}_activity"

    def say(child: Element, got: dict[str, Any]) -> None:
        got[ref], got[kind], got[of], got[words] = child.get("ref"), child.get("type"), child.get(activity), narrative(child)

    return say


def _identifier(child: Element, got: dict[str, Any]) -> None:
    got["activity"] = (child.text or "").strip()


def _reporting(child: Element, got: dict[str, Any]) -> None:
    got["reporting_ref"], got["reporting_name"] = child.get("ref"), narrative(child)


def _participating(child: Element, got: dict[str, Any]) -> None:
    if (role := ROLES.get(child.get("role"))) is not None:
        got[role].append(child.get("ref") or narrative(child) or "")


def _date(child: Element, got: dict[str, Any]) -> None:
    """Real dates stand before planned ones."""
    edge, real = EDGES.get(child.get("type"), ("", False))
    if edge and (real or edge not in got):
        got[edge] = child.get("iso-date")


def _location(child: Element, got: dict[str, Any]) -> None:
    codes = [f"{code.get('vocabulary') or ''}:{code.get('code') or ''}" for code in child if code.tag in ("location-id", "administrative")]
    point = child.findtext("point/pos")
    name = child.find("name")
    words = narrative(name) if name is not None else None
    got["locations"].append(" | ".join(part for part in (words, *codes, " ".join(point.split()) if point else None) if part))


def _scope(child: Element, got: dict[str, Any]) -> None:
    got["scopes"].append(":".join((child.get("type") or "", child.get("vocabulary") or "", child.get("code") or "")))


def _related(child: Element, got: dict[str, Any]) -> None:
    got["related"].append(f"{child.get('type') or ''}:{child.get('ref') or ''}")


OF_TRANSACTION: dict[Any, Say] = {
    "transaction-type": _attribute("transaction_type", "code"), "transaction-date": _attribute("dated", "iso-date"), "value": _value,
    "description": _words("description"), "provider-org": _party("provider"), "receiver-org": _party("receiver"), "sector": _sector,
    "recipient-country": _country, "recipient-region": _region, "aid-type": _aid_type, "flow-type": _attribute("flow_type", "code"), "finance-type": _attribute("finance_type", "code"),
    "tied-status": _attribute("tied_status", "code"),
}  # fmt: skip
OF_ACTIVITY: dict[Any, Say] = {
    "iati-identifier": _identifier, "reporting-org": _reporting, "title": _words("title"), "participating-org": _participating,
    "activity-status": _attribute("activity_status", "code"), "activity-date": _date, "recipient-country": _country, "recipient-region": _region,
    "location": _location, "sector": _sector, "humanitarian-scope": _scope, "related-activity": _related, "default-aid-type": _aid_type,
    "default-flow-type": _attribute("flow_type", "code"), "default-finance-type": _attribute("finance_type", "code"), "default-tied-status": _attribute("tied_status", "code"),
}  # fmt: skip
