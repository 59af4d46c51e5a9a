"""A framework read from its YAML file against the published schema, and the schema itself, made from the same grammar.

The grammar is `core.anticipation.framework`. A file that does not follow it is refused key by key; one that does is checked for what
no grammar says (`core.anticipation.checks`). Its SHA-256 is taken over the content, not over blanks, comments or the order of keys.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from concertation.core.anticipation.checks import problems_of, refusals
from concertation.core.anticipation.framework import Framework
from concertation.core.problems import Cell, Problem
from concertation.formats.yaml_file import read_yaml

GRAMMAR = TypeAdapter(Framework)
SCHEMA_ID = "urn:concertation:schema:framework:1"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
CODES: Mapping[str, str] = {"missing": "framework-key-missing", "missing_argument": "framework-key-missing", "missing_keyword_only_argument": "framework-key-missing", "unexpected_keyword_argument": "framework-key-unknown"}  # fmt: skip
MOST_SAID = 50


class ReadFramework(NamedTuple):
    """The framework, None when the file does not follow the grammar; every problem; the SHA-256 of the content (empty when unreadable)."""

    framework: Framework | None
    problems: tuple[Problem, ...]
    sha256: str

    @property
    def is_sound(self) -> bool:
        """Whether it may be signed and may activate: nothing refuses it.

        >>> read_framework(b"framework: x").is_sound
        False
        """
        return self.framework is not None and not refusals(self.problems)


def read_framework(written: bytes) -> ReadFramework:
    """The framework in a YAML file. Never raises.

    >>> read = read_framework(b"framework: x")
    >>> read.framework, read.problems[0].code
    (None, 'framework-key-missing')
    """
    read = read_yaml(written)
    if read.problems:
        return ReadFramework(None, read.problems, "")
    digest = hashlib.sha256(canonical(read.content)).hexdigest()
    try:
        framework = GRAMMAR.validate_json(json.dumps(read.content))
    except ValidationError as refusal:
        return ReadFramework(None, tuple(_said(refusal, read.lines)), digest)
    return ReadFramework(framework, tuple(_placed(problem, read.lines) for problem in problems_of(framework)), digest)


def written_framework(framework: Framework) -> bytes:
    """A framework as a file that reads back as the same framework: JSON, which is YAML, without what is as the grammar supposes.

    >>> held = shipped()["ner-floods-2025"].read.framework
    >>> read_framework(written_framework(held)).framework == held
    True
    """
    return GRAMMAR.dump_json(framework, indent=2, exclude_defaults=True) + b"\n"


def canonical(content: object) -> bytes:
    """Content as bytes that are the same for the same content.

    >>> canonical({"b": 1, "a": "é"})
    b'{"a":"\\xc3\\xa9","b":1}'
    """
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _said(refusal: ValidationError, lines: Mapping[str, int]) -> Iterator[Problem]:
    for each in refusal.errors(include_url=False)[:MOST_SAID]:
        place = ".".join(str(part) for part in each["loc"])
        code = CODES.get(each["type"], "framework-value-wrong")
        written = str(each["loc"][-1]) if code != "framework-value-wrong" and each["loc"] else json.dumps(each["input"], ensure_ascii=False, default=str)
        expected = str(each.get("ctx", {}).get("expected", "")) or each["type"].replace("_", " ")
        yield _placed(Problem(code, Cell(column=place), written[:80], {"expected": expected}), lines)


def _placed(problem: Problem, lines: Mapping[str, int]) -> Problem:
    """A problem with the line of its place, or of the closest part around it, in the file."""
    place = problem.cell.column or ""
    while place and place not in lines:
        place = place.rpartition(".")[0]
    return Problem(problem.code, Cell(None, lines.get(place, 1), problem.cell.column), problem.value, problem.detail)


def schema() -> dict[str, Any]:
    """The JSON Schema of the file, as published."""
    made = GRAMMAR.json_schema()
    return {"$schema": DIALECT, "$id": SCHEMA_ID, **_tidy(made)}


def _tidy(part: Any) -> Any:
    """The schema without the titles a program makes of field names."""
    if isinstance(part, dict):
        return {key: _tidy(value) if key != "properties" else {name: _tidy(each) for name, each in value.items()} for key, value in part.items() if not (key == "title" and isinstance(value, str))}
    return [_tidy(each) for each in part] if isinstance(part, list) else part


class Shipped(NamedTuple):
    """A framework of the reference set: its bytes and what was read."""

    name: str
    written: bytes
    read: ReadFramework


@cache
def shipped() -> Mapping[str, Shipped]:
    """The frameworks of the reference set by their word."""
    folder = files("concertation").joinpath("reference", "frameworks")
    found = sorted((each for each in folder.iterdir() if each.name.endswith(".yaml")), key=lambda each: each.name)
    return {each.name.removesuffix(".yaml"): Shipped(each.name, content := each.read_bytes(), read_framework(content)) for each in found}
