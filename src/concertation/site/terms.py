"""The terms of use: anyone reads them; who signed in for the first time, or since they changed, accepts them first."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from concertation.apps.access.commands import accept_terms
from concertation.apps.access.queries import signed_in
from concertation.apps.access.signals import TERMS_PENDING
from concertation.site.help import page_of


@require_http_methods(["GET", "POST"])
def terms(request: HttpRequest) -> HttpResponse:
    """Read the terms of use, and accept them."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    onward = wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else reverse("home")
    if request.method == "POST":
        accept_terms(signed_in(request.user), settings.TERMS_VERSION, on=timezone.localdate())
        request.session.pop(TERMS_PENDING, None)
        return redirect(onward)
    page = page_of("terms")
    if page is None:
        raise Http404
    accepted = request.user.is_authenticated and signed_in(request.user).terms_version == settings.TERMS_VERSION
    context = {"page": page, "onward": onward, "version": settings.TERMS_VERSION, "accepted": accepted, "breadcrumbs": [(_("Conditions d'emploi"), "")]}
    return render(request, "account/terms.html", context)
