"""A release goes from one node to another in a folder: at the agreed grain and no finer, and gone after withdrawal, with receipts."""

import csv
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from separate_node import SeparateNode, new_node

HEADINGS = (
    "location_code", "has_hrp", "in_gho", "provider_admin1_name", "provider_admin2_name", "admin1_code", "admin1_name", "admin2_code",
    "admin2_name", "admin_level", "sector_code", "sector_name", "category", "population_status", "population", "reference_period_start",
    "reference_period_end", "dataset_hdx_id", "resource_hdx_id", "warning", "error",
)  # fmt: skip
PLAIN = {"location_code": "NER", "sector_code": "WSH", "population_status": "INN", "reference_period_start": "2024-01-01", "reference_period_end": "2024-12-31", "dataset_hdx_id": "synthetic"}
REGIONS = {"NE001": ("Agadez", 7), "NE002": ("Diffa", 400), "NE003": ("Dosso", 0), "NE005": ("Tahoua", 250)}
DEPARTMENT = {"admin1_code": "NE006", "admin1_name": "Tillabéri", "admin2_code": "NE006011", "admin2_name": "Téra", "population": "900"}
ROLES = ("data-manager", "release-authority")


@dataclass
class Two:
    """Niger's node, Burkina Faso's, and the stick that goes between."""

    niger: SeparateNode
    burkina: SeparateNode
    stick: Path

    def held_by_burkina(self) -> dict[str, tuple[int, int | None, str]]:
        """Unit name -> level, value and state of the cells that Burkina Faso's database holds."""
        return {name: (level, value, state) for name, level, value, state in self.burkina.ask("SELECT unit_name, level, value, state FROM sharing_releasedfigure")}

    def left(self, number: int) -> Path:
        """Where a release of Niger's stands on the stick."""
        return self.stick / f"ner-{number:04}"


def done(node: SeparateNode, *arguments: str) -> str:
    """A command that must go well."""
    ended = node.run(*arguments, seconds=180)
    assert ended.returncode == 0, ended.stderr + ended.stdout
    return ended.stdout


def needs(path: Path) -> Path:
    """Synthetic people in need of water: four regions and one department."""
    regions = [PLAIN | {"admin1_code": code, "admin1_name": name, "population": str(value)} for code, (name, value) in REGIONS.items()]
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, HEADINGS)
        table.writeheader()
        table.writerows([*regions, PLAIN | DEPARTMENT])
    return path


def introduce(of: SeparateNode, state: str, file: Path) -> list[str]:
    """A node makes its keys; the words under which another accepts them by their fingerprints."""
    made = of.answer("node", "init", "--state", state, "--to", str(file))
    return ["node", "trust", str(file), *(part for key in made for part in ("--fingerprint", key["fingerprint"]))]


@pytest.fixture(scope="module")
def introduced(tmp_path_factory: pytest.TempPathFactory) -> Two:
    """Two nodes that know each other, and Niger's needs on its own; each test works on copies."""
    tmp_path = tmp_path_factory.mktemp("introduced")
    both = Two(new_node(tmp_path / "ner", with_reference_set=True), new_node(tmp_path / "bfa", with_reference_set=True), tmp_path / "stick")
    niger, burkina = introduce(both.niger, "NER", tmp_path / "ner.json"), introduce(both.burkina, "BFA", tmp_path / "bfa.json")
    done(both.burkina, *niger)
    both.niger.run_all(burkina, ["import", str(needs(tmp_path / "synthetic_hapi_needs.csv")), "--state", "NER", "--yes"])
    return both


@pytest.fixture
def two(introduced: Two, tmp_path: Path) -> Two:
    return Two(introduced.niger.copied(tmp_path / "ner"), introduced.burkina.copied(tmp_path / "bfa"), tmp_path / "stick")


def released(two: Two, number: int) -> None:
    """Signed twice and put on the stick."""
    signed = [["release", "sign", str(number), "--role", role] for role in ROLES]
    two.niger.run_all(*signed, ["release", "publish", str(number), "--to", str(two.stick)])


def listed(node: SeparateNode, number: int, *before: list[str]) -> dict[str, Any]:
    """A release as a node lists it, after other commands; its journal holds."""
    *_, releases, journal = node.run_all(*before, ["release", "list", "--json"], ["journal", "verify", "--json"])
    assert json.loads(journal) == {"broken": []}
    return next(each for each in json.loads(releases) if each["sequence"] == number)


def test_a_release_carried_by_folder_appears_at_the_agreed_grain_and_is_gone_after_withdrawal(two: Two, tmp_path: Path) -> None:
    made = two.niger.answer("release", "make", "--recipients", "BFA", "--sector", "WSH", "--agreement", "AES-2026-01")
    assert made["release"]["why_hidden"] == {"small": 1, "complement": 1}
    half = two.niger.run("release", "sign", "1", "--role", "data-manager")
    early = two.niger.run("release", "publish", "1", "--to", str(two.stick))
    assert (half.returncode, early.returncode, "release-signature-missing" in early.stderr) == (0, 1, True)
    released(two, 1)

    pull = ["pull", str(two.stick), "--yes", "--receipts", str(tmp_path / "receipts"), "--json"]
    taken, again = map(json.loads, two.burkina.run_all(pull, pull))
    held = two.held_by_burkina()

    assert ([each["done"] for each in taken], [each["done"] for each in again]) == (["taken"], ["held"])
    assert {level for level, _value, _state in held.values()} == {0, 1}
    assert "Téra" not in held and held["Agadez"] == (1, None, "hidden")
    assert held["Dosso"] == (1, 0, "shown")
    assert held["Maradi"] == (1, None, "not-held")
    assert "7" not in {str(value) for _level, value, _state in held.values()}
    assert two.burkina.ask("SELECT count(*) FROM needs_figure WHERE owner_state = 'NER' AND sector = 'WSH'") == [(0,)]

    assert two.niger.answer("release", "withdraw", "1")["release"]["withdraws"] == made["release"]["digest"]
    released(two, 2)
    purged = json.loads(done(two.burkina, *pull))

    assert [each["done"] for each in purged] == ["held", "purged"]
    assert two.held_by_burkina() == {}
    assert listed(two.burkina, 1)["standing"] == "withdrawn"
    receipts = listed(two.niger, 1, ["release", "receipts", *map(str, sorted((tmp_path / "receipts").iterdir()))])["receipts"]
    assert [(each["node"], each["act"], each["rows"]) for each in receipts] == [("BFA", "purged", len(held)), ("BFA", "taken", len(held))]


def test_a_stick_pulled_out_too_early_brings_nothing_and_a_revoked_key_opens_nothing(two: Two) -> None:
    done(two.niger, "release", "make", "--recipients", "BFA", "--sector", "WSH", "--agreement", "AES-2026-01")
    released(two, 1)
    half = Path(shutil.copytree(two.left(1), two.stick / "half"))
    (half / "sealed.bin").unlink()
    refused = two.burkina.run("pull", str(half), "--yes")
    assert (refused.returncode, "release-file-missing" in refused.stderr) == (1, True)

    stolen = two.burkina.answer("node", "keys")
    done(two.burkina, "node", "revoke", next(key["fingerprint"] for key in stolen if key["node"] == "NER" and key["role"] == ROLES[1]))
    refused = two.burkina.run("pull", str(two.left(1)), "--yes")

    assert (refused.returncode, "release-key-revoked" in refused.stderr) == (1, True)
    assert two.held_by_burkina() == {}
    assert two.burkina.ask("SELECT count(*) FROM sharing_release") == [(0,)]


def test_a_second_release_gives_no_hidden_cell_of_the_first_away(two: Two) -> None:
    first = two.niger.answer("release", "make", "--recipients", "BFA", "--sector", "WSH", "--agreement", "AES-2026-01")["release"]
    released(two, 1)
    second = two.niger.answer("release", "make", "--recipients", "*", "--sector", "WSH", "--share", "public")["release"]
    released(two, 2)
    finer = two.niger.answer("release", "make", "--recipients", "BFA", "--sector", "WSH", "--agreement", "AES-2026-01", "--level", "2")
    assert [each["code"] for each in finer["problems"]] == ["release-cut-otherwise"]
    two.burkina.answer("pull", str(two.stick), "--yes")
    hidden = two.burkina.ask("SELECT unit, count(*) FROM sharing_releasedfigure WHERE state = 'hidden' GROUP BY unit ORDER BY unit")

    assert (first["sequence"], second["sequence"], first["hidden"], second["hidden"]) == (1, 2, 2, 2)
    assert [count for _unit, count in hidden] == [2, 2]
