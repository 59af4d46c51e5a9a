"""The table of what is held of each State: one line per State and measure, the leading figure, its trend, the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concertation.apps.ground.downloads import language
from concertation.apps.needs.hapi_files import NEEDS
from concertation.apps.needs.hapi_reading import PHASES, STATUSES
from concertation.apps.needs.models import Sector
from concertation.apps.needs.queries import HeldFigure, NationalLine
from concertation.apps.needs.taken_sources import sources_of_figures
from concertation.apps.needs.words import dimension, term
from concertation.core.concepts import AS_WRITTEN, CONCEPTS, INTERSECTORAL
from concertation.core.figures import STATUS_WORDS, method_in_words, number_in_words
from concertation.core.spelling import fold
from concertation.draw.tables import Column, TakenTable

MAIN = (
    "in_need", "targeted", "reached", "phase3plus", "idps", "refugees", "returnees", "population", "requirement", "funding", "distress_as_quoted",
)
EVERY = "every"
SORTABLE = ("state", "concept", "value", "year", "source")
DEFAULT_SORT = "state"
COLUMNS = (
    Column(key="state", heading_fr="État", heading_en="State", tag="#country+name"),
    Column(key="iso3", heading_fr="Code de l'État", heading_en="State code", tag="#country+code+iso3"),
    Column(key="concept", heading_fr="Mesure", heading_en="Measure", tag="#indicator+name"),
    Column(key="sector", heading_fr="Secteur", heading_en="Sector", tag="#sector"),
    Column(key="group", heading_fr="Groupe", heading_en="Group", tag="#population+type"),
    Column(key="value", heading_fr="Chiffre", heading_en="Figure", tag="#indicator+value+num", numeric=True),
    Column(key="value_text", heading_fr="Chiffre tel qu'écrit", heading_en="Figure as written", tag="#indicator+value+text"),
    Column(key="measure", heading_fr="Unité", heading_en="Unit", tag="#indicator+unit"),
    Column(key="reference_start", heading_fr="Du", heading_en="From", tag="#date+start"),
    Column(key="reference_end", heading_fr="Au", heading_en="To", tag="#date+end"),
    Column(key="extracted_on", heading_fr="Relevé le", heading_en="Extracted on", tag="#date+extracted"),
    Column(key="status", heading_fr="Statut", heading_en="Status", tag="#status"),
    Column(key="scope", heading_fr="Périmètre", heading_en="Scope", tag="#description+scope"),
    Column(key="method", heading_fr="Méthode", heading_en="Method", tag="#description+method"),
    Column(key="source", heading_fr="Source", heading_en="Source", tag="#meta+source"),
    Column(key="others", heading_fr="Autres chiffres du même fait", heading_en="Other figures of the same fact", numeric=True),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks of the table; what it does not know is left out."""

    state: str = ""
    concept: str = ""
    sector: str = ""
    year: int | None = None
    words: str = ""
    sort: str = DEFAULT_SORT

    @classmethod
    def of(cls, query: QueryDict, *, states: Sequence[str], sectors: Sequence[str]) -> "Asked":
        """Read the parameters of the address."""
        state, concept, sector, year, sort = (query.get(name, "") for name in ("state", "concept", "sector", "year", "sort"))
        return cls(
            state=state if state in states else "", concept=concept if concept in (EVERY, *CONCEPTS) else "",
            sector=sector if sector in sectors else "", year=int(year) if year.isdecimal() and len(year) == 4 else None,
            words=query.get("q", ""), sort=sort if sort.removeprefix("-") in SORTABLE else DEFAULT_SORT,
        )

    def concepts(self) -> tuple[str, ...]:
        """The concepts to read; empty for every one."""
        return () if self.concept == EVERY else (self.concept,) if self.concept else MAIN

    def in_hapi(self) -> bool:
        """Whether HAPI's tables of needs and food security have what is asked for."""
        return self.concept in ("", EVERY, *STATUSES, *PHASES)

    def sectors(self) -> tuple[str, ...]:
        """The sectors to read; empty for every one."""
        return (self.sector,) if self.sector else ()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: its State and measure in words, and the figure that leads (of the year asked, where one is)."""

    line: NationalLine
    state: str
    concept: str
    sector: str
    group: str
    shown: HeldFigure | None

    @property
    def day(self) -> date | None:
        """The last day the figure refers to."""
        figure = self.shown.figure if self.shown else None
        return (figure.reference_end or figure.reference_start) if figure else None


def rows(lines: Sequence[NationalLine], asked: Asked, *, states: Mapping[str, str], sectors: Mapping[str, str]) -> list[Row]:
    """The lines asked for, in the order asked for; plans and groups kept as their source wrote them only on request."""
    settled = [line for line in lines if asked.concept or not line.group.startswith(AS_WRITTEN)]
    made = [_row(line, asked, states=states, sectors=sectors) for line in settled]
    wanted = fold(asked.words)
    kept = [row for row in made if (asked.year is None or row.shown) and wanted in fold(f"{row.state} {row.concept} {row.sector} {row.group}")]
    return sorted(sorted(kept, key=_place), key=lambda row: _sorting(row, asked.sort.removeprefix("-")), reverse=asked.sort.startswith("-"))


def _row(line: NationalLine, asked: Asked, *, states: Mapping[str, str], sectors: Mapping[str, str]) -> Row:
    quoted = line.standing.others[0][0] if not line.standing.leader and line.standing.others else line.standing.leader
    shown = quoted if asked.year is None else dict(line.trend).get(asked.year)
    return Row(
        line, states.get(line.state, line.state), term("concept", line.concept).name, "" if line.sector == INTERSECTORAL else sectors.get(line.sector, line.sector),
        dimension("group", line.group), shown,
    )


def _place(row: Row) -> tuple[str, int, str, str]:
    known = list(CONCEPTS)
    return (row.state, MAIN.index(row.line.concept) if row.line.concept in MAIN else len(MAIN) + known.index(row.line.concept), row.sector, row.group)


def _sorting(row: Row, key: str) -> tuple[bool, float | str]:
    """Sorting key of a row; what is not held stands apart."""
    figure = row.shown.figure if row.shown else None
    if key == "value":
        return (figure is not None and figure.value is not None, float(figure.value or 0) if figure else 0.0)
    if key == "year":
        return (row.day is not None, float(row.day.toordinal()) if row.day else 0.0)
    words = {"state": row.state, "concept": row.concept, "source": row.shown.source_title if row.shown else ""}
    return (True, fold(words[key]))


def sentence(lines: Sequence[NationalLine], states: Mapping[str, str]) -> str:
    """What the table says first: people in phase 3 or worse of each State, each with its period."""
    told = [
        f"{states.get(line.state, line.state)} {number_in_words(leader.figure.value, language())} ({_period(leader)})"
        for line in lines
        if line.concept == "phase3plus" and line.group == "all" and (leader := line.standing.leader)
    ]
    if not told:
        return ngettext("%(count)d mesure tenue.", "%(count)d mesures tenues.", len(lines)) % {"count": len(lines)}
    return _("Personnes en phase 3 ou pire du Cadre Harmonisé : %(told)s.") % {"told": " ; ".join(sorted(told)) if language() == "fr" else "; ".join(sorted(told))}


def _period(held: HeldFigure) -> str:
    period = held.figure.period
    return period.in_words(language()) if period else _("sans date")


def table(rows: Sequence[Row], asked: Asked, *, states: Mapping[str, str], sectors: Sequence[Sector]) -> dict[str, object]:
    """The table as the page draws it."""
    return {
        "id": "figures", "caption": _("Ce qui est tenu de chaque État"), "sort": asked.sort, "search": "q", "exports": ["csv", "xlsx", "hxl", *([NEEDS] if asked.in_hapi() else [])],
        "columns": [
            {"key": "state", "label": _("État")}, {"key": "concept", "label": _("Mesure")}, {"key": "value", "label": _("Chiffre retenu"), "numeric": True},
            {"key": "year", "label": _("Période"), "numeric": True}, {"key": "status", "label": _("Statut"), "sortable": False},
            {"key": "source", "label": _("Source")}, {"key": "trend", "label": _("Par année"), "sortable": False},
            {"key": "others", "label": _("Autres chiffres"), "numeric": True, "sortable": False},
        ],
        "rows": [_cells(row) for row in rows], "filters": _filters(rows, asked, states, sectors),
        "note": _("Aucun total : les mesures, les secteurs et les dates de ces lignes diffèrent."),
    }  # fmt: skip


def _filters(rows: Sequence[Row], asked: Asked, states: Mapping[str, str], sectors: Sequence[Sector]) -> list[dict[str, object]]:
    concepts = [("", _("Mesures principales")), (EVERY, _("Toutes les mesures")), *((code, term("concept", code).name) for code in CONCEPTS)]
    every_sector = [("", _("Tous les secteurs")), *((each.code, each.name) for each in sectors)]
    held = sorted({year for row in rows for year, each in row.line.trend} | ({asked.year} if asked.year else set()), reverse=True)
    years = [("", _("La plus récente")), *((str(year), str(year)) for year in held)]
    return [
        {"name": "state", "label": _("État"), "options": [("", _("Tous les États")), *states.items()], "value": asked.state},
        {"name": "concept", "label": _("Mesure"), "options": concepts, "value": asked.concept},
        {"name": "sector", "label": _("Secteur"), "options": every_sector, "value": asked.sector},
        {"name": "year", "label": _("Année"), "options": years, "value": str(asked.year or "")},
    ]


def _cells(row: Row) -> dict[str, object]:
    held = row.shown
    named = " · ".join(part for part in (row.sector, row.group) if part)
    return {
        "state": row.state, "concept": {"text": row.concept, "note": named}, "value": _value(held), "year": _period(held) if held else "",
        "status": STATUS_WORDS.get(held.figure.status, (held.figure.status,) * 2)[language() == "en"] if held else "",
        "source": _source(held), "trend": _trend(row.line), "others": len(row.line.standing.others) or "",
    }


def _value(held: HeldFigure | None) -> dict[str, object]:
    if held is None:
        return {"value": None}
    figure = held.figure
    unit = term("measure", figure.measure).name if figure.measure not in ("people", "quoted") else ""
    told = method_in_words(figure.method, language()) if held.how != "published" else ""
    return {
        "text": figure.in_words(language()), "url": reverse("figure", args=[held.id]) if held.id else "", "note": ", ".join(part for part in (unit, told) if part),
    }


def _source(held: HeldFigure | None) -> object:
    return "" if held is None else held.source_title


def _trend(line: NationalLine) -> SafeString | str:
    """The leader of each year as a small line, with the same in words."""
    held = [(year, each.figure.value) for year, each in line.trend if each.figure.value is not None]
    if len(held) < 2:
        return ""
    words = ", ".join(f"{year} {number_in_words(value, language())}" for year, value in held)
    drawn = {"values": [value for year, value in held], "words": words, "first": held[0][0], "last": held[-1][0]}
    return render_to_string("needs/_trend.html", drawn)


def taken(rows: Sequence[Row]) -> TakenTable:
    """The same table to take away, with its sources."""
    return TakenTable(
        title_fr="Chiffres par État", title_en="Figures by State", columns=COLUMNS, rows=[_taken_row(row) for row in rows],
        sources=sources_of_figures(row.shown for row in rows if row.shown),
    )


def _taken_row(row: Row) -> dict[str, object]:
    figure = row.shown.figure if row.shown else None
    facts = {name: getattr(figure, name, None) for name in ("value", "value_text", "measure", "reference_start", "reference_end", "extracted_on", "scope", "status")}
    return {
        **facts, "state": row.state, "iso3": row.line.state, "concept": row.concept, "sector": row.line.sector, "group": row.group or row.line.group,
        "method": method_in_words(figure.method, language()) if figure else None, "source": row.shown.source_title if row.shown else None,
        "others": len(row.line.standing.others),
    }
