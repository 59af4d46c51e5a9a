"""The importer of bulletins: the cumulative numbers of a national service as it publishes them, with what does not hold said at once."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from concertation.apps.places.queries import gazetteer
from concertation.apps.presence.imports import all_problems, column_told, places_in, signature_of
from concertation.apps.response.imports import mapped, source_of, vocabulary
from concertation.apps.response.storing import commands
from concertation.apps.sources.commands import finish_run
from concertation.apps.sources.models import ImportRun
from concertation.apps.sources.previews import Comparable, CountedProblem, Preview, Received
from concertation.core.place_rows import place_rows
from concertation.core.problems import Cell, Problem
from concertation.core.response.bulletins import MEASURES, PERCENTS, UNSAID, DatedBulletin, PublishedLine, problems_of
from concertation.core.response.reading import PLACES, day_named, hazard_named, read_bulletin
from concertation.core.sharing import Mandate
from concertation.formats.opening import Opened
from concertation.formats.tabular import Table

FIRST_LINES = 5


class BulletinImporter:
    """Understands and stores bulletins."""

    kinds = frozenset({"disaster-bulletin"})

    def preview(self, received: Received, opened: Opened) -> Preview:
        """Map the columns, read and place the lines, check that they hold; stores nothing."""
        table = opened.table
        if table is None:
            return Preview(received.kind, "", pl.DataFrame(), 0, problems=[CountedProblem(problem) for problem in opened.problems])
        words = vocabulary("bulletin_fields", (("where", "region"), ("what", "people")))
        mapping = mapped(table, words, received, "disaster-bulletin")
        reading = read_bulletin(table.frame, mapping, words, today=received.today, sheet=table.sheet)
        parts = reading.frame.filter(~pl.col("is_total"))
        placed = place_rows(gazetteer(), parts.with_columns(place_name=pl.lit(None, pl.Utf8)), received.state)
        start, end = period_said(received, table)
        rows = lines_of(reading.frame, placed.frame, table.sheet) if end else reading.frame.head(0)
        told = [*said_of(received, table, end), *(what_fails(rows, end, table) if end else ())]
        return Preview(
            kind=received.kind, sheet=table.sheet, rows=rows, rows_read=reading.rows_read, places=places_in(placed.frame), columns=[column_told(each, table) for each in mapping.columns],
            problems=all_problems(opened, mapping, ((each.problem, each.count) for each in reading.problems), placed, told, table), samples={"understood": rows.select("row", "named", "households", "people").head(FIRST_LINES).to_dicts() if end else [], "doubtful": [], "refused": []},
            period_start=start, period_end=end, notes={"signature": signature_of(table), "recognised_by": list(opened.reasons), "hazard": hazard_named(table.sheet, received.name) or UNSAID},
        )  # fmt: skip

    def store_slice(self, run: ImportRun, rows: pl.DataFrame, *, by: Mandate) -> None:
        """Store some lines."""
        if run.period_start is None or run.period_end is None:
            return
        hazard = hazard_named(str(rows["sheet"][0]), run.file.name) or UNSAID
        commands.store_bulletin(run, rows, hazard=hazard, season=run.period_start.year, as_of=run.period_end, service=run.holder)

    def finish(self, run: ImportRun, preview: Preview, *, by: Mandate) -> None:
        """Name the source and let the import count."""
        finish_run(run, source=source_of(run, preview), by=by)

    def take_back(self, run: ImportRun, *, by: Mandate) -> None:
        """Remove what a cancelled import had stored."""
        commands.take_back(run, by=by)

    def compared(self, earlier: ImportRun, preview: Preview) -> Comparable | None:
        """A bulletin replaces none: a later one stands beside the earlier."""
        return None


def period_said(received: Received, table: Table) -> tuple[date | None, date | None]:
    """Since when a bulletin adds up, and the day it speaks of: as stated, else the day its sheet or name says, from the first of its year."""
    if received.period_start and received.period_end:
        return received.period_start, received.period_end
    day = day_named(table.sheet, received.name)
    return (date(day.year, 1, 1), day) if day else (None, None)


def said_of(received: Received, table: Table, end: date | None) -> list[Problem]:
    """What the file does not say of itself: its day, its hazard."""
    told = [] if end else [Problem("bulletin-day-missing", Cell(table.sheet), received.name)]
    return told if hazard_named(table.sheet, received.name) else [*told, Problem("bulletin-hazard-unknown", Cell(table.sheet), received.name)]


def lines_of(frame: pl.DataFrame, placed: pl.DataFrame, sheet: str) -> pl.DataFrame:
    """Every line with its unit, empty for the total and for a place nobody is sure of, and its place as written."""
    sure = placed.filter(pl.col("how").is_in(["exact", "repaired"])).select("row", "unit")
    named = pl.concat_str([pl.col(name).fill_null("") for name in PLACES if name.endswith("name")], separator=" ").str.strip_chars()
    return frame.join(sure, on="row", how="left", maintain_order="left").with_columns(named=named, sheet=pl.lit(sheet))


def what_fails(rows: pl.DataFrame, as_of: date, table: Table) -> list[Problem]:
    """What does not hold in the bulletin itself."""
    held = DatedBulletin(UNSAID, as_of.year, as_of, tuple(_line(each) for each in rows.to_dicts()))
    return [Problem(each.code, Cell(table.sheet, each.cell.row, None), each.value, each.detail) for each in problems_of(held)]


def _line(each: Mapping[str, Any]) -> PublishedLine:
    numbers = {name: each[name] for name in MEASURES if each[name] is not None}
    percents = {name: each[name] for name in PERCENTS if each[name] is not None}
    return PublishedLine("" if each["is_total"] else each["unit"] or f"? {each['named']}", numbers, percents, each["row"])
