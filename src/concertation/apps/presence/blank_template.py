"""The workbook that a State sends to those who declare: its places, the sectors and the organisations to choose from, and how to fill it.

Its headings and words are those the importer reads, so that a filled workbook comes back with every row placed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import override

from concertation.apps.ground.downloads import language
from concertation.apps.organisations.models import Organisation
from concertation.apps.organisations.queries import organisations
from concertation.apps.organisations.words import full_name, type_words
from concertation.apps.places.models import AdminUnit, Division, State
from concertation.apps.places.queries import pcodes, units_listed, units_of
from concertation.apps.places.tables import kind_words
from concertation.apps.presence.entry.forms import GROUPS, MODALITIES, STATUSES
from concertation.apps.presence.imports import DIVISION_TAG, vocabulary
from concertation.apps.sources.reporting.sectors import parents, sector_words
from concertation.core.named_periods import period_named
from concertation.core.periods import Language, Period
from concertation.core.sharing import Mandate
from concertation.draw.template import Blank, Kind, ListSheet, Template
from concertation.formats import reference_set

LEVELS = (1, 2, 3)
NEEDED = frozenset({"org_name", "sector", "activity", "adm1_name"})
ASKED: Mapping[str, tuple[Kind, str, int]] = {
    "org_name": ("open list", "organisations", 34), "sector": ("list", "sectors", 26), "adm1_name": ("level", "level 1", 18),
    "adm2_name": ("level", "level 2", 18), "adm3_name": ("level", "level 3", 18), "place_name": ("text", "", 18), "activity": ("text", "", 44),
    "status": ("list", "status", 14), "start": ("day", "", 13), "end": ("day", "", 13), "group": ("list", "group", 18),
    "targeted": ("people", "", 13), "targeted_f": ("people", "", 13), "targeted_m": ("people", "", 13), "reached": ("people", "", 13),
    "reached_f": ("people", "", 13), "reached_m": ("people", "", 13), "reached_children": ("people", "", 13), "reached_disability": ("people", "", 13),
    "modality": ("list", "modality", 14), "indicator": ("text", "", 26), "project": ("text", "", 20), "in_plan": ("list", "flag", 12),
    "donors": ("text", "", 20), "implementer": ("open list", "organisations", 24), "observation": ("text", "", 30),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """For whom a template is made: State and division, and as asked a sector, an organisation, a period."""

    state: State
    division: Division
    sector: str = ""
    organisation: Organisation | None = None
    period: Period | None = None

    @property
    def name(self) -> str:
        """What the file is called, before its ending."""
        days = f"{self.period.start.isoformat()[:7]}" if self.period else ""
        return "-".join(filter(None, ("5w", self.state.pk.lower(), self.sector.lower(), self.organisation.slug if self.organisation else "", days)))


def template_of(mandates: Sequence[Mandate], wanted: Wanted) -> Template:
    """The template in the reader's language; organisations are those the reader may see. At most seven queries."""
    words = language()
    units = list(_units(wanted))
    known = [wanted.organisation] if wanted.organisation else list(organisations(mandates))
    named = [(_name(each, words), each) for each in known]
    sectors = sectors_within(wanted.sector)
    return Template(
        title=_("Qui fait quoi où : %(state)s") % {"state": wanted.state.name}, sheet=sheet_words(wanted.period, words), blanks=tuple(_blanks(words, units)),
        choices={
            "organisations": list(dict.fromkeys(name for name, _each in named)), "sectors": [sector_words(code) for code in sectors],
            "status": _labels(STATUSES), "group": _labels(GROUPS), "modality": _labels(MODALITIES), "flag": [_("Oui"), _("Non")],
        },
        places=[names for _unit, names in units],
        lists=(_places_sheet(units, wanted), _sectors_sheet(sectors), _organisations_sheet(named)),
        instructions=_("Mode d'emploi"), told=[*_both(lambda: _told(wanted), words)],
    )  # fmt: skip


def sectors_within(sector: str) -> list[str]:
    """Every sector, or one with its parts, each part after what it is part of."""
    above = parents()
    chosen = [code for code in above if not sector or sector in (code, above[code])]
    return sorted(chosen, key=lambda code: (sector_words(above[code] or code), bool(above[code]), sector_words(code)))


def sheet_words(period: Period | None, words: Language) -> str:
    """The name of the sheet to fill: it says the period where the importer reads it back from there."""
    if period is None:
        return "5W"
    said = f"5W {period.in_words(words)}"
    return said if period_named(said) == period else "5W"


def _labels(choices: Sequence[tuple[str, object]]) -> list[str]:
    return [str(words) for code, words in choices if code]


def _name(organisation: Organisation, words: Language) -> str:
    return full_name(organisation, words) or str(organisation)


def _blanks(words: Language, units: Sequence[tuple[AdminUnit, tuple[str, str, str]]]) -> Iterator[Blank]:
    """The columns to fill: headings and tags of the fields the importer knows; levels of places by what this State calls them."""
    told = {line["field"]: line for line in reference_set.read("presence_fields").iter_rows(named=True)}
    for field, (kind, choices, width) in ASKED.items():
        level = LEVELS[int(choices[-1]) - 1] if kind == "level" else 0
        heading = _level_heading(level, units) if level else told[field][f"description_{words}"]
        yield Blank(heading=heading, tag=_tag_of(field), kind=kind, choices=choices, level=level, needed=field in NEEDED, width=width)


def _level_heading(level: int, units: Sequence[tuple[AdminUnit, tuple[str, str, str]]]) -> str:
    kinds = [unit.kind for unit, _names in units if unit.level == level]
    usual = max(sorted(set(kinds)), key=kinds.count, default="")
    return _("%(kind)s (niveau %(level)s)") % {"kind": str(kind_words().get(usual, usual)).capitalize(), "level": level}


def _tag_of(field: str) -> str:
    """The first HXL tag of a field, as the importer reads it."""
    tag, attributes = vocabulary().fields[field].tags[0]
    written = (reference_set.read("presence_fields").filter(field=field)["hxl"].item() or "").split("|")
    return str(written[0]) if written else "+".join([tag, *sorted(attributes)])


def _units(wanted: Wanted) -> Iterator[tuple[AdminUnit, tuple[str, str, str]]]:
    """Each unit of the division with its names from the widest level to its own, in the order of a list: what lies in a unit after it."""
    lines = {level: units_listed(wanted.state.pk, level, wanted.division.pk) for level in LEVELS}
    below: dict[str, list[AdminUnit]] = {}
    for level in LEVELS:
        for line in lines[level]:
            below.setdefault(line.parent_id, []).append(line.unit)
    for root in units_of(wanted.state.pk, 0, wanted.division.pk):
        yield from _beneath(root, ("", "", ""), below)


def _beneath(above: AdminUnit, names: tuple[str, str, str], below: Mapping[str, list[AdminUnit]]) -> Iterator[tuple[AdminUnit, tuple[str, str, str]]]:
    for unit in below.get(above.pk, ()):
        at = [*names]
        at[unit.level - 1] = unit.name
        own = (at[0], at[1], at[2])
        yield unit, own
        yield from _beneath(unit, own, below)


def _places_sheet(units: Sequence[tuple[AdminUnit, tuple[str, str, str]]], wanted: Wanted) -> ListSheet:
    codes = pcodes([unit.pk for unit, _names in units])
    return ListSheet(
        name=_("Lieux"), headings=(*(_level_heading(level, units) for level in LEVELS), _("Identifiant"), _("Code OCHA"), _("Découpage")),
        tags=("#adm1+name+list", "#adm2+name+list", "#adm3+name+list", "#adm+id+list", "#adm+code+list", DIVISION_TAG),
        rows=[(*names, unit.pk, codes.get(unit.pk, ""), wanted.division.pk) for unit, names in units],
    )


def _sectors_sheet(sectors: Sequence[str]) -> ListSheet:
    above = parents()
    return ListSheet(
        name=_("Secteurs"), headings=(_("Secteur"), _("Code"), _("Partie de")), tags=("#sector+name+list", "#sector+code+list", "#sector+parent+list"),
        rows=[(sector_words(code), code, sector_words(above[code] or "") if above[code] else "") for code in sectors],
    )


def _organisations_sheet(named: Sequence[tuple[str, Organisation]]) -> ListSheet:
    return ListSheet(
        name=_("Organisations"), headings=(_("Organisation"), _("Sigle"), _("Type")), tags=("#org+name+list", "#org+acronym+list", "#org+type+list"),
        rows=[(name, each.acronym, type_words(each.org_type)) for name, each in named],
    )


def _both(lines: Callable[[], Sequence[str]], first: Language) -> Iterator[str]:
    """The lines in the reader's language, then in the other."""
    for each in (first, "fr" if first == "en" else "en"):
        with override(each):
            yield from (*lines(), "")


def _told(wanted: Wanted) -> list[str]:
    """How to use the workbook, one sentence a line."""
    period = wanted.period.in_words(language()) if wanted.period else ""
    return [
        _("Une ligne par activité, par lieu et par secteur, sur la première feuille. Les colonnes marquées * sont nécessaires ; les autres peuvent rester vides."),
        _("Lieux : choisissez la région, puis le niveau suivant, puis le plus fin. Laissez vide le niveau que vous ne connaissez pas ; un village ou un site s'écrit dans sa propre colonne."),
        _("Nombres de personnes : des nombres entiers. Laissez vide ce qui n'est pas connu : vide n'est pas zéro."),
        _("Une organisation absente de la liste s'écrit en toutes lettres : elle sera reconnue ou proposée au registre."),
        _("N'écrivez ni nom, ni téléphone, ni courriel d'une personne : ils seraient masqués."),
        _("Ne changez ni les titres ni la ligne d'étiquettes (#…) juste en dessous : c'est par elles que le classeur se lit tout seul. N'enlevez pas la feuille des lieux."),
        _("Découpage administratif : %(division)s.") % {"division": wanted.division.name},
        _("Période : %(period)s.") % {"period": period} if period else _("Période : dites-la en apportant le fichier."),
        _("Une fois rempli, apportez le classeur à la page « Fichiers reçus », ou envoyez-le au gestionnaire des données de l'État."),
    ]  # fmt: skip
