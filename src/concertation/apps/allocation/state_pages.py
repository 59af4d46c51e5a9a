"""Acts on a round: what a State asks and says, who joins, which scenario is put forward, and the end of it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from concertation.apps.access.requests import ReaderRequest, version_of
from concertation.apps.allocation import commands, views
from concertation.apps.allocation.forms import AskConstraint, Join, TakePosition
from concertation.apps.allocation.frozen import Changes, question_of
from concertation.apps.allocation.reach import (
    analyst_or_refuse,
    done_or_told,
    round_or_404,
    scenario_or_404,
    state_or_refuse,
)
from concertation.apps.allocation.words import sector_words, state_words
from concertation.core.allocation.consent import Constraint


def told_wrong(request: ReaderRequest, form: object) -> None:
    """Say what is wrong with a form on the page it came from."""
    for errors in getattr(form, "errors", {}).values():
        for error in errors:
            messages.error(request, error)


@require_POST
@login_required
def constrain(request: ReaderRequest, round_id: UUID, state: str) -> HttpResponse:
    """A State asks for an exclusion or a cap on its soil."""
    asked, by = round_or_404(request, round_id), state_or_refuse(request, state)
    form = AskConstraint(request.POST, sectors=[(code, sector_words(code)) for code in views.sectors_of(asked)], currency=asked.currency)
    if not form.is_valid():
        told_wrong(request, form)
        return redirect("round", asked.pk)
    wanted = Constraint(state, form.cleaned_data["sector"], form.cleaned_data["unit"], form.cap_minor())
    question = question_of(bytes(asked.question), Changes().content(), asked.as_of)
    return done_or_told(
        request, lambda: commands.state_constraint(asked, wanted, question=question, motive=form.cleaned_data["motive"], stated_on=form.cleaned_data["stated_on"], by=by),
        done=_("Demande notée : un nouveau scénario la prendra, à côté du plan sur les seuls besoins."), to="round", args=[asked.pk],
    )  # fmt: skip


@require_POST
@login_required
def unconstrain(request: ReaderRequest, round_id: UUID, state: str, constraint_id: UUID) -> HttpResponse:
    """A State takes back what it asked."""
    asked, by = round_or_404(request, round_id), state_or_refuse(request, state)
    return done_or_told(
        request, lambda: commands.withdraw_constraint(asked, constraint_id, state=state, by=by), done=_("Demande retirée : les scénarios déjà faits restent comme ils sont."), to="round", args=[asked.pk],
    )  # fmt: skip


@require_POST
@login_required
def join(request: ReaderRequest, round_id: UUID) -> HttpResponse:
    """Note that an authority joins, by a written word."""
    by, asked = analyst_or_refuse(request), round_or_404(request, round_id)
    form, authority = Join(request.POST), request.POST.get("authority", "")
    if not form.is_valid() or authority not in views.authorities(asked):
        told_wrong(request, form)
        return redirect("round", asked.pk)
    return done_or_told(
        request, lambda: commands.note_joining(asked, authority=authority, reference=form.cleaned_data["reference"], joined_on=form.cleaned_data["joined_on"], by=by),
        done=_("Noté : un nouveau scénario prendra cet argent."), to="round", args=[asked.pk],
    )  # fmt: skip


@require_POST
@login_required
def put_forward(request: ReaderRequest, round_id: UUID, number: int) -> HttpResponse:
    """Put a scenario to the States."""
    by = analyst_or_refuse(request)
    asked, scenario = scenario_or_404(request, round_id, number)
    return done_or_told(
        request, lambda: commands.put_forward(asked, scenario, base_version=version_of(request), by=by), done=_("Scénario soumis aux États."), to="round", args=[asked.pk],
    )  # fmt: skip


@require_POST
@login_required
def position(request: ReaderRequest, round_id: UUID, state: str) -> HttpResponse:
    """A State endorses the scenario put to it, or states a reservation."""
    asked, by = round_or_404(request, round_id), state_or_refuse(request, state)
    form = TakePosition(request.POST)
    if not form.is_valid():
        told_wrong(request, form)
        return redirect("round", asked.pk)
    return done_or_told(
        request, lambda: commands.take_position(asked, state=state, stance=form.cleaned_data["stance"], motive=form.cleaned_data["motive"], scenario_version=version_of(request), by=by),
        done=_("Position de %(state)s enregistrée.") % {"state": state_words(state)}, to="round", args=[asked.pk],
    )  # fmt: skip


@require_POST
@login_required
def endorse(request: ReaderRequest, round_id: UUID) -> HttpResponse:
    """Close the round on the scenario put forward."""
    by, asked = analyst_or_refuse(request), round_or_404(request, round_id)
    return done_or_told(request, lambda: commands.endorse(asked, base_version=version_of(request), by=by), done=_("Tour endossé : il ne change plus."), to="round", args=[asked.pk])


@require_POST
@login_required
def abandon(request: ReaderRequest, round_id: UUID) -> HttpResponse:
    """Close the round without a plan."""
    by, asked = analyst_or_refuse(request), round_or_404(request, round_id)
    return done_or_told(request, lambda: commands.abandon(asked, base_version=version_of(request), by=by), done=_("Tour abandonné : il reste lisible."), to="round", args=[asked.pk])


