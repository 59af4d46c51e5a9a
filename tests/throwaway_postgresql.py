"""A PostgreSQL server of its own for one run of the tests: in a folder that is thrown away, on a loopback port, with a password.

Nothing is written durably (fsync is off): it is faster, and the folder ends with the run.
"""

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ports import free_port

LEAST_VERSION = 15
FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=60", "shared_buffers=128MB", "max_wal_size=2GB")


class NoServer(RuntimeError):
    """The server's programs are not on this machine."""


def programs() -> Path:
    """The folder of the newest PostgreSQL server on this machine."""
    debian = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if (folder / "initdb").exists() and folder.parent.name.isdigit()]
    found = sorted((folder for folder in debian if int(folder.parent.name) >= LEAST_VERSION), key=lambda folder: int(folder.parent.name))
    on_path = shutil.which("initdb")
    if not found and not on_path:
        raise NoServer(f"PostgreSQL {LEAST_VERSION}+ is not installed: apt-get install postgresql (the server's programs are enough)")
    return found[-1] if found else Path(str(on_path)).parent


def owner() -> dict[str, str]:
    """The server refuses to run as root: there it runs as the account its package made."""
    return {"user": "postgres", "group": "postgres"} if hasattr(os, "geteuid") and os.geteuid() == 0 else {}


@contextmanager
def server() -> Iterator[str]:
    """A running server while the block runs; gives the address of its database, password included."""
    binaries, account, port, password = programs(), owner(), free_port(), secrets.token_urlsafe(16)
    with tempfile.TemporaryDirectory(prefix="concertation-postgresql-") as temporary:
        folder = Path(temporary)
        (folder / "password").write_text(password)
        if account:
            for path in (folder, folder / "password"):
                shutil.chown(path, account["user"], account["group"])
        made = [
            str(binaries / "initdb"), "--no-sync", "--username=concertation", f"--pwfile={folder / 'password'}", "--auth=scram-sha-256",
            "--encoding=UTF8", "--lc-collate=C", "--lc-ctype=C.UTF-8", "--locale=C.UTF-8", f"--pgdata={folder / 'cluster'}",
        ]
        subprocess.run(made, check=True, capture_output=True, cwd=folder, **account)
        settings = [word for setting in (*FAST, "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}") for word in ("-c", setting)]
        with (folder / "log").open("wb") as log:
            running = subprocess.Popen(
                [str(binaries / "postgres"), "-D", str(folder / "cluster"), "-p", str(port), *settings], stdout=log, stderr=log, cwd=folder, **account,
            )
        try:
            wait_until_ready(binaries, port)
            yield f"postgresql://concertation:{password}@127.0.0.1:{port}/postgres"
        finally:
            running.send_signal(2)  # SIGINT: a fast shutdown
            running.wait(timeout=30)


def wait_until_ready(binaries: Path, port: int) -> None:
    """Wait until the server takes connections."""
    for _ in range(300):
        if subprocess.run([str(binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]).returncode == 0:
            return
        time.sleep(0.1)
    raise NoServer("the PostgreSQL server did not start within 30 s")
