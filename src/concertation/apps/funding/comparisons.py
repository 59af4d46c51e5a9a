"""One cluster side by side over neighbouring States, in one year and over the years; and what the money of each plan tells of no cluster."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from concertation.apps.funding.overviews import Overview, apart_cell, families, gauge, names
from concertation.apps.funding.words import day_words, in_millions, percent
from concertation.core.plan_money import SHARED, UNSPECIFIED, Asked
from concertation.draw.charts import Point, Spec, trend
from concertation.draw.tables import Column, TakenTable

USUAL = "WSH"
COLUMNS = (
    Column(key="state", heading_fr="État", heading_en="State", tag="#country+name"), Column(key="iso3", heading_fr="Code de l'État", heading_en="State code", tag="#country+code+iso3"),
    Column(key="year", heading_fr="Année", heading_en="Year", tag="#date+year"), Column(key="sector", heading_fr="Secteur", heading_en="Sector", tag="#sector+code"),
    Column(key="requirement", heading_fr="Demandé (USD)", heading_en="Required (USD)", tag="#value+funding+required+usd", numeric=True),
    Column(key="funding", heading_fr="Reçu (USD)", heading_en="Received (USD)", tag="#value+funding+total+usd", numeric=True),
    Column(key="percent", heading_fr="Reçu (%)", heading_en="Received (%)", tag="#value+funding+pct", numeric=True),
    Column(key="extracted_on", heading_fr="Extrait le", heading_en="Extracted on", tag="#date+extracted"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comparison:
    """A cluster family over the States of an overview."""

    shown: Overview
    sector: str

    @property
    def name(self) -> str:
        """The cluster in words."""
        return names(self.shown).get(self.sector, self.sector)

    def at(self, state: str, year: int) -> Asked | None:
        """What the cluster asks for and holds in a State and year."""
        return self.shown.clusters.get((state, year, self.sector))

    @property
    def covered(self) -> dict[str, int]:
        """The share received in each State that asked for anything, in the year shown."""
        held = {state: self.at(state, self.shown.year) for state in self.shown.states}
        return {state: share for state, each in held.items() if each and (share := each.percent) is not None}


def of(shown: Overview, sector: str) -> Comparison:
    """The comparison of a sector's family; the usual one, else the first with money, where the sector has none."""
    held = families(shown)
    top = shown.sectors[sector].parent or sector if sector in shown.sectors else ""
    return Comparison(shown, top if top in held else USUAL if USUAL in held else next(iter(held), USUAL))


def sentence(compared: Comparison) -> str:
    """The States side by side, the least covered first, and how far apart the two ends are."""
    covered = sorted(compared.covered.items(), key=lambda each: each[1])
    told = {"sector": compared.name, "year": compared.shown.year, "day": day_words(compared.shown.extracted)}
    if not covered:
        return _("Aucun plan d'un pays ne demandait d'argent pour ce cluster en %(year)s : %(sector)s.") % told
    told["shares"] = ", ".join(f"{compared.shown.states[state].name} {percent(share)}" for state, share in covered)
    first = _("%(sector)s en %(year)s, part reçue : %(shares)s (extrait du %(day)s).") % told
    if len(covered) < 2:
        return first
    return f"{first} " + _("Entre voisins, l'écart est de %(gap)s points.") % {"gap": covered[-1][1] - covered[0][1]}


def table(compared: Comparison, exports: Sequence[tuple[str, str]]) -> dict[str, object]:
    """One line a State: asked, received, missing, share with its bar, and the plan's money that names no cluster."""
    keys = (("state", _("État"), False), ("asked", _("Demandé"), True), ("held", _("Reçu"), True), ("missing", _("Manque"), True), ("share", _("Part reçue"), True), ("apart", _("Sans cluster précisé"), True), ("shared", _("Partagé entre clusters"), True))
    return {
        "id": "compared", "caption": _("%(sector)s, %(year)s, d'un État à l'autre") % {"sector": compared.name, "year": compared.shown.year}, "exports": exports, "unfiltered": True,
        "columns": [{"key": key, "label": label, "numeric": numeric, "sortable": False} for key, label, numeric in keys], "rows": [_row(compared, state) for state in compared.shown.states],
        "note": _("L'argent qu'un plan a reçu sans dire le cluster, ou pour plusieurs, n'entre dans aucune part : chaque part est un minimum."),
    }  # fmt: skip


def _row(compared: Comparison, state: str) -> dict[str, object]:
    shown, each = compared.shown, compared.at(state, compared.shown.year)
    cells: dict[str, object] = {"state": shown.states[state].name, "apart": apart_cell(shown, state, UNSPECIFIED), "shared": apart_cell(shown, state, SHARED)}
    if each is None or each.requirement is None:
        return {**cells, "asked": "–", "held": in_millions(each.funding) if each and each.funding is not None else "–", "missing": "–", "share": "–"}
    return {**cells, "asked": in_millions(each.requirement), "held": in_millions(each.funding), "missing": in_millions(each.missing), "share": _with_bar(each.percent)}


def _with_bar(share: int | None) -> SafeString | str:
    return "–" if share is None else format_html("{}{}", percent(share), gauge(share))


def chart(compared: Comparison) -> Spec:
    """The share received over the years, one line a State; a year without a plan breaks the line."""
    points = []
    for state, held in compared.shown.states.items():
        shares = {year: each.percent for year in compared.shown.years if (each := compared.at(state, year))}
        if any(share is not None for share in shares.values()):
            points += [Point(f"{year}-07-01", shares.get(year), held.name) for year in sorted(compared.shown.years)]
    return trend(points, title=chart_title(compared), measure=_("% reçus"))


def chart_title(compared: Comparison) -> str:
    """What the chart shows."""
    return _("Part reçue par année : %(sector)s") % {"sector": compared.name}


def years_table(compared: Comparison) -> dict[str, object]:
    """The same figures as the chart, year by year."""
    columns = [{"key": "year", "label": _("Année"), "sortable": False}, *({"key": code, "label": state.name, "numeric": True, "sortable": False} for code, state in compared.shown.states.items())]
    rows = [{"year": str(year), **{code: _share(compared.at(code, year)) for code in compared.shown.states}} for year in compared.shown.years]
    return {"id": "years", "caption": chart_title(compared), "columns": columns, "rows": rows, "unfiltered": True, "note": _("« – » : aucun plan ne demandait d'argent pour ce cluster, ou aucun chiffre n'est tenu.")}


def _share(each: Asked | None) -> str:
    return "–" if each is None or each.percent is None else percent(each.percent)


def taken(compared: Comparison) -> TakenTable:
    """The cluster in every State and year, to take away."""
    rows = [
        {
            "state": compared.shown.states[state].name, "iso3": state, "year": year, "sector": compared.sector, "percent": each.percent, "extracted_on": compared.shown.extracted,
            "requirement": None if each.requirement is None else each.requirement // 100, "funding": None if each.funding is None else each.funding // 100,
        }
        for (state, year, family), each in sorted(compared.shown.clusters.items()) if family == compared.sector and state in compared.shown.states
    ]  # fmt: skip
    return TakenTable(title_fr=f"Cluster {compared.sector} entre voisins", title_en=f"Cluster {compared.sector} between neighbours", columns=COLUMNS, rows=rows, sources=compared.shown.sources())
