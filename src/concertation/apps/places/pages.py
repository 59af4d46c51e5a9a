"""Pages of places: the shapes of maps, the States and their divisions, what a unit is called and was, boundaries to approve."""

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import etag, require_GET, require_POST

from concertation.apps.access.requests import ReaderRequest, found
from concertation.apps.ground.downloads import TABLES, download, table_file
from concertation.apps.places import commands, drawing, exports, queries, tables
from concertation.apps.places.models import AdminUnit, BoundarySet, Division, State
from concertation.core.sharing.visibility import writes_for
from concertation.draw.outlines import Label, outlines

IMMUTABLE = "public, max-age=31536000, immutable"


def etag_of_symbols(request: HttpRequest, digest: str) -> str:
    """A file of shapes is named by its content: the name is its tag."""
    return f'"{digest}"'


@require_GET
@etag(etag_of_symbols)
def symbols(request: HttpRequest, digest: str) -> HttpResponse:
    """The shapes of a map; they never change under their name."""
    content = drawing.symbol_file(digest)
    if content is None or hashlib.sha256(content).hexdigest()[: drawing.DIGEST_LENGTH] != digest:
        raise Http404
    return HttpResponse(content, content_type="image/svg+xml", headers={"Cache-Control": IMMUTABLE})


def trail(*steps: tuple[str, str]) -> list[tuple[str, str]]:
    """Breadcrumbs: the framework, the places, and what lies below."""
    return [(_("AES"), reverse("home")), (_("Lieux"), reverse("places")), *steps]


@require_GET
def places(request: HttpRequest) -> HttpResponse:
    """Which States take part since when, and how each is divided."""
    states = list(queries.states())
    every, counts = queries.divisions_of_all(), queries.unit_counts()
    held = {state.iso3: every.get(state.iso3, []) for state in states}
    context = {
        "states": tables.states_table(states, held), "divisions": tables.divisions_table([each for own in held.values() for each in own], counts),
        "members": sum(state.status == "member" for state in states), "invited": sum(state.status == "invited" for state in states),
        "breadcrumbs": [(_("AES"), reverse("home")), (_("Lieux"), "")],
    }
    return render(request, "places/places.html", context)


def wanted_level(request: HttpRequest, levels: list[int]) -> int:
    """The level the address asks for, else the first one the division has."""
    written = request.GET.get("level", "")
    return int(written) if written.isdigit() and int(written) in levels else levels[0]


@require_GET
def division(request: HttpRequest, division_id: str) -> HttpResponse:
    """The units of one level of a division, on a map and in a list."""
    shown: Division = found(queries.division(division_id))
    levels = sorted(level for held, level in queries.unit_counts(shown.state_id) if held == shown.pk)
    level = wanted_level(request, found(levels or None))
    lines = queries.units_listed(shown.state_id, level, shown.pk)
    codes = queries.pcodes([line.unit_id for line in lines])
    drawn = drawing.drawing(shown.pk, level)
    if request.GET.get("format") in TABLES:
        taken = exports.units_table(shown, level, lines, codes, drawn)
        return table_file(taken, request.GET["format"], on=timezone.localdate(), geometries=exports.geometries(drawn))
    title = _("Niveau %(level)s") % {"level": level}
    labels = {line.unit_id: Label(line.unit.name, reverse("unit-names", args=[line.unit_id])) for line in lines}
    context = {
        "division": shown, "level": level, "levels": [(each, _("Niveau %(level)s") % {"level": each}) for each in levels],
        "table": tables.units_table(lines, codes, drawn.units if drawn else frozenset(), caption=title), "count": len(lines),
        "map": picture(drawn, labels, title=f"{shown.state.name}, {title}"), "breadcrumbs": trail((shown.state.name, ""), (shown.name, "")),
    }
    return render(request, "places/division.html", context)


def picture(drawn: drawing.Drawing | None, labels: Mapping[str, Label], *, title: str) -> dict[str, str] | None:
    """The outlines of a map as a page shows them."""
    if drawn is None:
        return None
    language = get_language() or "fr"
    shapes = outlines(drawn.sheet, labels, sheet_href=drawn.href, title=title, language=language, boundary_source=drawn.source)
    return {"title": title, "drawing": SafeString(shapes)}


@require_GET
def unit_names(request: HttpRequest, unit_id: str) -> HttpResponse:
    """What a unit is called and was called, where it stands in each division, what it was made of and what became of it."""
    unit: AdminUnit = found(queries.unit(unit_id))
    codes, names, parents = queries.codes_of(unit.pk), queries.names_of(unit.pk), queries.parents_of(unit.pk)
    after = [(line.to_unit, line.to_division, line) for line in queries.successors(unit.pk)]
    before = [(line.from_unit, line.from_division, line) for line in queries.predecessors(unit.pk)]
    if request.GET.get("format") in ("csv", "xlsx"):
        lines = exports.name_lines(codes=codes, names=names, before=before, after=after)
        return download(exports.names_table(unit, lines), request.GET["format"], on=timezone.localdate())
    context = {
        "unit": unit, "kind": tables.kind_words().get(unit.kind, unit.kind), "codes": tables.codes_table(codes), "names": tables.unit_names_table(names), "parents": tables.parents_table(parents),
        "after": tables.crosswalk_table(after, id="after", caption=_("Ce que ce lieu est devenu")),
        "before": tables.crosswalk_table(before, id="before", caption=_("Ce dont ce lieu est fait")),
        "current": next((held.code for held in codes if held.scheme == queries.UNIT_CODE_SCHEME and held.valid_to is None), ""),
        "breadcrumbs": trail((unit.state.name, reverse("state", args=[unit.state_id])), (unit.name, "")),
    }
    return render(request, "places/names.html", context)


@require_GET
def boundaries(request: HttpRequest, iso3: str) -> HttpResponse:
    """The sets of boundaries held for a State: which one maps draw, which ones wait for its approval."""
    state: State = found(queries.state(iso3))
    sets = list(queries.boundary_sets(state.iso3))
    in_use = {held.pk for held in queries.sets_in_use(sets)}
    context = {
        "state": state, "table": tables.sets_table(sets, in_use), "count": len(sets), "waiting": sum(held.approved_at is None for held in sets),
        "may_approve": writes_for(mandates_of(request), state.iso3) is not None,
        "breadcrumbs": trail((state.name, reverse("state", args=[state.iso3])), (_("Contours"), "")),
    }
    return render(request, "places/boundaries.html", context)


def mandates_of(request: HttpRequest) -> Any:
    """The mandates the middleware attached to a request."""
    reader: ReaderRequest = request  # type: ignore[assignment]
    return reader.mandates


@require_GET
def boundary_set(request: HttpRequest, set_id: UUID) -> HttpResponse:
    """One set of boundaries beside the one that maps draw now, with what approving it would change."""
    held: BoundarySet = found(queries.boundary_set(set_id))
    present = queries.boundaries_in_use(held.division_id, held.level)
    lines = queries.units_listed(held.state_id, held.level, held.division_id)
    labels = {line.unit_id: Label(line.unit.name) for line in lines}
    drawn = drawing.set_drawing(held)
    missing = [line.unit.name for line in lines if line.unit_id not in drawn.units]
    other = drawing.set_drawing(present) if present is not None and present.pk != held.pk else None
    context = {
        "set": held, "present": present, "missing": missing, "unit_count": len(lines) - len(missing), "is_used": present is not None and present.pk == held.pk,
        "unknown": sum(not area.units for area in drawn.sheet.areas),
        "map": picture(drawn, labels, title=_("Ces contours")), "other": picture(other, labels, title=_("Contours dessinés aujourd'hui")),
        "may_approve": writes_for(mandates_of(request), held.state_id) is not None,
        "breadcrumbs": trail((held.state.name, reverse("state", args=[held.state_id])), (_("Contours"), reverse("boundaries", args=[held.state_id])), (held.division.name, "")),
    }
    return render(request, "places/boundary_set.html", context)


@require_POST
@login_required
def approve(request: HttpRequest, set_id: UUID) -> HttpResponse:
    """The State's data manager approves a set: maps draw it from now on."""
    held: BoundarySet = found(queries.boundary_set(set_id))
    by = writes_for(mandates_of(request), held.state_id)
    if by is None:
        raise PermissionDenied(_("Il faut le mandat de gestionnaire des données de cet État\u202f: %(state)s") % {"state": held.state_id})
    commands.approve_boundaries(held, by=by)
    messages.success(request, _("Ces contours sont approuvés\u202f: les cartes les dessinent désormais."))
    return redirect("boundaries", iso3=held.state_id)
