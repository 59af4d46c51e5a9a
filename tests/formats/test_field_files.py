"""GeoTIFF and NetCDF as archives write them: read alike, turned upright, or refused with the reason; a hostile one ends in a problem."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import shapely
from rasterio.transform import Affine, from_origin

from concertation.core.fields.zonal import Statistic
from concertation.core.problems import Problem
from concertation.formats.fields import reading
from concertation.formats.fields.cube import count_cube
from concertation.formats.fields.netcdf import dated
from concertation.formats.fields.opened import Refused
from concertation.formats.fields.reading import Asked, read_field
from concertation.formats.limits import Limits
from field_samples import NORTH, STEP, WEST, Cells, geotiff, gradient, netcdf

CHILDREN_START_ANEW = True
GROUND = (-5.5, 9.4, 2.4, 15.1)
AUGUST = date(2026, 8, 21)
LATITUDES = (NORTH - STEP * (np.arange(28) + 0.5)).astype(np.float32)
LONGITUDES = (WEST + STEP * (np.arange(40) + 0.5)).astype(np.float32)


def read(path: Path, *, variables: tuple[str, ...] = ("rain",), on: date | None = AUGUST, **limits: Any) -> tuple[list[str], Mapping[str, Cells], Any]:
    """The codes of the problems, the cells and the field of a file."""
    with read_field(path, Asked(variables=variables, bounds=GROUND, on=on), limits=Limits(**limits)) as field:
        return [problem.code for problem in field.problems], {name: np.array(cells) for name, cells in field.cells.items()}, field


def upright(path: Path) -> Cells:
    codes, cells, _field = read(geotiff(path / "upright.tif", {"rain": gradient()}))
    assert codes == []
    return cells["rain"]


@pytest.mark.parametrize("compress", ["none", "deflate", "lzw", "zstd"])
def test_a_geotiff_is_cut_to_the_ground_asked_for(tmp_path: Path, compress: str) -> None:
    _codes, cells, field = read(geotiff(tmp_path / "field.tif", {"rain": gradient()}, compress=compress))
    assert field.grid.bounds == (-5.5, 9.25, 2.5, 15.25) and field.days == (AUGUST,)
    assert cells["rain"].reshape(24, 32).tolist() == gradient()[1:25, 2:34].tolist()


def test_rows_from_south_to_north_are_put_right_and_told(tmp_path: Path) -> None:
    turned = Affine(STEP, 0, WEST, 0, STEP, NORTH - 28 * STEP)
    codes, cells, _field = read(geotiff(tmp_path / "south.tif", {"rain": gradient()[::-1]}, transform=turned))
    assert codes == ["field-latitude-turned"] and cells["rain"].tolist() == upright(tmp_path).tolist()


@pytest.mark.parametrize("format", ["NETCDF4", "NETCDF3_64BIT_OFFSET"])
def test_a_netcdf_says_the_same_as_the_geotiff_whichever_way_it_is_written(tmp_path: Path, format: str) -> None:
    plain = netcdf(tmp_path / "a.nc", gradient()[None], latitudes=LATITUDES, longitudes=LONGITUDES, days=(AUGUST,), format=format)
    south = netcdf(tmp_path / "b.nc", gradient()[None, ::-1], latitudes=LATITUDES[::-1], longitudes=LONGITUDES, days=(AUGUST,), format=format)
    east = np.argsort(LONGITUDES % 360)
    beyond = netcdf(tmp_path / "c.nc", gradient()[None][..., east], latitudes=LATITUDES, longitudes=(LONGITUDES % 360)[east], days=(AUGUST,), format=format)
    for path, expected in ((plain, []), (south, ["field-latitude-turned"]), (beyond, ["field-longitude-turned"])):
        codes, cells, field = read(path, on=None)
        assert codes == expected and field.days == (AUGUST,) and field.units == {"rain": "mm"}
        assert cells["rain"].tolist() == upright(tmp_path).tolist()


def test_bands_and_members_keep_their_names_and_places(tmp_path: Path) -> None:
    _codes, cells, _field = read(geotiff(tmp_path / "terciles.tif", {"normal": gradient(), "p_above": gradient() + 1, "p_below": gradient() + 2}), variables=("p_below", "p_above"))
    assert (cells["p_below"] - cells["p_above"]).ravel().tolist() == [1.0] * 768
    members = np.stack([gradient(), gradient() + 5])[None]
    _codes, cells, _field = read(netcdf(tmp_path / "ensemble.nc", members, latitudes=LATITUDES, longitudes=LONGITUDES, days=(AUGUST,), members=True))
    assert cells["rain"].shape == (1, 2, 768) and (cells["rain"][0, 1] - cells["rain"][0, 0]).tolist() == [5.0] * 768


def test_missing_values_declared_or_not_are_missing_and_the_undeclared_are_told(tmp_path: Path) -> None:
    holed = gradient()
    holed[5:8, 5:9] = -9999
    told, cells, _field = read(geotiff(tmp_path / "declared.tif", {"rain": holed}, nodata=-9999.0))
    untold, others, field = read(geotiff(tmp_path / "undeclared.tif", {"rain": holed}))
    assert told == [] and untold == ["field-missing-undeclared"] and field.problems[0].detail == {"cells": "12"}
    assert np.isnan(cells["rain"]).sum() == 12 and np.array_equal(cells["rain"], others["rain"], equal_nan=True)


REFUSED: dict[str, Any] = {
    "field-projection-other": lambda path: geotiff(path, {"rain": gradient()}, crs="EPSG:32630", transform=from_origin(500_000, 1_500_000, 5_000, 5_000)),
    "field-no-georeference": lambda path: geotiff(path, {"rain": gradient()}, crs=None, transform=Affine.identity()),
    "field-grid-uneven": lambda path: geotiff(path, {"rain": gradient()}, transform=Affine(STEP, 0.01, WEST, 0.01, -STEP, NORTH)),
    "field-outside-state": lambda path: geotiff(path, {"rain": gradient()}, transform=from_origin(60, 60, STEP, STEP)),
    "latitude-longitude-swapped": lambda path: geotiff(path, {"rain": gradient()}, transform=from_origin(9.0, 3.0, STEP, STEP)),
    "field-empty": lambda path: geotiff(path, {"rain": np.full((28, 40), np.nan, np.float32)}),
    "field-variable-missing": lambda path: geotiff(path, {"a": gradient(), "b": gradient()}),
    "field-kind-unknown": lambda path: path.write_bytes(b"latitude;longitude;rain\n") and path,
    "field-unreadable": lambda path: path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(400)) and path,
    "field-time-repeated": lambda path: netcdf(path, np.stack([gradient()] * 2), latitudes=LATITUDES, longitudes=LONGITUDES, days=(AUGUST, AUGUST)),
    "field-time-unreadable": lambda path: netcdf(path, np.stack([gradient()] * 2), latitudes=LATITUDES, longitudes=LONGITUDES, days=(AUGUST, AUGUST), time_unit="dekads"),
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_cannot_be_placed_or_dated_is_refused_with_its_reason(tmp_path: Path, code: str) -> None:
    codes, cells, field = read(REFUSED[code](tmp_path / "field"))
    assert codes == [code] and cells == {} and field.grid is None


def test_a_field_without_day_an_uneven_grid_and_an_unknown_dimension_are_refused(tmp_path: Path) -> None:
    path = geotiff(tmp_path / "day.tif", {"rain": gradient()})
    assert read(path, on=None)[0] == ["field-time-missing"]
    bent = LATITUDES.copy()
    bent[5] += 0.1
    assert read(netcdf(tmp_path / "bent.nc", gradient(), latitudes=bent, longitudes=LONGITUDES))[0] == ["field-grid-uneven"]
    leads = netcdf(tmp_path / "leads.nc", np.stack([gradient()] * 2), latitudes=LATITUDES, longitudes=LONGITUDES, days=(AUGUST, date(2026, 8, 1)), format="NETCDF3_CLASSIC")
    leads.write_bytes(leads.read_bytes().replace(b"time", b"lead").replace(b"days since 2000-01-01", b"hours of the forecast"))
    assert read(leads)[0] == ["field-dimension-unknown"]


def test_a_field_beyond_the_limits_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = netcdf(tmp_path / "large.nc", np.zeros((40, 28, 40), np.float32), latitudes=LATITUDES, longitudes=LONGITUDES, days=tuple(date(2026, 1, day) for day in range(1, 31)) + tuple(date(2026, 2, day) for day in range(1, 11)))
    assert read(path, unpacked_mb=0)[0] == ["field-too-large"]


def test_a_truncated_file_ends_in_a_problem(tmp_path: Path) -> None:
    whole = geotiff(tmp_path / "field.tif", {"rain": np.random.default_rng(1).random((28, 40)).astype(np.float32)}, compress="none").read_bytes()
    (tmp_path / "cut.tif").write_bytes(whole[: len(whole) // 2])
    codes, _cells, field = read(tmp_path / "cut.tif")
    assert len(codes) == 1 and codes[0] in ("field-unreadable", "reading-failed") and field.grid is None


@pytest.mark.parametrize("way", ["external", "virtual", "link"])
def test_a_netcdf_that_names_another_file_of_the_machine_reads_nothing_of_it(tmp_path: Path, way: str) -> None:
    values = np.arange(1, 28 * 40 + 1, dtype=np.float32).reshape(28, 40)
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other.create_dataset("x", data=values)
    (tmp_path / "secret.bin").write_bytes(values.tobytes())
    with h5py.File(tmp_path / "hostile.nc", "w") as held:
        for name, along, unit in (("lat", LATITUDES, "degrees_north"), ("lon", LONGITUDES, "degrees_east")):
            held.create_dataset(name, data=along).make_scale(name)
            held[name].attrs["units"] = unit
        if way == "link":
            held["rain"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "/x")
        else:
            layout = h5py.VirtualLayout(shape=(28, 40), dtype="f4")
            layout[:] = h5py.VirtualSource(str(tmp_path / "other.h5"), "x", shape=(28, 40))
            outside = [(str(tmp_path / "secret.bin"), 0, values.nbytes)]
            rain = held.create_virtual_dataset("rain", layout) if way == "virtual" else held.create_dataset("rain", shape=(28, 40), dtype="f4", external=outside)
            rain.dims[0].attach_scale(held["lat"])
            rain.dims[1].attach_scale(held["lon"])
    with (tmp_path / "hostile.nc").open("ab") as longer:
        longer.write(bytes(2 * values.nbytes))  # as long as if it held its values, as an attacker would make it

    codes, cells, _field = read(tmp_path / "hostile.nc")

    assert codes == ["field-unreadable"] or not np.any(cells["rain"])


def test_values_that_cannot_be_in_the_file_are_not_read_as_zeros(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other.create_dataset("x", data=np.ones((280, 400), np.float32))
    with h5py.File(tmp_path / "parts.nc", "w") as held:
        for name, along, unit in (("lat", np.linspace(15, 9, 280), "degrees_north"), ("lon", np.linspace(-6, 4, 400), "degrees_east")):
            held.create_dataset(name, data=along).make_scale(name)
            held[name].attrs["units"] = unit
        layout = h5py.VirtualLayout(shape=(280, 400), dtype="f4")
        layout[:] = h5py.VirtualSource(str(tmp_path / "other.h5"), "x", shape=(280, 400))
        rain = held.create_virtual_dataset("rain", layout)
        rain.dims[0].attach_scale(held["lat"])
        rain.dims[1].attach_scale(held["lon"])
    assert read(tmp_path / "parts.nc")[0] == ["field-unreadable"]


def test_without_the_extra_every_field_is_answered_with_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "find_spec", lambda name: None)
    with read_field(geotiff(tmp_path / "field.tif", {"rain": gradient()}), Asked(variables=("rain",), bounds=GROUND, on=AUGUST)) as field:
        assert field.problems == (Problem("field-reader-missing", value="tifffile, imagecodecs"),)


def test_months_since_a_day_are_read_as_archives_mean_them_and_nonsense_is_refused() -> None:
    assert dated(np.array([0.5, 319.0]), "months since 1960-01-01", "360_day") == [date(1960, 1, 16), date(1986, 8, 1)]
    assert dated(np.array([58.0, 59.0, 60.0]), "days since 2020-01-01", "standard") == [date(2020, 2, 28), date(2020, 2, 29), date(2020, 3, 1)]
    with pytest.raises(Refused):
        dated(np.array([1.0]), "days since yesterday", "standard")


def test_a_cube_is_counted_by_blocks_as_it_is_whole(tmp_path: Path) -> None:
    cells = np.random.default_rng(7).random((3, 2, 28, 40)).astype(np.float32)
    cells[1, 1, 10:14, 10:14] = np.nan
    path = netcdf(tmp_path / "cube.nc", cells, latitudes=LATITUDES, longitudes=LONGITUDES, days=(date(2026, 6, 1), date(2026, 7, 1), AUGUST), members=True)
    areas = [shapely.box(-5, 10, -1.1, 12.3), shapely.box(-2, 11, 2, 14), shapely.box(0.01, 10.01, 0.02, 10.02)]
    found = count_cube(path, Asked(variables=("rain",), bounds=GROUND), areas, Statistic("sum"))
    assert found.problems == () and found.figures.shape == (3, 2, 3) and found.days[2] == AUGUST
    tiny = cells[:, :, 21, 24] * (0.01 / STEP) ** 2
    assert np.allclose(found.figures[..., 2], tiny, rtol=1e-4)
    assert found.cells[2] == 1 and found.held[1, 1, 0] < 1.0 == found.held[0, 0, 0]
