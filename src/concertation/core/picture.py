"""The joint picture: who is declared where, against who is in need there. Two gaps, never mixed.

Presence is counted in distinct organisations and distinct activities (identical rows once), at the unit of the activity and at each
of its ancestors. An activity placed no finer than a region counts for the region, and is said to be placed no finer.
"No activity declared" is only said against the State's calendar of reports: where a period of it covers the State, the sector and
the days, and is closed (validated or frozen) or has a report that covers them; elsewhere no report was received.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Literal

import polars as pl

from concertation.core.figures import FACT
from concertation.core.needs import CELL, GAPS, gaps
from concertation.core.presence_counts import ancestry, links, outside, presence

__all__ = [
    "ancestry", "as_of", "coverage", "crowding", "disagreements", "ending_soon", "grounds", "joint", "links", "open_to_all", "outside", "people_gaps",
    "covered_sectors", "presence", "restricted_only", "silence", "with_parent_sectors",
]  # fmt: skip

Verdict = Literal["declared", "none_declared", "no_report"]
MEASURED = ("in_need", "targeted", "reached", *GAPS)
SOON_DAYS = 60
REPORTS = {"state": pl.Utf8, "sector": pl.Utf8, "period_start": pl.Date, "period_end": pl.Date, "organisations": pl.Int64}
CALENDAR = {
    "state": pl.Utf8, "sector": pl.Utf8, "period_start": pl.Date, "period_end": pl.Date, "closed": pl.Boolean, "declared": pl.Int64,
}


def open_to_all(rows: pl.DataFrame, sectors: pl.DataFrame) -> pl.DataFrame:
    """The rows outside the restricted sectors (protection, gender-based violence, child protection): what anyone may see.

    Rows without a sector may belong to one of them, so they are left out too. Take this before counting, so that no total can be
    subtracted from another. Columns in: sector; sectors: sector, restricted.
    """
    return rows.filter(pl.col("sector").is_in(sectors.filter(~pl.col("restricted"))["sector"].implode()))


def restricted_only(rows: pl.DataFrame, sectors: pl.DataFrame) -> pl.DataFrame:
    """The rows of the restricted sectors, for those whose mandate covers them."""
    return rows.filter(pl.col("sector").is_in(sectors.filter("restricted")["sector"].implode()))


def with_parent_sectors(linked: pl.DataFrame, sectors: pl.DataFrame) -> pl.DataFrame:
    """The links, and each once more under its parent sector (child protection is protection too). Columns in: sectors: sector, parent."""
    above = sectors.filter(pl.col("parent").is_not_null()).select("sector", "parent")
    raised = linked.join(above, on="sector").with_columns(sector="parent").drop("parent")
    return pl.concat([linked, raised.select(linked.columns)])


def as_of(activities: pl.DataFrame, day: date) -> pl.DataFrame:
    """The activities with `standing` on a day: ongoing, ended, not_started, or unknown where the dates do not settle it.

    A status of completed or planned speaks for missing dates; one of ongoing does not, since a report ages. Columns in: start, end
    (Date, null when not held), status.

    >>> rows = pl.DataFrame({"start": [date(2022, 1, 1), None], "end": [date(2022, 6, 30), None], "status": [None, "completed"]})
    >>> as_of(rows, date(2022, 3, 1))["standing"].to_list()
    ['ongoing', 'ended']
    """
    standing = (
        pl.when((pl.col("end") < day).fill_null(False)).then(pl.lit("ended"))
        .when((pl.col("start") > day).fill_null(False)).then(pl.lit("not_started"))
        .when(pl.col("status").eq_missing("completed")).then(pl.lit("ended"))
        .when(pl.col("start").is_not_null() & pl.col("end").is_not_null()).then(pl.lit("ongoing"))
        .when(pl.col("status").is_in(["planned", "awaiting-funding"]).fill_null(False)).then(pl.lit("not_started"))
        .otherwise(pl.lit("unknown"))
    )  # fmt: skip
    return activities.with_columns(standing=standing)


def ending_soon(activities: pl.DataFrame, day: date, *, days: int = SOON_DAYS) -> pl.DataFrame:
    """Activities ongoing on the day whose end comes within so many days, the nearest first, with `days_left`."""
    last = day + timedelta(days=days)
    near = as_of(activities, day).filter((pl.col("standing") == "ongoing") & (pl.col("end") <= last))
    return near.with_columns(days_left=(pl.col("end") - pl.lit(day)).dt.total_days()).sort("end", maintain_order=True)


def people_gaps(cells: pl.DataFrame, tree: pl.DataFrame) -> pl.DataFrame:
    """Need not targeted and target not reached, computed in each cell and then added up to every ancestor, never across sectors.

    A measure is null where no cell holds it; `<measure>_held` says how many of `cells` do. Columns in: CELL and in_need, targeted,
    reached (people). Columns out: unit, level, the rest of CELL, MEASURED, `..._held`, cells. Raises ValueError when a unit and one
    of its ancestors both have a cell, since their people would be counted twice.
    """
    _must_be_apart(cells, tree)
    key = [name for name in CELL if name in cells.columns and name != "unit"]
    sums = [pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name) for name in MEASURED]
    held = [pl.col(name).count().alias(f"{name}_held") for name in MEASURED]
    placed = gaps(cells).join(tree, on="unit").drop("unit").rename({"at": "unit"})
    return placed.group_by("unit", "level", *key).agg(*sums, *held, pl.len().alias("cells")).sort("level", "unit", *key)


def _must_be_apart(cells: pl.DataFrame, tree: pl.DataFrame) -> None:
    key = [name for name in CELL if name in cells.columns and name != "unit"]
    above = cells.select("unit", *key).unique().join(tree.filter(pl.col("unit") != pl.col("at")), on="unit").drop("unit").rename({"at": "unit"})
    twice = above.join(cells.select("unit", *key).unique(), on=["unit", *key], nulls_equal=True)
    if twice.height:
        raise ValueError(f"{twice['unit'][0]} and a unit within it both have a figure; keep one level before adding")


def joint(gaps_held: pl.DataFrame, present: pl.DataFrame, units: Iterable[str], *, sector: str) -> pl.DataFrame:
    """Need and presence side by side for these units and one sector: null need where no figure is held, 0 actors where none is declared.

    Columns in: `people_gaps` and `presence`. Columns out: unit, in_need, targeted, reached, the two gaps, organisations, activities.
    """
    asked = pl.DataFrame({"unit": list(units)}, schema={"unit": pl.Utf8})
    need = gaps_held.filter(sector=sector).select("unit", *MEASURED)
    actors = present.filter(sector=sector).select("unit", "organisations", "activities")
    beside = asked.join(need, on="unit", how="left", maintain_order="left").join(actors, on="unit", how="left", maintain_order="left")
    return beside.with_columns(pl.col("organisations", "activities").fill_null(0))


def silence(asked: pl.DataFrame, present: pl.DataFrame, reports: pl.DataFrame, *, start: date, end: date) -> pl.DataFrame:
    """What may be said of each unit and sector: declared, none_declared (a report covers it), or no_report.

    Columns in: asked: state, unit, sector; present: `presence`; reports: state, sector (null: every sector), period_start,
    period_end, organisations (how many reported). A report covers when it, or several end to end, span start to end. Columns out:
    those of asked, activities, verdict, reporting (organisations in the covering reports; null without one).
    """
    distinct = asked.select("state", "sector").unique(maintain_order=True)
    covered = [_reporting(reports, state, sector, start, end) for state, sector in distinct.iter_rows()]
    known = distinct.with_columns(reporting=pl.Series(covered, dtype=pl.Int64))
    counted = asked.join(present.select("unit", "sector", "activities"), on=["unit", "sector"], how="left", maintain_order="left")
    verdict = (
        pl.when(pl.col("activities") > 0).then(pl.lit("declared"))
        .when(pl.col("reporting").is_not_null()).then(pl.lit("none_declared"))
        .otherwise(pl.lit("no_report"))
    )  # fmt: skip
    told = counted.with_columns(pl.col("activities").fill_null(0)).join(known, on=["state", "sector"], how="left", maintain_order="left")
    return told.with_columns(verdict=verdict)


def _reporting(reports: pl.DataFrame, state: str, sector: str, start: date, end: date) -> int | None:
    """Organisations in the reports that together span the period for this State and sector; None when they leave a day out."""
    about = (pl.col("sector") == sector) | pl.col("sector").is_null()
    fit = reports.filter((pl.col("state") == state) & about & (pl.col("period_start") <= end) & (pl.col("period_end") >= start))
    reached = start
    for first, last in fit.sort("period_start").select("period_start", "period_end").iter_rows():
        if first > reached:
            return None
        reached = max(reached, last + timedelta(days=1))
    return max(fit["organisations"].drop_nulls().to_list(), default=0) if reached > end else None


def grounds(reports: pl.DataFrame, calendar: pl.DataFrame) -> pl.DataFrame:
    """On what the absence of activity may be said: reports within the calendar, and periods that were closed.

    A report says nothing of days outside the calendar, nor of a sector that no period of those days is for. Columns in: reports: as
    for `silence`; calendar: state, sector (null: every sector), period_start, period_end, closed, declared (organisations). Columns
    out: those of reports.

    >>> january, february = (date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 2, 1), date(2026, 2, 28))
    >>> both = pl.DataFrame([("NER", "HEA", january[0], february[1], 7)], schema=REPORTS, orient="row")
    >>> held = pl.DataFrame([("NER", None, *february, False, 7)], schema=CALENDAR, orient="row")
    >>> grounds(both, held).select("sector", "period_start", "period_end").rows()
    [('HEA', datetime.date(2026, 2, 1), datetime.date(2026, 2, 28))]
    """
    periods = calendar.rename({"sector": "of", "period_start": "first", "period_end": "last"})
    met = reports.join(periods, on="state").filter(
        (pl.col("of").is_null() | (pl.col("of") == pl.col("sector"))) & (pl.col("first") <= pl.col("period_end")) & (pl.col("last") >= pl.col("period_start")),
    )
    reported = met.with_columns(
        period_start=pl.max_horizontal("period_start", "first"), period_end=pl.min_horizontal("period_end", "last"),
    ).select(list(REPORTS))
    closed = calendar.filter("closed").rename({"declared": "organisations"}).select(list(REPORTS))
    return pl.concat([reported, closed])


def covered_sectors(told: pl.DataFrame, sectors: Iterable[str], *, state: str, start: date, end: date) -> frozenset[str]:
    """Those of the sectors of a State of which absence may be said over these days. Columns in: `grounds`."""
    return frozenset(sector for sector in sectors if _reporting(told, state, sector, start, end) is not None)


def crowding(beside: pl.DataFrame, *, fewest_actors: int = 5, thinner_than: float = 1 / 3) -> pl.DataFrame:
    """Units where many organisations are declared for small need: people in need per organisation far below that of all units together.

    Crowded: at least `fewest_actors` organisations, and less than `thinner_than` of the overall people in need per organisation. A
    question to the sector's lead, not a verdict. Columns in: unit, in_need, organisations. Columns out: the same and
    people_per_organisation, overall, for the crowded units, the most crowded first.
    """
    known = beside.filter(pl.col("in_need").is_not_null() & (pl.col("organisations") > 0))
    overall = pl.col("in_need").sum() / pl.col("organisations").sum()
    measured = known.with_columns(people_per_organisation=pl.col("in_need") / pl.col("organisations"), overall=overall)
    crowded = (pl.col("organisations") >= fewest_actors) & (pl.col("people_per_organisation") < thinner_than * pl.col("overall"))
    return measured.filter(crowded).sort("people_per_organisation", "unit")


def coverage(linked: pl.DataFrame, *, by: str) -> pl.DataFrame:
    """Distinct organisations and activities per value of `by` (state, sector, org_type), with the share of all activities (0 to 1).

    A null value is a row of its own: what was not said. Columns out: `by`, organisations, activities, share.
    """
    counted = linked.group_by(by).agg(
        pl.col("organisation").drop_nulls().n_unique().alias("organisations"), pl.col("record").n_unique().alias("activities")
    )
    every = linked["record"].n_unique()
    return counted.with_columns(share=pl.col("activities") / max(every, 1)).sort("activities", by, descending=[True, False])


def disagreements(figures: pl.DataFrame, *, share: float, same: Sequence[str] = FACT) -> pl.DataFrame:
    """Facts on which sources lie apart by more than `share`: (highest - lowest) / highest.

    Columns in: `same`, value, source. Columns out: `same`, lowest, highest, apart (0 to 1), sources (list), widest first.
    """
    held = figures.filter(pl.col("value").is_not_null())
    spread = held.group_by(list(same)).agg(
        pl.col("value").min().alias("lowest"), pl.col("value").max().alias("highest"), pl.col("source").unique().sort().alias("sources")
    )
    apart = pl.when(pl.col("highest") > 0).then((pl.col("highest") - pl.col("lowest")) / pl.col("highest")).otherwise(0.0)
    several = spread.with_columns(apart=apart).filter((pl.col("sources").list.len() > 1) & (pl.col("apart") > share))
    return several.select(*same, "lowest", "highest", "apart", "sources").sort("apart", *same, descending=[True, *(False for _ in same)])
