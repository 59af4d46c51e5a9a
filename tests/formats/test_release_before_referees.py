"""Every table a release may carry, before the library and the JSON Schemas of Data Package: both accept it, and see in it what we do."""

import json
from pathlib import Path

import jsonschema_rs
import pytest
from frictionless import Package, validate

from concertation.core.sharing.disclosure.rules import RULES, Theme
from concertation.core.sharing.released_tables import (
    COLUMNS,
    PEOPLE,
    PeopleCell,
    controlled,
    with_totals,
    without_totals,
)
from concertation.core.sharing.sealed import Fresh, opening_public, sealed
from concertation.formats.release import PACKAGE, SEALED, files_of, unsealed
from release_samples import laid, note, receiver

NAMES = ("Agadez", 'Dosso "ville", rive\u202fdroite', "ߞߊ߬ߘߍ߬ߣߊ", "=2+3", "  Zinder ", "N'Guigmi\u00a0; est")
VALUES = (7, 400, 0, None, 250, 10**12)
CELLS = tuple(PeopleCell(f"NER{number:03}", name, 1, sector, value) for sector in ("FSC", "WSH") for number, (name, value) in enumerate(zip(NAMES, VALUES, strict=True)))
OPENING = b"\3" * 32


def table_of(table: str) -> tuple[PeopleCell, ...]:
    """A table as it leaves, with what is hidden, not held, zero, very large, and names that spoil careless files."""
    held = with_totals(CELLS, "NER") if table == PEOPLE else without_totals(CELLS)
    return controlled(held, RULES[Theme.PEOPLE if table == PEOPLE else Theme.PRESENCE])[0]


def files(table: str, form: str) -> dict[str, bytes]:
    """The files of a release as a reader has them, once the box of a sealed one is open."""
    box = (lambda content: sealed(content, [opening_public(OPENING)], Fresh(b"\4" * 32, (b"\5" * 32,)))) if form == "sealed" else None
    written = files_of(note(table=table, level="public" if form == "public" else "restricted", purpose="" if form == "no purpose" else "Cluster", derived_from=() if form == "no source" else ("HRP 2026",)), table_of(table), box)
    assert (SEALED in written) is (form == "sealed")
    opened, problem = unsealed(written, receiver(opening=(OPENING,)))
    assert problem is None
    return dict(opened)


@pytest.mark.shared
@pytest.mark.parametrize("form", ["public", "restricted", "sealed", "no purpose", "no source"])
@pytest.mark.parametrize("table", sorted(COLUMNS))
def test_the_library_and_the_schemas_of_data_package_accept_every_release_and_see_our_cells(table: str, form: str, shared: Path, tmp_path: Path) -> None:
    written, seen = files(table, form), table_of(table)
    laid(tmp_path, written)
    package = json.loads(written[PACKAGE])
    for profile, content in (("datapackage", package), ("dataresource", package["resources"][0]), ("tableschema", package["resources"][0]["schema"])):
        schema = json.loads((shared / f"datapackage/profiles/2.0/{profile}.json").read_text("utf-8"))
        assert [error.message for error in jsonschema_rs.validator_for(schema).iter_errors(content)] == [], profile

    report = validate(str(tmp_path / PACKAGE))
    assert (report.valid, report.flatten(["type", "message"])) == (True, [])
    rows = Package(str(tmp_path / PACKAGE)).resources[0].read_rows()
    assert [(row["unit"], row["unit_name"], row["level"], row["sector"], row["value"], row["state"]) for row in rows] == [
        (cell.unit, cell.unit_name, cell.level, cell.sector, cell.value, cell.state.value) for cell in seen
    ]


@pytest.mark.parametrize(("was", "becomes", "fault"), [
    (b",400,", b",many,", "type-error"), (b"NER001,", b",", "constraint-error"), (b"NER001,", b"NER000,", "primary-key"), (b"sector,", b"cluster,", "incorrect-label"),
])  # fmt: skip
def test_the_library_refuses_a_release_that_was_changed(was: bytes, becomes: bytes, fault: str, tmp_path: Path) -> None:
    laid(tmp_path, {name: content.replace(was, becomes) if name.endswith(".csv") else content for name, content in files("people", "public").items()})

    told = {line[0] for line in validate(str(tmp_path / PACKAGE)).flatten(["type"])}
    assert {fault, "hash-count"} <= told
