"""A PostgreSQL server of its own for one run of the tests: in a folder that is thrown away, on a loopback port, with a password.

Nothing is written durably (fsync is off, no write-ahead log beyond the least) and nothing is vacuumed: the folder ends with the run.
Role and database are made by the handbook's own statements, so every test has the rights it promises and no others, save that of
making databases for further nodes. The password holds the signs that an address must write otherwise.
"""

import os
import re
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString, cast
from urllib.parse import quote

import psycopg

from ports import free_port

HANDBOOKS = Path(__file__).resolve().parents[1] / "docs"
LEAST_VERSION = 15
FAST = (
    "fsync=off", "full_page_writes=off", "synchronous_commit=off", "wal_level=minimal", "max_wal_senders=0", "max_wal_size=2GB", "autovacuum=off", "jit=off",
    "max_connections=100", "shared_buffers=128MB",
)


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


def statements(language: str) -> list[str]:
    """What the handbook asks an administrator to say to the server: the role, then its database."""
    handbook = (HANDBOOKS / f"operations.{language}.md").read_text("utf-8")
    return [" ".join(said.split()) for said in re.findall(r"^    (CREATE [^;]+;)", handbook, re.MULTILINE)]


def make_role_and_database(port: int, password: str) -> None:
    """Say the handbook's statements as the server's administrator."""
    with psycopg.connect(host="127.0.0.1", port=port, user="postgres", password=password, dbname="postgres", autocommit=True) as administrator:
        for said in (*statements("fr"), "ALTER ROLE concertation CREATEDB"):
            administrator.execute(cast(LiteralString, said.replace("…", password)))


@contextmanager
def server() -> Iterator[str]:
    """A running server while the block runs; gives the address of its database, password included."""
    binaries, account, port, password = programs(), owner(), free_port(), f"@:/%é{secrets.token_urlsafe(16)}"
    with tempfile.TemporaryDirectory(prefix="concertation-postgresql-") as temporary:
        folder = Path(temporary)
        (folder / "password").write_text(password, "utf-8")
        if account:
            for path in (folder, folder / "password"):
                shutil.chown(path, account["user"], account["group"])
        made = [
            str(binaries / "initdb"), "--no-sync", "--username=postgres", f"--pwfile={folder / 'password'}", "--auth=scram-sha-256",
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
            make_role_and_database(port, password)
            yield f"postgresql://concertation:{quote(password, safe='')}@127.0.0.1:{port}/concertation"
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
