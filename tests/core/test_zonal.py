"""Shares of cells and figures of areas: by hand on small grids, by law on drawn ones, and as exactextract counts them on real shapes."""

import numpy as np
import pytest
import shapely
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import mapping

from concertation.core.anticipation.declaring import Text
from concertation.core.anticipation.framework import Condition, Indicator, Reduce
from concertation.core.anticipation.from_fields import masked
from concertation.core.anticipation.reducing import area_figures, variables_of
from concertation.core.fields.coverage import Weights, coverage
from concertation.core.fields.grid import Grid
from concertation.core.fields.zonal import MEAN, MEDIAN, Statistic, Zones, held_shares, zonal, zones_on
from concertation.core.geometry import area_km2, polygons
from concertation.formats.boundaries import reference_boundaries

UNIT = Grid(0.0, 3.0, 1.0, 1.0, 4, 3)
EQUATOR = Grid(0.0, 0.5, 1.0, 1.0, 4, 1)


def dense(grid: Grid, weights: Weights, area: int) -> list[list[float]]:
    """The shares of one area laid out as the grid."""
    cells = np.zeros(grid.cells)
    some = slice(weights.starts[area], weights.starts[area + 1])
    cells[weights.cells[some]] = weights.shares[some]
    return np.round(cells.reshape(grid.rows, grid.columns), 12).tolist()


def of(grid: Grid, *shapes: shapely.Geometry) -> Zones:
    return zones_on(grid, coverage(grid, list(shapes)))


def test_a_box_takes_halves_and_quarters_of_the_cells_at_its_edges() -> None:
    weights = coverage(UNIT, [shapely.box(0.5, 0.5, 2.0, 2.0)])
    assert dense(UNIT, weights, 0) == [[0, 0, 0, 0], [0.5, 1, 0, 0], [0.25, 0.5, 0, 0]]


def test_a_triangle_takes_half_of_the_cells_its_slope_crosses() -> None:
    weights = coverage(UNIT, [shapely.Polygon([(0, 0), (3, 0), (0, 3)])])
    assert dense(UNIT, weights, 0) == [[0.5, 0, 0, 0], [1, 0.5, 0, 0], [1, 1, 0.5, 0]]


def test_a_hole_is_taken_away_again_whichever_way_its_ring_turns() -> None:
    ring = [(1.25, 1.25), (1.75, 1.25), (1.75, 1.75), (1.25, 1.75)]
    for hole in (ring, ring[::-1]):
        weights = coverage(UNIT, [shapely.Polygon(shapely.box(0, 0, 3, 3).exterior.coords, [hole])])
        assert dense(UNIT, weights, 0)[1] == [1, 0.75, 1, 0]


def test_areas_that_overlap_each_take_their_own_share() -> None:
    weights = coverage(UNIT, [shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1)])
    assert dense(UNIT, weights, 0)[2] == [1, 1, 0, 0] and dense(UNIT, weights, 1)[2] == [0, 1, 1, 0]


def test_an_area_smaller_than_a_cell_has_the_value_of_its_cell() -> None:
    zones = of(UNIT, shapely.box(1.4, 1.4, 1.41, 1.41))
    assert zones.weights.touched().tolist() == [1] and zonal(np.arange(12.0)[None], zones).tolist() == [[5.0]]


def test_parts_of_one_area_count_together_and_a_shape_without_ground_has_no_figure() -> None:
    islands = shapely.union(shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3))
    zones = of(EQUATOR, shapely.box(0, -0.5, 1, 0.5), shapely.Polygon(), shapely.box(20, 20, 21, 21))
    assert coverage(UNIT, [islands]).covered().tolist() == [2.0]
    figures = zonal(np.array([[7.0, 0.0, 0.0, 0.0]]), zones)
    assert figures[0, 0] == 7.0 and np.isnan(figures[0, 1:]).all()
    assert zonal(np.array([[7.0, 0.0, 0.0, 0.0]]), zones, Statistic("count")).tolist() == [[1.0, 0.0, 0.0]]


def test_an_area_partly_beside_the_grid_tells_how_much_of_it_lies_there() -> None:
    weights = coverage(UNIT, [shapely.box(-1, 1, 1, 2), shapely.box(3.5, -1, 4.5, 1)])
    assert weights.on_grid.tolist() == [0.5, 0.25] and weights.covered().tolist() == [1.0, 0.5]


def test_a_missing_cell_counts_neither_above_nor_below_the_line() -> None:
    zones = of(EQUATOR, shapely.box(0, -0.5, 3.5, 0.5))
    values = np.array([[2.0, np.nan, 8.0, 4.0]])
    assert zonal(values, zones)[0, 0] == pytest.approx((2 + 8 + 2) / 2.5)
    assert zonal(values, zones, Statistic("sum"))[0, 0] == pytest.approx(12.0)
    assert zonal(values, zones, Statistic("count"))[0, 0] == pytest.approx(2.5)
    assert zonal(values, zones, Statistic("share-at-least", 4.0))[0, 0] == pytest.approx(60.0)
    assert zonal(values, zones, Statistic("share-at-most", 2.0))[0, 0] == pytest.approx(40.0)
    assert held_shares(values, zones)[0, 0] == pytest.approx(2.5 / 3.5)


def test_another_mask_in_the_next_field_changes_nothing_of_the_first() -> None:
    zones = of(EQUATOR, shapely.box(0, -0.5, 4, 0.5))
    values = np.array([[1.0, np.nan, 3.0, np.nan], [1.0, 2.0, 3.0, 6.0], [np.nan, 2.0, np.inf, np.nan], [np.nan] * 4])
    assert zonal(values, zones)[:3, 0].tolist() == pytest.approx([2.0, 3.0, 2.0]) and np.isnan(zonal(values, zones)[3, 0])
    assert values[0, 0] == 1.0 and np.isnan(values[0, 1])


def test_a_quantile_is_the_least_value_under_which_the_share_of_ground_lies() -> None:
    zones = of(EQUATOR, shapely.box(0.5, -0.5, 3.5, 0.5))
    values = np.array([[-5.0, 1.0, 9.0, -20.0]], np.float32)
    told = {share: float(zonal(values, zones, Statistic("quantile", share))[0, 0]) for share in (0.0, 0.16, 0.5, 0.66, 1.0)}
    assert told == {0.0: -20.0, 0.16: -20.0, 0.5: 1.0, 0.66: 1.0, 1.0: 9.0}
    assert np.isnan(zonal(np.full((1, 4), np.nan), zones, MEDIAN)[0, 0])


def test_a_cell_further_from_the_equator_weighs_less() -> None:
    grid = Grid(0.0, 61.0, 1.0, 1.0, 1, 61)
    zones = of(grid, shapely.union(shapely.box(0, 0, 1, 1), shapely.box(0, 60, 1, 61)))
    values = np.zeros((1, 61))
    values[0, 0] = 1.0
    weight = np.cos(np.radians(60.5)) / (np.cos(np.radians(60.5)) + np.cos(np.radians(0.5)))
    assert zonal(values, zones)[0, 0] == pytest.approx(weight, rel=1e-4)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.floats(-1, 5), st.floats(-1, 4)), min_size=3, max_size=9), st.integers(1, 9), st.integers(1, 9))
def test_the_shares_of_any_area_add_up_to_its_ground_on_the_grid(points: list[tuple[float, float]], columns: int, rows: int) -> None:
    grid = Grid(0.0, 3.0, 4.0 / columns, 3.0 / rows, columns, rows)
    shape = polygons(shapely.make_valid(shapely.Polygon(points), method="structure", keep_collapsed=False))
    weights = coverage(grid, [shape])
    inside = shapely.intersection(shape, shapely.box(0, 0, 4, 3)).area
    assert weights.covered()[0] * grid.width * grid.height == pytest.approx(inside, abs=1e-6)
    assert ((weights.shares > 0) & (weights.shares <= 1)).all()


def test_real_regions_are_counted_as_exactextract_counts_them_and_their_ground_is_theirs() -> None:
    areas = [area for division in ("bfa-2025", "mli-2023", "ner-2011", "tgo-2022") for area in reference_boundaries(division, 1).areas]
    shapes = [area.shape for area in areas]
    grid = Grid(-12.5, 25.5, 0.25, 0.25, 116, 80)
    values = np.random.default_rng(44).gamma(2.0, 20.0, (grid.rows, grid.columns))
    values[10:20, 30:60] = np.nan
    west, south, east, north = grid.bounds
    source = NumPyRasterSource(values, xmin=west, ymin=south, xmax=east, ymax=north)
    features = [{"type": "Feature", "geometry": mapping(shape), "properties": {}} for shape in shapes]
    peer = [each["properties"] for each in exact_extract(source, features, ["mean(coverage_weight=area_spherical_km2)", "sum", "count"])]
    zones = of(grid, *shapes)
    flat = values.reshape(1, -1)
    for statistic in (MEAN, Statistic("sum"), Statistic("count")):
        theirs = [value for each in peer for name, value in each.items() if name.startswith(statistic.kind)]
        assert zonal(flat, zones, statistic)[0] == pytest.approx([np.nan if each is None else each for each in theirs], rel=1e-5, nan_ok=True)
    assert zones.km2 == pytest.approx([area_km2(shape) for shape in shapes], rel=0.01)


def test_an_ensemble_is_reduced_cell_by_cell_before_the_area() -> None:
    zones = of(EQUATOR, shapely.box(0, -0.5, 2, 0.5))
    members = np.array([[[-1.0, 0.0, 9, 9], [-2.0, np.nan, 9, 9], [0.0, 0.0, 9, 9], [0.0, -1.0, 9, 9]]])
    assert area_figures(Reduce("ensemble-probability", below=-0.85), {"spi": members}, "spi", zones)[0, 0] == pytest.approx((0.5 + 1 / 3) / 2)
    assert area_figures(Reduce("ensemble-mean"), {"spi": members}, "spi", zones)[0, 0] == pytest.approx((-0.75 - 1 / 3) / 2)


def test_units_are_counted_by_their_own_means() -> None:
    zones = of(EQUATOR, *(shapely.box(place, -0.5, place + 1, 0.5) for place in range(4)))
    how = Reduce("count-of-units", where=(Condition("level", at_least=3.0),))
    assert area_figures(how, {"level": np.array([[[3.0, 1.0, 4.0, np.nan]]])}, "level", zones).tolist() == [[2.0]]


def test_two_conditions_must_hold_in_the_same_cell() -> None:
    how = Reduce("share-of-area", where=(Condition("p_below", at_least=40.0), Condition("p_below", minus="p_above", at_least=5.0)))
    indicator = Indicator(Text("pluie", "rain"), "IRI", "p_below", "percent", "month", how)
    zones = of(EQUATOR, shapely.box(0, -0.5, 4, 0.5))
    cells = {"p_below": np.array([[[45.0, 45.0, 30.0, 50.0]]]), "p_above": np.array([[[20.0, 42.0, 10.0, np.nan]]])}
    assert variables_of(indicator) == ("p_below", "p_above")
    assert area_figures(how, cells, "p_below", zones)[0, 0] == pytest.approx(100 / 3)


@pytest.mark.parametrize(("mask", "bounds"), [("lat<=17", (0, 15, 1, 17)), ("lat>=16, lon<=0.5", (0, 16, 0.5, 19)), ("", (0, 15, 1, 19))])
def test_a_mask_cuts_an_area_along_a_parallel_or_a_meridian(mask: str, bounds: tuple[float, ...]) -> None:
    cut = masked(shapely.box(0, 15, 1, 19), mask)
    assert cut is not None and cut.bounds == bounds and masked(shapely.box(0, 15, 1, 19), "south of 17") is None
