"""Addresses of imports, review and sources."""

from django.urls import path

from concertation.apps.sources import (
    mapping_pages,
    name_pages,
    pages,
    raw_pages,
    review_pages,
    source_pages,
    withdrawals,
)

urlpatterns = [
    path("imports/", pages.imports_page, name="imports"),
    path("imports/bring-in/", pages.bring_in, name="bring-in"),
    path("imports/files/", raw_pages.raw_files, name="raw-files"),
    path("imports/files/retention/", raw_pages.set_retention, name="raw-retention"),
    path("imports/files/<str:sha256>/<str:state>/erase/", raw_pages.erase, name="raw-erase"),
    path("imports/<uuid:run_id>/", pages.import_run, name="import"),
    path("imports/<uuid:run_id>/accept/", pages.accept, name="import-accept"),
    path("imports/<uuid:run_id>/cancel/", pages.cancel, name="import-cancel"),
    path("imports/<uuid:run_id>/resume/", pages.resume, name="import-resume"),
    path("imports/<uuid:run_id>/columns/", pages.correct_columns, name="import-columns"),
    path("imports/<uuid:run_id>/period/", pages.correct_period, name="import-period"),
    path("imports/<uuid:run_id>/kind/", pages.read_as, name="import-kind"),
    path("imports/<uuid:run_id>/withdraw/", withdrawals.withdraw, name="import-withdraw"),
    path("imports/<uuid:run_id>/restore/", withdrawals.restore, name="import-restore"),
    path("imports/<uuid:run_id>/close-further/", withdrawals.close_further, name="import-close-further"),
    path("review/", review_pages.doubts, name="review"),
    path("review/answers/", review_pages.answers, name="answers"),
    path("review/bulk/", review_pages.bulk, name="review-bulk"),
    path("review/bulk/take-back/", review_pages.bulk_take_back, name="review-bulk-take-back"),
    path("review/names/", name_pages.names, name="remembered-names"),
    path("review/names/forget/<uuid:name_id>/", name_pages.forget, name="name-forget"),
    path("imports/mappings/", mapping_pages.mappings, name="mappings"),
    path("imports/mappings/<uuid:mapping_id>/", mapping_pages.mapping, name="mapping"),
    path("imports/mappings/<uuid:mapping_id>/aside/", mapping_pages.put_aside, name="mapping-aside"),
    path("imports/mappings/<uuid:mapping_id>/again/", mapping_pages.take_up, name="mapping-again"),
    path("imports/mappings/bring-in/", mapping_pages.bring_in, name="mapping-bring-in"),
    path("review/<uuid:doubt_id>/settle/", review_pages.settle, name="settle"),
    path("review/<uuid:doubt_id>/take-back/", review_pages.take_back, name="take-back"),
    path("sources/", source_pages.sources, name="sources"),
    path("sources/files/<str:sha256>/", source_pages.raw_file, name="raw-file"),
    path("sources/files/<str:sha256>/cell/", source_pages.cell, name="source-cell"),
    path("sources/<str:source_id>/", source_pages.source, name="source"),
]
