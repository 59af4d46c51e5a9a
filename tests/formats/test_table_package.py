"""One table as a package: a zip is only looked into within the limits of every other file. Synthetic."""

from pathlib import Path
from zipfile import ZipFile

import pytest

from concertation.formats import table_package
from concertation.formats.limits import LIMITS
from concertation.formats.table_package import PACKAGE, is_package


def zip_of(path: Path, others: int) -> Path:
    with ZipFile(path, "w") as archive:
        archive.writestr(PACKAGE, "{}")
        for number in range(others):
            archive.writestr(f"{number}", "")
    return path


def test_a_zip_with_a_description_is_a_package_and_any_other_file_is_not(tmp_path: Path) -> None:
    (tmp_path / "text.csv").write_text("a;b\n", encoding="utf-8")

    assert is_package(zip_of(tmp_path / "small.zip", 1))
    assert not is_package(tmp_path / "text.csv")


def test_the_directory_of_a_zip_of_too_many_entries_is_not_even_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zip_of(tmp_path / "large.zip", LIMITS.entries + 1)
    monkeypatch.setattr(table_package, "ZipFile", lambda *given: pytest.fail("its directory was read"))

    assert not is_package(path)
