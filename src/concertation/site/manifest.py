"""What a backup says of itself: when and by which release it was made, its migrations, and the count and sum of every table."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from concertation.site.kept_rows import KeptTable, Sum

FORMAT = 1
PREFIX, SEALED_SUFFIX = "concertation-", ".sealed"
MANIFEST, TABLES, RAW = "manifest.json", "tables", "raw"
NAME, SHA256 = re.compile(r"[a-z][a-z0-9_]{0,62}"), re.compile(r"[0-9a-f]{64}")


class NotABackup(ValueError):
    """The folder or file holds no backup that this release can read."""


@dataclass(frozen=True, slots=True)
class TableLine:
    """One table of a backup: its shape and its sum."""

    table: KeptTable
    total: Sum


@dataclass(frozen=True, slots=True)
class Manifest:
    """The whole of a backup in one file beside its rows."""

    format: int
    product: str
    made_at: str
    engine: str
    migrations: Sequence[tuple[str, str]]
    tables: Sequence[TableLine]
    raw: Sequence[str]
    raw_missing: Sequence[str]

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(line.total.rows for line in self.tables)

    def write(self, folder: Path) -> None:
        """Keep it beside the rows."""
        tables = [
            {"table": line.table.name, "key": line.table.key, "columns": line.table.columns, "rows": line.total.rows, "sha256": line.total.sha256}
            for line in self.tables
        ]
        content = {
            "format": self.format, "product": self.product, "made_at": self.made_at, "engine": self.engine,
            "migrations": self.migrations, "raw": self.raw, "raw_missing": self.raw_missing, "tables": tables,
        }  # fmt: skip
        (folder / MANIFEST).write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup's folder. Raises NotABackup when it is none, or of a later format."""
    try:
        content = json.loads((folder / MANIFEST).read_text("utf-8"))
        if content["format"] > FORMAT:
            raise NotABackup(folder)
        return Manifest(
            content["format"], content["product"], content["made_at"], content["engine"],
            [(app, name) for app, name in content["migrations"]], [_line(table) for table in content["tables"]],
            [_hash(each) for each in content["raw"]], content["raw_missing"],
        )  # fmt: skip
    except (FileNotFoundError, NotADirectoryError, KeyError, TypeError, ValueError):
        raise NotABackup(folder) from None


def _line(table: dict[str, object]) -> TableLine:
    columns = tuple((_name(name), _name(kind)) for name, kind in table["columns"])  # type: ignore[attr-defined]
    shape = KeptTable(_name(table["table"]), _name(table["key"]), columns)
    return TableLine(shape, Sum(int(str(table["rows"])), str(table["sha256"])))


def _name(written: object) -> str:
    """A name of a table or column: it becomes part of a statement and of a path, so nothing else is let in."""
    if not NAME.fullmatch(str(written)):
        raise ValueError(written)
    return str(written)


def _hash(written: object) -> str:
    if not SHA256.fullmatch(str(written)):
        raise ValueError(written)
    return str(written)


def raw_file(folder: Path, sha256: str) -> Path:
    """Where the bytes of a raw file stand in a backup."""
    return folder / RAW / sha256[:2] / sha256


def is_backup(path: Path) -> bool:
    """Whether a path is one backup, open or sealed."""
    return (path / MANIFEST).is_file() or (path.is_file() and path.name.endswith(SEALED_SUFFIX))


def backups_in(folder: Path) -> list[Path]:
    """The backups that stand in a folder, oldest first."""
    return sorted((path for path in folder.glob(f"{PREFIX}*") if is_backup(path)), key=lambda path: path.name)


def backup_at(path: Path) -> Path:
    """A backup named itself, or the newest of a folder. Raises NotABackup when there is none."""
    if is_backup(path) or path.is_file():
        return path
    found = backups_in(path)
    if not found:
        raise NotABackup(path)
    return found[-1]
