"""Sectors by State on one sheet: need, organisations, and in how many units activity is declared; nothing is added across sectors."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
from django.utils.translation import gettext as _

from concertation.apps.needs.queries import LEADING_CONCEPT, HeldFigure
from concertation.apps.needs.taken_sources import sources_of_figures
from concertation.apps.needs.words import term
from concertation.apps.picture.situation import Situation
from concertation.apps.picture.tables import presence_sources
from concertation.apps.picture.words import kind_words, leader_of, number, period_words, share
from concertation.core.classification import given_classes
from concertation.core.concepts import INTERSECTORAL
from concertation.draw.tables import Column, TakenTable

COVERAGE = given_classes(0, (0.2, 0.4, 0.6, 0.8, 1))


@dataclass(frozen=True, slots=True)
class Cell:
    """One sector in one State: the leading need, organisations at State level, units with activity declared of all its units."""

    state: str
    sector: str
    need: HeldFigure | None
    organisations: int | None
    declared: int | None
    units: int
    restricted: bool

    @property
    def coverage(self) -> float | None:
        """The share of units where activity is declared (0 to 1); None where nothing may be said."""
        return None if self.declared is None or not self.units else self.declared / self.units

    @property
    def step(self) -> int | None:
        """The class of the coverage."""
        return COVERAGE.step(self.coverage)

    @property
    def need_words(self) -> str:
        """The need in words."""
        return number(self.need.figure.value) if self.need else ""

    @property
    def when(self) -> str:
        """The period of the need."""
        return period_words(self.need.figure.reference_start, self.need.figure.reference_end) if self.need else ""

    @property
    def coverage_words(self) -> str:
        """The coverage as a percentage."""
        return "" if self.coverage is None else share(self.coverage)

    @property
    def sentence(self) -> str:
        """The coverage in full, for who points at it."""
        kinds = kind_words(self.state, 2, self.units)
        return "" if self.declared is None else _("activité déclarée dans %(declared)s %(kinds)s sur %(units)s") % {
            "declared": number(self.declared), "kinds": kinds, "units": number(self.units),
        }  # fmt: skip

    @property
    def address(self) -> str:
        """The situation of this sector in this State."""
        return f"?state={self.state}&sector={self.sector}&level=2&measure=presence"


@dataclass(frozen=True, slots=True)
class SectorLine:
    """One sector over the States; `need_label` says what is counted where it is not people in need."""

    sector: str
    name: str
    need_label: str
    cells: tuple[Cell, ...]


MATRIX_LEVEL = 2


def matrix(shown: Situation) -> list[SectorLine]:
    """Every sector of which anything is known in a State shown: all sectors first, then in the order of the reference set."""
    sectors = [INTERSECTORAL, *(code for code in shown.ground.sectors if code != INTERSECTORAL)]
    units = {state: _units_of(shown, state) for state in shown.chosen.states}
    counts = _counts(shown.counts)
    lines = [_line(shown, sector, units, counts) for sector in sectors]
    return [line for line in lines if any(cell.need or cell.organisations for cell in line.cells)]


def _units_of(shown: Situation, state: str) -> int:
    division = shown.divisions[state]
    held = shown.ground.parents.get(division, {})
    return sum(1 for unit in held if unit in shown.ground.units and shown.ground.units[unit].level == MATRIX_LEVEL)


Counts = Mapping[tuple[str, str], tuple[int, int]]


def _counts(summaries: pl.DataFrame) -> Counts:
    """Organisations at State level and units of the matrix's level with activity, by State and sector."""
    whole = summaries.filter(pl.col("level") == 0).select("state", "sector", "organisations")
    reached = summaries.filter((pl.col("level") == MATRIX_LEVEL) & (pl.col("activities") > 0)).group_by("state", "sector").agg(pl.len().alias("units"))
    both = whole.unique(["state", "sector"]).join(reached, on=["state", "sector"], how="left").with_columns(pl.col("units").fill_null(0))
    return {(state, sector): (organisations, units) for state, sector, organisations, units in both.iter_rows()}


def _line(shown: Situation, sector: str, units: Mapping[str, int], counts: Counts) -> SectorLine:
    held = shown.ground.sectors.get(sector)
    label = term("concept", LEADING_CONCEPT[sector]).name if sector in LEADING_CONCEPT else ""
    cells = tuple(_cell(shown, state, sector, units[state], counts.get((state, sector))) for state in shown.chosen.states)
    name = _("Tous secteurs") if sector == INTERSECTORAL else held.name if held else sector
    return SectorLine(sector, name, label, cells)


def _cell(shown: Situation, state: str, sector: str, units: int, counted: tuple[int, int] | None) -> Cell:
    held = shown.ground.sectors.get(sector)
    restricted = bool(held and held.restricted) and not shown.whole(state)
    organisations, declared = counted if counted and not restricted else (None, None)
    return Cell(state, sector, leader_of(shown.lines, state, sector), organisations, declared, units, restricted)


def taken_matrix(shown: Situation) -> TakenTable:
    """The matrix to take away: one row a sector and State."""
    columns = (
        Column(key="sector", heading_fr="Secteur", heading_en="Sector", tag="#sector+code"), Column(key="name", heading_fr="Nom du secteur", heading_en="Sector name", tag="#sector+name"),
        Column(key="state", heading_fr="État", heading_en="State", tag="#country+code"), Column(key="need", heading_fr="Besoin (personnes)", heading_en="Need (people)", tag="#inneed", numeric=True),
        Column(key="need_end", heading_fr="Besoin au", heading_en="Need to", tag="#date+need"), Column(key="source", heading_fr="Source", heading_en="Source", tag="#meta+source"),
        Column(key="organisations", heading_fr="Organisations", heading_en="Organisations", tag="#org+num", numeric=True),
        Column(key="declared", heading_fr="Unités de niveau 2 avec activité", heading_en="Level 2 units with activity", tag="#adm2+declared+num", numeric=True),
        Column(key="units", heading_fr="Unités de niveau 2", heading_en="Level 2 units", tag="#adm2+num", numeric=True),
    )  # fmt: skip
    lines = matrix(shown)
    rows = [
        {
            "sector": line.sector, "name": line.name, "state": cell.state, "need": cell.need.figure.value if cell.need else None,
            "need_end": cell.need.figure.reference_end if cell.need else None, "source": cell.need.figure.source if cell.need else None,
            "organisations": cell.organisations, "declared": cell.declared, "units": cell.units,
        }
        for line in lines for cell in line.cells
    ]  # fmt: skip
    figures = sources_of_figures(cell.need for line in lines for cell in line.cells if cell.need)
    sources = (*figures, *presence_sources((scene.asked.state, scene.period) for scene in shown.scenes))
    return TakenTable(title_fr="Secteurs par État", title_en="Sectors by State", columns=columns, rows=rows, sources=sources)
