"""Reading pledges takes the same few queries however many pledges, holders and lines there are; each giver is reminded of its own alone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from typer.testing import CliRunner

from access_steps import browser_of, person
from concertation.apps.ground.models import Message
from concertation.apps.mobilisation.models import (
    Instalment,
    Pledge,
    PledgeReceipt,
    Settlement,
    Statement,
    StatementLine,
)
from concertation.apps.mobilisation.receiving.queries import waiting_for
from concertation.apps.mobilisation.reminding import queries
from concertation.apps.mobilisation.reminding.commands import acting_for, all_masters, remind
from concertation.cli import app
from concertation.core.sharing import Mandate, Role
from concertation.site import reference

pytestmark = pytest.mark.django_db
HALF = 500_000
NIGER = [Mandate("test", Role.DATA_MANAGER, state="NER")]


@pytest.fixture
def niger() -> Client:
    reference.load_if_changed()
    return browser_of(person("niger", (Role.DATA_MANAGER, "NER")))


def promised(holders: list[str], *, due_in: int = 10) -> list[Pledge]:
    """A pledge in two halves for each holder, a tenth of it received."""
    today, first = timezone.localdate(), Pledge.objects.count()
    pledges = Pledge.objects.bulk_create(
        Pledge(reference=f"PR-2026-{first + at:03}", giver_type="company", amount_minor=2 * HALF, currency="XOF", pledged_on=today, owner_state="NER", holder=holder, sensitivity="restricted")
        for at, holder in enumerate(holders)
    )  # fmt: skip
    own = [{"pledge": each, "owner_state": each.owner_state, "holder": each.holder, "sensitivity": each.sensitivity} for each in pledges]
    halves = Instalment.objects.bulk_create(Instalment(**each, number=number, amount_minor=HALF, due_on=today + timedelta(days=due_in * number)) for each in own for number in (1, 3))
    receipts = PledgeReceipt.objects.bulk_create(PledgeReceipt(**each, received_on=today, amount_minor=HALF // 5, channel="bank", said_by="receiver", confirmed_on=today) for each in own)
    Settlement.objects.bulk_create(Settlement(receipt=receipt, instalment=half, amount_minor=HALF // 5) for receipt, half in zip(receipts, halves[::2], strict=True))
    return pledges


def stated(statement: Statement, pledges: list[Pledge]) -> None:
    """A line of a statement that names each pledge."""
    first, today = StatementLine.objects.count(), timezone.localdate()
    StatementLine.objects.bulk_create(
        StatementLine(statement=statement, row=first + at, day=today, amount_minor=HALF, currency="XOF", promised=each.reference, owner_state="NER", sensitivity="restricted") for at, each in enumerate(pledges)
    )


def queries_of(work: Callable[[], object]) -> int:
    """How many queries some work asks."""
    with CaptureQueriesContext(connection) as made:
        work()
    return len(made)


def read_for_reminders() -> list[object]:
    """Whatever a round of reminders reads."""
    today = timezone.localdate()
    due = queries.instalments_due([acting_for(*each) for each in all_masters()], today=today)
    return [due, queries.people_of({(entry.pledge.owner_state, entry.pledge.holder) for entry, _stood, _stage in due}, today)]


def test_every_reading_of_pledges_takes_as_many_queries_for_three_as_for_forty(niger: Client) -> None:
    statement = Statement.objects.create(sha256="0" * 64, read_on=timezone.localdate(), owner_state="NER", sensitivity="restricted")
    stated(statement, promised(["alpha", "beta", ""]))
    readings: dict[str, Callable[[], object]] = {
        "reminders": read_for_reminders, "statement": lambda: niger.get(f"/mobilisation/statements/{statement.pk}/"), "ledger": lambda: niger.get("/mobilisation/pledges/"),
        "settling": lambda: waiting_for(NIGER, str(Instalment.objects.values_list("pk", flat=True)[0]), state="NER", today=timezone.localdate()),
        "./run pledges": lambda: CliRunner().invoke(app, ["pledges", "--json"], catch_exceptions=False),
    }  # fmt: skip
    for work in readings.values():
        work()
    few = {name: queries_of(work) for name, work in readings.items()}
    stated(statement, promised([f"giver-{number}" for number in range(37)]))

    many = {name: queries_of(work) for name, work in readings.items()}

    assert many == few
    assert len(read_for_reminders()[0]) == 40  # type: ignore[arg-type]
    assert few["reminders"] == 7 and few["statement"] <= 12


def test_each_giver_is_reminded_of_its_own_pledges_alone_and_the_state_of_all(niger: Client) -> None:
    givers = {name: person(f"of-{name}", (Role.DONOR, "", name)) for name in ("alpha", "beta")}
    elsewhere = person("mali", (Role.DATA_MANAGER, "MLI"))
    promised(["alpha", "beta", "beta", ""])

    done = remind(timezone.localdate(), origin="")

    told_to = list(Message.objects.filter(about="reminder").values_list("person", flat=True))
    assert (done.instalments, done.messages) == (4, 7)
    assert [told_to.count(str(givers[name].pk)) for name in givers] == [1, 2] and str(elsewhere.pk) not in told_to


@pytest.mark.parametrize("sent", ["", "no id", "018f0000-0000-7000-8000-000000000000"])
def test_an_instalment_that_waits_for_nothing_is_not_found_to_settle(sent: str) -> None:
    promised([""])

    assert waiting_for(NIGER, sent, state="NER", today=timezone.localdate()) is None
