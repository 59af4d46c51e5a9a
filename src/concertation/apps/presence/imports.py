"""The importer of 5W workbooks and tables: any headings, any HXL tags, through a mapping that is proposed and corrected."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from uuid import UUID

import polars as pl

from concertation.apps.organisations.commands import register_written
from concertation.apps.places.queries import divisions, gazetteer
from concertation.apps.presence import commands
from concertation.apps.presence.commands import LONGEST
from concertation.apps.presence.queries import COMPARED, rows_by_organisation, rows_to_compare
from concertation.apps.sources.commands import finish_run, state_source
from concertation.apps.sources.models import ImportRun
from concertation.apps.sources.place_doubts import doubt_key, place_doubts
from concertation.apps.sources.previews import Comparable, CountedProblem, Preview, Received
from concertation.apps.sources.queries import saved_columns
from concertation.apps.sources.reporting.commands import frozen_problem, fulfil
from concertation.apps.sources.reporting.queries import frozen_within
from concertation.core.activities import ActivityReading, read_activities
from concertation.core.concepts import INTERSECTORAL
from concertation.core.named_periods import YEAR, period_named
from concertation.core.personal import MASK, mask, mask_text, personal_columns
from concertation.core.place_rows import Doubt, PlacedRows, place_rows
from concertation.core.presence import MappedColumn, Vocabulary, headings_signature, propose_mapping
from concertation.core.presence import Mapping as Columns
from concertation.core.problems import Cell, Problem
from concertation.core.sharing import Mandate
from concertation.formats import reference_set
from concertation.formats.choice_lists import listed
from concertation.formats.opening import Opened
from concertation.formats.problem_texts import in_words
from concertation.formats.tabular import Table

FIRST_LINES, EXAMPLE_LETTERS = 5, 80
SHOWN = ("row", "org_written", "sector_written", "adm1_name", "adm2_name", "adm3_name", "activity")
KNOWN_BY = ("org_written", "sector", "unit", "activity", "start", "end")
DIVISION_TAG = "#adm+division+list"
NUMBERS = ("targeted", "reached", "beneficiaries")
HOWS = ("exact", "repaired", "doubtful", "unknown", "none_given")


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The fields, words and sector spellings of the reference set, the sectors' own names among them."""
    sectors = reference_set.read("sectors").filter(pl.col("sector") != INTERSECTORAL)
    own = [sectors.select(pl.col(f"name_{language}").alias("written"), "sector") for language in ("fr", "en")]
    return Vocabulary.of(
        fields=reference_set.read("presence_fields"), words=reference_set.read("presence_words"),
        sector_names=pl.concat([*own, reference_set.read("sector_names").select("written", "sector")]), places=reference_set.read("unit_names")["name"].to_list(),
    )


def signature_of(table: Table) -> str:
    """What files of one source have in common: their headings, whatever their rows."""
    return headings_signature(table.headings.values())


class ActivityImporter:
    """Understands and stores activities."""

    kinds = frozenset({"presence-5w", "hapi-presence"})

    def preview(self, received: Received, opened: Opened) -> Preview:
        """Map the columns, read and check the rows, place them, count organisations; stores nothing."""
        table = opened.table
        if table is None:
            return Preview(received.kind, "", pl.DataFrame(), 0, problems=[CountedProblem(p) for p in opened.problems])
        signature = signature_of(table)
        saved = {**saved_columns(state=received.state, kind=received.kind, signature=signature), **received.columns}
        mapping = propose_mapping(table.headings, table.tags, vocabulary(), saved=saved, sheet=table.sheet)
        reading = read_activities(
            table.frame, mapping, vocabulary(), state=received.state, today=received.today, sheet=table.sheet,
        )
        places = gazetteer()
        division = division_listed(opened, received.state)
        placed = place_rows(places, reading.frame, received.state, division=division)
        start, end, told = period_of(received, table)
        told += strangers(placed, received.state, table.sheet)
        told += [] if reading.rows_read else [Problem("no-row-below-headings", Cell(table.sheet, table.heading_row), table.sheet)]
        told += in_a_frozen_period(received.state, reading.frame, start, end)
        rows = ready_rows(placed, table.sheet)
        return Preview(
            kind=received.kind, sheet=table.sheet, rows=rows, rows_read=reading.rows_read, rows_identical=reading.rows_identical,
            rows_refused=reading.rows_refused, organisations=organisations_in(reading.frame), places=places_in(placed.frame),
            problems=all_problems(opened, mapping, ((each.problem, each.count) for each in reading.problems), placed, told, table), doubts=place_doubts(placed.doubts, places),
            columns=[column_told(column, table) for column in mapping.columns], samples=samples_of(rows, reading, placed, table),
            period_start=start, period_end=end, notes={"signature": signature, "recognised_by": list(opened.reasons), "division": division or ""},
        )

    def store_slice(self, run: ImportRun, rows: pl.DataFrame, *, by: Mandate) -> None:
        """Store some rows with their organisations."""
        commands.store_activities(run, rows, organisations_for(run, rows, by=by))

    def finish(self, run: ImportRun, preview: Preview, *, by: Mandate) -> None:
        """Name the source, record the report of the period, and let the import count."""
        if preview.period_start and preview.period_end:
            named = preview.rows["sector"].drop_nulls().unique().to_list()
            commands.record_report(
                run, start=preview.period_start, end=preview.period_end, sectors=sectors_reported(named),
                organisations=preview.organisations["distinct"],
            )
            fulfil(
                run, start=preview.period_start, end=preview.period_end, declared=rows_by_organisation(run), sectors=named,
                at=run.created_at, by=by,
            )
        source = state_source(
            id=f"file-{run.file_id[:16]}-{run.owner_state.lower()}", title=run.file.name,
            publisher=run.holder, published_on=preview.period_end,
        )
        finish_run(run, source=source, by=by)

    def take_back(self, run: ImportRun, *, by: Mandate) -> None:
        """Remove what a cancelled import had stored."""
        commands.take_back(run, by=by)

    def compared(self, earlier: ImportRun, preview: Preview) -> Comparable | None:
        """The activities stored beside those understood, each distinct one once; texts as the table holds them."""
        understood = preview.rows.filter(pl.col("identical_to").is_null()).select(list(COMPARED))
        written = [pl.col(name).fill_null("").str.slice(0, LONGEST.get(name, 10_000)).alias(name) for name, kind in COMPARED.items() if kind == pl.Utf8]
        return Comparable(rows_to_compare(earlier), understood.with_columns(written), KNOWN_BY, NUMBERS, "sector")


def division_listed(opened: Opened, state: str) -> str | None:
    """The division in which the places stand that a workbook offers to choose from, as the template does; None where it offers none."""
    said = listed(opened.reading, DIVISION_TAG) if opened.reading else []
    return said[0] if len(said) == 1 and said[0] in {each.pk for each in divisions(state)} else None


def sectors_reported(named: Sequence[str]) -> list[str]:
    """The sectors a file names, and the sectors these are part of."""
    parents = dict(reference_set.read("sectors").select("sector", "parent").iter_rows())
    return sorted({*named, *(parent for sector in named if (parent := parents.get(sector)))})


def organisations_for(run: ImportRun, rows: pl.DataFrame, *, by: Mandate) -> Mapping[str, UUID]:
    """The register's organisations of some rows."""
    named = rows.filter(pl.col("organisation_key").is_not_null()).unique("organisation_key", keep="first", maintain_order=True)
    shared = "public" if run.share_as == "public" else "restricted"
    return register_written(named, sensitivity=shared, owner_state=run.owner_state, author=by.person)


def period_of(received: Received, table: Table) -> tuple[date | None, date | None, list[Problem]]:
    """The period a file reports on: as stated, else as its rows, its sheet or its name say, with a note; else none, with a doubt."""
    if received.period_start and received.period_end:
        return received.period_start, received.period_end, []
    year_of_file = " ".join(YEAR.findall(received.name)[:1])
    for text in (table.sheet, f"{table.sheet} {year_of_file}", received.name):
        if named := period_named(text):
            told = Problem("period-from-name", Cell(table.sheet), text, {"period": f"{named.start} – {named.end}"})
            return named.start, named.end, [told]
    return None, None, [Problem("period-not-stated", Cell(table.sheet), received.name)]


def strangers(placed: PlacedRows, state: str, sheet: str) -> list[Problem]:
    """That a file is of another State: none of its rows is found in this one, and some are found elsewhere."""
    here, elsewhere = placed.frame["how"].is_in(["exact", "repaired"]).any(), [each.problem.code for each in placed.noticed]
    return [Problem("file-of-another-state", Cell(sheet), state)] if not here and "place-of-another-state" in elsewhere else []


def in_a_frozen_period(state: str, rows: pl.DataFrame, start: date | None, end: date | None) -> list[Problem]:
    """That the period a file reports on was frozen for one of its sectors: nothing of it goes in."""
    sectors = rows["sector"].drop_nulls().unique().to_list()
    held = frozen_within(state, sectors, start, end) if start and end else None
    return [frozen_problem(held)] if held else []


def ready_rows(placed: PlacedRows, sheet: str) -> pl.DataFrame:
    """The rows as they will be stored: placement, what was written of the place, and the doubt they wait on."""
    asked = {_written_key(doubt): doubt_key(doubt.placement.asked) for doubt in placed.doubts if doubt.placement.asked}
    written = ["adm1_name", "adm2_name", "adm3_name", "adm1_code", "adm2_code", "adm3_code", "place_name"]
    distinct = placed.frame.select(written).unique(maintain_order=True)
    lines = distinct.to_dicts()
    kept = distinct.with_columns(
        place_written=pl.Series([commands.written_place(line) for line in lines], dtype=pl.Utf8),
        doubt_key=pl.Series([asked.get(_line_key(line), "") for line in lines], dtype=pl.Utf8),
    )
    return placed.frame.join(kept, on=written, how="left", nulls_equal=True, maintain_order="left").with_columns(sheet=pl.lit(sheet))


def _line_key(line: Mapping[str, object]) -> tuple[object, ...]:
    return tuple(line[f"adm{level}_{part}"] for part in ("name", "code") for level in (1, 2, 3))


def _written_key(doubt: Doubt) -> tuple[object, ...]:
    return (*doubt.written.names, *doubt.written.codes)


def organisations_in(frame: pl.DataFrame) -> dict[str, int]:
    """How many organisations as written, and how many once spellings of one are counted together."""
    return {
        "as_written": frame["org_written"].drop_nulls().n_unique(), "distinct": frame["organisation_key"].drop_nulls().n_unique(),
    }


def places_in(frame: pl.DataFrame) -> dict[str, int]:
    """Rows by how their finest named place was found."""
    counted = dict(frame["how"].value_counts().iter_rows())
    return {how: counted.get(how, 0) for how in HOWS}


def all_problems(
    opened: Opened, mapping: Columns, read: Iterable[tuple[Problem, int]], placed: PlacedRows, told: Iterable[Problem], table: Table,
) -> list[CountedProblem]:
    """Every problem of a file, grouped by code and value with its first cell."""
    letters = mapping.letters()
    grouped: dict[tuple[str, str], CountedProblem] = {}
    for problem, count in (
        *((problem, 1) for problem in (*opened.problems, *mapping.problems, *told)),
        *read,
        *((_in_cell(noticed.problem, noticed.first_row, table, letters), noticed.rows) for noticed in placed.noticed),
    ):
        held = grouped.get((problem.code, problem.value))
        grouped[problem.code, problem.value] = CountedProblem(held.problem if held else problem, count + (held.count if held else 0))
    return list(grouped.values())


def _in_cell(problem: Problem, row: int, table: Table, letters: Mapping[str, str]) -> Problem:
    cell = Cell(table.sheet, row, letters.get(problem.detail.get("column", "")))
    return Problem(problem.code, cell, problem.value, problem.detail)


def column_told(column: MappedColumn, table: Table) -> dict[str, object]:
    """A column as the page of the import shows it."""
    values = table.frame[column.letter].drop_nulls() if column.letter in table.frame.columns else pl.Series(dtype=pl.Utf8)
    return {
        "letter": column.letter, "heading": column.heading, "field": column.field or "", "how": column.how,
        "confidence": column.confidence, "tag": table.tags.get(column.letter, ""), "example": example_of(column, values),
    }


def example_of(column: MappedColumn, values: pl.Series) -> str:
    """The first value of a column, masked where it is personal."""
    first = str(values[0]) if len(values) else ""
    return MASK if first and column.field == "contact" else mask_text(first)[:EXAMPLE_LETTERS]


def samples_of(rows: pl.DataFrame, reading: ActivityReading, placed: PlacedRows, table: Table) -> dict[str, list[dict[str, object]]]:
    """The first lines understood, doubtful and refused."""
    shown = [name for name in SHOWN if name in rows.columns]
    doubtful = pl.col("how").is_in(["doubtful", "unknown"])
    refused = sorted({told.problem.cell.row for told in reading.problems if told.problem.cell.row and in_words(told.problem).severity == "refused"})
    raw, _told = mask(table.frame.filter(pl.col("row").is_in(refused)).head(FIRST_LINES), whole=personal_columns(table.headings, table.tags))
    return {
        "understood": rows.filter(~doubtful).select(shown).head(FIRST_LINES).to_dicts(),
        "doubtful": rows.filter(doubtful).select(shown).head(FIRST_LINES).to_dicts(),
        "refused": raw.to_dicts(),
    }
