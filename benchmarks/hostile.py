"""Hostile files end in a clear problem within 512 MB and 10 s; a large honest table stays quick behind the same limits.

Every file is made on the spot (`tests/hostile_files.py`), read in a fresh interpreter, and told in one line: seconds, peak of
resident memory of reader and child, what was said. Files of a folder given on the command line are read too.

    PYTHONPATH=src python benchmarks/hostile.py [FOLDER]
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from concertation.formats.delimited import read_delimited
from concertation.formats.json_file import parse_json, read_json
from concertation.formats.limits import Limits
from concertation.formats.tabular import read_file
from hostile_files import MADE, MEASURE

LINE = "SYN-001,ONG nationale,Santé,Maradi,Dakoro,Dakoro,Activité synthétique,2022-01-01,2022-12-31,120\n"
SMALL_ROWS, LARGE_ROWS, TIMES = 20, 1_000_000, 5


def measured(path: Path, *, boundaries: bool) -> dict:
    """What reading a file in a fresh interpreter took and told."""
    command = [sys.executable, "-c", MEASURE, str(path), "boundaries" if boundaries else "tables"]
    ended = subprocess.run(command, env={**os.environ, "PYTHONPATH": "src"}, capture_output=True, check=False, text=True)
    return json.loads(ended.stdout) if ended.returncode == 0 else {"codes": ["RAISED"], "rows": 0, "peak_mb": 0.0, "seconds": 0.0, "told": False}


def shown(name: str, result: dict) -> bool:
    """One line of the table; whether the file ended as it should."""
    good = bool(result["told"]) and result["peak_mb"] <= 512 and result["seconds"] <= 10
    told = ", ".join(dict.fromkeys(result["codes"])) or "-"
    print(f"{name:34} {result['seconds']:8.2f} {result['peak_mb']:8.0f} {result['rows']:9}  {'ok ' if good else 'BAD'} {told[:80]}", flush=True)
    return good


def against_no_child(folder: Path) -> None:
    """What the child costs a small table, a small document and a large table, beside the same reading in the same process."""
    table, document = folder / "table.csv", folder / "document.json"
    document.write_text(json.dumps([{"region": "Kayes", "people": number} for number in range(SMALL_ROWS)]))
    for rows in (SMALL_ROWS, LARGE_ROWS):
        table.write_text("A,B,C,D,E,F,G,H,I,J\n" + LINE * rows, "utf-8")
        there = medianed(lambda: read_file(table))
        here = medianed(lambda: read_delimited(table.read_bytes(), limits=Limits()))
        print(f"table of {rows:9} rows, {table.stat().st_size / 1e6:7.2f} MB: child {there:.2f} s, without {here:.2f} s")
    there, here = medianed(lambda: read_json(document)), medianed(lambda: parse_json(document.read_bytes(), name="d"))
    print(f"document of {SMALL_ROWS} rows: child {there:.3f} s, without {here:.5f} s")


def medianed(work: object) -> float:
    """The median seconds of some runs."""
    seconds = []
    for _ in range(TIMES):
        start = perf_counter()
        work()  # type: ignore[operator]
        seconds.append(perf_counter() - start)
    return statistics.median(seconds)


def main(arguments: list[str]) -> int:
    """Print the table; 1 when a file ended otherwise than it should."""
    print(f"{'file':34} {'seconds':>8} {'peak MB':>8} {'rows':>9}  verdict")
    ended = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for hostile in MADE:
            hostile.make(folder / hostile.name)
            result = measured(folder / hostile.name, boundaries=hostile.boundaries)
            ended.append(shown(hostile.name, result) and set(hostile.codes) <= set(result["codes"]) and result["rows"] >= hostile.rows)
            (folder / hostile.name).unlink()
        for path in sorted(Path(arguments[0]).iterdir()) if arguments else ():
            ended.append(shown(path.name, measured(path, boundaries=False)))
        print(f"{sum(ended)} of {len(ended)} as they should\n")
        against_no_child(folder)
    return 0 if all(ended) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
