"""Filling an empty database with a backup, and what it then holds: in a process of its own, which loads the models and no more (`filling_alone`)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from concertation.apps.ground import triggers
from concertation.apps.ground.queries import broken_lines
from concertation.site import empty_node
from concertation.site.kept_rows import Progress, read_in, store_to_fill, summed
from concertation.site.manifest import TABLES, Manifest, read_manifest
from concertation.site.migrating import bring_up_to_date


class MadeByLaterRelease(RuntimeError):
    """The backup holds migrations this release does not know."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a database holds after a backup was brought in."""

    tables: list[dict[str, Any]]
    rows: int
    equal_rows: bool
    migrations_applied: int
    triggers: bool
    journal_broken: int


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where an empty database of this release is kept, and whether to begin with it; else it is only put there for others."""

    folder: Path
    begins: bool


def load_here(folder: Path, progress: Progress, *, beginning: Beginning | None = None) -> Loaded:
    """Fill this process's empty database with a backup, compare, then bring it up to date."""
    manifest = read_manifest(folder)
    whole = make_tables(manifest, beginning)
    with store_to_fill() as store:
        store.empty([line.table for line in manifest.tables])
        for line in manifest.tables:
            read_in(store, line.table, folder / TABLES / f"{line.table.name}.gz", progress)
        told = [(line, summed(store, line.table, progress)) for line in manifest.tables]
    applied = 0 if whole else bring_up_to_date()
    tables = [{"table": line.table.name, "rows": now.rows, "sha256": now.sha256, "equal": now == line.total} for line, now in told]
    loaded = Loaded(
        tables, sum(now.rows for _, now in told), all(table["equal"] for table in tables), applied, triggers.are_installed(connection),
        sum(1 for _ in broken_lines()),
    )  # fmt: skip
    connection.close()
    return loaded


def make_tables(manifest: Manifest, beginning: Beginning | None) -> bool:
    """Make the tables as they were when the backup was made; gives back whether they are those of this release. Raises MadeByLaterRelease."""
    loader = MigrationLoader(None)
    refuse_later(manifest, loader)
    if not empty_node.is_whole_release(manifest.migrations, loader):
        migrate_as_then(manifest)
        return False
    kept = empty_node.path_in(beginning.folder, loader) if beginning else None
    if kept and beginning and beginning.begins:
        empty_node.begin_with(kept)
    bring_up_to_date()
    if kept and not kept.exists() and connection.vendor == "sqlite":
        empty_node.keep(kept)
    return True


def migrate_as_then(manifest: Manifest) -> None:
    """Apply the migrations that a backup of an earlier release names, as far as this one knows them by that name."""
    executor = MigrationExecutor(connection)
    graph, then = executor.loader.graph, set(manifest.migrations)
    known = [key for key in then if key in graph.nodes]
    last = [key for key in known if not any(child.key in then and child.key[0] == key[0] for child in graph.node_map[key].children)]
    executor.migrate(sorted(last))


def refuse_later(manifest: Manifest, loader: MigrationLoader) -> None:
    """Raise MadeByLaterRelease when a backup's tables are ones this release does not know."""
    unknown = [key for key in manifest.migrations if key not in loader.graph.nodes and key not in loader.replacements]
    if unknown:
        raise MadeByLaterRelease(", ".join(".".join(key) for key in sorted(unknown)))
