"""Kept pages: given again while nothing changed, made anew after any act, and never another person's; headers of every answer."""

import gzip
import re
from collections.abc import Iterator
from datetime import date
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from access_steps import browser_of, person
from activity_samples import activity, organisation, stored_import
from concertation.apps.access import commands
from concertation.apps.access.models import HeldMandate
from concertation.apps.ground.commands import journal
from concertation.apps.picture.commands import refresh
from concertation.core.sharing import Mandate, Role
from concertation.site import kept_pages, reference

pytestmark = pytest.mark.django_db
MANAGER = Mandate("u-test", Role.DATA_MANAGER, state="NER")
PAGES = ["/", "/situation/", "/states/NER/", "/sectors/WSH/", "/organisations/", "/needs/"]


@pytest.fixture(autouse=True)
def keeping(settings: Any, tmp_path: Any) -> Iterator[None]:
    """A node that keeps pages, and none kept yet."""
    settings.KEPT_PAGES_CHARACTERS, settings.HOME = 1_000_000, tmp_path
    reference.load_if_changed()
    kept_pages.SHELF.clear()
    yield
    kept_pages.SHELF.clear()


def declare(name: str) -> None:
    """One more organisation declares an activity, as an import does: rows, a line of the journal, summaries made anew."""
    run = stored_import("NER", sensitivity="public", sectors=("WSH",))
    activity(run, organisation(name), sector="WSH")
    journal("sources.import-stored", MANAGER, state="NER", run=str(run.pk))


def bare(page: str) -> str:
    """A page without its form tokens, which differ each time."""
    return re.sub(r'value="[A-Za-z0-9]{64}"|"[A-Za-z0-9]{64}"|[A-Za-z0-9]{64}', "", page)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_given_again_as_it_was_made_with_few_queries(path: str) -> None:
    declare("Organisation synthétique")
    refresh("NER")
    reader = browser_of(person("reader", (Role.DATA_MANAGER, "NER")))

    for client, most in ((Client(), 1), (reader, 3)):
        made = client.get(path).content.decode()
        with CaptureQueriesContext(connection) as asked:
            again = client.get(path).content.decode()
        assert bare(again) == bare(made)
        assert "\x02" not in again
        assert len(asked) <= most


def test_no_figure_outlives_an_import_or_its_summaries() -> None:
    reader = browser_of(person("reader", (Role.DATA_MANAGER, "NER")))
    declare("Organisation synthétique première")
    refresh("NER")
    before = [client.get("/sectors/WSH/?state=NER").content.decode() for client in (Client(), reader)]

    declare("Organisation synthétique seconde")
    while_stale = [client.get("/sectors/WSH/?state=NER").content.decode() for client in (Client(), reader)]
    refresh("NER")
    after = [client.get("/sectors/WSH/?state=NER").content.decode() for client in (Client(), reader)]

    assert all("seconde" not in page for page in before)
    assert all("seconde" in page for page in (*while_stale, *after))
    assert len({bare(page) for page in (before[0], while_stale[0], after[0])}) == 3


def test_nobody_is_given_what_was_made_for_other_mandates() -> None:
    run = stored_import("NER", sensitivity="confidential", sectors=("WSH",))
    activity(run, organisation("Organisation confidentielle synthétique"), sector="WSH")
    refresh("NER")
    niger, mali = (browser_of(person(state, (Role.DATA_MANAGER, state))) for state in ("NER", "MLI"))

    seen = ["confidentielle" in client.get("/sectors/WSH/?state=NER").content.decode() for client in (niger, mali, Client(), niger)]

    assert seen == [True, False, False, True]


def test_a_mandate_that_was_revoked_is_given_no_kept_page() -> None:
    run = stored_import("NER", sensitivity="confidential", sectors=("WSH",))
    activity(run, organisation("Organisation confidentielle synthétique"), sector="WSH")
    refresh("NER")
    user = person("officer", (Role.DATA_MANAGER, "NER"))
    browser = browser_of(user)
    before = browser.get("/sectors/WSH/?state=NER").content.decode()

    commands.end_mandate(HeldMandate.objects.get(person=user), by=commands.NODE)

    assert "confidentielle" in before
    assert "confidentielle" not in browser.get("/sectors/WSH/?state=NER").content.decode()


def test_a_kept_page_carries_the_name_and_the_working_form_token_of_its_own_reader() -> None:
    first, second = (person(name, (Role.DATA_MANAGER, "NER")) for name in ("first", "second"))
    client = Client(enforce_csrf_checks=True)
    client.force_login(second)
    browser_of(first).get("/situation/")

    page = client.get("/situation/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]

    assert "Synthetic second" in page and "Synthetic first" not in page
    assert client.post("/account/logout/", {"csrfmiddlewaretoken": token}).status_code == 302


def test_french_and_english_are_kept_apart() -> None:
    client = Client()

    assert ["Aller au contenu" in client.get(f"/situation/?lang={language}").content.decode() for language in ("fr", "en", "fr", "en")] == [True, False, True, False]
    assert "Aller au contenu" not in client.get("/situation/").content.decode()


def test_a_message_is_shown_once_and_never_kept() -> None:
    user = person("reader", (Role.DATA_MANAGER, "NER"))
    client = browser_of(user)
    client.post("/account/", {"name": "Synthetic reader", "language": "fr"})

    pages = [client.get("/situation/").content.decode() for _ in range(3)]

    assert ["Enregistré." in page for page in pages] == [True, False, False]


def test_a_browser_that_holds_a_public_page_is_told_so_until_it_changes() -> None:
    declare("Organisation synthétique")
    refresh("NER")
    client = Client()
    tag = client.get("/situation/").headers["ETag"]
    held = client.get("/situation/", headers={"if-none-match": tag})

    declare("Organisation synthétique bis")

    assert (held.status_code, held.content) == (304, b"")
    assert client.get("/situation/", headers={"if-none-match": tag}).status_code == 200


def test_memory_is_bounded(settings: Any) -> None:
    settings.KEPT_PAGES_CHARACTERS = 20_000
    client = Client()

    for day in range(1, 8):
        client.get(f"/situation/?on={date(2024, 1, day).isoformat()}")

    assert 0 < kept_pages.SHELF.held <= 20_000
    assert kept_pages.SHELF.held == sum(page.weight for page in kept_pages.SHELF.pages.values())


def test_a_public_page_is_kept_as_it_is_sent_and_read_by_browsers_that_unpack_nothing() -> None:
    plain, packed = Client().get("/situation/"), Client().get("/situation/", headers={"accept-encoding": "gzip"})

    assert gzip.decompress(packed.content) == plain.content
    assert (packed.headers["Content-Encoding"], packed.headers["ETag"]) == ("gzip", f"W/{plain.headers['ETag']}")
    assert "Accept-Encoding" in packed.headers["Vary"] and "Accept-Encoding" in plain.headers["Vary"]
    assert Client().get("/situation/", headers={"accept-encoding": "gzip", "if-none-match": packed.headers["ETag"]}).status_code == 304


def test_of_several_readers_of_one_page_the_first_makes_it_and_the_others_are_given_it() -> None:
    shelf, page, given = kept_pages.Shelf(), kept_pages.KeptPage("", b"page", '"tag"'), []
    first = shelf.take_or_make(("page",))
    other = Thread(target=lambda: given.append(shelf.take_or_make(("page",))))
    other.start()
    shelf.put(("page",), page)
    shelf.made(("page",))
    other.join(timeout=kept_pages.LONGEST_WAIT_SECONDS / 2)

    assert first is None
    assert given == [page]
    assert not shelf.making


def test_whoever_waited_for_a_page_that_failed_makes_it() -> None:
    shelf, given = kept_pages.Shelf(), []
    shelf.take_or_make(("page",))
    other = Thread(target=lambda: given.append(shelf.take_or_make(("page",))))
    other.start()
    shelf.made(("page",))
    other.join(timeout=kept_pages.LONGEST_WAIT_SECONDS / 2)

    assert given == [None]


@pytest.mark.parametrize("path", ["/", "/account/login/", "/nowhere/", "/situation/?format=csv", "/states/NER/"])
def test_every_answer_carries_the_headers_that_protect_its_reader(path: str) -> None:
    answer = Client().get(path)

    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"] and "unsafe" not in answer.headers["Content-Security-Policy"]
    assert not {"Server", "X-Powered-By"} & set(answer.headers)


def test_under_https_cookies_are_secure_and_the_browser_stays_with_https(settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    user = person("reader", (Role.READER, "NER"))
    client = Client()

    answer = client.post("/account/login/", {"login": user.email, "password": "une longue phrase synthétique"}, secure=True)

    session = answer.cookies["sessionid"]
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert (session["secure"], session["httponly"], session["samesite"]) == (True, True, "Lax")


@pytest.mark.parametrize("path", ["/", "/situation/", "/people/", "/account/", "/imports/", "/situation/?format=csv"])
def test_what_is_answered_to_a_session_stays_in_no_cache(path: str) -> None:
    client = browser_of(person("reader", (Role.DATA_MANAGER, "NER")))

    assert all("no-store" in client.get(path).headers["Cache-Control"] for _ in range(2))
