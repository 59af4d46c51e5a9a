"""What `./run doctor --security` says of each thing that can be wrong, in both languages, with what to do."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from access_steps import person
from concertation.apps.sharing import commands
from concertation.apps.sharing.arriving import commands as arriving
from concertation.apps.sharing.nodes import commands as node_commands
from concertation.core.sharing import Mandate, Role
from concertation.site import health_security, node_keys
from concertation.site.findings import Finding
from node_samples import by, ring
from release_samples import note, seen

pytestmark = pytest.mark.django_db
BY = Mandate("terminal", Role.DATA_MANAGER, state="NER")
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    """A node's folder, private."""
    tmp_path.chmod(0o700)
    settings.HOME = tmp_path
    settings.SECOND_FACTOR = True
    commands.name_node("NER", by=BY, at=AT)
    return tmp_path


def found(code: str) -> Finding:
    """The finding of one thing."""
    return next(each for each in health_security.findings() if each.code == code)


def reached(settings: Any) -> None:
    """Other machines ask this node."""
    settings.ALLOWED_HOSTS = ["ner.invalid"]


def demonstration(settings: Any) -> None:
    """The demonstration account, on a node that others reach."""
    reached(settings)
    user = person("demo")
    user.email = settings.DEMONSTRATION_ADDRESS
    user.save()


def loose(settings: Any) -> None:
    """A private key that others read."""
    node_keys.made_key(node_keys.key_file("courier"))
    node_keys.key_file("courier").chmod(0o644)


def past(settings: Any) -> None:
    """Keys past their day."""
    node_commands.believe([by(ring("NER", expires_on=date(2026, 1, 1)))], by=BY, at=AT)


def twice(settings: Any) -> None:
    """Two things under one number."""
    node_commands.raise_alarm(node="MLI", subject="release", number=3, held="c" * 64, came="d" * 64, told_by="BFA", by=BY, at=AT)


def kept_too_long(settings: Any) -> None:
    """A release kept beyond its day."""
    arriving.take_in(note(node="MLI", expires_on="2026-01-01"), "e" * 64, seen(), by=BY, at=AT)


def no_factor(settings: Any) -> None:
    """No second factor is asked for."""
    settings.SECOND_FACTOR = False


def debugging(settings: Any) -> None:
    """The node shows its insides."""
    settings.DEBUG = True


WRONG: dict[str, Callable[[Any], None]] = {
    "https": reached, "demonstration": demonstration, "secrets-private": loose, "own-keys": past, "told-twice": twice, "releases-past": kept_too_long,
    "second-factor": no_factor, "debugging": debugging,
}  # fmt: skip


@pytest.mark.parametrize("code", WRONG)
def test_each_thing_that_is_wrong_is_told_with_what_to_do(code: str, settings: Any) -> None:
    before = found(code)
    WRONG[code](settings)
    told = found(code)

    assert (before.holds, told.holds) == (True, False)
    assert told.fr and told.en and told.do_fr and told.do_en


def test_advice_names_who_waits_what_lies_about_and_what_is_late() -> None:
    person("signer", (Role.RELEASE_AUTHORITY, "NER"))
    today = timezone.localdate()
    node_commands.believe([node_keys.first_statement("NER", today - timedelta(days=80)).signed], by=BY, at=AT)
    first, back = note(made_on="2026-01-01"), note(sequence=2, previous="a" * 64, withdraws="a" * 64, made_on="2026-01-02")
    for said, digest in ((first, "a" * 64), (back, "b" * 64)):
        commands.publish(commands.draft(said, digest, (), by=BY, at=AT), said, by=BY, at=AT)

    told = {each.code: each for each in health_security.findings()}

    assert {code for code, each in told.items() if each.advice} >= {"second-factor", "roots-away", "own-keys", "receipts-late", "https"}
    assert all(each.holds for each in told.values())
    assert "3" in told["roots-away"].en and "BFA" in told["receipts-late"].en and "1" in told["second-factor"].en
