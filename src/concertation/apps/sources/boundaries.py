"""The importer of boundaries: areas matched to units, made light enough for a phone, kept as a set that its State may approve.

Nothing is drawn from a set before the State's data manager approves it. The file as received stays by its hash.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl
import shapely

from concertation.apps.places.commands import bring_boundaries
from concertation.apps.places.queries import division_named, divisions, gazetteer, states_with_units
from concertation.apps.sources.commands import finish_run, raw_path, state_source
from concertation.apps.sources.doubts.commands import KEEP
from concertation.apps.sources.models import Doubt, ImportRun
from concertation.apps.sources.place_doubts import place_doubts
from concertation.apps.sources.previews import CountedProblem, Preview, Received
from concertation.apps.sources.queries import asked_columns, stored_runs_asking
from concertation.core.boundary_matching import Fit, MatchedArea, Matching, fits, match, simplified
from concertation.core.geometry import Area
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate
from concertation.draw.maps import symbols
from concertation.formats.boundaries import (
    BoundarySet,
    read_boundaries,
    reference_boundaries,
    state_outline,
    written_boundaries,
)
from concertation.formats.opening import Opened, open_file
from concertation.formats.recognise import BOUNDARIES

FIRST_LINES = 5
HOWS = ("exact", "repaired", "doubtful", "unknown", "none_given")
FINEST_TOLERANCE, COARSEST_TOLERANCE = 0.001, 0.1
MOST_SYMBOL_BYTES = 200_000
METRES_PER_DEGREE = 111_000
TOLD_SHARE = 0.99
ROW_SCHEMA = pl.Schema(
    {
        "number": pl.Int64(), "how": pl.String(), "unit": pl.String(), "code": pl.String(), "name": pl.String(), "geometry": pl.Binary(),
        "level": pl.Int64(), "divisions": pl.List(pl.String()),
    },
)


@dataclass(frozen=True, slots=True)
class Understood:
    """A file's areas as they would be stored, for which divisions, how they matched, and what there is to say."""

    divisions: tuple[str, ...]
    matching: Matching
    problems: tuple[Problem, ...]


class BoundaryImporter:
    """Understands and stores sets of boundaries."""

    kinds = frozenset({BOUNDARIES})

    def preview(self, received: Received, opened: Opened) -> Preview:
        """Read, repair, match and simplify the areas of a file; stores nothing."""
        if received.state not in {state.iso3 for state in states_with_units()}:
            return refused([Problem("boundary-state-needed", value=received.state)])
        read = read_boundaries(received.path, within=outline_of(received.state), name=received.name)
        understood = understand(read, received.state, received.columns) if read.areas else None
        if understood is None:
            unmatched = [Problem("boundary-without-match", value=received.state)] if read.areas else []
            return refused([*read.problems, *unmatched], read=len(read.areas))
        return previewed(understood, read, opened)

    def store_slice(self, run: ImportRun, rows: pl.DataFrame, *, by: Mandate) -> None:
        """An area means nothing without its neighbours: the set is stored whole, at the end."""

    def finish(self, run: ImportRun, preview: Preview, *, by: Mandate) -> None:
        """Keep the set, not approved yet, for every division it fits; from now on the import counts."""
        source = state_source(
            id=f"file-{run.file_id[:16]}-{run.owner_state.lower()}", title=run.file.name, publisher=run.holder, published_on=None,
        )
        keep_set(run, preview, by=by)
        finish_run(run, source=source, by=by)

    def take_back(self, run: ImportRun, *, by: Mandate) -> None:
        """Nothing is stored before the end."""

    def compared(self, earlier: ImportRun, preview: Preview) -> None:
        """A set of boundaries replaces another when its State approves it, not before."""


def keep_set(run: ImportRun, preview: Preview, *, by: Mandate) -> None:
    """Keep the areas of a preview as a set of every division they fit."""
    geometry = written_boundaries(area_of(row) for row in preview.rows.to_dicts())
    first = preview.rows.row(0, named=True)
    for name in first["divisions"]:
        bring_boundaries(division=division_named(name), level=first["level"], geometry=geometry, source=run.file.name[:200], licence="", by=by)


def draw_anew(doubt: Doubt, answer: str, by: Mandate) -> int:
    """An answer about an area: a new set, to be approved in its turn, where the area is the unit answered; how many sets."""
    asking = [run for run in stored_runs_asking([by], doubt, kinds=BoundaryImporter.kinds) if run.file.erased_at is None] if answer != KEEP else []
    for run in asking:
        received = Received(
            path=raw_path(run.file_id), name=run.file.name, state=run.owner_state, today=run.created_at.date(), kind=run.kind, columns=asked_columns(run),
        )
        keep_set(run, BoundaryImporter().preview(received, open_file(received.path, kind=run.kind)), by=by)
    return len(asking)


def outline_of(state: str) -> shapely.MultiPolygon | None:
    """The State's outline from the boundaries shipped for one of its divisions, if any are."""
    shipped = [division.pk for division in divisions(state) if reference_boundaries(division.pk, 1).areas]
    return state_outline(shipped[0]) if shipped else None


def understand(read: BoundarySet, state: str, chosen: Mapping[str, str]) -> Understood | None:
    """The areas of a file with their units, for the level and division chosen, else for the best; None when none fits."""
    places = gazetteer()
    found = [fit for fit in fits(read.areas, places, state) if is_as_chosen(fit, chosen)]
    if not found:
        return None
    best = found[0]
    matching = match(read.areas, places, state=state, division=best.division, level=best.level)
    lighter, told = made_light(matching)
    names = tuple(fit.division for fit in found if replace(fit, division=best.division) == best)
    fitted = Problem("boundary-division-fitted", value=", ".join(names), detail={"level": str(best.level), "units": f"{best.named}/{best.units}"})
    return Understood(names, lighter, (fitted, *matching.problems, *told))


def is_as_chosen(fit: Fit, chosen: Mapping[str, str]) -> bool:
    """Whether a fit is of the division and level that a person chose, if any."""
    return chosen.get("division", fit.division) == fit.division and chosen.get("level", str(fit.level)) == str(fit.level)


def made_light(matching: Matching) -> tuple[Matching, list[Problem]]:
    """The areas simplified until their drawing is light, and how far the lines moved at most."""
    received = [each.area for each in matching.areas]
    tolerance, lighter = FINEST_TOLERANCE, simplified(received, tolerance=FINEST_TOLERANCE)
    while len(symbols(lighter).content) > MOST_SYMBOL_BYTES and tolerance < COARSEST_TOLERANCE:
        tolerance *= 2
        lighter = simplified(received, tolerance=tolerance)
    areas = tuple(MatchedArea(area, each.how, each.number) for area, each in zip(lighter, matching.areas, strict=True))
    points = {name: sum(int(shapely.get_num_coordinates(area.shape)) for area in held) for name, held in (("before", received), ("after", lighter))}
    told = Problem(
        "boundary-simplified", value=f"{tolerance * METRES_PER_DEGREE:.0f}", detail={name: str(count) for name, count in points.items()},
    )
    kept = Matching(matching.division, matching.level, areas, matching.doubts, matching.problems, matching.missing)
    return kept, [told] if points["after"] < TOLD_SHARE * points["before"] else []


def previewed(understood: Understood, read: BoundarySet, opened: Opened) -> Preview:
    """What accepting would store, in counts and first lines."""
    matching = understood.matching
    rows = pl.DataFrame([row_of(each, understood) for each in matching.areas], schema=ROW_SCHEMA)
    counted = {how: int((rows["how"] == how).sum()) for how in HOWS}
    shown = rows.select("number", "code", "name", "how", "unit")
    sure = pl.col("unit").is_not_null()
    return Preview(
        kind=BOUNDARIES, sheet="", rows=rows, rows_read=len(read.areas), places=counted,
        problems=counted_problems([*read.problems, *understood.problems]), doubts=place_doubts(matching.doubts, gazetteer()),
        samples={
            "understood": shown.filter(sure).head(FIRST_LINES).to_dicts(), "doubtful": shown.filter(~sure).head(FIRST_LINES).to_dicts(),
            "refused": [],
        },
        notes={
            "divisions": list(understood.divisions), "level": matching.level, "units_without_area": len(matching.missing),
            "recognised_by": list(opened.reasons),
        },
    )


def row_of(each: MatchedArea, understood: Understood) -> dict[str, object]:
    """One area as a row of the preview."""
    return {
        "number": each.number, "how": each.how, "unit": next(iter(each.area.units), None), "code": " / ".join(each.area.codes),
        "name": " / ".join(each.area.names), "geometry": shapely.to_wkb(each.area.shape), "level": understood.matching.level,
        "divisions": list(understood.divisions),
    }


def area_of(row: Mapping[str, object]) -> Area:
    """A row of the preview as an area again."""
    shape = shapely.from_wkb(row["geometry"])
    unit, code, name = row["unit"], str(row["code"]), str(row["name"])
    return Area(shape, (str(unit),) if unit else (), (code,) if code else (), (name,) if name else ())


def refused(problems: list[Problem], *, read: int = 0) -> Preview:
    """A file from which no set can be made, and why."""
    return Preview(BOUNDARIES, "", pl.DataFrame(schema=ROW_SCHEMA), read, rows_refused=read, problems=counted_problems(problems))


def counted_problems(problems: list[Problem]) -> list[CountedProblem]:
    """Problems grouped by code and value, each with its first place."""
    grouped: dict[tuple[str, str], CountedProblem] = {}
    for problem in problems:
        held = grouped.get((problem.code, problem.value), CountedProblem(problem, 0))
        grouped[problem.code, problem.value] = CountedProblem(held.problem, held.count + 1)
    return list(grouped.values())
