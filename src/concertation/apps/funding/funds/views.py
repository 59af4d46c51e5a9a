"""Funds in words: the register, one fund's rules, what it received and granted, the allocations it opened."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.paginator import Page
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concertation.apps.access.words import state_names
from concertation.apps.funding.funds.queries import YearOfFund
from concertation.apps.funding.models import PARTY_TYPES, Fund, FundCode
from concertation.apps.funding.queries import ACTIVITIES, FUNDS, TRACKING
from concertation.apps.funding.words import day_words, grouped, in_millions, none_held, whole_dollars
from concertation.core.money import Money
from concertation.draw.tables import Column, Source, TakenTable

COLUMNS = (
    Column(key="year", heading_fr="Année", heading_en="Year", tag="#date+year"), Column(key="system", heading_fr="Dit par", heading_en="Told by", tag="#meta+source"),
    Column(key="received", heading_fr="Reçu (USD)", heading_en="Received (USD)", tag="#value+received+usd", numeric=True), Column(key="granted", heading_fr="Accordé (USD)", heading_en="Granted (USD)", tag="#value+granted+usd", numeric=True),
    Column(key="flows", heading_fr="Flux", heading_en="Flows", tag="#meta+count", numeric=True),
)  # fmt: skip


def register_table(page: Page[Fund], told: Mapping[Any, int]) -> dict[str, Any]:
    """The funds a reader may see."""
    keys = (("name", _("Fonds"), False), ("kind", _("Nature"), False), ("party", _("Qui le tient"), False), ("currency", _("Monnaie"), False), ("owner", _("Pour qui"), False), ("flows", _("Flux tenus"), True))
    rows = [
        {
            "name": {"text": one.name, "url": reverse("funding-fund", args=[one.pk]), "note": "" if one.registered_by else _("connu par des flux")}, "kind": one.get_kind_display(), "party": one.party.name, "currency": one.currency,
            "owner": state_names().get(one.owner_state, one.owner_state), "flows": grouped(told.get(one.party_id, 0)),
        }
        for one in page
    ]  # fmt: skip
    return {
        "id": "funds", "caption": _("Fonds où l'argent attend"), "columns": [{"key": key, "label": label, "numeric": numeric, "sortable": False} for key, label, numeric in keys], "rows": rows, "page": page, "unfiltered": True,
        "empty": {"title": _("Aucun fonds n'est tenu"), "text": _("Un fonds paraît ici quand un flux le nomme, ou quand une personne mandatée l'inscrit.")},
    }  # fmt: skip


def list_sentence(total: int) -> str:
    """How many funds are held."""
    told = ngettext("%(count)s fonds est tenu : qui le tient, sous quelles règles, ce qu'il a reçu et accordé.", "%(count)s fonds sont tenus : qui les tient, sous quelles règles, ce qu'ils ont reçu et accordé.", total)
    return told % {"count": grouped(total)} if total else _("Aucun fonds n'est tenu.")


def sentence(one: Fund, years: Sequence[YearOfFund]) -> str:
    """What is told of a fund, by the system that tells most of it; the two systems tell the same money and are never added."""
    held = {system: [line for line in years if line.system == system] for system in (FUNDS, "fts")}
    system, lines = max(held.items(), key=lambda each: len(each[1]))
    if not lines:
        return _("%(name)s : aucun flux tenu ne nomme ce fonds.") % {"name": one.name}
    received, granted = (sum(getattr(line, name) or 0 for line in lines) for name in ("received", "granted"))
    said = {"name": one.name, "received": in_millions(received) if received else none_held(), "granted": in_millions(granted) if granted else none_held(), "system": system_words(system)}
    return _("%(name)s, d'après %(system)s : reçu %(received)s, accordé %(granted)s.") % said


def system_words(system: str) -> str:
    """Who tells a flow."""
    return {FUNDS: _("les fichiers du fonds"), TRACKING: _("FTS"), ACTIVITIES: _("IATI")}.get(system, system)


def rules(one: Fund, sectors: Mapping[str, str]) -> list[tuple[str, str]]:
    """(heading, words) of the rules of a fund; a rule nobody stated restricts nothing, and says so."""
    names = state_names()
    types = dict(PARTY_TYPES)
    tied = [*(names.get(code, code) for code in one.earmark.get("states", ())), *(sectors.get(code, code) for code in one.earmark.get("sectors", ()))]
    unsaid = _("non dit")
    return [
        (_("Nature"), one.get_kind_display()), (_("Qui le tient"), f"{one.party.name} ({one.party.get_party_type_display()})"), (_("Pour qui"), names.get(one.owner_state, one.owner_state)), (_("Monnaie"), one.currency),
        (_("Plus petite subvention"), amount(one.least_grant_minor, one.currency)), (_("Plus grande subvention"), amount(one.most_grant_minor, one.currency)),
        (_("Frais généraux, au plus"), share(one.overhead_cap)), (_("Part locale, au moins"), share(one.least_local_share)),
        (_("Qui peut recevoir"), ", ".join(str(types.get(each, each)) for each in one.eligible_types) or unsaid), (_("Affectation de son argent"), " · ".join(tied) or unsaid), (_("Ce que le fonds en écrit"), one.earmark_text or unsaid),
    ]  # fmt: skip


def amount(minor: int | None, currency: str) -> str:
    """An amount in its own currency; that nobody said it where nobody did."""
    return _("non dit") if minor is None else f"{grouped(float(Money(minor, currency).main))}\u202f{currency}"


def share(hundredths: int | None) -> str:
    """A share of a rule; that nobody said it where nobody did."""
    return _("non dit") if hundredths is None else f"{grouped(hundredths / 100, 0 if hundredths % 100 == 0 else 2)}\u202f%"


def years_table(years: Sequence[YearOfFund], exports: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """What flows say of a fund, year by year."""
    keys = (("year", _("Année"), False), ("system", _("Dit par"), False), ("received", _("Reçu"), True), ("granted", _("Accordé"), True), ("flows", _("Flux"), True))
    rows = [{"year": str(line.year or "–"), "system": system_words(line.system), "received": whole_dollars(line.received), "granted": whole_dollars(line.granted), "flows": grouped(line.flows)} for line in years]
    return {
        "id": "years", "caption": _("Ce que les flux tenus en disent"), "columns": [{"key": key, "label": label, "numeric": numeric, "sortable": False} for key, label, numeric in keys], "rows": rows, "unfiltered": True, "exports": exports if rows else [],
        "note": _("FTS et les fichiers du fonds disent le même argent : leurs lignes ne s'additionnent pas. Un flux de plusieurs années est rangé dans sa première. Ce que vous ne pouvez pas lire n'y est pas."),
        "empty": {"title": _("Aucun flux tenu ne nomme ce fonds."), "text": _("Ses contributions et ses projets s'apportent par « Fichiers reçus ».")},
    }  # fmt: skip


def allocations_table(opened: Sequence[FundCode]) -> dict[str, Any] | None:
    """The allocations a fund opened; None where no table of allocations tells of it."""
    if not opened:
        return None
    windows = {"Standard": _("standard"), "Reserve": _("réserve")}
    keys = (("name", _("Allocation"), False), ("window", _("Guichet"), False), ("opens", _("Ouverte le"), False), ("closes", _("Close le"), False), ("planned", _("Prévu"), True), ("approved", _("Approuvé"), True), ("projects", _("Projets"), True))
    rows = [
        {
            "name": row.name, "window": windows.get(row.short, row.short or "–"), "opens": day_words(row.opens) or "–", "closes": day_words(row.closes) or "–", "planned": whole_dollars(row.planned_minor),
            "approved": whole_dollars(row.approved_minor), "projects": grouped(row.projects) if row.projects is not None else "–",
        }
        for row in opened
    ]  # fmt: skip
    return {"id": "allocations", "caption": _("Allocations ouvertes par ce fonds"), "columns": [{"key": key, "label": label, "numeric": numeric, "sortable": False} for key, label, numeric in keys], "rows": rows, "unfiltered": True}


def taken(one: Fund, years: Sequence[YearOfFund], sources: tuple[Source, ...]) -> TakenTable:
    """What flows say of a fund, to take away."""
    rows = [{"year": line.year, "system": line.system, "received": dollars(line.received), "granted": dollars(line.granted), "flows": line.flows} for line in years]
    return TakenTable(title_fr=one.name_fr, title_en=one.name_en, columns=COLUMNS, rows=rows, sources=sources)


def dollars(minor: int | None) -> float | int | None:
    """Cents as dollars, whole where they are whole."""
    return None if minor is None else minor // 100 if minor % 100 == 0 else minor / 100
