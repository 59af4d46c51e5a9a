"""Addresses of notes: the States together and each State."""

from django.urls import path

from concertation.apps.notes import pages

urlpatterns = [
    path("notes/", pages.notes, name="notes"),
    path("notes/<str:about>/", pages.note, name="note"),
]
