"""`./run` in a folder from a stick: it carries no list of test components, and needs none to know that its environment is made."""

import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

from concertation.site import bundle

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def script(tmp_path: Path) -> dict[str, Any]:
    """The script as it stands in a folder that holds what a stick holds of lists, with an environment made from nothing yet."""
    for name in ("run", "requirements.lock"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    return runpy.run_path(str(tmp_path / "run"), run_name="script")


def test_a_stick_takes_the_script_and_the_list_of_what_runs() -> None:
    assert {"run", *bundle.LISTS, "src", "docs"} <= set(bundle.TREE)
    assert "requirements-test.lock" not in bundle.TREE


def test_without_the_list_of_test_components_an_environment_is_made_once(script: dict[str, Any]) -> None:
    lock, python = script["RUN_LOCK"], script["PYTHON"]
    before = script["is_current"](lock)
    python.parent.mkdir(parents=True)
    python.touch()
    (script["ENVIRONMENT"] / "made-from").write_text(script["digest"](lock))

    assert (before, script["is_current"](lock)) == (False, True)


@pytest.mark.parametrize(("climate", "lists"), [(False, bundle.LISTS[:1]), (True, bundle.LISTS)])
def test_a_stick_carries_what_reads_fields_and_says_so_only_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, climate: bool, lists: tuple[str, ...]) -> None:
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(bundle, "TREE", bundle.LISTS)
    monkeypatch.setattr(bundle, "fill_wheelhouse", lambda _folder, lists: asked.append(tuple(lists)))

    bundle.make(tmp_path / "key", climate=climate)

    assert asked == [lists]
    assert ["run climate" in (tmp_path / "key" / name).read_text("utf-8") for name in bundle.NOTES] == [climate, climate]


def test_what_reads_fields_is_added_to_the_environment_when_asked(script: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Path] = []
    known = script["main"].__globals__
    monkeypatch.setitem(known, "make_environment", made.append)
    monkeypatch.setitem(known, "install", made.append)
    monkeypatch.setattr(sys, "argv", ["run", "climate"])

    script["main"]()

    assert [lock.name for lock in made] == list(bundle.LISTS)
