"""Addresses of allocation."""

from django.urls import path

from concertation.apps.allocation import back_test_pages, flexibility_pages, pages, scenario_pages, state_pages

ROUND = "allocation/<uuid:round_id>/"
SCENARIO = f"{ROUND}scenarios/<int:number>/"
urlpatterns = [
    path("allocation/", pages.rounds, name="rounds"),
    path("allocation/back-test/", back_test_pages.back_test, name="back-test"),
    path("allocation/back-test/round/", back_test_pages.open_round, name="back-test-round"),
    path("allocation/new/", pages.make, name="round-make"),
    path(ROUND, pages.allocation_round, name="round"),
    path(f"{ROUND}question/", pages.question_file, name="round-question"),
    path(f"{ROUND}scenarios/", pages.add, name="round-scenario-add"),
    path(f"{ROUND}join/", state_pages.join, name="round-join"),
    path(f"{ROUND}endorse/", state_pages.endorse, name="round-endorse"),
    path(f"{ROUND}abandon/", state_pages.abandon, name="round-abandon"),
    path(f"{ROUND}constraints/<str:state>/", state_pages.constrain, name="round-constrain"),
    path(f"{ROUND}constraints/<str:state>/<uuid:constraint_id>/withdraw/", state_pages.unconstrain, name="round-unconstrain"),
    path(f"{ROUND}positions/<str:state>/", state_pages.position, name="round-position"),
    path(SCENARIO, scenario_pages.scenario, name="round-scenario"),
    path(f"{SCENARIO}lines/", scenario_pages.change_line, name="round-line-change"),
    path(f"{SCENARIO}lines/<uuid:change_id>/take-back/", scenario_pages.take_back_change, name="round-line-take-back"),
    path(f"{SCENARIO}stop/", scenario_pages.stop, name="round-scenario-stop"),
    path(f"{SCENARIO}again/", scenario_pages.ask_again, name="round-scenario-again"),
    path(f"{SCENARIO}forward/", state_pages.put_forward, name="round-forward"),
    path(f"{SCENARIO}what-if/", scenario_pages.what_if, name="round-what-if"),
    path(f"{SCENARIO}what-if/keep/", scenario_pages.keep_what_if, name="round-what-if-keep"),
    path(f"{SCENARIO}flexibility/", flexibility_pages.flexibility, name="round-flexibility"),
    path(f"{SCENARIO}flexibility/value/", flexibility_pages.value, name="round-flexibility-value"),
    path(f"{SCENARIO}flexibility/reply/", flexibility_pages.reply, name="round-flexibility-reply"),
]
