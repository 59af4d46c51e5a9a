"""What plans asked for and received: the sentence, the years of each State, coverage by State and cluster, plans that stand apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concertation.apps.funding.queries import extracted_last, plan_rows
from concertation.apps.funding.words import day_words, in_millions, percent, plan_type_words, sector_words
from concertation.apps.needs.models import Sector
from concertation.apps.needs.queries import sectors
from concertation.apps.places.models import State
from concertation.apps.places.queries import states_with_units
from concertation.apps.sources.queries import publications
from concertation.apps.sources.taken_sources import of_publication
from concertation.core.plan_money import (
    COUNTRY,
    NAMED,
    SHARED,
    UNSPECIFIED,
    Asked,
    by_sector,
    held_sum,
    leading_plans,
    of_country_plans,
)
from concertation.core.sharing import Mandate
from concertation.draw.charts import Received, Spec, asked_and_received
from concertation.draw.tables import Column, Source, TakenTable

FIRST_YEAR = 2014
MEMBER = "member"
MILLION_MINOR = 100_000_000
COLUMNS = (
    Column(key="state", heading_fr="État", heading_en="State", tag="#country+name"), Column(key="iso3", heading_fr="Code de l'État", heading_en="State code", tag="#country+code+iso3"),
    Column(key="year", heading_fr="Année", heading_en="Year", tag="#date+year"), Column(key="sector", heading_fr="Secteur", heading_en="Sector", tag="#sector+code"),
    Column(key="sector_name", heading_fr="Nom du secteur", heading_en="Sector name", tag="#sector+name"), Column(key="plan_type", heading_fr="Type de plan", heading_en="Plan type", tag="#activity+appeal+type"),
    Column(key="plan", heading_fr="Plan", heading_en="Plan", tag="#activity+appeal+name"), Column(key="code", heading_fr="Code du plan", heading_en="Plan code", tag="#activity+appeal+id+external"),
    Column(key="requirement", heading_fr="Demandé (USD)", heading_en="Required (USD)", tag="#value+funding+required+usd", numeric=True),
    Column(key="funding", heading_fr="Reçu (USD)", heading_en="Received (USD)", tag="#value+funding+total+usd", numeric=True),
    Column(key="percent", heading_fr="Reçu (%)", heading_en="Received (%)", tag="#value+funding+pct", numeric=True),
    Column(key="extracted_on", heading_fr="Extrait le", heading_en="Extracted on", tag="#date+extracted"),
)  # fmt: skip


@dataclass(frozen=True)
class Overview:
    """What is held of plans: their rows, the States and sectors in order, the year shown, the day."""

    rows: pl.DataFrame
    states: Mapping[str, State]
    sectors: Mapping[str, Sector]
    year: int
    today: date

    @cached_property
    def country(self) -> Mapping[tuple[str, int], Asked]:
        """The country plans by State and year."""
        return {(line["state"], line["year"]): Asked(line["requirement_minor"], line["funding_minor"]) for line in of_country_plans(self.rows).to_dicts()}

    @cached_property
    def clusters(self) -> Mapping[tuple[str, int, str], Asked]:
        """Country plans by State, year and cluster family; what names no cluster under its standing."""
        families = by_sector(self.rows).with_columns(pl.col("sector").replace({code: each.parent for code, each in self.sectors.items() if each.parent}).alias("family"))
        summed = families.group_by("state", "year", "family", maintain_order=True).agg(
            *(pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name) for name in ("requirement_minor", "funding_minor")),
        )  # fmt: skip
        return {(line["state"], line["year"], line["family"]): Asked(line["requirement_minor"], line["funding_minor"]) for line in summed.to_dicts()}

    @cached_property
    def years(self) -> list[int]:
        """The years with a country plan, the latest first, from 2014 on."""
        return sorted({year for _state, year in self.country if year and year >= FIRST_YEAR}, reverse=True)

    @property
    def members(self) -> list[str]:
        """The member States, in order."""
        return [code for code, state in self.states.items() if state.status == MEMBER]

    @property
    def extracted(self) -> date | None:
        """The latest day of extraction."""
        return extracted_last(self.rows)

    def sources(self) -> tuple[Source, ...]:
        """The publications the rows shown rest on. One query."""
        names = self.rows["source"].unique().to_list()
        known = publications(names)
        day = self.extracted
        return tuple(of_publication(name, known, extracted=day.isoformat() if day else "", scope=_("plans et clusters"), method=_("montants publiés, pourcentages recalculés")) for name in sorted(names))


def read(mandates: Sequence[Mandate], *, year: int | None, today: date) -> Overview:
    """Plan and global-cluster rows of every State held. Three queries."""
    states = {state.iso3: state for state in states_with_units()}
    rows = plan_rows(mandates, levels=["plan", "global_cluster"], states=list(states))
    held = Overview(rows, states, {each.pk: each for each in sectors()}, 0, today)
    over = [each for each in held.years if each < today.year]
    chosen = year if year in held.years else next(iter(over), next(iter(held.years), today.year))
    return Overview(rows, states, held.sectors, chosen, today)


def is_open(shown: Overview, year: int) -> bool:
    """Whether a year was not over when its figures were extracted."""
    day = shown.extracted
    return day is not None and day.year <= year


def sentences(shown: Overview) -> list[str]:
    """What the page says first."""
    members = [shown.country[code, shown.year] for code in shown.members if (code, shown.year) in shown.country]
    if not members:
        return [_("Aucun plan d'un pays membre n'est tenu pour cette année.")]
    whole = Asked(held_sum(pl.Series([each.requirement for each in members], dtype=pl.Int64)), held_sum(pl.Series([each.funding for each in members], dtype=pl.Int64)))
    told = {"count": len(members), "year": shown.year, "asked": in_millions(whole.requirement), "share": percent(whole.percent), "missing": in_millions(whole.missing), "day": day_words(shown.extracted)}
    first = ngettext(
        "En %(year)s, le plan humanitaire d'un pays membre demandait %(asked)s et a reçu %(share)s ; il manque %(missing)s (extrait du %(day)s).",
        "En %(year)s, les plans humanitaires de %(count)s pays membres demandaient %(asked)s et ont reçu %(share)s ; il manque %(missing)s (extrait du %(day)s).", len(members),
    ) % told  # fmt: skip
    return [first, *([_("L'année n'était pas finie à cette date.")] if is_open(shown, shown.year) else []), *widest_words(shown)]


def widest_words(shown: Overview) -> list[str]:
    """The cluster whose coverage differs most between neighbours, said as it is."""
    spread = []
    for family in families(shown):
        covered = {state: share for state in shown.states if (each := shown.clusters.get((state, shown.year, family))) and (share := each.percent) is not None}
        if len(covered) > 1:
            low, high = min(covered, key=covered.__getitem__), max(covered, key=covered.__getitem__)
            spread.append((covered[high] - covered[low], family, low, high, covered))
    if not spread:
        return []
    _gap, family, low, high, covered = max(spread, key=lambda each: each[:2])
    told = {
        "sector": names(shown)[family], "low": shown.states[low].name, "high": shown.states[high].name, "least": percent(covered[low]), "most": percent(covered[high]),
    }  # fmt: skip
    return [_("Un même cluster n'est pas couvert de même partout : %(sector)s, %(least)s (%(low)s) et %(most)s (%(high)s).") % told]


def names(shown: Overview) -> dict[str, str]:
    """The name of each sector."""
    return {code: each.name for code, each in shown.sectors.items()}


def families(shown: Overview) -> list[str]:
    """The cluster families with money in the year shown, in the order of the sectors."""
    held = {family for (state, year, family), each in shown.clusters.items() if year == shown.year and state in shown.states and (each.requirement or each.funding)}
    return [code for code in shown.sectors if code in held]


def chart(shown: Overview) -> Spec:
    """Asked and received by year, one panel a State."""
    years = sorted(shown.years)
    rows = [
        Received(state.name, year, _millions(each.requirement) if each else None, _millions(each.funding) if each else None)
        for code, state in shown.states.items() if any((code, year) in shown.country for year in years)
        for year in years for each in [shown.country.get((code, year))]
    ]  # fmt: skip
    return asked_and_received(rows, measure=_("millions de dollars"), asked=_("demandé"), received=_("reçu"))


def _millions(minor: int | None) -> float | None:
    return None if minor is None else round(minor / MILLION_MINOR, 3)


def chart_title() -> str:
    """What the chart shows."""
    return _("Demandé et reçu par les plans humanitaires des pays, depuis 2014")


def years_table(shown: Overview, exports: Sequence[tuple[str, str]]) -> dict[str, object]:
    """The years as rows, each State's requirement, what it received and the share."""
    columns = [{"key": "year", "label": _("Année"), "sortable": False}, *({"key": code, "label": state.name, "numeric": True, "sortable": False} for code, state in shown.states.items())]
    rows = [{"year": year_cell(shown, year), **{code: asked_cell(shown.country.get((code, year))) for code in shown.states}} for year in shown.years]
    return {
        "id": "years", "caption": chart_title(), "columns": columns, "rows": rows, "exports": exports, "unfiltered": True,
        "note": " ".join([_("Reçu sur demandé, en millions de dollars. Seul le plan humanitaire du pays est compté ici : les plans de types différents se recouvrent et ne s'additionnent pas."), *alone_words(shown)]),
    }  # fmt: skip


def alone_words(shown: Overview) -> list[str]:
    """The years in which a plan of another type stands for a State, as it had no other."""
    alone = leading_plans(shown.rows).filter((pl.col("plan_type") != COUNTRY) & (pl.col("year") >= FIRST_YEAR)).sort("state", "year")
    told = [f"{shown.states[line['state']].name} {line['year']}" for line in alone.to_dicts() if line["state"] in shown.states]
    return [_("Plan d'un autre type, seul cette année-là : %(years)s.") % {"years": ", ".join(told)}] if told else []


def year_cell(shown: Overview, year: int) -> dict[str, object]:
    """A year as it leads to its coverage; one that was not over says so."""
    return {"text": str(year), "url": f"{reverse('funding')}?year={year}", "note": _("en cours") if is_open(shown, year) else ""}


def asked_cell(asked: Asked | None) -> dict[str, object]:
    """A share with the two amounts behind it; a dash where no plan is held, or one amount alone."""
    if asked is None or (asked.requirement is None and not asked.funding):
        return {"text": "–"}
    if asked.requirement is None or asked.funding is None:
        alone = _("%(held)s reçus, rien de demandé") % {"held": _bare(asked.funding)} if asked.funding else _("demandé : %(asked)s") % {"asked": _bare(asked.requirement or 0)}
        return {"text": "–", "note": alone}
    return {"text": "–" if asked.percent is None else percent(asked.percent), "note": _("%(held)s sur %(asked)s") % {"held": _bare(asked.funding), "asked": _bare(asked.requirement)}}


def _bare(minor: int) -> str:
    """Millions without their unit, which the note of the table says."""
    return in_millions(minor).replace("\u202fM$\u202fUS", "").strip("$M")


def coverage_table(shown: Overview, exports: Sequence[tuple[str, str]]) -> dict[str, object]:
    """Clusters by State for the year shown, as a share of what each asked for; what no cluster holds apart."""
    columns = [{"key": "sector", "label": _("Cluster"), "sortable": False}, *({"key": code, "label": state.name, "numeric": True, "sortable": False} for code, state in shown.states.items())]
    named = [{"sector": {"text": names(shown)[family], "url": f"{reverse('funding-clusters')}?sector={family}&year={shown.year}"}, **_across(shown, family)} for family in families(shown)]
    apart = [{"sector": sector_words(standing, {}), **{code: apart_cell(shown, code, standing) for code in shown.states}} for standing in (UNSPECIFIED, SHARED)]
    return {
        "id": "coverage", "caption": _("Ce que chaque cluster a reçu de ce qu'il demandait, %(year)s") % {"year": shown.year}, "columns": columns, "rows": [*named, *apart],
        "exports": exports, "unfiltered": True,
        "note": _("Clusters globaux, chacun avec ses sous-clusters (la protection avec l'enfance et les violences de genre). L'argent sans cluster précisé ou partagé n'entre dans aucune part : les parts sont donc des minimums."),
    }  # fmt: skip


def _across(shown: Overview, family: str) -> dict[str, object]:
    return {code: asked_cell(shown.clusters.get((code, shown.year, family))) for code in shown.states}


def apart_cell(shown: Overview, state: str, standing: str) -> dict[str, object]:
    """Money that no single cluster holds, and which share of the plan's funding it is."""
    held, whole = shown.clusters.get((state, shown.year, standing)), shown.country.get((state, shown.year))
    if held is None or held.funding is None or whole is None or not whole.funding:
        return {"text": "–"}
    return {"text": in_millions(held.funding), "note": _("%(share)s de ce que le plan a reçu") % {"share": percent(round(100 * held.funding / whole.funding))}}


def others_table(shown: Overview) -> dict[str, object]:
    """Plans of other types and money outside plans in the year shown, each on its own line and never added."""
    of_year = shown.rows.filter((pl.col("level") == "plan") & (pl.col("year") == shown.year))
    apart = of_year.join(leading_plans(of_year), on="id", how="anti")
    rows = [
        {
            "state": shown.states[line["state"]].name, "plan": line["plan"] if line["standing"] == NAMED else _("hors de tout plan"), "type": plan_type_words(line["plan_type"]),
            "asked": in_millions(line["requirement_minor"]) if line["requirement_minor"] is not None else "–", "held": in_millions(line["funding_minor"]),
            "share": percent(Asked(line["requirement_minor"], line["funding_minor"]).percent) if line["requirement_minor"] else "–",
        }
        for line in apart.sort("state", "plan_type").to_dicts() if line["state"] in shown.states
    ]  # fmt: skip
    keys = (("state", _("État"), False), ("plan", _("Plan"), False), ("type", _("Type"), False), ("asked", _("Demandé"), True), ("held", _("Reçu"), True), ("share", _("Part"), True))
    return {
        "id": "others", "caption": _("À part : autres plans et argent hors plan, %(year)s") % {"year": shown.year}, "rows": rows, "unfiltered": True,
        "columns": [{"key": key, "label": label, "numeric": numeric, "sortable": False} for key, label, numeric in keys],
        "note": _("Ces lignes recouvrent en partie le plan du pays : elles ne s'y ajoutent pas."),
    }  # fmt: skip


def taken_years(shown: Overview) -> TakenTable:
    """Every State and year of the country plans, to take away."""
    lines = [(code, year, "", each) for (code, year), each in sorted(shown.country.items()) if code in shown.states and year >= FIRST_YEAR]
    return _taken(shown, lines, "Besoins et financements des plans", "Requirements and funding of plans")


def taken_coverage(shown: Overview) -> TakenTable:
    """Every State and cluster of the year shown, to take away."""
    lines = [(code, year, family, each) for (code, year, family), each in sorted(shown.clusters.items()) if year == shown.year and code in shown.states]
    return _taken(shown, lines, f"Couverture par cluster {shown.year}", f"Coverage by cluster {shown.year}")


def _taken(shown: Overview, lines: Sequence[tuple[str, int, str, Asked]], title_fr: str, title_en: str) -> TakenTable:
    rows = [
        {
            "state": shown.states[code].name, "iso3": code, "year": year, "sector": family or None, "sector_name": sector_words(family, names(shown)) if family else None, "plan_type": plan_type_words(COUNTRY),
            "requirement": _whole(each.requirement), "funding": _whole(each.funding), "percent": each.percent, "extracted_on": shown.extracted,
        }
        for code, year, family, each in lines
    ]  # fmt: skip
    return TakenTable(title_fr=title_fr, title_en=title_en, columns=COLUMNS, rows=rows, sources=shown.sources())


def _whole(minor: int | None) -> int | None:
    return None if minor is None else minor // 100


def gauge(value: int | None) -> SafeString:
    """A bar for the eye beside a percentage said in words."""
    if value is None:
        return format_html("")
    return format_html('<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width="{}" height="8"/></svg>', min(max(value, 0), 100))
