"""Writing appeals, their envelopes, meetings, pledges and instalments; each act one line of the journal, which holds no name and no text."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Sum

from concertation.apps.ground.commands import journal
from concertation.apps.ground.editing import ActRefused, held_at
from concertation.apps.ground.models import GuardedModel
from concertation.apps.mobilisation.models import (
    Appeal,
    Envelope,
    Instalment,
    Meeting,
    Pledge,
    PledgeReceipt,
    Settlement,
)
from concertation.core.mobilisation.checks import problems_of_pledge, problems_of_schedule, refusing
from concertation.core.mobilisation.ledger import Instalment as Part
from concertation.core.problems import Cell, Problem
from concertation.core.sharing import Mandate
from concertation.core.sharing.mobilising import holder_of

APPEAL_FIELDS = ("kind", "title_fr", "title_en", "purpose_fr", "purpose_en", "states", "sectors", "asked_minor", "currency", "opens_on", "closes_on", "document", "sensitivity")
MEETING_FIELDS = ("appeal_id", "title_fr", "title_en", "held_on", "place", "state", "outcome_fr", "outcome_en", "document", "sensitivity")
PLEDGE_FIELDS = (
    "appeal_id", "envelope_id", "meeting_id", "giver_type", "giver", "people", "country", "kind", "amount_minor", "currency", "what", "valued_by", "valued_on", "valued_how", "pledged_on",
    "states", "sectors", "document", "counted_publicly", "sensitivity",
)  # fmt: skip
TRIES = 5
RowT = TypeVar("RowT", bound=GuardedModel)


def refuse(*problems: Problem) -> None:
    """Raise ActRefused where any problem keeps an act from being done."""
    if wrong := refusing(problems):
        raise ActRefused(wrong)


def stored(row: RowT, words: Mapping[str, Any], fields: Sequence[str], *, by: Mandate, owner_state: str = "") -> RowT:
    """Put words into a row and store it, one version on; a new one under the two masters of its mandate."""
    for name in fields:
        setattr(row, name, words[name])
    if owner_state:
        row.owner_state, row.holder, row.version = owner_state, holder_of(by), 0
    row.version += 1
    row.save()
    return row


def of_span(first: date, last: date | None) -> Iterable[Problem]:
    """That a last day is not before the first."""
    if last is not None and last < first:
        yield Problem("appeal-closes-before-it-opens", Cell(), last.isoformat())


def of_asked(minor: int | None) -> Iterable[Problem]:
    """That an amount asked for is above nothing; none is allowed: then no figure is held."""
    if minor is not None and minor <= 0:
        yield Problem("pledge-amount-not-positive", Cell())


@transaction.atomic
def keep_appeal(words: Mapping[str, Any], *, owner_state: str, by: Mandate) -> Appeal:
    """Open an appeal or an envelope. Raises ActRefused."""
    refuse(*of_span(words["opens_on"], words["closes_on"]), *of_asked(words["asked_minor"]))
    row = stored(Appeal(), words, APPEAL_FIELDS, by=by, owner_state=owner_state)
    journal("mobilisation.appeal-opened", by, state=owner_state, appeal=row.pk, kind=row.kind)
    return row


@transaction.atomic
def correct_appeal(appeal_id: UUID, words: Mapping[str, Any], *, base_version: int, by: Mandate) -> Appeal:
    """Correct an appeal. Raises Conflict, ActRefused."""
    now = held_at(Appeal, appeal_id, base_version)
    refuse(*of_span(words["opens_on"], words["closes_on"]), *of_asked(words["asked_minor"]))
    if words["currency"] != now.currency and Envelope.objects.filter(appeal=now, withdrawn_on__isnull=True).exists():
        raise ActRefused([Problem("appeal-currency-with-envelopes", Cell(), now.currency)])
    row = stored(now, words, APPEAL_FIELDS, by=by)
    journal("mobilisation.appeal-corrected", by, state=row.owner_state, appeal=row.pk, version=row.version)
    return row


@transaction.atomic
def keep_envelope(appeal: Appeal, words: Mapping[str, Any], *, by: Mandate) -> Envelope:
    """Add a part to an appeal, under its masters and level. Raises ActRefused."""
    refuse(*of_asked(words["amount_minor"]))
    row: Envelope = Envelope.objects.create(appeal=appeal, owner_state=appeal.owner_state, holder=appeal.holder, sensitivity=appeal.sensitivity, **words)
    journal("mobilisation.envelope-added", by, state=appeal.owner_state, appeal=appeal.pk, envelope=row.pk, to=row.state, sector=row.sector)
    return row


@transaction.atomic
def keep_meeting(words: Mapping[str, Any], *, owner_state: str, by: Mandate) -> Meeting:
    """Call a pledging meeting."""
    row = stored(Meeting(), words, MEETING_FIELDS, by=by, owner_state=owner_state)
    journal("mobilisation.meeting-called", by, state=owner_state, meeting=row.pk, day=row.held_on.isoformat())
    return row


@transaction.atomic
def correct_meeting(meeting_id: UUID, words: Mapping[str, Any], *, base_version: int, by: Mandate) -> Meeting:
    """Correct a meeting, or say what came of it. Raises Conflict."""
    row = stored(held_at(Meeting, meeting_id, base_version), words, MEETING_FIELDS, by=by)
    journal("mobilisation.meeting-corrected", by, state=row.owner_state, meeting=row.pk, version=row.version)
    return row


def withdrawn(row: RowT, *, base_version: int, on: date | None, by: Mandate) -> RowT:
    """Withdraw an appeal, an envelope, a meeting or a pledge, or bring it back (`on` none). Raises Conflict, ActRefused."""
    with transaction.atomic():
        now = held_at(type(row), row.pk, base_version)
        if on is not None and isinstance(now, Pledge) and PledgeReceipt.objects.filter(pledge=now, taken_back_on__isnull=True).exists():
            raise ActRefused([Problem("pledge-with-receipts", Cell(), now.reference)])
        now.withdrawn_on, now.version = on, now.version + 1  # type: ignore[attr-defined]
        now.save()
        journal(f"mobilisation.{type(now).__name__.lower()}-{'withdrawn' if on else 'restored'}", by, state=now.owner_state, row=now.pk, version=now.version)
    return now


def wrong_with(words: Mapping[str, Any], *, today: date) -> tuple[Problem, ...]:
    """What is wrong with the words of a pledge."""
    return (*_of_envelope(words), *problems_of_pledge(
        giver_type=words["giver_type"], giver=words["giver"], kind=words["kind"], minor=words["amount_minor"], currency=words["currency"], pledged_on=words["pledged_on"], today=today,
        what=words["what"], valued_by=words["valued_by"], valued_on=words["valued_on"], texts=(words["valued_how"], words["document"]),
    ))  # fmt: skip


def _of_envelope(words: Mapping[str, Any]) -> Iterable[Problem]:
    """That an envelope is a part of the appeal named."""
    if words["envelope_id"] and str(Envelope.objects.filter(pk=words["envelope_id"]).values_list("appeal_id", flat=True).first()) != str(words["appeal_id"] or ""):
        yield Problem("envelope-of-another-appeal", Cell())


def keep_pledge(words: Mapping[str, Any], *, owner_state: str, due_on: date | None, today: date, by: Mandate) -> Pledge:
    """Record a pledge; `due_on` promises it whole for one day. Two at once take two references. Raises ActRefused."""
    refuse(*wrong_with(words, today=today))
    whole = [Part(1, words["amount_minor"], due_on)] if due_on and words["amount_minor"] else []
    refuse(*problems_of_schedule(words["amount_minor"], whole, pledged_on=words["pledged_on"]))
    for _turn in range(TRIES - 1):
        try:
            return _kept(words, owner_state, whole, by)
        except IntegrityError:
            continue
    return _kept(words, owner_state, whole, by)


@transaction.atomic
def _kept(words: Mapping[str, Any], owner_state: str, whole: Sequence[Part], by: Mandate) -> Pledge:
    begun = f"PR-{words['pledged_on'].year}-"
    taken = [int(reference.removeprefix(begun)) for reference in Pledge.objects.filter(reference__startswith=begun).values_list("reference", flat=True)]
    row = stored(Pledge(reference=f"{begun}{max(taken, default=0) + 1:03d}"), words, PLEDGE_FIELDS, by=by, owner_state=owner_state)
    for each in whole:
        _instalment(row, each)
    journal("mobilisation.pledge-recorded", by, state=owner_state, pledge=row.pk, reference=row.reference, kind=row.kind, giver_type=row.giver_type)
    return row


def _instalment(row: Pledge, part: Part) -> Instalment:
    made: Instalment = Instalment.objects.create(
        pledge=row, number=part.number, amount_minor=part.minor, due_on=part.due_on, owner_state=row.owner_state, holder=row.holder, sensitivity=row.sensitivity,
    )  # fmt: skip
    return made


@transaction.atomic
def correct_pledge(pledge_id: UUID, words: Mapping[str, Any], *, base_version: int, today: date, by: Mandate) -> Pledge:
    """Correct a pledge; its instalments stay as they are, and follow its level. Raises Conflict, ActRefused."""
    now = held_at(Pledge, pledge_id, base_version)
    refuse(*wrong_with(words, today=today))
    receipts = PledgeReceipt.objects.filter(pledge=now)
    if words["currency"] != now.currency and (receipts.exists() or Instalment.objects.filter(pledge=now).exists()):
        raise ActRefused([Problem("pledge-currency-held", Cell(), now.currency)])
    dues = [Part(each.number, each.amount_minor, each.due_on) for each in Instalment.objects.filter(pledge=now)]
    refuse(*problems_of_schedule(None, dues, pledged_on=words["pledged_on"]))
    row = stored(now, words, PLEDGE_FIELDS, by=by)
    Instalment.objects.filter(pledge=row).update(sensitivity=row.sensitivity)
    receipts.update(sensitivity=row.sensitivity)
    journal("mobilisation.pledge-corrected", by, state=row.owner_state, pledge=row.pk, version=row.version, sensitivity=row.sensitivity)
    return row


@transaction.atomic
def set_instalments(pledge_id: UUID, parts: Sequence[Part], *, base_version: int, by: Mandate) -> Pledge:
    """Say in which instalments a pledge comes; what was settled of one stays settled. Raises Conflict, ActRefused."""
    now = held_at(Pledge, pledge_id, base_version)
    refuse(*problems_of_schedule(now.amount_minor, parts, pledged_on=now.pledged_on))
    wanted = {each.number: each for each in parts}
    for row in Instalment.objects.select_for_update().filter(pledge=now):
        _changed(row, wanted.pop(row.number, None))
    for each in wanted.values():
        _instalment(now, each)
    now.version += 1
    now.save()
    journal("mobilisation.instalments-set", by, state=now.owner_state, pledge=now.pk, instalments=len(parts), version=now.version)
    return now


def _changed(row: Instalment, part: Part | None) -> None:
    paid = Settlement.objects.filter(instalment=row, receipt__taken_back_on__isnull=True).aggregate(paid=Sum("amount_minor"))["paid"] or 0
    if paid > (part.minor if part else 0):
        raise ActRefused([Problem("instalment-settled-for-more", Cell(row=row.number), str(row.number))])
    if part is None:
        Settlement.objects.filter(instalment=row).delete()
        row.delete()
        return
    if (row.amount_minor, row.due_on) != (part.minor, part.due_on):
        row.amount_minor, row.due_on, row.version = part.minor, part.due_on, row.version + 1
        row.save()


@transaction.atomic
def take_back(pledge_id: UUID, *, why: str, on: date | None, base_version: int, by: Mandate) -> Pledge:
    """Note that a giver took a pledge back, with the reason given, or that it stands again (`on` none). Raises Conflict."""
    now = held_at(Pledge, pledge_id, base_version)
    now.taken_back_on, now.taken_back_why, now.version = on, why[:300] if on else "", now.version + 1
    now.save()
    journal(f"mobilisation.pledge-{'taken-back' if on else 'stands-again'}", by, state=now.owner_state, pledge=now.pk, version=now.version)
    return now
