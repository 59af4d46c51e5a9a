"""A release from the table to the reader's yes: control, files, two signatures, and the whole distrustful reading back.

Rows are synthetic: people by commune and sector, 5 % not held, 3 % below the threshold. 67 communes by 12 sectors is a State's
departments, 500 a large State's communes, 3,000 more communes than the four States have together, 83,333 a million rows. Reading counts
everything: quarantine, signatures, hashes, note, chain, schema, and the control of what the table discloses. Storing is in slices, the
longest of which is what another writer waits for. Seconds of the processor, since others may be at work on the machine. No peer signs a table.

    PYTHONPATH=src python benchmarks/releases.py            four sizes
    PYTHONPATH=src python benchmarks/releases.py --store    a million rows stored and taken away, nothing else
    PYTHONPATH=src python benchmarks/releases.py --quick    the two smaller
"""

import importlib
import os
import random
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, process_time

from concertation.core.sharing.disclosure.rules import RULES, Theme
from concertation.core.sharing.mandates import Mandate, Role
from concertation.core.sharing.released_tables import PEOPLE, PeopleCell, controlled, with_totals
from concertation.core.sharing.releases import PROTOCOL, ReleaseNote
from concertation.core.sharing.signing import SIGNERS, HeldKey, Signature, fingerprint, holds, public_of, signed
from concertation.formats.release import MANIFEST, SIGNATURES, Receiver, files_of, read_release, signatures_file

SEED, TODAY, TIMES, LONGEST_STORING = 20261129, date(2026, 11, 29), 2_000, 300
PRIVATE = {Role.DATA_MANAGER: bytes(range(32)), Role.RELEASE_AUTHORITY: bytes(range(1, 33))}
SIZES = ((67, 12), (500, 12), (3_000, 12), (83_333, 12))


def table(units: int, sectors: int) -> tuple[PeopleCell, ...]:
    """A synthetic table with its totals, the same every time."""
    chance = random.Random(SEED)
    cells = []
    for sector in range(sectors):
        for unit in range(units):
            kind = chance.random()
            value = None if kind < 0.05 else chance.randint(1, 9) if kind < 0.08 else int(chance.lognormvariate(7, 1.3))
            cells.append(PeopleCell(f"u{unit:05}", f"Commune {unit}", 1, f"S{sector:02}", value))
    return with_totals(cells, "NER")


def note(hidden: int) -> ReleaseNote:
    """The note of a first release."""
    return ReleaseNote(
        PROTOCOL, "NER", 1, "", ("BFA",), "restricted", "synthetic", "synthetic", TODAY.isoformat(), TODAY.isoformat(), "", "", PEOPLE, "in_need", 1, "2026-01-01", "2026-12-31",
        "", RULES[Theme.PEOPLE].fewest, hidden, ("synthetic",),
    )  # fmt: skip


def measure(units: int, sectors: int) -> tuple[PeopleCell, ...]:
    """One size, step by step."""
    cells = table(units, sectors)
    start = process_time()
    seen, report = controlled(cells, RULES[Theme.PEOPLE])
    at_control = process_time()
    files = files_of(note(len(report.hidden)), seen)
    files[SIGNATURES] = signatures_file(Signature(fingerprint(public_of(PRIVATE[role])), signed(PRIVATE[role], files[MANIFEST])) for role in SIGNERS)
    at_files = process_time()
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "data").mkdir()
        for name, content in files.items():
            (Path(place) / name).write_bytes(content)
        keys = tuple(HeldKey("NER", role, public_of(PRIVATE[role]), TODAY, TODAY) for role in SIGNERS)
        before = process_time()
        read = read_release(Path(place), Receiver("BFA", TODAY, keys, {}))
        at_read = process_time()
    assert report.may_leave and not read.problems and read.cells == seen
    print(f"  {len(cells):7,} rows  {len(report.hidden):6,} hidden   control {at_control - start:6.2f} s   files and signatures {at_files - at_control:5.2f} s   read back {at_read - before:6.2f} s")
    return seen


def store(came: tuple[PeopleCell, ...]) -> None:
    """The rows of a release in the database of a new node: all of them, the longest wait of another writer, and their going after a withdrawal."""
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"CONCERTATION_HOME": home, "DJANGO_SETTINGS_MODULE": "concertation.site.settings"}
        importlib.import_module("django").setup()
        importlib.import_module("concertation.site.node").migrate()
        arriving = importlib.import_module("concertation.apps.sharing.arriving.commands")
        by, waits, began, next_slice = Mandate("benchmark", Role.DATA_MANAGER, state="BFA"), list[float](), perf_counter(), arriving.next_slice

        def timed(*given: object) -> object:
            start = perf_counter()
            if start - began > LONGEST_STORING:
                raise TimeoutError(f"stopped after {LONGEST_STORING} s")
            done = next_slice(*given)
            waits.append(perf_counter() - start)
            return done

        arriving.next_slice, start = timed, process_time()
        rows = arriving.take_in(note(0), "a" * 64, came, by=by, at=datetime.now(UTC))[1]
        print(f"\n  {rows:,} rows stored: {process_time() - start:.1f} s of the processor, {perf_counter() - began:.1f} s by the clock; a slice {median(waits):.2f} s, 99 of 100 within {quantiles(waits, n=100)[98]:.2f} s, the longest {max(waits):.2f} s")
        start, began = process_time(), perf_counter()
        gone = arriving.take_in(replace(note(0), sequence=2, withdraws="a" * 64), "b" * 64, (), by=by, at=datetime.now(UTC))[1]
        print(f"  {gone:,} rows taken away: {process_time() - start:.1f} s of the processor, {perf_counter() - began:.1f} s by the clock")


def seals() -> None:
    """A signature made and checked, many times over."""
    private, manifest = PRIVATE[Role.DATA_MANAGER], files_of(note(0), table(67, 12))[MANIFEST]
    public = public_of(private)
    start = process_time()
    for _ in range(TIMES):
        signature = signed(private, manifest)
    at_signed = process_time()
    assert all(holds(public, signature, manifest) for _ in range(TIMES))
    print(f"\n  one signature {(at_signed - start) / TIMES * 1e6:.0f} µs, one check {(process_time() - at_signed) / TIMES * 1e6:.0f} µs")


if __name__ == "__main__":
    if "--store" in sys.argv:
        store(table(*SIZES[-1]))
    else:
        for size in SIZES[:2] if "--quick" in sys.argv else SIZES:
            measure(*size)
        seals()
