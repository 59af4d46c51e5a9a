"""Fields in a GeoTIFF: one image in degrees (WGS 84), a band for each variable, named by its description where there are several."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from concertation.core.fields.grid import Grid
from concertation.core.problems import Problem
from concertation.formats.fields.opened import Block, Layer, Opened, Refused

NODATA, METADATA = 42113, 42112
GEOGRAPHIC = 2
POINT = 2
WGS84 = (4326,)
MOST_BYTES = 160_000_000
ITEM = re.compile(r'<Item name="DESCRIPTION" sample="(\d+)" role="description">([^<]*)</Item>')
Tags = Mapping[str, Any]


def open_geotiff(path: Path, variables: Sequence[str], on: date | None) -> Opened:
    """The field of a file. Raises Refused; the image itself is read when a layer is asked for."""
    try:
        page, pages = first_page(path)
        grid, is_south_first = placed(page.geotiff_tags or {}, page.imagelength, page.imagewidth)
        names = band_names(page, variables)
        missing = nodata_of(page)
    except (tifffile.TiffFileError, ValueError, KeyError, IndexError, TypeError, OSError, AttributeError) as reason:
        raise Refused(Problem("field-unreadable", value=str(reason)[:120])) from None
    if pages > 1:
        raise Refused(Problem("field-dimension-unknown", value="pages", detail={"size": str(pages)}))
    size = page.imagelength * page.imagewidth * page.samplesperpixel * max(1, page.bitspersample // 8)
    if size > MOST_BYTES:
        raise Refused(Problem("field-too-large", value=str(size // 1_000_000), detail={"limit": str(MOST_BYTES // 1_000_000)}))
    image = Image(path, is_south_first, missing)
    turned = (Problem("field-latitude-turned"),) if is_south_first else ()
    return Opened(grid, {name: Layer("", image.reader(band)) for name, band in names.items()}, (on,), problems=turned)


def first_page(path: Path) -> tuple[Any, int]:
    """The first image of a file, and how many whole images it holds (smaller copies of it are none)."""
    with tifffile.TiffFile(path) as held:
        whole = [page for page in held.pages if not getattr(page, "is_reduced", False) and not getattr(page, "is_mask", False)]
        return whole[0], len(whole)


def nodata_of(page: Any) -> float | None:
    """The value that stands for missing, as the file declares it."""
    tag = page.tags.get(NODATA)
    written = str(tag.value).strip(" \0") if tag else ""
    try:
        return float(written) if written else None
    except ValueError:
        return None


def band_names(page: Any, variables: Sequence[str]) -> Mapping[str, int]:
    """The band of each variable wanted: a single band is the single variable; several bands bear their names."""
    bands = int(page.samplesperpixel)
    if bands == 1 and len(variables) == 1:
        return {variables[0]: 0}
    tag = page.tags.get(METADATA)
    told = {name.strip(): int(band) for band, name in ITEM.findall(str(tag.value) if tag else "") if int(band) < bands}
    lacking = [name for name in variables if name not in told]
    if lacking:
        known = ", ".join(told) or "–"
        raise Refused(Problem("field-variable-missing", value=", ".join(lacking), detail={"known": known}))
    return {name: told[name] for name in variables}


def placed(tags: Tags, rows: int, columns: int) -> tuple[Grid, bool]:
    """The grid, and whether its first row is the southern one. Refuses another projection, a turned image and one without place."""
    model, system = tags.get("GTModelTypeGeoKey"), tags.get("GeographicTypeGeoKey")
    if model is not None and int(model) != GEOGRAPHIC:
        raise Refused(Problem("field-projection-other", value=str(tags.get("GTCitationGeoKey") or tags.get("ProjectedCSTypeGeoKey") or model)[:80]))
    if system is not None and int(system) not in WGS84:
        raise Refused(Problem("field-projection-other", value=str(tags.get("GeogCitationGeoKey") or system)[:80]))
    west, north, width, height = corner(tags)
    if not all(np.isfinite((west, north, width, height))) or width <= 0 or height == 0:
        raise Refused(Problem("field-no-georeference"))
    if abs(west) > 360 or abs(north) > 90 + abs(height):
        raise Refused(Problem("field-projection-other", value=f"{west:g} {north:g}"))
    if int(tags.get("GTRasterTypeGeoKey") or 1) == POINT:
        west, north = west - width / 2, north + height / 2
    is_south_first = height < 0
    top = north - rows * height if is_south_first else north
    return Grid(west, top, width, abs(height), columns, rows), is_south_first


def corner(tags: Tags) -> tuple[float, float, float, float]:
    """West, north, width and height of the first cell; the height is negative where rows go northwards."""
    matrix = tags.get("ModelTransformation")
    if matrix is not None:
        told = np.asarray(matrix, dtype=np.float64).reshape(4, 4)
        if abs(told[0, 1]) > 1e-12 or abs(told[1, 0]) > 1e-12:
            raise Refused(Problem("field-grid-uneven", value=f"{told[0, 1]:g}"))
        return float(told[0, 3]), float(told[1, 3]), float(told[0, 0]), float(-told[1, 1])
    scale, tie = tags.get("ModelPixelScale"), tags.get("ModelTiepoint")
    if scale is None or tie is None or len(tie) < 6:
        raise Refused(Problem("field-no-georeference"))
    column, row, _, east, north = (float(part) for part in tie[:5])
    width, height = float(scale[0]), float(scale[1])
    return east - column * width, north + row * height, width, height


class Image:
    """The pixels of a file, decoded once."""

    def __init__(self, path: Path, is_south_first: bool, missing: float | None) -> None:
        self.path, self.is_south_first, self.missing = path, is_south_first, missing
        self.held: Block | None = None

    def bands(self) -> Block:
        """Every band, rows from the north: by band, row and column."""
        if self.held is None:
            self.held = self.decoded()
        return self.held

    def decoded(self) -> Block:
        """The image as the file holds it, turned north up."""
        try:
            with tifffile.TiffFile(self.path) as held:
                page: Any = held.pages[0]
                raw = np.asarray(page.asarray(maxworkers=1))
                by_pixel = raw.ndim == 3 and page.planarconfig == 1
        except (tifffile.TiffFileError, ValueError, RuntimeError, OSError, KeyError, IndexError, TypeError) as reason:
            raise Refused(Problem("field-unreadable", value=str(reason)[:120])) from None
        bands = np.moveaxis(raw, 2, 0) if by_pixel else raw.reshape(-1, *raw.shape[-2:])
        return bands[:, ::-1] if self.is_south_first else bands

    def reader(self, band: int) -> Any:
        """The values of one band, as a layer reads them."""

        def read(_steps: slice, rows: slice, columns: slice) -> Block:
            cells = self.bands()[band, rows, columns]
            values = cells.astype(np.float32)
            if self.missing is not None:
                values[cells == np.asarray(self.missing).astype(cells.dtype)] = np.nan
            return np.asarray(values[None, None])

        return read
