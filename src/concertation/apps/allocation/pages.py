"""Pages of allocation rounds: which rounds are there, and what would the money of one do, under which scenario, and who objects?"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.access.words import state_names
from concertation.apps.allocation import commands, exports, jobs, queries, views
from concertation.apps.allocation.forms import AskConstraint, Join, NewRound, NewScenario, TakePosition
from concertation.apps.allocation.frozen import understood
from concertation.apps.allocation.models import Round
from concertation.apps.allocation.reach import analyst_or_refuse, done_or_told, round_or_404
from concertation.apps.allocation.scenarios.commands import RoundRefused
from concertation.apps.allocation.state_pages import told_wrong
from concertation.apps.allocation.words import problem_line, problem_words, sector_words, state_words
from concertation.apps.lessons import queries as lessons
from concertation.apps.sharing.joint import queries as joint
from concertation.apps.sources.forms import too_large_words
from concertation.apps.sources.uploads import TOO_LARGE
from concertation.core.allocation.question import Question
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate
from concertation.core.sharing.learning import keeps_lessons
from concertation.core.sharing.rounds import runs_rounds, speaks_for
from concertation.core.sharing.visibility import FRAMEWORK

PAGE_ROWS = 25


@require_GET
@login_required
def rounds(request: ReaderRequest) -> HttpResponse:
    """The rounds the reader may see, and the form of a new one for the secretariat's analyst."""
    return _rounds(request, None, ())


def _rounds(request: ReaderRequest, form: NewRound | None, problems: tuple[Problem, ...]) -> HttpResponse:
    page = Paginator(queries.rounds(request.mandates), PAGE_ROWS).get_page(request.GET.get("page"))
    endorsed = list(queries.endorsed_rounds(request.mandates)) if runs_rounds(request.mandates) else []
    blank = NewRound(endorsed=endorsed, initial={"as_of": timezone.localdate(), "previous": str(endorsed[0].pk) if endorsed else ""})
    context = {
        "table": views.rounds_table(page), "total": page.paginator.count, "may_make": runs_rounds(request.mandates) is not None, "form": form or blank,
        "problems": [problem_line(problem) for problem in problems], "breadcrumbs": [(_("Allocation"), "")],
    }  # fmt: skip
    return render(request, "allocation/rounds.html", context, status=422 if form else 200)


@require_POST
@login_required
def make(request: ReaderRequest) -> HttpResponse:
    """Make a round of a question received as a file; what is wrong with it is shown, where and what to do."""
    by = analyst_or_refuse(request)
    endorsed = list(queries.endorsed_rounds(request.mandates))
    form = NewRound(request.POST, request.FILES, endorsed=endorsed)
    if TOO_LARGE in request.META:
        form.add_error("file", too_large_words())
    if not form.is_valid():
        return _rounds(request, form, ())
    content, on = form.cleaned_data["file"].read(), form.cleaned_data["as_of"]
    read, problems = understood(content, on=on)
    if read.question is None:
        return _rounds(request, form, problems)
    try:
        made = made_of(
            read.question, content, name=form.cleaned_data["file"].name, title=form.cleaned_data["title"], on=on,
            previous=next((each for each in endorsed if str(each.pk) == form.cleaned_data["previous"]), None), by=by,
        )  # fmt: skip
    except RoundRefused as refused:
        return _rounds(request, form, refused.problems)
    for problem in problems[:10]:
        messages.info(request, problem_words(problem))
    return redirect("round", made.pk)


def made_of(question: Question, content: bytes, *, name: str, title: str, on: Any, previous: Round | None, by: Mandate, estimate: bool = False) -> Round:
    """A round of a question, its first scenario waiting for the worker."""
    states = sorted({cell.state for cell in question.cells} & (set(state_names()) - {FRAMEWORK}))
    made = commands.make_round(
        title, content=content, name=name, question=question, as_of=on, states=states, previous=previous, estimate=estimate, by=by,
    )  # fmt: skip
    jobs.solve_scenario.enqueue(str(queries.scenarios(made)[0].pk), by.person)
    return made


@require_GET
@login_required
def allocation_round(request: ReaderRequest, round_id: UUID) -> HttpResponse:
    """One round: scenarios as columns, groups as rows; what stands beside; what States ask and say."""
    asked = round_or_404(request, round_id)
    held = queries.scenarios(asked)
    working = [each for each in held if each.status in ("queued", "solving")]
    if request.headers.get("HX-Request"):
        return _progress(request, asked, working)
    shown = views.chosen(asked, held, request.GET.get("scenario", ""))
    if (wanted := request.GET.get("format", "")) and shown is not None:
        return exports.flow_file(asked, shown, wanted, mandates=request.mandates) if request.GET.get("of") == "flow" else exports.groups_file(asked, held, wanted)
    context = views.round_context(asked, held, shown, mandates=request.mandates) | acts_context(request, asked) | {
        "working": working, "joint": joint.about(request.mandates, request.path), "offered": lessons.offered(request.mandates, most=3, kind="lesson"), "may_use": bool(keeps_lessons(request.mandates)),
        "breadcrumbs": [(_("Allocation"), views.address("rounds")), (asked.title, "")],
    }  # fmt: skip
    return render(request, "allocation/round.html", context)


def _progress(request: ReaderRequest, asked: Round, working: list[Any]) -> HttpResponse:
    """The block of progress alone; once nothing is being solved, the page is asked for anew."""
    response = render(request, "allocation/_working.html", {"round": asked, "working": working, "waits": views.waits(working)})
    if not working:
        response.headers["HX-Refresh"] = "true"
    return response


def acts_context(request: ReaderRequest, asked: Round) -> dict[str, object]:
    """What this reader may do in a round, with the forms it takes."""
    is_open = asked.status in ("draft", "proposed")
    speaking = [state for state in asked.states.split() if speaks_for(request.mandates, state)] if is_open else []
    leads = is_open and runs_rounds(request.mandates) is not None
    today = timezone.localdate()
    sectors = [(code, sector_words(code)) for code in views.sectors_of(asked)] if speaking else []
    return {
        "leads": leads, "speaking": [(state, state_words(state)) for state in speaking], "new_scenario": NewScenario() if leads else None, "join_form": Join(initial={"joined_on": today}) if leads else None,
        "constraint_form": AskConstraint(sectors=sectors, currency=asked.currency, initial={"stated_on": today}) if speaking else None,
        "position_form": TakePosition() if speaking and asked.status == "proposed" else None,
    }  # fmt: skip


@require_POST
@login_required
def add(request: ReaderRequest, round_id: UUID) -> HttpResponse:
    """Add a scenario with what States ask, and who joined, by now."""
    by, asked = analyst_or_refuse(request), round_or_404(request, round_id)
    form = NewScenario(request.POST)
    if not form.is_valid():
        told_wrong(request, form)
        return redirect("round", asked.pk)
    countings = form.countings()

    def act() -> None:
        for made in commands.add_countings(asked, countings, title=form.cleaned_data["title"], by=by):
            jobs.solve_scenario.enqueue(str(made.pk), by.person)

    done = _("Scénario ajouté : le calcul commence.") if len(countings) == 1 else _("Trois scénarios ajoutés, un par façon de compter l'argent : le calcul commence.")
    return done_or_told(request, act, done=done, to="round", args=[asked.pk])


@require_GET
@login_required
def question_file(request: ReaderRequest, round_id: UUID) -> HttpResponse:
    """The question of a round, byte for byte as it was received."""
    asked = round_or_404(request, round_id)
    return exports.as_file(bytes(asked.question), "application/json", f"question-{asked.sha256[:12]}.json")

