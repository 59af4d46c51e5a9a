"""The whole suite: lint, types, import contracts, then every test.

`--strict` turns skips into failures. `--engine postgresql` runs the tests that touch a database on a throw-away PostgreSQL
server; what no engine can change (the pure core, formats, drawings, the browser, lint and types) is left to the other run.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from throwaway_postgresql import NoServer, server

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
CHECKS = (
    ("ruff", [str(BIN / "ruff"), "check", "src", "tests", "benchmarks", "scripts", "run"]),
    ("mypy", [str(BIN / "mypy")]),
    ("import-linter", [str(BIN / "lint-imports"), "--no-cache"]),
)
ENGINES = ("sqlite", "postgresql")


def passes(name: str, command: list[str]) -> bool:
    """Run one check; its output is shown only when it fails."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
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
    if engine == "sqlite":
        yield
        return
    with server() as address:
        os.environ["CONCERTATION_DATABASE"] = address
        os.environ["CONCERTATION_TESTS_OF_DATABASE_ONLY"] = "1"
        yield


def main() -> int:
    """Run the checks and the tests in a throw-away home, and say whether all of it held."""
    chosen, engine, strict = taken_out(sys.argv[1:])
    if engine not in ENGINES:
        print(f"--engine {' | '.join(ENGINES)}", file=sys.stderr)
        return 2
    if strict:
        os.environ["CONCERTATION_STRICT"] = "1"
    whole = not any(not word.startswith("-") for word in chosen)
    with tempfile.TemporaryDirectory(prefix="concertation-tests-") as home:
        os.environ["CONCERTATION_HOME"] = home
        checked = CHECKS if whole and engine == "sqlite" else ()
        held = not [name for name, command in checked if not passes(name, command)]
        workers = ["-n", str(min(4, os.cpu_count() or 1)), "--dist", "loadgroup"] if whole else []
        try:
            with engine_ready(engine):
                tests = subprocess.run([sys.executable, "-m", "pytest", *workers, *chosen], cwd=ROOT)
        except NoServer as missing:
            print(missing, file=sys.stderr)
            return 2
    return 0 if held and tests.returncode == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
