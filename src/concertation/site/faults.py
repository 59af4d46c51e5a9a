"""Which failures are the machine's own: a database that does not answer, a disk that is full or takes no writes. They are told in words."""

import errno
from pathlib import Path

from django.db import InterfaceError, InternalError, OperationalError, connection

from concertation.site import engines

DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.EFBIG})
READ_ONLY_STATE = "25006"  # PostgreSQL: cannot write in a read-only transaction


def is_of_the_machine(wrong: BaseException | None) -> bool:
    """Whether a failure says that the node cannot read or save just now, rather than that its code is wrong.

    >>> is_of_the_machine(OSError(errno.ENOSPC, "")), is_of_the_machine(FileNotFoundError(errno.ENOENT, "")), is_of_the_machine(KeyError())
    (True, False, False)
    """
    if isinstance(wrong, OperationalError | InterfaceError):
        return True
    if isinstance(wrong, InternalError):
        return getattr(wrong.__cause__, "sqlstate", "") == READ_ONLY_STATE
    return isinstance(wrong, OSError) and wrong.errno in DISK


def in_words(wrong: BaseException) -> str:
    """What a command says of it, in both languages, with the system's own reason."""
    reason = wrong.strerror if isinstance(wrong, OSError) else str(wrong).strip()
    if isinstance(wrong, OSError) or "full" in str(reason):
        return f"Le disque refuse, rien n'a été changé / the disk refuses, nothing was changed: {reason} (./run doctor)"
    return f"La base ne répond pas ou refuse / the database does not answer or refuses: {reason}"


def only_reads() -> bool:
    """Whether the node's folder takes no writes: what is there can be read, nothing can be saved."""
    return connection.vendor == "sqlite" and engines.takes_no_writes(Path(str(connection.settings_dict["NAME"])))
