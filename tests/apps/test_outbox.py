"""Messages leave after the act: taken, refused for a while or for good, slow, cut off; nothing lost, nothing sent three times. Synthetic."""

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from access_steps import browser_of, person
from concertation.apps.access.models import User
from concertation.apps.ground import commands, outbox
from concertation.apps.ground.models import JournalLine, Message
from concertation.core.outbox import IN_HAND_AT_MOST, MOST_ATTEMPTS
from concertation.core.sharing import Role
from smtp_server import MailServer, mail_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def reporter() -> User:
    return person("reporter", (Role.REPORTER, "NER", "alpha"))


@pytest.fixture
def connect(settings: Any) -> Callable[[MailServer], None]:
    """Make the node send through a server."""

    def use(server: MailServer) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, False, 1

    return use


def posted(to: User) -> Message:
    return commands.post_message(
        str(to.pk), state="NER", about="reminder", subject=("Sujet synthétique", "Synthetic subject"), body=("Corps synthétique", "Synthetic body"),
        useful_until=timezone.now() + timedelta(days=3),
    )


def due_again(message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(due_at=timezone.now())


def test_a_message_that_is_taken_leaves_once_in_both_languages(reporter: User, connect: Any) -> None:
    message = posted(reporter)
    with mail_server("accept") as server:
        connect(server)
        sent = outbox.send_waiting(), outbox.send_waiting()

    message.refresh_from_db()
    mail = message_from_bytes(server.received[0])
    text = mail.get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert sent == (1, 0)
    assert (message.state, message.attempts, len(server.received)) == ("sent", 1, 1)
    assert mail["To"] == reporter.email
    assert str(message.pk) in str(mail["Message-ID"])
    assert text.index("Corps synthétique") < text.index("Synthetic body")


def test_a_passing_refusal_waits_and_is_tried_again(reporter: User, connect: Any) -> None:
    message = posted(reporter)
    with mail_server("450", "accept") as server:
        connect(server)
        outbox.send_waiting()
        message.refresh_from_db()
        waits = message.state, message.last_error, message.due_at > timezone.now()
        too_early = outbox.send_waiting()
        due_again(message)
        later = outbox.send_waiting()

    assert waits == ("queued", "450", True)
    assert (too_early, later, len(server.received)) == (0, 1, 1)


def test_a_lasting_refusal_is_not_tried_again(reporter: User, connect: Any) -> None:
    message = posted(reporter)
    with mail_server("550") as server:
        connect(server)
        outbox.send_waiting()
        due_again(message)
        outbox.send_waiting()

    message.refresh_from_db()
    assert (message.state, message.last_error, server.conversations) == ("failed", "550", 1)


@pytest.mark.parametrize("behaviour", ["slow", "drop"])
def test_a_server_that_is_slow_or_hangs_up_is_tried_again_but_not_for_ever(reporter: User, connect: Any, behaviour: str) -> None:
    message = posted(reporter)
    with mail_server(behaviour) as server:
        connect(server)
        outbox.send_waiting()
    message.refresh_from_db()
    first = message.state

    Message.objects.filter(pk=message.pk).update(attempts=MOST_ATTEMPTS - 1, due_at=timezone.now())
    outbox.send_waiting()  # nobody listens there any more
    message.refresh_from_db()

    assert (first, message.state) == ("queued", "failed")


def test_two_processes_never_send_it_both(reporter: User) -> None:
    message, now = posted(reporter), timezone.now()

    taken = [commands.take_in_hand(message.pk, at=now), commands.take_in_hand(message.pk, at=now)]

    assert [each is not None for each in taken] == [True, False]


def test_a_process_that_dies_before_the_note_sends_it_twice_at_most(reporter: User) -> None:
    message, now = posted(reporter), timezone.now()

    hands = [commands.take_in_hand(message.pk, at=now + (IN_HAND_AT_MOST + timedelta(seconds=1)) * turn) for turn in range(4)]

    message.refresh_from_db()
    assert [each is not None for each in hands] == [True, True, False, False]
    assert (message.state, message.last_error) == ("failed", "interrupted")


def test_an_act_that_fails_leaves_no_message(reporter: User) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        posted(reporter)
        raise RuntimeError

    assert not Message.objects.exists()


def test_what_is_of_no_use_any_more_does_not_leave(reporter: User, connect: Any) -> None:
    message = posted(reporter)
    Message.objects.filter(pk=message.pk).update(useful_until=timezone.now() - timedelta(hours=1))
    with mail_server("accept") as server:
        connect(server)
        outbox.send_waiting()

    message.refresh_from_db()
    assert (message.state, server.received) == ("lapsed", [])


def test_without_a_mail_server_it_waits_on_a_page_for_whoever_answers_for_the_state(reporter: User, settings: Any) -> None:
    settings.EMAIL_BACKEND, settings.SECOND_FACTOR = "django.core.mail.backends.dummy.EmailBackend", False
    message = posted(reporter)
    niger, mali = browser_of(person("niger", (Role.DATA_MANAGER, "NER"))), browser_of(person("mali", (Role.DATA_MANAGER, "MLI")))

    sent, page = outbox.send_waiting(), niger.get("/people/messages/")

    message.refresh_from_db()
    assert (sent, message.state, message.attempts) == (0, "queued", 0)
    assert "Corps synthétique" in page.content.decode()
    assert "Corps synthétique" not in mali.get("/people/messages/").content.decode()
    assert browser_of(reporter).get("/people/messages/").status_code == 403
    assert mali.post(f"/people/messages/{message.pk}/handed/").status_code == 404
    assert niger.post(f"/people/messages/{message.pk}/handed/").status_code == 302
    message.refresh_from_db()
    line = JournalLine.objects.get(act="access.message-handed")
    assert message.state == "handed"
    assert reporter.email.encode() not in bytes(line.facts)
    assert b"Corps" not in bytes(line.facts)
