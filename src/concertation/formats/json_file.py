"""JSON received from outside: read whole, within a size limit, and refused in words when it is not plain JSON.

NaN and Infinity are not JSON and become null with a problem; a key written twice keeps its last value with a problem;
a file nested beyond reason, not UTF-8, empty or cut short is refused.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from concertation.core.problems import Cell, Problem

MOST_BYTES = 64 * 1024 * 1024


class ReadJson(NamedTuple):
    """What stood in the file (None when refused) and the problems met."""

    content: object
    problems: tuple[Problem, ...] = ()


def read_json(path: Path, *, most_bytes: int = MOST_BYTES) -> ReadJson:
    """Read a JSON file. Yields file-unreadable, file-too-large, file-empty, encoding-unknown, json-broken, json-too-deep,
    json-not-a-number and json-key-repeated; the content is None whenever the file is refused."""
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= most_bytes else b""
    except OSError as reason:
        return _refused("file-unreadable", path.name, reason=reason.strerror or "")
    if size > most_bytes:
        return _refused("file-too-large", str(size // 1024**2), limit=str(most_bytes // 1024**2))
    return parse_json(raw, name=path.name)


def parse_json(raw: bytes, *, name: str) -> ReadJson:
    """Parse bytes as JSON; the same problems as `read_json`.

    >>> parse_json(b'{"a": 1}', name="x.json").content
    {'a': 1}
    >>> [problem.code for problem in parse_json(b'{"a": NaN, "a": 2}', name="x.json").problems]
    ['json-not-a-number', 'json-key-repeated']
    """
    if not raw.strip():
        return _refused("file-empty", name)
    problems: list[Problem] = []
    try:
        content = json.loads(raw.decode("utf-8-sig"), parse_constant=_Constant(problems), object_pairs_hook=_Pairs(problems))
    except UnicodeDecodeError:
        return _refused("encoding-unknown", name)
    except json.JSONDecodeError as reason:
        return ReadJson(None, (Problem("json-broken", Cell(row=reason.lineno), name, {"reason": reason.msg}),))
    except RecursionError:
        return _refused("json-too-deep", name)
    except ValueError as reason:
        return _refused("json-broken", name, reason=str(reason)[:80])
    return ReadJson(content, tuple(problems))


def _refused(code: str, value: str, **detail: str) -> ReadJson:
    return ReadJson(None, (Problem(code, Cell(), value, detail),))


class _Constant:
    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems

    def __call__(self, written: str) -> None:
        self.problems.append(Problem("json-not-a-number", Cell(), written))


class _Pairs:
    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems

    def __call__(self, pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value in pairs:
            if key in found:
                self.problems.append(Problem("json-key-repeated", Cell(column=key), key))
            found[key] = value
        return found
