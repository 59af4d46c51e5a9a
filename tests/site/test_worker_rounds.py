"""The worker itself sends what waits, round after round, on a node of its own with a mail server on the loopback. Synthetic."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from separate_node import SeparateNode, new_node
from smtp_server import MailServer, mail_server

POST = """
import sys, django; django.setup()
from datetime import timedelta
from django.utils import timezone
from concertation.apps.access.models import User
from concertation.apps.ground.commands import post_message
user, _made = User.objects.get_or_create(email="reporter@concertation.example", defaults={"name": "Synthetic"})
post_message(str(user.pk), state="NER", about="reminder", subject=("Sujet", "Subject"), body=("Corps " + sys.argv[1], "Body"), useful_until=timezone.now() + timedelta(days=3))
"""
WORK = """
import django; django.setup()
from django.core.management import call_command
from concertation.site import reminding
reminding.EVERY_SECONDS = 0.3
call_command("work")
"""


def post(node: SeparateNode, word: str) -> None:
    """Put a message in the outbox from another process."""
    subprocess.run([sys.executable, "-c", POST, word], env=node.surroundings, check=True)


@contextmanager
def at_work(node: SeparateNode, server: MailServer, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The worker of a node that sends through a server, its rounds a hundred times as quick."""
    mail = {"CONCERTATION_SMTP_HOST": "127.0.0.1", "CONCERTATION_SMTP_PORT": str(server.port), "CONCERTATION_SMTP_TLS": "0"}
    with log.open("wb") as told:
        running = subprocess.Popen([sys.executable, "-c", WORK], env={**node.surroundings, **mail}, stdout=told, stderr=told)
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
    post(node, "premier")

    with mail_server("accept") as server, at_work(node, server, tmp_path / "log") as worker:
        first = becomes(server, 1)
        post(node, "second")
        second = becomes(server, 2)
        time.sleep(1.5)

    assert (first, second, len(server.received)) == (True, True, 2), (tmp_path / "log").read_text()
    assert states(node) == [("sent", 1), ("sent", 1)]
    assert worker.returncode == 0


def test_a_refusal_in_one_round_does_not_stop_the_next(tmp_path: Path) -> None:
    node = new_node(tmp_path / "node")
    post(node, "refusé pour un temps")

    with mail_server("450", "accept") as server, at_work(node, server, tmp_path / "log"):
        end = time.monotonic() + 40
        while time.monotonic() < end and not server.conversations:
            time.sleep(0.1)
        post(node, "pris")
        taken = becomes(server, 1)

    assert taken, (tmp_path / "log").read_text()
    assert sorted(states(node)) == [("queued", 1), ("sent", 1)]
