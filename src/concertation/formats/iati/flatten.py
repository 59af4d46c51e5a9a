"""Activities flattened to transactions: what a transaction says of itself stands before what its activity says for all.

A row holds the amount as written and in minor units, both ends, the earmark, sectors and places with the percentages stated and the
shares that may be counted, the humanitarian flag, scopes, related activities, and the line it stands on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from concertation.core.money import is_currency
from concertation.core.problems import Problem
from concertation.formats.iati.codes import STATUS
from concertation.formats.iati.said import OF_ACTIVITY, OF_TRANSACTION, Own, earmarked, joined, parted
from concertation.formats.iati.shares import SEPARATOR, Part
from concertation.formats.iati.streaming import ACTIVITY, Element, Told, elements
from concertation.formats.table_lines import minor_or_none

OF_ITS_ACTIVITY = ("activity", "reporting_ref", "reporting_name", "title", "activity_status", "starts", "ends")
OF_ITSELF = (
    "reference", "transaction_type", "dated", "value_dated", "amount_written", "provider_ref", "provider_name", "provider_type", "provider_activity",
    "receiver_ref", "receiver_name", "receiver_type", "receiver_activity", "description",
)  # fmt: skip
OF_EITHER = ("flow_type", "finance_type", "tied_status")
UNSAID: dict[str, Any] = dict.fromkeys((*OF_ITSELF, *OF_EITHER, "currency", "humanitarian", "line"))
said_itself = itemgetter(*OF_ITSELF)
TEXTS = (*OF_ITS_ACTIVITY, *OF_ITSELF, *OF_EITHER, "currency", "status", "aid_types", "earmark", "earmark_letter", "modality")
NUMBERS = ("line", "amount_minor")
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
FREED_TOGETHER = 1_000
MOST_PENDING = 10_000
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

    Tells what `elements` tells, and iati-amount-missing, iati-amount-without-currency, currency-unknown, number-unreadable, date-unreadable,
    iati-amount-negative, iati-share-missing, iati-shares-not-100, iati-transaction-astray, iati-activity-in-parts,
    iati-activity-repeated and iati-activity-twice.
    """
    waiting: list[Row] = []
    reader = _Reader(told)
    for element in elements(path, TAGS, told, lean=True):
        if element.tag == ACTIVITY:
            waiting += reader.activity(element)
        elif element.tag == "transaction":
            take(element, reader)
            if len(reader.pending) >= MOST_PENDING:
                waiting += reader.early(element.getparent())
        else:
            element.clear(keep_tail=True)
        if len(waiting) >= rows:
            yield framed(waiting, told)
            waiting = []
    if waiting:
        yield framed(waiting, told)


def take(element: Element, reader: "_Reader") -> None:
    """Read a transaction of an activity and free what it holds; the empty elements go a thousand at a time."""
    parent = element.getparent()
    if parent is None or parent.tag != ACTIVITY:
        reader.told.tell("iati-transaction-astray", element.sourceline)
        return
    reader.pending.append(reader.transaction(element))
    element.clear(keep_tail=True)
    if not len(reader.pending) % FREED_TOGETHER:
        while (before := element.getprevious()) is not None and before.tag == "transaction":
            parent.remove(before)


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
    earmarked: tuple[str | None, ...]
    aid_types: dict[str, str]


class _Reader:
    """Reads one activity after another, its transactions first."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self.pending: list[tuple[dict[str, Any], Own]] = []
        self.seen: dict[str, int] = {}
        self.so_far: _Said | None = None
        self.content = 0

    def transaction(self, element: Element) -> tuple[dict[str, Any], Own]:
        """What one transaction says of itself."""
        got: dict[str, Any] = UNSAID.copy()
        got["reference"], got["humanitarian"], got["line"] = element.get("ref"), element.get("humanitarian"), element.sourceline
        own = Own()
        for child in element:
            if (read := OF_TRANSACTION.get(child.tag)) is not None:
                read(child, got, own)
        return got, own

    def early(self, parent: Element) -> list[Row]:
        """The rows of an activity so large that they cannot wait for its end: by what it has said so far."""
        self.so_far = self.so_far or self._said_by(parent)
        return self._rows(self.so_far)

    def activity(self, element: Element) -> list[Row]:
        """The rows of an activity whose end was met."""
        so_far, line = self.so_far, element.sourceline
        said = self._said_by(element) if so_far is None else self._said_by(element, quietly=True)
        rows = self._rows(said)
        name = said.texts[0] or ""
        if so_far is not None and said != so_far:
            self.told.tell("iati-activity-in-parts", line, name)
        self._said_before(name, hash((said[:-1], self.content)), line)
        self.so_far, self.content = None, 0
        return rows

    def _said_by(self, element: Element, *, quietly: bool = False) -> "_Said":
        """What an activity has said for all its transactions."""
        got: dict[str, Any] = {name: [] for name in JOINED}
        own, line = Own(), None if quietly else element.sourceline
        for child in element:
            if (read := OF_ACTIVITY.get(child.tag)) is not None:
                read(child, got, own)
        return _Said(
            tuple([got.get(name) for name in OF_ITS_ACTIVITY]), tuple([got.get(name) for name in OF_EITHER]), element.get("default-currency"), element.get("humanitarian"),
            self._parts(own.sectors, line), self._parts(own.places, line), tuple([joined(got[name]) for name in JOINED]), earmarked(own.aid_types), own.aid_types,
        )  # fmt: skip

    def _rows(self, said: "_Said") -> list[Row]:
        """The rows of the transactions that wait."""
        rows = [self._row(row, of_row, said) for row, of_row in self.pending]
        self.pending = []
        self.content = hash((self.content, *[row[1:] for row in rows]))
        return rows

    def _said_before(self, name: str, content: int, line: int | None) -> None:
        """Tell an activity that was met before, and whether what is read of it is the same."""
        if name in self.seen:
            self.told.tell("iati-activity-repeated" if self.seen[name] == content else "iati-activity-twice", line, name)
        self.seen[name] = content

    def _parts(self, parts: list[Part], line: int | None) -> Parts:
        """Codes, percentages and shares of a list of sectors or of places; what is wrong is told where a line is given."""
        if not parts:
            return NO_PARTS
        codes, percentages, shares, wrong = parted(tuple(parts))
        for code, value in wrong if line is not None else ():
            self.told.tell(code, line, value)
        return codes, percentages, shares

    def _row(self, row: dict[str, Any], of_row: Own, said: "_Said") -> Row:
        line, currency, either = row["line"], row["currency"] or said.currency, said.either
        return (
            line, *said.texts, *said_itself(row), row["flow_type"] or either[0], row["finance_type"] or either[1], row["tied_status"] or either[2], currency,
            STATUS.get(row["transaction_type"]), *(earmarked({**said.aid_types, **of_row.aid_types}) if of_row.aid_types else said.earmarked),
            self._minor(row["amount_written"], currency, line), row["humanitarian"] or said.humanitarian,
            *(self._parts(of_row.sectors, line) if of_row.sectors else said.sectors), *(self._parts(of_row.places, line) if of_row.places else said.places), *said.lists,
        )  # fmt: skip

    def _minor(self, written: str | None, currency: str | None, line: int) -> int | None:
        """The amount in minor units; none, and why, where it cannot be read."""
        if not written:
            self.told.tell("iati-amount-missing", line)
        elif not currency:
            self.told.tell("iati-amount-without-currency", line, written)
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


def framed(rows: Sequence[Row], told: Told) -> pl.DataFrame:
    """Rows as a frame of TRANSACTION_SCHEMA; a date nobody can read is null and told."""
    names = ("line", *TEXTS, "amount_minor", "humanitarian", *LISTS)
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    frame = pl.DataFrame({name: pl.Series(name, columns[name], dtype=pl.Int64 if name in NUMBERS else pl.String) for name in names})
    days = {name: pl.col(name).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False) for name in DAYS}
    split = {name: pl.col(name).str.split(SEPARATOR) for name in LISTS if name not in SHARES}
    shares = {name: pl.col(name).str.split(SEPARATOR).cast(pl.List(pl.Float64), strict=False) for name in SHARES}
    flag = pl.col("humanitarian")
    made = {**days, **split, **shares, "humanitarian": pl.when(flag.is_in(TRUE)).then(True).when(flag.is_in(FALSE)).then(False)}
    read = frame.select(**{name: made.get(name, pl.col(name)) for name in TRANSACTION_SCHEMA})
    for name in DAYS:
        if read[name].null_count() > frame[name].null_count():
            wrong = frame.select("line", name).filter(read[name].is_null() & pl.col(name).is_not_null())
            for line, written in wrong.iter_rows():
                told.tell("date-unreadable", line, written[:60], column=name)
    return read
