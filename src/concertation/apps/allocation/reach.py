"""From an address to a round or a scenario the reader may see, and to the mandate an act needs; otherwise nothing says that it exists."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from concertation.apps.access.requests import ReaderRequest, found
from concertation.apps.allocation import queries
from concertation.apps.allocation.models import Round, Scenario
from concertation.apps.allocation.scenarios.commands import RoundRefused
from concertation.apps.allocation.words import problem_words, state_words
from concertation.apps.ground.editing import Conflict
from concertation.core.sharing import Mandate
from concertation.core.sharing.rounds import runs_rounds, speaks_for


def round_or_404(request: ReaderRequest, round_id: UUID) -> Round:
    """The round, if the reader may see it."""
    return found(queries.round_for(request.mandates, round_id))


def scenario_or_404(request: ReaderRequest, round_id: UUID, number: int) -> tuple[Round, Scenario]:
    """A round and one of its scenarios, if the reader may see them."""
    asked = round_or_404(request, round_id)
    found = queries.scenario_of(asked, number)
    if found is None:
        raise Http404
    return asked, found


def analyst_or_refuse(request: ReaderRequest) -> Mandate:
    """The mandate of the secretariat's analyst, or a refusal that says so."""
    mandate = runs_rounds(request.mandates)
    if mandate is None:
        raise PermissionDenied(_("Il faut le mandat d'analyste du secrétariat."))
    return mandate


def state_or_refuse(request: ReaderRequest, state: str) -> Mandate:
    """The mandate under which this person speaks for a State, or a refusal that says which one is missing."""
    mandate = speaks_for(request.mandates, state)
    if mandate is None:
        raise PermissionDenied(_("Il faut parler pour cet État (gestionnaire des données ou autorité de diffusion) : %(state)s") % {"state": state_words(state)})
    return mandate


def done_or_told(request: ReaderRequest, act: Callable[[], object], *, done: str, to: str, args: list[object]) -> HttpResponse:
    """Do an act and say so, or say why it is refused; either way back to the page it came from."""
    try:
        act()
    except RoundRefused as refused:
        for problem in refused.problems:
            messages.error(request, problem_words(problem))
    except Conflict:
        messages.warning(request, _("Quelqu'un a changé ce plan ou ce tour pendant que vous le lisiez. Voici ce qui tient maintenant ; rien de votre geste n'a été gardé."))
    else:
        messages.success(request, done)
    return redirect(to, *args)
