"""Addresses of rapid response."""

from django.urls import path

from concertation.apps.response import bulletin_pages, entry_pages, pages

urlpatterns = [
    path("response/", pages.board, name="response"),
    path("response/aims/", pages.aims, name="response-aims"),
    path("response/bulletins/", bulletin_pages.bulletins, name="bulletins"),
    path("response/bulletins/<uuid:bulletin_id>/", bulletin_pages.bulletin, name="bulletin"),
    path("response/alerts/add/", entry_pages.add, name="alert-add"),
    path("response/alerts/<uuid:alert_id>/", pages.alert, name="alert"),
    path("response/alerts/<uuid:alert_id>/correct/", entry_pages.correct, name="alert-correct"),
    path("response/alerts/<uuid:alert_id>/settle/", entry_pages.settle, name="alert-settle"),
    path("response/alerts/<uuid:alert_id>/answer/", pages.answer, name="alert-answer"),
    path("response/alerts/<uuid:alert_id>/withdraw/", pages.withdraw, name="alert-withdraw"),
    path("response/alerts/<uuid:alert_id>/restore/", pages.restore, name="alert-restore"),
    path("response/alerts/<uuid:alert_id>/count/", pages.count, name="alert-count"),
]
