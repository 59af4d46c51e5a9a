"""Each field of the canonical record read by the reader of its kind: people, dates, codes, money, donors.

Readers work on distinct texts, so that a million rows cost what their distinct values cost.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

import polars as pl

from concertation.core.activity_checks import NO_FLAWS, grouped
from concertation.core.organisations import organisation_keys
from concertation.core.presence import Vocabulary, word_key
from concertation.core.spelling import fold
from concertation.core.written_values import read_coordinates, read_dates, read_numbers, read_people, read_percentages

Reader = Callable[[pl.Series], pl.DataFrame]
TEXT_KINDS = ("text", "list", "place")
KIND_TYPES = {"people": pl.Int64, "percent": pl.Float64, "coordinate": pl.Float64, "money": pl.Float64, "date": pl.Date, "flag": pl.Boolean}
UNKNOWN_WORDS = {
    "status": "status-unknown",
    "modality": "modality-unknown",
    "group": "group-unknown",
    "org_type": "organisation-type-unknown",
    "flag": "yes-or-no-unreadable",
    "currency": "currency-unknown",
}
WRITTEN_KEPT = ("sector", "status", "modality", "group", "org_type", "start", "end", "amount")
MINOR_PER_UNIT = {"XOF": 1}
CENTS = 100
SHORT_DONOR_WORDS = 4
LONGEST_NO_VALUE = 20


def read_fields(written: pl.DataFrame, vocabulary: Vocabulary, *, today: date, amount_heading: str = "") -> tuple[pl.DataFrame, pl.DataFrame]:
    """The canonical columns from the text of each field, and the flaws met (field, code, value, hint, first row, count)."""
    newest = _newest_start(written["start"], today)
    columns: list[pl.Series] = []
    flaws = [NO_FLAWS]
    for name, field in vocabulary.fields.items():
        reader = _reader(field.kind, newest, vocabulary)
        values, found = _apply(written, name, reader, KIND_TYPES.get(field.kind, pl.Utf8)) if reader else (written[name], NO_FLAWS)
        columns.append(values)
        flaws.append(found)
    kept = [written[name].alias(f"{name}_written") for name in WRITTEN_KEPT]
    read = written.select("row", "org_written", "identical_to").with_columns(*columns, *kept)
    derived, money_flaws = _with_amount(read, amount_heading, vocabulary)
    return _with_parties(derived), pl.concat([*flaws, money_flaws])


def without_no_value(texts: pl.Series, no_value: frozenset[str]) -> pl.Series:
    """The column with `N/A`, `-`, `?` and their like as null; anything holding a digit is a value.

    >>> without_no_value(pl.Series(["n/a", "-", "Santé", "0"]), frozenset({"n a"})).to_list()
    [None, None, 'Santé', '0']
    """
    distinct = texts.drop_nulls().unique()
    short = distinct.filter((distinct.str.len_chars() <= LONGEST_NO_VALUE) & ~distinct.str.contains(r"[0-9#$€£=@]"))
    empty = [text for text in short if fold(text) in no_value or not fold(text)]
    if not empty:
        return texts
    return texts.to_frame("text").select(pl.when(~pl.col("text").is_in(empty)).then("text")).to_series().rename(texts.name)


def split_donors(written: str, alone: frozenset[str] = frozenset()) -> list[str]:
    """The donors of one cell. Split only when sure: `;`, commas between short names, `/` and `et` between names seen alone elsewhere.

    >>> split_donors("ECHO, GFFO, SIDA"), split_donors("ACC/SOVD-CN")
    (['ECHO', 'GFFO', 'SIDA'], ['ACC/SOVD-CN'])
    >>> split_donors("Fondation Bill et Melinda Gates (BMGF) et la fondation Bayer")
    ['Fondation Bill et Melinda Gates (BMGF) et la fondation Bayer']
    """
    for mark in (";", ",", "/", " et ", " & ", " and "):
        parts = [part.strip() for part in written.split(mark)]
        if len(parts) > 1 and all(_sure_donor(part, mark, alone) for part in parts):
            return [donor for part in parts for donor in split_donors(part, alone)]
    return [written.strip()]


def _sure_donor(part: str, mark: str, alone: frozenset[str]) -> bool:
    words = fold(part).split()
    if mark == ";":
        return bool(words)
    if mark == ",":
        return 0 < len(words) <= SHORT_DONOR_WORDS and part.count("(") == part.count(")")
    return fold(part) in alone


def _newest_start(starts: pl.Series, today: date) -> date:
    """The newest start the table declares, no later than today; today when it declares none."""
    iso = starts.drop_nulls().unique().str.extract(r"^(\d{4}-\d{2}-\d{2})").str.to_date("%Y-%m-%d", strict=False)
    newest = iso.filter(iso <= today).max()
    return newest if isinstance(newest, date) and newest.year >= 1990 else today


def _reader(kind: str, newest: date, vocabulary: Vocabulary) -> Reader | None:
    if kind in UNKNOWN_WORDS:
        return lambda texts: _read_words(texts, vocabulary.words.get(kind, {}), UNKNOWN_WORDS[kind])
    readers: dict[str, Reader] = {
        "people": read_people,
        "percent": read_percentages,
        "coordinate": read_coordinates,
        "money": _read_amounts,
        "date": lambda texts: read_dates(texts, newest_start=newest),
        "sector": lambda texts: _read_sectors(texts, vocabulary),
    }
    return readers.get(kind)


def _apply(written: pl.DataFrame, name: str, reader: Reader, kind: pl.DataType | type[pl.DataType]) -> tuple[pl.Series, pl.DataFrame]:
    """Read the distinct texts of one column, put the values back on the rows, and group what was wrong by value."""
    distinct = written[name].drop_nulls().unique()
    if not distinct.len():
        return pl.Series(name, [None], dtype=kind).new_from_index(0, written.height), NO_FLAWS
    read = reader(distinct)
    joined = written.select("row", written=pl.col(name)).join(read, on="written", how="left", maintain_order="left")
    hint = pl.col("hint").cast(pl.Utf8) if "hint" in read.columns else pl.lit(None, pl.Utf8)
    flawed = joined.filter(pl.col("flaw").is_not_null()).with_columns(hint=hint)
    counted = flawed.group_by("flaw", "written").agg(pl.col("hint").first(), pl.col("row").min(), pl.len().cast(pl.UInt32).alias("count"))
    found = counted.select(field=pl.lit(name), code="flaw", value="written", hint="hint", row="row", count="count")
    return joined["value"].cast(kind).alias(name), found


def _as_reading(texts: pl.Series, pairs: Iterable[tuple[object, str | None]], kind: pl.DataType | type[pl.DataType]) -> pl.DataFrame:
    values, flaws = zip(*pairs, strict=True)
    return pl.DataFrame([texts.alias("written"), pl.Series("value", values, kind), pl.Series("flaw", flaws, pl.Utf8)])


def _read_words(texts: pl.Series, words: Mapping[str, str], unknown: str) -> pl.DataFrame:
    """Words of a closed list as their codes; a sentence that opens with a known expression of two words or more is read by it, and told."""
    kind = pl.Boolean if unknown == UNKNOWN_WORDS["flag"] else pl.Utf8
    pairs = (_word(text, words, unknown) for text in texts)
    return _as_reading(texts, ((code == "true" if kind == pl.Boolean and code else code, flaw) for code, flaw in pairs), kind)


def _word(text: str, words: Mapping[str, str], unknown: str) -> tuple[str | None, str | None]:
    key = word_key(text)
    if key in words:
        return words[key], None
    openings = [word for word in words if " " in word and key.startswith(f"{word} ")]
    if openings:
        return words[max(openings, key=len)], "read-by-its-first-words"
    return (key, None) if key in words.values() else (None, unknown)


def _read_sectors(texts: pl.Series, vocabulary: Vocabulary) -> pl.DataFrame:
    codes = frozenset(vocabulary.sectors.values())
    return _as_reading(texts, [_sector(text, vocabulary.sectors, codes) for text in texts], pl.Utf8)


def _sector(text: str, sectors: Mapping[str, str], codes: frozenset[str]) -> tuple[str | None, str | None]:
    known = sectors.get(word_key(text)) or (text.upper() if text.upper() in codes else None)
    if known:
        return known, None
    parts = [part for mark in (",", ";", "/", "&", "+") for part in text.split(mark) if mark in text]
    several = len(parts) > 1 and all(word_key(part) in sectors for part in parts)
    return None, "sector-several" if several else "sector-unknown"


def _read_amounts(texts: pl.Series) -> pl.DataFrame:
    """Amounts with the currency's letters or sign taken off; flaws of numbers, and amount-negative."""
    bare = read_numbers(texts.str.replace_all(r"(?i)\b(us|f)?\s?(usd|eur|xof|fcfa|cfa|chf|gbp|cad|dollars?|euros?|francs?)\b|us\$|[$€£]", ""))
    negative = pl.col("value") < 0
    flaw = pl.when(negative).then(pl.lit("amount-negative")).otherwise("flaw")
    return bare.select(texts.alias("written"), value=pl.when(~negative).then("value"), flaw=flaw)


def _with_amount(read: pl.DataFrame, heading: str, vocabulary: Vocabulary) -> tuple[pl.DataFrame, pl.DataFrame]:
    """amount_minor (Int64, whole minor units) where amount and currency are known: currency column, else the cell, else the heading."""
    if not read["amount"].count():
        return read.drop("amount").with_columns(amount_minor=pl.lit(None, pl.Int64)), NO_FLAWS
    currencies = vocabulary.words.get("currency", {})
    in_cell = read["amount_written"].drop_nulls().unique()
    named = {text: code for text in in_cell if (code := _currency_in(text, currencies))}
    cell_code = pl.col("amount_written").replace_strict(named, default=None, return_dtype=pl.Utf8) if named else pl.lit(None, pl.Utf8)
    currency = pl.coalesce("currency", cell_code, pl.lit(_currency_in(heading, currencies), pl.Utf8))
    scale = pl.col("currency").replace_strict(MINOR_PER_UNIT, default=CENTS, return_dtype=pl.Int64)
    minor = pl.when(pl.col("currency").is_not_null()).then((pl.col("amount") * scale).round().cast(pl.Int64))
    priced = read.with_columns(currency=currency).with_columns(amount_minor=minor)
    lost = priced.filter(pl.col("amount").is_not_null() & pl.col("currency").is_null())
    return priced.drop("amount"), grouped(lost, "amount", "amount-without-currency", pl.lit(""))


def _currency_in(text: str, currencies: Mapping[str, str]) -> str | None:
    words = [*fold(text).split(), *(letter for letter in text if letter in currencies)]
    return next((currencies[word] for word in words if word in currencies and not word.isdecimal()), None)


def _with_parties(read: pl.DataFrame) -> pl.DataFrame:
    """Adds organisation_key and donor_list."""
    distinct = read["donors"].drop_nulls().unique()
    alone = frozenset(fold(text) for text in distinct)
    lists = pl.DataFrame({"donors": distinct, "donor_list": [split_donors(text, alone) for text in distinct]}, schema={"donors": pl.Utf8, "donor_list": pl.List(pl.Utf8)})
    joined = read.join(lists, on="donors", how="left", maintain_order="left")
    return joined.with_columns(organisation_key=organisation_keys(read["org_acronym"], read["org_name"]))
