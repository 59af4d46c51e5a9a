"""IATI flattened to transactions: megabytes a second of one core's time and the peak of memory, beside the routes of other tools.

The real sample of the shared folder is repeated, each time with other identifiers and amounts, so that no route gains by remembering what it
read; every route must give the same number of transactions and the same sum of their amounts as written. Each runs in a fresh interpreter, alone,
three times; the rate is by processor time, so that other work on the machine counts less. Slow routes read a smaller file.

The schema route is `xmlschema` turning one activity after another into JSON: as iati-tables calls it (without the putting in order of children
that comes before, which would make it slower), and called the quickest way known, which gives the same content. Both keep every element and judge
it by the schema; ours keeps what a row of a transaction holds. So a line of ours flattens and checks as well: structure, rules and codes.

    PYTHONPATH=src python benchmarks/iati.py [--megabytes 200]
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from time import perf_counter

SHARED = Path(os.environ.get("CONCERTATION_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data" / "iati"
SAMPLE, SCHEMA = SHARED / "dportal_foodsecurity_sample.xml", SHARED / "xsd" / "iati-activities-schema.xsd"
TIMES, SMALL_MB, SLOW_MB = 3, 20, 2
VARIED = re.compile(rb"<iati-identifier>\s*|<value\b[^>]*[^/>]>-?")
TRANSACTION, AMOUNT = re.compile(rb"<transaction[\s>].*?</transaction>", re.DOTALL), re.compile(rb"<value\b[^>]*>\s*([^<\s]+)")
PEAK = "next(int(line.split()[1]) for line in Path('/proc/self/status').read_text().splitlines() if line.startswith('VmHWM')) / 1024"
START = "import sys\nfrom decimal import Decimal\nfrom pathlib import Path\nfrom time import process_time\npath = Path(sys.argv[1])\n"
END = f"print(count, total, process_time() - start, {PEAK})\n"
SUM = "count, total = 0, Decimal(0)\n"
OURS, CHECKED, DICTIONARIES = "ours, in slices", "ours, in slices, and checked", "xmltodict"
TABLES, QUICKEST = "xmlschema, as iati-tables calls it", "xmlschema, called the quickest way"
SIZES = {CHECKED: SLOW_MB, DICTIONARIES: SMALL_MB, TABLES: SLOW_MB, QUICKEST: SLOW_MB}
ROUTES = {
    OURS: """
from concertation.formats.iati.flatten import slices
from concertation.formats.iati.streaming import Told
start = process_time()
for frame in slices(path, Told()):
    count += frame.height
    total += sum(map(Decimal, frame["amount_written"]))
""",
    CHECKED: """
from datetime import date
from concertation.formats.iati.check import Standard, check_file
from concertation.formats.iati.flatten import slices
from concertation.formats.iati.streaming import Told
start = process_time()
for frame in slices(path, Told()):
    count += frame.height
    total += sum(map(Decimal, frame["amount_written"]))
checked = check_file(path, standard=Standard(), today=date(2026, 11, 30))
assert checked.transactions == count
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
    DICTIONARIES: """
import xmltodict
start = process_time()
for activity in xmltodict.parse(path.read_bytes(), force_list=("iati-activity", "transaction"))["iati-activities"]["iati-activity"]:
    for transaction in activity.get("transaction", ()):
        count += 1
        total += Decimal(transaction["value"]["#text"])
""",
    TABLES: f"""
import json
import xmlschema
from lxml import etree
schema = xmlschema.XMLSchema({str(SCHEMA)!r})
start = process_time()
for activity in etree.parse(path).getroot().findall("iati-activity"):
    alone = etree.Element("iati-activities", version="2.03")
    alone.append(activity)
    read, errors = xmlschema.to_dict(alone, schema=schema, validation="lax", decimal_type=float)
    stored = json.dumps(read["iati-activity"][0])
    for transaction in read["iati-activity"][0].get("transaction", ()):
        count += 1
        total += Decimal(str(transaction["value"]["$"]))
""",
    QUICKEST: f"""
import json
import xmlschema
from lxml import etree
schema = xmlschema.XMLSchema({str(SCHEMA)!r})
start = process_time()
for activity in etree.parse(path).getroot().findall("iati-activity"):
    alone = etree.Element("iati-activities", version="2.03")
    alone.append(activity)
    read, errors = schema.to_dict(alone, validation="lax", decimal_type=float)
    stored = json.dumps(read["iati-activity"][0])
    for transaction in read["iati-activity"][0].get("transaction", ()):
        count += 1
        total += Decimal(str(transaction["value"]["$"]))
""",
}


def repeated(to: Path, megabytes: float) -> Path:
    """The real sample repeated to about this size, each time with other identifiers and amounts: no route gains by remembering the last."""
    content = SAMPLE.read_bytes()
    start, end = content.index(b"<iati-activity "), content.rindex(b"</iati-activities>")
    body = content[start:end]
    with to.open("wb") as stream:
        stream.write(content[:start])
        for number in range(max(1, round(megabytes * 1e6 / len(body)))):
            stream.write(VARIED.sub(rb"\g<0>%d" % (number + 1), body))
        stream.write(content[end:])
    return to


def by_hand(path: Path) -> tuple[int, Decimal]:
    """Transactions and the sum of their amounts, without any of the routes: by the text of the file."""
    amounts = AMOUNT.findall(b"".join(TRANSACTION.findall(path.read_bytes())))
    return len(amounts), sum((Decimal(amount.decode()) for amount in amounts), Decimal(0))


def measured(code: str, path: Path) -> tuple[int, Decimal, float, float]:
    """Transactions, their sum, megabytes a second and the peak in megabytes: the median of some runs."""
    runs = []
    for _ in range(TIMES):
        ended = subprocess.run([sys.executable, "-c", START + SUM + code + END, str(path)], env={**os.environ, "PYTHONPATH": "src", "POLARS_MAX_THREADS": "1"}, capture_output=True, check=True, text=True)
        count, total, seconds, peak = ended.stdout.split()
        runs.append((int(count), Decimal(total), path.stat().st_size / 1e6 / float(seconds), float(peak)))
    return runs[0][0], runs[0][1], statistics.median(run[2] for run in runs), max(run[3] for run in runs)


def main() -> int:
    """Print the table; 1 when an aim is missed or a route disagrees."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--megabytes", type=float, default=200)
    megabytes = asked.parse_args().megabytes
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "x.xml"
        print(f"{'route':36}{'file MB':>9}{'transactions':>14}{'MB/s':>9}{'peak MB':>9}")
        rates, peaks = {}, {}
        for route, code in ROUTES.items():
            repeated(path, min(megabytes, SIZES.get(route, megabytes)))
            count, total, rates[route], peaks[route] = measured(code, path)
            expected = by_hand(path)
            assert (count, total) == expected, (route, count, total, expected)
            print(f"{route:36}{path.stat().st_size / 1e6:9.1f}{count:14,}{rates[route]:9.2f}{peaks[route]:9.0f}", flush=True)
    ours, times = rates[OURS], rates[OURS] / rates[TABLES]
    print(f"\nours: {ours:.1f} MB/s (aim 30), peak {peaks[OURS]:.0f} MB (aim under 100), {times:.1f} times the schema route as iati-tables calls it (aim 40)")
    print(f"{ours / rates[QUICKEST]:.1f} times it called the quickest way; with the check {rates[CHECKED] / rates[TABLES]:.1f} and {rates[CHECKED] / rates[QUICKEST]:.1f} times; {ours / rates[DICTIONARIES]:.1f} times xmltodict")
    return 0 if ours >= 30 and peaks[OURS] < 100 and times >= 40 else 1


if __name__ == "__main__":
    begun = perf_counter()
    code = main()
    print(f"{perf_counter() - begun:.0f} s in all")
    sys.exit(code)
