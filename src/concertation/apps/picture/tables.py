"""The tables of the situation page, as pages show them and as files take them away: units, sectors by State, what asks a question.

A column adds up only where adding is allowed: people of one sector, one period and no gap in the units; organisations never do,
since one may work in several units.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concertation.apps.needs.queries import LEADING_CONCEPT, InStanding
from concertation.apps.needs.words import dimension, term
from concertation.apps.picture.hapi_files import HAPI, offered
from concertation.apps.picture.measures import MEASURES, declared_organisations, need_words
from concertation.apps.picture.queries import Row, Scene
from concertation.apps.picture.situation import SHOWN_ENDING, Situation
from concertation.apps.picture.words import day_words, kind_words, number, period_words, share, verdict_words
from concertation.apps.sources.queries import publications
from concertation.apps.sources.taken_sources import of_publication, own_register
from concertation.core.concepts import INTERSECTORAL
from concertation.core.figures import Figure
from concertation.core.spelling import fold
from concertation.draw.tables import Column, Source, TakenTable

PAGE_ROWS = 60
SHOWN_DISAGREEING = 10
PEOPLE = ("need", "targeted", "reached", "not_targeted", "not_reached")
Line = tuple[Scene, Row]


def people_headings(sector: str) -> dict[str, str]:
    """The headings of the people measures of a sector."""
    return {
        "need": need_words(sector), "targeted": term("concept", "targeted").name, "reached": term("concept", "reached").name,
        "not_targeted": str(MEASURES["not_targeted"].label).capitalize(), "not_reached": str(MEASURES["not_reached"].label).capitalize(),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class UnitTable:
    """The units of a page: which lines, in which order, which people measures anyone of them holds, what may be added."""

    lines: tuple[Line, ...]
    held: tuple[str, ...]
    totals: Mapping[str, int]
    sector: str
    several_states: bool

    @property
    def note(self) -> str:
        """Why a column has no total, and which measures nobody holds here."""
        headings = people_headings(self.sector)
        absent = [headings[name].lower() for name in ("targeted", "reached") if name not in self.held]
        parts = [_("Les organisations ne s'additionnent pas : une même organisation peut travailler dans plusieurs unités.")]
        if self.held and not self.totals:
            parts.append(_("Pas de total des personnes : les périodes des États diffèrent."))
        with_need = sum(row.need is not None for _scene, row in self.lines)
        if "need" in self.totals and with_need < len(self.lines):
            told = {"held": number(with_need), "all": number(len(self.lines))}
            parts.append(_("Le total du besoin porte sur les %(held)s unités qui ont un chiffre, sur %(all)s.") % told)
        if absent:
            parts.append(_("Aucun chiffre disponible à ce niveau : %(measures)s.") % {"measures": ", ".join(absent)})
        return " ".join(parts)


def unit_table(lines: Sequence[Line], *, sector: str, several_states: bool) -> UnitTable:
    """What a table of these units holds."""
    held = tuple(name for name in PEOPLE if any(getattr(row, name) is not None for _scene, row in lines))
    periods = {(row.need_start, row.need_end) for _scene, row in lines if row.need is not None}
    totals = {name: total for name in held if len(periods) <= 1 and (total := _total(name, lines)) is not None}
    return UnitTable(tuple(lines), held, totals, sector, several_states)


def _total(name: str, lines: Sequence[Line]) -> int | None:
    values = [value for _scene, row in lines if (value := getattr(row, name)) is not None]
    return sum(values) if values else None


def people_value(name: str, line: Line) -> int | None:
    """One people measure of a line."""
    value: int | None = getattr(line[1], name)
    return value


SORTS: Mapping[str, Callable[[Line], int | str | None]] = {
    "unit": lambda line: line[1].unit.sort_key,
    "state": lambda line: f"{line[0].asked.state} {line[1].unit.sort_key}",
    **{name: partial(people_value, name) for name in PEOPLE},
    "organisations": lambda line: declared_organisations(line[1]),
    "activities": lambda line: line[1].activities if line[1].organisations else declared_organisations(line[1]),
    "presence": lambda line: line[1].verdict,
}


def ordered(lines: Iterable[Line], sort: str) -> list[Line]:
    """The lines in the order asked ("need", "-need"); a value nobody holds always stands last."""
    key = SORTS.get(sort.lstrip("-"), SORTS["unit"])
    keyed = [(key(line), line) for line in lines]
    held = sorted(((value, line) for value, line in keyed if value is not None), key=lambda pair: pair[0], reverse=sort.startswith("-"))
    return [line for _value, line in held] + [line for value, line in keyed if value is None]


def narrowed(lines: Iterable[Line], words: str) -> list[Line]:
    """The lines whose unit's name holds these words, accents and case aside."""
    wanted = fold(words)
    return [line for line in lines if wanted in fold(line[1].unit.name_fr) or wanted in fold(line[1].unit.name_en)]


def shown_units(table: UnitTable, query: QueryDict, *, readers: frozenset[str], names: Mapping[str, str], caption: str, sort: str) -> dict[str, object]:
    """The table of units as the data_table tag takes it: sorted, filtered, paged."""
    kept = ordered(narrowed(table.lines, query.get("q", "")), query.get("sort") or sort)
    page: Page[Line] = Paginator(kept, PAGE_ROWS).get_page(query.get("page"))
    return {
        "id": "units", "caption": caption, "columns": _unit_columns(table), "sort": sort, "search": "q", "page": page,
        "rows": [_unit_cells(line, table, readers, names) for line in page.object_list],
        "total": {"unit": _("Total"), **table.totals} if table.totals and len(kept) == len(table.lines) else None,
        "note": table.note, "exports": ["csv", "xlsx", "hxl", "geojson", *offered(HAPI, {row.unit.level for _scene, row in table.lines})],
    }  # fmt: skip


def _unit_columns(table: UnitTable) -> list[dict[str, object]]:
    headings = people_headings(table.sector)
    states: list[dict[str, object]] = [{"key": "state", "label": _("État")}] if table.several_states else []
    return [
        {"key": "unit", "label": _("Unité")}, *states,
        *({"key": name, "label": headings[name], "unit": _("personnes"), "numeric": True} for name in table.held),
        {"key": "organisations", "label": _("Organisations"), "numeric": True}, {"key": "activities", "label": _("Activités"), "numeric": True},
        {"key": "presence", "label": _("Présence")},
    ]  # fmt: skip


def _unit_cells(line: Line, table: UnitTable, readers: frozenset[str], names: Mapping[str, str]) -> dict[str, object]:
    scene, row = line
    people: dict[str, object] = {name: getattr(row, name) for name in table.held}
    if row.need is not None:
        figure = {"url": reverse("figure", args=[row.need_figure])} if row.need_figure else {}
        people["need"] = {"value": row.need, "note": _("estimé") if row.need_estimated else "", **figure}
    return {
        "unit": {"text": row.unit.name, "url": reverse("unit", args=[row.unit.pk])}, "state": names.get(scene.asked.state, ""), **people,
        "organisations": _presence_count(row, row.organisations), "activities": _presence_count(row, row.activities),
        "presence": presence_words(row, scene, whole=scene.asked.state in readers),
    }  # fmt: skip


def _presence_count(row: Row, count: int) -> int | str:
    return count if row.verdict in ("declared", "none_declared") else "–"


def presence_words(row: Row, scene: Scene, *, whole: bool) -> str:
    """What may be said of presence in a cell; the day of the report stands in the caption."""
    if row.verdict == "declared":
        only_here = ngettext("%(count)s activité placée seulement ici", "%(count)s activités placées seulement ici", row.no_finer)
        return _("déclarée") + (f", {only_here % {'count': number(row.no_finer)}}" if row.no_finer else "")
    return verdict_words(row.verdict, whole=whole)


def taken_units(table: UnitTable, titles: tuple[str, str], *, sources: Sequence[Source]) -> TakenTable:
    """The same table to take away, every unit, dates in ISO, nothing held left empty."""
    lead, aims, reach = (term("concept", code) for code in (LEADING_CONCEPT.get(table.sector, "in_need"), "targeted", "reached"))
    people = (
        ("need", lead.name_fr, lead.name_en, "#inneed"), ("targeted", aims.name_fr, aims.name_en, "#targeted"), ("reached", reach.name_fr, reach.name_en, "#reached"),
        ("not_targeted", "Besoin non ciblé", "Need not targeted", "#inneed+not_targeted"), ("not_reached", "Ciblés non atteints", "Targeted not reached", "#targeted+not_reached"),
    )  # fmt: skip
    columns = (
        Column(key="state", heading_fr="État", heading_en="State", tag="#country+code"), Column(key="unit", heading_fr="Identifiant", heading_en="Unit id", tag="#adm+id"),
        Column(key="pcode", heading_fr="P-code", heading_en="P-code", tag="#adm+code"), Column(key="name_fr", heading_fr="Nom", heading_en="Name (French)", tag="#adm+name+i_fr"),
        Column(key="name_en", heading_fr="Nom (anglais)", heading_en="Name", tag="#adm+name+i_en"),
        *(Column(key=key, heading_fr=french, heading_en=english, tag=tag, numeric=True, total=key in table.totals) for key, french, english, tag in people),
        Column(key="need_start", heading_fr="Besoin du", heading_en="Need from", tag="#date+need+start"), Column(key="need_end", heading_fr="Besoin au", heading_en="Need to", tag="#date+need+end"),
        Column(key="need_source", heading_fr="Source du besoin", heading_en="Need source", tag="#meta+source"), Column(key="estimated", heading_fr="Estimé", heading_en="Estimated", tag="#meta+estimated"),
        Column(key="organisations", heading_fr="Organisations", heading_en="Organisations", tag="#org+num", numeric=True),
        Column(key="activities", heading_fr="Activités", heading_en="Activities", tag="#activity+num", numeric=True),
        Column(key="presence", heading_fr="Présence", heading_en="Presence", tag="#status+presence"), Column(key="presence_on", heading_fr="Présence au", heading_en="Presence on", tag="#date+presence"),
    )  # fmt: skip
    return TakenTable(title_fr=titles[0], title_en=titles[1], columns=columns, rows=[_taken_row(line) for line in table.lines], sources=tuple(sources))


def _taken_row(line: Line) -> dict[str, object]:
    scene, row = line
    answered = row.verdict in ("declared", "none_declared")
    return {
        "state": scene.asked.state, "unit": row.unit.pk, "pcode": row.pcode, "name_fr": row.unit.name_fr, "name_en": row.unit.name_en,
        **{name: getattr(row, name) for name in PEOPLE}, "need_start": row.need_start, "need_end": row.need_end, "need_source": row.need_source,
        "estimated": row.need_estimated if row.need is not None else None, "organisations": row.organisations if answered else None,
        "activities": row.activities if answered else None, "presence": row.verdict, "presence_on": scene.period[1] if scene.period and answered else None,
    }  # fmt: skip


def sources_of(lines: Sequence[Line]) -> list[Source]:
    """Where the need and the presence of some lines come from, for the sheet of sources."""
    needs = dict.fromkeys((name.strip(), _need_days(row), need_method(row)) for _scene, row in lines for name in row.need_source.split(";") if name)
    known = publications(name for name, *_others in needs)
    figures = [of_publication(name, known, date=days, scope=_("besoin"), method=method) for name, days, method in needs]
    found = [*figures, *presence_sources((scene.asked.state, scene.period) for scene, _row in lines)]
    return found or [own_register(_("unités ; aucun chiffre ni rapport ouvert à cette lecture"), on=scene.asked.on) for scene, _row in lines[:1]]


def _need_days(row: Row) -> str:
    return "/".join(dict.fromkeys(day.isoformat() for day in (row.need_start, row.need_end) if day))


def need_method(row: Row) -> str:
    """How the need of a unit was read: published, summed over its units, carried over from another division; estimated where it is."""
    words = {"published": _("publié"), "summed": _("somme d'unités"), "crosswalk": _("lu par une table de passage")}
    told = [words.get(row.need_how, row.need_how), _("estimé") if row.need_estimated else ""]
    return ", ".join(part for part in told if part)


def presence_sources(periods: Iterable[tuple[str, tuple[date, date] | None]]) -> tuple[Source, ...]:
    """What was declared in each State, as a source, once for each report; nothing for a State without one."""
    told = dict.fromkeys((state, period) for state, period in periods if period)
    return tuple(presence_source(state, "/".join(dict.fromkeys(day.isoformat() for day in period))) for state, period in told)


def presence_source(state: str, days: str) -> Source:
    """What was declared in a State on these days, as a source."""
    method = _("activités distinctes et organisations distinctes, comptées au niveau que ce lecteur peut voir")
    return Source(source=_("Activités déclarées, %(state)s") % {"state": state}, date=days, licence="", scope=_("présence"), publisher=state, method=method)


def crowding_table(shown: Situation) -> dict[str, object] | None:
    """Where many organisations are declared for small need: a question to the sector's lead, not a verdict."""
    crowded = shown.crowded()
    if not crowded:
        return None
    return {
        "id": "crowded", "caption": _("Beaucoup d'organisations pour peu de besoin : une question au chef de file du secteur"),
        "columns": _columns(("unit", _("Unité")), ("organisations", _("Organisations")), ("need", need_words(shown.chosen.sector)), ("each", _("Besoin par organisation")), ("overall", _("Dans tout l'État"))),
        "rows": [
            {"unit": {"text": row.unit.name, "url": reverse("unit", args=[row.unit.pk]), "note": shown.ground.states[row.unit.state_id].name}, "organisations": row.organisations, "need": row.need, "each": round(own), "overall": round(overall)}
            for row, own, overall in crowded
        ],
        "note": _("Au moins cinq organisations, et moins du tiers du besoin par organisation de l'État. Le besoin et la présence portent chacun leur date."),
    }  # fmt: skip


def _columns(*pairs: tuple[str, str], words: Sequence[str] = ("unit", "activity", "source", "what", "place", "organisation", "sector", "end", "reason")) -> list[dict[str, object]]:
    return [{"key": key, "label": label, "numeric": key not in words, "sortable": False} for key, label in pairs]


def first_words(count: int) -> str:
    """That a table shows its first lines only, and where the others are."""
    return _("Les %(count)s premières ; le fichier à télécharger les porte toutes.") % {"count": count}


def ending_table(shown: Situation) -> dict[str, object] | None:
    """Activities that end within sixty days of the day shown."""
    near = shown.ending()
    if not near:
        return None
    names = {sector.pk: sector.name for sector in shown.ground.sectors.values()}
    on = shown.chosen.on
    return {
        "id": "ending", "caption": _("Activités qui finissent dans les 60 jours suivant le %(day)s") % {"day": day_words(on)},
        "columns": _columns(("organisation", _("Organisation")), ("activity", _("Activité")), ("sector", _("Secteur")), ("place", _("Lieu")), ("end", _("Fin")), ("left", _("Jours restants"))),
        "rows": [
            {
                "organisation": str(each.organisation or ""), "activity": Truncator(each.activity or each.indicator).chars(80), "sector": names.get(each.sector, each.sector_written),
                "place": {"text": each.unit.name, "url": reverse("unit", args=[each.unit_id])}, "end": each.end, "left": (each.end - on).days if each.end else None,
            }
            for each in near[:SHOWN_ENDING]
        ],
        "note": first_words(SHOWN_ENDING) if len(near) > SHOWN_ENDING else "",
    }  # fmt: skip


def disagreement_table(shown: Situation) -> dict[str, object] | None:
    """Facts on which sources lie apart, each figure beside the other; none is merged."""
    found = shown.disagreeing()
    if not found:
        return None
    return {
        "id": "disagreements", "caption": _("Où les sources ne disent pas la même chose"),
        "columns": _columns(("what", _("Fait")), ("leads", _("Chiffre retenu")), ("source", _("Sa source")), ("lowest", _("Le plus bas")), ("highest", _("Le plus haut")), ("apart", _("Écart"))),
        "rows": [_disagreement(each, shown) for each in found[:SHOWN_DISAGREEING]],
        "note": (f"{first_words(SHOWN_DISAGREEING)} " if len(found) > SHOWN_DISAGREEING else "") + _("Écart : (le plus haut − le plus bas) / le plus haut. Les chiffres restent côte à côte ; aucun n'est effacé."),
    }  # fmt: skip


def _disagreement(each: InStanding, shown: Situation) -> dict[str, object]:
    if each.leader is None:
        return {}
    fact, (lowest, highest) = each.leader.figure, bounds(each)
    unit = shown.ground.units.get(fact.unit)
    counted = "" if fact.measure == "people" else term("measure", fact.measure).name
    words = (term("concept", fact.concept).name, counted, dimension("group", fact.group), period_words(fact.reference_start, fact.reference_end))
    return {
        "what": {"text": ", ".join(part for part in words if part), "url": reverse("unit", args=[fact.unit]), "note": unit.name if unit else fact.unit},
        "leads": {"text": number(fact.value), "url": reverse("figure", args=[each.leader.id])}, "source": each.leader.source_title,
        "lowest": lowest, "highest": highest, "apart": share(each.disagreement or 0.0),
    }  # fmt: skip


def bounds(each: InStanding) -> tuple[int | None, int | None]:
    """The lowest and the highest value held of a fact, of the leader's year; (None, None) where none is."""
    figures = [*([each.leader.figure] if each.leader else []), *(other.figure for other, _why in each.others)]
    values = [held.value for held in figures if held.value is not None and _year(held) == _year(figures[0])]
    return (min(values), max(values)) if values else (None, None)


def _year(figure: Figure) -> int | None:
    day: date | None = figure.reference_end or figure.reference_start
    return day.year if day else None


def units_caption(shown: Situation) -> str:
    """What the table of units holds, of which level and when."""
    level = shown.chosen.level
    kinds = ", ".join(dict.fromkeys(kind_words(state, level, 2) for state in shown.chosen.states))
    sector = "" if shown.chosen.sector == INTERSECTORAL else f", {shown.sector_name.lower()}"
    return _("Toutes les unités : %(kinds)s%(sector)s") % {"kinds": kinds, "sector": sector}
