"""However the product is told to end, its web server and its worker end with it."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import urlopen

import pytest

from ports import becomes, free_port
from separate_node import new_node


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are not listed on this machine")
@pytest.mark.parametrize("ending", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_both_processes_end_with_the_one_that_started_them(tmp_path: Path, ending: str) -> None:
    node, port = new_node(tmp_path / "node", with_reference_set=True), free_port()
    running = node.start("serve", "--port", str(port), "--no-demo")
    try:
        assert becomes(port, listening=True, seconds=90)

        running.send_signal(getattr(signal, ending))

        running.wait(timeout=30)
        assert becomes(port, listening=False, seconds=10)
        assert node.processes() == []
    finally:
        if running.poll() is None:
            running.kill()


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are not listed on this machine")
@pytest.mark.sqlite
def test_several_processes_share_the_pages_and_the_work(tmp_path: Path) -> None:
    node, port, file = new_node(tmp_path / "node", with_reference_set=True), free_port(), tmp_path / "synthetic_2022-02.csv"
    file.write_text("Organisation;Secteur;Région;Département;Activité;Statut\nONG synthetic;Santé;Diffa;Bosso;Soins synthetic;En cours\n", "utf-8")
    assert node.run("import", str(file), "--state", "NER", "--as", "presence-5w", "--period", "2022-02", "--yes", seconds=120).returncode == 0
    [(asked,)] = node.ask("SELECT count(*) FROM django_tasks_database_dbtaskresult")
    running = node.start("serve", "--port", str(port), "--no-demo", "--workers", "2")
    try:
        assert becomes(port, listening=True, seconds=120)
        with ThreadPoolExecutor(16) as readers:
            answers = list(readers.map(lambda _: urlopen(f"http://127.0.0.1:{port}/situation/?state=NER", timeout=60).status, range(48)))
        end = time.monotonic() + 60
        while time.monotonic() < end and node.ask("SELECT count(*) FROM django_tasks_database_dbtaskresult WHERE finished_at IS NULL") != [(0,)]:
            time.sleep(0.5)
        at_work = [command for command in node.processes() if "django\0work" in command]

        assert answers == [200] * 48
        assert len(at_work) == 2
        assert asked >= 1
        assert {status for (status,) in node.ask("SELECT status FROM django_tasks_database_dbtaskresult")} == {"SUCCESSFUL"}
        assert {finding["code"] for finding in node.answer("doctor") if not finding["holds"]} == set()
    finally:
        running.terminate()
        running.wait(timeout=60)
