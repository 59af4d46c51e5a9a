"""Reading the register of organisations: who is known, how each is written, what was merged, which may be one and the same.

Spellings met in files may tell where an organisation works; those without a mandate are shown and find by the published ones alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from concertation.apps.organisations.models import KeptApart, Organisation, OrganisationMerge, OrganisationSpelling
from concertation.apps.organisations.rows import KEEPERS
from concertation.core import organisations as core
from concertation.core.organisations import LikelySame, likely_same
from concertation.core.sharing import Mandate, Role
from concertation.core.spelling import fold

UNSTATED = "unstated"


@dataclass(frozen=True, slots=True)
class MayBeOne:
    """Two organisations that may be one, for a person to judge."""

    first: Organisation
    second: Organisation
    why: LikelySame


def organisations(mandates: Sequence[Mandate]) -> QuerySet[Organisation]:
    """The organisations a reader may see, those that were merged into another left out; in alphabetical order."""
    return Organisation.objects.visible_to(mandates).filter(merged_into__isnull=True).order_by("sort_key", "slug")


def own_names(mandates: Sequence[Mandate]) -> dict[str, frozenset[str]]:
    """The organisations a reader gives for (the donor's mandate), each with its folded names and spellings. No query without such a mandate."""
    slugs = {own.organisation for own in mandates if own.role is Role.DONOR and own.organisation}
    held = organisations(mandates).filter(slug__in=slugs).prefetch_related("spellings") if slugs else []
    return {each.slug: frozenset(filter(None, (fold(name) for name in (each.name_fr, each.name_en, each.acronym, *(written.written for written in each.spellings.all()))))) for each in held}


def register(mandates: Sequence[Mandate], *, search: str = "", org_type: str = "", state: str = "") -> QuerySet[Organisation]:
    """The register narrowed by a part of any name or spelling, a type, a State with rows the reader may see; with `ways`, its spellings."""
    found = organisations(mandates)
    if fold(search):
        found = found.filter(Q(sort_key__contains=fold(search)) | Exists(_written(mandates).filter(folded__contains=fold(search))))
    if org_type:
        found = found.filter(org_type="" if org_type == UNSTATED else org_type)
    for keeper in KEEPERS if state else ():
        found = found.filter(pk__in=keeper.named_in(mandates, state))
    open_ones = {} if mandates else {"author": ""}
    own, merged = (_at(relation, open_ones) for relation in ("spellings", "merged__spellings"))
    return found.annotate(ways=Count("spellings", filter=own, distinct=True) + Count("merged__spellings", filter=merged, distinct=True))


def _at(relation: str, conditions: Mapping[str, str]) -> Q | None:
    return Q(**{f"{relation}__{name}": value for name, value in conditions.items()}) if conditions else None


def published() -> Q:
    """Spellings of the reference set, which say nothing of where an organisation works."""
    return Q(author="")


def _written(mandates: Sequence[Mandate]) -> QuerySet[OrganisationSpelling]:
    """The spellings a reader may find by, of the organisation at hand and of those merged into it."""
    own = Q(organisation=OuterRef("pk")) | Q(organisation__merged_into=OuterRef("pk"))
    return OrganisationSpelling.objects.filter(own, Q() if mandates else published())


def organisation(mandates: Sequence[Mandate], slug: str) -> Organisation | None:
    """One organisation by the word in its address, merged ones too, if the reader may see it."""
    return Organisation.objects.visible_to(mandates).select_related("merged_into").filter(slug=slug).first()


def spellings(mandates: Sequence[Mandate], of: Organisation) -> QuerySet[OrganisationSpelling]:
    """Every way an organisation, and those merged into it, is written, as far as the reader may know them."""
    own = Q(organisation=of) | Q(organisation__merged_into=of)
    held = OrganisationSpelling.objects.filter(own, Q() if mandates else published())
    return held.select_related("organisation").order_by("folded", "organisation__sort_key")


def spelling(mandates: Sequence[Mandate], spelling_id: UUID) -> OrganisationSpelling | None:
    """One spelling, if the reader may see its organisation."""
    seen = Organisation.objects.visible_to(mandates)
    return OrganisationSpelling.objects.select_related("organisation").filter(pk=spelling_id, organisation__in=seen).first()


def merges(mandates: Sequence[Mandate], of: Organisation) -> QuerySet[OrganisationMerge]:
    """The merges in which an organisation, or one merged into it, had a part, newest first; those taken back too."""
    seen = Organisation.objects.visible_to(mandates)
    own = Q(gone=of) | Q(kept=of) | Q(kept__merged_into=of)
    return OrganisationMerge.objects.filter(own, gone__in=seen, kept__in=seen).select_related("gone", "kept").order_by("-at", "pk")


def merge(mandates: Sequence[Mandate], merge_id: UUID) -> OrganisationMerge | None:
    """One merge, if the reader may see both organisations."""
    seen = Organisation.objects.visible_to(mandates)
    return OrganisationMerge.objects.select_related("gone", "kept").filter(pk=merge_id, gone__in=seen, kept__in=seen).first()


def declared(mandates: Sequence[Mandate], ids: Sequence[UUID]) -> Mapping[UUID, Mapping[str, int]]:
    """Activities per State of these organisations (of every one when none is named), as the reader may see them."""
    found: dict[UUID, dict[str, int]] = {}
    for line in (line for keeper in KEEPERS for line in keeper.declared(mandates, ids)):
        states = found.setdefault(line.organisation, {})
        states[line.state] = states.get(line.state, 0) + line.activities
    return found


def types(mandates: Sequence[Mandate]) -> list[str]:
    """The types of organisation met in the register; empty text for those of which none is said."""
    return sorted(organisations(mandates).order_by().values_list("org_type", flat=True).distinct())


def may_be_one(mandates: Sequence[Mandate], *, about: Organisation | None = None) -> list[MayBeOne]:
    """Organisations with like names that nobody has judged yet, the most alike first; constant number of queries."""
    held = {str(each.pk): each for each in organisations(mandates)}
    apart = {frozenset((str(first), str(second))) for first, second in KeptApart.objects.values_list("first_id", "second_id")}
    wanted = str(about.pk) if about else ""
    return [
        MayBeOne(held[pair.first], held[pair.second], pair)
        for pair in likely_same(_core_register(held.values()))
        if frozenset((pair.first, pair.second)) not in apart and (not wanted or wanted in (pair.first, pair.second))
    ]


def _core_register(held: Iterable[Organisation]) -> core.Register:
    listed = list(held)
    written: dict[UUID, list[str]] = {}
    for pk, merged_into, text in OrganisationSpelling.objects.values_list("organisation_id", "organisation__merged_into", "written"):
        written.setdefault(merged_into or pk, []).append(text)
    return core.Register({}).added(
        core.Organisation(
            str(each.pk), name_fr=each.name_fr or None, name_en=each.name_en or None, acronym=each.acronym or None,
            aliases=tuple(written.get(each.pk, ())),
        )
        for each in listed
    )


def found_by(mandates: Sequence[Mandate], search: str, *, other_than: Organisation, most: int = 20) -> list[Any]:
    """Organisations a search finds, to choose one of them."""
    return list(register(mandates, search=search).exclude(pk=other_than.pk)[:most]) if fold(search) else []


def slugs_seen(mandates: Sequence[Mandate], slugs: Sequence[str]) -> list[str]:
    """Of some organisations, by the word in their address, those the reader may see."""
    return list(Organisation.objects.visible_to(mandates).filter(slug__in=slugs).values_list("slug", flat=True))
