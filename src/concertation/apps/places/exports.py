"""Taking places away: units of a division, what a unit is called and was, as CSV, HXL-tagged CSV, XLSX and GeoJSON."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from shapely.geometry import mapping

from concertation.apps.places.drawing import Drawing
from concertation.apps.places.models import AdminUnit, Crosswalk, Division, UnitCode, UnitName, UnitParent
from concertation.draw.tables import Column, Source, TakenTable
from concertation.formats import reference_set

Crossing = tuple[AdminUnit, Division, Crosswalk]
UNIT_COLUMNS = (
    Column(key="unit", heading_fr="Identifiant", heading_en="Identifier"),
    Column(key="pcode", heading_fr="Code OCHA", heading_en="OCHA code", tag="#adm+code"),
    Column(key="name_fr", heading_fr="Nom français", heading_en="French name", tag="#adm+name+fr"),
    Column(key="name_en", heading_fr="Nom anglais", heading_en="English name", tag="#adm+name+en"),
    Column(key="kind", heading_fr="Nature", heading_en="Kind"),
    Column(key="level", heading_fr="Niveau", heading_en="Level", numeric=True),
    Column(key="parent", heading_fr="Dans", heading_en="In"),
    Column(key="chef_lieu", heading_fr="Chef-lieu", heading_en="Chief town"),
    Column(key="latitude", heading_fr="Latitude", heading_en="Latitude", tag="#geo+lat", numeric=True),
    Column(key="longitude", heading_fr="Longitude", heading_en="Longitude", tag="#geo+lon", numeric=True),
    Column(key="valid_from", heading_fr="Depuis le", heading_en="Since"),
    Column(key="valid_to", heading_fr="Jusqu'au", heading_en="Until"),
    Column(key="source", heading_fr="Source", heading_en="Source", tag="#meta+source"),
)
NAME_COLUMNS = (
    Column(key="what", heading_fr="Ce que c'est", heading_en="What it is"),
    Column(key="scheme", heading_fr="Nature", heading_en="Kind"),
    Column(key="value", heading_fr="Nom, code ou unité", heading_en="Name, code or unit"),
    Column(key="weight", heading_fr="Part", heading_en="Share", numeric=True),
    Column(key="division", heading_fr="Découpage", heading_en="Division"),
    Column(key="valid_from", heading_fr="Depuis le", heading_en="Since"),
    Column(key="valid_to", heading_fr="Jusqu'au", heading_en="Until"),
    Column(key="source", heading_fr="Source", heading_en="Source"),
)


def units_table(division: Division, level: int, lines: Sequence[UnitParent], codes: Mapping[str, str], drawn: Drawing | None) -> TakenTable:
    """The units of one level of a division; the boundaries' source stands beside them."""
    rows = [unit_row(line, codes) for line in lines]
    boundaries = [] if drawn is None else [Source(source=drawn.source, date=_("non datée"), licence=" ; ".join(held.licence for held in drawn.sets), scope=division.name)]
    return TakenTable(
        title_fr=f"{division.state.name_fr}, niveau {level} : {division.name_fr}", title_en=f"{division.state.name_en}, level {level}: {division.name_en}",
        columns=UNIT_COLUMNS, rows=rows, sources=(*boundaries, *published(line.unit.source for line in lines)),
    )


def unit_row(line: UnitParent, codes: Mapping[str, str]) -> dict[str, Any]:
    """One unit as a row."""
    unit = line.unit
    kept = ("name_fr", "name_en", "kind", "level", "chef_lieu", "latitude", "longitude", "valid_from", "valid_to", "source")
    return {"unit": unit.pk, "pcode": codes.get(unit.pk), "parent": line.parent.name, **{name: getattr(unit, name) for name in kept}}


def names_table(unit: AdminUnit, lines: Sequence[Mapping[str, Any]]) -> TakenTable:
    """Every name, code, predecessor and successor of a unit."""
    return TakenTable(
        title_fr=f"Noms et codes de {unit.name_fr}", title_en=f"Names and codes of {unit.name_en}", columns=NAME_COLUMNS, rows=lines,
        sources=published([unit.source, *(str(line.get("source") or "") for line in lines)]),
    )


def published(names: Iterable[str]) -> tuple[Source, ...]:
    """The publications that names, codes and crosswalks rest on, as the reference set describes them; an unknown one by its id."""
    known = {line["source"]: line for line in reference_set.read("sources").fill_null("").to_dicts()}
    wanted = dict.fromkeys(part for name in names for part in name.split("|") if part)
    return tuple(_published(name, known.get(name, {})) for name in wanted)


def _published(name: str, line: Mapping[str, Any]) -> Source:
    said = {part: str(line.get(part, "")) for part in ("licence", "publisher", "url")}
    return Source(source=line.get("title") or name, date=str(line.get("published_on") or _("non datée")), scope="", id=name, method=line.get("note", ""), **said)


def geometries(drawn: Drawing | None) -> dict[str, Mapping[str, Any]]:
    """The geometry of each unit of a map; an outline of several units stands under each of them."""
    return {} if drawn is None else {unit: mapping(area.shape) for area in drawn.sheet.areas for unit in area.units}


def name_lines(
    *, codes: Iterable[UnitCode], names: Iterable[UnitName], before: Iterable[Crossing], after: Iterable[Crossing],
) -> list[dict[str, Any]]:
    """Names, codes, predecessors and successors of a unit as the rows of one table."""
    dated = [
        *({"what": "name", "scheme": held.kind, "value": held.name, **dates(held)} for held in names),
        *({"what": "code", "scheme": held.scheme, "value": held.code, **dates(held)} for held in codes),
    ]
    crossings = [("predecessor", crossing) for crossing in before] + [("successor", crossing) for crossing in after]
    shares = [
        {"what": what, "scheme": line.weight_kind, "value": unit.name, "weight": line.weight, "division": division.name, "source": line.source}
        for what, (unit, division, line) in crossings
    ]
    return [*dated, *shares]


def dates(held: UnitCode | UnitName) -> dict[str, Any]:
    """From when to when something holds, and by which source."""
    return {"valid_from": held.valid_from, "valid_to": held.valid_to, "source": held.source}
