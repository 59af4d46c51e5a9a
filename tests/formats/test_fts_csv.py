"""The CSV of FTS on HDX gives the flows of the API, says nothing where the CSV is silent, and loses no line to its line breaks."""

import csv
import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concertation.core.funding import FLOW_SCHEMA, counts_at_fts, total
from concertation.formats.fts import ReadFlows
from concertation.formats.fts_csv import NEEDED, is_flow_table, read_flow_table
from concertation.formats.sheets import Table
from concertation.formats.tabular import best_table, read_file

HELD = ["BFA", "MLI", "NER", "TGO"]
SILENT = ["version", "new_money", "parent", "children", "earmarks", "source_clusters", "destination_clusters", "source_plans"]


def opened(path: Path) -> Table:
    """The table of one published file."""
    table = best_table(read_file(path))
    assert table is not None
    return table


@pytest.fixture(scope="module")
def incoming(shared: Path) -> ReadFlows:
    """The flows into the four countries in 2026."""
    return read_flow_table(opened(shared / "funding" / "fts_flows_incoming_2026_4_countries.csv"))


def to_one_country(flows: ReadFlows) -> pl.DataFrame:
    """The flows that go to one of the four countries alone."""
    places = pl.col("destination_places")
    return flows.frame.filter((places.list.len() == 1) & places.list.first().is_in(HELD))


def count_and_millions(frame: pl.DataFrame) -> tuple[int, float]:
    """How many flows, and their millions of dollars to one decimal."""
    return frame.height, round(frame["amount_minor"].sum() / 1e8, 1)


@pytest.mark.shared
def test_the_published_figures_of_2026_come_out(incoming: ReadFlows) -> None:
    single = to_one_country(incoming)

    assert [(problem.code, problem.value, str(problem.cell)) for problem in incoming.problems] == [("fts-amount-negative", "-705", "csv!D380")]
    assert (single.height, single["amount_minor"].sum()) == (610, 312_062_992_00)
    assert {status: count_and_millions(single.filter(pl.col("status") == status)) for status in ("paid", "commitment", "pledge")} == {
        "paid": (204, 120.8), "commitment": (393, 127.9), "pledge": (13, 63.3),
    }  # fmt: skip
    assert count_and_millions(single.filter(pl.col("source_types").list.contains("Private Organizations"))) == (7, 5.5)
    assert count_and_millions(single.filter(pl.col("keywords").list.contains("Multiyear"))) == (90, 32.8)
    assert count_and_millions(single.filter(pl.col("destination_global_clusters").list.len() == 0))[1] == 90.0
    assert count_and_millions(single.filter(pl.col("destination_plans").list.len() == 0))[1] == 38.0
    days = (single["reported"] - single["decided"]).dt.total_days().drop_nulls()
    assert (days.len(), days.median()) == (591, 51)


@pytest.mark.shared
@pytest.mark.parametrize(("name", "flows"), [("incoming", 625), ("internal", 2), ("outgoing", 232)])
def test_each_published_file_is_kept_line_by_line_as_received(shared: Path, name: str, flows: int) -> None:
    path = shared / "funding" / f"fts_flows_{name}_2026_4_countries.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        lines = {json.dumps({heading: cell.strip() for heading, cell in line.items() if cell.strip()}, sort_keys=True) for line in csv.DictReader(stream)}

    read = read_flow_table(opened(path))

    assert read.frame.height == flows
    assert {json.dumps(json.loads(content), sort_keys=True) for content in read.received.values()} == lines
    assert sorted(filter(None, read.frame["description"])) == sorted(filter(None, (json.loads(line).get("description") for line in lines)))


@pytest.mark.shared
def test_what_the_csv_does_not_carry_is_null_and_counts_go_on(incoming: ReadFlows) -> None:
    assert dict(incoming.frame.schema) == FLOW_SCHEMA
    assert all(incoming.frame[name].null_count() == incoming.frame.height for name in SILENT)
    assert total(counts_at_fts(incoming.frame.filter(pl.col("status") == "pledge"))) == 0
    assert total(counts_at_fts(incoming.frame)) > 0


def table(*lines: dict[str, str], more: str = "") -> Table:
    """A synthetic table of flows."""
    headings = [*NEEDED, "originalAmount", "originalCurrency", "exchangeRate", "decisionDate", *([more] if more else [])]
    letters = {heading: chr(ord("A") + place) for place, heading in enumerate(headings)}
    plain = {"id": "1", "amountUSD": "100", "status": "paid", "boundary": "incoming", "onBoundary": "single"}
    rows = [{"row": number, **{letter: {**plain, **line}.get(heading) for heading, letter in letters.items()}} for number, line in enumerate(lines, 2)]
    return Table("s", 1, {letter: heading for heading, letter in letters.items()}, {}, pl.DataFrame(rows))


@pytest.mark.parametrize(
    ("line", "code", "cell"),
    [
        ({"amountUSD": "-5"}, "fts-amount-negative", "s!B2"),
        ({"amountUSD": "beaucoup"}, "number-unreadable", "s!B2"),
        ({"originalAmount": "x"}, "number-unreadable", "s!H2"),
        ({"originalCurrency": "FCFA"}, "currency-unknown", "s!I2"),
        ({"decisionDate": "2026-02-30"}, "date-unreadable", "s!K2"),
    ],
)
def test_a_wrong_cell_is_told_with_its_place_and_the_line_is_kept(line: dict[str, str], code: str, cell: str) -> None:
    read = read_flow_table(table(line))

    assert [(problem.code, str(problem.cell)) for problem in read.problems] == [(code, cell)]
    assert read.frame.height == 1


def test_a_missing_amount_is_no_zero() -> None:
    bare = table({"id": "9"})
    read = read_flow_table(Table("s", 1, bare.headings, {}, bare.frame.with_columns(B=pl.lit(None, pl.String))))

    assert [problem.code for problem in read.problems] == ["fts-amount-missing"]
    assert read.frame["amount_minor"].to_list() == [None]


def test_the_same_line_twice_is_one_flow_and_two_contents_of_one_flow_are_told() -> None:
    same, other = read_flow_table(table({}, {})), read_flow_table(table({}, {"amountUSD": "7"}))

    assert (same.frame.height, same.problems) == (1, ())
    assert (other.frame.height, [problem.code for problem in other.problems]) == (2, ["fts-flow-twice"])


def test_a_new_column_is_noted_and_kept_and_a_missing_one_refuses_the_table() -> None:
    new = read_flow_table(table({"colour": "red"}, more="colour"))
    bare = Table("s", 1, {"A": "id"}, {}, pl.DataFrame({"row": [2], "A": ["1"]}))

    assert [(problem.code, problem.value) for problem in new.problems] == [("fts-key-unknown", "colour")]
    assert b'"colour":"red"' in next(iter(new.received.values()))
    assert not is_flow_table(bare)
    assert {problem.code for problem in read_flow_table(bare).problems} == {"required-column-missing"}
    assert read_flow_table(bare).frame.is_empty()


TEXT = st.text(max_size=15) | st.sampled_from(["1E+99", "9" * 40, "-0", "2026", "99999999999", "2026-02-30", "USD", "XOF", ",", "\x1f"])


@given(cells=st.lists(TEXT, min_size=11, max_size=11))
def test_no_text_whatever_raises(cells: list[str]) -> None:
    headings = [*NEEDED, "originalAmount", "originalCurrency", "exchangeRate", "decisionDate"]

    assert read_flow_table(table(dict(zip(headings, cells, strict=True)))).frame.height == 1
