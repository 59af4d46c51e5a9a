"""Series as publishers lay them out: what is read, and what is never guessed."""

from datetime import date
from pathlib import Path

import pytest

from concertation.core.anticipation.quality import stale
from concertation.core.anticipation.readings import Reading
from concertation.formats.indicator_series import read_series
from core.anticipation_samples import framework

NIGER, FLOODS = "ner-drought-2026", "ner-floods-2025"


def series(tmp_path: Path, name: str, text: str) -> tuple[tuple[Reading, ...], list[str]]:
    path = tmp_path / "series.csv"
    path.write_text(text, "utf-8")
    read = read_series(path, framework(name))
    return read.readings, [problem.code for problem in read.problems]


def years(text: str, *, of: range = range(1991, 2026)) -> str:
    return "year,Jan,Feb,Mar,Apr,May,Jun,Aug\n" + "".join(f"{year},{text}\n" for year in of)


@pytest.mark.shared
def test_the_real_series_is_read_whole(shared: Path) -> None:
    read = read_series(shared / "anticipation/iri_maproom_raw.csv", framework(NIGER))

    assert len(read.readings) == 35 * 7
    assert {problem.code for problem in read.problems} <= {"reading-ties"}
    assert min(reading.issued_on for reading in read.readings if reading.issued_on) == date(1991, 1, 1)


def test_a_gauge_in_metres_is_told_and_nothing_of_it_is_kept(tmp_path: Path) -> None:
    found, told = series(tmp_path, FLOODS, "date,level\n2025-08-01,5.92\n2025-08-02,6.04\n")

    assert (found, told) == ((), ["reading-in-metres"])


def test_the_days_of_a_gauge_belong_to_the_season_they_fall_in(tmp_path: Path) -> None:
    found, _told = series(tmp_path, FLOODS, "date,level\n2025-08-01,592\n2026-01-15,604\n")

    assert [(each.year, each.value, each.issued_on) for each in found] == [(2025, 592.0, date(2025, 8, 1)), (2025, 604.0, date(2026, 1, 15))]


def test_a_stuck_gauge_is_told(tmp_path: Path) -> None:
    lines = "".join(f"2022-08-{day},601\n" for day in range(28, 32)) + "".join(f"2022-09-0{day},601\n" for day in range(1, 4))
    _found, told = series(tmp_path, FLOODS, f"date,level\n{lines}")

    assert told == ["reading-stuck"]


def test_an_empty_cell_is_missing_a_word_is_told_and_a_comma_is_a_comma(tmp_path: Path) -> None:
    found, told = series(tmp_path, NIGER, 'year,Jan,Feb,Mar,Apr,May,Jun,Aug\n2025,"12,5",,NaN,n/a,abc,1,0.1\n')

    assert {(each.issue, each.value) for each in found} == {(1, 12.5), (6, 1.0), (8, 0.1)}
    assert sorted(set(told)) == ["reading-history-short", "reading-not-a-number"]


def test_a_reading_that_cannot_be_is_left_out(tmp_path: Path) -> None:
    found, told = series(tmp_path, NIGER, "year,Jan,Feb,Mar,Apr,May,Jun,Aug\n2025,120,-3,13,14,15,16,0.1\n")

    assert {each.issue for each in found} == {3, 4, 5, 6, 8}
    assert told.count("reading-out-of-range") == 2


def test_two_issues_that_differ_leave_both_out_and_two_alike_count_once(tmp_path: Path) -> None:
    found, told = series(tmp_path, NIGER, "year,Jan,Feb,Mar,Apr,May,Jun,Aug\n2025,10,11,12,13,14,15,0.1\n2025,99,11,12,13,14,15,0.1\n")

    assert 1 not in {each.issue for each in found}
    assert told.count("reading-issues-differ") == 1 and told.count("reading-repeated") == 6


def test_a_short_history_and_tied_years_are_told(tmp_path: Path) -> None:
    _found, short = series(tmp_path, NIGER, years("1,2,3,4,5,6,0.1", of=range(2023, 2026)))
    _found, tied = series(tmp_path, NIGER, years("1,2,3,4,5,6,0.1"))

    assert set(short) == {"reading-history-short", "reading-ties"}
    assert set(tied) == {"reading-ties"}


def test_a_year_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    _found, told = series(tmp_path, NIGER, "year,Jan,Feb,Mar,Apr,May,Jun,Aug\nlast year,1,2,3,4,5,6,0.1\n")

    assert told == ["reading-year-unreadable"]


@pytest.mark.parametrize(("text", "code"), [("", "file-empty"), ("year,Jan\n", "file-without-rows"), ("a,b\n1,2\n", "required-column-missing")])
def test_an_empty_or_a_strange_table_is_refused_in_words(tmp_path: Path, text: str, code: str) -> None:
    found, told = series(tmp_path, NIGER, text)

    assert found == () and code in told


def test_our_long_table_names_indicator_unit_and_day_of_issue(tmp_path: Path) -> None:
    found, told = series(tmp_path, "aes-displacement-proposal", "indicator,unit,year,issue,value,issued_on\narrivals,Téra,2026,7,612,2026-08-03\nnobody,Téra,2026,7,1,\n")

    assert found == (Reading("arrivals", "Téra", 2026, 7, 612.0, date(2026, 8, 3)),)
    assert told == ["framework-indicator-unknown"]


def test_a_late_issue_is_told_on_the_day_it_is_looked_at() -> None:
    held = framework(NIGER)
    last = [Reading("forecast", "", 2026, 2, 30.0, date(2026, 2, 1))]

    assert [problem.code for problem in stale(held, last, date(2026, 4, 1))] == ["reading-stale"]
    assert list(stale(held, last, date(2026, 3, 1))) == []
