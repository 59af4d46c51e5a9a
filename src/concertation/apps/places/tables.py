"""The tables of the pages of places: States and their divisions, units of a division, what a unit is called and was."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concertation.apps.places.models import (
    AdminUnit,
    BoundarySet,
    Crosswalk,
    Division,
    State,
    UnitCode,
    UnitName,
    UnitParent,
)

NONE = "–"
SCHEMES = {
    "ocha-cod": "OCHA", "ocha-cod-iso3": "OCHA (ISO3)", "ocha-cod-older": gettext_lazy("OCHA, ancien"), "iso3166-2": "ISO 3166-2",
    "iso3166-1-alpha2": "ISO 3166-1", "iso3166-1-alpha3": "ISO 3166-1",
}


def status_words() -> dict[str, str]:
    """A State's place in the framework."""
    return {"member": _("membre"), "invited": _("invité"), "observer": _("observateur")}


def name_kind_words() -> dict[str, str]:
    """What kind of name it is."""
    return {"official": _("officiel"), "former": _("ancien"), "usual": _("usuel"), "spelling": _("écriture rencontrée")}


def kind_words() -> dict[str, str]:
    """What kind of unit it is."""
    return {
        "state": _("État"), "region": _("région"), "province": _("province"), "cercle": _("cercle"), "departement": _("département"),
        "prefecture": _("préfecture"), "commune": _("commune"), "canton": _("canton"), "district": _("district"), "ville": _("ville"),
    }


def weight_words() -> dict[str, str]:
    """What a share is measured by."""
    return {"whole": _("entière"), "area": _("en superficie"), "population": _("en population")}


def language_words() -> dict[str, str]:
    """In which language a name is."""
    return {"fr": _("français"), "en": _("anglais")}


def day_cell(day: date | None) -> date | str:
    """A day, or a dash where none is known: an open end is no missing figure."""
    return day or NONE


def states_table(states: Iterable[State], divisions: Mapping[str, Sequence[Division]]) -> dict[str, Any]:
    """The States with their status and its dates, and the divisions in force and before."""
    words = status_words()
    rows = [
        {
            "state": {"text": state.name, "url": reverse("state", args=[state.iso3])} if state.has_units else state.name,
            "status": words.get(state.status, state.status), "since": day_cell(state.since), "until": day_cell(state.until),
            "divisions": len(divisions.get(state.iso3, ())), "source": source_cell(state.source),
        }
        for state in states
    ]
    columns = [
        {"key": "state", "label": _("État")}, {"key": "status", "label": _("Statut")}, {"key": "since", "label": _("Depuis le")},
        {"key": "until", "label": _("Jusqu'au")}, {"key": "divisions", "label": _("Découpages"), "numeric": True},
        {"key": "source", "label": _("Source")},
    ]
    return {"id": "states", "caption": _("États du cadre"), "columns": unsortable(columns), "rows": rows}


def divisions_table(divisions: Sequence[Division], counts: Mapping[tuple[str, int], int]) -> dict[str, Any]:
    """The divisions of the States, with how many units each holds per level."""
    rows = [
        {
            "division": {"text": division.name, "url": reverse("division", args=[division.pk])}, "state": division.state.name,
            "since": day_cell(division.valid_from), "until": day_cell(division.valid_to),
            **{f"level{level}": counts.get((division.pk, level), NONE) for level in (1, 2, 3)},
            "boundaries": {"text": _("contours"), "url": reverse("boundaries", args=[division.state_id])}, "source": source_cell(division.source),
        }
        for division in divisions
    ]
    columns = [
        {"key": "division", "label": _("Découpage")}, {"key": "state", "label": _("État")}, {"key": "since", "label": _("Depuis le")},
        {"key": "until", "label": _("Jusqu'au")},
        *({"key": f"level{level}", "label": _("Niveau %(level)s") % {"level": level}, "numeric": True} for level in (1, 2, 3)),
        {"key": "boundaries", "label": _("Carte")}, {"key": "source", "label": _("Source")},
    ]
    return {"id": "divisions", "caption": _("Découpages"), "columns": unsortable(columns), "rows": rows}


def units_table(lines: Sequence[UnitParent], codes: Mapping[str, str], drawn: frozenset[str], *, caption: str) -> dict[str, Any]:
    """The units of one level of a division."""
    kinds = kind_words()
    rows = [
        {
            "name": {"text": line.unit.name, "url": reverse("unit-names", args=[line.unit_id])}, "pcode": codes.get(line.unit_id, NONE),
            "kind": kinds.get(line.unit.kind, line.unit.kind), "parent": line.parent.name, "chef_lieu": line.unit.chef_lieu or NONE,
            "since": day_cell(line.unit.valid_from), "until": day_cell(line.unit.valid_to),
            "outline": _("oui") if line.unit_id in drawn else _("non"),
        }
        for line in lines
    ]
    columns = [
        {"key": "name", "label": _("Lieu")}, {"key": "pcode", "label": _("Code OCHA")}, {"key": "kind", "label": _("Nature")},
        {"key": "parent", "label": _("Dans")}, {"key": "chef_lieu", "label": _("Chef-lieu")}, {"key": "since", "label": _("Depuis le")},
        {"key": "until", "label": _("Jusqu'au")}, {"key": "outline", "label": _("Contour")},
    ]
    return {
        "id": "units", "caption": caption, "columns": unsortable(columns), "rows": rows, "exports": ["csv", "hxl", "xlsx", "geojson"],
        "note": _("Un lieu sans code OCHA n'en a pas encore reçu\u202f; aucun n'est inventé. Un lieu sans contour reste dans les listes."),
    }


def codes_table(codes: Iterable[UnitCode]) -> dict[str, Any]:
    """The codes of a unit, each with who uses it and when."""
    rows = [
        {
            "scheme": str(SCHEMES.get(held.scheme, held.scheme)), "code": held.code, "since": day_cell(held.valid_from),
            "until": day_cell(held.valid_to), "source": source_cell(held.source),
        }
        for held in codes
    ]
    columns = [{"key": "scheme", "label": _("Liste")}, {"key": "code", "label": _("Code")}, *dated_columns()]
    return {"id": "codes", "caption": _("Codes"), "columns": unsortable(columns), "rows": rows, "empty": {"title": _("Aucun code connu")}}


def unit_names_table(names: Iterable[UnitName]) -> dict[str, Any]:
    """The names of a unit over time and the spellings met in files."""
    kinds, languages = name_kind_words(), language_words()
    rows = [
        {
            "name": held.name, "kind": kinds.get(held.kind, held.kind), "language": languages.get(held.language, NONE),
            "since": day_cell(held.valid_from), "until": day_cell(held.valid_to), "source": source_cell(held.source),
        }
        for held in names
    ]
    columns = [{"key": "name", "label": _("Nom")}, {"key": "kind", "label": _("Nature")}, {"key": "language", "label": _("Langue")}, *dated_columns()]
    return {"id": "names", "caption": _("Noms et écritures"), "columns": unsortable(columns), "rows": rows, "empty": {"title": _("Aucun autre nom connu")}}


def parents_table(parents: Iterable[UnitParent]) -> dict[str, Any]:
    """Where a unit stands in each division."""
    rows = [
        {
            "division": {"text": line.division.name, "url": reverse("division", args=[line.division_id])},
            "parent": {"text": line.parent.name, "url": reverse("unit-names", args=[line.parent_id])}, "note": line.note or NONE,
        }
        for line in parents
    ]
    columns = [{"key": "division", "label": _("Découpage")}, {"key": "parent", "label": _("Dans")}, {"key": "note", "label": _("Remarque")}]
    return {"id": "parents", "caption": _("Où ce lieu se trouve"), "columns": unsortable(columns), "rows": rows}


def crosswalk_table(lines: Iterable[tuple[AdminUnit, Division, Crosswalk]], *, id: str, caption: str) -> dict[str, Any]:
    """Units of another division that share ground with a unit, with the share and what it is measured by."""
    words = weight_words()
    rows = [
        {
            "unit": {"text": unit.name, "url": reverse("unit-names", args=[unit.pk])}, "division": division.name,
            "weight": f"{100 * crosswalk.weight:.0f}\u202f%", "measure": words.get(crosswalk.weight_kind, crosswalk.weight_kind),
            "status": _("estimée") if crosswalk.source_status == "estimated" else _("établie"), "source": source_cell(crosswalk.source),
        }
        for unit, division, crosswalk in lines
    ]
    columns = [
        {"key": "unit", "label": _("Lieu")}, {"key": "division", "label": _("Découpage")}, {"key": "weight", "label": _("Part"), "numeric": True},
        {"key": "measure", "label": _("Mesurée")}, {"key": "status", "label": _("Valeur")}, {"key": "source", "label": _("Source")},
    ]
    return {"id": id, "caption": caption, "columns": unsortable(columns), "rows": rows}


def dated_columns() -> list[dict[str, Any]]:
    """The columns of whatever is dated and sourced."""
    return [{"key": "since", "label": _("Depuis le")}, {"key": "until", "label": _("Jusqu'au")}, {"key": "source", "label": _("Source")}]


def source_cell(source: str) -> dict[str, str] | str:
    """A source as a link to its page."""
    return {"text": source, "url": reverse("source", args=[source])} if source else NONE


def unsortable(columns: Iterable[Any]) -> list[dict[str, Any]]:
    """Columns in the order of the table alone."""
    return [{**column, "sortable": False} for column in columns]


def sets_table(sets: Iterable[BoundarySet], in_use: Collection[UUID]) -> dict[str, Any]:
    """The sets of boundaries of a State, with which one maps draw and who approved it."""
    rows = [
        {
            "division": {"text": held.division.name, "url": reverse("boundary-set", args=[held.pk])}, "level": held.level, "origin": held.source,
            "licence": held.licence or NONE, "brought": held.brought_at.date(), "approved": held.approved_at.date() if held.approved_at else _("pas encore"),
            "used": _("oui") if held.pk in in_use else _("non"),
        }
        for held in sets
    ]
    columns = [
        {"key": "division", "label": _("Découpage")}, {"key": "level", "label": _("Niveau"), "numeric": True}, {"key": "used", "label": _("Dessinés")},
        {"key": "approved", "label": _("Approuvés le")}, {"key": "brought", "label": _("Apportés le")}, {"key": "origin", "label": _("Origine")},
        {"key": "licence", "label": _("Licence")},
    ]
    empty = {"title": _("Aucun contour"), "text": _("Les contours d'un niveau s'apportent comme un fichier\u202f: GeoJSON, TopoJSON ou Shapefile zippé.")}
    return {"id": "sets", "caption": _("Jeux de contours"), "columns": unsortable(columns), "rows": rows, "empty": empty}
