"""Addresses of nodes."""

from django.urls import path

from concertation.apps.sharing.nodes import pages

urlpatterns = [
    path("nodes/", pages.nodes, name="nodes"),
    path("nodes/fingerprints/", pages.fingerprints, name="fingerprints"),
]
