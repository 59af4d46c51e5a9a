"""Addresses of the picture: the situation, each State, each unit."""

from django.urls import path

from concertation.apps.picture import pages, sectors

urlpatterns = [
    path("sectors/", sectors.sectors, name="sectors"),
    path("sectors/<slug:code>/", sectors.sector, name="sector"),
    path("situation/", pages.situation, name="situation"),
    path("states/<str:iso3>/", pages.state, name="state"),
    path("units/<slug:unit_id>/", pages.unit, name="unit"),
]
