"""Addresses of decisions, sessions and their follow-up."""

from django.urls import path

from concertation.apps.decisions import feeds, pages
from concertation.apps.decisions.following import pages as following
from concertation.apps.decisions.plan import pages as plan
from concertation.apps.decisions.sessions import pages as sessions

urlpatterns = [
    path("decisions/<int:number>/", pages.decision, name="decision"),
    path("decisions/<int:number>/follow/", following.follow, name="decision-follow"),
    path("decisions/<int:number>/day/", following.day, name="decision-day"),
    path("decisions/<int:number>/wording/", following.wording, name="decision-wording"),
    path("decisions/<int:number>/answer/", following.answer, name="decision-answer"),
    path("decisions/<int:number>/states/<str:state>/report/", following.report, name="implementation-report"),
    path("decisions/<int:number>/states/<str:state>/verify/", following.verify, name="implementation-verify"),
    path("decisions/<int:number>/states/<str:state>/day/", following.national_day, name="implementation-day"),
    path("decisions/calendar.ics", feeds.days, name="calendar"),
    path("decisions/sessions/", sessions.sessions, name="forum-sessions"),
    path("decisions/sessions/new/", sessions.new, name="forum-session-new"),
    path("decisions/sessions/compared/", sessions.compared, name="sessions-compared"),
    path("decisions/sessions/<slug:reference>/", sessions.session, name="forum-session"),
    path("decisions/sessions/<slug:reference>/edit/", sessions.edit, name="forum-session-edit"),
    path("decisions/sessions/<slug:reference>/attendance/", sessions.attendance, name="forum-session-attendance"),
    path("decisions/sessions/<slug:reference>/decide/", sessions.decide, name="forum-session-decide"),
    path("decisions/plan/", plan.plan, name="plan"),
    path("decisions/plan/new/", plan.new, name="plan-line-new"),
    path("decisions/plan/bring/", plan.bring, name="plan-bring"),
    path("decisions/plan/lines/<str:line_code>/", plan.edit, name="plan-line"),
    path("decisions/plan/lines/<str:line_code>/withdraw/", plan.withdraw, name="plan-line-withdraw"),
]
