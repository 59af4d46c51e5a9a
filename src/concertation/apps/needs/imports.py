"""Bringing in files of figures: Cadre Harmonisé, HPC and HAPI needs, UNHCR population, DTM baseline.

A file may hold several States: an import for one State takes that State's rows, an import for the framework (AES) takes
those of every State whose units are held. The figures of a row count for the State the row is of.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl
from django.db import transaction

from concertation.apps.needs import commands
from concertation.apps.needs.placing import (
    PlacedFile,
    figures_of_food_security,
    figures_of_rows,
    place_columns,
    place_file,
    summed_by_unit,
)
from concertation.apps.needs.queries import COMPARED, figures_to_compare, imports_asking
from concertation.apps.places.queries import gazetteer, states_with_units
from concertation.apps.sources.commands import finish_run, raw_path, state_source
from concertation.apps.sources.models import Doubt, ImportRun, Source
from concertation.apps.sources.place_doubts import place_doubts
from concertation.apps.sources.previews import Comparable, CountedProblem, DoubtToSettle, Preview, Received
from concertation.core.figures import WRITTEN_FIGURE_SCHEMA
from concertation.core.named_periods import YEAR, period_named
from concertation.core.periods import Period
from concertation.core.problems import Cell, Problem
from concertation.core.sharing import Mandate
from concertation.formats.cadre_harmonise import read_cadre_harmonise
from concertation.formats.displacement import abroad, national_totals, read_dtm, read_unhcr_population
from concertation.formats.hapi import read_hapi_needs
from concertation.formats.hpc import read_hno
from concertation.formats.named_columns import WrittenFigures
from concertation.formats.opening import Opened
from concertation.formats.recognise import CADRE_HARMONISE, DTM_BASELINE, HAPI_NEEDS, HPC_NEEDS, UNHCR_POPULATION

FRAMEWORK = "AES"
FIRST_LINES = 5
SHOWN = ("row", "adm1_name", "adm2_name", "adm3_name", "how", "unit", "waiting")
PENDING = "pending"
"""Source of figures until the import that stores them has one."""
KEEP = "keep"
"""The answer that leaves a place in doubt as it is."""
DIVIDED_AT = 2


@dataclass(frozen=True, slots=True)
class Understood:
    """Figures to store (STORED_SCHEMA), the placement of their rows, and how the rows of the file were counted.

    `elsewhere` counts the rows of other States, per State: they stay out of this import.
    """

    figures: pl.DataFrame
    placed: PlacedFile
    rows_read: int
    rows_kept: int
    elsewhere: Mapping[str, int]
    problems: Sequence[Problem]
    rows_identical: int = 0


def states_of(received: Received) -> frozenset[str]:
    """The States whose rows an import takes: its own, or every State with units for the framework."""
    if received.state == FRAMEWORK:
        return frozenset(state.iso3 for state in states_with_units())
    return frozenset([received.state])


def source_of(run: ImportRun) -> Source:
    """The source that an import's figures point to."""
    return state_source(
        id=f"file-{run.file_id[:16]}-{run.owner_state.lower()}", title=run.file.name, publisher=run.holder, published_on=run.period_end,
    )


def food_security(received: Received, states: Collection[str]) -> Understood:
    """A Cadre Harmonisé file: the parts of a unit are summed at level 2, people in phases and the area's phase are figures."""
    reading = read_cadre_harmonise(received.path)
    own = reading.frame.filter(pl.col("state").is_in(sorted(states)))
    placed = place_file(own, gazetteer(), at_level=DIVIDED_AT)
    return Understood(
        figures_of_food_security(placed.rows, source=PENDING), placed, reading.frame.height, own.height, _elsewhere(reading.frame, states),
        _of_rows(reading.problems, own), own["identical_to"].count(),
    )


def needs_of_hapi(received: Received, states: Collection[str]) -> Understood:
    """HAPI's humanitarian needs: each row is a figure."""
    reading = read_hapi_needs(received.path, source=PENDING, extracted_on=None, newest_start=received.today)
    return _row_by_row(reading, states)


def needs_of_hpc(received: Received, states: Collection[str]) -> Understood:
    """The HNO file of one year, which only its name or its sender says."""
    period, told = stated_period(received)
    if period is None:
        return _row_by_row(WrittenFigures(pl.DataFrame(schema=WRITTEN_FIGURE_SCHEMA), told), states)
    reading = read_hno(received.path, year=period.start.year, source=PENDING, extracted_on=None)
    return _row_by_row(WrittenFigures(reading.frame, (*told, *reading.problems)), states)


def population_of_unhcr(received: Received, states: Collection[str]) -> Understood:
    """UNHCR's pairs of countries, summed for each State: people it hosts, and its own people hosted elsewhere."""
    reading = read_unhcr_population(received.path, source=PENDING, extracted_on=None)
    touching = pl.col("state").is_in(sorted(states)) | pl.col("origin").is_in(sorted(states))
    pairs = reading.frame.filter(touching)
    totals = pl.concat([national_totals(pairs), national_totals(abroad(pairs))]).filter(pl.col("state").is_in(sorted(states)))
    understood = _row_by_row(WrittenFigures(totals, reading.problems), states)
    return replace(understood, rows_read=reading.frame["row"].n_unique(), rows_kept=pairs["row"].n_unique(), problems=_of_rows(reading.problems, pairs))


def baseline_of_dtm(received: Received, states: Collection[str]) -> Understood:
    """A DTM baseline, whose rows are parts of a level 2 unit and are summed there."""
    understood = _row_by_row(read_dtm(received.path, source=PENDING, extracted_on=None), states, at_level=DIVIDED_AT)
    return replace(understood, figures=summed_by_unit(understood.figures))


def _row_by_row(reading: WrittenFigures, states: Collection[str], *, at_level: int | None = None) -> Understood:
    own = reading.frame.filter(pl.col("state").is_in(sorted(states)))
    placed = place_file(place_columns(own), gazetteer(), at_level=at_level)
    figures = figures_of_rows(own, placed.rows, sheet=_sheet(reading.problems))
    told = _not_of_rows(reading.problems, reading.frame.join(own, on="row", how="anti"))
    without_figure = {problem.cell.row for problem in told if problem.cell.row} - set(own["row"])
    return Understood(
        figures, placed, reading.frame["row"].n_unique() + len(without_figure), placed.rows.height, _elsewhere(reading.frame, states), told,
    )


READERS: dict[str, Callable[[Received, Collection[str]], Understood]] = {
    CADRE_HARMONISE: food_security,
    HPC_NEEDS: needs_of_hpc,
    HAPI_NEEDS: needs_of_hapi,
    UNHCR_POPULATION: population_of_unhcr,
    DTM_BASELINE: baseline_of_dtm,
}


class FigureImporter:
    """Understands and stores figures."""

    kinds = frozenset(READERS)

    def preview(self, received: Received, recognised: Opened) -> Preview:
        """Read, place and sum the figures of a file; stores nothing."""
        understood = READERS[recognised.kind](received, states_of(received))
        placed, figures = understood.placed, understood.figures
        start, end = figures["reference_start"].min(), figures["reference_end"].max()
        return Preview(
            kind=recognised.kind, sheet=_sheet(understood.problems) or "", rows=figures, rows_read=understood.rows_read,
            rows_identical=understood.rows_identical, places=placed.counts(), problems=_all_problems(understood, recognised),
            doubts=place_doubts(placed.doubts, gazetteer()), samples=_samples(placed.rows),
            period_start=start if isinstance(start, date) else None, period_end=end if isinstance(end, date) else None,
            notes={"rows_kept": understood.rows_kept, "figures": figures.height, "recognised_by": list(recognised.reasons)},
        )

    def store_slice(self, run: ImportRun, rows: pl.DataFrame, *, by: Mandate) -> None:
        """Store some figures; those stored before stay as they are."""
        commands.store_figures(run, rows.with_columns(pl.lit(source_of(run).pk).alias("source")))

    def finish(self, run: ImportRun, preview: Preview, *, by: Mandate) -> None:
        """Every figure is stored: from now on the import counts."""
        finish_run(run, source=source_of(run), by=by)

    def take_back(self, run: ImportRun, *, by: Mandate) -> None:
        """Remove what a cancelled import had stored."""
        commands.remove_figures(run)

    def compared(self, earlier: ImportRun, preview: Preview) -> Comparable | None:
        """The figures stored beside those understood: one fact and period is one row, its value the number."""
        return Comparable(figures_to_compare(earlier), preview.rows.select(list(COMPARED)), [name for name in COMPARED if name != "value"], ("value",), "concept")


def bring_in_answered(doubt: Doubt, answer: str, by: Mandate) -> int:
    """An answer about a place: figures that waited for it come to their place, and sums that lacked them are made anew."""
    return sum(_store_anew(run, by)[0] for run in imports_asking([by], doubt, kinds=FigureImporter.kinds)) if answer != KEEP else 0


def ask_anew(doubt: Doubt, by: Mandate) -> Mapping[ImportRun, tuple[int, int]]:
    """An answer was taken back: figures that rested on it wait again. Per import: rows, and the first of them."""
    waiting = {run: _store_anew(run, by)[1] for run in imports_asking([by], doubt, kinds=FigureImporter.kinds)}
    asked = {run: next((each for each in doubts if each.key == doubt.key), None) for run, doubts in waiting.items()}
    return {run: (each.count, each.row or 0) for run, each in asked.items() if each}


@transaction.atomic
def _store_anew(run: ImportRun, by: Mandate) -> tuple[int, list[DoubtToSettle]]:
    """Place the file of a stored import again; how many figures it holds now, and what it still asks."""
    received = Received(
        path=Path(raw_path(run.file_id)), name=run.file.name, state=run.owner_state, today=run.created_at.date(), kind=run.kind,
        period_start=run.period_start, period_end=run.period_end,
    )
    understood = READERS[run.kind](received, states_of(received))
    commands.replace_figures(run, understood.figures.with_columns(pl.lit(source_of(run).pk).alias("source")), by=by)
    return understood.figures.height, place_doubts(understood.placed.doubts, gazetteer())


def stated_period(received: Received) -> tuple[Period | None, tuple[Problem, ...]]:
    """The period of a file whose rows do not say it: as the sender stated, else as its name says, with a note; else none."""
    if received.period_start and received.period_end:
        return Period(received.period_start, received.period_end), ()
    years = {int(year) for year in YEAR.findall(received.name)}
    named = period_named(received.name) or (Period.of_year(years.pop()) if len(years) == 1 else None)
    if named is None:
        return None, (Problem("period-not-stated", Cell(), received.name),)
    return named, (Problem("period-from-name", Cell(), received.name, {"period": f"{named.start} – {named.end}"}),)


def _elsewhere(frame: pl.DataFrame, states: Collection[str]) -> dict[str, int]:
    others = frame.filter(~pl.col("state").is_in(sorted(states))).unique("row")
    return dict(others["state"].value_counts(sort=True).iter_rows())


def _of_rows(problems: Iterable[Problem], own: pl.DataFrame) -> list[Problem]:
    """The problems of the file and of these rows; those of other States' rows are not this import's."""
    rows = set(own["row"].to_list())
    return [problem for problem in problems if problem.cell.row is None or problem.cell.row in rows]


def _not_of_rows(problems: Iterable[Problem], others: pl.DataFrame) -> list[Problem]:
    """The problems but those of rows known to be another State's: a row that gave no figure keeps its line."""
    rows = set(others["row"].to_list())
    return [problem for problem in problems if problem.cell.row not in rows]


def _sheet(problems: Iterable[Problem]) -> str | None:
    return next((problem.cell.sheet for problem in problems if problem.cell.sheet), None)


def _all_problems(understood: Understood, recognised: Opened) -> list[CountedProblem]:
    """Every problem, grouped by code and value with its first cell; one line per other State whose rows stay out."""
    away = [CountedProblem(Problem("rows-of-another-state", value=state), count) for state, count in understood.elsewhere.items()]
    told = [(problem, 1) for problem in (*recognised.problems, *understood.problems)]
    told += [(Problem(each.problem.code, Cell(None, each.first_row), each.problem.value, each.problem.detail), each.rows) for each in understood.placed.noticed]
    grouped: dict[tuple[str, str], CountedProblem] = {}
    for problem, count in told:
        held = grouped.get((problem.code, problem.value))
        grouped[problem.code, problem.value] = CountedProblem(held.problem if held else problem, count + (held.count if held else 0))
    return [*grouped.values(), *away]


def _samples(rows: pl.DataFrame) -> dict[str, list[dict[str, object]]]:
    shown = rows.select(name for name in SHOWN if name in rows.columns)
    sure = pl.col("waiting").is_null()
    return {"understood": shown.filter(sure).head(FIRST_LINES).to_dicts(), "doubtful": shown.filter(~sure).head(FIRST_LINES).to_dicts(), "refused": []}
