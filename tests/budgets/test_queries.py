"""Queries per page: at most twelve at every address, signed in too, and those of the baseline; what was revoked opens nothing."""

from datetime import date

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from access_steps import browser_of, person, sign_in
from addresses import Ground, opened, with_choices
from budgets.budget_files import compare
from concertation.apps.access import commands
from concertation.apps.access.models import HeldMandate
from concertation.apps.access.queries import sessions
from concertation.core.sharing import Role

MOST = 12
GROWING = {"home", "situation", "sector", "state", "organisation", "imports", "review", "people"}


def queries_of(client: Client, path: str) -> int:
    """How many queries a page makes, once what a process keeps in memory is there."""
    client.get(path)
    return queries_at_once(client, path)


def queries_at_once(client: Client, path: str) -> int:
    """How many queries a page makes as things stand."""
    with CaptureQueriesContext(connection) as made:
        client.get(path)
    return len(made)


def test_no_page_makes_more_than_twelve_queries_and_each_makes_those_of_its_baseline(ground: Ground) -> None:
    pages = with_choices(ground)

    found = {page: {"signed in": queries_of(ground.manager, path), "anonymous": queries_at_once(ground.nobody, path)} for page, (_who, path) in pages.items()}

    print("\n".join(f"{page:50} {made['anonymous']:3} {made['signed in']:3}" for page, made in found.items()))
    over = {page: made for page, made in found.items() if max(made.values()) > MOST}
    assert over == {}
    now, before = compare("queries", found)
    assert now == before


def test_the_number_of_queries_is_the_same_on_a_node_with_more_rows(ground: Ground) -> None:
    pages = {page: path for page, (_who, path) in with_choices(ground).items() if page in GROWING}
    before = {page: queries_of(ground.manager, path) for page, path in pages.items()}

    for number in range(12):
        person(f"more-{number}", (Role.READER, "NER"))
    opened(ground, "NER", activities=40)

    assert set(before) == GROWING
    assert {page: queries_of(ground.manager, path) for page, path in pages.items()} == before


def test_a_mandate_that_was_revoked_opens_nothing_at_the_next_request(db: None) -> None:
    user = person("officer", (Role.DATA_MANAGER, "NER"))
    browser = browser_of(user)
    before = browser.get("/people/").status_code

    commands.end_mandate(HeldMandate.objects.get(person=user), by=commands.NODE)

    assert (before, browser.get("/people/invite/").status_code) == (200, 403)


def test_a_mandate_that_was_given_counts_at_the_next_request(db: None) -> None:
    user = person("officer")
    browser = browser_of(user)
    before = browser.get("/people/invite/").status_code

    commands.give_mandates(user, [(Role.DATA_MANAGER, "NER")], since=date(2020, 1, 1))

    assert (before, browser.get("/people/invite/").status_code) == (403, 200)


def test_a_session_that_was_ended_and_an_account_that_was_closed_are_nobody_at_the_next_request(db: None) -> None:
    ended, closed = person("ended", (Role.READER, "NER")), person("closed", (Role.READER, "NER"))
    browsers = Client(), Client()
    for browser, user in zip(browsers, (ended, closed), strict=True):
        sign_in(browser, user)
    before = [browser.get("/account/").status_code for browser in browsers]

    gone = commands.end_sessions(ended, sessions(ended), by=commands.NODE)
    commands.close_account(closed, by=commands.NODE)

    assert gone == 1
    assert before == [200, 200]
    assert [browser.get("/account/").status_code for browser in browsers] == [302, 302]


def test_a_password_that_changed_elsewhere_ends_the_session(db: None) -> None:
    user = person("changed", (Role.READER, "NER"))
    browser = browser_of(user)
    before = browser.get("/account/").status_code

    user.set_password("une autre longue phrase synthétique")
    user.save()

    assert (before, browser.get("/account/").status_code) == (200, 302)
