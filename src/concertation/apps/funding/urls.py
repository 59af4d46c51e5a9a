"""Addresses of money."""

from django.urls import path

from concertation.apps.funding import money_pages, pages

urlpatterns = [
    path("funding/", pages.overview, name="funding"),
    path("funding/clusters/", pages.clusters, name="funding-clusters"),
    path("funding/counting/", money_pages.policies, name="funding-counting"),
    path("funding/quality/", money_pages.quality, name="funding-quality"),
    path("funding/flows/", money_pages.flows, name="funding-flows"),
    path("funding/flows/<uuid:flow_id>/", money_pages.flow, name="funding-flow"),
    path("funding/answers/<uuid:run_id>/", money_pages.answer, name="funding-answer"),
]
