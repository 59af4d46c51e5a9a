"""What `./run doctor` looks at in the database: the engine, whether it writes, migrations, the journal, the index of words."""

from pathlib import Path

from django.db import DatabaseError, connection, transaction

from concertation.apps.ground import triggers
from concertation.apps.ground.queries import broken_lines
from concertation.apps.search import words_index
from concertation.site import engines, fitness, migrating
from concertation.site.findings import WELL, WRONG, Finding, told

MOUNTS = Path("/proc/mounts")
NETWORK_KINDS = ("nfs", "cifs", "smb", "fuse.sshfs", "9p", "afs", "ceph", "glusterfs", "fuse.glusterfs", "davfs", "ncpfs")
READ_ONLY = "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'"


def engine() -> Finding:
    """The server is one the node can live on."""
    words = fitness.lacking()
    if words:
        return told("engine", WRONG, fr=words[0], en=words[1])
    return told("engine", WELL, engine="SQLite" if connection.vendor == "sqlite" else "PostgreSQL")


def network_share() -> Finding:
    """SQLite's write-ahead log needs a disk of this machine: a network share keeps neither its locks nor its shared memory."""
    if connection.vendor != "sqlite":
        return told("network-share", WELL)
    path = Path(connection.settings_dict["NAME"]).resolve()
    kind = kind_of_disk(path)
    return told("network-share", WRONG if kind.startswith(NETWORK_KINDS) else WELL, kind=kind, home=path.parent)


def kind_of_disk(path: Path) -> str:
    """The kind of file system a path stands on, empty where the machine does not tell."""
    if not MOUNTS.is_file():
        return ""
    lines = [line.split() for line in MOUNTS.read_text("utf-8", "replace").splitlines()]
    held = [(len(point), kind) for _, point, kind, *_ in lines if path.is_relative_to(point.replace("\\040", " "))]
    return max(held, default=(0, ""))[1]


def writable() -> Finding:
    """A transaction that would write may begin."""
    try:
        with transaction.atomic():
            reason = "read-only" if is_read_only() else ""
    except DatabaseError as refused:
        reason = str(refused).strip().partition("\n")[0]
    return told("database-writable", WRONG if reason else WELL, reason=reason)


def is_read_only() -> bool:
    """Whether the database only reads: PostgreSQL says so itself, SQLite is opened so where its folder takes no writes."""
    if connection.vendor != "postgresql":
        return engines.takes_no_writes(Path(str(connection.settings_dict["NAME"])))
    with connection.cursor() as cursor:
        cursor.execute(READ_ONLY)
        return bool(cursor.fetchone()[0])


def migrations() -> Finding:
    """The database is up to date."""
    pending = migrating.pending_migrations()
    return told("migrations", WRONG if pending else WELL, pending=pending)


def journal_triggers() -> Finding:
    """The journal refuses changes."""
    return told("journal-triggers", WELL if triggers.are_installed(connection) else WRONG)


def journal_chains() -> Finding:
    """Nobody altered the journal."""
    broken = list(broken_lines())
    if not broken:
        return told("journal", WELL)
    return told("journal", WRONG, lines=len(broken), chain=broken[0].chain, sequence=broken[0].sequence)


def index_of_words() -> Finding:
    """Search has its index."""
    return told("search-index", WELL if words_index.is_installed(connection) else WRONG)
