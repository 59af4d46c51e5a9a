"""The table of the application security standard says, for each requirement of level 1, which test holds it or why it is not ours."""

import ast
import csv
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "security" / "asvs.csv"
# How many requirements of level 1 each chapter of version 5.0 has: 70 in all.
LEVEL_1 = {"V1": 8, "V2": 4, "V3": 8, "V4": 2, "V5": 4, "V6": 13, "V7": 6, "V8": 4, "V9": 4, "V10": 5, "V11": 3, "V12": 3, "V13": 1, "V14": 2, "V15": 3}
ANSWERS = ("tested", "partly", "documented", "not-here", "keeper")


@cache
def lines() -> tuple[dict[str, str], ...]:
    """The table."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return tuple(csv.DictReader(stream))


@cache
def names_of_tests(path: str) -> frozenset[str]:
    """The tests of a file."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef) and each.name.startswith("test_"))


def test_every_requirement_of_level_1_has_its_line_once() -> None:
    assert Counter(line["requirement"].split(".")[0] for line in lines()) == LEVEL_1
    assert len({line["requirement"] for line in lines()}) == sum(LEVEL_1.values()) == 70


@pytest.mark.parametrize("line", lines(), ids=lambda line: line["requirement"])
def test_a_line_names_tests_that_exist_or_says_why_in_both_languages(line: dict[str, str]) -> None:
    assert line["answer"] in ANSWERS
    assert line["asked_fr"] and line["asked_en"] and line["reason_fr"] and line["reason_en"]
    proofs = line["proof"].split()
    assert bool(proofs) == (line["answer"] in ("tested", "partly", "documented"))
    for proof in proofs:
        path, _colons, name = proof.partition("::")
        assert (ROOT / path).is_file(), proof
        assert not name or name in names_of_tests(path), proof
    assert line["answer"] != "tested" or all("::" in proof for proof in proofs)


def test_most_of_what_is_asked_is_held_by_tests() -> None:
    counted = Counter(line["answer"] for line in lines())

    assert counted["tested"] > counted["documented"] + counted["not-here"] + counted["keeper"]


@cache
def attacks() -> tuple[dict[str, str], ...]:
    """The table of attacks on what travels between nodes."""
    with (ROOT / "docs" / "security" / "attacks.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(csv.DictReader(stream))


@pytest.mark.parametrize("line", attacks(), ids=lambda line: line["attack_en"])
def test_every_attack_on_what_travels_is_scripted(line: dict[str, str]) -> None:
    assert line["attack_fr"] and line["proof"]
    for proof in line["proof"].split():
        path, _colons, name = proof.partition("::")
        assert name in names_of_tests(path), proof
