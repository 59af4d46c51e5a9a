"""Bringing in files of money: flows of FTS, requirements and funding of plans and clusters, plan overviews, totals by cluster.

A file may hold several States: an import for one State takes what touches it, an import for the framework (AES) takes all. Plan
rows of a table are a State's; what the file says of other States is counted and stays out. An answer in JSON is kept so that it can be
written again whole.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from concertation.apps.funding import commands, fund_files
from concertation.apps.funding.figures import figures_of
from concertation.apps.funding.fund_files import CODE_LISTS
from concertation.apps.funding.queries import ACTIVITIES, FUNDS, PLAN_COMPARED, TRACKING, plan_rows_to_compare
from concertation.apps.needs.commands import remove_figures, store_figures
from concertation.apps.places.queries import states_with_units
from concertation.apps.sources.commands import finish_run, raw_path, state_source
from concertation.apps.sources.models import ImportRun, Source
from concertation.apps.sources.previews import Comparable, CountedProblem, Preview, Received
from concertation.core.parties import countries_of
from concertation.core.problems import Cell, Problem
from concertation.core.sharing import Mandate
from concertation.core.spelling import fold
from concertation.formats.fts import ReadFlows, Written, canonical, day, envelope_of, organisations_of, read_flows
from concertation.formats.fts_plans import ReadPlans, plan_named, read_group_by, read_plan_overview, read_plan_table
from concertation.formats.iati.received import organisations_of as of_transaction
from concertation.formats.iati.received import read_activities
from concertation.formats.opening import Opened, open_file
from concertation.formats.recognise import (
    CBPF_CONTRIBUTIONS,
    CBPF_LOCATIONS,
    CBPF_PROJECTS,
    FTS_CLUSTERS,
    FTS_FLOW_TABLE,
    FTS_FLOWS,
    FTS_GROUP_BY,
    FTS_PLAN_OVERVIEW,
    FTS_PLANS,
    IATI_ACTIVITIES,
)

FRAMEWORK = "AES"
FIRST_LINES = 5
DAY_IN_NAME = re.compile(r"20\d\d-\d\d-\d\d")
ANSWERS = frozenset({FTS_FLOWS, FTS_PLAN_OVERVIEW, FTS_GROUP_BY})
SAME_LIST = ("level", "year", "plan_number")
SHOWN_FLOW = ("row", "flow", "source_names", "destination_names", "amount_minor", "original_minor", "original_currency", "status", "dated")
SHOWN_CODE = ("row", "code", "name", "short", "fund", "year")
SHOWN_PLACE = ("row", "code", "cluster", "places", "amount_minor")
SHOWN_PLAN = ("row", "state", "year", "code", "cluster", "requirement_minor", "funding_minor")


@dataclass(frozen=True, slots=True)
class Understood:
    """Rows to store, how many stood in the file, those of other places that stay out, the problems, and what reaches no State of the framework."""

    rows: pl.DataFrame
    rows_read: int
    elsewhere: Mapping[str, int]
    problems: Sequence[Problem]
    beyond: int = 0


@dataclass(frozen=True, slots=True)
class FlowSource:
    """How the flows of one kind of file are read, under which name its flows are known, and who stands at their ends."""

    system: str
    read: Callable[[Opened], ReadFlows]
    organisations: Callable[[Mapping[str, object]], list[Written]]


def of_json(line: Mapping[str, object]) -> list[Written]:
    """The organisations of a flow that was received as JSON."""
    received = line["received"]
    return organisations_of(received) if isinstance(received, bytes) else []


FLOWS: dict[str, FlowSource] = {
    FTS_FLOWS: FlowSource(TRACKING, lambda opened: read_flows([opened.json]), of_json),
    FTS_FLOW_TABLE: FlowSource(TRACKING, fund_files.flow_table, fund_files.of_columns),
    CBPF_PROJECTS: FlowSource(FUNDS, fund_files.grants, fund_files.of_columns),
    CBPF_CONTRIBUTIONS: FlowSource(FUNDS, fund_files.contributions, fund_files.of_columns),
    IATI_ACTIVITIES: FlowSource(ACTIVITIES, lambda opened: read_activities(opened.path), of_transaction),
}
PLANS: dict[str, Callable[[Received, Opened], ReadPlans]] = {
    FTS_PLANS: lambda received, opened: read_plan_table(received.path),
    FTS_CLUSTERS: lambda received, opened: read_plan_table(received.path),
    FTS_PLAN_OVERVIEW: lambda received, opened: read_plan_overview(_mapping(opened.json)),
    FTS_GROUP_BY: lambda received, opened: read_group_by(_mapping(opened.json), plan=plan_named(received.name)),
}


def _mapping(content: object) -> Mapping[str, object]:
    return content if isinstance(content, Mapping) else {}


def place_names() -> dict[str, str]:
    """The code of each State held, by its folded names."""
    return {fold(name): state.iso3 for state in states_with_units() for name in (state.name_fr, state.name_en)}


def understood_flows(received: Received, opened: Opened) -> Understood:
    """The flows of a file that touch the State of the import, or all of them for the framework."""
    source = FLOWS[opened.kind]
    read = source.read(opened)
    known = place_names()
    lines = list(read.frame.iter_rows(named=True))
    ends = [[countries_of(line[f"{end}_places"] or (), known) for end in ("source", "destination")] for line in lines]
    own = [received.state == FRAMEWORK or any(received.state in places for places in both) for both in ends]
    frame = read.frame.with_columns(
        pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).alias("row"), pl.Series("received", [read.received[line["raw_sha256"]] for line in lines], dtype=pl.Binary),
        pl.Series("owner", [_owner(received.state, places, known) for _source, places in ends], dtype=pl.String),
        pl.Series("states", [places for _source, places in ends], dtype=pl.List(pl.String)), pl.Series("year", [_year(line) for line in lines], dtype=pl.Int64),
        pl.Series("below_first", [bool(line["parent"]) or line["boundary"] == "internal" for line in lines], dtype=pl.Boolean), pl.lit(source.system).alias("system"),
    )  # fmt: skip
    kept = frame.filter(pl.Series(own, dtype=pl.Boolean))
    away = {"–": frame.height - kept.height} if kept.height < frame.height else {}
    return Understood(kept, read.elsewhere + frame.height, away, read.problems, read.elsewhere)


def _owner(state: str, places: Sequence[str], known: Mapping[str, str]) -> str:
    """Whose territory a flow reaches: the State's it alone reaches, else the import's own."""
    held = [place for place in places if place in known.values()]
    return held[0] if len(held) == 1 and len(places) == 1 else state


def _year(line: Mapping[str, object]) -> int | None:
    years = line["destination_years"]
    if isinstance(years, list) and years:
        return int(min(years))
    dated = line["dated"]
    return dated.year if isinstance(dated, date) else None


def understood_plans(received: Received, opened: Opened) -> Understood:
    """The plan rows of a file that name the State of the import; for the framework those of every State held, and what names no country."""
    read = PLANS[opened.kind](received, opened)
    held = [state.iso3 for state in states_with_units()] if received.state == FRAMEWORK else [received.state]
    frame = read.frame
    if opened.kind == FTS_GROUP_BY and received.state != FRAMEWORK:
        frame = frame.with_columns(pl.lit(received.state).alias("state"), pl.lit([received.state]).alias("states"))
    touches = pl.col("states").list.eval(pl.element().is_in(held)).list.any() | (pl.col("states").list.len() == 0)
    kept = frame.filter(touches.fill_null(value=True))
    extracted, told = extraction(received, read.not_before)
    owner = pl.when(pl.col("state").is_in(held)).then("state").otherwise(pl.lit(received.state))
    rows = kept.with_columns(owner.alias("owner"), pl.lit(extracted, pl.Date).alias("extracted_on"))
    away = dict(frame.join(kept, on="row", how="anti").select(pl.col("states").list.join(", ").alias("state"))["state"].value_counts(sort=True).iter_rows())
    if len(away) > FIRST_LINES:
        away = {"–": sum(away.values())}
    return Understood(rows, frame.height, away, (*told, *_of_rows(read.problems, rows)))


def understood_places(received: Received, opened: Opened) -> Understood:
    """Where projects of a pooled fund spend: those of the import's State, or of every State held."""
    rows, problems = fund_files.spending(opened)
    own = rows.filter(pl.lit(received.state == FRAMEWORK) | (pl.col("state") == received.state))
    owner = pl.when(pl.col("state") == "").then(pl.lit(received.state)).otherwise("state")
    away = dict(rows.join(own, on="row", how="anti")["state"].value_counts(sort=True).iter_rows())
    return Understood(own.with_columns(owner.alias("owner")), rows.height, away, problems)


def understood_codes(received: Received, opened: Opened) -> Understood:
    """A code table of the funds: its lines that belong to no State, and those of the import's State, or of every State."""
    rows, problems = fund_files.codes(opened)
    own = rows.filter(pl.lit(received.state == FRAMEWORK) | (pl.col("fund") == "") | (pl.col("state") == received.state))
    owner = pl.when(pl.col("state") == "").then(pl.lit(received.state)).otherwise("state")
    away = {"–": rows.height - own.height} if own.height < rows.height else {}
    return Understood(own.with_columns(owner.alias("owner")), rows.height, away, problems)


def extraction(received: Received, not_before: date | None) -> tuple[date, tuple[Problem, ...]]:
    """The day a file was extracted: as its name says, else the last day the file itself names, else the day it was received; the last two with a note."""
    named = DAY_IN_NAME.search(received.name)
    if named and (said := day(named[0])):
        return said, ()
    supposed = not_before or received.today
    return supposed, (Problem("extraction-not-stated", Cell(), received.name, {"day": supposed.isoformat()}),)


def _of_rows(problems: Iterable[Problem], rows: pl.DataFrame) -> list[Problem]:
    """The problems of the file and of these rows; those of other States' rows are not this import's."""
    own = set(rows["row"].to_list())
    return [problem for problem in problems if problem.cell.row is None or problem.cell.row in own]


Understand = Callable[[Received, Opened], Understood]
UNDERSTOOD: dict[str, tuple[Understand, tuple[str, ...]]] = {
    **dict.fromkeys(FLOWS, (understood_flows, SHOWN_FLOW)), **dict.fromkeys(PLANS, (understood_plans, SHOWN_PLAN)),
    CBPF_LOCATIONS: (understood_places, SHOWN_PLACE), **dict.fromkeys(CODE_LISTS, (understood_codes, SHOWN_CODE)),
}  # fmt: skip


class FundingImporter:
    """Understands and stores money."""

    kinds = frozenset(UNDERSTOOD)

    def preview(self, received: Received, opened: Opened) -> Preview:
        """Read the flows or plan rows of a file; stores nothing."""
        understand, columns = UNDERSTOOD[opened.kind]
        understood = understand(received, opened)
        shown = understood.rows.select(columns).head(FIRST_LINES)
        return Preview(
            kind=opened.kind, sheet="", rows=understood.rows, rows_read=understood.rows_read, problems=_counted((*opened.problems, *understood.problems), understood),
            samples={"understood": [_plain(line) for line in shown.to_dicts()], "doubtful": [], "refused": []}, period_start=_new_year(understood.rows["year"].min()),
            period_end=_year_end(understood.rows["year"].max()), notes={"recognised_by": list(opened.reasons)},
        )  # fmt: skip

    def store_slice(self, run: ImportRun, rows: pl.DataFrame, *, by: Mandate) -> None:
        """Store some rows; those stored before stay as they are."""
        if "received" in rows.columns:
            ends = {line["raw_sha256"]: FLOWS[run.kind].organisations(line) for line in rows.iter_rows(named=True)}
            commands.store_flows(run, rows, ends)
        elif run.kind == CBPF_LOCATIONS:
            commands.store_places(run, rows)
        elif run.kind in CODE_LISTS:
            commands.store_codes(run, rows)
        else:
            source = source_of(run).pk
            commands.store_plan_rows(run, rows, source=source)
            store_figures(run, figures_of(rows, source=source))

    def finish(self, run: ImportRun, preview: Preview, *, by: Mandate) -> None:
        """Every row is stored: keep what surrounds them, and let the import count."""
        if envelope := envelope_kept(run, preview):
            commands.keep_answer(run, envelope)
        finish_run(run, source=source_of(run), by=by)

    def take_back(self, run: ImportRun, *, by: Mandate) -> None:
        """Remove what a cancelled import had stored."""
        commands.take_back(run)
        remove_figures(run)

    def compared(self, earlier: ImportRun, preview: Preview) -> Comparable | None:
        """Plan rows stored beside those understood: one plan, year and cluster is one row. Flows replace nothing: their versions stand beside each other."""
        before = plan_rows_to_compare(earlier)
        if preview.kind not in PLANS or before.join(preview.rows, on=[*SAME_LIST], how="semi", nulls_equal=True).is_empty():
            return None
        texts = [pl.col(name).fill_null("") for name, kind in PLAN_COMPARED.items() if kind == pl.String]
        after = preview.rows.select(list(PLAN_COMPARED)).with_columns(texts)
        return Comparable(before, after, [name for name in PLAN_COMPARED if not name.endswith("_minor")], ("requirement_minor", "funding_minor"), "level")


def envelope_kept(run: ImportRun, preview: Preview) -> bytes:
    """What surrounds the rows of an answer in JSON, from its bytes; nothing for a table."""
    opened = open_file(raw_path(run.file_id), kind=preview.kind)
    if not isinstance(opened.json, dict):
        return b""
    return envelope_of(opened.json, set(preview.rows["raw_sha256"])) if preview.kind == FTS_FLOWS else canonical(opened.json)


def source_of(run: ImportRun) -> Source:
    """The source that an import's rows point to."""
    return state_source(id=f"file-{run.file_id[:16]}-{run.owner_state.lower()}", title=run.file.name, publisher=run.holder, published_on=run.period_end)


def _new_year(year: object) -> date | None:
    return date(year, 1, 1) if isinstance(year, int) else None


def _year_end(year: object) -> date | None:
    return date(year, 12, 31) if isinstance(year, int) else None


def _counted(problems: Iterable[Problem], understood: Understood) -> list[CountedProblem]:
    grouped: dict[tuple[str, str], CountedProblem] = {}
    for problem in problems:
        held = grouped.get((problem.code, problem.value))
        grouped[problem.code, problem.value] = replace(held, count=held.count + 1) if held else CountedProblem(problem)
    beyond = [CountedProblem(Problem("flows-elsewhere"), understood.beyond)] if understood.beyond else []
    return [*grouped.values(), *beyond, *(CountedProblem(Problem("rows-of-another-state", value=state), count) for state, count in understood.elsewhere.items())]


def _plain(line: Mapping[str, object]) -> dict[str, object]:
    """A row as the page of an import shows it: lists in words, days as text."""
    return {name: ", ".join(map(str, value)) if isinstance(value, list) else value.isoformat() if isinstance(value, date) else value for name, value in line.items()}
