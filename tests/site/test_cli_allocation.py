"""`./run allocate` as scripts use it: the answer agreed on, in raw dollars too; a refusal with its reasons and exit 1."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from concertation.cli import app

TIED = {"id": "tied", "amount": 100_000_000, "earmark": {"states": ["NER"], "sectors": ["WSH"]}}
FREE = {"id": "free", "amount": 100_000_000}


def needs(unit: int) -> list[dict[str, Any]]:
    return [{"id": state, "state": state, "sector": "WSH", "need": amount * unit} for state, amount in (("NER", 200), ("BFA", 100), ("MLI", 100))]


def allocated(folder: Path, question: dict[str, Any]) -> Result:
    file = folder / "question.json"
    file.write_text(json.dumps(question))
    return CliRunner().invoke(app, ["allocate", str(file), "--json"])


@pytest.mark.parametrize("unit", [1_000_000, 1])
def test_the_agreed_example_ends_with_every_need_half_covered(tmp_path: Path, unit: int) -> None:
    sources = [{**source, "amount": 100 * unit} for source in (TIED, FREE)]

    done = allocated(tmp_path, {"currency": "USD", "tolerance": 0, "sources": sources, "cells": needs(unit)})

    told = json.loads(done.stdout)
    assert done.exit_code == 0
    assert {cell["id"]: cell["coverage"] for cell in told["cells"]} == {"NER": 0.5, "BFA": 0.5, "MLI": 0.5}
    assert set(told) >= {"stages", "lines", "cells", "sources", "unreachable", "certificate"}
    assert all(set(stage) == {"name", "value", "bound", "gap"} for stage in told["stages"])
    assert all(set(line) == {"source", "cell", "amount", "reason_fr", "reason_en"} for line in told["lines"])
    assert {frozenset(source) for source in told["sources"]} == {frozenset({"id", "spent", "flexibility_value"})}
    assert {frozenset(cell) for cell in told["cells"]} == {frozenset({"id", "coverage", "price"})}
    assert told["certificate"]["feasible"] and len(told["certificate"]["stages"]) == len(told["stages"])
    assert sum(line["amount"] for line in told["lines"]) == 200 * unit


def test_a_question_that_cannot_be_meant_says_why_and_ends_with_one(tmp_path: Path) -> None:
    done = allocated(tmp_path, {"currency": "FCFA", "sources": [FREE], "cells": needs(1)})

    told = json.loads(done.stdout)
    assert done.exit_code == 1
    assert [(problem["code"], problem["value"]) for problem in told["problems"]] == [("currency-unknown", "FCFA")]
