"""Pages of one scenario: its plan line by line with reasons and certificate, lines set by hand, and what one change would do."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from concertation.apps.access.requests import ReaderRequest, version_of
from concertation.apps.allocation import commands, exports, jobs, queries, solving, views
from concertation.apps.allocation.forms import ChangeLine, TryWhatIf
from concertation.apps.allocation.frozen import Changes, changes_in
from concertation.apps.allocation.models import Round, Scenario
from concertation.apps.allocation.reach import analyst_or_refuse, done_or_told, scenario_or_404
from concertation.apps.allocation.scenario_views import (
    change_rows,
    constraint_words,
    lines_table,
    minimum_shown,
    reserves_shown,
    stages_shown,
    title_of,
    tried_shown,
)
from concertation.apps.allocation.scenarios import commands as scenario_commands
from concertation.apps.allocation.state_pages import told_wrong
from concertation.apps.allocation.words import counted_words, problem_words, typed_amount
from concertation.core.allocation.consent import ChangedLine
from concertation.core.allocation.what_if import WhatIf
from concertation.core.money import in_minor_units
from concertation.core.sharing.rounds import runs_rounds

PAGE_ROWS = 25


@require_GET
@login_required
def scenario(request: ReaderRequest, round_id: UUID, number: int) -> HttpResponse:
    """One scenario: stages and certificate, lines with their reasons, lines set by hand."""
    asked, held = scenario_or_404(request, round_id, number)
    if held.status != "solved":
        return redirect("round", asked.pk)
    if wanted := request.GET.get("format", ""):
        return exports.lines_file(asked, held, wanted)
    question = queries.question_for(asked, held)
    rows = exports.plan_lines(held, question)
    if searched := request.GET.get("q", "").strip().lower():
        rows = [row for row in rows if any(searched in str(row[name]).lower() for name in ("source", "cell", "state", "sector"))]
    page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    answer, overview = queries.answer_of(held), queries.overview_of(held)
    leads = asked.status in ("draft", "proposed") and runs_rounds(request.mandates) is not None
    context = {
        "round": asked, "scenario": held, "title": title_of(asked, held), "stages": stages_shown(answer), "minimum": minimum_shown(answer), "reserves": reserves_shown(asked, overview.get("reserves", ())), "lines": lines_table(asked, held, page, leads=leads),
        "changes": change_rows(asked, held), "asks": constraint_words(asked, changes_in(bytes(held.changes))), "leads": leads, "form": _line_form(request, asked, rows) if leads else None,
        "sentence": views.sentence(asked, held, overview), "breadcrumbs": trail(asked, held, None),
    }  # fmt: skip
    return render(request, "allocation/scenario.html", context)


def trail(asked: Round, held: Scenario, last: str | None) -> list[tuple[str, str]]:
    """Where a page of a scenario stands."""
    own = _("Scénario %(number)s") % {"number": held.number}
    steps = [(_("Allocation"), views.address("rounds")), (asked.title, views.address("round", asked.pk))]
    return [*steps, (own, "")] if last is None else [*steps, (own, views.address("round-scenario", asked.pk, held.number)), (last, "")]


def _line_form(request: ReaderRequest, asked: Round, rows: list[dict[str, Any]]) -> ChangeLine:
    """The form of a line, filled with the one chosen in the table."""
    wanted = request.GET.get("source", ""), request.GET.get("cell", "")
    found = next((row for row in rows if (row["source"], row["cell"]) == wanted), None)
    return ChangeLine(initial={"source": wanted[0], "cell": wanted[1], "amount": typed_amount(found["minor"], asked.currency) if found else ""})


@require_POST
@login_required
def change_line(request: ReaderRequest, round_id: UUID, number: int) -> HttpResponse:
    """Set a line by hand, with its reason."""
    by = analyst_or_refuse(request)
    asked, held = scenario_or_404(request, round_id, number)
    form = ChangeLine(request.POST)
    if not form.is_valid():
        told_wrong(request, form)
        return redirect("round-scenario", asked.pk, number)
    line = ChangedLine(form.cleaned_data["source"], form.cleaned_data["cell"], in_minor_units(form.cleaned_data["amount"], asked.currency))
    return done_or_told(
        request, lambda: commands.change_line(held, line, reason=form.cleaned_data["reason"], base_version=version_of(request), by=by),
        done=_("Ligne changée : le vérificateur exact n'y trouve rien à redire. Elle est marquée."), to="round-scenario", args=[asked.pk, number],
    )  # fmt: skip


@require_POST
@login_required
def take_back_change(request: ReaderRequest, round_id: UUID, number: int, change_id: UUID) -> HttpResponse:
    """Undo a line set by hand."""
    by = analyst_or_refuse(request)
    asked, held = scenario_or_404(request, round_id, number)
    return done_or_told(
        request, lambda: commands.take_back_change(held, change_id, base_version=version_of(request), by=by), done=_("Changement défait."), to="round-scenario", args=[asked.pk, number],
    )  # fmt: skip


@require_POST
@login_required
def stop(request: ReaderRequest, round_id: UUID, number: int) -> HttpResponse:
    """Ask the work on a scenario to stop."""
    by = analyst_or_refuse(request)
    asked, held = scenario_or_404(request, round_id, number)
    return done_or_told(request, lambda: scenario_commands.ask_to_stop(held, by=by), done=_("Arrêt demandé."), to="round", args=[asked.pk])


@require_POST
@login_required
def ask_again(request: ReaderRequest, round_id: UUID, number: int) -> HttpResponse:
    """Have a scenario that was stopped or failed solved anew."""
    by = analyst_or_refuse(request)
    asked, held = scenario_or_404(request, round_id, number)

    def act() -> None:
        if scenario_commands.ask_again(held, by=by):
            jobs.solve_scenario.enqueue(str(held.pk), by.person)

    return done_or_told(request, act, done=_("Le calcul reprend."), to="round", args=[asked.pk])


@require_GET
@login_required
def what_if(request: ReaderRequest, round_id: UUID, number: int) -> HttpResponse:
    """What would one change do? Nothing is stored; the answer is solved from where the scenario's own stands."""
    asked, held = scenario_or_404(request, round_id, number)
    if held.status != "solved":
        return redirect("round", asked.pk)
    form = TryWhatIf(request.GET if "kind" in request.GET else None)
    tried = _tried(asked, held, form) if form.is_bound and form.is_valid() else None
    context = {
        "round": asked, "scenario": held, "title": title_of(asked, held), "form": form, "tried": tried_shown(asked, tried) if tried and not tried.problems else None,
        "wrong": [problem_words(problem) for problem in tried.problems] if tried else [], "leads": asked.status in ("draft", "proposed") and runs_rounds(request.mandates) is not None,
        "counted": counted_words(estimate=asked.estimate), "ids": queries.question_for(asked, held), "breadcrumbs": trail(asked, held, _("Et si")),
    }  # fmt: skip
    if request.headers.get("HX-Request"):
        return render(request, "allocation/_tried.html", context)
    return render(request, "allocation/what_if.html", context, status=422 if form.errors or context["wrong"] else 200)


def _asked_what(asked: Round, form: TryWhatIf) -> WhatIf:
    """The change a form asks for."""
    amount = form.cleaned_data["amount"]
    return WhatIf(form.cleaned_data["kind"], form.cleaned_data["id"], 0 if amount is None else in_minor_units(amount, asked.currency))


def _tried(asked: Round, held: Scenario, form: TryWhatIf) -> solving.Tried:
    return solving.tried(asked, held, _asked_what(asked, form))


@require_POST
@login_required
def keep_what_if(request: ReaderRequest, round_id: UUID, number: int) -> HttpResponse:
    """Make a scenario of what was tried."""
    by = analyst_or_refuse(request)
    asked, held = scenario_or_404(request, round_id, number)
    form = TryWhatIf(request.POST)
    if not form.is_valid():
        told_wrong(request, form)
        return redirect("round-what-if", asked.pk, number)
    wanted, own = _asked_what(asked, form), changes_in(bytes(held.changes))
    changes = Changes(own.constraints, own.joined, (*own.what_ifs, wanted), own.previous)

    def act() -> None:
        made = scenario_commands.add_scenario(asked, title="", changes=changes, by=by)
        jobs.solve_scenario.enqueue(str(made.pk), by.person)

    return done_or_told(request, act, done=_("Scénario ajouté : le calcul commence."), to="round", args=[asked.pk])
