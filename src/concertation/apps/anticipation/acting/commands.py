"""From a threshold met to money and actions, or to standing down: each step a person's act under a mandate, one journal line a step.

Two different people confirm (or one, and the agreed hours pass without objection). Money is reserved the moment a window is
activated, from the amounts the signed framework names, and never beyond a cap it shares.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from concertation.apps.anticipation.models import ActionTaken, Activation, Confirmation, FrameworkVersion, Reservation
from concertation.apps.anticipation.queries import FrameworkInView, in_view, reserved, taken_from
from concertation.apps.funding.envelopes.commands import hold
from concertation.apps.funding.envelopes.queries import envelopes_for
from concertation.apps.ground.commands import journal
from concertation.core.anticipation.amounts import Left, drawn, release
from concertation.core.anticipation.watching import OPEN, delay_is_over
from concertation.core.money import in_minor_units
from concertation.core.sharing import Mandate, Role

NODE = "node"


class NotPossible(Exception):
    """The step no longer makes sense, or is not this person's: `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _locked(activation_id: UUID, *states: str) -> Activation:
    """An activation in one of these states, held for the length of the transaction. Raises NotPossible `moved-on` otherwise."""
    held: Activation = Activation.objects.select_for_update().get(pk=activation_id)
    if held.state not in states:
        raise NotPossible("moved-on")
    return held


@transaction.atomic
def confirm(activation_id: UUID, *, note: str, at: datetime, by: Mandate) -> Activation:
    """One person's confirmation: the first certifies the reading, the second, another person, activates.

    Raises NotPossible: `moved-on`, `not-signed` (the version nobody signed releases nothing), `not-in-force`, `same-person`.
    """
    held = _locked(activation_id, *OPEN)
    shown = in_view(held.framework)
    if shown.row.signed_at is None:
        raise NotPossible("not-signed")
    if shown.framework.status != "in-force":
        raise NotPossible("not-in-force")
    if held.confirmations.filter(person=by.person).exists():
        raise NotPossible("same-person")
    kind = "certify" if held.state == "met" else "approve"
    _confirm(held, kind, note=note, at=at, by=by)
    if kind == "certify":
        return _move(held, "certified", at=at, by=by, certified_at=at)
    return _activate(held, shown, at=at, by=by)


def _confirm(held: Activation, kind: str, *, note: str, at: datetime, by: Mandate) -> None:
    Confirmation.objects.create(activation=held, kind=kind, person=by.person, mandate=str(by), note=note.strip()[:400], at=at)


def _move(held: Activation, state: str, *, at: datetime, by: Mandate, **changes: object) -> Activation:
    """Bring an activation into a state, and journal that."""
    held.state, held.version = state, held.version + 1
    for name, value in changes.items():
        setattr(held, name, value)
    held.save()
    journal(
        f"anticipation.{state}", by, state=held.owner_state, unit=held.unit, period=str(held.season), at=at, framework=held.slug, window=held.window,
        activation=held.pk, sha256=held.framework.sha256,
    )  # fmt: skip
    return held


def _activate(held: Activation, shown: FrameworkInView, *, at: datetime, by: Mandate) -> Activation:
    """Activate: reserve the agreed money, list the agreed actions."""
    _move(held, "activated", at=at, by=by, activated_at=at)
    total = _reserve(held, shown, by=by)
    for place, action in enumerate(each for each in shown.framework.actions if each.window in ("", held.window)):
        ActionTaken.objects.create(
            activation=held, place=place, code=action.code, words_fr=action.words.fr, words_en=action.words.en, owner=action.owner,
            lead_days=action.lead_days, people=action.people,
        )  # fmt: skip
    if total:
        journal("anticipation.money-reserved", by, state=held.owner_state, period=str(held.season), at=at, framework=held.slug, window=held.window, activation=held.pk, minor_units=total)
    return held


def _reserve(held: Activation, shown: FrameworkInView, *, by: Mandate) -> int:
    """Reserve what the window releases, within the agreed amount, the shared cap and what named envelopes hold; gives back the minor units reserved."""
    money = shown.framework.money
    if money is None:
        return 0
    currency, sharers = money.envelope.currency, money.envelope.shared_with
    unit = in_minor_units(1, currency)
    states = {held.owner_state, by.state}
    list(FrameworkVersion.objects.select_for_update().filter(slug__in=(held.slug, *sharers)).order_by("pk"))  # two activations under one cap wait for each other
    taken = reserved([Mandate(NODE, Role.DATA_MANAGER, state=state) for state in sorted(states)], (held.slug, *sharers), held.season)
    own, others = taken.get(held.slug, 0) // unit, sum(taken.get(slug, 0) for slug in sharers) // unit
    readers = [Mandate(NODE, Role.DATA_MANAGER, state=state) for state in sorted(states)]
    every = envelopes_for(readers, held.slug, currency=currency, on=timezone.localdate(held.activated_at))
    hold(each.pk for each in every)
    left = [Left(str(each.pk), (each.amount_minor - taken_from(each.pk)) // unit) for each in every]
    named = {str(each.pk): each for each in every}
    rows = drawn(release(shown.framework, held.window, reserved_before=own, by_sharers=others), left)
    for place, row in enumerate(rows):
        envelope = named.get(row.envelope)
        Reservation.objects.create(
            activation=held, place=place, fund=envelope.name if envelope else money.envelope.fund, envelope=envelope, agency=row.agency, sector=row.sector, currency=currency,
            asked=row.asked * unit, given=row.given * unit,
        )  # fmt: skip
    return sum(row.given for row in rows) * unit


@transaction.atomic
def let_delay_pass(activations: Iterable[Activation], *, at: datetime) -> list[Activation]:
    """Activate what one person certified and nobody objected to within the agreed hours."""
    done = []
    for each in activations:
        shown = in_view(each.framework)
        if each.state == "certified" and shown.row.signed_at and shown.framework.status == "in-force" and delay_is_over(shown.framework, each.certified_at, at):
            held = _locked(each.pk, "certified")
            by = Mandate(NODE, Role.DATA_MANAGER, state=held.owner_state)
            _confirm(held, "no-objection", note="", at=at, by=by)
            done.append(_activate(held, shown, at=at, by=by))
    return done


@transaction.atomic
def stand_down(activation_id: UUID, *, reason: str, at: datetime, by: Mandate) -> Activation:
    """Stand an alert or a threshold down before anything was activated, or an activation found to be false; money not yet paid goes back.

    Raises NotPossible: `moved-on`, `no-reason`.
    """
    held = _locked(activation_id, "alert", *OPEN, "activated")
    return _end(held, "stood-down", reason=reason, at=at, by=by)


@transaction.atomic
def close(activation_id: UUID, *, reason: str, at: datetime, by: Mandate) -> Activation:
    """Close an activation once its money and actions are done; what was not paid goes back. Raises NotPossible: `moved-on`, `no-reason`."""
    return _end(_locked(activation_id, "activated"), "closed", reason=reason, at=at, by=by)


def _end(held: Activation, state: str, *, reason: str, at: datetime, by: Mandate) -> Activation:
    if not reason.strip():
        raise NotPossible("no-reason")
    held.reservations.filter(state="reserved").update(state="returned")
    return _move(held, state, at=at, by=by, reason=reason.strip()[:400], ended_at=at)


@transaction.atomic
def note_transfer(activation_id: UUID, place: int, *, at: datetime, by: Mandate) -> Reservation:
    """Note that an agency's money was paid. Raises NotPossible `moved-on`."""
    held = _locked(activation_id, "activated")
    line: Reservation | None = held.reservations.select_for_update().filter(place=place, state="reserved").first()
    if line is None:
        raise NotPossible("moved-on")
    line.state, line.transferred_at = "transferred", at
    line.save()
    journal("anticipation.money-transferred", by, state=held.owner_state, period=str(held.season), at=at, framework=held.slug, activation=held.pk, agency=line.agency, minor_units=line.given)
    return line


@transaction.atomic
def note_action(activation_id: UUID, place: int, *, at: datetime, by: Mandate) -> ActionTaken:
    """Note that an action began, or, when it already had, that it is done. Raises NotPossible `moved-on`."""
    held = _locked(activation_id, "activated")
    action: ActionTaken | None = held.actions.select_for_update().filter(place=place, done_at__isnull=True).first()
    if action is None:
        raise NotPossible("moved-on")
    step = "done" if action.started_at else "started"
    setattr(action, f"{step}_at", at)
    action.save()
    journal(f"anticipation.action-{step}", by, state=held.owner_state, period=str(held.season), at=at, framework=held.slug, activation=held.pk, action=action.code)
    return action
