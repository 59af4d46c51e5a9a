"""Who is at work on an import, told after the fact."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.test.utils import override_settings

from concertation.apps.sources import workers


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path) -> Iterator[None]:
    with override_settings(HOME=tmp_path):
        yield


def test_nobody_died_where_nobody_worked() -> None:
    assert not workers.died_at_work(uuid4())


def test_a_process_alive_is_at_work_until_it_says_otherwise() -> None:
    run = uuid4()

    workers.start_work(run)
    assert not workers.died_at_work(run)

    workers.end_work(run)
    assert not workers.died_at_work(run)
    assert not workers.mark_path(run).exists()


def test_a_process_that_was_killed_is_no_longer_at_work() -> None:
    run = uuid4()
    workers.start_work(run)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        workers.mark_path(run).write_text(f"{other.pid} {workers.born(other.pid)}")
        assert not workers.died_at_work(run)
        other.kill()

    assert workers.died_at_work(run)


def test_another_process_under_the_same_number_is_not_mistaken_for_it() -> None:
    run = uuid4()
    workers.start_work(run)

    workers.mark_path(run).write_text(f"{os.getpid()} 1")

    assert workers.died_at_work(run)


@pytest.mark.parametrize("torn", ["", "12", "not-a-number 3"])
def test_a_mark_torn_by_a_power_cut_means_that_nobody_works(torn: str) -> None:
    run = uuid4()
    workers.start_work(run)

    workers.mark_path(run).write_text(torn)

    assert workers.died_at_work(run)
