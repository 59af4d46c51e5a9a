"""Addresses of search."""

from django.urls import path

from concertation.apps.search import pages

urlpatterns = [
    path("search/", pages.search, name="search"),
    path("search/suggestions/", pages.suggestions, name="search-suggestions"),
]
