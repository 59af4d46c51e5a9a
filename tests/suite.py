"""The whole suite: lint, types, import contracts, then every test. `--strict` turns skips into failures."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
CHECKS = (
    ("ruff", [str(BIN / "ruff"), "check", "src", "tests", "benchmarks", "scripts", "run"]),
    ("mypy", [str(BIN / "mypy")]),
    ("import-linter", [str(BIN / "lint-imports"), "--no-cache"]),
)


def passes(name: str, command: list[str]) -> bool:
    """Run one check; its output is shown only when it fails."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    print(f"{name}: {'ok' if done.returncode == 0 else 'FAILED'}", flush=True)
    if done.returncode:
        print(done.stdout, done.stderr, flush=True)
    return done.returncode == 0


def main() -> int:
    """Run the checks and the tests in a throw-away home, and say whether all of it held."""
    asked = sys.argv[1:]
    strict = "--strict" in asked
    chosen = [argument for argument in asked if argument != "--strict"]
    with tempfile.TemporaryDirectory(prefix="concertation-tests-") as home:
        os.environ["CONCERTATION_HOME"] = home
        if strict:
            os.environ["CONCERTATION_STRICT"] = "1"
        held = True if chosen else not [name for name, command in CHECKS if not passes(name, command)]
        workers = [] if chosen else ["-n", str(min(4, os.cpu_count() or 1)), "--dist", "loadgroup"]
        tests = subprocess.run([sys.executable, "-m", "pytest", *workers, *chosen], cwd=ROOT)
    return 0 if held and tests.returncode == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
