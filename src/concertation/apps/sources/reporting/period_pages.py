"""The page of a period, and what is done there: each act says which version it was read from, and whoever comes second is shown the difference."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from concertation.apps.access.register import organisation_called
from concertation.apps.access.requests import ReaderRequest, found, version_of
from concertation.apps.access.words import state_names
from concertation.apps.ground.downloads import FORMATS, download
from concertation.apps.ground.editing import Conflict, problem_words
from concertation.apps.organisations.models import Organisation
from concertation.apps.sources.imports import follow_up
from concertation.apps.sources.models import PERIOD_STATUSES, ReportingPeriod
from concertation.apps.sources.pages import manager_or_refuse
from concertation.apps.sources.reporting import commands, queries
from concertation.apps.sources.reporting.forms import DaysOfPeriod, Excusing, Expecting, Reopening
from concertation.apps.sources.reporting.pages import trail
from concertation.apps.sources.reporting.period_view import PeriodView
from concertation.apps.sources.reporting.sectors import sector_words
from concertation.apps.sources.reporting.words import days_words, due_words, state_cell
from concertation.core.sharing import Mandate
from concertation.core.sharing.punctuality import acts_for

READ_PARTS = 4


def view_or_404(request: ReaderRequest, period_id: UUID) -> PeriodView:
    """The period, if the reader may see it; otherwise nothing says that it exists."""
    period = queries.period(request.mandates, period_id)
    if period is None:
        raise Http404
    return PeriodView(period, request.mandates, timezone.localdate())


@require_GET
def reporting_period(request: ReaderRequest, period_id: UUID) -> HttpResponse:
    """Who has declared in a period, and who has not?"""
    view = view_or_404(request, period_id)
    if (wanted := request.GET.get("format", "")) in FORMATS:
        return download(view.taken(request.GET), wanted, on=view.today)
    return page(request, view)


def page(request: ReaderRequest, view: PeriodView, *, status: int = 200, **more: object) -> HttpResponse:
    """The page of a period; `more` holds a form that was refused, or the difference for whoever came second."""
    period, name = view.period, str(state_names().get(view.period.owner_state, view.period.owner_state))
    context = {
        "view": view, "period": period, "state_name": name, "heading": capfirst(_("%(period)s, %(sector)s") % {"period": days_words(period), "sector": sector_words(period.sector)}),
        "sentence": view.sentence(name), "standing": state_cell(period, view.followed.tally, view.today), "own": view.own(), "table": view.table(request.GET) if view.names_others else None,
        "rests_on": [(days_words(each), reverse("reporting-period", args=[each.pk])) for each in view.followed.rests_on], "lead": view.name_of(view.lead) if view.lead else "",
        "read": written(period), "begun": period.start <= view.today,
        "breadcrumbs": trail((name, f"{reverse('reporting-calendar', args=[period.owner_state])}?year={period.start.year}"), (days_words(period), "")),
        **forms_of(view), **more,
    }  # fmt: skip
    return render(request, "sources/reporting_period.html", context, status=status)


def forms_of(view: PeriodView) -> dict[str, object]:
    """The forms of the acts that are open to the reader as the period stands."""
    period = view.period
    made: dict[str, object] = {}
    if view.manages and period.status == "open":
        made["days_form"] = DaysOfPeriod(initial={"start": period.start, "end": period.end, "due_on": period.due_on}, auto_id="days_%s")
    if view.manages and period.status != "open":
        made["reopen_form"] = Reopening(auto_id="reopen_%s")
    if view.validates and period.status != "frozen":
        made["expect_form"] = Expecting(called=lambda _written: "", auto_id="expect_%s")
        if offered := view.to_excuse():
            made["excuse_form"] = Excusing(organisations=offered, auto_id="excuse_%s")
    return {**made, "by_hand": view.by_hand() if view.validates and period.status != "frozen" else []}


def written(period: ReportingPeriod) -> str:
    """The period as a form carries what was read of it."""
    return f"{period.start}/{period.end}/{period.due_on}/{period.status}"



def difference(request: ReaderRequest, now: ReportingPeriod, **more: object) -> HttpResponse:
    """Somebody changed the period since it was read: what it was, what it is, what was asked; nothing was done."""
    view = view_or_404(request, now.pk)
    read, stands = request.POST.get("read", "").split("/"), written(view.period).split("/")
    read = read if len(read) == READ_PARTS else [""] * READ_PARTS
    asked = [request.POST.get(name, "") for name in ("start", "end", "due_on")] + [""]
    labels = [_("Du"), _("Au"), _("Dernier jour pour déclarer"), _("Où elle en est")]
    lines = [(label, said(was), said(held), said(wanted)) for label, was, held, wanted in zip(labels, read, stands, asked, strict=True) if was != held or wanted not in ("", held)]
    return page(request, view, status=409, difference=lines, asked_days=any(asked), **more)


def said(text: str) -> str:
    """A day or a status as a person reads it; only what reads as one is shown."""
    if text in (words := dict(PERIOD_STATUSES)):
        return str(words[text])
    try:
        return due_words(date.fromisoformat(text))
    except ValueError:
        return "–"


def act(request: ReaderRequest, view: PeriodView, done: str, command: Callable[[], Any]) -> HttpResponse:
    """Do an act and say so; or show what stands in its way: another's change, or the calendar."""
    try:
        command()
    except Conflict as conflict:
        return difference(request, conflict.held)
    except commands.PeriodRefused as refusal:
        for problem in refusal.problems:
            messages.error(request, problem_words(problem))
    else:
        follow_up(view.period.owner_state)
        messages.success(request, done)
    return redirect("reporting-period", view.period.pk)


def validator_or_refuse(view: PeriodView) -> Mandate:
    """The mandate under which a period is validated."""
    if view.validates is None:
        raise PermissionDenied(_("Il faut le mandat de gestionnaire des données de cet État, ou de responsable des déclarants du chef de file de ce secteur."))
    return view.validates


@require_POST
@login_required
def validate(request: ReaderRequest, period_id: UUID) -> HttpResponse:
    """The sector's lead, or the data manager, says that what was declared is right."""
    view = view_or_404(request, period_id)
    by = validator_or_refuse(view)
    return act(request, view, _("Période validée."), lambda: commands.validate_period(view.period, base_version=version_of(request), by=by))


@require_POST
@login_required
def freeze(request: ReaderRequest, period_id: UUID) -> HttpResponse:
    """Nothing goes in or changes any more."""
    view = view_or_404(request, period_id)
    by = manager_or_refuse(request, view.period.owner_state)
    return act(request, view, _("Période gelée : elle ne reçoit plus rien."), lambda: commands.freeze_period(view.period, base_version=version_of(request), by=by))


@require_POST
@login_required
def reopen(request: ReaderRequest, period_id: UUID) -> HttpResponse:
    """Declarations go in again, for a reason of the list."""
    view, reason = view_or_404(request, period_id), request.POST.get("reason", "")
    by = manager_or_refuse(request, view.period.owner_state)
    return act(request, view, _("Période rouverte."), lambda: commands.reopen_period(view.period, reason=reason, base_version=version_of(request), by=by))


@require_POST
@login_required
def change_days(request: ReaderRequest, period_id: UUID) -> HttpResponse:
    """Change the days of an open period, or its last day."""
    view = view_or_404(request, period_id)
    by, form = manager_or_refuse(request, view.period.owner_state), DaysOfPeriod(request.POST, auto_id="days_%s")
    if not form.is_valid():
        return page(request, view, status=422, days_form=form)
    try:
        commands.change_period(view.period, **form.cleaned_data, base_version=version_of(request), by=by)
    except Conflict as conflict:
        return difference(request, conflict.held, **({"days_form": form} if conflict.held.status == "open" else {}))
    except commands.PeriodRefused as refusal:
        for problem in refusal.problems:
            form.add_error(None, problem_words(problem))
        return page(request, view, status=422, days_form=form)
    follow_up(view.period.owner_state)
    messages.success(request, _("Jours changés."))
    return redirect("reporting-period", view.period.pk)


def organisation_or_404(slug: str) -> Organisation:
    """An organisation by the word it is kept under, which a form of the page gave or the register found."""
    return found(queries.organisations_called([slug]).get(slug))


@require_POST
@login_required
def expect(request: ReaderRequest, period_id: UUID) -> HttpResponse:
    """An organisation is expected, though it did not declare before."""
    view = view_or_404(request, period_id)
    by = validator_or_refuse(view)
    form = Expecting(request.POST, called=lambda written: organisation_called(request.mandates, written), auto_id="expect_%s")
    if not form.is_valid():
        return page(request, view, status=422, expect_form=form)
    organisation = organisation_or_404(form.cleaned_data["organisation"])
    return act(request, view, _("%(organisation)s est attendue dans cette période.") % {"organisation": organisation}, lambda: commands.expect(view.period, organisation, by=by))


@require_POST
@login_required
def excuse(request: ReaderRequest, period_id: UUID) -> HttpResponse:
    """An organisation is expected no longer, for a reason of the list."""
    view = view_or_404(request, period_id)
    by, form = validator_or_refuse(view), Excusing(request.POST, organisations=view.to_excuse(), auto_id="excuse_%s")
    if not form.is_valid():
        return page(request, view, status=422, excuse_form=form)
    organisation = organisation_or_404(form.cleaned_data["organisation"])
    told = _("%(organisation)s est excusée dans cette période.") % {"organisation": organisation}
    return act(request, view, told, lambda: commands.excuse(view.period, organisation, reason=form.cleaned_data["reason"], by=by))


@require_POST
@login_required
def by_rule(request: ReaderRequest, period_id: UUID) -> HttpResponse:
    """What a person said of an organisation is forgotten: the stated rule decides again."""
    view, slug = view_or_404(request, period_id), request.POST.get("organisation", "")
    by = validator_or_refuse(view)
    if slug not in view.said:
        raise Http404
    organisation = organisation_or_404(slug)
    return act(request, view, _("La règle décide de nouveau pour %(organisation)s.") % {"organisation": organisation}, lambda: commands.forget_reporter(view.period, organisation, by=by))


def reporter_or_refuse(request: ReaderRequest, view: PeriodView) -> tuple[Organisation, Mandate]:
    """The organisation a form declares for, and the mandate under which the reader declares for it."""
    slug = request.POST.get("organisation", "")
    by = acts_for(request.mandates, slug, view.period.owner_state)
    if by is None:
        raise PermissionDenied(_("Il faut le mandat de déclarant de cette organisation dans cet État."))
    return organisation_or_404(slug), by


@require_POST
@login_required
def nothing(request: ReaderRequest, period_id: UUID) -> HttpResponse:
    """The organisation has nothing to declare: said, so that nobody waits for it."""
    view = view_or_404(request, period_id)
    organisation, by = reporter_or_refuse(request, view)
    return act(request, view, _("C'est noté : rien à déclarer."), lambda: commands.declare_nothing(view.period, organisation, at=timezone.now(), by=by))


@require_POST
@login_required
def nothing_taken_back(request: ReaderRequest, period_id: UUID) -> HttpResponse:
    """The organisation has something to declare after all."""
    view = view_or_404(request, period_id)
    organisation, by = reporter_or_refuse(request, view)
    return act(request, view, _("« Rien à déclarer » est repris."), lambda: commands.take_declaration_back(view.period, organisation, by=by))
