"""IATI flattened to transactions: megabytes a second of one core's time and the peak of memory, beside the routes of other tools.

The real sample of the shared folder is repeated; every route must give the same number of transactions and the same sum of their amounts as
written. Each runs in a fresh interpreter, alone, three times;
the rate is by processor time, so that other work on the machine counts less. `xmlschema` decodes one activity after another by the published schema to
JSON, as iati-tables does before it stores it, on a smaller file; `xmltodict` on a smaller file too, since it holds all of it.

    PYTHONPATH=src python benchmarks/iati.py [--megabytes 200]
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

SHARED = Path(os.environ.get("CONCERTATION_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data" / "iati"
SAMPLE, SCHEMA = SHARED / "dportal_foodsecurity_sample.xml", SHARED / "xsd" / "iati-activities-schema.xsd"
TIMES, SMALL_MB, SLOW_MB = 3, 20, 1
PEAK = "next(int(line.split()[1]) for line in Path('/proc/self/status').read_text().splitlines() if line.startswith('VmHWM')) / 1024"
START = "import sys\nfrom decimal import Decimal\nfrom pathlib import Path\nfrom time import process_time\npath = Path(sys.argv[1])\n"
END = f"print(count, total, process_time() - start, {PEAK})\n"
SUM = "count, total = 0, Decimal(0)\n"
ROUTES = {
    "ours, in slices": """
from concertation.formats.iati.flatten import slices
from concertation.formats.iati.streaming import Told
start = process_time()
for frame in slices(path, Told()):
    count += frame.height
    total += sum(map(Decimal, frame["amount_written"]))
""",
    "lxml iterparse, no row made": """
from lxml import etree
start = process_time()
for _, element in etree.iterparse(path, events=("end",), tag=("iati-activity", "transaction")):
    if element.tag == "transaction":
        count += 1
        total += Decimal(element.findtext("value"))
        continue
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]
""",
    "lxml, whole tree": """
from lxml import etree
start = process_time()
for element in etree.parse(path).getroot().iter("transaction"):
    row = {child.tag: (dict(child.attrib), child.text) for child in element}
    count += 1
    total += Decimal(row["value"][1])
""",
    "xmltodict": """
import xmltodict
start = process_time()
for activity in xmltodict.parse(path.read_bytes(), force_list=("iati-activity", "transaction"))["iati-activities"]["iati-activity"]:
    for transaction in activity.get("transaction", ()):
        count += 1
        total += Decimal(transaction["value"]["#text"])
""",
    "xmlschema, an activity at a time": f"""
import json
import xmlschema
from lxml import etree
schema = xmlschema.XMLSchema({str(SCHEMA)!r})
start = process_time()
for _, element in etree.iterparse(path, events=("end",), tag="iati-activity"):
    activity, errors = schema.to_dict(element, path="/iati-activity", validation="lax")
    stored = json.dumps(activity, default=str)
    for transaction in activity.get("transaction", ()):
        count += 1
        total += Decimal(transaction["value"]["$"])
    element.clear()
""",
}


def repeated(to: Path, megabytes: float) -> Path:
    """The real sample repeated to about this size."""
    text = SAMPLE.read_text("utf-8")
    start, end = text.index("<iati-activity "), text.rindex("</iati-activities>")
    body = text[start:end].encode()
    with to.open("wb") as stream:
        stream.write(text[:start].encode())
        for _ in range(max(1, round(megabytes * 1e6 / len(body)))):
            stream.write(body)
        stream.write(text[end:].encode())
    return to


def measured(code: str, path: Path) -> tuple[int, str, float, float]:
    """Transactions, sum, megabytes a second and the peak in megabytes: the median of some runs."""
    runs = []
    for _ in range(TIMES):
        ended = subprocess.run([sys.executable, "-c", START + SUM + code + END, str(path)], env={**os.environ, "PYTHONPATH": "src", "POLARS_MAX_THREADS": "1"}, capture_output=True, check=True, text=True)
        count, total, seconds, peak = ended.stdout.split()
        runs.append((int(count), total, path.stat().st_size / 1e6 / float(seconds), float(peak)))
    return runs[0][0], runs[0][1], statistics.median(run[2] for run in runs), max(run[3] for run in runs)


def main() -> int:
    """Print the table; 1 when an aim is missed or a route disagrees."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--megabytes", type=float, default=200)
    megabytes = asked.parse_args().megabytes
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sizes = {"xmltodict": SMALL_MB, "xmlschema, an activity at a time": SLOW_MB}
        print(f"{'route':36}{'file MB':>9}{'transactions':>14}{'MB/s':>9}{'peak MB':>9}")
        rates, peaks = {}, {}
        for route, code in ROUTES.items():
            path = repeated(folder / "x.xml", min(megabytes, sizes.get(route, megabytes)))
            count, total, rates[route], peaks[route] = measured(code, path)
            expected = measured(ROUTES["lxml iterparse, no row made"], path)[:2]
            assert (count, total) == expected, (route, count, total, expected)
            print(f"{route:36}{path.stat().st_size / 1e6:9.1f}{count:14,}{rates[route]:9.2f}{peaks[route]:9.0f}", flush=True)
    ours = "ours, in slices"
    times = rates[ours] / rates["xmlschema, an activity at a time"]
    print(f"\nours: {rates[ours]:.1f} MB/s (aim 30), peak {peaks[ours]:.0f} MB (aim under 100), {times:.0f} times the schema route (aim 40), {rates[ours] / rates['xmltodict']:.1f} times xmltodict")
    return 0 if rates[ours] >= 30 and peaks[ours] < 100 and times >= 40 else 1


if __name__ == "__main__":
    begun = perf_counter()
    code = main()
    print(f"{perf_counter() - begun:.0f} s in all")
    sys.exit(code)
