"""The child that parses JSON nobody has vouched for; it leaves the problems, and the document only where it had to be mended."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from concertation.core.problems import Problem
from concertation.formats.bounding import plain, serve
from concertation.formats.json_file import CLEAN, ReadJson, parse_json
from concertation.formats.limits import Limits


def read(path: Path, folder: Path, limits: Limits, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Parse a file; where it was not plain JSON throughout, write down what is kept of it."""
    found = parse_json(path.read_bytes(), name=path.name)
    cleaned = found.content is not None and bool(found.problems)
    if cleaned:
        found = written(found, folder, path.name)
    return {"refused": found.content is None, "cleaned": cleaned, "problems": [plain(problem) for problem in found.problems]}


def written(found: ReadJson, folder: Path, name: str) -> ReadJson:
    """The document written as plain JSON; one nested so deep that it cannot be written is refused."""
    try:
        (folder / CLEAN).write_text(json.dumps(found.content, allow_nan=False), encoding="utf-8")
    except RecursionError:
        return ReadJson(None, (Problem("json-too-deep", value=name),))
    return found


if __name__ == "__main__":
    sys.exit(serve(read, sys.argv[1:]))
