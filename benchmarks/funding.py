"""Files of FTS: flows in JSON and tables of plans, ours beside the plainest loop one would write; then three policies and the quality over the same flows.

The recorded answers of the API (484 flows, pages repeated under other numbers to reach --flows) and the published tables are read from
../shared. The peer for JSON is `json.loads` and a sum over each flow; for tables, `csv.DictReader` and a sum. The sums are held to be
equal. Ours keeps every flow as received with its SHA-256, tells problems and gives a typed frame: the ratio is what that costs.

    PYTHONPATH=src python benchmarks/funding.py [--flows 9680]
"""

import argparse
import csv
import json
import os
import statistics
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from concertation.core.funding import counted_by, total
from concertation.core.funding_quality import quality
from concertation.formats.fts import read_flows
from concertation.formats.fts_csv import read_flow_table
from concertation.formats.fts_plans import read_plan_table
from concertation.formats.tabular import best_table, read_file

SHARED = Path(os.environ.get("CONCERTATION_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data/funding"
PAGES = [f"fts_api_custom-search-locationid-1-year-2020{end}.json" for end in ("", "-page-2", "-page-3")]
RUNS = 5


def median(work: Callable[[], Any]) -> tuple[float, Any]:
    """The median milliseconds of several runs and the last answer."""
    spent, answer = [], None
    for _ in range(RUNS):
        start = perf_counter()
        answer = work()
        spent.append(1000 * (perf_counter() - start))
    return statistics.median(spent), answer


def repeated(flows: int) -> list[bytes]:
    """The recorded pages, again under other numbers until there are so many flows."""
    pages = [json.loads((SHARED / name).read_bytes()) for name in PAGES]
    made, turn = [], 0
    while sum(len(page["data"]["flows"]) for page in pages) * (turn + 1) <= flows or not made:
        made += [json.dumps({**page, "data": {**page["data"], "flows": [{**flow, "id": f"{turn}-{flow['id']}"} for flow in page["data"]["flows"]]}}).encode() for page in pages]
        turn += 1
    return made


def plain_json(pages: list[bytes]) -> int:
    """The sum of the dollars, nothing kept."""
    return sum(flow["amountUSD"] for page in pages for flow in json.loads(page)["data"]["flows"])


def plain_csv(path: Path, column: str) -> int:
    """The sum of one column, nothing kept."""
    with path.open(encoding="utf-8", newline="") as lines:
        return sum(int(row[column] or 0) for row in csv.DictReader(lines))


def line(name: str, ours: float, peer: float, rows: int) -> None:
    """Ours, the peer, the ratio."""
    print(f"{name:34} {rows:7,} rows   ours {ours:8.1f} ms ({rows / ours * 1000:10,.0f} rows/s)   plain loop {peer:8.1f} ms   ×{ours / peer:.1f}")


def main() -> None:
    """Print each claim with its peer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flows", type=int, default=9_680)
    pages = repeated(parser.parse_args().flows)
    ours, read = median(lambda: read_flows([json.loads(page) for page in pages]))
    peer, dollars = median(lambda: plain_json(pages))
    assert read.frame["amount_minor"].sum() == 100 * dollars
    line("FTS JSON, flows", ours, peer, read.frame.height)
    for name in ("fts_requirements_funding_globalcluster_4_countries.csv", "fts_requirements_funding_cluster_4_countries.csv"):
        spent, table = median(lambda path=SHARED / name: read_plan_table(path))
        beside, held = median(lambda path=SHARED / name: plain_csv(path, "funding"))
        assert table.frame["funding_minor"].sum() == 100 * held
        line(f"FTS CSV, {'global clusters' if 'global' in name else 'clusters of plans'}", spent, beside, table.frame.height)
    flows_csv = SHARED / "fts_flows_incoming_2026_4_countries.csv"
    spent, flows = median(lambda: read_flow_table(best_table(read_file(flows_csv))))  # type: ignore[arg-type]
    beside, _ = median(lambda: plain_csv(flows_csv, "amountUSD"))
    line("FTS CSV, flows of HDX", spent, beside, flows.frame.height)
    for policy in ("fts", "gha-curated", "concertation"):
        spent, counted = median(lambda policy=policy: counted_by(policy, read.frame, year=2020))
        print(f"policy {policy:27} {read.frame.height:7,} flows  {spent:8.1f} ms   total {total(counted) // 100:,} USD")
    spent, _ = median(lambda: quality(read.frame, counted_by("concertation", read.frame, year=2020)))
    print(f"quality, every measure             {read.frame.height:7,} flows  {spent:8.1f} ms")


if __name__ == "__main__":
    main()
