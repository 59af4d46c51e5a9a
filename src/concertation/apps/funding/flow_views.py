"""One flow in words: what it says, what each measure of quality says of it, and the sentence of a list of flows."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concertation.apps.funding.code_names import CLUSTERS, Named
from concertation.apps.funding.flow_tables import Listed
from concertation.apps.funding.models import Flow, GrantPlace
from concertation.apps.funding.queries import ACTIVITIES
from concertation.apps.funding.rates.queries import rates_of
from concertation.apps.funding.rates.views import told
from concertation.apps.funding.words import (
    amount_words,
    boundary_words,
    day_words,
    flow_amount,
    grouped,
    in_millions,
    measure_words,
    percent,
    status_words,
    whole_dollars,
)
from concertation.apps.places.queries import state_names
from concertation.core.funding import FLOW_SCHEMA as FLOW_SCHEMA
from concertation.core.funding_quality import MEASURES, judged
from concertation.core.money import DIGITS, USUAL_DIGITS, Money, is_currency
from concertation.formats.iati.codes import STATES
from concertation.formats.iati.counting import falls_on

Columns = Mapping[str, Any]
COUNTRY = "country"


def list_sentence(listed: Listed) -> str:
    """How many flows, and what the product's policy counts of them."""
    found = list(listed.rows.values_list("raw_sha256", flat=True))
    counted = sum(listed.counted.get(digest, (0, ""))[0] for digest in dict.fromkeys(found))
    told = {"count": grouped(len(found)), "counted": in_millions(counted)}
    return ngettext("%(count)s flux ; la règle du produit en compte %(counted)s.", "%(count)s flux ; la règle du produit en compte %(counted)s.", len(found)) % told


def sentence(row: Flow, columns: Columns) -> str:
    """Who gives what to whom."""
    amount = flow_amount(row.amount_minor, row.original_minor, row.original_currency)
    return from_to(joined(columns["source_names"]), joined(columns["destination_names"]), amount, row.status, row.dated)


def line_words(line: Columns) -> str:
    """Who gives what to whom by a line of a file that is not brought in yet: lists and days as text, as its preview keeps them."""
    amount = flow_amount(line["amount_minor"], line.get("original_minor"), line.get("original_currency") or "")
    day = date.fromisoformat(line["dated"]) if line["dated"] else None
    return from_to(line["source_names"] or _("non dit"), line["destination_names"] or _("non dit"), amount, line["status"], day)


def from_to(giver: str, receiver: str, amount: str, status: str, day: date | None) -> str:
    """One flow in a sentence."""
    told = {"giver": giver, "receiver": receiver, "amount": amount, "status": status_words(status), "day": day_words(day) or _("jour non dit")}
    return _("%(giver)s → %(receiver)s : %(amount)s, %(status)s (%(day)s).") % told


def plan_words(line: Columns) -> str:
    """What a line of a table of plans asks and holds, before it is brought in."""
    names = " · ".join(str(part) for part in (line["state"], line["year"], line["code"], line["cluster"]) if part)
    asked, held = in_millions(line["requirement_minor"]), in_millions(line["funding_minor"])
    return _("%(names)s : %(asked)s demandés, %(held)s tenus") % {"names": names, "asked": asked, "held": held}


def place_words(line: Columns) -> str:
    """Where a project spends how much, before it is brought in."""
    return " · ".join(part for part in (line["code"], line["cluster"], line["places"], whole_dollars(line["amount_minor"])) if part)


def joined(values: object) -> str:
    """A list in words; that nothing is said where it is empty."""
    return ", ".join(map(str, values)) if isinstance(values, list) and values else _("non dit")


def facts(row: Flow, columns: Columns) -> list[tuple[str, str]]:
    """(heading, words) of what the flow says; what it does not say says so."""
    return [
        (_("Montant"), flow_amount(row.amount_minor, row.original_minor, row.original_currency)), (_("En francs CFA"), in_francs(row)), (_("Montant d'origine"), original(row, columns)), (_("Décidé le"), said(row.decided)), (_("Déclaré le"), said(row.reported)),
        (_("Années d'emploi"), joined(columns["destination_years"])), (_("Lieux"), joined(columns["destination_places"])), (_("Plan"), joined(columns["destination_plans"])),
        (_("Clusters"), joined(columns["destination_global_clusters"])), (_("Place dans le cadre"), boundary_words(row.boundary) or _("non dit")),
        (_("Partagé"), shared_words(row)), (_("Type de flux"), row.flow_type or _("non dit")), (_("Mots clés"), joined(columns["keywords"])),
        (_("Description"), row.description or _("non dite")), (_("Empreinte SHA-256"), row.raw_sha256),
    ]  # fmt: skip


def facts_of_transaction(row: Flow) -> list[tuple[str, str]]:
    """(heading, words) of what only a file of IATI tells of a flow: its activity, the nature of the transaction, its sectors; nothing for other flows."""
    if row.system != ACTIVITIES:
        return []
    received = json.loads(bytes(row.received))
    natures = {
        "1": _("fonds reçus"), "2": _("fonds engagés"), "3": _("décaissement"), "4": _("dépense"), "11": _("fonds engagés, à recevoir"), "12": _("promesse"), "13": _("promesse reçue"),
    }  # fmt: skip
    return [
        (_("Activité IATI"), " · ".join(part for part in (received["title"], received["activity"]) if part)), (_("Déclarée par"), received["reporting_name"] or received["reporting_ref"] or _("non dit")),
        (_("Nature"), natures.get(received["transaction_type"], received["transaction_type"])),
        (_("Humanitaire"), {True: _("oui"), False: _("non")}.get(received["humanitarian"], _("non dit"))),
    ]  # fmt: skip


def shared_words(row: Flow) -> str:
    """Whether a flow is shared with what lies outside (another country or plan), and whether its source says how."""
    if row.on_boundary != "shared":
        return _("non")
    stated = row.system == ACTIVITIES and None not in (json.loads(bytes(row.received))["place_shares"] or [None])
    return _("oui, par les parts que dit la source") if stated else _("oui, sans partage dit")


def shares_table(row: Flow) -> dict[str, object] | None:
    """What of a transaction of IATI falls on each place and sector by the shares its publisher states; None for other flows, and where it names none."""
    if row.system != ACTIVITIES:
        return None
    received = json.loads(bytes(row.received))
    minor, currency = (row.amount_minor, row.currency) if row.amount_minor is not None else (row.original_minor, row.original_currency)
    fallen = [part for kind in ("place", "sector") for part in falls_on(minor or 0, received[f"{kind}s"] or [], received[f"{kind}_shares"] or [])]
    names = state_names()
    keys = (("part", _("Lieu ou secteur"), False), ("share", _("Part"), True), ("amount", _("Montant"), True))
    rows = [
        {
            "part": f"{list_words(part.vocabulary)} {names.get(STATES.get(part.code, ''), part.code) if part.vocabulary == COUNTRY else part.code}",
            "share": _("non dite") if part.share is None else percent(part.share), "amount": _("non dit") if minor is None or part.minor is None else amount_words(part.minor, currency),
        }
        for part in fallen
    ]  # fmt: skip
    return {
        "id": "shares", "caption": _("Ce qui revient à chaque lieu et secteur, par les parts que dit la source"),
        "columns": [{"key": key, "label": label, "numeric": numeric, "sortable": False} for key, label, numeric in keys], "rows": rows,
    } if rows else None  # fmt: skip


def list_words(vocabulary: str) -> str:
    """By what a part is named: a country, a region, or the list a sector is of. Source: IATI 2.03, SectorVocabulary and RegionVocabulary."""
    lists = {
        COUNTRY: _("pays"), "region-1": _("région du CAD"), "1": _("secteur du CAD"), "2": _("catégorie du CAD"), "7": _("objectif de développement durable"),
        "8": _("cible de développement durable"), "10": _("cluster mondial"), "98": _("secteur propre à la source"), "99": _("secteur propre à la source"),
    }  # fmt: skip
    if vocabulary.startswith("region-"):
        return lists.get(vocabulary) or _("région, liste %(number)s d'IATI") % {"number": vocabulary.removeprefix("region-")}
    return lists.get(vocabulary) or _("secteur, liste %(number)s d'IATI") % {"number": vocabulary}


def in_francs(row: Flow) -> str:
    """The amount in CFA francs at the rate of its day, with the rate; that none is held where none is."""
    if row.amount_minor is None or row.dated is None or not is_currency(row.currency):
        return _("non dit")
    return told(Money(row.amount_minor, row.currency), "XOF", row.dated, rates_of([row.dated]))[0]


def original(row: Flow, columns: Columns) -> str:
    """The amount in its own currency with the rate the source used."""
    if row.original_minor is None or not is_currency(row.original_currency):
        return _("non dit")
    rate = columns["rate"]
    main = Money(row.original_minor, row.original_currency).main
    amount = grouped(float(main), 0 if main == int(main) else DIGITS.get(row.original_currency, USUAL_DIGITS))
    shown = f"{amount} {row.original_currency}"
    return _("%(amount)s, au taux de %(rate)s pour un dollar, dit par la source") % {"amount": shown, "rate": grouped(rate, 3)} if rate else shown


def said(day: date | None) -> str:
    """A day in words; that none is said where none is."""
    return day_words(day) or _("non dit")


def places_table(places: Sequence[GrantPlace], named: Named) -> dict[str, object] | None:
    """Where a project spends, as a table, clusters by their names; None where nothing is held."""
    if not places:
        return None
    keys = (("place", _("Lieu"), False), ("cluster", _("Cluster"), False), ("amount", _("Montant"), True))
    return {
        "id": "places", "caption": _("Où le projet dépense"), "columns": [{"key": key, "label": label, "numeric": numeric, "sortable": False} for key, label, numeric in keys],
        "rows": [{"place": " › ".join(each.places) or "–", "cluster": named.of(CLUSTERS, each.cluster) or "–", "amount": whole_dollars(each.amount_minor)} for each in places],
    }  # fmt: skip


def verdicts(frame: pl.DataFrame) -> list[tuple[str, str]]:
    """What each measure says of one flow."""
    line = judged(frame).row(0, named=True)
    words = {True: _("oui"), False: _("non"), None: _("non dit")}
    return [(measure_words(name), words[line[name]]) for name in MEASURES if name in line]
