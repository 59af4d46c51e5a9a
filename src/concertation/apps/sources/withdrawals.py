"""Either master of an import's rows, the owner State or the holder, withdraws them or closes them further.

Rows that are withdrawn stay and no longer count; the act can be undone and is journalled with its reason. The apps that hold
the rows register here how theirs are closed, so that nothing goes upwards.
"""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.ground.models import SENSITIVITIES
from concertation.apps.sources import commands, queries
from concertation.apps.sources.imports import follow_up
from concertation.apps.sources.models import ImportRun
from concertation.core.sharing import Mandate, Sensitivity
from concertation.core.sharing.giving import withdraws

REASONS: dict[str, str | Promise] = {
    "mistaken": gettext_lazy("erreur dans le fichier"),
    "agreement": gettext_lazy("partage non convenu, ou convention échue"),
    "protection": gettext_lazy("protection des personnes ou de l'accès"),
    "superseded": gettext_lazy("remplacé par un autre fichier"),
    "request": gettext_lazy("demande de l'organisation ou de l'État"),
}
Closer = Callable[[ImportRun, Sensitivity], int]
_CLOSERS: list[Closer] = []


def register_closer(close: Closer) -> None:
    """A higher app says how the rows it holds of an import are closed to a level; it gives back how many were."""
    _CLOSERS.append(close)


def closer_levels(run: ImportRun) -> list[tuple[str, str | Promise]]:
    """The levels more closed than the one the rows of an import have."""
    order = [level.value for level in Sensitivity]
    return [(code, words) for code, words in SENSITIVITIES if order.index(code) > order.index(run.share_as)]


def choices_of(run: ImportRun, mandates: tuple[Mandate, ...]) -> dict[str, object] | None:
    """What a reader may do to take an import out of others' sight; None for who is neither of its masters."""
    if run.status not in ("stored", "withdrawn") or withdraws(mandates, owner_state=run.owner_state, holder=run.holder) is None:
        return None
    return {"reasons": list(REASONS.items()), "levels": closer_levels(run), "withdrawn": run.status == "withdrawn"}


def master_or_refuse(request: ReaderRequest, run_id: UUID) -> tuple[ImportRun, Mandate]:
    """The import and the mandate under which this person may withdraw it."""
    run = queries.run_for(request.mandates, run_id)
    if run is None:
        raise Http404
    by = withdraws(request.mandates, owner_state=run.owner_state, holder=run.holder)
    if by is None:
        raise PermissionDenied(_("Seuls l'État du territoire et l'organisation qui a fourni ces lignes les retirent."))
    return run, by


@require_POST
@login_required
def withdraw(request: ReaderRequest, run_id: UUID) -> HttpResponse:
    """The rows of an import no longer count."""
    run, by = master_or_refuse(request, run_id)
    reason = request.POST.get("reason", "")
    if reason not in REASONS:
        messages.error(request, _("Dites pourquoi ces lignes sont retirées."))
    elif commands.withdraw_run(run, reason=reason, by=by):
        follow_up(run.owner_state)
        messages.success(request, _("Import retiré : ses lignes ne comptent plus. L'acte peut être défait."))
    return redirect("import", run_id=run.pk)


@require_POST
@login_required
def restore(request: ReaderRequest, run_id: UUID) -> HttpResponse:
    """A withdrawn import counts again."""
    run, by = master_or_refuse(request, run_id)
    if commands.restore_run(run, by=by):
        follow_up(run.owner_state)
        messages.success(request, _("Import remis : ses lignes comptent à nouveau."))
    else:
        messages.info(request, _("Rien n'a changé : le même fichier a été apporté à nouveau, ou l'import n'était pas retiré."))
    return redirect("import", run_id=run.pk)


@require_POST
@login_required
def close_further(request: ReaderRequest, run_id: UUID) -> HttpResponse:
    """The rows of an import are shared with fewer readers; never with more."""
    run, by = master_or_refuse(request, run_id)
    asked = request.POST.get("level", "")
    if run.status != "stored" or asked not in dict(closer_levels(run)):
        messages.error(request, _("Choisissez un niveau plus fermé que celui de ces lignes."))
        return redirect("import", run_id=run.pk)
    rows = closed_further(run, Sensitivity(asked), by=by)
    follow_up(run.owner_state)
    told = ngettext("%(count)s ligne est désormais plus fermée.", "%(count)s lignes sont désormais plus fermées.", rows)
    messages.success(request, told % {"count": rows})
    return redirect("import", run_id=run.pk) if queries.run_for(request.mandates, run.pk) else redirect("imports")


@transaction.atomic
def closed_further(run: ImportRun, level: Sensitivity, *, by: Mandate) -> int:
    """Close every row of an import to a level, in whichever app holds it; gives back how many were more open."""
    rows = sum(close(run, level) for close in _CLOSERS)
    commands.close_run_further(run, level=level, rows=rows, by=by)
    return rows
