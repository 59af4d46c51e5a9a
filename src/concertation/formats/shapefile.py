"""Features out of a zipped Shapefile (ESRI, 1998), opened in memory only after the zip was measured.

The zip may hold several layers (one per administrative level): the one asked for is read, else the first by name, and
the others are named. The `.prj` says whether coordinates are degrees; the `.cpg`, else UTF-8, else Windows-1252, how the
names are written.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from struct import error as BrokenStructure
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile
from zlib import error as BrokenStream

import shapefile

from concertation.core.problems import Problem
from concertation.formats import zipped
from concertation.formats.geojson import Feature, feature_of
from concertation.formats.limits import Limits

ZIP_LIMITS = Limits(entries=200, unpacked_mb=150)
PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
POLYGON_TYPES = frozenset([shapefile.POLYGON, shapefile.POLYGONZ, shapefile.POLYGONM])
FALLBACK_ENCODINGS = ("utf-8", "cp1252")
BROKEN = (
    BadZipFile,
    BrokenStream,
    BrokenStructure,
    shapefile.ShapefileException,
    EOFError,
    IndexError,
    KeyError,
    ValueError,
    OverflowError,
    OSError,
)


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a zip: the bytes of its parts by extension (`.shp`, `.dbf` ...)."""

    name: str
    parts: Mapping[str, bytes]


def read_shapefile(source: BinaryIO, *, layer: str | None = None, limits: Limits = ZIP_LIMITS) -> tuple[tuple[Feature, ...], tuple[Problem, ...]]:
    """The features of one layer of a zipped Shapefile, and the problems met.

    Yields the zip's own problems (zip-path-outside, zip-too-many-entries, zip-size-false, zip-link, zip-entries-overlap,
    workbook-too-large, password-protected), shapefile-unreadable, shapefile-several-layers, coordinates-not-degrees, datum-not-stated.
    """
    try:
        if listed := zipped.listed_problems(source, limits):
            return (), listed
        with ZipFile(source) as archive:
            refused = zipped.declared_problems(archive, limits)
            return ((), refused) if refused else features_in(archive, source, wanted=layer, limits=limits)
    except zipped.FalseSize as reason:
        return (), (Problem("zip-size-false", value=str(reason)),)
    except BROKEN as reason:
        return (), (Problem("shapefile-unreadable", value=str(reason)[:200]),)


def features_in(archive: ZipFile, source: BinaryIO, *, wanted: str | None, limits: Limits) -> tuple[tuple[Feature, ...], tuple[Problem, ...]]:
    """The features of the wanted layer of a measured zip."""
    names = layer_names(archive)
    chosen = wanted if wanted in names else next(iter(names), None)
    if chosen is None:
        return (), (Problem("shapefile-unreadable", value=".shp"),)
    layer = layer_of(archive, source, chosen, limits)
    problems = projection_problems(layer.parts.get(".prj"))
    if len(names) > 1 and wanted is None:
        problems += (Problem("shapefile-several-layers", value=chosen, detail={"layers": ", ".join(names)}),)
    return tuple(features_of_layer(layer)), problems


def layer_names(archive: ZipFile) -> tuple[str, ...]:
    """The layers of a zip, by name; the folders macOS adds are passed over."""
    paths = [PurePosixPath(entry.filename) for entry in archive.infolist()]
    return tuple(sorted(str(path.with_suffix("")) for path in paths if path.suffix.lower() == ".shp" and path.parts[0] != "__MACOSX"))


def layer_of(archive: ZipFile, source: BinaryIO, name: str, limits: Limits) -> Layer:
    """The bytes of one layer's parts, unpacked within the limits."""
    parts: dict[str, bytes] = {}
    for entry in archive.infolist():
        path = PurePosixPath(entry.filename)
        if str(path.with_suffix("")) == name and path.suffix.lower() in PARTS:
            at_most = limits.unpacked_mb * zipped.MEGABYTE
            parts[path.suffix.lower()] = b"".join(zipped.unpacked(source, entry, at_most=at_most))
    return Layer(name, parts)


def projection_problems(written: bytes | None) -> tuple[Problem, ...]:
    """What the projection file says against reading the numbers as degrees of WGS 84.

    >>> [problem.code for problem in projection_problems(b'PROJCS["WGS_1984_UTM_Zone_31N",GEOGCS[')]
    ['coordinates-not-degrees']
    >>> projection_problems(b'GEOGCS["GCS_WGS_1984",DATUM[')
    ()
    """
    if written is None:
        return (Problem("datum-not-stated"),)
    text = written.decode("utf-8", "replace").strip()
    name = text.partition('"')[2].partition('"')[0]
    if text.upper().startswith(("PROJCS", "PROJCRS", "BOUNDCRS")):
        return (Problem("coordinates-not-degrees", value=name),)
    known = "WGS" in name.upper() and "84" in name
    return () if known else (Problem("datum-not-stated", value=name),)


def features_of_layer(layer: Layer) -> Iterator[Feature]:
    """Every record of a layer as a feature. Raises one of BROKEN when the layer cannot be read."""
    with shapefile.Reader(
        shp=BytesIO(layer.parts[".shp"]), dbf=BytesIO(layer.parts[".dbf"]), encoding=encoding_of(layer), encodingErrors="replace"
    ) as reader:
        for number, record in enumerate(reader.iterShapeRecords(), start=1):
            yield feature_of(number, record.record.as_dict(), geometry_of(record.shape))


def geometry_of(shape: Any) -> Any:
    """A shape of the file as GeoJSON; its rings are sorted into polygons and holes by the reader."""
    if shape.shapeType not in POLYGON_TYPES:
        return {"type": "Point", "coordinates": [0, 0]} if shape.shapeType else None
    return json.loads(json.dumps(shape.__geo_interface__))


def encoding_of(layer: Layer) -> str:
    """The encoding the `.cpg` names, else the first of ours that reads every letter of the table."""
    named = layer.parts.get(".cpg", b"").decode("ascii", "replace").strip().lower()
    if named.isdigit():
        named = f"cp{named}"
    return next(encoding for encoding in (named, *FALLBACK_ENCODINGS) if decodes(layer.parts[".dbf"], encoding))


def decodes(table: bytes, encoding: str) -> bool:
    """Whether the records of a dBASE table are readable in an encoding; cp1252, with its five holes, is taken as it is.

    >>> decodes(bytes(8) + (32).to_bytes(2, "little") + bytes(22) + "Ségou".encode("latin-1"), "utf-8")
    False
    """
    first_record = int.from_bytes(table[8:10], "little")
    try:
        table[first_record:].decode(encoding)
    except (LookupError, UnicodeDecodeError):
        return encoding == FALLBACK_ENCODINGS[-1]
    return True
