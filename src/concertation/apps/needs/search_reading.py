"""Places as they are found: under every name and code they have or had, the widest and most peopled first.

They are offered from here because how many people live somewhere is a figure; the names and codes belong to the places below.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from django.db.models import Max
from django.utils import translation

from concertation.apps.needs.models import Figure
from concertation.apps.places.models import AdminUnit, UnitCode, UnitName, UnitParent
from concertation.apps.places.tables import kind_words
from concertation.apps.search.addresses import address_of
from concertation.apps.search.kinds import Thing
from concertation.core.sharing import Sensitivity

BETWEEN = " · "
OF_A_LEVEL, ENDED = 10_000, 40_000


def population_ranks() -> Mapping[str, int]:
    """Units by published population, the most peopled first."""
    told = Figure.objects.visible_to(()).filter(concept="population", sex="all", age="all", group="all", value__isnull=False)
    people = dict(told.values_list("unit_id").annotate(most=Max("value")).values_list("unit_id", "most"))
    return {unit: rank for rank, unit in enumerate(sorted(people, key=lambda unit: (-people[unit], unit)))}


def parents_now() -> Mapping[str, AdminUnit]:
    """What each unit lies in, in the newest division it stands in. Two queries."""
    units = AdminUnit.objects.in_bulk()
    lines = UnitParent.objects.values_list("division__valid_from", "pk", "unit_id", "parent_id")
    dated = sorted(lines, key=lambda line: (line[0] or date.min, line[1]))
    return {unit: units[parent] for _since, _line, unit, parent in dated}


def called(rows: Iterator[tuple[str, str]]) -> Mapping[str, list[str]]:
    """Unit -> what it is called."""
    found: dict[str, list[str]] = {}
    for unit, text in rows:
        found.setdefault(unit, []).append(text)
    return found


def words_of_kinds(language: str) -> Mapping[str, str]:
    """What kinds of unit are called in a language."""
    with translation.override(language):
        return {kind: str(words) for kind, words in kind_words().items()}


def places_as_things() -> Iterator[Thing]:
    """Every unit of administration. Places are public facts."""
    ranks, above = population_ranks(), parents_now()
    names = called(UnitName.objects.order_by("pk").values_list("unit_id", "name").iterator())
    codes = called(UnitCode.objects.order_by("pk").values_list("unit_id", "code").iterator())
    french, english = words_of_kinds("fr"), words_of_kinds("en")
    for unit in AdminUnit.objects.order_by("pk"):
        path = lies_in(unit, above)
        kinds = (french.get(unit.kind, unit.kind), english.get(unit.kind, unit.kind))
        until = "" if unit.valid_to is None else f"– {unit.valid_to.year}"
        weight = unit.level * OF_A_LEVEL + min(ranks.get(unit.pk, OF_A_LEVEL), OF_A_LEVEL - 1)
        yield Thing(
            key=unit.pk, owner_state=unit.state_id, holder="", sensitivity=Sensitivity.PUBLIC.value, title_fr=unit.name_fr, title_en=unit.name_en,
            address=address_of("unit", unit.pk), sort_key=unit.sort_key, names=(unit.name_fr, unit.name_en, *names.get(unit.pk, ()), *codes.get(unit.pk, ())),
            texts=kinds, also=(unit.chef_lieu, *(name for each in path for name in (each.name_fr, each.name_en))),
            context_fr=BETWEEN.join(filter(None, (kinds[0], *(each.name_fr for each in path), until))),
            context_en=BETWEEN.join(filter(None, (kinds[1], *(each.name_en for each in path), until))),
            state=unit.state_id, weight=weight if unit.valid_to is None else ENDED + weight // 2,
        )  # fmt: skip


def lies_in(unit: AdminUnit, above: Mapping[str, AdminUnit]) -> list[AdminUnit]:
    """What a unit lies in, from the nearest up to its State."""
    path: list[AdminUnit] = []
    while (parent := above.get(path[-1].pk if path else unit.pk)) and parent not in path:
        path.append(parent)
    return path
