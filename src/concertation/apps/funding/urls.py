"""Addresses of money."""

from django.urls import path

from concertation.apps.funding import money_pages, pages
from concertation.apps.funding.funds import pages as fund_pages
from concertation.apps.funding.rates import pages as rate_pages

urlpatterns = [
    path("funding/", pages.overview, name="funding"),
    path("funding/clusters/", pages.clusters, name="funding-clusters"),
    path("funding/counting/", money_pages.policies, name="funding-counting"),
    path("funding/quality/", money_pages.quality, name="funding-quality"),
    path("funding/streams/", money_pages.streams, name="funding-streams"),
    path("funding/flows/", money_pages.flows, name="funding-flows"),
    path("funding/flows/<uuid:flow_id>/", money_pages.flow, name="funding-flow"),
    path("funding/funds/", fund_pages.funds, name="funding-funds"),
    path("funding/funds/new/", fund_pages.register, name="funding-fund-register"),
    path("funding/funds/<uuid:fund_id>/", fund_pages.fund, name="funding-fund"),
    path("funding/funds/<uuid:fund_id>/rules/", fund_pages.correct, name="funding-fund-correct"),
    path("funding/rates/", rate_pages.rates, name="funding-rates"),
    path("funding/rates/new/", rate_pages.state, name="funding-rate-state"),
    path("funding/rates/<int:rate_id>/withdraw/", rate_pages.withdraw, name="funding-rate-withdraw"),
    path("funding/answers/<uuid:run_id>/", money_pages.answer, name="funding-answer"),
]
