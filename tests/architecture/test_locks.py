"""The lists of components: everything asked for is pinned by hash, and no list names an address."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from architecture.source_code import ROOT

LOCKS = ("requirements", "requirements-climate", "requirements-test")
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(\[[^\]]*\])?==([^\s;\\]+)")


def written_lines(path: Path) -> list[str]:
    """Lines that are neither empty nor comments."""
    return [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip() and not line.strip().startswith("#")]


def plain_name(requirement: str) -> str:
    """A component's name as packages compare names."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s<>=!~;\[]", requirement, maxsplit=1)[0]).lower()


def asked_for(name: str) -> Iterator[str]:
    """The components a list asks for, those of the lists it includes too."""
    for line in written_lines(ROOT / f"{name}.in"):
        if line.startswith("-r "):
            yield from asked_for(line.removeprefix("-r ").removesuffix(".in"))
        else:
            yield plain_name(line)


def pinned(name: str) -> dict[str, int]:
    """The components of a lock and how many hashes each carries."""
    counts: dict[str, int] = {}
    current = ""
    for line in written_lines(ROOT / f"{name}.lock"):
        if found := PINNED.match(line):
            current = plain_name(found[1])
            counts[current] = 0
        counts[current] += len(re.findall(r"--hash=sha256:[0-9a-f]{64}", line)) if current else 0
    return counts


@pytest.mark.parametrize("name", LOCKS)
def test_everything_asked_for_is_in_the_lock(name: str) -> None:
    assert set(asked_for(name)) <= set(pinned(name))


@pytest.mark.parametrize("name", LOCKS)
def test_every_component_of_a_lock_carries_hashes(name: str) -> None:
    assert pinned(name)
    assert [component for component, hashes in pinned(name).items() if not hashes] == []


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_names_an_address(name: str) -> None:
    text = (ROOT / f"{name}.lock").read_text("utf-8")

    assert not re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host| @ ", text)


def test_the_tests_run_with_the_very_components_of_the_product() -> None:
    def versions(name: str) -> set[tuple[str, str]]:
        return {(plain_name(found[1]), found[3]) for line in written_lines(ROOT / f"{name}.lock") if (found := PINNED.match(line))}

    assert versions("requirements") <= versions("requirements-test")
