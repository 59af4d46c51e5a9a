"""Numbers and dates as people write them in workbooks: what was meant when that is sure, and a problem code when it is not.

Every reader takes distinct texts and gives back one line per text: `written`, `value`, `flaw` (a problem code, or null). A value that
cannot be trusted is null; the text as written is never lost, since it stands in the problem.
"""

from datetime import date

import polars as pl

from concertation.core.spelling import fold

BLANKS = "[\\s\u00a0\u2007\u2009\u202f]"
ERROR_CELL = r"^#(REF|N/A|VALUE|NAME|DIV/0|NUM|NULL|SPILL|CALC)[!?]?$"
FORMULA_SHAPE = r"^[=@]|[A-Z]{1,3}[0-9]+:[A-Z]{1,3}[0-9]+"
EXCEL_EPOCH = date(1899, 12, 30)
OLDEST_PLAUSIBLE = date(1990, 1, 1)
YEARS_AHEAD = 5
MONTHS = {
    name: number
    for number, names in enumerate(
        ("janvier january jan janv", "fevrier february fev feb fevr", "mars march mar", "avril april avr apr", "mai may", "juin june jun",
         "juillet july juil jul", "aout august aou aug", "septembre september sept sep", "octobre october oct", "novembre november nov",
         "decembre december dec"), 1)
    for name in names.split()
}  # fmt: skip


def read_numbers(written: pl.Series) -> pl.DataFrame:
    """Numbers with blanks, commas or points between thousands, or a decimal comma; value as Float64.

    Flaws: percentage-for-number (14%), number-ambiguous (1.234 may be either), number-unreadable.

    >>> read_numbers(pl.Series(["4,686,723", "4 686 723", "1234,5", "14%", "beaucoup"]))["value"].to_list()
    [4686723.0, 4686723.0, 1234.5, None, None]
    """
    text = pl.col("written").str.replace_all(BLANKS, "").str.replace_all("['’]", "")
    grouped = text.str.contains(r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$")
    pointed = text.str.contains(r"^[+-]?\d{1,3}(\.\d{3}){2,}(,\d+)?$") | text.str.contains(r"^[+-]?\d{1,3}\.\d{3},\d+$")
    comma = text.str.contains(r"^[+-]?\d+,\d+$")
    plain = text.str.contains(r"^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$")
    spelled = (
        pl.when(grouped).then(text.str.replace_all(",", ""))
        .when(pointed).then(text.str.replace_all(".", "", literal=True).str.replace(",", "."))
        .when(comma).then(text.str.replace(",", "."))
        .when(plain).then(text)
    )  # fmt: skip
    ambiguous = text.str.contains(r"^[+-]?[1-9]\d{0,2}\.\d{2}0$")
    flaw = (
        pl.when(text.str.contains(r"^[+-]?\d+([.,]\d+)?%$")).then(pl.lit("percentage-for-number"))
        .when(ambiguous).then(pl.lit("number-ambiguous"))
        .when(spelled.is_null()).then(pl.lit("number-unreadable"))
    )  # fmt: skip
    value = pl.when(flaw.is_null()).then(spelled.cast(pl.Float64, strict=False))
    return written.alias("written").to_frame().select("written", value=value, flaw=flaw)


def read_people(written: pl.Series) -> pl.DataFrame:
    """Counts of people as whole numbers. A decimal is rounded half up and said; a negative or implausible count is not kept.

    Flaws: those of numbers, and people-negative, people-decimal, people-implausible (above a billion).

    >>> read_people(pl.Series(["5160", "12.5", "-3"])).select("value", "flaw").rows()
    [(5160, None), (13, 'people-decimal'), (None, 'people-negative')]
    """
    number = pl.col("value")
    flaw = (
        pl.when(pl.col("flaw").is_not_null()).then(pl.col("flaw"))
        .when(number < 0).then(pl.lit("people-negative"))
        .when(number > 1e9).then(pl.lit("people-implausible"))
        .when(number != number.floor()).then(pl.lit("people-decimal"))
    )  # fmt: skip
    kept = pl.when(number.is_between(0, 1e9)).then((number + 0.5).floor().cast(pl.Int64))
    return read_numbers(written).select("written", value=kept, flaw=flaw)


def read_percentages(written: pl.Series) -> pl.DataFrame:
    """Shares in percent: `14%`, `14` and `0,5 %` as 14.0, 14.0 and 0.5. Flaws: percentage-over-100, number-unreadable.

    >>> read_percentages(pl.Series(["14%", "120 %"])).select("value", "flaw").rows()
    [(14.0, None), (None, 'percentage-over-100')]
    """
    bare = read_numbers(written.str.replace(r"\s*%\s*$", ""))
    over = (pl.col("value") > 100) | (pl.col("value") < 0)
    flaw = pl.when(over).then(pl.lit("percentage-over-100")).otherwise(pl.col("flaw"))
    return bare.select(pl.Series("written", written), value=pl.when(~over).then("value"), flaw=flaw)


def read_coordinates(written: pl.Series) -> pl.DataFrame:
    """Decimal degrees. Flaws: those of numbers, and coordinate-implausible outside -180 to 180."""
    read = read_numbers(written)
    out = pl.col("value").abs() > 180
    never_grouped = pl.when(pl.col("flaw") == "number-ambiguous").then(pl.lit(None, pl.Utf8)).otherwise(pl.col("flaw"))
    degrees = pl.col("written").str.replace(",", ".").cast(pl.Float64, strict=False)
    whole = read.with_columns(value=degrees.fill_null(pl.col("value")), flaw=never_grouped)
    return whole.select("written", value=pl.when(~out).then("value"), flaw=pl.when(out).then(pl.lit("coordinate-implausible")).otherwise("flaw"))


def read_dates(written: pl.Series, *, newest_start: date) -> pl.DataFrame:
    """Dates in ISO, day-first, month-first, French or English words, or a spreadsheet's serial number; value as Date.

    Slashed dates follow the column: one date with a day above 12 settles the order for all; with none to settle it, day first is
    taken and said; with both orders in one column, the doubtful ones are not kept. Plausible: from 1990 to five years after
    `newest_start`, the newest start the table declares (else today). Flaws: year-implausible, date-order-ambiguous,
    date-serial-number, date-is-time, date-year-only, date-unreadable. `hint` is the year when 1905 stands for a year typed as a date.

    >>> read_dates(pl.Series(["2022-03-31", "1905-07-14", "201"]), newest_start=date(2022, 3, 1)).select("value", "flaw", "hint").rows()
    [(datetime.date(2022, 3, 31), None, None), (None, 'year-implausible', 2022), (None, 'year-implausible', None)]
    """
    frame = _slashed(written.alias("written").to_frame().with_columns(text=pl.col("written").str.strip_chars()))
    text = pl.col("text")
    serial = text.str.extract(r"^(\d{5})(?:\.\d+)?$").cast(pl.Int32, strict=False)
    iso = text.str.extract(r"^(\d{4}-\d{1,2}-\d{1,2})(?:[T ].*)?$").str.to_date("%Y-%m-%d", strict=False)
    from_serial = pl.lit(EXCEL_EPOCH) + pl.duration(days=serial)
    read = frame.with_columns(serial=serial, value=pl.coalesce(iso, pl.col("slashed"), from_serial, _worded(frame["text"])))
    return _judge_dates(read, latest=date(newest_start.year + YEARS_AHEAD, 12, 31))


def _slashed(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds `slashed` (Date) and `order_doubtful`, the order of day and month settled by the whole column."""
    parts = pl.col("text").str.extract_groups(r"^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})(?:[T ].*)?$").struct
    split = frame.with_columns(one=parts[0].cast(pl.Int32), two=parts[1].cast(pl.Int32), year=parts[2].cast(pl.Int32))
    year = pl.when(pl.col("year") < 100).then(pl.col("year") + 2000).otherwise("year")
    one, two = pl.col("one"), pl.col("two")
    day_first, month_first = bool(split.select((one > 12).any()).item()), bool(split.select((two > 12).any()).item())
    by_column_month = month_first and not day_first
    doubtful = (one <= 12) & (two <= 12) & (one != two) & pl.lit(day_first == month_first)
    reversed_order = (two > 12) | ((one <= 12) & pl.lit(by_column_month))
    day, month = pl.when(reversed_order).then(two).otherwise(one), pl.when(reversed_order).then(one).otherwise(two)
    sure = day.is_between(1, 31) & month.is_between(1, 12) & ~(doubtful & pl.lit(day_first and month_first))
    iso = pl.format("{}-{}-{}", year, month.cast(pl.Utf8).str.zfill(2), day.cast(pl.Utf8).str.zfill(2))
    slashed = pl.when(sure).then(iso).str.to_date("%Y-%m-%d", strict=False)
    return split.select("written", "text", slashed=slashed, order_doubtful=doubtful.fill_null(False))


def _worded(texts: pl.Series) -> pl.Series:
    """`15 mars 2021`, `March 15, 2021`: only the texts with letters are looked at."""
    worded = texts.str.contains(r"[A-Za-zÀ-ÿ]{3}").fill_null(False)
    return pl.Series("worded", [_worded_date(text) if has else None for text, has in zip(texts, worded, strict=True)], pl.Date)


def _worded_date(text: str) -> date | None:
    words = fold(text).split()
    months = [MONTHS[word] for word in words if word in MONTHS]
    numbers = [int(word.removesuffix("er").removesuffix("th")) for word in words if word.removesuffix("er").removesuffix("th").isdecimal()]
    if len(months) != 1 or len(numbers) != 2 or len(words) > 4:
        return None
    day, year = sorted(numbers)
    try:
        return date(year, months[0], day)
    except ValueError:
        return None


def _judge_dates(read: pl.DataFrame, *, latest: date) -> pl.DataFrame:
    text, value = pl.col("text"), pl.col("value")
    implausible = (value < OLDEST_PLAUSIBLE) | (value > latest)
    short_year = text.str.extract(r"^(\d{1,4})$").cast(pl.Int32, strict=False)
    flaw = (
        pl.when(implausible).then(pl.lit("year-implausible"))
        .when(pl.col("order_doubtful")).then(pl.lit("date-order-ambiguous"))
        .when(pl.col("serial").is_not_null()).then(pl.lit("date-serial-number"))
        .when(value.is_not_null()).then(None)
        .when(text.str.contains(r"^\d{1,2}:\d{2}(:\d{2})?(\.\d+)?$")).then(pl.lit("date-is-time"))
        .when(short_year.is_between(OLDEST_PLAUSIBLE.year, latest.year)).then(pl.lit("date-year-only"))
        .when(short_year.is_not_null() | text.str.contains(r"^\d{4}-\d\d-\d\d")).then(pl.lit("year-implausible"))
        .otherwise(pl.lit("date-unreadable"))
    )  # fmt: skip
    days = (value - pl.lit(EXCEL_EPOCH)).dt.total_days()
    hint = pl.when(implausible & days.is_between(OLDEST_PLAUSIBLE.year, latest.year)).then(days.cast(pl.Int32))
    return read.select("written", value=pl.when(~implausible).then("value"), flaw=flaw, hint=hint)
