"""Addresses of the node; the subject's word is the first part of each."""

from django.urls import include, path

from concertation.site import api_pages, help, outbox, pages, terms
from concertation.site.api import api

handler400 = "concertation.site.refusals.unreadable"
handler500 = "concertation.site.refusals.failed"

urlpatterns = [
    path("", pages.home, name="home"),
    path("api/v1/docs", api_pages.docs, name="api-docs"),
    path("api/v1/openapi.json", api_pages.description, name="api-description"),
    path("api/v1/", api.urls),
    path("help/", help.index, name="help"),
    path("help/<slug:subject>/", help.subject_page, name="help-subject"),
    path("", include(outbox)),
    path("", include("concertation.apps.sharing.nodes.urls")),
    path("", include("concertation.apps.places.urls")),
    path("", include("concertation.apps.sources.urls")),
    path("", include("concertation.apps.needs.urls")),
    path("", include("concertation.apps.lessons.urls")),
    path("", include("concertation.apps.funding.urls")),
    path("", include("concertation.apps.mobilisation.urls")),
    path("", include("concertation.apps.anticipation.urls")),
    path("", include("concertation.apps.response.urls")),
    path("", include("concertation.apps.decisions.urls")),
    path("", include("concertation.apps.notes.urls")),
    path("", include("concertation.apps.releases.urls")),
    path("", include("concertation.apps.picture.urls")),
    path("", include("concertation.apps.allocation.urls")),
    path("", include("concertation.apps.organisations.urls")),
    path("", include("concertation.apps.presence.urls")),
    path("", include("concertation.apps.search.urls")),
    path("", include("concertation.apps.access.urls")),
    path("account/terms/", terms.terms, name="terms"),
    path("account/second-factor/", include("allauth.mfa.urls")),
    path("account/", include("concertation.site.account_urls")),
]
