"""The importer of the matrices in use: any headings, any HXL tags, through a mapping that is proposed and corrected. No word of an event is kept."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import polars as pl

from concertation.apps.places.queries import gazetteer
from concertation.apps.presence.imports import (
    all_problems,
    column_told,
    period_of,
    places_in,
    ready_rows,
    signature_of,
    strangers,
)
from concertation.apps.response.queries import alerts_to_compare
from concertation.apps.response.storing import commands
from concertation.apps.sources.commands import finish_run, state_source
from concertation.apps.sources.models import ImportRun
from concertation.apps.sources.place_doubts import place_doubts
from concertation.apps.sources.previews import Comparable, CountedProblem, Preview, Received
from concertation.apps.sources.queries import saved_columns
from concertation.core.concepts import INTERSECTORAL
from concertation.core.place_rows import place_rows
from concertation.core.presence import Mapping as Columns
from concertation.core.presence import Vocabulary, propose_mapping
from concertation.core.problems import Cell, Problem
from concertation.core.response.reading import left_out, read_alerts
from concertation.core.sharing import Mandate
from concertation.formats import reference_set
from concertation.formats.opening import Opened
from concertation.formats.tabular import Table

FIRST_LINES = 5
SHOWN = ("row", "raised_on", "adm1_name", "adm2_name", "adm3_name", "nature", "group", "households")
KNOWN_BY = ("unit", "nature", "group", "raised_on")
NUMBERS = ("households", "people")
COMPARED: Mapping[str, Any] = {"unit": pl.Utf8, "nature": pl.Utf8, "group": pl.Utf8, "raised_on": pl.Date, "households": pl.Int64, "people": pl.Int64}


@lru_cache(maxsize=2)
def vocabulary(fields: str, asked: tuple[tuple[str, str], ...]) -> Vocabulary:
    """The fields and words of a kind of matrix, the sectors' own names among them."""
    sectors = reference_set.read("sectors").filter(pl.col("sector") != INTERSECTORAL)
    own = [sectors.select(pl.col(f"name_{language}").alias("written"), "sector") for language in ("fr", "en")]
    groups = reference_set.read("presence_words").filter(pl.col("list") == "group").with_columns(pl.col("code").replace("host-and-idp", "other")).select("list", "written", "code")
    return Vocabulary.of(
        fields=reference_set.read(fields), words=pl.concat([reference_set.read("response_words"), groups]),
        sector_names=pl.concat([*own, reference_set.read("sector_names").select("written", "sector")]), asked=dict(asked),
    )


def mapped(table: Table, words: Vocabulary, received: Received, kind: str) -> Columns:
    """What each column stands for; those the register may not hold are never read."""
    closed = left_out(table.headings)
    headings = {letter: heading.replace("%", " pourcentage ") for letter, heading in table.headings.items() if letter not in closed}
    tags = {letter: tag for letter, tag in table.tags.items() if letter not in closed}
    saved = {**saved_columns(state=received.state, kind=kind, signature=signature_of(table)), **received.columns}
    return propose_mapping(headings, tags, words, saved=saved, sheet=table.sheet)


class AlertImporter:
    """Understands and stores alerts."""

    kinds = frozenset({"response-alerts"})

    def preview(self, received: Received, opened: Opened) -> Preview:
        """Map the columns, read and check the rows, place them; stores nothing."""
        table = opened.table
        if table is None:
            return Preview(received.kind, "", pl.DataFrame(), 0, problems=[CountedProblem(problem) for problem in opened.problems])
        words = vocabulary("response_fields", (("where", "commune"), ("when", "date")))
        mapping = mapped(table, words, received, "response-alerts")
        reading = read_alerts(table.frame, mapping, words, today=received.today, sheet=table.sheet)
        places = gazetteer()
        placed = place_rows(places, reading.frame.with_columns(place_name=pl.lit(None, pl.Utf8)), received.state)
        start, end, told = period_of(received, table)
        told = [*told, *strangers(placed, received.state, table.sheet), *closed_columns(table)]
        rows = ready_rows(placed, table.sheet)
        return Preview(
            kind=received.kind, sheet=table.sheet, rows=rows, rows_read=reading.rows_read, rows_refused=reading.rows_refused, places=places_in(placed.frame),
            problems=all_problems(opened, mapping, ((each.problem, each.count) for each in reading.problems), placed, told, table), doubts=place_doubts(placed.doubts, places), columns=[column_told(each, table) for each in mapping.columns],
            samples=samples_of(rows), period_start=start, period_end=end, notes={"signature": signature_of(table), "recognised_by": list(opened.reasons)},
        )  # fmt: skip

    def store_slice(self, run: ImportRun, rows: pl.DataFrame, *, by: Mandate) -> None:
        """Store some alerts."""
        commands.store_alerts(run, rows)

    def finish(self, run: ImportRun, preview: Preview, *, by: Mandate) -> None:
        """Name the source and let the import count."""
        finish_run(run, source=source_of(run, preview), by=by)

    def take_back(self, run: ImportRun, *, by: Mandate) -> None:
        """Remove what a cancelled import had stored."""
        commands.take_back(run, by=by)

    def compared(self, earlier: ImportRun, preview: Preview) -> Comparable | None:
        """The alerts stored beside those understood."""
        before = [{**line, "unit": line["unit_id"]} for line in alerts_to_compare(earlier)]
        held = pl.DataFrame([{name: line[name] for name in COMPARED} for line in before], schema=dict(COMPARED), orient="row")
        return Comparable(held, preview.rows.select(list(COMPARED)), KNOWN_BY, NUMBERS, "nature")


def source_of(run: ImportRun, preview: Preview) -> Any:
    """The source an import's rows point to."""
    return state_source(id=f"file-{run.file_id[:16]}-{run.owner_state.lower()}", title=run.file.name, publisher=run.holder, published_on=preview.period_end)


def closed_columns(table: Table) -> list[Problem]:
    """The columns that were not read, each said."""
    return [Problem("alert-column-left-out", Cell(table.sheet, table.heading_row, letter), heading) for letter, heading in left_out(table.headings).items()]


def samples_of(rows: pl.DataFrame) -> dict[str, list[dict[str, object]]]:
    """The first lines understood and doubtful; refused ones are told by their problems alone, for a line of a matrix may tell an event."""
    doubtful = pl.col("how").is_in(["doubtful", "unknown"])
    shown = [pl.col(name).cast(pl.Utf8) if name == "raised_on" else pl.col(name) for name in SHOWN if name in rows.columns]
    return {
        "understood": rows.filter(~doubtful).select(shown).head(FIRST_LINES).to_dicts(), "doubtful": rows.filter(doubtful).select(shown).head(FIRST_LINES).to_dicts(),
        "refused": [],
    }  # fmt: skip
