"""Addresses of figures."""

from django.urls import path

from concertation.apps.needs import pages

urlpatterns = [
    path("needs/", pages.overview, name="needs"),
    path("figures/<uuid:figure_id>/", pages.figure, name="figure"),
]
