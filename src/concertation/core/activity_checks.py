"""Checks that look at whole rows and whole columns: rows that repeat, totals, dates in the wrong order, parts that do not add up.

A row that repeats another is kept and named; a number repeated on the places of one project is marked, so that it is never summed.
"""

from collections.abc import Container

import polars as pl

from concertation.core.presence import Vocabulary, word_key
from concertation.core.spelling import fold

NO_FLAWS = pl.DataFrame(
    schema={"field": pl.Utf8, "code": pl.Utf8, "value": pl.Utf8, "hint": pl.Utf8, "row": pl.UInt32, "count": pl.UInt32}
)
PLACES = ("adm1_name", "adm1_code", "adm2_name", "adm2_code", "adm3_name", "adm3_code", "place_name")
IDENTITY = ("org_name", "org_acronym", "sector", "activity", *PLACES)
FAMILIES = ("targeted", "reached", "beneficiaries")
SPLITS = (("f", "m"), ("children", "adults"), ("women", "men", "girls", "boys"))
SAME_NUMBER_WITHOUT_A_PROJECT = 100
MOST = 0.5
FEWEST_TO_JUDGE = 3


def grouped(rows: pl.DataFrame, field: str, code: str, value: str | pl.Expr) -> pl.DataFrame:
    """One flaw line per distinct value among the rows: field, code, value, hint (null), first row, count."""
    told = rows.select("row", value=pl.col(value) if isinstance(value, str) else value).group_by("value").agg(pl.col("row").min(), pl.len().alias("count"))
    line = told.select(field=pl.lit(field), code=pl.lit(code), value="value", hint=pl.lit(None, pl.Utf8), row="row", count="count")
    return line.cast(pl.Schema(NO_FLAWS.schema))


def strip_blanks(table: pl.DataFrame) -> pl.DataFrame:
    """Outer blanks off every text; what is left empty is null."""
    stripped = pl.col(pl.Utf8).str.strip_chars()
    return table.with_columns(pl.when(stripped.str.len_bytes() > 0).then(stripped).name.keep())


def identical_rows(table: pl.DataFrame) -> pl.Series:
    """For each row equal, as written, to an earlier one in every column of the sheet, the number of that first row; else null."""
    columns = [name for name in table.columns if name != "row"]
    first = table.select("row", first=pl.col("row").min().over(columns))
    return first.select(pl.when(pl.col("row") != pl.col("first")).then("first").alias("identical_to")).to_series()


def refuse_rows(written: pl.DataFrame, *, state: str, totals: frozenset[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Set aside totals rows, rows of another State and rows that say neither who, what nor where, each with its line."""
    opening = pl.coalesce(*(name for name in ("org_name", "org_acronym", "adm1_name", "adm2_name", "sector")))
    said_totals = [text for name in ("org_name", "org_acronym", "adm1_name", "adm2_name", "sector") for text in written[name].drop_nulls().unique() if _is_total(text, totals)]
    is_total = pl.any_horizontal(pl.col(name).is_in(said_totals).fill_null(False) for name in ("org_name", "org_acronym", "adm1_name", "adm2_name", "sector"))
    elsewhere = (pl.col("country").str.contains("^[A-Z]{3}$") & (pl.col("country") != state.upper())).fill_null(False)
    silent = pl.all_horizontal(pl.col(name).is_null() for name in IDENTITY)
    reasons = (
        pl.when(is_total).then(pl.lit("totals-row"))
        .when(silent).then(pl.lit("row-without-content"))
        .when(elsewhere).then(pl.lit("row-of-another-state"))
    )  # fmt: skip
    judged = written.with_columns(reason=reasons)
    lines = [grouped(judged.filter(reason=code), field, code, value) for code, field, value in (
        ("totals-row", "", opening), ("row-without-content", "", pl.lit("")), ("row-of-another-state", "country", "country"))]  # fmt: skip
    return judged.filter(pl.col("reason").is_null()).drop("reason"), pl.concat(lines)


def _is_total(text: str, totals: frozenset[str]) -> bool:
    key = fold(text)
    return key in totals or any(key.startswith(f"{word} ") for word in ("total", "sous total", "grand total", "sum of"))


def check_rows(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The frame with doubtful values taken out or marked, and one grouped line per thing noticed."""
    flaws = []
    for check in (_order_of_dates, _unit_points, _numbers_as_places, _totals_from_parts, _repeated_numbers, _missing_answers, _identical_told):
        frame, found = check(frame)
        flaws.append(found)
    return frame, pl.concat(flaws)


def _order_of_dates(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """An end before its start: neither date is trusted; both stand as written beside."""
    wrong = (pl.col("end") < pl.col("start")).fill_null(False)
    dated = frame.select("row", "start", "end", "start_written", "end_written")
    found = grouped(dated.filter(wrong), "end", "end-before-start", pl.format("{} > {}", "start_written", "end_written"))
    trusted = [pl.when(~wrong).then(name).alias(name) for name in ("start", "end")]
    return frame.with_columns(trusted), found


def _unit_points(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Coordinates that are the same for every row of a level 2 unit are its centre, not sites: they are not kept as locations."""
    located = frame.select("row", "adm2_name", "latitude", "longitude")
    placed = located.filter(pl.col("latitude").is_not_null() & pl.col("longitude").is_not_null())
    where = placed.filter(pl.col("adm2_name").is_not_null())
    points = where.group_by("adm2_name").agg(points=pl.struct("latitude", "longitude").n_unique(), rows=pl.len())
    several = points.filter(pl.col("rows") > 1)
    if not several.height or float((several["points"] == 1).cast(pl.Float64).mean() or 0.0) < 0.95:  # type: ignore[arg-type]
        return frame, NO_FLAWS
    nothing = pl.lit(None, pl.Float64)
    return frame.with_columns(latitude=nothing, longitude=nothing), grouped(placed, "latitude", "coordinates-are-unit-points", pl.lit(""))


def _numbers_as_places(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    number = pl.col("place_name").str.contains(r"^[0-9.,]+$").fill_null(False)
    found = grouped(frame.select("row", "place_name").filter(number), "place_name", "place-is-a-number", "place_name")
    return frame.with_columns(place_name=pl.when(~number).then("place_name")), found


def _totals_from_parts(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A total unlike the sum of its sexes or ages is told; a total not given is the sum of its parts when all are held."""
    flaws = [NO_FLAWS]
    for family in FAMILIES:
        for split in SPLITS:
            parts = [f"{family}_{part}" for part in split]
            if any(not frame[part].count() for part in parts):
                continue
            total = pl.sum_horizontal(*parts, ignore_nulls=False)
            unlike = frame.filter(pl.col(family) != total)
            flaws.append(grouped(unlike, family, "total-unlike-parts", pl.format("{} ≠ {}", family, total)))
            summed = frame.filter(pl.col(family).is_null() & total.is_not_null())
            flaws.append(grouped(summed, family, "total-from-parts", pl.lit("")))
            frame = frame.with_columns(pl.coalesce(family, total).alias(family))
    return frame, pl.concat(flaws)


def _repeated_numbers(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The same number on several places of one project: `repeated_number`, and `repeated_from` the first of its rows.

    One project: same organisation, sector, activity, project and dates. Where neither activity nor project is written, only numbers
    of 100 and more are taken for one: smaller ones meet by chance.
    """
    first = pl.lit(None, pl.UInt32)
    flaws = [NO_FLAWS]
    same = ["sector_written", "activity", "project", "start_written", "end_written"]
    for family in FAMILIES:
        if not frame[family].count():
            continue
        told = (pl.col("activity").is_not_null() | pl.col("project").is_not_null() | (pl.col(family) >= SAME_NUMBER_WITHOUT_A_PROJECT)).fill_null(False)
        narrow = frame.select("row", "identical_to", "organisation_key", *same, *PLACES, family)
        candidates = narrow.filter((pl.col(family) > 0) & told & pl.col("identical_to").is_null() & pl.col("organisation_key").is_not_null())
        spread = candidates.select("row", *same, family, "organisation_key", place=pl.struct(PLACES)).group_by("organisation_key", *same, family).agg(pl.col("row"), places=pl.col("place").n_unique())
        groups = spread.filter(pl.col("places") > 1).select("row", repeated_from=pl.col("row").list.min()).explode("row")
        flaws.append(grouped(groups, family, "repeated-number", pl.lit("")) if groups.height else NO_FLAWS)
        frame = frame.join(groups.rename({"repeated_from": f"_{family}"}), on="row", how="left", maintain_order="left")
        first = pl.coalesce(first, f"_{family}")
    marked = frame.with_columns(repeated_from=first).with_columns(repeated_number=pl.col("repeated_from").is_not_null())
    return marked.drop([name for name in marked.columns if name.startswith("_")]), pl.concat(flaws)


def _missing_answers(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows kept though they do not say who, or do not say in which sector when others do."""
    nobody = frame.select("row", "organisation_key").filter(pl.col("organisation_key").is_null())
    flaws = [grouped(nobody, "org_name", "organisation-missing", pl.lit(""))]
    if frame["sector_written"].count():
        flaws.append(grouped(frame.select("row", "sector_written").filter(pl.col("sector_written").is_null()), "sector", "sector-missing", pl.lit("")))
    return frame, pl.concat(flaws)


def _identical_told(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    return frame, grouped(frame.select("row", "identical_to").drop_nulls(), "", "identical-row", pl.lit(""))


def swapped_columns(written: pl.DataFrame, frame: pl.DataFrame, unread: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """Columns whose values look like another field's: sectors among places, places among sectors, text for people, ends before starts."""
    flaws = [NO_FLAWS]
    for field, known, other in (("adm1_name", vocabulary.sectors, "sector"), ("adm2_name", vocabulary.sectors, "sector"), ("sector", vocabulary.places, "adm1_name")):
        flaws.append(_looks_like(written, field, known, other))
    for field in ("start", "end", *FAMILIES):
        lost = unread.filter((pl.col("field") == field) & pl.col("code").is_in(["date-unreadable", "number-unreadable"]))["count"].sum()
        if lost > MOST * written[field].count() and lost >= FEWEST_TO_JUDGE:
            flaws.append(_swap(written, field, "text"))
    dates = frame.select("start", "start_written", "end_written").filter(pl.col("start_written").is_not_null() & pl.col("end_written").is_not_null())
    both, backwards = dates.height, dates.filter(pl.col("start").is_null() & (pl.col("start_written") > pl.col("end_written"))).height
    if both >= FEWEST_TO_JUDGE and backwards > MOST * both:
        flaws.append(_swap(written, "start", "end"))
    return pl.concat(flaws)


def _looks_like(written: pl.DataFrame, field: str, known: Container[str], other: str) -> pl.DataFrame:
    distinct = written[field].drop_nulls().unique()
    alike = len([text for text in distinct if word_key(text) in known])
    return _swap(written, field, other) if distinct.len() and alike > MOST * distinct.len() else NO_FLAWS


def _swap(written: pl.DataFrame, field: str, other: str) -> pl.DataFrame:
    rows = written.filter(pl.col(field).is_not_null())
    return grouped(rows.head(1), field, "columns-look-swapped", pl.lit(other)).with_columns(count=pl.lit(rows.height, pl.UInt32))
