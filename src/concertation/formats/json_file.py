"""JSON received from outside: read whole in a bounded child, within a size limit, and refused in words when it is not plain JSON.

NaN, Infinity and numbers beyond any measure are no figures and become null with a problem; a key written twice keeps its last
value with a problem; half a sign and NUL are replaced or left out with a problem; a file nested beyond reason, not UTF-8, empty
or cut short is refused.
"""

import json
import re
from collections.abc import Iterable
from math import isfinite
from pathlib import Path
from typing import NamedTuple

from concertation.core.problems import Cell, Problem
from concertation.formats.bounding import read_in_child
from concertation.formats.limits import LIMITS, Limits

CHILD = "bounded_json"
CLEAN = "clean.json"
MOST_BYTES = 64 * 1024 * 1024
MOST_PROBLEMS = 1_000
MOST_DIGITS = 300
ESCAPED = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u([dD][89a-fA-F][0-9a-fA-F]{2})|u(0000)|.)", re.DOTALL)
REPLACEMENT = "\\ufffd"


class ReadJson(NamedTuple):
    """What stood in the file (None when refused) and the problems met."""

    content: object
    problems: tuple[Problem, ...] = ()


def read_json(path: Path, *, most_bytes: int = MOST_BYTES, limits: Limits = LIMITS) -> ReadJson:
    """Read a JSON file in a bounded child. Yields file-unreadable, file-too-large, file-empty, encoding-unknown, json-broken,
    json-too-deep, json-not-a-number, json-key-repeated, json-half-signs, nul-left-out, reading-too-long,
    reading-too-much-memory and reading-failed; the content is None whenever the file is refused."""
    try:
        size = path.stat().st_size
        with path.open("rb"):
            pass
    except OSError as reason:
        return _refused("file-unreadable", path.name, reason=reason.strerror or "")
    if size > most_bytes:
        return _refused("file-too-large", str(size // 1024**2), limit=str(most_bytes // 1024**2))
    with read_in_child(CHILD, path, limits) as left:
        if left.stopped or left.report["refused"]:
            return ReadJson(None, left.problems)
        return _loaded(left.folder / CLEAN if left.report["cleaned"] else path, path.name, left.problems)


def _loaded(path: Path, name: str, problems: tuple[Problem, ...]) -> ReadJson:
    """JSON that the child has judged: what it could hold within its limits, so can we; we may only be nested deeper ourselves."""
    try:
        return ReadJson(json.loads(path.read_text(encoding="utf-8-sig")), problems)
    except RecursionError:
        return _refused("json-too-deep", name)


def parse_json(raw: bytes, *, name: str) -> ReadJson:
    """Parse bytes as JSON; the same problems as `read_json`.

    >>> parse_json(b'{"a": 1}', name="x.json").content
    {'a': 1}
    >>> [problem.code for problem in parse_json(b'{"a": NaN, "a": 1e400}', name="x.json").problems]
    ['json-not-a-number', 'json-not-a-number', 'json-key-repeated']
    """
    if not raw.strip():
        return _refused("file-empty", name)
    problems: list[Problem] = []
    try:
        text = whole_signs(raw.decode("utf-8-sig"), problems)
        numbers = _Numbers(problems)
        content = json.loads(text, parse_constant=numbers.not_one, parse_float=numbers.real, parse_int=numbers.whole, object_pairs_hook=_Pairs(problems))
    except UnicodeDecodeError:
        return _refused("encoding-unknown", name)
    except json.JSONDecodeError as reason:
        return ReadJson(None, (Problem("json-broken", Cell(row=reason.lineno), name, {"reason": reason.msg}),))
    except RecursionError:
        return _refused("json-too-deep", name)
    except ValueError as reason:
        return _refused("json-broken", name, reason=str(reason)[:80])
    return ReadJson(content, tuple(problems))


def whole_signs(text: str, problems: list[Problem]) -> str:
    r"""The text with escaped halves of signs replaced and escaped NULs left out, each said once with their number.

    >>> said = []
    >>> whole_signs(r'"a\ud800 \ud83d\ude00 \\ud800 b\u0000"', said), [problem.code for problem in said]
    ('"a\\ufffd \\ud83d\\ude00 \\\\ud800 b"', ['json-half-signs', 'nul-left-out'])
    """
    if "\\ud" not in text and "\\uD" not in text and "\\u0000" not in text:
        return text
    halves = nuls = 0

    def mended(match: re.Match[str]) -> str:
        nonlocal halves, nuls
        halves, nuls = halves + bool(match[1]), nuls + bool(match[2])
        return REPLACEMENT if match[1] else "" if match[2] else match[0]

    whole = ESCAPED.sub(mended, text)
    problems += [Problem(code, value=str(count)) for code, count in (("json-half-signs", halves), ("nul-left-out", nuls)) if count]
    return whole


def _refused(code: str, value: str, **detail: str) -> ReadJson:
    return ReadJson(None, (Problem(code, Cell(), value, detail),))


class _Said:
    """Problems of a document, as many as a person can use; the rest are left unsaid, their values treated alike."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems

    def say(self, code: str, value: str, column: str | None = None) -> None:
        """Note one problem, unless there are a thousand already."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(code, Cell(column=column), value))


class _Numbers(_Said):
    def not_one(self, written: str) -> None:
        self.say("json-not-a-number", written[:40])

    def real(self, written: str) -> float | None:
        number = float(written)
        if isfinite(number):
            return number
        self.not_one(written)
        return None

    def whole(self, written: str) -> int | None:
        if len(written) <= MOST_DIGITS:
            return int(written)
        self.not_one(written)
        return None


class _Pairs(_Said):
    def __call__(self, pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value in pairs:
            if key in found:
                self.say("json-key-repeated", key, column=key)
            found[key] = value
        return found
