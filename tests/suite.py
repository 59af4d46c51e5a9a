"""The whole suite: every test, and beside them lint, types and import contracts, told at the end.

`--strict` turns skips into failures. `--engine postgresql` starts a throw-away PostgreSQL server and runs there what an engine could
change: every test of `apps`, `site`, `faults` and `acceptance` that reads or writes a database, its own or that of a node beside it, and
the queries of every page. So commands, imports, readings, both walks of access, the interface for programs, races, kills, backups and the
change of version run on both engines. Left to the run on SQLite: the other folders (the pure core, formats, drawings, documents, the
browser), lint and types; modules marked `wording`, which judge what pages and files that only read say; tests marked `sqlite`, which are
about its file. Tests marked `postgresql` are about a server, and run there alone.

`--engine both` runs the two side by side, so that what one waits for is the other's time; PostgreSQL, the shorter, has half as many workers
and is told at the end.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from beginnings import prepare
from throwaway_postgresql import NoServer, server

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
CHECKS = (
    ("ruff", [str(BIN / "ruff"), "check", "src", "tests", "benchmarks", "scripts", "run"]),
    ("mypy", [str(BIN / "mypy")]),
    ("import-linter", [str(BIN / "lint-imports"), "--no-cache"]),
)
ENGINES = ("sqlite", "postgresql", "both")
CORES = os.cpu_count() or 1
FEWER_ON_POSTGRESQL = {"CONCERTATION_KILLS": "2", "CONCERTATION_FUZZ_EXAMPLES": "250", "CONCERTATION_API_EXAMPLES": "3"}  # the others are tried on SQLite
EVERY_PAGE = "tests/budgets/test_queries.py::test_no_page_makes_more_than_twelve_queries_and_each_makes_those_of_its_baseline"
OF_BOTH_ENGINES = ("tests/apps", "tests/site", "tests/faults", "tests/acceptance", EVERY_PAGE)


def checked(command: list[str]) -> subprocess.CompletedProcess[str]:
    """What came of one check."""
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def passes(name: str, done: subprocess.CompletedProcess[str]) -> bool:
    """Tell how a check ended; its output is shown only when it failed."""
    print(f"{name}: {'ok' if done.returncode == 0 else 'FAILED'}", flush=True)
    if done.returncode:
        print(done.stdout, done.stderr, flush=True)
    return done.returncode == 0


def taken_out(asked: list[str]) -> tuple[list[str], str, bool]:
    """The words for pytest, the engine and whether skips are failures."""
    rest, engine, strict = [], "sqlite", False
    words = iter(asked)
    for word in words:
        if word == "--strict":
            strict = True
        elif word.startswith("--engine"):
            engine = word.partition("=")[2] or next(words, "")
        else:
            rest.append(word)
    return rest, engine, strict


@contextmanager
def engine_ready(engine: str) -> Iterator[None]:
    """The environment names the engine while the block runs."""
    os.environ.pop("CONCERTATION_DATABASE", None)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # hundreds of nodes start: each would compile every module anew
    begins = Path(os.environ["CONCERTATION_HOME"]) / "beginnings"
    if engine == "sqlite":
        prepare("", begins)
        yield
        return
    with server() as address:
        os.environ["CONCERTATION_DATABASE"] = address
        os.environ["CONCERTATION_TESTS_OF_DATABASE_ONLY"] = "1"
        for number, fewer in FEWER_ON_POSTGRESQL.items():
            os.environ.setdefault(number, fewer)
        prepare(address, begins)
        yield


def on_both(chosen: list[str]) -> int:
    """Run the suite on SQLite and, beside it, on PostgreSQL, and say whether both held."""
    with tempfile.TemporaryFile("w+") as told:
        command = [sys.executable, __file__, "--engine", "postgresql", f"-n{max(1, CORES // 2)}", *chosen]
        beside = subprocess.Popen(command, cwd=ROOT, stdout=told, stderr=subprocess.STDOUT)
        try:
            held = run("sqlite", chosen)
            held += beside.wait()
        finally:
            beside.terminate()
        told.seek(0)
        print("PostgreSQL:", told.read(), sep="\n", flush=True)
    return min(held, 1)


def main() -> int:
    """Run the suite as it was asked for."""
    chosen, engine, strict = taken_out(sys.argv[1:])
    if engine not in ENGINES:
        print(f"--engine {' | '.join(ENGINES)}", file=sys.stderr)
        return 2
    if strict:
        os.environ["CONCERTATION_STRICT"] = "1"
    os.environ["POLARS_MAX_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # the cores are taken by workers: threads over a few rows only wait for one another
    return on_both(chosen) if engine == "both" else run(engine, chosen)


def run(engine: str, chosen: list[str]) -> int:
    """Run the checks and the tests on one engine in a throw-away home, and say whether all of it held."""
    whole = not any(not word.startswith("-") for word in chosen)
    with tempfile.TemporaryDirectory(prefix="concertation-tests-") as home, ThreadPoolExecutor(1) as beside:
        os.environ["CONCERTATION_HOME"] = home
        checks = [(name, beside.submit(checked, command)) for name, command in CHECKS if whole and engine == "sqlite"]
        workers = ["-n", str(min(4, CORES)), "--no-loadscope-reorder"] if whole else []
        folders = OF_BOTH_ENGINES if whole and engine == "postgresql" else ()
        try:
            with engine_ready(engine):
                tests = subprocess.run([sys.executable, "-m", "pytest", *workers, *chosen, *folders], cwd=ROOT)
        except NoServer as missing:
            print(missing, file=sys.stderr)
            return 2
        held = [passes(name, done.result()) for name, done in checks]
    return 0 if all(held) and tests.returncode == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
