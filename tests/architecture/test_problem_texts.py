"""Every problem the product can meet has words for people, in both languages, and every line of words is met somewhere."""

import ast
import string
from collections import Counter

import polars as pl
import pytest

from architecture.source_code import Module, called_name, modules
from concertation.formats import reference_set
from concertation.formats.problem_texts import SEVERITIES

NOT_IN_THE_SOURCE = {"source-marks-warning": "the reader of HAPI files makes it from the name of the column that holds the mark"}
PAIRS = (("message_fr", "message_en"), ("remedy_fr", "remedy_en"))


def texts() -> pl.DataFrame:
    """The table of problems."""
    return reference_set.read("problems")


def codes_told(module: Module) -> set[tuple[str, str]]:
    """Codes given as text to what makes a problem, with their place."""
    first = [(call, call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "code"), None)) for call in module.calls if called_name(call) == "Problem"]
    return {(module.at(call), code.value) for call, code in first if isinstance(code, ast.Constant) and isinstance(code.value, str)}


def words_in(module: Module) -> set[str]:
    """Every text constant of a module."""
    return {node.value for node in module.nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_problem_told_has_its_words() -> None:
    known = set(texts()["code"])
    wordless = sorted({f"{place} {code}" for module in modules() for place, code in codes_told(module) if code not in known})

    assert not wordless, "\n".join(wordless)


def test_every_line_of_words_is_told_somewhere() -> None:
    told = set().union(*(words_in(module) for module in modules()))
    unused = set(texts()["code"]) - told - set(NOT_IN_THE_SOURCE)

    assert not unused, sorted(unused)


def test_each_code_has_one_line() -> None:
    twice = [code for code, count in Counter(texts()["code"]).items() if count > 1]

    assert not twice


def test_every_severity_is_known() -> None:
    assert set(texts()["severity"]) <= set(SEVERITIES)


def test_no_line_lacks_a_language() -> None:
    columns = [name for pair in PAIRS for name in pair]
    empty = texts().filter(pl.any_horizontal(pl.col(name).is_null() | (pl.col(name).str.strip_chars() == "") for name in columns))

    assert empty["code"].to_list() == []


def placeholders(text: str) -> set[str]:
    """The names between braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize(("french", "english"), PAIRS)
def test_both_languages_say_the_same_details(french: str, english: str) -> None:
    unlike = [line["code"] for line in texts().to_dicts() if placeholders(line[french]) != placeholders(line[english])]

    assert unlike == []


@pytest.mark.parametrize("column", ["message_fr", "remedy_fr"])
def test_french_is_set_as_french(column: str) -> None:
    wrong = texts().filter(pl.col(column).str.contains(r'[^\s\x{00a0}\x{202f}"][:;?!]\s|[a-zé]\?$|"'))

    assert wrong["code"].to_list() == []
