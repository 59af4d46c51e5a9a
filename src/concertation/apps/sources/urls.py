"""Addresses of imports, review and sources."""

from django.urls import path

from concertation.apps.sources import pages

urlpatterns = [
    path("imports/", pages.imports, name="imports"),
    path("imports/bring-in/", pages.bring_in, name="bring-in"),
    path("imports/<uuid:run_id>/", pages.import_run, name="import"),
    path("imports/<uuid:run_id>/accept/", pages.accept, name="import-accept"),
    path("imports/<uuid:run_id>/cancel/", pages.cancel, name="import-cancel"),
    path("imports/<uuid:run_id>/columns/", pages.correct_columns, name="import-columns"),
    path("imports/<uuid:run_id>/period/", pages.correct_period, name="import-period"),
    path("review/", pages.doubts, name="review"),
    path("review/<uuid:doubt_id>/settle/", pages.settle, name="settle"),
    path("sources/", pages.sources, name="sources"),
    path("sources/files/<str:sha256>/", pages.raw_file, name="raw-file"),
    path("sources/<str:source_id>/", pages.source, name="source"),
]
