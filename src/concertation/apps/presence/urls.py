"""Addresses of presence: the page of an organisation, and the activities people enter by hand."""

from django.urls import path

from concertation.apps.presence import pages, template_pages
from concertation.apps.presence.entry import pages as entry

urlpatterns = [
    path("organisations/<slug:slug>/", pages.organisation, name="organisation"),
    path("activities/", entry.own_activities, name="own-activities"),
    path("activities/add/", entry.add, name="activity-add"),
    path("activities/template/", template_pages.template, name="activity-template"),
    path("activities/same/", entry.same_as_last, name="activities-same"),
    path("activities/same/take-back/", entry.take_back, name="activities-take-back"),
    path("activities/<uuid:activity_id>/", entry.activity, name="activity"),
    path("activities/<uuid:activity_id>/correct/", entry.correct, name="activity-correct"),
    path("activities/<uuid:activity_id>/settle/", entry.settle, name="activity-settle"),
    path("activities/<uuid:activity_id>/withdraw/", entry.withdraw, name="activity-withdraw"),
    path("activities/<uuid:activity_id>/restore/", entry.restore, name="activity-restore"),
]
