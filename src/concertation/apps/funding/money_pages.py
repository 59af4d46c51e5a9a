"""Pages of flows: how they are counted under each policy, of what quality they are, each of them down to the bytes received."""

import json
from collections.abc import Mapping
from uuid import UUID

import polars as pl
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.funding import (
    code_names,
    counting,
    flow_tables,
    flow_views,
    policy_tables,
    quality_views,
    queries,
    stream_views,
)
from concertation.apps.funding.funds.queries import funds_of_parties
from concertation.apps.funding.ledgers import ledger_shares
from concertation.apps.funding.pages import asked_year, trail
from concertation.apps.ground.downloads import FORMATS, attached, language, table_file
from concertation.apps.ground.drawings import DRAWINGS, drawing_file, links
from concertation.apps.organisations.queries import own_names
from concertation.apps.places.models import State
from concertation.apps.places.queries import states_with_units
from concertation.apps.sources.queries import publications, run_for
from concertation.apps.sources.taken_sources import of_publication
from concertation.draw.tables import Source, source_lines
from concertation.formats import reference_set


def states_held() -> dict[str, State]:
    """The States with units, by code."""
    return {state.iso3: state for state in states_with_units()}


def state_of(request: ReaderRequest, states: Mapping[str, State]) -> str:
    """The State of the address; empty for all of them."""
    asked = request.GET.get("state", "")
    return asked if asked in states else ""


def choices(request: ReaderRequest, states: Mapping[str, State]) -> tuple[str, int, list[int]]:
    """The State and year a page shows, and the years held."""
    state = state_of(request, states)
    held = counting.years_held(request.mandates, state=state)
    return state, counting.this_year(asked_year(request.GET), held, timezone.localdate()), held


def sector_choices() -> list[tuple[str, str]]:
    """The families of clusters, in the reader's language; money is of one of them, never of all."""
    held = reference_set.read("sectors").filter(pl.col("parent").is_null() & (pl.col("sector") != "ALL")).select("sector", f"name_{language()}")
    return [(code, name) for code, name in held.iter_rows()]


def sources_of(names: list[str]) -> tuple[Source, ...]:
    """The files some flows were read from. One query."""
    known = publications(names)
    return tuple(of_publication(name, known, scope=_("flux"), method=_("flux tels que reçus, comptés par la règle nommée")) for name in names)


@require_GET
def policies(request: ReaderRequest) -> HttpResponse:
    """What each policy counts, and every dollar between them."""
    states = states_held()
    state, year, years = choices(request, states)
    money = counting.held_money(request.mandates, state=state, year=year)
    told = counting.bridges_told(money)
    if wanted := request.GET.get("format", ""):
        return table_file(policy_tables.taken(told, sources_of(queries.source_ids(request.mandates, state=state, year=year))), wanted, on=timezone.localdate())
    context = {
        "sentence": policy_tables.sentence(told, year=year), "state": state, "year": str(year), "states": [("", _("tous")), *((code, held.name) for code, held in states.items())],
        "years": [(str(each), str(each)) for each in years], "policies": policy_tables.policies_table(told, links(request.GET, "table", "bridges", FORMATS)),
        "bridges": policy_tables.bridge_tables(told), "rules": policy_tables.rules(), "breadcrumbs": trail(_("Règles de comptage")),
    }  # fmt: skip
    return render(request, "funding/counting.html", context)


@require_GET
def quality(request: ReaderRequest) -> HttpResponse:
    """How flexible, predictable, durable and local is the money?"""
    states = states_held()
    state, year, years = choices(request, states)
    sectors, givers = sector_choices(), own_names(request.mandates)
    sector, giver = (asked if (asked := request.GET.get(name, "")) in held else "" for name, held in (("sector", dict(sectors)), ("giver", givers)))
    money = counting.held_money(request.mandates, state=state, year=year, sector=sector, givers=givers.get(giver, frozenset()))
    found = counting.quality_of(money, counting.in_need(request.mandates, year=year))
    ledger = {} if sector or giver else ledger_shares(request.mandates, state=state, year=year, today=timezone.localdate())
    behind = {"state": state, "year": year, "sector": sector, "giver": giver}
    if wanted := request.GET.get("format", ""):
        return table_file(quality_views.taken(found, sources_of(queries.source_ids(request.mandates, state=state, year=year)), ledger), wanted, on=timezone.localdate())
    context = {
        "sentence": quality_views.sentence(money, found, state=state, year=year), "state": state, "year": str(year), "states": [("", _("tous")), *((code, held.name) for code, held in states.items())],
        "years": [(str(each), str(each)) for each in years], "bars": quality_views.bars(found, quality_views.MAIN, behind),
        "sector": sector, "sectors": [("", _("tous")), *sectors], "giver": giver, "givers": [("", _("tous")), *((slug, _("le vôtre")) for slug in givers)] if givers else [],
        "beside": quality_views.bars(found, quality_views.BESIDE, behind, ledger=ledger), "delay": quality_views.delay_words(found), "spread": quality_views.spread_words(found),
        "exports": links(request.GET, "table", "quality", FORMATS), "flows_url": quality_views.address(behind), "has_money": money.frame.height > 0,
        "breadcrumbs": trail(_("Qualité de l'argent")),
    }  # fmt: skip
    return render(request, "funding/quality.html", context)


@require_GET
def streams(request: ReaderRequest) -> HttpResponse:
    """Where money comes from and where it goes."""
    states = states_held()
    state, year, years = choices(request, states)
    money, today = counting.held_money(request.mandates, state=state, year=year), timezone.localdate()
    found = stream_views.found(money, {code: held.name for code, held in states.items()} | {name: held.name for held in states.values() for name in (held.name_fr, held.name_en)})
    drawn = stream_views.drawing(found)
    if wanted := request.GET.get("format", ""):
        sources = sources_of(queries.source_ids(request.mandates, state=state, year=year))
        if request.GET.get("chart") == "streams":
            return drawing_file(str(drawn), wanted, title=stream_views.title(), on=today, sources="\n".join(source_lines(sources)))
        return table_file(stream_views.taken(found, sources), wanted, on=today)
    context = {
        "sentence": stream_views.sentence(money, found), "state": state, "year": str(year), "states": [("", _("tous")), *((code, held.name) for code, held in states.items())],
        "years": [(str(each), str(each)) for each in years], "drawing": drawn, "picture_title": stream_views.title(), "picture_exports": links(request.GET, "chart", "streams", DRAWINGS),
        "table": stream_views.table(found, links(request.GET, "table", "streams", FORMATS)), "breadcrumbs": trail(stream_views.title()),
    }  # fmt: skip
    return render(request, "funding/streams.html", context)


@require_GET
def flows(request: ReaderRequest) -> HttpResponse:
    """The flows held, one a line."""
    states = states_held()
    asked = flow_tables.Asked.of(request.GET, states=states, year=asked_year(request.GET), sectors=dict(sector_choices()), givers=own_names(request.mandates))
    listed = flow_tables.read(request.mandates, asked)
    if wanted := request.GET.get("format", ""):
        return table_file(flow_tables.taken(listed, sources_of(queries.source_ids(request.mandates, state=asked.state, year=asked.year))), wanted, on=timezone.localdate())
    years = counting.years_held(request.mandates)
    context = {"sentence": flow_views.list_sentence(listed), "table": flow_tables.table(listed, request.GET, states=states, years=years), "breadcrumbs": trail(_("Flux tenus"))}
    return render(request, "funding/flows.html", context)


@require_GET
def flow(request: ReaderRequest, flow_id: UUID) -> HttpResponse:
    """One flow: what it says, its ends, its earmarks, its versions, every key as received."""
    row = queries.flow(request.mandates, flow_id)
    if row is None:
        raise Http404
    if request.GET.get("format") == "json":
        return attached(bytes(row.received), "application/json", f"flow-{row.flow}-{row.reported_version}.json")
    frame = queries.flow_frame_of(row)
    run = run_for(request.mandates, row.import_run_id)
    places, ends = queries.places_of(request.mandates, row), queries.ends(request.mandates, row)
    funds = funds_of_parties(request.mandates, [party.pk for _role, party in ends])
    context = {
        "row": row, "sentence": flow_views.sentence(row, frame), "facts": [*flow_views.facts(row, frame), *code_names.facts_of_grant(request.mandates, row), *flow_views.facts_of_transaction(row)], "ends": [(role, party, funds.get(party.pk)) for role, party in ends], "earmarks": queries.earmarks(request.mandates, row), "places": flow_views.places_table(places, code_names.names_of(request.mandates, code_names.CLUSTERS)) if places else None,
        "shares": flow_views.shares_table(row), "versions": [each for each in queries.versions(request.mandates, row) if each.pk != row.pk], "received": json.dumps(json.loads(bytes(row.received)), ensure_ascii=False, indent=1),
        "run": run, "verdicts": flow_views.verdicts(pl.DataFrame([frame], schema=flow_views.FLOW_SCHEMA)), "breadcrumbs": [*trail(_("Flux tenus"))[:-1], (_("Flux tenus"), reverse("funding-flows")), (row.flow, "")],
    }  # fmt: skip
    return render(request, "funding/flow.html", context)


@require_GET
def answer(request: ReaderRequest, run_id: UUID) -> HttpResponse:
    """The JSON answer of an import, written again as it was received."""
    run = run_for(request.mandates, run_id)
    content = queries.answer_again(request.mandates, run) if run else None
    if run is None or content is None:
        raise Http404
    return attached(content, "application/json", f"fts-{run.file_id[:12]}.json")
