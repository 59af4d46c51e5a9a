"""The journal as people read it: by State, act and day, paged; taken away as CSV or JSON lines. No personal value is in it."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from concertation.apps.access import queries
from concertation.apps.access.forms import JournalFilter
from concertation.apps.access.requests import ReaderRequest
from concertation.apps.access.words import act_words, state_names
from concertation.apps.ground.models import JournalLine
from concertation.core.sharing import Mandate
from concertation.core.sharing.giving import journals_read
from concertation.draw.tables import Column, Source, TakenTable, to_csv

PAGE_ROWS = 50
MOST_LINES = 100_000
COLUMNS = (
    Column(key="chain", heading_fr="Chaîne", heading_en="Chain"),
    Column(key="sequence", heading_fr="Numéro", heading_en="Number", numeric=True),
    Column(key="at", heading_fr="Instant (UTC)", heading_en="Instant (UTC)"),
    Column(key="actor", heading_fr="Acteur (identifiant)", heading_en="Actor (identifier)"),
    Column(key="mandate", heading_fr="Mandat", heading_en="Mandate"),
    Column(key="act", heading_fr="Acte", heading_en="Act"),
    Column(key="unit", heading_fr="Unité", heading_en="Unit"),
    Column(key="period", heading_fr="Période", heading_en="Period"),
    Column(key="facts", heading_fr="Faits", heading_en="Facts"),
    Column(key="digest", heading_fr="Empreinte", heading_en="Digest"),
)


def facts_of(line: JournalLine) -> dict[str, Any]:
    """What the act was about: identifiers and counts."""
    facts: dict[str, Any] = json.loads(bytes(line.facts) or b"{}")
    return facts


def taken_line(line: JournalLine) -> dict[str, Any]:
    """A line as it is taken away."""
    fields = {name: getattr(line, name) for name in ("chain", "sequence", "actor", "mandate", "act", "unit", "period", "digest")}
    return {**fields, "at": line.at.isoformat(), "facts": facts_of(line)}


def as_csv(lines: Sequence[JournalLine], on: date) -> bytes:
    """The lines as a table to take away."""
    rows = [{**taken_line(line), "facts": bytes(line.facts).decode()} for line in lines]
    source = Source(source="Concertation", date=on.isoformat(), licence="", scope="journal")
    table = TakenTable(title_fr="Journal", title_en="Journal", columns=COLUMNS, rows=rows, sources=(source,))
    return to_csv(table, language="en" if get_language() == "en" else "fr")


def as_json_lines(lines: Sequence[JournalLine]) -> Iterator[bytes]:
    """The lines as JSON, one a line."""
    return (json.dumps(taken_line(line), ensure_ascii=False).encode() + b"\n" for line in lines)


@require_GET
@login_required
@never_cache
def journal(request: ReaderRequest) -> HttpResponse:
    """The journal of the States whose data the reader answers for."""
    states = journals_read(request.mandates)
    if not states:
        raise PermissionDenied(_("Il faut le mandat de gestionnaire des données, d'auditeur ou d'administrateur d'un État."))
    asked, today = JournalFilter(request.GET).asked(), timezone.localdate()
    lines = queries.journal_lines(request.mandates, **asked)
    wanted = request.GET.get("format", "")
    if wanted in ("csv", "jsonl"):
        return _taken(list(lines[:MOST_LINES]), wanted, today)
    page = Paginator(lines, PAGE_ROWS).get_page(request.GET.get("page"))
    context = {
        "table": _table(page), "asked": asked, "total": page.paginator.count, "states": _state_choices(states),
        "acts": _act_choices(request.mandates), "breadcrumbs": [(_("Journal"), "")],
    }
    return render(request, "access/journal.html", context)


def _taken(lines: Sequence[JournalLine], wanted: str, on: date) -> HttpResponse:
    content = as_csv(lines, on) if wanted == "csv" else b"".join(as_json_lines(lines))
    response = HttpResponse(content, content_type="text/csv; charset=utf-8" if wanted == "csv" else "application/x-ndjson")
    response.headers["Content-Disposition"] = f'attachment; filename="journal-{on.isoformat()}.{wanted}"'
    return response


def _state_choices(states: frozenset[str]) -> list[tuple[str, str]]:
    named = state_names()
    return [(code, named.get(code, code)) for code in sorted(states)]


def _act_choices(mandates: Sequence[Mandate]) -> list[tuple[str, str]]:
    return sorted(((act, act_words(act)) for act in queries.acts_in_journal(mandates)), key=lambda pair: pair[1].casefold())


def _table(page: Any) -> dict[str, object]:
    columns = [
        {"key": "at", "label": _("Instant"), "unit": "UTC", "sortable": False}, {"key": "chain", "label": _("État"), "sortable": False},
        {"key": "sequence", "label": _("N°"), "numeric": True, "sortable": False}, {"key": "act", "label": _("Acte"), "sortable": False},
        {"key": "mandate", "label": _("Sous quel mandat"), "sortable": False}, {"key": "facts", "label": _("Sur quoi"), "sortable": False},
    ]
    return {
        "id": "journal", "caption": _("Actes, le plus récent d'abord"), "columns": columns, "rows": [_row(line) for line in page], "page": page,
        "unfiltered": True, "exports": ["csv", "jsonl"],
        "empty": {"title": _("Aucun acte ne répond à ce choix."), "text": _("Élargissez les jours, ou choisissez tous les actes.")},
    }


def _row(line: JournalLine) -> dict[str, object]:
    facts = " · ".join(f"{name} {value}" for name, value in facts_of(line).items() if value not in ("", None, {}, []))
    place = " · ".join(part for part in (line.unit, line.period) if part)
    return {
        "at": date_format(line.at, "j F Y, H:i"), "chain": state_names().get(line.chain, line.chain), "sequence": line.sequence,
        "act": {"text": act_words(line.act), "note": line.act}, "mandate": {"text": line.mandate, "note": line.actor[-12:]},
        "facts": (f"{place} · {facts}" if place and facts else place or facts)[:300] or "–",
    }
