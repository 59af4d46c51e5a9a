"""YAML received from outside: the safe part of the language only, and nothing that reads one way and means another.

A key written twice, an alias or an anchor (which can unfold without end), a tag, a second document and a nesting beyond reason are
refused in words with their line. `true` and `false` are truths; `no`, `on` or `1:20`, which YAML 1.1 turns into something else, stay
the text that was written. NaN and infinity are no figures.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from concertation.core.problems import Cell, Problem

MOST_BYTES = 1_000_000
MOST_DEPTH = 40
WHOLE = re.compile(r"[-+]?(?:0|[1-9]\d{0,17})")
NUMBER = re.compile(r"[-+]?(?:0|[1-9]\d{0,17})(?:\.\d{1,18})?(?:[eE][-+]?\d{1,3})?")
WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
TAG = "tag:yaml.org,2002:"


class ReadYaml(NamedTuple):
    """The content, None when it was refused; the problems; and the line of each place (keys joined by dots)."""

    content: object
    problems: tuple[Problem, ...]
    lines: dict[str, int]


@dataclass(frozen=True, slots=True)
class Refused(Exception):
    """Why a file is not read."""

    problem: Problem


def read_yaml(written: bytes) -> ReadYaml:
    """The content of a YAML document as plain values. Never raises.

    >>> read_yaml(b"country: NO\\nshare: 0.5\\n").content
    {'country': 'NO', 'share': 0.5}
    >>> [problem.code for problem in read_yaml(b"a: 1\\na: 2\\n").problems]
    ['yaml-key-repeated']
    """
    lines: dict[str, int] = {}
    try:
        return ReadYaml(_plain(_document(written), "", lines, 0), (), lines)
    except Refused as refusal:
        return ReadYaml(None, (refusal.problem,), lines)


def _document(written: bytes) -> Node:
    if len(written) > MOST_BYTES:
        raise Refused(Problem("file-too-large", value=f"{len(written) / 1e6:.0f}", detail={"limit": "1"}))
    try:
        text = written.decode("utf-8-sig")
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            if isinstance(token, yaml.AliasToken | yaml.AnchorToken | yaml.TagToken | yaml.DirectiveToken):
                raise Refused(Problem("yaml-construct-refused", Cell(row=token.start_mark.line + 1), type(token).__name__.removesuffix("Token").lower()))
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except UnicodeDecodeError as fault:
        raise Refused(Problem("yaml-not-readable", value=str(fault)[:80])) from None
    except (yaml.YAMLError, RecursionError) as fault:
        mark = getattr(fault, "problem_mark", None)
        raise Refused(Problem("yaml-not-readable", Cell(row=mark.line + 1 if mark else None), str(getattr(fault, "problem", fault))[:80])) from None
    if node is None:
        raise Refused(Problem("file-empty"))
    return node


def _plain(node: Node, place: str, lines: dict[str, int], depth: int) -> object:
    line = node.start_mark.line + 1
    lines[place] = line
    if depth > MOST_DEPTH:
        raise Refused(Problem("yaml-construct-refused", Cell(row=line), "depth"))
    if isinstance(node, MappingNode):
        return dict(_pairs(node, place, lines, depth))
    if isinstance(node, SequenceNode):
        return [_plain(each, f"{place}.{number}".lstrip("."), lines, depth + 1) for number, each in enumerate(node.value)]
    return _scalar(node) if isinstance(node, ScalarNode) else None


def _pairs(node: MappingNode, place: str, lines: dict[str, int], depth: int) -> Iterator[tuple[str, object]]:
    seen: set[str] = set()
    for key, value in node.value:
        name = str(key.value) if isinstance(key, ScalarNode) else "?"
        if name in seen or name == "<<" or not isinstance(key, ScalarNode):
            raise Refused(Problem("yaml-key-repeated" if name in seen else "yaml-construct-refused", Cell(row=key.start_mark.line + 1), name))
        seen.add(name)
        yield name, _plain(value, f"{place}.{name}".lstrip("."), lines, depth + 1)


def _scalar(node: ScalarNode) -> object:
    text = str(node.value)
    if node.style is not None:
        return text
    if text in WORDS:
        return WORDS[text]
    if WHOLE.fullmatch(text):
        return int(text)
    return float(text) if NUMBER.fullmatch(text) else text
