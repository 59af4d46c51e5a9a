"""Writing places: loading the reference tables, remembering a person's answer, bringing in and approving boundaries."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl
from django.db import models, transaction
from django.utils import timezone

from concertation.apps.ground.commands import journal
from concertation.apps.places.models import (
    REFERENCE_SET,
    AdminUnit,
    BoundarySet,
    Crosswalk,
    Division,
    RememberedName,
    State,
    UnitCode,
    UnitName,
    UnitParent,
)
from concertation.core.sharing import Mandate
from concertation.core.spelling import fold

UNIT_FIELDS = ("name_fr", "name_en", "valid_from", "valid_to", "source", "source_status")


def put(model: type[models.Model], rows: Iterable[models.Model], *, key: str) -> None:
    """Insert rows, or bring those with the same key up to date."""
    fields = [field.attname for field in model._meta.concrete_fields if field.name != key]
    names = [field.name for field in model._meta.concrete_fields if field.attname in fields]
    model._default_manager.bulk_create(
        rows, batch_size=500, update_conflicts=True, unique_fields=[key], update_fields=names,
    )


def replace_all(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Empty a table that nothing points to and fill it again."""
    model._default_manager.all().delete()
    model._default_manager.bulk_create(rows, batch_size=1000)


def texts(line: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The named cells of a line, an empty text cell as an empty text."""
    return {name: line[name] if line[name] is not None else "" for name in names}


@transaction.atomic
def load_places(tables: Mapping[str, pl.DataFrame]) -> None:
    """Load States, divisions, units, parents, names, codes and crosswalks from the reference tables.

    Columns of each table: `formats.reference_set.COLUMNS`. Loading the same tables again changes nothing.
    """
    units = tables["units"].to_dicts()
    with_units = {line["state"] for line in units if line["level"] == 1}
    put(State, [_state(line, with_units) for line in tables["states"].to_dicts()], key="iso3")
    put(Division, [_division(line) for line in tables["divisions"].to_dicts()], key="id")
    put(AdminUnit, [_unit(line) for line in units], key="id")
    replace_all(UnitParent, [_parent(line) for line in tables["unit_parents"].to_dicts()])
    replace_all(UnitName, [_name(line) for line in tables["unit_names"].to_dicts()])
    replace_all(UnitCode, [_code(line) for line in tables["unit_codes"].to_dicts()])
    replace_all(Crosswalk, [_crosswalk(line) for line in tables["crosswalks"].to_dicts()])
    RememberedName.objects.bulk_create([_answer(line) for line in tables["remembered_places"].to_dicts()], ignore_conflicts=True)


def _answer(line: Mapping[str, Any]) -> RememberedName:
    """A reading settled by the reference set; a person's later answer to the same question stays."""
    return RememberedName(
        state=line["state"], level=line["level"], folded=line["text"], context=line["context"], unit_id=line["unit"], author=REFERENCE_SET,
    )


def _state(line: Mapping[str, Any], with_units: set[str]) -> State:
    plain = texts(line, "name_fr", "name_en", "status", "source")
    return State(iso3=line["iso3"], since=line["since"], until=line["until"], has_units=line["iso3"] in with_units, **plain)


def _division(line: Mapping[str, Any]) -> Division:
    plain = texts(line, "name_fr", "name_en", "source")
    return Division(
        id=line["division"], state_id=line["state"], valid_from=line["valid_from"], valid_to=line["valid_to"], **plain,
    )


def _unit(line: Mapping[str, Any]) -> AdminUnit:
    plain = texts(line, "kind", "name_fr", "name_en", "chef_lieu", "source", "source_status")
    return AdminUnit(
        id=line["unit"], state_id=line["state"], level=line["level"], valid_from=line["valid_from"],
        valid_to=line["valid_to"], latitude=line["latitude"], longitude=line["longitude"],
        sort_key=fold(str(line["name_fr"])), **plain,
    )


def _parent(line: Mapping[str, Any]) -> UnitParent:
    return UnitParent(
        unit_id=line["unit"], division_id=line["division"], parent_id=line["parent"], **texts(line, "note"),
    )


def _name(line: Mapping[str, Any]) -> UnitName:
    plain = texts(line, "name", "language", "kind", "source")
    return UnitName(unit_id=line["unit"], valid_from=line["valid_from"], valid_to=line["valid_to"], **plain)


def _code(line: Mapping[str, Any]) -> UnitCode:
    plain = texts(line, "scheme", "code", "source")
    return UnitCode(unit_id=line["unit"], valid_from=line["valid_from"], valid_to=line["valid_to"], **plain)


def _crosswalk(line: Mapping[str, Any]) -> Crosswalk:
    plain = texts(line, "weight_kind", "source", "source_status")
    return Crosswalk(
        from_unit_id=line["from_unit"], to_unit_id=line["to_unit"], from_division_id=line["from_division"],
        to_division_id=line["to_division"], weight=line["weight"], **plain,
    )


@transaction.atomic
def remember_name(*, state: str, level: int, written: str, context: str, unit: str, by: Mandate) -> RememberedName:
    """Keep a person's answer: this folded text, under this context, means this unit; a later answer replaces it."""
    remembered, _ = RememberedName.objects.update_or_create(
        state=state, level=level, folded=written, context=context,
        defaults={"unit_id": unit, "author": by.person, "at": timezone.now()},
    )
    journal("places.name-remembered", by, state=state, unit=unit, written=written, level=level, context=context)
    return remembered


@transaction.atomic
def forget_name(*, state: str, level: int, written: str, context: str, by: Mandate) -> bool:
    """Take a person's answer back: this text is a question again. False when no answer was kept."""
    kept = RememberedName.objects.filter(state=state, level=level, folded=written, context=context)
    unit = kept.values_list("unit_id", flat=True).first()
    if unit is None:
        return False
    kept.delete()
    journal("places.name-forgotten", by, state=state, unit=unit, written=written, level=level, context=context)
    return True


@transaction.atomic
def bring_boundaries(
    *, division: Division, level: int, geometry: bytes, source: str, licence: str, by: Mandate,
) -> BoundarySet:
    """Keep a set of boundaries under the SHA-256 of its geometry; it is used only once its State has approved it."""
    digest = hashlib.sha256(geometry).hexdigest()
    kept, created = BoundarySet.objects.get_or_create(
        division=division, level=level, digest=digest,
        defaults={"state": division.state, "geometry": geometry, "source": source, "licence": licence, "brought_by": by.person},
    )
    if created:
        journal("places.boundaries-brought", by, state=division.state_id, division=division.id, level=level, digest=digest)
    return kept


def rename_boundary_source(old: str, new: str) -> None:
    """The file that sets of boundaries were brought in with bears another name: its bytes were erased, and its name masked."""
    BoundarySet.objects.filter(source=old).update(source=new)


@transaction.atomic
def approve_boundaries(boundary_set: BoundarySet, *, by: Mandate) -> None:
    """The State approves the boundaries shown for it; an earlier approval of the same level gives way."""
    now = timezone.now()
    siblings = BoundarySet.objects.filter(division=boundary_set.division, level=boundary_set.level)
    siblings.exclude(pk=boundary_set.pk).update(approved_at=None, approved_by="")
    boundary_set.approved_at, boundary_set.approved_by = now, by.person
    boundary_set.save()
    journal(
        "places.boundaries-approved", by, state=boundary_set.state_id, division=boundary_set.division_id,
        level=boundary_set.level, digest=boundary_set.digest,
    )
