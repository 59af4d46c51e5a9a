"""However the product is told to end, and whenever, its web server and its worker end with it."""

import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import urlopen

import pytest

from concertation.site import serving
from ports import becomes, free_port
from separate_node import new_node

listed = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are not listed on this machine")
AT_WORK = 4  # who watches over them, the web server, its process for pages, the worker
CODES = {"SIGINT": 0, "SIGTERM": 128 + signal.SIGTERM, "SIGHUP": 128 + signal.SIGHUP}


@listed
@pytest.mark.parametrize("ending", CODES)
def test_told_to_end_while_the_pages_are_still_being_loaded_no_process_stays_behind(tmp_path: Path, ending: str) -> None:
    node, port = new_node(tmp_path / "node"), free_port()
    running = subprocess.Popen(serving.watch_over("127.0.0.1", port, welcome=""), env=node.surroundings, start_new_session=True)
    try:
        end = time.monotonic() + 60
        while len(node.processes()) < AT_WORK and time.monotonic() < end:
            time.sleep(0.02)

        running.send_signal(getattr(signal, ending))

        assert running.wait(timeout=60) == CODES[ending]
        assert node.processes() == []
    finally:
        running.kill()


def test_what_does_not_end_in_time_is_killed_with_what_it_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "KILLED_SECONDS", 0.2)
    deaf = subprocess.Popen(["sh", "-c", "trap '' TERM; sleep 600 & echo begun; wait"], stdout=subprocess.PIPE, text=True, **serving.OWN_GROUP)
    assert deaf.stdout is not None and deaf.stdout.readline() == "begun\n"

    serving.end_all([deaf])

    assert deaf.returncode == -signal.SIGKILL
    assert deaf.communicate(timeout=30) == ("", None)  # nobody is left who could still write


@listed
@pytest.mark.sqlite
def test_several_processes_share_the_pages_and_the_work_and_end_together(tmp_path: Path) -> None:
    node, port = new_node(tmp_path / "node", with_reference_set=True), free_port()
    running = node.start("serve", "--port", str(port), "--no-demo", "--workers", "2")
    try:
        assert becomes(port, listening=True, seconds=120)
        [(asked,)] = node.ask("SELECT count(*) FROM django_tasks_database_dbtaskresult")
        with ThreadPoolExecutor(16) as readers:
            answers = list(readers.map(lambda _: urlopen(f"http://127.0.0.1:{port}/situation/?state=NER", timeout=60).status, range(48)))
        end = time.monotonic() + 120
        while time.monotonic() < end and node.ask("SELECT count(*) FROM django_tasks_database_dbtaskresult WHERE finished_at IS NULL") != [(0,)]:
            time.sleep(0.2)
        at_work = [command for command in node.processes() if "django\0work" in command]

        assert answers == [200] * 48
        assert len(at_work) == 2
        assert asked >= 1
        assert {status for (status,) in node.ask("SELECT status FROM django_tasks_database_dbtaskresult")} == {"SUCCESSFUL"}
        assert {finding["code"] for finding in node.answer("doctor") if not finding["holds"]} == set()

        running.send_signal(signal.SIGINT)

        assert running.wait(timeout=60) == 0
        assert becomes(port, listening=False, seconds=10)
        assert node.processes() == []
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
