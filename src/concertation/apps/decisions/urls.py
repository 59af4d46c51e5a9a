"""Addresses of decisions."""

from django.urls import path

from concertation.apps.decisions import pages

urlpatterns = [path("decisions/<int:number>/", pages.decision, name="decision")]
