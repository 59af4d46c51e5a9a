"""Pages of doubts: what needs a person, one question per row, and the answers given, which can be taken back."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Sum
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.places.queries import state_names
from concertation.apps.sources import queries, review
from concertation.apps.sources.doubts.commands import KEEP
from concertation.apps.sources.models import Doubt
from concertation.apps.sources.pages import manager_or_refuse
from concertation.core.sharing.visibility import writes_for

PAGE_DOUBTS, MOST_AT_ONCE = 20, 200
FIRST = "first"
KEPT = ("state", "kind", "run")


def uuid_or_404(written: str) -> UUID:
    """The id a reader's address holds, if it is one."""
    try:
        return UUID(written)
    except ValueError:
        raise Http404 from None


def narrowing(given: dict[str, str]) -> dict[str, str]:
    """The filters of the list that an address or a form carries."""
    return {name: given[name][:36] for name in KEPT if given.get(name)}


@require_GET
@login_required
def doubts(request: ReaderRequest) -> HttpResponse:
    """What needs a person: one doubt per row, candidates with their distance and reason."""
    return _doubts(request, narrowing(request.GET.dict()))


def _doubts(request: ReaderRequest, asked: dict[str, str], *, answered: Doubt | None = None, meaning: str = "", rows: int = 0) -> HttpResponse:
    run = queries.run_for(request.mandates, uuid_or_404(asked["run"])) if "run" in asked else None
    waiting = queries.open_doubts(request.mandates, state=asked.get("state", ""), kind=asked.get("kind", ""))
    waiting = waiting.filter(run_id=uuid_or_404(asked["run"])) if "run" in asked else waiting
    page = Paginator(waiting, PAGE_DOUBTS).get_page(request.GET.get("page"))
    searched_in = uuid_or_404(request.GET["doubt"]) if request.GET.get("doubt") else None
    names = state_names()
    shown = review.offered(page, searched_in=searched_in, searched=request.GET.get("q", "")[:80])
    context = {
        "doubts": shown, "page": page, "run": run, "common": review.common_answers(shown),
        "total": page.paginator.count, "rows": waiting.aggregate(rows=Sum("count"))["rows"] or 0, "names": names, "asked": asked,
        "states": _states(request, names), "kinds": [("", _("toutes")), ("place", _("lieux")), ("organisation", _("organisations"))],
        "writable": {mandate.state for mandate in request.mandates if writes_for(request.mandates, mandate.state)},
        "answered": answered, "meaning": meaning, "answered_rows": rows, "searched_in": searched_in,
        "address": f"{reverse('review')}?{urlencode(asked)}",
    }
    template = "sources/_doubts.html" if request.headers.get("HX-Request") else "sources/review.html"
    return render(request, template, context)


def _states(request: ReaderRequest, names: dict[str, str]) -> list[tuple[str, str]]:
    held = queries.open_doubts(request.mandates).order_by().values_list("owner_state", flat=True).distinct()
    return [("", _("tous")), *sorted(((state, names.get(state, state)) for state in held), key=lambda pair: pair[1])]


@require_POST
@login_required
def settle(request: ReaderRequest, doubt_id: UUID) -> HttpResponse:
    """Apply a person's answer to the doubt and to all like it, now and in later files."""
    doubt = get_object_or_404(queries.doubts(request.mandates), pk=doubt_id)
    by = manager_or_refuse(request, doubt.owner_state)
    answer, asked = request.POST.get("answer", "")[:120], narrowing(request.POST.dict())
    settled = review.settle(doubt, answer=answer, by=by)
    meaning = "" if settled.problem else review.answer_words(doubt, answer)
    if request.headers.get("HX-Request") and not settled.problem:
        return _doubts(request, asked, answered=doubt, meaning=meaning, rows=settled.rows)
    if settled.problem:
        messages.error(request, settled.problem)
    else:
        text, _beside = review.as_written(doubt)
        messages.success(request, _("« %(text)s » : %(answer)s. La réponse vaut pour toutes les lignes qui l'écrivent ainsi.") % {"text": text, "answer": meaning})
    return redirect(f"{reverse('review')}?{urlencode(asked)}")


@require_POST
@login_required
def bulk(request: ReaderRequest) -> HttpResponse:
    """One answer for several doubts at once: those ticked, or all that the list holds where they stay at their sure place."""
    asked, answer = narrowing(request.POST.dict()), request.POST.get("answer", "")[:120]
    waiting = queries.open_doubts(request.mandates, state=asked.get("state", ""), kind=asked.get("kind", ""))
    waiting = waiting.filter(run_id=uuid_or_404(asked["run"])) if "run" in asked else waiting
    if request.POST.get("scope") != "all" or answer != KEEP:
        waiting = waiting.filter(pk__in=[uuid_or_404(each) for each in request.POST.getlist("doubt")[:MOST_AT_ONCE]])
    mandates = {doubt.owner_state: manager_or_refuse(request, doubt.owner_state) for doubt in waiting[:MOST_AT_ONCE]}
    answered = [(doubt, first_offer(doubt) if answer == FIRST else answer) for doubt in distinct(waiting[:MOST_AT_ONCE])]
    done = review.settle_all(answered, by=mandates)
    if done.problem or not answered:
        messages.error(request, done.problem or _("Cochez au moins une question, et choisissez une réponse."))
        return redirect(f"{reverse('review')}?{urlencode(asked)}")
    context = {"answered": [doubt.pk for doubt, _answer in answered], "rows": done.rows, "asked": asked, "address": f"{reverse('review')}?{urlencode(asked)}"}
    return render(request, "sources/bulk_done.html", context)


def distinct(doubts: Iterable[Doubt]) -> list[Doubt]:
    """Each question once, whatever the number of files that ask it."""
    return list({(doubt.owner_state, doubt.kind, doubt.key): doubt for doubt in doubts}.values())


def first_offer(doubt: Doubt) -> str:
    """The answer a doubt offers first; none where it offers nothing."""
    return str(doubt.candidates[0]["answer"]) if doubt.candidates else ""


@require_POST
@login_required
def bulk_take_back(request: ReaderRequest) -> HttpResponse:
    """Undo several answers in one act: their rows wait for a person again."""
    asked = narrowing(request.POST.dict())
    given = queries.answered_doubts(request.mandates).filter(pk__in=[uuid_or_404(each) for each in request.POST.getlist("doubt")[:MOST_AT_ONCE]])
    taken = [(doubt, manager_or_refuse(request, doubt.owner_state)) for doubt in distinct(given)]
    with transaction.atomic():
        for doubt, by in taken:
            review.take_back(doubt, by=by)
    messages.success(request, ngettext("%(count)s réponse retirée.", "%(count)s réponses retirées.", len(taken)) % {"count": len(taken)})
    return redirect(f"{reverse('review')}?{urlencode(asked)}")


@require_GET
@login_required
def answers(request: ReaderRequest) -> HttpResponse:
    """The answers people gave, by whom in which role; each can be taken back."""
    names = state_names()
    given = review.answers(queries.answered_doubts(request.mandates))
    page = Paginator(given, PAGE_DOUBTS * 2).get_page(request.GET.get("page"))
    writable = {mandate.state for mandate in request.mandates if writes_for(request.mandates, mandate.state)}
    context = {"page": page, "names": names, "writable": writable, "me": str(request.user.pk), "total": len(given)}
    return render(request, "sources/answers.html", context)


@require_POST
@login_required
def take_back(request: ReaderRequest, doubt_id: UUID) -> HttpResponse:
    """Take an answer back: its rows wait for a person again, in every file of the State."""
    doubt = get_object_or_404(queries.doubts(request.mandates), pk=doubt_id)
    by = manager_or_refuse(request, doubt.owner_state)
    if doubt.answered_at is not None:
        review.take_back(doubt, by=by)
        text, _beside = review.as_written(doubt)
        messages.success(request, _("Réponse retirée : « %(text)s » attend de nouveau une réponse.") % {"text": text})
    asked = narrowing(request.POST.dict())
    return redirect(f"{reverse('review')}?{urlencode(asked)}" if request.POST.get("back") == "review" else reverse("answers"))
