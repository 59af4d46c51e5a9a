"""Pages of people and mandates: whom one may see, who is invited, which mandate is given or ended, under which of one's own."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from concertation.apps.access import commands, queries
from concertation.apps.access.forms import InviteForm, MandateForm
from concertation.apps.access.mail import send_link, send_password_link
from concertation.apps.access.models import HeldMandate, Invitation, User
from concertation.apps.access.requests import ReaderRequest, found
from concertation.apps.access.words import ROLE_WORDS, mandate_words, scope_words, state_names
from concertation.core.sharing import Mandate
from concertation.core.sharing.giving import gives_at_all, may_give, passes_on

PAGE_ROWS = 50


def giver_or_refuse(request: ReaderRequest) -> None:
    """Only those who may give some mandate invite; the refusal says which mandate is missing."""
    if not gives_at_all(request.mandates):
        raise PermissionDenied(_("Il faut le mandat d'administrateur, de gestionnaire des données ou d'autorité de diffusion d'un État, ou de responsable des déclarants d'une organisation."))


def person_or_404(request: ReaderRequest, person_id: UUID) -> User:
    """The person, if the reader may see a mandate of theirs; otherwise nothing says that they exist."""
    return found(queries.person(request.mandates, person_id))


def over_all_of(request: ReaderRequest, person: User) -> Mandate | None:
    """The mandate under which a reader may act on a whole account: one that covers each of its mandates."""
    theirs = queries.all_mandates(person)
    covers = [may_give(request.mandates, mandate) for mandate in theirs]
    return covers[0] if covers and all(covers) else None


def over_all_or_refuse(request: ReaderRequest, person: User) -> Mandate:
    """The same, or a refusal."""
    by = over_all_of(request, person)
    if by is None:
        raise PermissionDenied(_("Cette personne tient aussi des mandats que le vôtre ne couvre pas."))
    return by


@require_GET
@login_required
def people(request: ReaderRequest) -> HttpResponse:
    """The people whose mandates the reader may see, and the invitations that wait."""
    asked = {name: request.GET.get(name, "")[:80] for name in ("q", "organisation", "state")}
    found = queries.people(request.mandates, words=asked["q"], organisation=asked["organisation"], state=asked["state"])
    page = Paginator(found, PAGE_ROWS).get_page(request.GET.get("page"))
    context = {
        "total": page.paginator.count, "table": _people_table(request, page.object_list, asked) | {"page": page},
        "may_invite": bool(gives_at_all(request.mandates)), "passes_on": bool(passes_on(request.mandates)),
        "invitations": list(map(_invitation_line, queries.invitations(request.mandates))),
    }
    return render(request, "access/people.html", context)


def _people_table(request: ReaderRequest, shown: Iterable[User], asked: dict[str, str]) -> dict[str, object]:
    rows, today = list(shown), timezone.localdate()
    held: dict[UUID, list[str]] = defaultdict(list)
    for each in queries.mandates_seen(request.mandates, rows):
        if each.ended_at is None and (each.valid_to is None or each.valid_to >= today):
            held[each.person_id].append(mandate_words(queries.as_mandate(each)))
    organisations = [("", _("toutes")), *((slug, slug) for slug in queries.organisations_in_sight(request.mandates))]
    return {
        "id": "people", "caption": _("Personnes"), "search": "q",
        "columns": [{"key": "name", "label": _("Nom"), "sortable": False}, {"key": "email", "label": _("Adresse"), "sortable": False}, {"key": "mandates", "label": _("Mandats en cours"), "sortable": False}, {"key": "open", "label": _("Compte"), "sortable": False}],
        "rows": [_person_row(each, held[each.pk]) for each in rows],
        "filters": [
            {"name": "state", "label": _("État"), "options": [("", _("tous les États")), *state_names().items()], "value": asked["state"]},
            {"name": "organisation", "label": _("Organisation"), "options": organisations, "value": asked["organisation"]},
        ],
        "empty": {"title": _("Aucune personne ne répond à ce choix."), "text": _("Vous voyez ici les personnes qui tiennent un mandat pour l'État ou l'organisation dont vous répondez.")},
    }  # fmt: skip


def _person_row(each: User, mandates: Sequence[str]) -> dict[str, object]:
    name = {"text": str(each), "url": reverse("person", args=[each.pk])}
    return {"name": name, "email": each.email, "mandates": " ; ".join(mandates) or "–", "open": _("ouvert") if each.is_active else _("fermé")}


def _invitation_line(invitation: Invitation) -> dict[str, object]:
    return {"invitation": invitation, "words": mandate_words(queries.as_mandate(invitation))}


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def invite(request: ReaderRequest) -> HttpResponse:
    """Offer a mandate to an address: the link goes by e-mail, or is shown this once to be passed on by hand."""
    giver_or_refuse(request)
    form = InviteForm(request.POST or None, mandates=request.mandates)
    crumbs = [(_("Personnes"), reverse("people")), (_("Inviter"), "")]
    if request.method != "POST" or not form.is_valid():
        return render(request, "access/invite.html", {"form": form, "breadcrumbs": crumbs}, status=422 if request.method == "POST" else 200)
    asked = form.cleaned_data
    made, last = commands.invite(asked["email"], asked["wanted"], until=asked["until"], at=timezone.now(), by=asked["by"])
    link = request.build_absolute_uri(reverse("invitation", args=[last]))
    context = {
        "email": made.email, "words": mandate_words(asked["wanted"]), "until": asked["until"], "expires": made.expires_at,
        "link": "" if send_link(made.email, link) else link, "breadcrumbs": crumbs,
    }
    return render(request, "access/invited.html", context)


@require_POST
@login_required
def withdraw_invitation(request: ReaderRequest, invitation_id: UUID) -> HttpResponse:
    """The link of an invitation no longer works."""
    waiting = queries.invitations(request.mandates).filter(pk=invitation_id).first()
    if waiting is None:
        raise Http404
    by = may_give(request.mandates, queries.as_mandate(waiting))
    if by is None:
        raise PermissionDenied(_("Ce mandat dépasse le vôtre : demandez à qui le couvre."))
    commands.withdraw_invitation(waiting, by=by)
    messages.success(request, _("Invitation retirée : son lien ne sert plus."))
    return redirect("people")


@require_GET
@login_required
def person(request: ReaderRequest, person_id: UUID) -> HttpResponse:
    """One person: the mandates the reader may see, and what the reader may do about them."""
    return _person(request, person_or_404(request, person_id), None)


def _person(request: ReaderRequest, shown: User, form: MandateForm | None) -> HttpResponse:
    today, held = timezone.localdate(), list(queries.mandates_seen(request.mandates, [shown]))
    may_act = bool(gives_at_all(request.mandates)) and shown.pk != queries.signed_in(request.user).pk
    blank = MandateForm(mandates=request.mandates, person=str(shown.pk)) if may_act and shown.is_active else None
    context = {
        "person": shown, "lines": [_mandate_line(request, each, today) for each in held], "form": form or blank,
        "over_all": shown.is_active and over_all_of(request, shown) is not None, "secured": queries.has_second_factor(shown),
        "breadcrumbs": [(_("Personnes"), reverse("people")), (str(shown), "")],
    }
    return render(request, "access/person.html", context, status=422 if form else 200)


def _mandate_line(request: ReaderRequest, held: HeldMandate, today: date) -> dict[str, object]:
    mandate = queries.as_mandate(held)
    over = held.ended_at is not None or (held.valid_to is not None and held.valid_to < today)
    return {
        "held": held, "role": ROLE_WORDS[held.role], "scope": scope_words(mandate), "over": over,
        "may_end": not over and may_give(request.mandates, mandate) is not None,
    }


@require_POST
@login_required
def give(request: ReaderRequest, person_id: UUID) -> HttpResponse:
    """Give a person a mandate, never wider than one's own."""
    giver_or_refuse(request)
    shown = person_or_404(request, person_id)
    form = MandateForm(request.POST, mandates=request.mandates, person=str(shown.pk))
    if not form.is_valid():
        return _person(request, shown, form)
    asked = form.cleaned_data
    commands.give_mandate(shown, asked["wanted"], since=timezone.localdate(), until=asked["until"], by=asked["by"])
    messages.success(request, _("Mandat donné : il vaut dès maintenant."))
    return redirect("person", person_id=shown.pk)


@require_POST
@login_required
def end(request: ReaderRequest, person_id: UUID, mandate_id: UUID) -> HttpResponse:
    """End a mandate at once."""
    held = queries.held_mandate(request.mandates, mandate_id)
    if held is None or held.person_id != person_id:
        raise Http404
    by = may_give(request.mandates, queries.as_mandate(held))
    if by is None:
        raise PermissionDenied(_("Ce mandat dépasse le vôtre : demandez à qui le couvre."))
    if commands.end_mandate(held, by=by):
        messages.success(request, _("Mandat terminé : il n'ouvre plus rien."))
    return redirect("person", person_id=person_id) if queries.person(request.mandates, person_id) else redirect("people")


@require_POST
@login_required
def close(request: ReaderRequest, person_id: UUID) -> HttpResponse:
    """Close an account: its mandates, sessions and tokens end."""
    shown = person_or_404(request, person_id)
    by = over_all_or_refuse(request, shown)
    commands.close_account(shown, by=by)
    messages.success(request, _("Compte fermé : plus personne ne s'y connecte."))
    return redirect("people")


@require_POST
@login_required
def remove_second_factor(request: ReaderRequest, person_id: UUID) -> HttpResponse:
    """A person lost their telephone: take the second factor away so that they can set up another."""
    shown = person_or_404(request, person_id)
    by = over_all_or_refuse(request, shown)
    commands.remove_second_factor(shown, by=by)
    messages.success(request, _("Second facteur enlevé : les mandats qui en demandent un attendent le suivant."))
    return redirect("person", person_id=shown.pk)


@require_POST
@login_required
@never_cache
def password_link(request: ReaderRequest, person_id: UUID) -> HttpResponse:
    """A person forgot their password: the link under which they choose another goes by e-mail, or is shown this once."""
    shown = person_or_404(request, person_id)
    by = over_all_or_refuse(request, shown)
    uidb36, key = commands.offer_new_password(shown, by=by)
    link = request.build_absolute_uri(reverse("account_reset_password_from_key", args=[uidb36, key]))
    crumbs = [(_("Personnes"), reverse("people")), (str(shown), reverse("person", args=[shown.pk])), (_("Nouveau mot de passe"), "")]
    return render(request, "access/password_link.html", {"person": shown, "link": "" if send_password_link(shown.email, link) else link, "breadcrumbs": crumbs})


@require_GET
def sharing_levels(request: ReaderRequest) -> HttpResponse:
    """The four levels of sharing: what each reader sees of each."""
    return render(request, "access/levels.html", {"breadcrumbs": [(_("Aide"), reverse("help")), (_("Niveaux de partage"), "")]})
