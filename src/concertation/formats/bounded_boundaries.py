"""The child that reads boundaries nobody has vouched for, repairs what is plain and leaves areas with their words."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import shapely

from concertation.formats.boundaries import boundaries_of, left_of
from concertation.formats.bounding import plain, serve
from concertation.formats.limits import Limits


def read(path: Path, folder: Path, limits: Limits, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Read the areas of a file's bytes, for the outline, the layer and under the name asked."""
    within = shapely.from_wkb(asked["within"]) if asked["within"] else None
    try:
        found = boundaries_of(path.read_bytes(), name=asked["name"], within=within, layer=asked["layer"])
    except shapely.errors.GEOSException as reason:
        if "bad_alloc" in str(reason):
            raise MemoryError from None
        raise
    return {
        "areas": [left_of(area) for area in found.areas], "problems": [plain(problem) for problem in found.problems],
        "code_property": found.code_property, "name_property": found.name_property,
    }


if __name__ == "__main__":
    sys.exit(serve(read, sys.argv[1:]))
