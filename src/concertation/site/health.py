"""What `./run doctor` looks at, each finding a sentence in both languages."""

import shutil
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from concertation.apps.ground import triggers
from concertation.apps.ground.queries import broken_lines
from concertation.apps.search import words_index
from concertation.site import node

LEAST_FREE_BYTES = 500_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it holds, and what was found."""

    code: str
    holds: bool
    fr: str
    en: str


def findings() -> list[Finding]:
    """Disk, migrations, journal triggers, journal chains, folder permissions, the index of words."""
    return [disk(), migrations(), journal_triggers(), journal_chains(), folder(), index_of_words()]


def disk() -> Finding:
    """Room for imports and backups."""
    free = shutil.disk_usage(settings.HOME).free
    return Finding("disk", free > LEAST_FREE_BYTES, f"{free / 1e9:.1f} Go libres pour le nœud", f"{free / 1e9:.1f} GB free for the node")


def migrations() -> Finding:
    """The database is up to date."""
    pending = node.pending_migrations()
    return Finding("migrations", pending == 0, f"{pending} migration(s) en attente", f"{pending} migration(s) pending")


def journal_triggers() -> Finding:
    """The journal refuses changes."""
    installed = triggers.are_installed(connection)
    words = ("Le journal refuse toute modification", "The journal refuses any change")
    lost = ("Le journal n'est plus protégé : lancez ./run migrate", "The journal is no longer protected: run ./run migrate")
    return Finding("journal-triggers", installed, *(words if installed else lost))


def journal_chains() -> Finding:
    """Nobody altered the journal."""
    broken = list(broken_lines())
    return Finding("journal", not broken, f"Journal : {len(broken)} ligne(s) altérée(s)", f"Journal: {len(broken)} altered line(s)")


def folder() -> Finding:
    """Nobody else on the machine reads the node's folder."""
    private = not settings.HOME.stat().st_mode & 0o077
    return Finding(
        "folder", private, f"Le dossier du nœud est {'privé' if private else 'lisible par d’autres comptes'}",
        f"The node's folder is {'private' if private else 'readable by other accounts'}",
    )


def index_of_words() -> Finding:
    """Search has its index."""
    installed = words_index.is_installed(connection)
    words = ("La recherche a son index de mots", "Search has its index of words")
    lost = ("La recherche n'a plus son index de mots : lancez ./run search refresh", "Search has lost its index of words: run ./run search refresh")
    return Finding("search-index", installed, *(words if installed else lost))
