"""IATI activities flattened: the transaction stands before its activity, no percentage is made up, and memory does not grow."""

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from concertation.core.funding import FLOW_SCHEMA
from concertation.formats.iati.counting import falls_on
from concertation.formats.iati.flatten import TRANSACTION_SCHEMA, ReadTransactions, read_transactions, slices
from concertation.formats.iati.opening import transactions_of
from concertation.formats.iati.received import as_flows
from concertation.formats.iati.shares import split
from concertation.formats.iati.streaming import Told
from concertation.formats.limits import Limits
from concertation.formats.problem_texts import in_words
from iati_samples import activity, transaction, written

CHILDREN_START_ANEW = True
SAMPLE = "iati/dportal_foodsecurity_sample.xml"
ENTITIES = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>\n'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>\n'
CHILD_PEAK = """
import sys
from pathlib import Path
from concertation.formats.iati.flatten import slices
from concertation.formats.iati.streaming import Told
rows = sum(frame.height for frame in slices(Path(sys.argv[1]), Told()))
print(rows, next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")))
"""


def read(folder: Path, *activities: str, **more: str) -> ReadTransactions:
    """Some synthetic activities, read."""
    return read_transactions(written(folder, *activities, **more))


def fallen(got: ReadTransactions, codes: str, shares: str) -> list[tuple[str, str, int | None]]:
    """What of the one transaction read falls on each sector or place."""
    row = got.frame.row(0, named=True)
    return [(part.vocabulary, part.code, part.minor) for part in falls_on(row["amount_minor"], row[codes], row[shares])]


def codes(got: ReadTransactions) -> list[str]:
    """The codes of what was told."""
    assert all("…" not in in_words(problem).message_fr for problem in got.problems)
    return [problem.code for problem in got.problems]


@pytest.mark.shared
def test_the_real_sample_gives_every_transaction_with_its_amount_to_the_cent(shared: Path) -> None:
    tree = etree.parse(shared / SAMPLE)
    by_hand = sorted((element.findtext("value"), element.sourceline) for element in tree.iter("transaction"))

    got = read_transactions(shared / SAMPLE)

    assert got.problems == ()
    assert dict(got.frame.schema) == TRANSACTION_SCHEMA
    assert sorted(got.frame.select("amount_written", "line").iter_rows()) == [(amount.strip(), line) for amount, line in by_hand]
    assert got.frame.height == 63
    assert got.frame.filter(pl.col("line") == 122).select("amount_minor", "currency", "status", "sectors", "sector_shares").row(0) == (
        11_609_144, "EUR", "expenditure", ["1:32140", "1:32162", "1:32130"], [25.0, 25.0, 50.0],
    )  # fmt: skip


@pytest.mark.shared
def test_slices_give_the_same_rows_as_one_frame(shared: Path) -> None:
    whole = read_transactions(shared / SAMPLE).frame

    assert pl.concat(list(slices(shared / SAMPLE, Told(), rows=5))).equals(whole)


@pytest.mark.shared
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from Linux")
def test_memory_does_not_grow_with_the_file(shared: Path, tmp_path: Path) -> None:
    text = (shared / SAMPLE).read_text("utf-8")
    start, end = text.index("<iati-activity "), text.rindex("</iati-activities>")
    peaks = []
    for times in (20, 200):
        path = tmp_path / f"{times}.xml"
        path.write_text(text[:start] + text[start:end] * times + text[end:], "utf-8")
        told = subprocess.run([sys.executable, "-c", CHILD_PEAK, str(path)], capture_output=True, check=True, text=True).stdout.split()
        assert int(told[0]) == 63 * times
        peaks.append(int(told[1]))

    assert peaks[1] < peaks[0] + 25_000  # kilobytes: the larger file weighs 17 MB more, its whole tree ten times that


def test_one_activity_with_many_transactions_is_no_burden(tmp_path: Path) -> None:
    got = list(slices(written(tmp_path, activity(transactions=transaction() * 5_000)), Told()))

    assert sum(frame.height for frame in got) == 5_000


@pytest.mark.parametrize(("of_activity", "of_transaction", "flag"), [("1", "0", False), ("0", "1", True), ("1", "", True), ("", "", None), ("true", "", True)])
def test_the_humanitarian_flag_of_the_transaction_wins(tmp_path: Path, of_activity: str, of_transaction: str, flag: bool | None) -> None:
    attribute = f' humanitarian="{of_activity}"' if of_activity else ""
    inner = transaction().replace("<transaction ", f'<transaction humanitarian="{of_transaction}" ' if of_transaction else "<transaction ")

    assert read(tmp_path, activity(attributes=attribute, transactions=inner)).frame["humanitarian"].to_list() == [flag]


def test_what_a_transaction_leaves_empty_its_activity_says(tmp_path: Path) -> None:
    empty = transaction(money='<value currency="" value-date="2024-05-01">5</value>', more='<flow-type code=""/>')
    own = transaction(money='<value currency="XOF" value-date="2024-05-01">5</value>', more='<flow-type code="20"/>')

    got = read(tmp_path, activity(aid='<default-flow-type code="30"/>', transactions=empty + own))

    assert got.frame.select("currency", "flow_type", "amount_minor").rows() == [("USD", "30", 500), ("XOF", "20", 5)]


def test_a_list_without_percentages_is_not_a_hundred_percent_each(tmp_path: Path) -> None:
    got = read(tmp_path, activity(sectors='<sector code="72010"/><sector code="72040"/>', places='<recipient-country code="NE"/><recipient-country code="ML"/>'))

    assert codes(got) == ["iati-share-missing", "iati-share-missing"]
    assert got.frame.select("sector_shares", "place_shares").row(0) == ([None, None], [None, None])
    assert fallen(got, "sectors", "sector_shares") == [("1", "72010", None), ("1", "72040", None)]


def test_percentages_that_do_not_add_to_a_hundred_are_kept_and_not_counted(tmp_path: Path) -> None:
    got = read(tmp_path, activity(sectors='<sector code="72010" percentage="50"/><sector code="72040" percentage="40"/>'))

    assert codes(got) == ["iati-shares-not-100"]
    assert got.frame.select("sector_percentages", "sector_shares").row(0) == ([50.0, 40.0], [None, None])


def test_each_vocabulary_makes_its_own_hundred_and_countries_and_regions_make_one_together(tmp_path: Path) -> None:
    sectors = '<sector code="72010" percentage="60"/><sector code="72040" percentage="40"/><sector vocabulary="10" code="7"/>'
    places = '<recipient-country code="NE" percentage="70"/><recipient-region code="298" percentage="30"/>'

    got = read(tmp_path, activity(sectors=sectors, places=places))

    assert codes(got) == []
    assert fallen(got, "sectors", "sector_shares") == [("1", "72010", 6_000), ("1", "72040", 4_000), ("10", "7", 10_000)]
    assert fallen(got, "places", "place_shares") == [("country", "NE", 7_000), ("region-1", "298", 3_000)]


def test_sectors_of_a_transaction_stand_before_those_of_its_activity(tmp_path: Path) -> None:
    got = read(tmp_path, activity(transactions=transaction(more='<sector vocabulary="10" code="6"/>') + transaction()))

    assert got.frame["sectors"].to_list() == [["10:6"], ["1:72010"]]


def test_the_earmark_of_the_transaction_stands_before_the_default(tmp_path: Path) -> None:
    default = '<default-aid-type vocabulary="1" code="B03"/><default-aid-type vocabulary="2" code="2"/><default-aid-type vocabulary="3" code="C"/>'

    got = read(tmp_path, activity(aid=default, transactions=transaction() + transaction(more='<aid-type vocabulary="2" code="4"/><aid-type vocabulary="4" code="1"/>')))

    assert got.frame.select("earmark", "earmark_letter", "modality").rows() == [("softly earmarked", "C", None), ("tightly earmarked", "C", "cash")]


def test_scopes_and_related_activities_travel_with_each_transaction(tmp_path: Path) -> None:
    scopes = '<humanitarian-scope type="1" vocabulary="1-2" code="FL-2024-000001-NER"/><humanitarian-scope type="2" vocabulary="2-1" code="HNER24"/>'

    got = read(tmp_path, activity(scopes=scopes, related='<related-activity ref="XX-1-P" type="1"/>'))

    assert got.frame.select("scopes", "related").row(0) == (["1:1-2:FL-2024-000001-NER", "2:2-1:HNER24"], ["1:XX-1-P"])
    flow = as_flows(got.frame).row(0, named=True)
    assert (flow["parent"], flow["destination_places"], flow["destination_plans"], flow["status"]) == ("XX-1-P", ["NER"], ["2-1:HNER24"], "paid")


def test_transactions_as_flows_bear_the_columns_of_flows_and_convert_no_currency(tmp_path: Path) -> None:
    euros = transaction(money='<value currency="EUR" value-date="2024-05-01">12.5</value>', kind="2")
    got = as_flows(read(tmp_path, activity(transactions=euros + transaction(kind="13") + transaction(kind="7"))).frame)

    assert dict(got.schema) == FLOW_SCHEMA
    assert got.select("status", "amount_minor", "original_minor", "original_currency").rows() == [("commitment", None, 1_250, "EUR"), ("pledge", 10_000, None, None)]


@pytest.mark.parametrize(
    ("money", "code", "amount"),
    [
        ('<value currency="USD" value-date="2024-05-01"/>', "iati-amount-missing", None),
        ('<value currency="USD" value-date="2024-05-01">beaucoup</value>', "number-unreadable", None),
        ('<value currency="USD" value-date="2024-05-01">1e90</value>', "number-unreadable", None),
        ('<value currency="FCFA" value-date="2024-05-01">5</value>', "currency-unknown", None),
        ('<value currency="USD" value-date="2024-05-01">-5</value>', "iati-amount-negative", -500),
        ('<value currency="USD" value-date="2024-02-30">5</value>', "date-unreadable", 500),
        ('<value currency="XOF" value-date="2024-05-01">5</value>', None, 5),
    ],
)
def test_an_amount_that_is_wrong_is_told_with_its_line(tmp_path: Path, money: str, code: str | None, amount: int | None) -> None:
    got = read(tmp_path, activity(transactions=transaction(money=money)))

    assert [(problem.code, problem.cell.row) for problem in got.problems] == ([(code, 17)] if code else [])
    assert got.frame["amount_minor"].to_list() == [amount]


def test_an_amount_without_any_currency_is_told(tmp_path: Path) -> None:
    bare = activity(transactions=transaction(money='<value value-date="2024-05-01">5</value>')).replace(' default-currency="USD"', "")

    assert codes(read(tmp_path, bare)) == ["iati-amount-without-currency"]


def test_one_activity_twice_is_told_and_so_are_its_two_contents(tmp_path: Path) -> None:
    same, other = read(tmp_path, activity(), activity()), read(tmp_path, activity(), activity(transactions=transaction(amount="7")))

    assert codes(same) == ["iati-activity-repeated"]
    assert codes(other) == ["iati-activity-twice"]
    assert other.frame.height == 2


@pytest.mark.parametrize("head", [ENTITIES, OUTSIDE, "<!-- x --><!DOCTYPE iati-activities>\n", f"<!-- {'x' * 100_000} -->{ENTITIES}", "<!doctype x>\n"])
def test_a_document_type_is_refused_before_anything_is_read(tmp_path: Path, head: str) -> None:
    got = read(tmp_path, activity(), head=head)

    assert codes(got) == ["xml-document-type"] if "doctype" not in head else codes(got) in (["xml-document-type"], ["xml-broken"])
    assert got.frame.is_empty()


def test_a_document_type_in_another_encoding_is_refused_too(tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_bytes((ENTITIES + "<iati-activities>&b;</iati-activities>").encode("utf-16"))

    assert codes(read_transactions(path)) == ["xml-document-type"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "file-empty"), ("   \n", "file-empty"), ("not xml", "xml-broken"), ("<html><p>x</p></html>", "iati-not-activities"),
        ('<iati-activities version="2.03"/>', "iati-without-activity"), ('<iati-activities version="1.04"/>', "iati-version-unknown"),
        ('<iati-activities version="2.03"><transaction/></iati-activities>', "iati-transaction-astray"), ("<a>" * 5_000, "xml-broken"),
    ],
)  # fmt: skip
def test_what_is_no_file_of_activities_is_told(tmp_path: Path, content: str, code: str) -> None:
    path = tmp_path / "x.xml"
    path.write_text(content)

    assert code in codes(read_transactions(path))


def test_a_file_cut_in_the_middle_gives_what_was_whole(tmp_path: Path) -> None:
    path = written(tmp_path, activity(), activity(identifier="XX-1-B"), activity(identifier="XX-1-C"))
    path.write_bytes(path.read_bytes()[:-900])

    got = read_transactions(path)

    assert got.frame["activity"].to_list() == ["XX-1-A", "XX-1-B"]
    assert codes(got) == ["xml-broken"]


def test_what_is_told_too_often_is_counted_instead(tmp_path: Path) -> None:
    told = Told(3)
    list(slices(written(tmp_path, activity(transactions=transaction(amount="-1") * 10)), told))

    assert [problem.code for problem in told.problems] == ["iati-amount-negative"] * 3 + ["more-of-the-same"]
    assert told.problems[-1].value == "7"


def test_a_bounded_child_gives_the_same_transactions_and_is_stopped_at_its_limits(tmp_path: Path) -> None:
    path = written(tmp_path, activity(transactions=transaction() * 3_000))

    with transactions_of(path) as got:
        frames = list(got.frames())
    with transactions_of(path, limits=Limits(seconds=0.01)) as stopped:
        assert [problem.code for problem in stopped.problems] == ["reading-too-long"]

    assert pl.concat(frames).equals(read_transactions(path).frame)


@given(minor=st.integers(-(10**15), 10**15), percentages=st.lists(st.fractions(0, 100, max_denominator=1_000), min_size=1, max_size=12))
def test_parts_of_an_amount_always_add_to_it(minor: int, percentages: list[Fraction]) -> None:
    parts = split(minor, percentages)

    assert sum(parts) == (minor if sum(percentages) else 0)
    assert all(part * (1 if minor >= 0 else -1) >= 0 for part in parts)


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="<>&\"'", exclude_categories=["Cs", "Cc"]), max_size=12)


@given(amount=TEXT, percentage=TEXT, day=TEXT, code=TEXT)
def test_no_text_whatever_raises(tmp_path_factory: pytest.TempPathFactory, amount: str, percentage: str, day: str, code: str) -> None:
    sectors = f'<sector code="{code}" percentage="{percentage}"/><sector code="2" percentage="50"/>'
    inner = f'<transaction><transaction-type code="{code}"/><transaction-date iso-date="{day}"/><value value-date="{day}">{amount}</value></transaction>'

    got = read(tmp_path_factory.mktemp("any"), activity(sectors=sectors, transactions=inner))

    assert got.frame.height == 1


def test_an_activity_too_large_to_wait_for_its_end_is_given_in_parts_and_says_what_came_late(tmp_path: Path) -> None:
    many = transaction() * 10_500

    plain = read(tmp_path, activity(transactions=many))
    late = read(tmp_path, activity(transactions=many, related='<related-activity ref="XX-1-P" type="1"/>'))

    assert (plain.frame.height, codes(plain)) == (10_500, [])
    assert (late.frame.height, codes(late)) == (10_500, ["iati-activity-in-parts"])
    assert late.frame["related"].null_count() == 10_000
