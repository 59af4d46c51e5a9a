"""Activities flattened to transactions: what a transaction says of itself stands before what its activity says for all.

A row holds the amount as written and in minor units, both ends, the earmark, sectors and places with the percentages stated and the
shares that may be counted, the humanitarian flag, scopes, related activities, and the line it stands on.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
from lxml import etree

from concertation.core.money import is_currency
from concertation.core.problems import Problem
from concertation.formats.iati.codes import (
    CASH_VOCABULARY,
    DAC,
    EARMARK_VOCABULARY,
    EARMARKS,
    MODALITIES,
    MODALITY_LETTER_VOCABULARY,
    STATUS,
)
from concertation.formats.iati.shares import SEPARATOR, Part, stated
from concertation.formats.iati.streaming import ACTIVITY, Element, Told, elements
from concertation.formats.table_lines import minor_or_none

OF_ITS_ACTIVITY = ("activity", "reporting_ref", "reporting_name", "title", "activity_status", "starts", "ends")
OF_ITSELF = (
    "reference", "transaction_type", "dated", "value_dated", "amount_written", "provider_ref", "provider_name", "provider_type", "provider_activity",
    "receiver_ref", "receiver_name", "receiver_type", "receiver_activity", "description", "raw_sha256",
)  # fmt: skip
OF_EITHER = ("flow_type", "finance_type", "tied_status")
TEXTS = (*OF_ITS_ACTIVITY, *OF_ITSELF, *OF_EITHER, "currency", "status", "aid_types", "earmark", "earmark_letter", "modality")
NUMBERS = ("amount_minor", "line")
LISTS = (
    "sectors", "sector_percentages", "sector_shares", "places", "place_percentages", "place_shares", "locations", "scopes", "related", "funders", "implementers",
)  # fmt: skip
SHARES = ("sector_percentages", "sector_shares", "place_percentages", "place_shares")
DAYS = ("starts", "ends", "dated", "value_dated")
TRANSACTION_SCHEMA: dict[str, pl.DataType] = {
    **{name: pl.Date() if name in DAYS else pl.String() for name in TEXTS}, "amount_minor": pl.Int64(), "line": pl.Int64(), "humanitarian": pl.Boolean(),
    **{name: pl.List(pl.Float64()) if name in SHARES else pl.List(pl.String()) for name in LISTS},
}  # fmt: skip
SLICE_ROWS = 2_000
TAGS = (ACTIVITY, "transaction", "result", "document-link")
TRUE, FALSE = ("1", "true"), ("0", "false")
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class ReadTransactions:
    """The transactions of a file (TRANSACTION_SCHEMA) and what was wrong with it."""

    frame: pl.DataFrame
    problems: tuple[Problem, ...]


def read_transactions(path: Path) -> ReadTransactions:
    """Every transaction of a file in one frame; for a file larger than memory take `slices`."""
    told = Told()
    frames = list(slices(path, told))
    return ReadTransactions(pl.concat(frames) if frames else pl.DataFrame(schema=TRANSACTION_SCHEMA), told.problems)


def slices(path: Path, told: Told, *, rows: int = SLICE_ROWS) -> Iterator[pl.DataFrame]:
    """The transactions of a file in frames of some rows, in constant memory.

    Tells what `elements` tells, and iati-amount-missing, amount-without-currency, currency-unknown, number-unreadable, date-unreadable,
    iati-amount-negative, iati-share-missing, iati-shares-not-100, iati-transaction-astray, iati-activity-repeated and iati-activity-twice.
    """
    waiting: list[Row] = []
    reader = _Reader(told)
    for element in elements(path, TAGS, told):
        if element.tag == ACTIVITY:
            waiting += reader.activity(element)
        elif element.tag == "transaction":
            take(element, reader)
        else:
            element.clear(keep_tail=True)
        if len(waiting) >= rows:
            yield framed(waiting, told)
            waiting = []
    if waiting:
        yield framed(waiting, told)


def take(element: Element, reader: "_Reader") -> None:
    """Read a transaction of an activity, then free it and the one before it."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None or parent.tag != ACTIVITY:
        reader.told.tell("iati-transaction-astray", element.sourceline)
        return
    reader.pending.append(reader.transaction(element))
    element.clear(keep_tail=True)
    if before is not None and before.tag == "transaction":
        parent.remove(before)


class _Own:
    """What an element says that a transaction may say for itself or leave to its activity."""

    __slots__ = ("aid_types", "places", "sectors")

    def __init__(self) -> None:
        self.sectors: list[Part] = []
        self.places: list[Part] = []
        self.aid_types: dict[str, str] = {}


Parts = tuple[str | None, str | None, str | None]
NO_PARTS: Parts = (None, None, None)
JOINED = ("locations", "scopes", "related", "funders", "implementers")


class _Said(NamedTuple):
    """What an activity says for all its transactions."""

    texts: tuple[str | None, ...]
    either: tuple[str | None, ...]
    currency: str | None
    humanitarian: str | None
    sectors: Parts
    places: Parts
    lists: tuple[str | None, ...]
    aid_types: dict[str, str]
    earmarked: tuple[str | None, ...]


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


class _Reader:
    """Reads one activity after another, its transactions first."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self.pending: list[tuple[dict[str, Any], _Own]] = []
        self.seen: dict[str, bytes] = {}

    def transaction(self, element: Element) -> tuple[dict[str, Any], _Own]:
        """What one transaction says of itself."""
        got: dict[str, Any] = {"reference": element.get("ref"), "humanitarian": element.get("humanitarian"), "line": element.sourceline}
        own = _Own()
        for child in element:
            if (read := OF_TRANSACTION.get(child.tag)) is not None:
                read(child, got, own)
        got["raw_sha256"] = hashlib.sha256(etree.tostring(element, encoding="utf-8", with_tail=False)).hexdigest()
        return got, own

    def activity(self, element: Element) -> Iterator[Row]:
        """The rows of an activity whose end was met."""
        got: dict[str, Any] = {name: [] for name in JOINED}
        own = _Own()
        for child in element:
            if (read := OF_ACTIVITY.get(child.tag)) is not None:
                read(child, got, own)
        line, pending = element.sourceline, self.pending
        said = _Said(
            tuple([got.get(name) for name in OF_ITS_ACTIVITY]), tuple([got.get(name) for name in OF_EITHER]), element.get("default-currency"), element.get("humanitarian"),
            self._parts(own.sectors, line), self._parts(own.places, line), tuple([joined(got[name]) for name in JOINED]), own.aid_types, earmarked(own.aid_types),
        )  # fmt: skip
        self._said_before(got.get("activity", ""), said, line)
        self.pending = []
        for row, of_row in pending:
            yield self._row(row, of_row, said)

    def _said_before(self, name: str, said: "_Said", line: int | None) -> None:
        """Tell an activity that was met before, and whether what is read of it is the same."""
        digest = hashlib.sha256(repr(said).encode())
        for row, _ in self.pending:
            digest.update(row["raw_sha256"].encode())
        content = digest.digest()[:16]
        if name in self.seen:
            self.told.tell("iati-activity-repeated" if self.seen[name] == content else "iati-activity-twice", line, name)
        self.seen[name] = content

    def _parts(self, parts: list[Part], line: int | None) -> Parts:
        """Codes, percentages and shares of a list of sectors or of places."""
        if not parts:
            return NO_PARTS
        codes, percentages, shares, wrong = parted(tuple(parts))
        for code, value in wrong:
            self.told.tell(code, line, value)
        return codes, percentages, shares

    def _row(self, row: dict[str, Any], of_row: _Own, said: "_Said") -> Row:
        get, line = row.get, row["line"]
        currency = get("currency") or said.currency
        return (
            *said.texts, *[get(name) for name in OF_ITSELF], *[get(name) or default for name, default in zip(OF_EITHER, said.either, strict=True)], currency,
            STATUS.get(get("transaction_type") or ""), *(earmarked({**said.aid_types, **of_row.aid_types}) if of_row.aid_types else said.earmarked),
            self._minor(get("amount_written"), currency, line), line, row["humanitarian"] or said.humanitarian,
            *(self._parts(of_row.sectors, line) if of_row.sectors else said.sectors), *(self._parts(of_row.places, line) if of_row.places else said.places), *said.lists,
        )  # fmt: skip

    def _minor(self, written: str | None, currency: str | None, line: int) -> int | None:
        """The amount in minor units; none, and why, where it cannot be read."""
        if not written:
            self.told.tell("iati-amount-missing", line)
        elif not currency:
            self.told.tell("amount-without-currency", line, written)
        elif not is_currency(currency):
            self.told.tell("currency-unknown", line, currency)
        else:
            minor = amount(written, currency)
            if minor is None:
                self.told.tell("number-unreadable", line, written[:60])
            elif minor < 0:
                self.told.tell("iati-amount-negative", line, written)
            return minor
        return None


amount = lru_cache(maxsize=8_192)(minor_or_none)


def kind_of(part: Part) -> str:
    """What a part is compared with: its vocabulary; countries and the regions of the standard's own list are one whole."""
    return "places" if part.vocabulary in ("country", f"region-{DAC}") else part.vocabulary


def joined(texts: Sequence[str]) -> str | None:
    """Texts with the separator between them, none where there is none."""
    return SEPARATOR.join(texts) if texts else None


def narrative(element: Element) -> str | None:
    """The first words of an element: those of the activity's own language stand first in practice."""
    found = next(element.iterchildren("narrative"), None)
    words = element.text if found is None else found.text
    return " ".join(words.split()) or None if words else None


def framed(rows: Sequence[Row], told: Told) -> pl.DataFrame:
    """Rows as a frame of TRANSACTION_SCHEMA; a date nobody can read is null and told."""
    names = (*TEXTS, *NUMBERS, "humanitarian", *LISTS)
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    frame = pl.DataFrame({name: pl.Series(name, columns[name], dtype=pl.Int64 if name in NUMBERS else pl.String) for name in names})
    days = {name: pl.col(name).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False) for name in DAYS}
    split = {name: pl.col(name).str.split(SEPARATOR) for name in LISTS if name not in SHARES}
    shares = {name: pl.col(name).str.split(SEPARATOR).cast(pl.List(pl.Float64), strict=False) for name in SHARES}
    flag = pl.col("humanitarian")
    read = frame.with_columns(**days, **split, **shares, humanitarian=pl.when(flag.is_in(TRUE)).then(True).when(flag.is_in(FALSE)).then(False))
    for name in DAYS:
        wrong = frame.select("line", name).filter(read[name].is_null() & pl.col(name).is_not_null())
        for line, written in wrong.iter_rows():
            told.tell("date-unreadable", line, written[:60], column=name)
    return read.select(list(TRANSACTION_SCHEMA))


# ── what each element says ──

Say = Callable[[Element, dict[str, Any], _Own], None]


def _sector(child: Element, got: dict[str, Any], own: _Own) -> None:
    own.sectors.append(Part(child.get("vocabulary") or DAC, child.get("code") or "", (child.get("percentage") or "").strip()))


def _country(child: Element, got: dict[str, Any], own: _Own) -> None:
    own.places.append(Part("country", child.get("code") or "", (child.get("percentage") or "").strip()))


def _region(child: Element, got: dict[str, Any], own: _Own) -> None:
    own.places.append(Part(f"region-{child.get('vocabulary') or DAC}", child.get("code") or "", (child.get("percentage") or "").strip()))


def _aid_type(child: Element, got: dict[str, Any], own: _Own) -> None:
    own.aid_types[child.get("vocabulary") or DAC] = child.get("code") or ""


def _value(child: Element, got: dict[str, Any], own: _Own) -> None:
    got["amount_written"] = (child.text or "").strip() or None
    got["currency"] = child.get("currency")
    got["value_dated"] = child.get("value-date")


def _attribute(name: str, attribute: str) -> Say:
    def say(child: Element, got: dict[str, Any], own: _Own) -> None:
        got[name] = child.get(attribute)

    return say


def _words(name: str) -> Say:
    def say(child: Element, got: dict[str, Any], own: _Own) -> None:
        got.setdefault(name, narrative(child))

    return say


def _party(name: str) -> Say:
    activity = f"{name}-activity-id"
    ref, words, kind, of = f"{name}_ref", f"{name}_name", f"{name}_type", f"{name}_activity"

    def say(child: Element, got: dict[str, Any], own: _Own) -> None:
        got[ref], got[kind], got[of], got[words] = child.get("ref"), child.get("type"), child.get(activity), narrative(child)

    return say


def _identifier(child: Element, got: dict[str, Any], own: _Own) -> None:
    got["activity"] = (child.text or "").strip()


def _reporting(child: Element, got: dict[str, Any], own: _Own) -> None:
    got["reporting_ref"], got["reporting_name"] = child.get("ref"), narrative(child)


def _participating(child: Element, got: dict[str, Any], own: _Own) -> None:
    role = {"1": "funders", "4": "implementers"}.get(child.get("role") or "")
    if role:
        got[role].append(child.get("ref") or narrative(child) or "")


def _date(child: Element, got: dict[str, Any], own: _Own) -> None:
    """Real dates stand before planned ones."""
    edge, real = {"1": ("starts", False), "2": ("starts", True), "3": ("ends", False), "4": ("ends", True)}.get(child.get("type") or "", ("", False))
    if edge and (real or edge not in got):
        got[edge] = child.get("iso-date")


def _location(child: Element, got: dict[str, Any], own: _Own) -> None:
    codes = [f"{code.get('vocabulary') or ''}:{code.get('code') or ''}" for code in child if code.tag in ("location-id", "administrative")]
    point = child.findtext("point/pos")
    name = child.find("name")
    words = narrative(name) if name is not None else None
    got["locations"].append(" | ".join(part for part in (words, *codes, " ".join(point.split()) if point else None) if part))


def _scope(child: Element, got: dict[str, Any], own: _Own) -> None:
    got["scopes"].append(":".join((child.get("type") or "", child.get("vocabulary") or "", child.get("code") or "")))


def _related(child: Element, got: dict[str, Any], own: _Own) -> None:
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
