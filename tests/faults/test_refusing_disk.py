"""A disk that is full or takes no writes: refused in words, never with a trace, nothing acknowledged is lost, and the node goes on once there is room.

The disks are real: a small file system in memory, mounted for the test, so these tests ask for root; the pages of a failing write are asked for by anybody.
"""

import errno
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import InternalError
from django.test import Client

from concertation.site import faults, pages
from import_steps import manager
from ports import becomes, free_port
from separate_node import new_node

MEGABYTE = 1_000_000
LEFT_MB = (0, 1, 10) if os.environ.get("CONCERTATION_DISKS") == "full" else (1,)
on_a_disk = pytest.mark.sqlite  # the folder holds the rows
as_root = pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="a file system of its own is mounted by root alone")
TABLE = "Organisation;Secteur;Région;Département;Activité;Statut\n" + "".join(f"ONG synthetic {n % 9};Santé;Diffa;Bosso;Soins synthetic {n};En cours\n" for n in range(3_000))
READING = ("/", "/situation/?state=NER", "/help/", "/account/login/")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 MB."""
    point = tmp_path / "disk"
    point.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m,mode=700", "none", str(point)], check=True)
    yield point
    subprocess.run(["umount", "-l", str(point)], check=True)


def fill(disk: Path, *, left: int) -> Path:
    """Leave so many bytes."""
    filler = disk / "filler"
    with filler.open("wb") as file:
        while (free := shutil.disk_usage(disk).free - left) > 0:
            try:
                file.write(b"\0" * min(free, MEGABYTE))
                file.flush()
            except OSError:
                break
    return filler


def told_in_words(done: subprocess.CompletedProcess[str]) -> bool:
    """Whether a command was done, or refused with a reason and without a trace."""
    return "Traceback" not in done.stderr and (done.returncode == 0 or (done.returncode == 1 and bool(done.stderr.strip() or done.stdout.strip())))


@as_root
@on_a_disk
@pytest.mark.parametrize("left", LEFT_MB)
def test_a_full_disk_refuses_in_words_and_loses_nothing_acknowledged(disk: Path, left: int) -> None:
    node = new_node(disk / "node", with_reference_set=True)
    assert node.run("account", "open", "first@concertation.example", "--role", "reader", "--state", "NER", "--json", seconds=120).returncode == 0
    file = disk / "synthetic_2022-02.csv"
    file.write_text(TABLE, "utf-8")
    filler = fill(disk, left=left * MEGABYTE)
    acknowledged = {"first@concertation.example"}

    for number in range(3):
        address = f"synthetic{number}@concertation.example"
        done = node.run("account", "open", address, "--role", "reader", "--state", "NER", "--json", seconds=120)
        assert told_in_words(done), done.stderr
        acknowledged |= {address} if done.returncode == 0 else set()
    imported = node.run("import", str(file), "--state", "NER", "--as", "presence-5w", "--period", "2022-02", "--yes", "--json", seconds=180)
    kept = node.run("backup", str(disk / "backups"), "--json", seconds=180)
    nearly_full = node.run("doctor", "--json")

    assert told_in_words(imported), imported.stderr
    assert told_in_words(kept), kept.stderr
    assert "disk" in {finding["code"] for finding in json.loads(nearly_full.stdout) if not finding["holds"]}
    filler.unlink()
    assert node.is_whole()
    assert node.answer("journal", "verify") == {"broken": []}
    assert acknowledged <= {address for (address,) in node.ask("SELECT email FROM access_user")}
    assert node.run("import", str(file), "--state", "NER", "--as", "presence-5w", "--period", "2022-02", "--yes", "--json", seconds=180).returncode == 0
    assert node.ask("SELECT count(*) FROM presence_activity") == [(3_000,)]
    print(f"{left} MB left: {len(acknowledged)} of 4 accounts acknowledged and kept; import exit {imported.returncode}, backup exit {kept.returncode}")


def asked(port: int, path: str, form: bytes | None = None, *, session: str = "", signed: bool = False) -> tuple[int, str]:
    """What a served page answers, whatever it is; with somebody's session, and the mark of a form where it is `signed`."""
    mark = "a" * 32
    cookies = {"sessionid": session, "csrftoken": mark if signed else ""}
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items() if value), "X-CSRFToken": mark} if session else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}{path}", data=form, headers=headers), timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


@as_root
@on_a_disk
def test_a_served_node_stays_up_on_a_full_disk_and_goes_on_once_there_is_room(disk: Path) -> None:
    node, port = new_node(disk / "node", with_reference_set=True), free_port()
    running = node.start("serve", "--port", str(port), "--no-demo")
    try:
        assert becomes(port, listening=True, seconds=120)
        before = [asked(port, path)[0] for path in READING]
        filler = fill(disk, left=0)
        full = [asked(port, path)[0] for path in (*READING, *READING)]
        time.sleep(2)
        filler.unlink()
        after = [asked(port, path)[0] for path in READING]

        assert before == after == [200] * len(READING)
        assert set(full) <= {200, 503}
        assert running.poll() is None
    finally:
        running.terminate()
        running.wait(timeout=60)
    assert node.is_whole()
    assert node.answer("journal", "verify") == {"broken": []}


@as_root
@on_a_disk
@pytest.mark.parametrize("words", [("account", "open", "x@concertation.example", "--role", "reader"), ("picture",), ("migrate",), ("journal", "verify")])
def test_commands_on_a_read_only_folder_are_done_or_refused_in_words(tmp_path: Path, words: tuple[str, ...]) -> None:
    node = new_node(tmp_path / "node")
    mounted = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'

    done = subprocess.run(["unshare", "-m", "sh", "-c", mounted, str(node.home), *node.command(*words)], env=node.surroundings, capture_output=True, text=True, timeout=120)

    assert told_in_words(done), done.stderr
    assert node.is_whole()


SIGN_IN = """
import django; django.setup()
from django.conf import settings
from access_steps import browser_of, person
from concertation.core.sharing import Role
print(browser_of(person("manager", (Role.DATA_MANAGER, "NER"))).cookies[settings.SESSION_COOKIE_NAME].value)
"""


@as_root
@on_a_disk
def test_a_node_served_from_a_folder_that_takes_no_writes_shows_its_pages_and_says_that_it_only_reads(tmp_path: Path) -> None:
    node, port = new_node(tmp_path / "node", with_reference_set=True), free_port()
    session = node.code(SIGN_IN).stdout.strip()
    mounted = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
    log = (tmp_path / "log").open("wb")
    running = subprocess.Popen(["unshare", "-m", "sh", "-c", mounted, str(node.home), *node.command("serve", "--port", str(port))], env=node.surroundings, stdout=log, stderr=log, start_new_session=True)
    try:
        assert becomes(port, listening=True, seconds=120), (tmp_path / "log").read_text()
        pages = {path: asked(port, path) for path in (*READING, "/places/divisions/ner-2011/", "/states/NER/")}
        shapes = re.findall(r"/maps/[0-9a-f]{16}[.]svg", pages["/situation/?state=NER"][1])
        own = asked(port, "/imports/", session=session)
        sent = asked(port, "/account/login/", b"login=a%40concertation.example&password=synthetic")

        assert {path: status for path, (status, _text) in pages.items()} == dict.fromkeys(pages, 200)
        assert shapes and all(asked(port, address)[0] == 200 for address in set(shapes))
        assert (own[0], "/account/logout/" in own[1]) == (200, True)
        assert sent[0] in {403, 503}
        refused = asked(port, "/imports/bring-in/", b"state=NER", session=session, signed=True)
        assert refused[0] == 503
        assert "Ce nœud ne fait que lire" in refused[1] and "This node only reads" in refused[1]
        assert running.poll() is None
    finally:
        running.terminate()
        running.wait(timeout=60)
        log.close()
    told = (tmp_path / "log").read_text()
    assert "This folder takes no writes" in told and "Traceback" not in told
    assert node.is_whole()


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT])
def test_a_disk_that_refuses_gets_the_page_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(pages, "decisions", refuse)

    assert_says_not_now(Client().get("/"))


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore")
def test_a_session_that_cannot_be_saved_gets_that_page_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    user = manager("NER")
    monkeypatch.setattr(SessionStore, "save", refuse)
    user.raise_request_exception = False
    monkeypatch.setattr("django.conf.settings.SESSION_SAVE_EVERY_REQUEST", True)

    assert_says_not_now(user.get("/imports/"))


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore")
def test_a_failure_of_our_own_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyError("synthetic")

    user = manager("NER")
    user.raise_request_exception = False
    monkeypatch.setattr(SessionStore, "save", fail)
    monkeypatch.setattr("django.conf.settings.SESSION_SAVE_EVERY_REQUEST", True)

    answer = user.get("/imports/")

    assert answer.status_code == 500
    assert "synthetic" not in answer.content.decode()


def assert_says_not_now(answer: Any) -> None:
    """The page of a node that cannot save: both languages, when to try again, no reason of the system."""
    text = answer.content.decode()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "Le nœud ne répond pas" in text and "The node does not answer" in text
    assert "No space" not in text and "Errno" not in text


def test_a_read_only_transaction_of_postgresql_is_the_machines_own_and_others_are_not() -> None:
    class ReadOnly(Exception):
        sqlstate = "25006"

    wrong = InternalError("cannot execute INSERT in a read-only transaction")
    wrong.__cause__ = ReadOnly()

    assert faults.is_of_the_machine(wrong)
    assert not faults.is_of_the_machine(InternalError("current transaction is aborted"))
    assert "disk" in faults.in_words(OSError(errno.ENOSPC, "No space left on device"))
