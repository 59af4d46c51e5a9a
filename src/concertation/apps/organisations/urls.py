"""Addresses of the register of organisations; an organisation's own page stands in `presence`."""

from django.urls import path

from concertation.apps.organisations import pages

urlpatterns = [
    path("organisations/", pages.register, name="organisations"),
    path("organisations/alike/", pages.may_be_one, name="organisations-alike"),
    path("organisations/alike/apart/", pages.keep_apart, name="organisations-apart"),
    path("organisations/spellings/<uuid:spelling_id>/", pages.move_spelling, name="organisation-spelling"),
    path("organisations/merges/<uuid:merge_id>/take-back/", pages.take_merge_back, name="organisation-merge-take-back"),
    path("organisations/<slug:slug>/names/", pages.names, name="organisation-names"),
    path("organisations/<slug:slug>/spellings/", pages.add_spelling, name="organisation-add-spelling"),
    path("organisations/<slug:slug>/merge/", pages.merge, name="organisation-merge"),
]
