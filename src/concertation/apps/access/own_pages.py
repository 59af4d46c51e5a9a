"""A person's own account: invitation, name and language, where one is signed in, personal tokens."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from concertation.apps.access import commands, queries
from concertation.apps.access.forms import DescribeForm, OpenAccountForm, TokenForm
from concertation.apps.access.models import Invitation
from concertation.apps.access.requests import ReaderRequest
from concertation.apps.access.words import address_words, device_words, mandate_words, mandates_in_words

BACKEND = settings.AUTHENTICATION_BACKENDS[0]


@require_http_methods(["GET", "POST"])
@login_required
def account(request: ReaderRequest) -> HttpResponse:
    """Who one is here: name and language, mandates, second factor, sessions, tokens, terms."""
    user = queries.signed_in(request.user)
    form = DescribeForm(request.POST or None, initial={"name": user.name, "language": user.language})
    if request.method == "POST" and form.is_valid():
        commands.describe_oneself(user, name=form.cleaned_data["name"], language=form.cleaned_data["language"])
        messages.success(request, _("Enregistré."))
        return redirect(f"{reverse('account')}?lang={user.language}")
    standing = queries.standing_of(user, timezone.localdate())
    context = {
        "form": form, "mandates": mandates_in_words(standing.mandates), "waiting": mandates_in_words(standing.waiting),
        "secured": queries.has_second_factor(user), "breadcrumbs": [(_("Mon compte"), "")],
    }
    return render(request, "access/account.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters("password", "again")
def invitation(request: ReaderRequest, link: str) -> HttpResponse:
    """The page behind an invitation's link: a new account, or one more mandate for the account that stands under the address."""
    found = queries.invitation_behind(link, timezone.now())
    if found is None:
        return render(request, "access/invitation_over.html", status=404)
    try:
        return _taken_up(request, found) if queries.has_account_under(found.email) else _opened(request, found)
    except commands.UsedUp:
        return render(request, "access/invitation_over.html", status=404)


def _opened(request: ReaderRequest, found: Invitation) -> HttpResponse:
    form = OpenAccountForm(request.POST or None, initial={"language": get_language()})
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("name", "language", "password")}
        user = commands.open_invited_account(found, **said, terms=settings.TERMS_VERSION, at=timezone.now())
        login(request, user, backend=BACKEND)
        messages.success(request, _("Votre compte est ouvert."))
        return redirect(f"{reverse('account')}?lang={user.language}")
    context = {"invitation": found, "words": mandate_words(queries.as_mandate(found)), "form": form}
    return render(request, "access/invitation.html", context, status=422 if request.method == "POST" else 200)


def _taken_up(request: ReaderRequest, found: Invitation) -> HttpResponse:
    """An account stands under the address already: only whoever is signed in to it takes the mandate up."""
    is_theirs = request.user.is_authenticated and queries.signed_in(request.user).email.lower() == found.email.lower()
    if request.method == "POST" and is_theirs:
        commands.take_up(found, queries.signed_in(request.user), at=timezone.now())
        messages.success(request, _("Mandat accepté : il vaut dès maintenant."))
        return redirect("account")
    context = {"invitation": found, "words": mandate_words(queries.as_mandate(found)), "is_theirs": is_theirs, "held": True}
    return render(request, "access/invitation.html", context)


@require_GET
@login_required
@never_cache
def sessions(request: ReaderRequest) -> HttpResponse:
    """Where one is signed in."""
    user = queries.signed_in(request.user)
    lines = [
        {
            "id": held.pk, "device": device_words(held.user_agent), "address": address_words(held.ip), "since": held.created_at,
            "seen": held.last_seen_at, "current": held.session_key == request.session.session_key,
        }
        for held in queries.sessions(user)
    ]
    return render(request, "access/sessions.html", {"lines": lines, "breadcrumbs": [(_("Mon compte"), reverse("account")), (_("Sessions"), "")]})


@require_POST
@login_required
def end_sessions(request: ReaderRequest) -> HttpResponse:
    """Sign out of one session, or of all but this one."""
    user, asked = queries.signed_in(request.user), request.POST.get("session", "")
    others = [held for held in queries.sessions(user) if held.session_key != request.session.session_key]
    chosen = [held for held in others if asked in ("", str(held.pk))]
    ended = commands.end_sessions(user, chosen, by=commands.own_account(user))
    messages.success(request, ngettext("%(count)s session fermée.", "%(count)s sessions fermées.", ended) % {"count": ended})
    return redirect("sessions")


@require_GET
@login_required
@never_cache
def tokens(request: ReaderRequest) -> HttpResponse:
    """One's personal tokens."""
    return _tokens(request, None)


def _tokens(request: ReaderRequest, form: TokenForm | None, **more: object) -> HttpResponse:
    user, today = queries.signed_in(request.user), timezone.localdate()
    lines = [
        {
            "token": token, "mandates": mandates_in_words(queries.as_mandate(held) for held in token.mandates.all()),
            "alive": token.revoked_at is None and token.expires_on >= today,
        }
        for token in queries.tokens(user)
    ]
    context = {"lines": lines, "form": form or _token_form(request), "breadcrumbs": [(_("Mon compte"), reverse("account")), (_("Jetons"), "")]}
    return render(request, "access/tokens.html", context | more, status=422 if form else 200)


def _token_form(request: ReaderRequest, posted: object = None) -> TokenForm:
    held = queries.held_today(queries.signed_in(request.user))
    return TokenForm(posted, held=[(row, queries.as_mandate(row)) for row in held])


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def make_token(request: ReaderRequest) -> HttpResponse:
    """A new token; its address asks for one's password again, and its text is shown this once."""
    if request.method == "GET":
        return redirect("tokens")
    form = _token_form(request, request.POST)
    if not form.is_valid():
        return _tokens(request, form)
    user = queries.signed_in(request.user)
    _token, raw = commands.make_token(user, name=form.cleaned_data["name"], mandates=form.chosen(), expires_on=form.cleaned_data["expires_on"])
    return _tokens(request, None, raw=raw)


@require_POST
@login_required
def revoke_token(request: ReaderRequest, token_id: UUID) -> HttpResponse:
    """A token no longer opens anything."""
    user = queries.signed_in(request.user)
    token = queries.tokens(user).filter(pk=token_id).first()
    if token is None:
        raise Http404
    commands.revoke_token(token, by=commands.own_account(user))
    messages.success(request, _("Jeton révoqué : il n'ouvre plus rien."))
    return redirect("tokens")
