"""Pages of the calendar: on which days does each State report, what is due when, and how a year of periods is opened."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from concertation.apps.access.requests import ReaderRequest, found
from concertation.apps.ground.downloads import FORMATS, download
from concertation.apps.ground.editing import problem_words
from concertation.apps.places.models import State
from concertation.apps.places.queries import state, states
from concertation.apps.sources.imports import follow_up
from concertation.apps.sources.pages import manager_or_refuse
from concertation.apps.sources.reporting import commands, queries
from concertation.apps.sources.reporting.forms import OnePeriod, YearOfPeriods
from concertation.apps.sources.reporting.queries import as_value
from concertation.apps.sources.reporting.sectors import parents, sector_words
from concertation.apps.sources.reporting.tables import Line, calendar_table, taken_calendar, year_strip
from concertation.apps.sources.reporting.words import (
    days_words,
    due_words,
    state_cell,
    state_code,
    tally_words,
)
from concertation.core.reporting import FIRST_YEAR, LAST_YEAR, CalendarPeriod, propose
from concertation.core.sharing import Mandate
from concertation.core.sharing.visibility import writes_for

ANY_SECTOR = "any"
MOST_TAKEN_BACK = 2_000
WAITED_FOR = ("running", "due_soon", "due_today")
CLOSED = ("validated", "frozen")


def state_or_404(iso3: str) -> State:
    """A State of the framework."""
    return found(state(iso3))


def trail(*steps: tuple[str, str]) -> list[tuple[str, str]]:
    """Breadcrumbs from the calendars of all States down."""
    return [(_("Rapports"), reverse("reporting")), *steps]


def year_asked(request: ReaderRequest, today: date) -> int:
    """The year an address asks for; this one where it asks for none that a calendar may hold."""
    said = request.GET.get("year", "")
    return int(said) if len(said) == 4 and said.isdecimal() and FIRST_YEAR <= int(said) <= LAST_YEAR else today.year


def lines_of(mandates: Sequence[Mandate], shown: Sequence[Any], iso3: str) -> list[Line]:
    """Periods of a State with the totals that the reader may see."""
    restricted_too = queries.counts_restricted(mandates, iso3)
    return [Line(each, queries.totals_of(each, restricted_too=restricted_too)) for each in shown]


@require_GET
def reporting(request: ReaderRequest) -> HttpResponse:
    """Where does each State stand in its calendar?"""
    today = timezone.localdate()
    newest = {each.owner_state: each for each in queries.periods(request.mandates).filter(start__lte=today, sector="").order_by("start")}
    rows = [_state_row(each, lines_of(request.mandates, [newest[each.iso3]], each.iso3)[0] if each.iso3 in newest else None, today) for each in states() if each.has_units]
    context = {"rows": rows, "held": len(newest), "breadcrumbs": [(_("Rapports"), "")]}
    return render(request, "sources/reporting.html", context)


def _state_row(of: State, line: Line | None, today: date) -> dict[str, object]:
    told: dict[str, object] = {"state": of, "line": line}
    return told if line is None else {**told, "days": days_words(line.period), "standing": state_cell(line.period, line.tally, today), "declared": tally_words(line.tally)}


@require_GET
def reporting_calendar(request: ReaderRequest, iso3: str) -> HttpResponse:
    """Which periods does a State report on this year, what is due when, and how many have declared?"""
    of, today = state_or_404(iso3), timezone.localdate()
    year, sector = year_asked(request, today), request.GET.get("sector", ANY_SECTOR)[:12]
    chosen = None if sector == ANY_SECTOR else sector
    lines = lines_of(request.mandates, list(queries.periods(request.mandates, state=of.iso3, sector=chosen, year=year)), of.iso3)
    if (wanted := request.GET.get("format", "")) in FORMATS:
        return download(taken_calendar(lines, of.iso3, year, today=today), wanted, on=today)
    writes = writes_for(request.mandates, of.iso3) is not None
    years = sorted({year, today.year, *queries.years(request.mandates, of.iso3)})
    context = {
        "state": of, "year": year, "years": [(str(each), str(each)) for each in years], "sentence": sentence(of, year, lines, today), "writes": writes, "strip": year_strip(lines, year, today=today),
        "table": calendar_table(lines, request.GET, today=today, empty=_empty(of, year, writes=writes)), "breadcrumbs": trail((of.name, "")),
    }  # fmt: skip
    return render(request, "sources/reporting_calendar.html", context)


def sentence(of: State, year: int, lines: Sequence[Line], today: date) -> str:
    """What a State reports on in a year, in one sentence with figures."""
    if not lines:
        return _("%(state)s, %(year)s : aucune période de rapport n'est ouverte, aucune absence d'activité ne peut donc être dite.") % {"state": of.name, "year": year}
    codes = Counter(state_code(as_value(line.period), line.tally, today) for line in lines)
    counted = ngettext("%(state)s, %(year)s : %(count)s période de rapport", "%(state)s, %(year)s : %(count)s périodes de rapport", len(lines))
    parts = [counted % {"state": of.name, "year": year, "count": len(lines)}]
    if closed := sum(codes[code] for code in CLOSED):
        parts.append(ngettext("%(count)s validée ou gelée", "%(count)s validées ou gelées", closed) % {"count": closed})
    if codes["complete"]:
        parts.append(ngettext("%(count)s à valider", "%(count)s à valider", codes["complete"]) % {"count": codes["complete"]})
    if codes["overdue"]:
        parts.append(ngettext("%(count)s au délai passé", "%(count)s au délai passé", codes["overdue"]) % {"count": codes["overdue"]})
    told = f"{', '.join(parts)}."
    waiting = [line.period for line in lines if state_code(as_value(line.period), line.tally, today) in WAITED_FOR]
    if not waiting:
        return told
    first = min(waiting, key=lambda each: (each.due_on, each.start))
    due = {"due": due_words(first.due_on), "period": days_words(first), "sector": sector_words(first.sector)}
    return f"{told} {_('Prochain dernier jour : %(due)s (%(period)s, %(sector)s).') % due}"


def _empty(of: State, year: int, *, writes: bool) -> dict[str, str]:
    told = {"title": _("Aucune période en %(year)s") % {"year": year}, "text": _("Un fichier apporté ouvre les jours dont il rend compte ; le gestionnaire des données de l'État ouvre une année d'un geste.")}
    return {**told, "url": f"{reverse('reporting-open', args=[of.iso3])}", "action": _("Ouvrir une année")} if writes else told


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def reporting_open(request: ReaderRequest, iso3: str) -> HttpResponse:
    """Open a year of periods, seen before anything is stored, or one period."""
    of = state_or_404(iso3)
    by = manager_or_refuse(request, of.iso3)
    if request.method != "POST":
        return _open_page(request, of, YearOfPeriods(request.GET) if "rhythm" in request.GET else None, None)
    if "rhythm" not in request.POST:
        return _open_one(request, of, by)
    form = YearOfPeriods(request.POST)
    proposed = propose(form.wanted(), _calendar(request, of), sectors=parents()) if form.is_valid() else None
    if proposed is None or request.POST.get("count") != str(len(proposed.opened)) or not proposed.opened:
        return _open_page(request, of, form, None)
    return _opened(request, of, form, lambda: commands.open_periods(of.iso3, proposed.opened, by=by))


def _open_one(request: ReaderRequest, of: State, by: Mandate) -> HttpResponse:
    form = OnePeriod(request.POST)
    if not form.is_valid():
        return _open_page(request, of, None, form)
    wanted = form.wanted()
    return _opened(request, of, form, lambda: [commands.open_period(of.iso3, sector=wanted.sector, start=wanted.start, end=wanted.end, due_on=wanted.due_on, by=by)])


def _opened(request: ReaderRequest, of: State, form: YearOfPeriods | OnePeriod, act: Any) -> HttpResponse:
    """Open, and show what was opened with the way to take it back; or say on the form why the calendar refuses it."""
    try:
        made = act()
    except commands.PeriodRefused as refusal:
        for problem in refusal.problems:
            form.add_error(None, problem_words(problem))
        return _open_page(request, of, *((form, None) if isinstance(form, YearOfPeriods) else (None, form)))
    follow_up(of.iso3)
    context = {
        "state": of, "made": [(each, days_words(each), sector_words(each.sector)) for each in made], "year": made[0].start.year,
        "breadcrumbs": trail((of.name, reverse("reporting-calendar", args=[of.iso3])), (_("Ouvrir"), "")),
    }  # fmt: skip
    return render(request, "sources/reporting_opened.html", context)


def _calendar(request: ReaderRequest, of: State) -> list[CalendarPeriod]:
    return [as_value(each) for each in queries.periods(request.mandates, state=of.iso3)]


def _open_page(request: ReaderRequest, of: State, year: YearOfPeriods | None, one: OnePeriod | None) -> HttpResponse:
    proposed = propose(year.wanted(), _calendar(request, of), sectors=parents()) if year is not None and year.is_valid() else None
    moved = request.method == "POST" and proposed is not None and not (year and year.errors)
    context = {
        "state": of, "year_form": year or YearOfPeriods(initial={"year": timezone.localdate().year, "rhythm": "month"}), "one_form": one or OnePeriod(), "moved": moved,
        "opened": [(days_words(each), sector_words(each.sector), each.due_on) for each in proposed.opened] if proposed else [], "proposed": proposed,
        "left_out": [(days_words(each), problem_words(problem)) for each, problem in proposed.left_out] if proposed else [],
        "breadcrumbs": trail((of.name, reverse("reporting-calendar", args=[of.iso3])), (_("Ouvrir"), "")),
    }  # fmt: skip
    wrong = (year is not None and bool(year.errors)) or (one is not None and bool(one.errors))
    return render(request, "sources/reporting_open.html", context, status=422 if wrong else 409 if moved else 200)


@require_POST
@login_required
def reporting_take_back(request: ReaderRequest, iso3: str) -> HttpResponse:
    """Take periods just opened out of the calendar again, but for those in which something happened since."""
    of = state_or_404(iso3)
    by = manager_or_refuse(request, of.iso3)
    asked = [found for each in request.POST.getlist("period")[:MOST_TAKEN_BACK] if (found := uuid_of(each))]
    gone = commands.take_back_periods(of.iso3, asked, by=by)
    follow_up(of.iso3)
    messages.success(request, ngettext("%(count)s période reprise.", "%(count)s périodes reprises.", gone) % {"count": gone})
    if kept := len(asked) - gone:
        messages.info(request, ngettext("%(count)s période reste : quelque chose y a été fait depuis.", "%(count)s périodes restent : quelque chose y a été fait depuis.", kept) % {"count": kept})
    return redirect("reporting-calendar", iso3=of.iso3)


def uuid_of(text: str) -> UUID | None:
    """An id as a form sent it; none for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
