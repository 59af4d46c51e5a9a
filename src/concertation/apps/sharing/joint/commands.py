"""Writing joint products: proposed and published by the secretariat, approved or reserved by each State; each act in the journal of who is concerned."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from concertation.apps.ground.commands import journal
from concertation.apps.ground.editing import ActRefused
from concertation.apps.sharing.joint.queries import parts_of, sources_of, words_of
from concertation.apps.sharing.models import JointProduct, JointSource, JointWord, Release
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate, Sensitivity
from concertation.core.sharing.joint import Verdict, silent_until, waits_for, wrong_with
from concertation.core.sharing.visibility import FRAMEWORK


class JointRefused(ActRefused):
    """An act on a joint product that cannot stand; carries the code of why and a value."""

    def __init__(self, code: str, value: str = "") -> None:
        super().__init__([Problem(code, value=value)])


@dataclass(frozen=True, slots=True)
class Proposal:
    """The words of a joint product."""

    kind: str
    title: str
    summary: str
    address: str
    states: tuple[str, ...]
    rests_on: tuple[Release, ...] = ()


@transaction.atomic
def propose(words: Proposal, *, on: date, by: Mandate) -> JointProduct:
    """Open a joint product to the States it speaks of. Raises JointRefused without any State."""
    if not words.states:
        raise JointRefused("joint-without-state")
    made: JointProduct = JointProduct.objects.create(
        owner_state=FRAMEWORK, sensitivity=Sensitivity.RESTRICTED.value, kind=words.kind, title=words.title, summary=words.summary, address=words.address, states=" ".join(words.states),
        proposed_on=on, silent_until=silent_until(on), proposed_by=by.person,
    )  # fmt: skip
    for each in words.rests_on:
        JointSource.objects.create(product=made, digest=each.digest, node=each.node, sequence=each.sequence)
    journal("sharing.joint-proposed", by, product=made.pk, kind=made.kind, states=made.states, silent_until=made.silent_until)
    return made


@transaction.atomic
def speak(product: JointProduct, state: str, verdict: Verdict, *, motive_code: str, motive: str, on: date, by: Mandate) -> JointWord:
    """A State approves a product, or reserves on it with a motive; it may speak again until it is published. Raises JointRefused."""
    held = JointProduct.objects.select_for_update().get(pk=product.pk)
    parts = parts_of(held, words_of([held]).get(held.pk, {}), on)
    code = "joint-published-already" if held.published_on else wrong_with(verdict, motive, part=parts[state])
    if code:
        raise JointRefused(code, held.silent_until.isoformat())
    reserved = verdict is Verdict.RESERVES
    told, _made = JointWord.objects.update_or_create(
        product=held, state=state,
        defaults={"verdict": verdict.value, "motive_code": motive_code if reserved else "", "motive": motive if reserved else "", "spoken_on": on, "spoken_by": by.person},
    )  # fmt: skip
    journal("sharing.joint-reserved" if reserved else "sharing.joint-approved", by, state=state, product=held.pk, motive=told.motive_code)
    return told


@transaction.atomic
def publish(product: JointProduct, *, on: date, by: Mandate) -> JointProduct:
    """Publish a product once no word is awaited; a reserved part leaves blank, with its motive. Raises JointRefused."""
    held: JointProduct = JointProduct.objects.select_for_update().get(pk=product.pk)
    parts = parts_of(held, words_of([held]).get(held.pk, {}), on)
    if stale := [f"{each.node} {each.sequence}" for each in sources_of([held]).get(held.pk, []) if each.is_stale]:
        raise JointRefused("joint-rests-on-what-fell", ", ".join(stale))
    if awaited := waits_for(parts):
        raise JointRefused("joint-word-awaited", ", ".join(awaited))
    if held.published_on is None:
        held.published_on, held.sensitivity = on, Sensitivity.PUBLIC.value
        held.save()
        journal("sharing.joint-published", by, product=held.pk, parts={state: part.value for state, part in parts.items()})
    return held


@transaction.atomic
def fall(digest: str, how: str, *, by: Mandate, at: datetime) -> int:
    """Mark every product that rests on a release as to be counted anew; gives back how many. Part of the act by which the release falls."""
    resting = JointSource.objects.filter(digest=digest, product__dropped_on__isnull=True).exclude(fell="withdrawn")
    products = list(resting.values_list("product_id", flat=True))
    resting.update(fell=how, fell_on=at.date(), recounted_on=None)
    for each in products:
        journal("sharing.joint-stale", by, at=at, product=each, release=digest, why=how)
    return len(products)


@transaction.atomic
def recount(product: JointProduct, *, on: date, by: Mandate) -> int:
    """Say that a product was counted anew without what fell; gives back of how many releases."""
    done = JointSource.objects.filter(product=product, recounted_on__isnull=True).exclude(fell="").update(recounted_on=on)
    if done:
        journal("sharing.joint-recounted", by, product=product.pk, releases=done)
    return done


@transaction.atomic
def drop(product: JointProduct, *, on: date, by: Mandate) -> bool:
    """Give a product up before it is published; False where it was published or dropped."""
    done = JointProduct.objects.filter(pk=product.pk, published_on__isnull=True, dropped_on__isnull=True).update(dropped_on=on)
    if done:
        journal("sharing.joint-dropped", by, product=product.pk)
    return bool(done)
