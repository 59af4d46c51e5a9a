"""What the handbook promises of a node on PostgreSQL, tried on a server: its statements, its refusals, several machines on one database."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import urlopen

import psycopg
import pytest

from beginnings import copy_of
from concertation.site import engines
from ports import becomes, free_port
from separate_node import SERVER, SeparateNode, new_database
from throwaway_postgresql import statements

pytestmark = pytest.mark.postgresql
ROWS = "Organisation;Secteur;Région;Département;Activité;Statut\nONG synthetic;Santé;Diffa;Bosso;Soins synthetic;En cours\n"
PAGES = ("/situation/?state=NER", "/", "/organisations/?q=synthetic")


def brought_in(node: SeparateNode, folder: Path) -> None:
    """One row of a 5W file, accepted and open to all."""
    file = folder / "synthetic_2022-02.csv"
    file.write_text(ROWS, "utf-8")
    done = node.run("import", str(file), "--state", "NER", "--as", "presence-5w", "--period", "2022-02", "--share", "public", "--yes", seconds=180)
    assert done.returncode == 0, done.stderr


def wrong_with(node: SeparateNode) -> list[str]:
    """What the doctor finds wrong."""
    return [finding["code"] for finding in node.answer("doctor") if not finding["holds"]]


def test_the_handbooks_statements_are_those_a_refusal_names_and_their_role_is_nobody_special() -> None:
    assert statements("fr") == statements("en")
    assert statements("fr")[-1] == engines.MAKE_DATABASE
    with psycopg.connect(SERVER) as connection:
        assert connection.execute("SELECT current_user::text, rolsuper, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = current_user").fetchone() == (
            "concertation", False, False, False, False,
        )


@pytest.mark.parametrize("sorting", ["LOCALE_PROVIDER icu ICU_LOCALE 'fr' ENCODING 'UTF8'", "ENCODING 'LATIN1'"])
def test_a_database_that_sorts_or_writes_otherwise_is_refused_with_the_statement_that_makes_the_right_one(tmp_path: Path, sorting: str) -> None:
    node = SeparateNode(tmp_path, copy_of(SERVER, "template0", words=f"{sorting} LC_COLLATE 'C' LC_CTYPE 'C'"))

    done = node.run("migrate")

    assert done.returncode == 1
    assert done.stderr.count(engines.MAKE_DATABASE) == 2
    assert "La base trie en" in done.stderr and "The database sorts as" in done.stderr
    assert "Traceback" not in done.stderr
    assert node.ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


def test_a_server_without_a_certificate_is_refused_where_one_is_demanded(tmp_path: Path) -> None:
    done = SeparateNode(tmp_path, f"{SERVER}?sslmode=verify-full").run("migrate")

    assert done.returncode == 1
    assert "SSL" in done.stderr or "certificate" in done.stderr
    assert "Traceback" not in done.stderr


def test_two_machines_that_start_at_once_on_an_empty_database_share_the_pages_and_the_work(tmp_path: Path) -> None:
    address = new_database()
    machines = {port: SeparateNode(tmp_path / f"machine-{port}", address) for port in (free_port(), free_port())}
    (first, one), (second, other) = machines.items()
    (tmp_path / "raw").mkdir(mode=0o700)
    for machine in machines.values():
        machine.home.mkdir(mode=0o700)
        (machine.home / "raw").symlink_to(tmp_path / "raw")
    several = {first: ("--web", "2", "--workers", "2"), second: ()}

    running = [machine.start("serve", "--port", str(port), "--no-demo", *several[port]) for port, machine in machines.items()]
    try:
        assert all(becomes(port, listening=True, seconds=240) for port in machines)
        before = [urlopen(f"http://127.0.0.1:{port}{PAGES[-1]}", timeout=60).read().decode() for port in machines]
        brought_in(one, tmp_path)
        with ThreadPoolExecutor(8) as readers:
            asked = [f"http://127.0.0.1:{port}{page}" for port in machines for page in PAGES for _ in range(4)]
            answers = list(readers.map(lambda address: urlopen(address, timeout=60).status, asked))
        after = [urlopen(f"http://127.0.0.1:{port}{PAGES[-1]}", timeout=60).read().decode() for port in machines]
        end = time.monotonic() + 60
        while time.monotonic() < end and one.ask("SELECT count(*) FROM django_tasks_database_dbtaskresult WHERE finished_at IS NULL") != [(0,)]:
            time.sleep(0.5)

        assert answers == [200] * len(asked)
        assert ["ONG synthetic" in page for page in (*before, *after)] == [False, False, True, True]
        assert one.ask("SELECT count(*) FROM ground_journalline WHERE act = 'sources.reference-set-loaded'") == [(1,)]
        assert {status for (status,) in one.ask("SELECT status FROM django_tasks_database_dbtaskresult")} == {"SUCCESSFUL"}
        assert [len([command for command in machine.processes() if "django\0work" in command]) for machine in machines.values()] == [2, 1]
        assert wrong_with(one) == wrong_with(other) == []
    finally:
        for machine in running:
            machine.terminate()
        for machine in running:
            machine.wait(timeout=60)
