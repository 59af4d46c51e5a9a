"""Flows of FTS received over a bad line: nothing but a whole list counts, no other host is asked, and a cut reading goes on."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import fts_server
from concertation.apps.funding.models import Flow
from concertation.cli import app
from concertation.formats.fts import read_flows
from concertation.site import reference
from concertation.site.fetching import Patience
from concertation.site.syncing import Synced, sync_flows
from fts_server import Recorded

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
PAGES = [f"fts_api_custom-search-locationid-1-year-2020{end}.json" for end in ("", "-page-2", "-page-3")]


def page(*ids: int, count: int) -> dict[str, Any]:
    """A synthetic page of flows."""
    return {"status": "ok", "data": {"flows": [{"id": str(number), "amountUSD": 1, "status": "paid"} for number in ids]}, "meta": {"count": count}}


@pytest.fixture
def server() -> Iterator[Recorded]:
    """Three synthetic pages of six flows, served on this machine."""
    with fts_server.serving([page(1, 2, count=6), page(3, 4, count=6), page(5, 6, count=6)]) as recorded:
        yield recorded


class Waits(list[float]):
    """The waits that were asked for, none of them taken."""

    def patience(self, **changes: Any) -> Patience:
        """The patience of a test: short, and waiting for nothing."""
        return Patience(**{"silent_seconds": 0.4, "seconds": 0.4, "attempts": 3, "wait": self.append, **changes})


def synced(server: Recorded, folder: Path, *, waits: Waits | None = None, now: datetime = NOW, **more: Any) -> Synced:
    """One reading of the server's list."""
    changes = {name: more.pop(name) for name in ("most_bytes", "attempts") if name in more}
    return sync_flows(server.address, state="NER", year=2026, folder=folder, now=now, patience=(Waits() if waits is None else waits).patience(**changes), **more)


def codes(got: Synced) -> list[str]:
    """The codes of what stopped a reading."""
    return [problem.code for problem in got.problems]


def test_a_whole_list_is_kept_page_by_page_as_received(server: Recorded, tmp_path: Path) -> None:
    got = synced(server, tmp_path / "x")

    assert (got.whole, got.flows, got.requests, got.beginnings, got.problems) == (True, 6, 3, 1, ())
    assert [path.read_bytes() for path in got.pages] == server.pages
    assert server.asked == ["/flow?countryISO3=NER&year=2026", "/flow?page=2", "/flow?page=3"]


@pytest.mark.parametrize(
    ("trick", "waited"),
    [
        (fts_server.cut, 1.0), (fts_server.cut_unannounced, 1.0), (fts_server.slow, 1.0), (fts_server.silent, 1.0), (fts_server.status(500), 1.0), (fts_server.status(503), 1.0),
        (fts_server.status(429, Retry_After="7"), 7.0), (fts_server.status(429, Retry_After="9000"), 60.0),
    ],
)  # fmt: skip
def test_a_page_that_falters_once_is_asked_for_again(server: Recorded, tmp_path: Path, trick: Any, waited: float) -> None:
    server.tricks[2], waits = trick, Waits()

    got = synced(server, tmp_path / "x", waits=waits)

    assert (got.whole, got.flows, got.requests) == (True, 6, 4)
    assert list(waits) == [waited]


def test_waits_grow_and_end(server: Recorded, tmp_path: Path) -> None:
    server.always, waits = fts_server.status(500), Waits()

    got = synced(server, tmp_path / "x", waits=waits, attempts=8)

    assert (got.whole, codes(got), len(server.asked)) == (False, ["sync-answered"], 8)
    assert list(waits) == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0]


def test_a_reading_that_was_cut_goes_on_where_it_stopped(server: Recorded, tmp_path: Path) -> None:
    server.tricks = dict.fromkeys((2, 3, 4), fts_server.cut)
    first = synced(server, tmp_path / "x")

    server.tricks = {}
    second = synced(server, tmp_path / "x")

    assert (first.whole, codes(first), first.flows) == (False, ["sync-cut"], 2)
    assert (second.whole, second.resumed, second.flows, second.requests) == (True, True, 6, 2)


@pytest.mark.parametrize("spoil", ["old", "touched", "another", "afresh", "broken"])
def test_a_reading_that_cannot_be_trusted_any_more_begins_anew(server: Recorded, tmp_path: Path, spoil: str) -> None:
    folder = tmp_path / "x"
    server.tricks = {number: fts_server.status(404) for number in (2,)}
    synced(server, folder)
    if spoil == "touched":
        (folder / "page-0001.json").write_text("{}")
    if spoil == "broken":
        (folder / "cursor.json").write_text("[")
    year = 2025 if spoil == "another" else 2026

    got = sync_flows(server.address, state="NER", year=year, folder=folder, now=NOW + timedelta(hours=25 if spoil == "old" else 1), afresh=spoil == "afresh", patience=Waits().patience())

    assert (got.whole, got.resumed, got.requests) == (True, False, 3)


def test_a_list_that_changes_while_it_is_read_is_read_again_from_the_beginning(server: Recorded, tmp_path: Path) -> None:
    server.tricks[2] = fts_server.instead(json.dumps(page(3, 4, count=7)).encode())

    got = synced(server, tmp_path / "x")

    assert (got.whole, got.beginnings, got.flows) == (True, 2, 6)
    assert len(list((tmp_path / "x").glob("page-*.json"))) == 3


@pytest.mark.parametrize("ids", [(4, 5), (5,), (5, 6, 7)])
def test_a_list_with_a_flow_twice_too_few_or_too_many_is_never_whole(server: Recorded, tmp_path: Path, ids: tuple[int, ...]) -> None:
    server.pages[2] = json.dumps(page(*ids, count=6)).encode()

    got = synced(server, tmp_path / "x")

    assert (got.whole, codes(got), got.beginnings) == (False, ["sync-changed"], 3)


def test_a_next_page_on_another_host_is_not_asked_for(server: Recorded, tmp_path: Path) -> None:
    with fts_server.serving([page(9, count=6)]) as other:
        for address in (other.address, server.address.replace("127.0.0.1", "localhost"), server.address.replace("127.0.0.1", "127.0.0.1.example.org"), server.address.replace("//", "//me:x@"), "file:///etc/hostname", server.address.replace("http:", "https:")):
            bent = {**page(1, 2, count=6), "meta": {"count": 6, "nextLink": address}}
            server.pages[0] = json.dumps(bent).encode()

            got = synced(server, tmp_path / "x", afresh=True)

            assert (got.whole, codes(got)) == (False, ["sync-link-elsewhere"])
        assert other.asked == []


def test_pages_that_lead_in_a_circle_end(server: Recorded, tmp_path: Path) -> None:
    server.pages[1] = json.dumps({**page(3, 4, count=6), "meta": {"count": 6, "nextLink": f"{server.address}?page=2"}}).encode()

    assert codes(synced(server, tmp_path / "x")) == ["sync-without-end"]


@pytest.mark.parametrize(
    ("trick", "code", "requests"),
    [
        (fts_server.status(302, Location="http://127.0.0.1/elsewhere"), "sync-redirected", 1), (fts_server.status(404), "sync-answered", 1),
        (fts_server.endless, "sync-too-large", 1), (fts_server.instead(b"{" + b" " * 5_000_000), "sync-too-large", 1), (fts_server.instead(b"<html>"), "sync-not-json", 3),
        (fts_server.instead(b'{"data": {}}'), "sync-not-flows", 1), (fts_server.instead(b"[" * 100_000), "sync-not-json", 3), (fts_server.cut, "sync-cut", 3),
        (fts_server.slow, "sync-too-slow", 3),
    ],
)  # fmt: skip
def test_what_no_patience_mends_stops_the_reading_in_words(server: Recorded, tmp_path: Path, trick: Any, code: str, requests: int) -> None:
    server.always = trick

    got = synced(server, tmp_path / "x", most_bytes=1 << 20)

    assert (got.whole, codes(got), len(server.asked)) == (False, [code], requests)


@pytest.mark.parametrize("address", ["http://example.org/flow", "https://me:secret@example.org/flow", "ftp://127.0.0.1/flow", "file:///etc/passwd", "//127.0.0.1/flow", ""])
def test_an_address_that_is_not_safe_is_never_asked(tmp_path: Path, address: str) -> None:
    got = sync_flows(address, state="NER", year=2026, folder=tmp_path / "x", now=NOW)

    assert (codes(got), got.requests) == (["sync-address-unsafe"], 0)


def test_a_host_that_is_not_there_is_told(tmp_path: Path) -> None:
    with fts_server.serving([page(1, count=1)]) as gone:
        address = gone.address

    got = sync_flows(address, state="NER", year=2026, folder=tmp_path / "x", now=NOW, patience=Waits().patience())

    assert codes(got) == ["sync-unreachable"]


@pytest.mark.shared
def test_the_recorded_answer_comes_through_whole_flow_by_flow(shared: Path, tmp_path: Path) -> None:
    pages = [json.loads((shared / "funding" / name).read_text("utf-8")) for name in PAGES]
    with fts_server.serving(pages) as server:
        server.tricks = {2: fts_server.cut, 4: fts_server.status(500)}
        got = synced(server, tmp_path / "x")

    received = read_flows([json.loads(path.read_bytes()) for path in got.pages])
    assert (got.whole, got.flows, len(got.pages), got.requests) == (True, 484, 3, 5)
    assert list(received.received.values()) == list(read_flows(pages).received.values())


@pytest.mark.shared
@pytest.mark.django_db
def test_the_command_imports_a_whole_list_and_nothing_of_half_a_list(shared: Path, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RAW_FOLDER, settings.HOME = tmp_path / "raw", tmp_path
    reference.load_if_changed()
    monkeypatch.setattr("concertation.site.node.make_ready", lambda: None)
    pages = [json.loads((shared / "funding" / name).read_text("utf-8").replace('"Afghanistan"', '"Niger"')) for name in PAGES]
    with fts_server.serving(pages) as server:
        settings.FTS_ADDRESS = server.address
        arguments = ["sync", "fts", "--state", "NER", "--year", "2026", "--yes", "--json"]
        server.always = fts_server.status(404)
        half = CliRunner().invoke(app, arguments)
        server.always = None
        whole = CliRunner().invoke(app, arguments)

    assert (half.exit_code, json.loads(half.stdout)["imports"]) == (1, [])
    told = json.loads(whole.stdout)
    assert (whole.exit_code, told["whole"], told["flows"], [run["rows_read"] for run in told["imports"]]) == (0, True, 484, [200, 200, 84])
    assert Flow.objects.count() == sum(run["rows_kept"] for run in told["imports"])


def test_the_command_asks_nobody_without_the_setting(settings: Any) -> None:
    settings.FTS_ADDRESS = ""

    assert CliRunner().invoke(app, ["sync", "fts", "--state", "NER", "--year", "2026"]).exit_code == 2
