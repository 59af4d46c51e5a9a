"""Writing the register of organisations: loading the reference list, adding those that files name."""

from collections.abc import Mapping
from itertools import count
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import polars as pl
from django.db import transaction
from django.utils.text import slugify

from concertation.apps.organisations.models import Organisation, OrganisationSpelling
from concertation.core.sharing import Sensitivity
from concertation.core.spelling import fold

REGISTER = uuid5(NAMESPACE_URL, "urn:concertation:organisations")
FRAMEWORK = "AES"
REFRESHED = ["acronym", "name_fr", "name_en", "org_type", "sort_key"]


@transaction.atomic
def load_organisations(table: pl.DataFrame) -> None:
    """Load the organisations of the reference set with their spellings; loading again changes nothing.

    Columns in: organisation, name_fr, name_en, acronym, org_type, aliases (`|` between them).
    """
    lines = table.to_dicts()
    rows = [_organisation(line) for line in lines]
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
    found = dict(OrganisationSpelling.objects.filter(folded__in=written["organisation_key"]).values_list("folded", "organisation_id"))
    fresh = [line for line in written.to_dicts() if line["organisation_key"] not in found]
    taken = set(Organisation.objects.values_list("slug", flat=True))
    for line in fresh:
        organisation = _new_organisation(line, taken, sensitivity=sensitivity, owner_state=owner_state)
        taken.add(organisation.slug)
        organisation.save(force_insert=True)
        found[line["organisation_key"]] = organisation.pk
        for folded, written_as in _ways_written(line).items():
            OrganisationSpelling.objects.create(organisation=organisation, written=written_as[:240], folded=folded[:240], author=author)
    return {key: _survivor(pk) for key, pk in found.items()}


def _survivor(pk: UUID) -> UUID:
    """Where an organisation went after mergers."""
    merged = Organisation.objects.filter(pk=pk).values_list("merged_into_id", flat=True).first()
    return _survivor(merged) if merged else pk


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
