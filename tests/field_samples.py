"""Small fields on a grid, written by other libraries than those that read them here."""

from datetime import date
from pathlib import Path

import netCDF4
import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.transform import Affine, from_origin

Cells = npt.NDArray[np.float32]
WEST, NORTH, STEP = -6.0, 15.5, 0.25
BURKINA = (28, 40)


def gradient(rows: int = BURKINA[0], columns: int = BURKINA[1]) -> Cells:
    """Percentiles that fall towards the north: dry there, wet in the south."""
    latitudes = NORTH - STEP * (np.arange(rows) + 0.5)
    return np.repeat(np.clip((14.0 - latitudes) * 20.0, 0, 100).astype(np.float32)[:, None], columns, axis=1)


def geotiff(path: Path, bands: dict[str, Cells], *, crs: str | None = "EPSG:4326", transform: Affine | None = None, nodata: float | None = None, compress: str = "lzw") -> Path:
    """A GeoTIFF with one band for each name."""
    first = next(iter(bands.values()))
    placed = transform or from_origin(WEST, NORTH, STEP, STEP)
    with rasterio.open(
        path, "w", driver="GTiff", height=first.shape[0], width=first.shape[1], count=len(bands), dtype=first.dtype.name, crs=crs, transform=placed, nodata=nodata, compress=compress,
    ) as held:  # fmt: skip
        for band, (name, cells) in enumerate(bands.items(), start=1):
            held.write(cells, band)
            held.set_band_description(band, name)
    return path


def netcdf(
    path: Path, cells: Cells, *, latitudes: Cells, longitudes: Cells, name: str = "rain", unit: str = "mm", days: tuple[date, ...] = (), members: bool = False,
    time_unit: str = "days since 2000-01-01", format: str = "NETCDF4",
) -> Path:
    """A NetCDF file: cells by day (where there are any), member (where there are any), latitude and longitude."""
    axes = (["time"] if days else []) + (["number"] if members else []) + ["lat", "lon"]
    with netCDF4.Dataset(path, "w", format=format) as held:
        for axis, size in zip(axes, cells.shape, strict=True):
            held.createDimension(axis, size)
        for axis, values, written in (("lat", latitudes, "degrees_north"), ("lon", longitudes, "degrees_east")):
            along = held.createVariable(axis, "f8", (axis,))
            along.units = written
            along[:] = values
        if days:
            along = held.createVariable("time", "f8", ("time",))
            along.units = time_unit
            along[:] = [(day - date(2000, 1, 1)).days for day in days]
        variable = held.createVariable(name, "f4", tuple(axes), fill_value=-9999.0)
        if unit:
            variable.units = unit
        variable[:] = np.ma.masked_invalid(cells)
    return path
