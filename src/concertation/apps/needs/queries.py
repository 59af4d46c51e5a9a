"""Reading figures: what is held for a fact, which figure leads and why, need by unit for a map, a State's series over years.

Every reading begins with what the reader's mandates open. A figure of an import counts once the import is stored whole.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from uuid import UUID

import polars as pl
from django.db.models import Q, QuerySet

from concertation.apps.needs.models import Figure as FigureRow
from concertation.apps.needs.models import Sector
from concertation.apps.needs.placing import WAITING
from concertation.apps.needs.readings import (
    HELD_SCHEMA,
    READING_SCHEMA,
    intersectoral_figures,
    latest,
    on_units,
    over_states,
)
from concertation.apps.needs.remembered import Remembered, content_of
from concertation.apps.needs.terrain import Terrain
from concertation.apps.places.models import AdminUnit
from concertation.apps.places.queries import crosswalks, division_on, parents_frame
from concertation.apps.sources.models import Doubt, ImportRun
from concertation.apps.sources.queries import COUNTED_STATUSES, loaded_reference_set, runs
from concertation.core.concepts import CONCEPTS, INTERSECTORAL
from concertation.core.figures import FIGURE_SCHEMA, Figure, Reason, leading
from concertation.core.sharing import Mandate, Sensitivity

COLUMNS = {
    **{name: name for name in FIGURE_SCHEMA}, "unit": "unit_id", "source": "source_id",
    "figure": "pk", "owner_state": "owner_state", "source_title": "source__title",
}
COMPARED = {
    "concept": pl.Utf8, "unit": pl.Utf8, "sector": pl.Utf8, "group": pl.Utf8, "sex": pl.Utf8, "age": pl.Utf8, "disability": pl.Utf8, "measure": pl.Utf8,
    "reference_start": pl.Date, "reference_end": pl.Date, "value": pl.Int64,
}
LEADING_CONCEPT = {"FSC": "phase3plus"}
EARLIER = Reason("période plus ancienne", "earlier period")
LATEST = Reason("période la plus récente", "latest period")
NO_DATE = Reason("sans date de référence", "no reference date")
WORTH_SHOWING = 0.1


@dataclass(frozen=True, slots=True)
class HeldFigure:
    """A figure and where it is held: its id (none for a sum or a calculation), its source's title, how it was read.

    `how` is published, summed or crosswalk; `held` of `expected` units have a figure.
    """

    figure: Figure
    id: UUID | None
    source_title: str
    how: str = "published"
    held: int = 1
    expected: int = 1


@dataclass(frozen=True, slots=True)
class InStanding:
    """The figures of one fact side by side: the leader and why, the others in order each with why not; disagreement 0 to 1."""

    leader: HeldFigure | None
    reason: Reason
    others: tuple[tuple[HeldFigure, Reason], ...]
    disagreement: float | None


@dataclass(frozen=True, slots=True)
class NationalLine:
    """One State and one concept: what leads in its latest year, the leader of each year, and the rest."""

    state: str
    concept: str
    sector: str
    group: str
    standing: InStanding
    trend: tuple[tuple[int, HeldFigure], ...]


LINES, APART = Remembered[tuple[NationalLine, ...]](most=24), Remembered[tuple[InStanding, ...]](most=24)


def held_figures(mandates: Sequence[Mandate]) -> QuerySet[FigureRow]:
    """The figures a reader may see that count: of the reference set, and of imports stored whole."""
    counted = Q(import_run__isnull=True) | Q(import_run__status__in=COUNTED_STATUSES)
    return FigureRow.objects.visible_to(mandates).filter(counted)


def figures_to_compare(run: ImportRun) -> pl.DataFrame:
    """The figures of an import in the columns by which a corrected file is compared."""
    return pl.DataFrame(list(FigureRow.objects.filter(import_run=run).values_list(*COMPARED)), schema=COMPARED, orient="row")


def figures(
    mandates: Sequence[Mandate], *, states: Iterable[str] = (), units: Iterable[str] = (), concepts: Iterable[str] = (),
    sectors: Iterable[str] = (), on: date | None = None,
) -> pl.DataFrame:
    """Figures as a frame of HELD_SCHEMA (FIGURE_SCHEMA, figure, owner_state, source_title); what is not given is not narrowed.

    `on` leaves out figures whose period begins after that day. One query.
    """
    asked = {"owner_state__in": list(states), "unit_id__in": list(units), "concept__in": list(concepts), "sector__in": list(sectors)}
    rows = held_figures(mandates).filter(**{name: values for name, values in asked.items() if values})
    if on is not None:
        rows = rows.filter(Q(reference_start__isnull=True) | Q(reference_start__lte=on))
    lines = [(*line[:-3], str(line[-3]), *line[-2:]) for line in rows.values_list(*(COLUMNS[name] for name in HELD_SCHEMA))]
    return pl.DataFrame(lines, schema=HELD_SCHEMA, orient="row")


def figure(mandates: Sequence[Mandate], figure_id: UUID) -> FigureRow | None:
    """One figure with its unit, source and file, if the reader may see it."""
    return held_figures(mandates).select_related("unit__state", "source", "import_run__file").filter(pk=figure_id).first()


def standing_of(mandates: Sequence[Mandate], row: FigureRow) -> InStanding:
    """The figures of the same fact as one of them."""
    return standing(
        mandates, unit=row.unit_id, concept=row.concept, sector=row.sector, group=row.group, measure=row.measure, sex=row.sex,
        age=row.age, disability=row.disability,
    )


def standing(
    mandates: Sequence[Mandate], *, unit: str, concept: str, sector: str = INTERSECTORAL, group: str = "all", measure: str = "",
    sex: str = "all", age: str = "all", disability: str = "all", on: date | None = None,
) -> InStanding:
    """The leading figure of one fact and the others with the reason why they do not lead.

    The latest year with a value leads over earlier ones; within it, the stated rule: status, date, extraction. One query.
    """
    asked = {
        "sector": sector, "group": group, "measure": measure or CONCEPTS[concept].measure, "sex": sex, "age": age, "disability": disability,
    }
    held = figures(mandates, units=[unit], concepts=[concept], on=on)
    return side_by_side(_held(held.filter(pl.col(name) == value for name, value in asked.items())))


def side_by_side(held: Sequence[HeldFigure]) -> InStanding:
    """Figures of one fact, of any years: those of the latest year with a value by the rule, then the earlier ones."""
    by_figure = {each.figure: each for each in held}
    year = max((_year(each) or 0 for each in by_figure if each.value is not None), default=0)
    now = leading(each for each in by_figure if (_year(each) or 0) == year)
    reason = LATEST if now.leader and not now.others and len(by_figure) > 1 else now.reason
    rivals = [(by_figure[each], why) for each, why in now.others]
    before = sorted((each for each in by_figure if (_year(each) or 0) != year), key=lambda each: (-(_year(each) or 0), each.source))
    earlier = [(by_figure[each], _why_not_of(each, year)) for each in before]
    return InStanding(by_figure[now.leader] if now.leader else None, reason, (*rivals, *earlier), now.disagreement)


def national_lines(
    mandates: Sequence[Mandate], *, states: Sequence[str], concepts: Iterable[str] = (), sectors: Iterable[str] = (), on: date | None = None,
    ground: Terrain | None = None,
) -> tuple[NationalLine, ...]:
    """Per State, concept, sector and group: the leading figure of the State, the others, and the leader of each year.

    A State without a published figure shows the sum of its units, and says of how many. `ground` is the terrain, where the
    caller has read it. Constant number of queries.
    """
    held = figures(mandates, states=states, concepts=concepts, sectors=sectors, on=on)
    return lines_of(held, states=states, ground=ground or terrain())


def known_on(held: pl.DataFrame, on: date) -> pl.DataFrame:
    """Of some figures (HELD_SCHEMA), those whose period had begun on a day, or that name none."""
    return held.filter(pl.col("reference_start").is_null() | (pl.col("reference_start") <= on))


def lines_of(held: pl.DataFrame, *, states: Sequence[str], ground: Terrain) -> tuple[NationalLine, ...]:
    """The national lines of figures read before (HELD_SCHEMA), from memory where the same figures were."""
    return LINES.reading((content_of(held), tuple(states)), standing_on=ground, make=lambda: _lines_of(held, states, ground))


def _lines_of(held: pl.DataFrame, states: Sequence[str], ground: Terrain) -> tuple[NationalLine, ...]:
    whole = held.filter(pl.all_horizontal(pl.col(name) == "all" for name in ("sex", "age", "disability")))
    read = over_states(whole, ground)
    state_units = {state.lower(): state for state in states}
    own = whole.filter(pl.col("unit").is_in(list(state_units)))
    sums = _shaped_as_held(read.filter(pl.col("how") != "published"))
    grouped: dict[tuple[str, str, str, str, str], list[HeldFigure]] = {}
    for each in (*_held(own), *sums):
        fact = each.figure
        grouped.setdefault((state_units.get(fact.unit, fact.unit), fact.concept, fact.sector, fact.group, fact.measure), []).append(each)
    return tuple(_national_line(key, lines) for key, lines in grouped.items())


def unit_lines(mandates: Sequence[Mandate], *, unit: str, state: str, on: date | None = None) -> tuple[NationalLine, ...]:
    """What is published of one unit: per concept, sector, group and measure the leading figure, the others, the leader of each year. One query."""
    held = figures(mandates, units=[unit], on=on)
    whole = held.filter(pl.all_horizontal(pl.col(name) == "all" for name in ("sex", "age", "disability")))
    grouped: dict[tuple[str, str, str, str, str], list[HeldFigure]] = {}
    for each in _held(whole):
        fact = each.figure
        grouped.setdefault((state, fact.concept, fact.sector, fact.group, fact.measure), []).append(each)
    return tuple(_national_line(key, lines) for key, lines in grouped.items())


def trend(
    mandates: Sequence[Mandate], *, state: str, concept: str, sector: str = INTERSECTORAL, group: str = "all", on: date | None = None,
) -> tuple[tuple[int, HeldFigure], ...]:
    """A State's leading figure of each year, oldest first; years without a value are left out. Constant number of queries."""
    lines = national_lines(mandates, states=[state], concepts=[concept], sectors=[sector], on=on)
    wanted = (concept, sector, group, CONCEPTS[concept].measure)
    return next((line.trend for line in lines if _key(line) == wanted), ())


def need_by_unit(
    mandates: Sequence[Mandate], *, state: str, level: int, sector: str, concept: str = "", on: date, division: str = "",
) -> pl.DataFrame:
    """Need on every unit of a level of a State, for the map: the latest period that any unit has, each with dates and source.

    Columns out: READING_SCHEMA. Every unit of the division (the one in force on the day when none is given) has a row; value
    null when none is held. `how` is published, summed or crosswalk; a status "estimated" is to be marked. For food security
    the concept is people in Cadre Harmonisé phase 3+, else people in need. Constant number of queries.
    """
    asked = concept or LEADING_CONCEPT.get(sector, "in_need")
    narrowed = () if sector == INTERSECTORAL else (sector,)
    held = figures(mandates, states=[state], concepts=[asked], sectors=narrowed, on=on)
    in_force = division or division_in_force(state, on)
    return need_on_units(held, state=state, level=level, sector=sector, division=in_force)


def need_to_release(
    mandates: Sequence[Mandate], *, state: str, level: int, sector: str, concept: str, open_levels: Iterable[str], on: date,
) -> pl.DataFrame:
    """Need on every unit of a level, from figures the State holds itself or whose holder opened them that far already.

    What a partner lent to the State alone never leaves with it, nor what is strictly confidential. Columns out: READING_SCHEMA. Constant
    number of queries.
    """
    held = figures(mandates, states=[state], concepts=[concept], sectors=() if sector == INTERSECTORAL else (sector,), on=on)
    may_leave = held_figures(mandates).filter(Q(holder__in=["", f"{state.lower()}-government"]) | Q(sensitivity__in=list(open_levels)), owner_state=state, concept=concept).exclude(sensitivity=Sensitivity.STRICT.value)
    lent = held.filter(pl.col("figure").is_in([str(key) for key in may_leave.values_list("pk", flat=True)]))
    return need_on_units(lent, state=state, level=level, sector=sector, division=division_in_force(state, on))


def need_on_units(
    held: pl.DataFrame, *, state: str, level: int, sector: str, division: str, ground: Terrain | None = None,
) -> pl.DataFrame:
    """The same from figures read before (HELD_SCHEMA, one concept), so that several States share one query."""
    ground = ground or terrain()
    wanted = intersectoral_figures(held, ground, division) if sector == INTERSECTORAL else held.filter(pl.col("sector") == sector)
    everyone = pl.all_horizontal(pl.col(name) == "all" for name in ("sex", "age", "disability"))
    whole = wanted.filter(everyone & ((pl.col("group") == "all") | pl.col("group").str.starts_with(WAITING)))
    on_level = on_units(whole, ground, state=state, level=level, division=division)
    read = latest(on_level.filter(pl.col("group") == "all"))
    units = ground.of_level(level, division) if level else pl.DataFrame({"unit": [state.lower()]})
    return units.sort("unit").join(read, on="unit", how="left").select(list(READING_SCHEMA))


def division_in_force(state: str, on: date) -> str:
    """The division of a State in force on a day; empty when none is held."""
    found = division_on(state, on)
    return found.pk if found else ""


def disagreements(mandates: Sequence[Mandate], *, states: Sequence[str], least: float = WORTH_SHOWING) -> tuple[InStanding, ...]:
    """Facts of one year on which sources differ by at least this share of the highest value, widest first. One query."""
    held = figures(mandates, states=states).filter(pl.col("value").is_not_null())
    return APART.reading((content_of(held), least), standing_on=None, make=lambda: _apart(held, least))


def _apart(held: pl.DataFrame, least: float) -> tuple[InStanding, ...]:
    dated = held.with_columns(pl.coalesce("reference_end", "reference_start").dt.year().alias("_year"))
    facts = ["concept", "unit", "sector", "group", "sex", "age", "disability", "measure", "_year"]
    rivals = dated.filter((pl.len().over(facts) > 1) & (pl.col("value").n_unique().over(facts) > 1) & pl.col("_year").is_not_null())
    found = [side_by_side(_held(sheet)) for sheet in rivals.partition_by(facts, maintain_order=True)]
    return tuple(sorted((each for each in found if (each.disagreement or 0) >= least), key=lambda each: -(each.disagreement or 0)))


def sectors() -> list[Sector]:
    """The sectors of the response in the order of the reference set."""
    return list(Sector.objects.order_by("order"))


def rest_on_source(source_id: str, mandates: Sequence[Mandate]) -> int:
    """How many figures that the reader may see rest on a source."""
    return held_figures(mandates).filter(source_id=source_id).count()


def imports_asking(mandates: Sequence[Mandate], doubt: Doubt, *, kinds: Iterable[str]) -> list[ImportRun]:
    """The stored imports of figures of a State that ask the same question, and whose file can still be read."""
    stored = runs(mandates).filter(owner_state=doubt.owner_state, status__in=COUNTED_STATUSES, kind__in=list(kinds), file__erased_at__isnull=True)
    return list(stored.filter(doubts__key=doubt.key, doubts__kind="place").distinct())


def terrain() -> Terrain:
    """Units, ancestors and crosswalks, read once per state of the reference set."""
    return _terrain(loaded_reference_set())


@lru_cache(maxsize=2)
def _terrain(digest: str) -> Terrain:
    units = pl.DataFrame(
        list(AdminUnit.objects.values_list("pk", "state_id", "level")),
        schema={"unit": pl.String, "state": pl.String, "level": pl.Int64}, orient="row",
    )
    return Terrain.of(units, parents_frame(), crosswalks())


def _held(frame: pl.DataFrame) -> list[HeldFigure]:
    return [
        HeldFigure(Figure(**{name: line[name] for name in FIGURE_SCHEMA}), UUID(line["figure"]), line["source_title"])
        for line in frame.iter_rows(named=True)
    ]


def _shaped_as_held(readings: pl.DataFrame) -> list[HeldFigure]:
    return [
        HeldFigure(Figure(**{name: line[name] for name in FIGURE_SCHEMA}), None, line["source"], line["how"], line["held"], line["expected"])
        for line in readings.iter_rows(named=True)
    ]


def _national_line(key: tuple[str, str, str, str, str], lines: Sequence[HeldFigure]) -> NationalLine:
    state, concept, sector, group, _ = key
    by_year: dict[int, list[HeldFigure]] = {}
    for each in lines:
        by_year.setdefault(_year(each.figure) or 0, []).append(each)
    leaders = [(year, side_by_side(same).leader) for year, same in sorted(by_year.items()) if year]
    trend = tuple((year, leader) for year, leader in leaders if leader is not None)
    return NationalLine(state, concept, sector, group, side_by_side(lines), trend)


def _key(line: NationalLine) -> tuple[str, str, str, str]:
    measure = line.standing.leader.figure.measure if line.standing.leader else CONCEPTS[line.concept].measure
    return (line.concept, line.sector, line.group, measure)


def _year(figure: Figure) -> int | None:
    dated = figure.reference_end or figure.reference_start
    return dated.year if dated else None


def _why_not_of(figure: Figure, year: int) -> Reason:
    own = _year(figure)
    if own is None:
        return NO_DATE
    return EARLIER if own < year else Reason("sans valeur chiffrée", "no number given")


def sectors_frame() -> pl.DataFrame:
    """The sectors as the picture reads them: sector, parent (null for none), restricted."""
    lines = [(each.code, each.parent or None, each.restricted) for each in sectors()]
    return pl.DataFrame(lines, schema={"sector": pl.Utf8, "parent": pl.Utf8, "restricted": pl.Boolean}, orient="row")
