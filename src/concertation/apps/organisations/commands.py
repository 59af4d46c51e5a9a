"""Writing the register of organisations: loading the reference list, adding those that files name, and a person's acts.

A merge moves no row: rows keep the organisation they were brought in with and are read as the one it now is, so that taking a
merge back gives everything back. Each act is journalled in the framework's chain; rows that count otherwise after it are noted
in their State's chain by the app that holds them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import polars as pl
from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.text import slugify

from concertation.apps.ground.commands import journal
from concertation.apps.ground.editing import Conflict
from concertation.apps.organisations.models import KeptApart, Organisation, OrganisationMerge, OrganisationSpelling
from concertation.apps.organisations.rows import KEEPERS
from concertation.core.sharing import Mandate, Sensitivity
from concertation.core.spelling import fold

REGISTER = uuid5(NAMESPACE_URL, "urn:concertation:organisations")
FRAMEWORK = "AES"
NAMES = ("acronym", "name_fr", "name_en", "org_type")
REFRESHED = [*NAMES, "sort_key"]


class NotPossible(Exception):
    """The act no longer makes sense as the register stands: `code` says why, `organisation` which one stands in the way."""

    def __init__(self, code: str, organisation: Organisation) -> None:
        super().__init__(f"{code}: {organisation.slug}")
        self.code, self.organisation = code, organisation


@dataclass(frozen=True, slots=True)
class Names:
    """What an organisation is called and of which type it is, as a person writes it."""

    acronym: str
    name_fr: str
    name_en: str
    org_type: str

    def as_texts(self) -> dict[str, str]:
        """Field -> text, without outer blanks."""
        return {name: str(getattr(self, name)).strip() for name in NAMES}


@transaction.atomic
def load_organisations(table: pl.DataFrame) -> None:
    """Load the organisations of the reference set with their spellings; loading again changes nothing.

    Names that a person corrected stay as corrected. Columns in: organisation, name_fr, name_en, acronym, org_type, aliases (`|` between them).
    """
    lines = table.to_dicts()
    corrected = set(Organisation.objects.filter(version__gt=1).values_list("slug", flat=True))
    rows = [_organisation(line) for line in lines if line["organisation"] not in corrected]
    Organisation.objects.bulk_create(rows, update_conflicts=True, unique_fields=["slug"], update_fields=REFRESHED)
    held = dict(Organisation.objects.values_list("slug", "pk"))
    spellings = [
        OrganisationSpelling(id=uuid5(REGISTER, f"{line['organisation']}|{folded}"), organisation_id=held[line["organisation"]], folded=folded, written=text, kind=kind)
        for line in lines
        for folded, (text, kind) in _spellings(line).items()
    ]
    OrganisationSpelling.objects.bulk_create(spellings, batch_size=500, ignore_conflicts=True)


def _organisation(line: Mapping[str, Any]) -> Organisation:
    slug = line["organisation"]
    texts = {name: line[name] or "" for name in ("acronym", "name_fr", "name_en", "org_type")}
    shown = texts["acronym"] or texts["name_fr"] or texts["name_en"] or slug
    return Organisation(
        id=uuid5(REGISTER, slug), slug=slug, owner_state=FRAMEWORK, sensitivity=Sensitivity.PUBLIC.value, sort_key=fold(shown), **texts,
    )


def _spellings(line: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Folded form -> (as written, kind): the names and the acronym first, then the aliases."""
    written = [(line[name], name.split("_")[0]) for name in ("name_fr", "name_en", "acronym")]
    written += [(alias.strip(), "alias") for alias in (line["aliases"] or "").split("|")]
    found: dict[str, tuple[str, str]] = {}
    for text, kind in written:
        if text and fold(text):
            found.setdefault(fold(text), (text[:240], kind))
    return found


@transaction.atomic
def register_written(written: pl.DataFrame, *, sensitivity: str, owner_state: str, author: str) -> dict[str, UUID]:
    """The register's organisation for each key written in a file; one that is not known yet is added.

    Columns in: organisation_key, org_acronym, org_name, org_type (first spelling of each key). Nothing is merged by likeness:
    only an equal folded spelling leads to an organisation already held.
    """
    keys = written["organisation_key"].to_list()
    held = OrganisationSpelling.objects.filter(folded__in=keys).annotate(now=Coalesce("organisation__merged_into", "organisation"))
    found: dict[str, UUID] = dict(held.order_by("-at", "pk").values_list("folded", "now"))
    fresh = [line for line in written.to_dicts() if line["organisation_key"] not in found]
    taken = set(Organisation.objects.values_list("slug", flat=True))
    for line in fresh:
        organisation = _new_organisation(line, taken, sensitivity=sensitivity, owner_state=owner_state)
        taken.add(organisation.slug)
        organisation.save(force_insert=True)
        found[line["organisation_key"]] = organisation.pk
        for folded, written_as in _ways_written(line).items():
            OrganisationSpelling.objects.create(organisation=organisation, written=written_as[:240], folded=folded[:240], author=author)
    return found


def _new_organisation(line: Mapping[str, Any], taken: set[str], *, sensitivity: str, owner_state: str) -> Organisation:
    acronym, name = line.get("org_acronym") or "", line.get("org_name") or ""
    shown = acronym.strip() or name.strip()
    base = slugify(fold(shown))[:70] or "organisation"
    slug = next(candidate for number in count(1) if (candidate := base if number == 1 else f"{base}-{number}") not in taken)
    return Organisation(
        slug=slug, acronym=acronym.strip()[:60], name_fr=name.strip()[:240], org_type=line.get("org_type") or "", sort_key=fold(shown)[:240],
        owner_state=owner_state, sensitivity=sensitivity,
    )


def _ways_written(line: Mapping[str, Any]) -> dict[str, str]:
    texts = [text.strip() for text in (line.get("org_acronym"), line.get("org_name")) if text and fold(text)]
    return {fold(text): text for text in reversed(texts)} | {line["organisation_key"]: texts[0] if texts else line["organisation_key"]}


@transaction.atomic
def correct_names(organisation_id: UUID, names: Names, *, base_version: int, by: Mandate) -> Organisation:
    """Correct what an organisation is called; the new names lead to it from then on, the old ones still do.

    Raises Conflict (with what stands now) when somebody changed it since `base_version`.
    """
    organisation: Organisation = Organisation.objects.select_for_update().get(pk=organisation_id)
    if organisation.version != base_version:
        raise Conflict(organisation)
    before = {name: getattr(organisation, name) for name in NAMES}
    after = {name: text for name, text in names.as_texts().items() if text != before[name]}
    if not after:
        return organisation
    for name, text in after.items():
        setattr(organisation, name, text)
    organisation.sort_key, organisation.version = fold(str(organisation))[:240], organisation.version + 1
    organisation.save()
    for kind, text in ((name.removeprefix("name_"), text) for name, text in after.items() if name != "org_type" and fold(text)):
        _lead(organisation, text, kind=kind, by=by)
    journal("organisations.names-corrected", by, organisation=organisation.slug, before={name: before[name] for name in after}, after=after)
    if "org_type" in after:
        _count_anew(organisation.pk, by=by)
    return organisation


def _lead(organisation: Organisation, written: str, *, kind: str, by: Mandate) -> OrganisationSpelling:
    """Let what is written lead to an organisation, if it does not already."""
    texts = {"written": written[:240], "kind": kind, "author": by.person}
    return OrganisationSpelling.objects.get_or_create(organisation=organisation, folded=fold(written)[:240], defaults=texts)[0]


@transaction.atomic
def add_spelling(organisation_id: UUID, written: str, *, by: Mandate) -> OrganisationSpelling:
    """Let another spelling lead to an organisation, in every file to come.

    Raises NotPossible `spelling-taken` when it already leads to another one: that spelling is to be moved, or the two merged.
    """
    organisation = Organisation.objects.select_for_update().get(pk=organisation_id)
    taken = OrganisationSpelling.objects.filter(folded=fold(written)[:240]).exclude(organisation=organisation).select_related("organisation").first()
    if taken is not None:
        raise NotPossible("spelling-taken", taken.organisation)
    spelling = _lead(organisation, written.strip(), kind="alias", by=by)
    journal("organisations.spelling-added", by, organisation=organisation.slug, written=spelling.written)
    return spelling


@transaction.atomic
def move_spelling(spelling_id: UUID, *, to: UUID, by: Mandate) -> int:
    """A spelling belongs to another organisation; rows written so follow. Gives back how many rows did."""
    spelling = OrganisationSpelling.objects.select_for_update().select_related("organisation").get(pk=spelling_id)
    source, target = spelling.organisation, Organisation.objects.get(pk=to)
    if target.merged_into_id or target.pk == source.pk:
        raise NotPossible("cannot-take-it", target)
    _hand_over(spelling, target)
    moved = sum(keeper.follow_spelling(spelling.folded, source=source.pk, target=target.pk, by=by) for keeper in KEEPERS)
    journal("organisations.spelling-moved", by, written=spelling.written, before=source.slug, after=target.slug, rows=moved)
    if moved:
        _count_anew(source.pk, target.pk, by=by)
    return moved


def _hand_over(spelling: OrganisationSpelling, target: Organisation) -> None:
    if target.spellings.filter(folded=spelling.folded).exists():
        spelling.delete()
    else:
        spelling.organisation = target
        spelling.save()


@transaction.atomic
def merge(gone_id: UUID, kept_id: UUID, *, reason: str, by: Mandate) -> OrganisationMerge:
    """A person says two organisations are one: `gone` is read as `kept` from now on, and so is what was merged into it.

    Raises NotPossible `already-merged` when either already stands merged into another, or both are the same.
    """
    held = Organisation.objects.select_for_update().in_bulk([gone_id, kept_id])
    gone, kept = held[gone_id], held[kept_id]
    for each in (gone, kept):
        if each.merged_into_id or gone_id == kept_id:
            raise NotPossible("already-merged", each)
    made = OrganisationMerge.objects.create(gone=gone, kept=kept, reason=reason.strip()[:240], author=by.person)
    _bring_merges_home()
    journal("organisations.merged", by, gone=gone.slug, kept=kept.slug, merge=made.pk)
    _count_anew(gone.pk, kept.pk, by=by)
    return made


@transaction.atomic
def take_merge_back(merge_id: UUID, *, by: Mandate) -> OrganisationMerge:
    """A merge was a mistake: the organisation stands alone again with its rows; the merge stays in the history.

    Raises NotPossible `already-taken-back` when it no longer holds.
    """
    made = OrganisationMerge.objects.select_for_update().select_related("gone", "kept").get(pk=merge_id)
    if made.taken_back_at is not None:
        raise NotPossible("already-taken-back", made.gone)
    made.taken_back_at, made.taken_back_by = timezone.now(), by.person
    made.save()
    _bring_merges_home()
    journal("organisations.merge-taken-back", by, gone=made.gone.slug, kept=made.kept.slug, merge=made.pk)
    _count_anew(made.gone_id, made.kept_id, by=by)
    return made


def _bring_merges_home() -> None:
    """Point every organisation at the one that stands for it, as the merges that hold say."""
    into = dict(OrganisationMerge.objects.filter(taken_back_at__isnull=True).values_list("gone_id", "kept_id"))
    final = {gone: _survivor(gone, into) for gone in into}
    pointing = dict(Organisation.objects.filter(merged_into__isnull=False).values_list("pk", "merged_into_id"))
    for pk in final.keys() | pointing.keys():
        if final.get(pk) != pointing.get(pk):
            Organisation.objects.filter(pk=pk).update(merged_into=final.get(pk))


def _survivor(organisation: UUID, into: Mapping[UUID, UUID]) -> UUID:
    while organisation in into:
        organisation = into[organisation]
    return organisation


def _count_anew(*organisations: UUID, by: Mandate) -> None:
    for keeper in KEEPERS:
        keeper.count_anew(organisations, by=by)


@transaction.atomic
def keep_apart(first_id: UUID, second_id: UUID, *, by: Mandate) -> None:
    """A person says two organisations with like names are two: they are not offered for merging again."""
    first, second = sorted((first_id, second_id))
    _, created = KeptApart.objects.get_or_create(first_id=first, second_id=second, defaults={"author": by.person})
    if created:
        journal("organisations.kept-apart", by, first=first, second=second)
