"""Reading joint products, what each State said of them, and what waits for a reader's word or signature."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, CharField, F, QuerySet, TextField, Value, When
from django.db.models.functions import Cast

from concertation.apps.ground.models import visible_rows
from concertation.apps.sharing.models import JointProduct, JointSource, JointWord, Release, SharingAgreement
from concertation.core.sharing import Mandate, Role
from concertation.core.sharing.joint import Part, Verdict, Word, part_of, waits_for
from concertation.core.sharing.rounds import SPEAKS_FOR_A_STATE
from concertation.core.sharing.signing import SIGNERS


def products(mandates: Sequence[Mandate]) -> QuerySet[JointProduct]:
    """The joint products a reader may see, the newest first."""
    return JointProduct.objects.visible_to(mandates).filter(dropped_on__isnull=True).order_by("-proposed_on", "title")


def product(mandates: Sequence[Mandate], product_id: UUID) -> JointProduct | None:
    """One joint product."""
    return products(mandates).filter(pk=product_id).first()


def about(mandates: Sequence[Mandate], address: str) -> JointProduct | None:
    """The joint product that stands at an address of this node, the last one proposed. One query."""
    return products(mandates).filter(address=address).first()


@dataclass(frozen=True, slots=True)
class Reserved:
    """The part of a State that is blank in a joint product, since when; what it is about (a code) and its motive are empty where the reader may not see the product."""

    state: str
    on: date
    about: str = ""
    motive: str = ""


def reserved_at(mandates: Sequence[Mandate], address: str) -> tuple[Reserved, ...]:
    """The parts that States reserved in a joint product of an address of this node, until they say otherwise of a later one: blank for
    every reader, with the motive for whoever sees the product. One query."""
    is_seen = Case(When(visible_rows(mandates, prefix="product__"), then=Value(value=True)), default=Value(value=False), output_field=BooleanField())
    spoken = JointWord.objects.filter(product__address=address, product__dropped_on__isnull=True).annotate(is_seen=is_seen).order_by("product__proposed_on", "spoken_on")
    last = {each.state: each for each in spoken}
    return tuple(
        Reserved(state, each.spoken_on, each.motive_code if each.is_seen else "", each.motive if each.is_seen else "")
        for state, each in sorted(last.items()) if each.verdict == Verdict.RESERVES.value
    )  # fmt: skip


def words_of(held: Iterable[JointProduct]) -> dict[UUID, dict[str, JointWord]]:
    """What States said of products, by product and State. One query."""
    found: dict[UUID, dict[str, JointWord]] = {}
    for each in JointWord.objects.filter(product__in=[every.pk for every in held]):
        found.setdefault(each.product_id, {})[each.state] = each
    return found


def sources_of(held: Iterable[JointProduct]) -> dict[UUID, list[JointSource]]:
    """The releases that products rest on, in order. One query."""
    found: dict[UUID, list[JointSource]] = {}
    for each in JointSource.objects.filter(product__in=[every.pk for every in held]).order_by("node", "sequence"):
        found.setdefault(each.product_id, []).append(each)
    return found


def parts_of(held: JointProduct, words: Mapping[str, JointWord], today: date) -> dict[str, Part]:
    """How the part of each State stands."""
    return {
        state: part_of(Word(Verdict(words[state].verdict), words[state].motive) if state in words else None, until=held.silent_until, today=today) for state in held.states.split()
    }


def awaited(parts: Mapping[str, Part]) -> tuple[str, ...]:
    """The States whose word is still awaited."""
    return waits_for(parts)


def waiting_rows(mandates: Sequence[Mandate], today: date) -> list[QuerySet[Any]]:
    """What waits for a reader's word or signature, in the columns of what waits: products, drafts to sign, agreements to confirm."""
    speaking = sorted({own.state for own in mandates if own.role in SPEAKS_FOR_A_STATE and own.state and not own.organisation})
    told = [open_to(mandates, state, today) for state in speaking]
    for role in SIGNERS:
        for own in mandates:
            if own.role is role and own.state and not own.organisation:
                told.append(to_sign(mandates, own))
    return told + [to_confirm(mandates, own) for own in mandates if own.role is Role.RELEASE_AUTHORITY and own.state and not own.organisation]


def open_to(mandates: Sequence[Mandate], state: str, today: date) -> QuerySet[Any]:
    """Products about a State that it has not spoken of yet."""
    rows = JointProduct.objects.visible_to(mandates).filter(states__contains=state, published_on__isnull=True, dropped_on__isnull=True, silent_until__gte=today)
    return in_columns(rows.exclude(words__state=state), "joint", state=state, due="silent_until", who=F("title"))


def to_sign(mandates: Sequence[Mandate], own: Mandate) -> QuerySet[Any]:
    """Drafts that wait for the signature of a mandate, by its person."""
    rows = Release.objects.visible_to(mandates).filter(standing="draft", owner_state=own.state).exclude(signatures__role=own.role.value).exclude(signatures__person=own.person)
    if own.role is not SIGNERS[0]:
        rows = rows.filter(signatures__role=SIGNERS[0].value)
    return in_columns(rows, "release", state=own.state, due="expires_on", who=Cast("sequence", TextField()))


def to_confirm(mandates: Sequence[Mandate], own: Mandate) -> QuerySet[Any]:
    """Agreements that wait for the confirmation of a release authority who did not write them."""
    rows = SharingAgreement.objects.visible_to(mandates).filter(owner_state=own.state, confirmed_on__isnull=True, ended_on__isnull=True).exclude(written_by=own.person)
    return in_columns(rows, "agreement", state=own.state, due="ends_on", who=F("reference"))


def in_columns(rows: QuerySet[Any], what: str, *, state: str, due: str, who: Any) -> QuerySet[Any]:
    """Rows in the columns of what waits."""
    blank = Value("", output_field=CharField())
    named = {} if what == "release" else {"standing": blank}
    told: QuerySet[Any] = rows.annotate(
        what=Value(what), about=F("id"), state=Value(state), part=Cast(blank, TextField()), since=F(due), until=F(due), due=F(due), who=who, how=blank, **named,
    )
    return told
