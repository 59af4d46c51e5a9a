"""The three national workbooks as received, from file to canonical rows: every row in, every defect told, figures as published."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from concertation.core.activities import ActivityReading, read_activities
from concertation.core.organisations import Register, organisations_counted, register_rows
from concertation.core.presence import Mapping, propose_mapping
from concertation.formats.tabular import best_table, read_file
from presence_samples import TODAY, reference, vocabulary

pytestmark = pytest.mark.shared
FILES = {"BFA": "bfa_5w_2022-02_nocontact.xlsx", "MLI": "mli_5w_2022-03.xlsx", "NER": "ner_3w_2022-02_redacted.xlsx"}


@pytest.fixture(scope="module")
def workbooks(shared: Path) -> dict[str, tuple[Mapping, ActivityReading]]:
    """State -> mapping proposed and rows read."""
    words = vocabulary()
    read: dict[str, tuple[Mapping, ActivityReading]] = {}
    for state, name in FILES.items():
        table = best_table(read_file(shared / "presence" / name))
        assert table is not None
        mapping = propose_mapping(table.headings, table.tags, words, sheet=table.sheet)
        read[state] = mapping, read_activities(table.frame, mapping, words, state=state, today=TODAY, sheet=table.sheet)
    return read


def codes(reading: ActivityReading) -> Counter[str]:
    """Rows told per problem code."""
    counted: Counter[str] = Counter()
    for each in reading.problems:
        counted[each.problem.code] += each.count
    return counted


@pytest.mark.parametrize(("state", "rows", "identical", "organisations"), [("BFA", 420, 0, (51, 50)), ("MLI", 22_805, 21_354, (161, 156)), ("NER", 2_574, 0, (160, 151))])
def test_every_row_of_the_workbook_comes_in(workbooks: dict[str, tuple[Mapping, ActivityReading]], state: str, rows: int, identical: int, organisations: tuple[int, int]) -> None:
    mapping, reading = workbooks[state]

    assert mapping.problems == ()
    assert (reading.rows_read, reading.frame.height, reading.rows_refused) == (rows, rows, 0)
    assert (reading.rows_identical, organisations_counted(reading.frame)) == (identical, organisations)


def test_every_sector_written_in_the_workbooks_is_known(workbooks: dict[str, tuple[Mapping, ActivityReading]]) -> None:
    assert [state for state, (_, reading) in workbooks.items() if codes(reading)["sector-unknown"] or codes(reading)["sector-missing"]] == []


def test_burkinas_rows_all_carry_a_commune_code_and_its_donors_are_lists(workbooks: dict[str, tuple[Mapping, ActivityReading]]) -> None:
    frame = workbooks["BFA"][1].frame

    assert frame["adm3_code"].null_count() == 0
    assert frame.filter(donors="ECHO, GFFO, SIDA, DDC, UNICEF")["donor_list"].to_list() == [["ECHO", "GFFO", "SIDA", "DDC", "UNICEF"]]
    assert codes(workbooks["BFA"][1])["place-is-a-number"] == 2


def test_nigers_rows_name_their_places_and_their_defects_are_told(workbooks: dict[str, tuple[Mapping, ActivityReading]]) -> None:
    mapping, reading = workbooks["NER"]
    frame, told = reading.frame, codes(reading)

    assert (frame["adm2_name"].count(), frame["adm3_name"].count()) == (2_483, 2_307)
    assert {code: told[code] for code in ("year-implausible", "end-before-start", "date-is-time", "formula-in-cell", "yes-or-no-unreadable")} == {
        "year-implausible": 24, "end-before-start": 1, "date-is-time": 2, "formula-in-cell": 1, "yes-or-no-unreadable": 4
    }  # fmt: skip
    assert frame["start"].drop_nulls().min() == date(1992, 1, 1)
    assert frame["latitude"].count() == 0
    assert frame["status"].drop_nulls().value_counts().sort("count", descending=True).row(0) == ("ongoing", 1_218)


def test_nigers_contacts_are_masked_and_never_repeated(workbooks: dict[str, tuple[Mapping, ActivityReading]]) -> None:
    mapping, reading = workbooks["NER"]

    assert mapping.letters()["contact"] == "E"
    assert int(reading.frame["contact"].sum()) == 1_380
    assert not [name for name, kind in reading.frame.schema.items() if kind == "String" and reading.frame[name].str.contains("@").any()]
    assert not [each for each in reading.problems if "@" in each.problem.value]


def test_every_row_of_the_workbooks_gets_its_organisation(workbooks: dict[str, tuple[Mapping, ActivityReading]]) -> None:
    register = Register.of(reference("organisations"))

    for _, reading in workbooks.values():
        rows = register_rows(register, reading.frame)
        register = rows.register
        assert rows.frame["organisation"].null_count() == 0
        assert rows.frame["organisation"].n_unique() <= organisations_counted(reading.frame)[1]
