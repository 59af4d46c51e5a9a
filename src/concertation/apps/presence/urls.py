"""Addresses of presence: the page of an organisation."""

from django.urls import path

from concertation.apps.presence import pages

urlpatterns = [
    path("organisations/<slug:slug>/", pages.organisation, name="organisation"),
]
