"""The worker itself sends what waits, round after round, on a node of its own with a mail server on the loopback. Synthetic."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ready_python import Begun, ready
from separate_node import SeparateNode, new_node
from smtp_server import MailServer, mail_server

POST = """
import sys, django; django.setup()
from datetime import timedelta
from django.utils import timezone
from concertation.apps.access.models import User
from concertation.apps.ground.commands import post_message
user, _made = User.objects.get_or_create(email="reporter@concertation.example", defaults={"name": "Synthetic"})
for word in map(str.strip, sys.stdin):
    post_message(str(user.pk), state="NER", about="reminder", subject=("Sujet", "Subject"), body=("Corps " + word, "Body"), useful_until=timezone.now() + timedelta(days=3))
    print(word, flush=True)
"""
WORK = """
import django; django.setup()
from django.core.management import call_command
from concertation.site import reminding
reminding.EVERY_SECONDS = 0.3
call_command("work")
"""


@contextmanager
def poster(node: SeparateNode) -> Iterator[Callable[[str], None]]:
    """What puts messages in the outbox from another process, one at each call."""
    running = node.begin(POST)

    def post(word: str) -> None:
        assert running.stdin is not None and running.stdout is not None
        print(word, file=running.stdin, flush=True)
        assert running.stdout.readline() == f"{word}\n"

    yield post
    assert running.communicate(timeout=30)[0] == ""


@contextmanager
def at_work(node: SeparateNode, server: MailServer, log: Path) -> Iterator[Begun]:
    """The worker of a node that sends through a server, its rounds a hundred times as quick."""
    mail = {"CONCERTATION_SMTP_HOST": "127.0.0.1", "CONCERTATION_SMTP_PORT": str(server.port), "CONCERTATION_SMTP_TLS": "0"}
    with log.open("wb") as told:
        running = ready().begin_code(WORK, (), {**node.surroundings, **mail}, log=told)
        try:
            yield running
        finally:
            running.terminate()
            running.wait(timeout=30)


def becomes(server: MailServer, count: int) -> bool:
    """Whether so many messages arrive in time."""
    end = time.monotonic() + 40
    while time.monotonic() < end and len(server.received) < count:
        time.sleep(0.1)
    return len(server.received) == count


def states(node: SeparateNode) -> list[tuple[str, int]]:
    """The state of each message and how often it was tried."""
    return [(str(state), int(attempts)) for state, attempts in node.ask("SELECT state, attempts FROM ground_message ORDER BY due_at")]


def test_the_worker_sends_what_waits_and_what_comes_later_once_each_and_ends_in_order(tmp_path: Path) -> None:
    node = new_node(tmp_path / "node")

    with poster(node) as post, mail_server("accept") as server, at_work(node, server, tmp_path / "log") as worker:
        post("premier")
        first = becomes(server, 1)
        post("second")
        second = becomes(server, 2)
        time.sleep(1.5)

    assert (first, second, len(server.received)) == (True, True, 2), (tmp_path / "log").read_text()
    assert states(node) == [("sent", 1), ("sent", 1)]
    assert worker.returncode == 0


def test_a_refusal_in_one_round_does_not_stop_the_next(tmp_path: Path) -> None:
    node = new_node(tmp_path / "node")

    with poster(node) as post, mail_server("450", "accept") as server, at_work(node, server, tmp_path / "log"):
        post("refusé pour un temps")
        end = time.monotonic() + 40
        while time.monotonic() < end and not server.conversations:
            time.sleep(0.1)
        post("pris")
        taken = becomes(server, 1)

    assert taken, (tmp_path / "log").read_text()
    assert sorted(states(node)) == [("queued", 1), ("sent", 1)]
