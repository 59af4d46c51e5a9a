"""Activities flattened to transactions: what a transaction says of itself stands before what its activity says for all.

A row holds the amount as written and in minor units, both ends, the earmark, sectors and places with the percentages stated and the
shares that may be counted, the humanitarian flag, scopes, related activities, and the line it stands on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from concertation.core.money import is_currency
from concertation.core.problems import Problem
from concertation.formats.iati.codes import STATUS
from concertation.formats.iati.said import OF_ACTIVITY, OF_TRANSACTION, earmarked, joined, parted
from concertation.formats.iati.shares import SEPARATOR, Part
from concertation.formats.iati.streaming import ACTIVITY, Element, Told, elements
from concertation.formats.table_lines import minor_or_none

OF_ITS_ACTIVITY = ("activity", "reporting_ref", "reporting_name", "title", "activity_status", "starts", "ends")
OF_ITSELF = (
    "reference", "transaction_type", "dated", "value_dated", "amount_written", "provider_ref", "provider_name", "provider_type", "provider_activity",
    "receiver_ref", "receiver_name", "receiver_type", "receiver_activity", "description",
)  # fmt: skip
TEXTS_OF_EITHER = ("flow_type", "finance_type", "tied_status", "currency")
OF_EITHER = (*TEXTS_OF_EITHER, "humanitarian")
OWN = (*OF_ITSELF, *OF_EITHER, "amount_minor")
UNSAID: dict[str, Any] = dict.fromkeys((*OWN, "line"))
own_row = itemgetter(*OWN)
AID = ("aid_types", "earmark", "earmark_letter", "modality")
TEXTS = (*OF_ITS_ACTIVITY, *OF_ITSELF, *TEXTS_OF_EITHER, "status", *AID)
SHARED = ("sectors", "sector_percentages", "sector_shares", "places", "place_percentages", "place_shares")
JOINED = ("locations", "scopes", "related", "funders", "implementers")
LISTS = (*SHARED, *JOINED)
SHARES = ("sector_percentages", "sector_shares", "place_percentages", "place_shares")
DEFAULT = "default "
BEHIND = (*OF_ITS_ACTIVITY, *JOINED, *(f"{DEFAULT}{name}" for name in OF_EITHER), *AID, *SHARED)
CURRENCY = OF_EITHER.index("currency")
INSTEAD = ("aid_types", "sectors", "places")
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
    reader = _Reader(told)
    for element in elements(path, TAGS, told, lean=True):
        if element.tag == ACTIVITY:
            reader.activity(element)
        elif element.tag == "transaction":
            take(element, reader)
        else:
            element.clear(keep_tail=True)
        if len(reader.waiting.rows) >= rows:
            yield reader.given()
    if reader.waiting.rows:
        yield reader.given()


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
        if len(reader.pending) >= MOST_PENDING:
            reader.early(parent)


Parts = tuple[str | None, str | None, str | None]
NO_PARTS: Parts = (None, None, None)


class _Said(NamedTuple):
    """What stands behind a transaction: what its activity says for all, or what it says instead."""

    alone: tuple[str | None, ...]
    default: tuple[str | None, ...]
    aid_types: dict[str, str]
    sectors: Parts
    places: Parts

    @property
    def row(self) -> Row:
        """One line of the columns BEHIND."""
        return (*self.alone, *self.default, *earmarked(self.aid_types), *self.sectors, *self.places)


@dataclass(slots=True)
class _Waiting:
    """What the next frame is made of: what stands behind several transactions is there once, and each row knows which it is."""

    behind: list[Row] = field(default_factory=list)
    behind_of: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def stand(self, behind: Row) -> int:
        """Keep what stands behind transactions, and give back its number."""
        self.behind.append(behind)
        return len(self.behind) - 1


class _Reader:
    """Reads one activity after another, its transactions first."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self.pending: list[dict[str, Any]] = []
        self.seen: dict[str, int] = {}
        self.so_far: _Said | None = None
        self.content = 0
        self.waiting = _Waiting()

    def transaction(self, element: Element) -> dict[str, Any]:
        """What one transaction says of itself."""
        got: dict[str, Any] = UNSAID.copy()
        got["reference"], got["humanitarian"], got["line"] = element.get("ref"), element.get("humanitarian"), element.sourceline
        for child in element:
            if (read := OF_TRANSACTION.get(child.tag)) is not None:
                read(child, got)
        return got

    def early(self, parent: Element) -> None:
        """Make the rows of an activity so large that they cannot wait for its end: by what it has said so far."""
        self.so_far = self.so_far or self._said_by(parent)
        self._make_rows(self.so_far)

    def activity(self, element: Element) -> None:
        """Make the rows of an activity whose end was met."""
        so_far, line = self.so_far, element.sourceline
        said = self._said_by(element) if so_far is None else self._said_by(element, quietly=True)
        self._make_rows(said)
        name = said.alone[0] or ""
        if so_far is not None and said != so_far:
            self.told.tell("iati-activity-in-parts", line, name)
        self._said_before(name, hash((said.row, self.content)), line)
        self.so_far, self.content = None, 0

    def given(self) -> pl.DataFrame:
        """What waits, as a frame."""
        waiting, self.waiting = self.waiting, _Waiting()
        return framed(waiting, self.told)

    def _said_by(self, element: Element, *, quietly: bool = False) -> "_Said":
        """What an activity has said for all its transactions."""
        got: dict[str, Any] = {name: [] for name in JOINED}
        got["currency"], got["humanitarian"] = element.get("default-currency"), element.get("humanitarian")
        line = None if quietly else element.sourceline
        for child in element:
            if (read := OF_ACTIVITY.get(child.tag)) is not None:
                read(child, got)
        alone = (*[got.get(name) for name in OF_ITS_ACTIVITY], *[joined(got[name]) for name in JOINED])
        return _Said(alone, tuple([got.get(name) for name in OF_EITHER]), got.get("aid_types", {}), self._parts(got.get("sectors"), line), self._parts(got.get("places"), line))

    def _make_rows(self, said: "_Said") -> None:
        """Make the rows of the transactions read since the last ones."""
        if not self.pending:
            return
        waiting, currency = self.waiting, said.default[CURRENCY]
        before, usual = len(waiting.rows), waiting.stand(said.row)
        for got in self.pending:
            got["amount_minor"] = self._minor(got["amount_written"], got["currency"] or currency, got["line"])
            waiting.rows.append(own_row(got))
            waiting.behind_of.append(usual if got.keys().isdisjoint(INSTEAD) else waiting.stand(self._instead(got, said).row))
        waiting.lines += [got["line"] for got in self.pending]
        self.content, self.pending = hash((self.content, *waiting.behind[usual:], *waiting.rows[before:])), []

    def _instead(self, got: dict[str, Any], said: "_Said") -> "_Said":
        """What stands behind a transaction that names sectors, places or kinds of aid for itself."""
        line, aid_types, sectors, places = got["line"], got.get("aid_types", {}), got.get("sectors"), got.get("places")
        return _Said(
            said.alone, said.default, {**said.aid_types, **aid_types}, self._parts(sectors, line) if sectors else said.sectors, self._parts(places, line) if places else said.places,
        )  # fmt: skip

    def _said_before(self, name: str, content: int, line: int | None) -> None:
        """Tell an activity that was met before, and whether what is read of it is the same."""
        if name in self.seen:
            self.told.tell("iati-activity-repeated" if self.seen[name] == content else "iati-activity-twice", line, name)
        self.seen[name] = content

    def _parts(self, parts: list[Part] | None, line: int | None) -> Parts:
        """Codes, percentages and shares of a list of sectors or of places; what is wrong is told where a line is given."""
        if not parts:
            return NO_PARTS
        codes, percentages, shares, wrong = parted(tuple(parts))
        for code, value in wrong if line is not None else ():
            self.told.tell(code, line, value)
        return codes, percentages, shares

    def _minor(self, written: str | None, currency: str | None, line: int) -> int | None:
        """The amount in minor units; none, and why, where it cannot be read."""
        if not written:
            self.told.tell("iati-amount-missing", line)
        elif not currency:
            self.told.tell("iati-amount-without-currency", line, written)
        elif not is_currency(currency):
            self.told.tell("currency-unknown", line, currency)
        else:
            minor = minor_or_none(written, currency)
            if minor is None:
                self.told.tell("number-unreadable", line, written[:60])
            elif minor < 0:
                self.told.tell("iati-amount-negative", line, written)
            return minor
        return None


def framed(waiting: _Waiting, told: Told) -> pl.DataFrame:
    """Rows as a frame of TRANSACTION_SCHEMA; a date nobody can read is null and told."""
    split = {name: pl.col(name).str.split(SEPARATOR) for name in LISTS}
    lists = {name: parts.cast(pl.List(pl.Float64), strict=False) if name in SHARES else parts for name, parts in split.items()}
    behind = columns(BEHIND, waiting.behind).with_columns(**lists)
    frame = columns(OWN, waiting.rows).hstack(behind[waiting.behind_of]).with_columns(pl.Series("line", waiting.lines))
    either = {name: pl.when(pl.col(name).str.len_bytes() > 0).then(pl.col(name)).otherwise(pl.col(f"{DEFAULT}{name}")) for name in OF_EITHER}
    flag = either.pop("humanitarian")
    made = {
        **{name: pl.col(name).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False) for name in DAYS}, **either, "status": pl.col("transaction_type").replace_strict(STATUS, default=None),
        "humanitarian": pl.when(flag.is_in(TRUE)).then(True).when(flag.is_in(FALSE)).then(False),
    }  # fmt: skip
    read = frame.select(**{name: made.get(name, pl.col(name)) for name in TRANSACTION_SCHEMA})
    for name in DAYS:
        if read[name].null_count() > frame[name].null_count():
            wrong = frame.select("line", name).filter(read[name].is_null() & pl.col(name).is_not_null())
            for line, written in wrong.iter_rows():
                told.tell("date-unreadable", line, written[:60], column=name)
    return read


def columns(names: Sequence[str], rows: Sequence[Row]) -> pl.DataFrame:
    """Rows of texts, and of one amount in minor units, as a frame."""
    made = zip(names, zip(*rows, strict=True), strict=True)
    return pl.DataFrame([pl.Series(name, column, pl.Int64 if name == "amount_minor" else pl.String) for name, column in made])
