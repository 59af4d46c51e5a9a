"""Reading places: States, divisions, units over time, the gazetteer for matching, the boundaries a map may use.

Places are public reference facts: no row here has a holder, so nothing is guarded. People's answers carry their author.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from uuid import UUID

import polars as pl
from django.db.models import Case, Count, Max, Q, QuerySet, When

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
from concertation.core.places import Gazetteer
from concertation.core.spelling import fold

UNIT_CODE_SCHEME = "ocha-cod"
SHIPPED_BY = "node"


@dataclass(frozen=True, slots=True)
class Step:
    """One place of a breadcrumb: AES > Niger > Tillabéri > Téra."""

    unit: AdminUnit
    is_last: bool


def states() -> QuerySet[State]:
    """Every State of the framework: members first, then invited ones and observers."""
    rank = Case(When(status="member", then=0), When(status="invited", then=1), default=2)
    return State.objects.annotate(rank=rank).order_by("rank", "-has_units", "name_fr")


def states_with_units() -> list[State]:
    """The States whose administrative units are held."""
    return list(State.objects.filter(has_units=True).order_by("name_fr"))


def state_names() -> dict[str, str]:
    """The name of each State in the reader's language, by its code."""
    return {state.iso3: state.name for state in State.objects.all()}


def state(iso3: str) -> State | None:
    """One State."""
    return State.objects.filter(pk=iso3).first()


def divisions(state: str) -> list[Division]:
    """The divisions of a State, the newest first."""
    return list(Division.objects.filter(state_id=state).select_related("state").order_by("-valid_from"))


def divisions_of_all() -> dict[str, list[Division]]:
    """The divisions of every State, the newest first. One query."""
    found: dict[str, list[Division]] = {}
    for each in Division.objects.select_related("state").order_by("-valid_from"):
        found.setdefault(each.state_id, []).append(each)
    return found


def division(division_id: str) -> Division | None:
    """One division, with its State."""
    return Division.objects.select_related("state").filter(pk=division_id).first()


def division_named(division: str) -> Division:
    """A division by its id."""
    return Division.objects.get(pk=division)


def division_on(state: str, day: date) -> Division | None:
    """The division in force on a day."""
    begun = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
    not_ended = Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    return Division.objects.filter(begun & not_ended, state_id=state).order_by("-valid_from").first()


def unit(unit_id: str) -> AdminUnit | None:
    """One unit by our own id."""
    return AdminUnit.objects.select_related("state").filter(pk=unit_id).first()


def units_held(unit_ids: Iterable[str]) -> dict[str, AdminUnit]:
    """These units by id."""
    return AdminUnit.objects.in_bulk(set(unit_ids))


def units_called(state: str, searched: str, *, most: int) -> list[AdminUnit]:
    """Units of a State whose name, or another name of theirs, holds the words looked for; the widest first."""
    named = Q(sort_key__contains=fold(searched)) | Q(names__name__icontains=searched.strip())
    return list(AdminUnit.objects.filter(named, state_id=state).distinct().order_by("level", "sort_key")[:most])


def is_unit_of(unit_id: str, state: str) -> bool:
    """Whether an id is a unit of a State."""
    return AdminUnit.objects.filter(pk=unit_id, state_id=state).exists()


def units_of(state: str, level: int, division: str) -> list[AdminUnit]:
    """The units of one level in one division, in alphabetical order; a State without that division has none."""
    if level == 0:
        return list(AdminUnit.objects.filter(state_id=state, level=0))
    return list(AdminUnit.objects.filter(state_id=state, level=level, parents__division_id=division).order_by("sort_key"))


def children(unit_id: str, division: str) -> list[AdminUnit]:
    """The units directly below a unit in a division."""
    return list(AdminUnit.objects.filter(parents__parent_id=unit_id, parents__division_id=division).order_by("sort_key"))


def trail(of: AdminUnit, division: str) -> list[Step]:
    """The unit and what it lies in, from the State down."""
    lines = dict(UnitParent.objects.filter(unit__state_id=of.state_id, division_id=division).values_list("unit_id", "parent_id"))
    path, at = [of.pk], of.pk
    while at in lines:
        at = lines[at]
        path.append(at)
    held = AdminUnit.objects.in_bulk(path)
    return [Step(held[pk], pk == of.pk) for pk in reversed(path)]


def codes_of(unit_id: str) -> list[UnitCode]:
    """Every code by which a unit is or was called."""
    return list(UnitCode.objects.filter(unit_id=unit_id).order_by("scheme", "code"))


def names_of(unit_id: str) -> list[UnitName]:
    """Every name and spelling of a unit."""
    return list(UnitName.objects.filter(unit_id=unit_id).order_by("kind", "name"))


def pcodes(unit_ids: Sequence[str]) -> dict[str, str]:
    """The current OCHA p-code of each unit that has one."""
    held = UnitCode.objects.filter(unit_id__in=unit_ids, scheme=UNIT_CODE_SCHEME, valid_to__isnull=True)
    return dict(held.values_list("unit_id", "code"))


def gazetteer() -> Gazetteer:
    """The gazetteer with every remembered answer; built once until places or answers change."""
    answers = RememberedName.objects.aggregate(newest=Max("at"), held=Count("pk"))
    return _gazetteer(AdminUnit.objects.count(), UnitName.objects.count(), f"{answers['held']} {answers['newest']}")


@lru_cache(maxsize=1)
def _gazetteer(units: int, names: int, newest_answer: str) -> Gazetteer:
    return Gazetteer.of(
        _frame(AdminUnit.objects.all(), {"unit": "id", "state": "state_id", "level": "level", "kind": "kind", "name_fr": "name_fr",
               "name_en": "name_en", "valid_from": "valid_from", "valid_to": "valid_to"}),
        _frame(UnitName.objects.all(), {"unit": "unit_id", "name": "name", "language": "language", "kind": "kind",
               "valid_from": "valid_from", "valid_to": "valid_to"}),
        _frame(UnitCode.objects.all(), {"unit": "unit_id", "scheme": "scheme", "code": "code", "valid_from": "valid_from", "valid_to": "valid_to"}),
        _frame(UnitParent.objects.all(), {"unit": "unit_id", "division": "division_id", "parent": "parent_id"}),
        remembered_names(),
        divisions=_frame(Division.objects.all(), {"division": "id", "valid_from": "valid_from", "valid_to": "valid_to"}),
    )


def remembered_names() -> pl.DataFrame:
    """People's answers: columns state, level, text, context, unit."""
    columns = {"state": "state", "level": "level", "text": "folded", "context": "context", "unit": "unit_id"}
    return _frame(RememberedName.objects.order_by("at"), columns)


def names_remembered(settled_in: Collection[str], *, state: str = "", searched: str = "") -> QuerySet[RememberedName]:
    """The written names settled in some States, and those of the reference set, the newest first; of one State, and holding the words looked for.

    What people settled stood in files that not everybody may read: it is told State by State.
    """
    held = RememberedName.objects.select_related("unit").filter(Q(state__in=settled_in) | Q(author=REFERENCE_SET)).order_by("-at")
    held = held.filter(state=state) if state else held
    return held.filter(Q(folded__contains=fold(searched)) | Q(unit__sort_key__contains=fold(searched))) if fold(searched) else held


def crosswalks() -> pl.DataFrame:
    """Every crosswalk: columns as in `reference/crosswalks.csv`."""
    fields = ["from_unit", "to_unit", "from_division", "to_division"]
    columns = {name: f"{name}_id" for name in fields} | {name: name for name in ("weight", "weight_kind", "source", "source_status")}
    return _frame(Crosswalk.objects.order_by("pk"), columns)


def parents_frame() -> pl.DataFrame:
    """Unit, division, parent for every unit of every division."""
    return _frame(UnitParent.objects.order_by("pk"), {"unit": "unit_id", "division": "division_id", "parent": "parent_id"})


SCHEMA = {"level": pl.Int64, "weight": pl.Float64, "valid_from": pl.Date, "valid_to": pl.Date}


def _frame(rows: QuerySet[AdminUnit] | QuerySet[UnitName] | QuerySet[UnitCode] | QuerySet[UnitParent] | QuerySet[Division] | QuerySet[Crosswalk] | QuerySet[RememberedName], columns: dict[str, str]) -> pl.DataFrame:
    schema = {name: SCHEMA.get(name, pl.Utf8) for name in columns}
    return pl.DataFrame(list(rows.values_list(*columns.values())), schema=schema, orient="row")


def boundaries(division: str, level: int) -> BoundarySet | None:
    """The boundaries its State approved for a level of a division."""
    return BoundarySet.objects.filter(division_id=division, level=level, approved_at__isnull=False).first()


def boundary_sets(state: str) -> QuerySet[BoundarySet]:
    """Every set of boundaries held for a State."""
    return BoundarySet.objects.filter(state_id=state).select_related("division").order_by("division", "level", "-brought_at")


def boundaries_by_digest(digest: str) -> BoundarySet | None:
    """A set of boundaries by the hash of its content."""
    return BoundarySet.objects.filter(digest=digest).first()


def units_frame(state: str) -> pl.DataFrame:
    """Unit and level of every unit of a State."""
    return _frame(AdminUnit.objects.filter(state_id=state), {"unit": "id", "level": "level"})


def boundaries_in_use(division: str, level: int) -> BoundarySet | None:
    """The boundaries a map draws: those the State approved, else those shipped with the product, never another's draft."""
    shipped = BoundarySet.objects.filter(division_id=division, level=level, brought_by=SHIPPED_BY).order_by("-brought_at").first()
    return boundaries(division, level) or shipped


def levels_in_use(division: str) -> list[int]:
    """The levels of a division of which boundaries are in use, the coarsest first."""
    in_use = Q(approved_at__isnull=False) | Q(brought_by=SHIPPED_BY)
    return sorted(BoundarySet.objects.filter(in_use, division_id=division).values_list("level", flat=True).distinct())


def sets_in_use(sets: Sequence[BoundarySet]) -> list[BoundarySet]:
    """Of some sets, those that maps draw."""
    drawn = {(held.division_id, held.level) for held in sets}
    in_use = (boundaries_in_use(division, level) for division, level in sorted(drawn))
    return [held for held in in_use if held is not None]


def boundary_set(set_id: UUID) -> BoundarySet | None:
    """One set of boundaries."""
    return BoundarySet.objects.select_related("division", "state").filter(pk=set_id).first()


def boundary_geometry(digest: str) -> bytes:
    """The GeoJSON of a set of boundaries by the hash of its content; empty when it is not held."""
    held = BoundarySet.objects.filter(digest=digest).values_list("geometry", flat=True).first()
    return bytes(held or b"")


def successors(unit_id: str) -> list[Crosswalk]:
    """What became of a unit: its shares in units of later divisions."""
    lines = Crosswalk.objects.filter(from_unit_id=unit_id).select_related("to_unit", "from_division", "to_division")
    return [line for line in lines.order_by("to_division", "weight_kind", "-weight") if _goes_forward(line)]


def predecessors(unit_id: str) -> list[Crosswalk]:
    """What a unit was made of: the shares of units of earlier divisions that lie in it."""
    lines = Crosswalk.objects.filter(to_unit_id=unit_id).select_related("from_unit", "from_division", "to_division")
    return [line for line in lines.order_by("from_division", "weight_kind", "-weight") if _goes_forward(line)]


def _goes_forward(line: Crosswalk) -> bool:
    """Whether a crosswalk leads from an earlier division to a later one; a division without a first day is the earliest."""
    return (line.from_division.valid_from or date.min) < (line.to_division.valid_from or date.min)


def parents_of(unit_id: str) -> list[UnitParent]:
    """Where a unit stands in each division it belongs to, the newest division first."""
    return list(UnitParent.objects.filter(unit_id=unit_id).select_related("division", "parent").order_by("-division__valid_from"))


def units_listed(state: str, level: int, division: str) -> list[UnitParent]:
    """The units of one level in one division with their parents, in alphabetical order."""
    held = UnitParent.objects.filter(unit__state_id=state, unit__level=level, division_id=division)
    return list(held.select_related("unit", "parent").order_by("unit__sort_key"))


def unit_counts(state: str = "") -> dict[tuple[str, int], int]:
    """How many units each division of a State, or of every State, holds at each level."""
    within = UnitParent.objects.filter(unit__state_id=state) if state else UnitParent.objects.all()
    held = within.values_list("division_id", "unit__level")
    return {(division, level): count for division, level, count in held.annotate(count=Count("pk"))}
