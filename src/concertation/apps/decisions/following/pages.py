"""Forms by which a decision is followed up: the secretariat's (responsible, day, wording, answer), a State's report, a third party's check."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from concertation.apps.access.acting import Crumbs, Entry, answered
from concertation.apps.access.requests import ReaderRequest, found
from concertation.apps.decisions import queries
from concertation.apps.decisions.following import commands
from concertation.apps.decisions.following.forms import ReportForm, VerifyForm
from concertation.apps.decisions.models import Decision, NationalImplementation
from concertation.apps.decisions.secretariat import secretariat_or_refuse
from concertation.apps.decisions.sessions import commands as sessions
from concertation.apps.decisions.sessions.forms import AnswerForm, DayForm, FollowForm, WordingForm
from concertation.apps.decisions.words import members, state_name
from concertation.core.sharing.following import verifies
from concertation.core.sharing.visibility import writes_for

REPORTED = ("implementation", "percent", "cause", "facts", "next_step", "documents", "responsible", "sensitivity", "version")


def decision_or_404(number: int) -> Decision:
    """The decision of an address."""
    return found(queries.decision(number))


def row_or_404(request: ReaderRequest, held: Decision, state: str) -> NationalImplementation:
    """What a State reported of a decision, if the reader may see it."""
    return found(queries.implementation(request.mandates, held.pk, state))


def crumbs(held: Decision, last: str) -> Crumbs:
    """Where a form of a decision stands."""
    return [(_("Décisions"), reverse("home")), (f"{held.number}. {held.title}", reverse("decision", args=[held.number])), (last, None)]


def entry_of(held: Decision, title: str, submit: str, done: str, lead: str = "") -> Entry:
    """A form on the page of a decision."""
    return Entry(title, lead or f"{held.number}. {held.title}", submit, reverse("decision", args=[held.number]), done, crumbs(held, title))


@require_http_methods(["GET", "POST"])
@login_required
def follow(request: ReaderRequest, number: int) -> HttpResponse:
    """Responsible body, indicator, cost, funding, official reference."""
    by, held = secretariat_or_refuse(request), decision_or_404(number)
    names = ("responsible", "indicator", "funding", "official_reference", "version")
    form = FollowForm(request.POST or None, initial={**{name: getattr(held, name) for name in names}, "cost": "" if held.cost_minor is None else held.cost_minor})

    def act(cleaned: Any) -> object:
        words = sessions.FollowUp(
            responsible=cleaned["responsible"], indicator=cleaned["indicator"], cost_minor=cleaned["cost"], cost_currency="XOF", funding=cleaned["funding"],
            official_reference=cleaned["official_reference"],
        )  # fmt: skip
        return sessions.follow(held.pk, words, base_version=cleaned["version"], by=by)

    return answered(request, form, entry_of(held, _("Responsable, indicateur, coût"), _("Enregistrer"), _("Suivi enregistré.")), act)


@require_http_methods(["GET", "POST"])
@login_required
def day(request: ReaderRequest, number: int) -> HttpResponse:
    """The day a session sets for a decision."""
    by, held = secretariat_or_refuse(request), decision_or_404(number)
    form = DayForm(request.POST or None, initial={"due": held.due, "session": held.due_session_id, "version": held.version})
    lead = _("Une échéance n'est tenue que lorsqu'une session la fixe ; celle d'avant reste dans l'historique.")

    def act(cleaned: Any) -> object:
        return sessions.set_day(held.pk, cleaned["due"], session=cleaned["session"], why=cleaned["why"], base_version=cleaned["version"], by=by)

    return answered(request, form, entry_of(held, _("Échéance fixée par une session"), _("Enregistrer"), _("Échéance enregistrée."), lead), act)


@require_http_methods(["GET", "POST"])
@login_required
def wording(request: ReaderRequest, number: int) -> HttpResponse:
    """One official wording more."""
    by, held = secretariat_or_refuse(request), decision_or_404(number)
    entry = entry_of(held, _("Ajouter un texte officiel"), _("Ajouter"), _("Texte officiel ajouté."), _("Mot à mot, avec le document d'où il vient. Plusieurs textes restent côte à côte."))
    return answered(request, WordingForm(request.POST or None), entry, lambda cleaned: sessions.add_wording(held.pk, **cleaned, by=by))


@require_http_methods(["GET", "POST"])
@login_required
def answer(request: ReaderRequest, number: int) -> HttpResponse:
    """What a third party answered to a recommendation."""
    by, held = secretariat_or_refuse(request), decision_or_404(number)
    entry = entry_of(held, _("Noter une réponse"), _("Noter"), _("Réponse notée."))
    return answered(request, AnswerForm(request.POST or None), entry, lambda cleaned: sessions.note_answer(held.pk, **cleaned, by=by))


@require_http_methods(["GET", "POST"])
@login_required
def report(request: ReaderRequest, number: int, state: str) -> HttpResponse:
    """A State reports how far it carried a decision out."""
    held, by = decision_or_404(number), writes_for(request.mandates, state)
    if state not in members():
        raise Http404
    if by is None:
        raise PermissionDenied(_("Il faut le mandat de gestionnaire des données de cet État."))
    row = queries.implementation(request.mandates, held.pk, state)
    form = ReportForm(request.POST or None, initial={name: getattr(row, name) for name in REPORTED} if row else None)
    entry = entry_of(held, _("Compte rendu, %(state)s") % {"state": state_name(state)}, _("Enregistrer"), _("Compte rendu enregistré."), f"{held.number}. {held.title}")

    def act(cleaned: Any) -> object:
        words = commands.StateReport(**{name: cleaned[name] for name in REPORTED[:-1]})
        return commands.report(held.pk, state, words, base_version=cleaned["version"], on=timezone.localdate(), by=by)

    return answered(request, form, entry, act)


@require_http_methods(["GET", "POST"])
@login_required
def verify(request: ReaderRequest, number: int, state: str) -> HttpResponse:
    """Somebody who did not declare it verifies a State's proof."""
    held = decision_or_404(number)
    row = row_or_404(request, held, state)
    by = verifies(request.mandates, state=state, declared_by=row.declared_by)
    if by is None:
        raise PermissionDenied(_("La preuve se vérifie par quelqu'un d'autre que son auteur : analyste du secrétariat ou auditeur."))
    entry = entry_of(held, _("Vérifier la preuve, %(state)s") % {"state": state_name(state)}, _("Vérifier"), _("Preuve vérifiée."), row.documents or row.facts)
    form = VerifyForm(request.POST or None, initial={"version": row.version})

    def act(cleaned: Any) -> object:
        return commands.verify(row.pk, how=cleaned["how"], base_version=cleaned["version"], on=timezone.localdate(), by=by)

    return answered(request, form, entry, act)


@require_http_methods(["GET", "POST"])
@login_required
def national_day(request: ReaderRequest, number: int, state: str) -> HttpResponse:
    """The day a session set for one State."""
    by, held = secretariat_or_refuse(request), decision_or_404(number)
    row = row_or_404(request, held, state)
    form = DayForm(request.POST or None, initial={"due": row.due, "session": row.due_session_id, "version": row.version})
    entry = entry_of(held, _("Échéance pour %(state)s") % {"state": state_name(state)}, _("Enregistrer"), _("Échéance enregistrée."))

    def act(cleaned: Any) -> object:
        return commands.set_day(
            row.pk, cleaned["due"], session=cleaned["session"], why=cleaned["why"], base_version=cleaned["version"], on=timezone.localdate(), by=by,
        )  # fmt: skip

    return answered(request, form, entry, act)
