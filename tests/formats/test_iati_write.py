"""Flows written as IATI pass schema and rules, read back as they were, and say what IATI has no place for."""

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from concertation.cli import app
from concertation.formats.fts import read_flows
from concertation.formats.fts_csv import read_flow_table
from concertation.formats.iati.check import Checked, check_file, read_standard
from concertation.formats.iati.flatten import read_transactions
from concertation.formats.iati.received import as_flows
from concertation.formats.iati.write import Exported, Publisher, write_flows
from concertation.formats.tabular import best_table, read_file

TODAY = date(2026, 11, 29)
US = Publisher("XX-SYNTHETIC", "Synthetic framework", "10")
PAGES = [f"fts_api_custom-search-locationid-1-year-2020{end}.json" for end in ("", "-page-2", "-page-3")]


def written(flows: pl.DataFrame, to: Path) -> Exported:
    """Flows written to a file."""
    with to.open("wb") as stream:
        return write_flows(flows, stream, publisher=US, today=TODAY)


def verdict(path: Path, standard: Path | None = None) -> Checked:
    """What the check says of a file."""
    return check_file(path, standard=read_standard(standard), today=TODAY)


@pytest.fixture(scope="module", params=["api", "csv"])
def real(shared: Path, request: pytest.FixtureRequest) -> pl.DataFrame:
    """Real flows: 484 of the API, 625 of the CSV."""
    if request.param == "api":
        return read_flows([json.loads((shared / "funding" / name).read_text()) for name in PAGES]).frame
    table = best_table(read_file(shared / "funding" / "fts_flows_incoming_2026_4_countries.csv"))
    assert table is not None
    return read_flow_table(table).frame


@pytest.mark.shared
def test_every_real_flow_is_exported_and_passes_schema_rules_and_rulesets(shared: Path, tmp_path: Path, real: pl.DataFrame) -> None:
    exported = written(real, tmp_path / "x.xml")
    found = verdict(tmp_path / "x.xml", shared / "iati")

    assert exported.written == real.height
    assert {problem.code for problem in exported.problems} == {"iati-export-left-behind"}
    assert (found.activities, found.transactions, found.problems) == (real.height, real.height, ())


@pytest.mark.shared
def test_an_export_read_back_gives_the_same_money_status_and_earmarks(tmp_path: Path, real: pl.DataFrame) -> None:
    written(real, tmp_path / "x.xml")
    back = as_flows(read_transactions(tmp_path / "x.xml").frame)

    own = pl.col("original_minor").is_not_null() & (pl.col("original_currency") != "USD")
    for name in ("status", "decided"):
        assert back[name].to_list() == (real[name].to_list() if name == "status" else [day or other for day, other in zip(real["decided"], real["dated"], strict=True)])
    assert back["original_minor"].to_list() == real.select(pl.when(own).then("original_minor"))["original_minor"].to_list()
    assert back.filter(pl.col("amount_minor").is_not_null())["amount_minor"].to_list() == real.filter(~own)["amount_minor"].to_list()
    assert [earmarks or [] for earmarks in back["earmarks"].to_list()] == [earmarks or [] for earmarks in real["earmarks"].to_list()]


def flow(**changes: Any) -> dict[str, Any]:
    """A synthetic flow as the API gives it."""
    ends = [{"type": "Organization", "id": "1", "name": "Synthetic agency"}, {"type": "Location", "id": "1", "name": "Niger"}, {"type": "UsageYear", "id": "1", "name": "2025"}]
    plain = {"id": "7", "amountUSD": 100, "status": "paid", "decisionDate": "2025-02-01", "boundary": "incoming", "onBoundary": "single", "destinationObjects": ends}
    return {**plain, **changes}


def frame(*flows: dict[str, Any]) -> pl.DataFrame:
    """Synthetic flows, read."""
    return read_flows([{"data": {"flows": list(flows)}}]).frame


def test_a_flow_over_several_countries_is_given_no_split(tmp_path: Path) -> None:
    places = [{"type": "Location", "id": str(at), "name": name} for at, name in enumerate(("Niger", "Mali"))]
    written(frame(flow(destinationObjects=places)), tmp_path / "x.xml")

    got = read_transactions(tmp_path / "x.xml").frame

    assert got["places"].to_list() == [["region-1:998"]]
    assert "Niger, Mali" in (tmp_path / "x.xml").read_text("utf-8")


@pytest.mark.parametrize(("changes", "missing"), [({"amountUSD": None}, "amount"), ({"status": "dreamt"}, "status"), ({"decisionDate": None}, "date"), ({"decisionDate": "2030-01-01"}, "date")])
def test_a_flow_that_lacks_what_a_transaction_needs_is_left_out_and_told(tmp_path: Path, changes: dict[str, Any], missing: str) -> None:
    exported = written(frame(flow(**changes), flow(id="8")), tmp_path / "x.xml")

    assert exported.written == 1
    assert [(problem.code, problem.cell.column, problem.value) for problem in exported.problems] == [("iati-export-left-out", missing, "7")]


def test_what_iati_cannot_carry_is_told_with_its_count(tmp_path: Path) -> None:
    exported = written(frame(flow(newMoney=True, keywords=["Multiyear"]), flow(id="8", newMoney=True)), tmp_path / "x.xml")

    assert {(problem.value, problem.detail["count"]) for problem in exported.problems} == {("new_money", "2"), ("keywords", "1")}


ANY = st.text(max_size=20)


@given(words=ANY, name=ANY, number=ANY, place=ANY, cluster=ANY, reference=ANY, amount=st.integers(-(10**12), 10**12))
def test_no_words_in_a_flow_break_the_export(words: str, name: str, number: str, place: str, cluster: str, reference: str, amount: int) -> None:
    ends = [{"type": "Organization", "name": name}, {"type": "Location", "name": place}, {"type": "GlobalCluster", "name": cluster}, {"type": "GlobalCluster", "name": "Health"}, {"type": "Plan", "name": words}]
    stream = io.BytesIO()
    flows = frame(flow(id=f"1{number}", amountUSD=amount, description=words, refCode=reference, destinationObjects=ends, sourceObjects=ends[:1], grandBargainEarmarkingType=["softly earmarked"]))

    exported = write_flows(flows, stream, publisher=US, today=TODAY)

    assert exported.written == 1
    assert stream.getvalue().endswith(b"</iati-activities>")


@given(words=ANY, name=ANY, place=ANY, cluster=ANY, reference=ANY)
def test_any_words_in_a_flow_pass_structure_and_rules(tmp_path_factory: pytest.TempPathFactory, words: str, name: str, place: str, cluster: str, reference: str) -> None:
    ends = [{"type": "Organization", "name": name}, {"type": "Location", "name": place}, {"type": "GlobalCluster", "name": cluster}, {"type": "GlobalCluster", "name": "Health"}]
    path = tmp_path_factory.mktemp("any") / "x.xml"
    written(frame(flow(description=words, refCode=reference, destinationObjects=ends, sourceObjects=ends[:1])), path)

    assert verdict(path).problems == ()


@pytest.mark.shared
def test_the_commands_export_and_check(shared: Path, tmp_path: Path) -> None:
    pages = [argument for name in PAGES for argument in ("--data", str(shared / "funding" / name))]
    terminal = CliRunner()

    made = terminal.invoke(app, ["iati", "export", *pages, "--ref", "XX-1", "--name", "Synthetic", "--to", str(tmp_path / "x.xml"), "--as-of", "2026-11-29", "--json"])
    judged = terminal.invoke(app, ["iati", "check", str(tmp_path / "x.xml"), "--standard", str(shared / "iati"), "--as-of", "2026-11-29", "--json"])

    assert (made.exit_code, json.loads(made.stdout)["written"]) == (0, 484)
    assert (judged.exit_code, json.loads(judged.stdout)["valid"], json.loads(judged.stdout)["transactions"]) == (0, True, 484)


def test_the_commands_refuse_what_is_no_flow_and_what_is_not_valid(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"data": {}}')
    (tmp_path / "x.xml").write_text('<iati-activities version="2.03"><iati-activity/></iati-activities>')
    terminal = CliRunner()

    nameless = terminal.invoke(app, ["iati", "export", "--data", str(tmp_path / "x.json")])
    nothing = terminal.invoke(app, ["iati", "export", "--data", str(tmp_path / "x.json"), "--ref", "XX-1", "--name", "x", "--to", str(tmp_path / "y.xml")])
    invalid = terminal.invoke(app, ["iati", "check", str(tmp_path / "x.xml"), "--json"])

    assert (nameless.exit_code, nothing.exit_code, invalid.exit_code) == (2, 1, 1)
    assert "iati-element-missing" in json.loads(invalid.stdout)["counts"]
    assert not (tmp_path / "y.xml").exists()
