"""Attacks on a release that only a forger of archives or a strange disk makes: overlapping entries, a million of them, two writings of one letter."""

import struct
import unicodedata
import zlib
from pathlib import Path

import pytest

from concertation.core.sharing.released_tables import PeopleCell, with_totals
from concertation.formats.release import read_release
from release_samples import laid, receiver, release, zipped

LOCAL, CENTRAL, END, END_64, WHERE_64 = (struct.Struct(f"<{shape}") for shape in ("4s5H3L2H", "4s6H3L5H2L", "4s4H2LH", "4sQ2H2L4Q", "4sLQL"))


def codes(path: Path) -> list[str]:
    """What is wrong with a release."""
    return [problem.code for problem in read_release(path, receiver()).problems]


def central(name: bytes, size: int, offset: int) -> bytes:
    """One line of the directory of a zip."""
    return CENTRAL.pack(b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, size, size, len(name), 0, 0, 0, 0, 0, offset) + name


def test_entries_that_overlap_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    name, content = b"data/people.csv", b"x" * 400
    body = LOCAL.pack(b"PK\3\4", 20, 0, 0, 0, 0, zlib.crc32(content), 400, 400, len(name), 0) + name + content
    directory = central(name, 400, 0) + central(b"release.json", 400, 10)
    end = END.pack(b"PK\5\6", 0, 0, 2, 2, len(directory), len(body), 0)
    (tmp_path / "r.zip").write_bytes(body + directory + end)

    assert codes(tmp_path / "r.zip") in (["zip-entries-overlap"], ["release-unreadable"])
    assert read_release(tmp_path / "r.zip", receiver()).cells == ()


def test_a_million_entries_are_refused_at_the_directory(tmp_path: Path) -> None:
    directory = central(b"a.csv", 0, 0) * 1_000_000
    end = END_64.pack(b"PK\6\6", 44, 45, 45, 0, 0, 1_000_000, 1_000_000, len(directory), 0) + WHERE_64.pack(b"PK\6\7", 0, len(directory), 1)
    (tmp_path / "r.zip").write_bytes(directory + end + END.pack(b"PK\5\6", 0, 0, 65_535, 65_535, 0xFFFFFFFF, 0xFFFFFFFF, 0))

    assert codes(tmp_path / "r.zip")[0] in ("zip-too-many-entries", "release-too-many-files", "release-unreadable")


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_a_letter_written_in_two_ways_is_refused_in_a_name_and_kept_as_signed_in_the_table(form: str, kind: str, tmp_path: Path) -> None:
    named = unicodedata.normalize(form, "Téra")
    cells = with_totals([PeopleCell("NER001", named, 1, "FSC", 400), PeopleCell("NER002", "Diffa", 1, "FSC", 300)], "NER")
    good, odd = release(cells), {**release(cells), unicodedata.normalize(form, "data/é.csv"): b"x"}
    told = [read_release(laid(tmp_path / name, files) if kind == "folder" else zipped(tmp_path / f"{name}.zip", files), receiver()) for name, files in (("good", good), ("odd", odd))]

    assert [cell.unit_name for cell in told[0].cells if cell.unit == "NER001"] == [named]
    assert [problem.code for problem in told[1].problems] == ["release-name-refused"]


def test_an_archive_of_archives_is_not_opened(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", {"a.csv": b"a"}).read_bytes()

    assert codes(zipped(tmp_path / "r.zip", {**release(), "data/inner.csv": inner})) == ["release-archive-inside"]
