"""Addresses of lessons."""

from django.urls import path

from concertation.apps.lessons import pages

urlpatterns = [
    path("lessons/", pages.lessons, name="lessons"),
    path("lessons/new/", pages.new, name="lesson-new"),
    path("lessons/bring/", pages.bring, name="lessons-bring"),
    path("lessons/<uuid:lesson_id>/", pages.lesson, name="lesson"),
    path("lessons/<uuid:lesson_id>/edit/", pages.edit, name="lesson-edit"),
    path("lessons/<uuid:lesson_id>/validate/", pages.validate, name="lesson-validate"),
    path("lessons/<uuid:lesson_id>/withdraw/", pages.withdraw, name="lesson-withdraw"),
    path("lessons/<uuid:lesson_id>/reuse/", pages.reuse, name="lesson-reuse"),
    path("lessons/<uuid:lesson_id>/contradict/", pages.contradict, name="lesson-contradict"),
    path("lessons/reuses/<uuid:reuse_id>/result/", pages.result, name="lesson-result"),
]
