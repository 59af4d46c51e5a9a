"""What draws runs in processes apart: they end by themselves, are started again, and no process that answers pages loads an engine."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from concertation.draw.apart import Engines, NotDrawn

SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" width="2" height="1"/>'
DRAWS_AND_SETS = """
import sys, django
django.setup()
import concertation.site.urls
from concertation.draw.charts import drawn
from concertation.draw.note import Words
from concertation.draw.paper import Paper
from concertation.draw.paper_pdf import paper_pdf
from concertation.draw.pictures import png
bars = {"data": {"values": [{"a": "Téra", "b": 2}]}, "mark": "bar", "encoding": {"x": {"field": "b", "type": "quantitative"}, "y": {"field": "a", "type": "nominal"}}}
words = Words(**{name: "synthétique" for name in Words.__dataclass_fields__})
assert png(drawn(bars, language="fr")).startswith(b"\\x89PNG")
assert paper_pdf((Paper("fr", "Synthétique", "synthetic", "2026-11-30", words, "", ()),)).startswith(b"%PDF")
print(sorted({"vl_convert", "typst", "docx", "pptx", "psycopg"} & set(sys.modules)))
"""


@pytest.fixture
def engines() -> Iterator[Engines]:
    own = Engines()
    yield own
    own.end()


def test_one_process_draws_one_thing_after_another(engines: Engines) -> None:
    first, process = engines.ask("picture", svg=SQUARE, scale=1), engines.process
    assert first.startswith(b"\x89PNG")
    assert engines.ask("picture", svg=SQUARE, scale=1) == first
    assert engines.process is process


def test_what_cannot_be_drawn_is_said_and_the_next_drawing_is_made(engines: Engines) -> None:
    with pytest.raises(ValueError, match="unknown token"):
        engines.ask("picture", svg="no drawing", scale=1)
    assert engines.ask("picture", svg=SQUARE, scale=1)


def test_a_process_that_was_killed_is_started_again(engines: Engines) -> None:
    engines.ask("picture", svg=SQUARE, scale=1)
    assert engines.process
    engines.process.kill()
    assert engines.ask("picture", svg=SQUARE, scale=1)


def test_one_that_ends_without_an_answer_is_told_apart(engines: Engines) -> None:
    with pytest.raises(NotDrawn):
        engines.ask("no such work")
    assert engines.process is None


def test_a_process_nobody_asks_ends_by_itself() -> None:
    engines = Engines(idle_seconds=0.2)
    engines.ask("picture", svg=SQUARE, scale=1)
    assert engines.process
    assert engines.process.wait(timeout=30) == 0


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no alarm")
def test_a_drawing_that_lasts_too_long_is_ended_and_the_next_one_is_made() -> None:
    hasty, patient = Engines(longest_seconds=0.001), Engines()
    with pytest.raises(NotDrawn):
        hasty.ask("picture", svg=SQUARE, scale=1)
    hasty.limits = patient.limits
    assert hasty.ask("picture", svg=SQUARE, scale=1)
    hasty.end()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_fork_leaves_the_process_to_its_parent(engines: Engines) -> None:
    engines.ask("picture", svg=SQUARE, scale=1)
    fork = os.fork()
    if not fork:
        os._exit(int(engines.process is not None))
    assert os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1]) == 0


def test_a_process_that_answers_pages_loads_no_engine_even_when_it_draws_and_no_driver_of_another_database(tmp_path: Path) -> None:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("CONCERTATION_")}
    surroundings = {**plain, "PYTHONPATH": os.pathsep.join(sys.path), "CONCERTATION_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "concertation.site.settings"}
    told = subprocess.run([sys.executable, "-c", DRAWS_AND_SETS], env=surroundings, capture_output=True, text=True, timeout=120, check=True)
    assert told.stdout.strip() == "[]"
