"""The door for programs: who reads, in which language, what is refused and how, what is not sent twice."""

import gzip
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as sampled
from hypothesis import strategies as some

from access_steps import browser_of, person, sign_in
from api_steps import PREFIX, addresses, program, token_of, with_token
from concertation.apps.access import bearers, commands
from concertation.apps.access.models import HeldMandate, PersonalToken
from concertation.apps.access.queries import held_today
from concertation.apps.ground import commands as ground_commands
from concertation.apps.ground.refusals import STATUSES
from concertation.apps.needs import bulk_reading
from concertation.apps.needs.models import Figure
from concertation.core.sharing import Role
from concertation.site import reference

pytestmark = pytest.mark.django_db
KEYS = {"type", "title", "status", "detail", "code", "title_fr", "title_en", "detail_fr", "detail_en", "filters"}


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody was counted yet."""
    monkeypatch.setattr(bearers, "BOOKLETS", bearers.Booklets())
    cache.clear()


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The problem of an answer, held to its form."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json"), answer.content
    told: dict[str, Any] = json.loads(answer.content)
    assert set(told) == KEYS
    assert (told["status"], told["code"], told["type"]) == (status, code, f"/api/v1/docs#{code}")
    assert STATUSES[code] == status
    assert all(told[name] for name in KEYS - {"filters"})
    assert told["title_fr"] != told["title_en"] and told["detail_fr"] != told["detail_en"]
    assert "Traceback" not in answer.content.decode() and "{" not in told["detail_fr"]
    return told


# Who reads


def test_a_token_reads_with_its_mandates_and_says_so() -> None:
    told = program((Role.READER, "NER")).get("/api/v1/me").json()

    assert (told["reads_as"], told["token"]) == ("token", "synthetic")
    assert told["mandates"] == [{"role": "reader", "state": "NER", "organisation": ""}]
    assert PersonalToken.objects.get().last_used_at is not None


def test_without_a_token_the_session_reads_and_without_both_the_public() -> None:
    user = person("reader", (Role.READER, "MLI"))

    assert browser_of(user).get("/api/v1/me").json()["mandates"] == [{"role": "reader", "state": "MLI", "organisation": ""}]
    assert Client().get("/api/v1/me").json()["reads_as"] == "public"


def test_a_token_sent_with_a_session_counts_alone() -> None:
    browser, raw = browser_of(person("wide", (Role.DATA_MANAGER, "NER"))), token_of(person("narrow", (Role.READER, "MLI")))

    told = browser.get("/api/v1/me", headers={"Authorization": f"Bearer {raw}"}).json()

    assert [held["state"] for held in told["mandates"]] == ["MLI"]


@pytest.mark.parametrize("header", ["Bearer", "Bearer x", "Basic dTpw", "cct_", "Bearer cct_" + "é" * 43, "Bearer " + "x" * 5000, "Token cct_" + "a" * 43, "Bearer cct_a b"])
def test_a_malformed_header_is_refused_and_never_read_as_nobody(header: str) -> None:
    answer = Client().get("/api/v1/states", headers={"Authorization": header})

    problem(answer, 401, "api-token-malformed")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@sampled(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.text(some.characters(min_codepoint=1, max_codepoint=255), min_size=1, max_size=80))
def test_no_header_whatever_opens_anything_or_breaks_the_node(header: str) -> None:
    cache.clear()
    bearers.BOOKLETS.left.clear()
    answer = Client().get("/api/v1/states", HTTP_AUTHORIZATION=header)

    problem(answer, 401, "api-token-malformed")


def test_a_token_that_is_unknown_expired_revoked_or_empty_says_which() -> None:
    user = person("reader", (Role.READER, "NER"))
    today = timezone.localdate()
    expired = commands.make_token(user, name="old", mandates=held_today(user), expires_on=today - timedelta(days=1))[1]
    token, revoked = commands.make_token(user, name="gone", mandates=held_today(user), expires_on=today)
    commands.revoke_token(token, by=commands.own_account(user))
    empty = commands.make_token(user, name="empty", mandates=held_today(user), expires_on=today)[1]
    commands.end_mandate(HeldMandate.objects.get(person=user), by=commands.NODE)

    assert (today - timedelta(days=1)).isoformat() in problem(with_token(expired).get("/api/v1/states"), 401, "api-token-expired")["detail"]
    problem(with_token(revoked).get("/api/v1/states"), 401, "api-token-revoked")
    problem(with_token(empty).get("/api/v1/states"), 403, "api-token-without-mandate")
    problem(with_token("cct_" + "a" * 43).get("/api/v1/states"), 401, "api-token-unknown")


def test_the_terms_of_use_come_first_for_tokens_and_sessions(settings: Any) -> None:
    user = person("reader", (Role.READER, "NER"))
    raw, browser = token_of(user), browser_of(user)
    settings.TERMS_VERSION = "2099-01"

    problem(with_token(raw).get("/api/v1/states"), 403, "api-terms-to-accept")
    late = Client()
    sign_in(late, user)
    problem(late.get("/api/v1/states"), 403, "api-terms-to-accept")
    assert browser.get("/api/v1/states").status_code == 200  # a session that began under the terms it accepted


def test_a_closed_account_closes_its_tokens() -> None:
    user = person("reader", (Role.READER, "NER"))
    raw = token_of(user)
    commands.close_account(user, by=commands.NODE)

    answer = with_token(raw).get("/api/v1/states")

    assert answer.status_code in (401, 403)


@pytest.mark.parametrize("address", ["/api/v1/imports", "/api/v1/imports/00000000-0000-0000-0000-000000000000/problems", "/api/v1/journal/heads"])
def test_what_is_not_public_asks_who_reads(address: str) -> None:
    problem(Client().get(address), 401, "api-sign-in-needed")


def test_heads_of_journals_are_for_those_who_read_them() -> None:
    problem(program((Role.READER, "NER")).get("/api/v1/journal/heads"), 403, "api-not-allowed")
    heads = program((Role.AUDITOR, "NER"), name="auditor").get("/api/v1/journal/heads").json()["data"]

    assert {head["state"] for head in heads} <= {"NER"}


# What is refused


def test_a_filter_that_is_not_known_is_refused_with_those_that_are() -> None:
    told = problem(Client().get("/api/v1/figures?concpet=idps"), 422, "api-filter-unknown")

    assert told["filters"][0]["name"] == "concpet" and "concept" in told["filters"][0]["expected_fr"]


@pytest.mark.parametrize(
    ("query", "name", "expected"),
    [
        ("limit=0", "limit", "au moins 1"), ("limit=10001", "limit", "au plus 10000"), ("limit=x", "limit", "un nombre entier"), ("state=NRE", "state", "BFA"),
        ("since=hier", "since", "2024-08-31"), ("after=x", "after", "UUID"), ("concept=need", "concept", "in_need"), ("unit=%00", "unit", "la forme"),
        ("group=" + "x" * 101, "group", "au plus 100"),
    ],
)
def test_a_value_that_is_not_accepted_says_what_is_expected_in_both_languages(query: str, name: str, expected: str) -> None:
    [wrong] = problem(Client().get(f"/api/v1/figures?{query}"), 422, "api-filter-value")["filters"]

    assert (wrong["place"], wrong["name"]) == ("query", name)
    assert expected in wrong["expected_fr"] and wrong["expected_en"]


def test_no_address_passes_an_unknown_filter_over_in_silence() -> None:
    client = program((Role.DATA_MANAGER, "NER"))

    for address in addresses():
        problem(client.get(f"{address}{'&' if '?' in address else '?'}zz=1"), 422, "api-filter-unknown")


def test_a_filter_given_twice_is_refused() -> None:
    problem(Client().get("/api/v1/figures?state=NER&state=MLI"), 422, "api-filter-twice")


@pytest.mark.parametrize("address", ["/api/v1/nothing", "/api/v1/", "/api/v2/figures", "/api/v1/figures/", "/api/v1/figures/../figures"])
def test_an_address_that_is_not_served_is_a_problem(address: str) -> None:
    problem(Client().get(address), 404, "api-address-unknown")


@pytest.mark.parametrize("address", ["/api/v1/figures/x", "/api/v1/figures/00000000-0000-0000-0000-000000000000"])
def test_a_row_that_is_not_there_is_a_problem(address: str) -> None:
    problem(Client().get(address), 404, "api-row-unknown")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
def test_nothing_is_written(method: str) -> None:
    for client in (Client(enforce_csrf_checks=True), browser_of(person(f"manager-{method}", (Role.DATA_MANAGER, "NER")))):
        answer = getattr(client, method)("/api/v1/figures")

        problem(answer, 405, "api-method-not-served")
        assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_a_form_that_is_not_served_is_refused_and_csv_is_served_where_asked() -> None:
    client = Client()

    problem(client.get("/api/v1/states", headers={"Accept": "application/xml"}), 406, "api-form-not-served")
    problem(client.get("/api/v1/me", headers={"Accept": "text/csv"}), 406, "api-form-not-served")
    assert client.get("/api/v1/states", headers={"Accept": "text/csv"}).headers["Content-Type"].startswith("text/csv")
    assert client.get("/api/v1/states?output_format=csv", headers={"Accept": "text/html"}).headers["Content-Type"].startswith("text/csv")
    assert client.get("/api/v1/states", headers={"Accept": "text/html,*/*;q=0.8"}).headers["Content-Type"] == "application/json"


def test_a_failure_of_the_node_is_a_problem_without_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr(bulk_reading, "figure_rows", fail)

    answer = Client(raise_request_exception=False).get("/api/v1/figures")

    problem(answer, 500, "api-node-failed")
    assert "secret" not in answer.content.decode()


def test_a_database_that_does_not_answer_is_said_with_when_to_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(bulk_reading, "figure_rows", fail)

    answer = Client(raise_request_exception=False).get("/api/v1/figures")

    problem(answer, 503, "api-node-busy")
    assert int(answer.headers["Retry-After"]) > 0


def test_a_failure_before_the_routes_is_a_problem_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("concertation.site.accounts.note_presence", lambda *_: 1 / 0)
    client = browser_of(person("reader", (Role.READER, "NER")))
    client.raise_request_exception = False

    problem(client.get("/api/v1/figures"), 500, "api-node-failed")


def test_a_host_that_is_not_the_nodes_is_refused() -> None:
    problem(Client().get("/api/v1/states", headers={"Host": "elsewhere.example"}), 400, "api-request-malformed")


# How often


def test_too_many_requests_wait_and_are_told_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bearers, "PER_MINUTE", 40)
    client, other = program((Role.READER, "NER")), program((Role.READER, "NER"), name="other")

    answers = [client.get("/api/v1/states?limit=1") for _ in range(90)]

    refused = [answer for answer in answers if answer.status_code == 429]
    assert 10 <= len(refused) <= 50  # a minute may end meanwhile
    problem(refused[0], 429, "api-too-many-requests")
    assert 1 <= int(refused[0].headers["Retry-After"]) <= 60
    assert other.get("/api/v1/states").status_code == 200


def test_the_count_is_shared_by_every_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bearers, "PER_MINUTE", 40)
    first, second = bearers.Booklets(), bearers.Booklets()

    answered = sum(each.use_one("token:x", 7) for each in (first, second) for _ in range(40))

    assert answered == 40


def test_reading_does_not_write_at_each_request() -> None:
    Client().get("/api/v1/states")
    written = []

    for _ in range(10):
        with CaptureQueriesContext(connection) as queries:
            Client().get("/api/v1/states")
        written.append([each["sql"] for each in queries.captured_queries if each["sql"].startswith(("INSERT", "UPDATE", "DELETE"))])
        assert 1 <= len(queries) <= 12

    assert written.count([]) >= 9  # a minute may begin meanwhile


def test_guessing_tokens_is_counted_by_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bearers, "PER_MINUTE", 20)

    answers = [with_token(f"cct_{number:043d}").get("/api/v1/states").status_code for number in range(60)]

    assert set(answers) == {401, 429}


# Languages


def test_the_language_is_asked_for_in_the_address_else_by_the_header_else_french() -> None:
    client = Client()

    def title(address: str, **headers: str) -> str:
        answer = client.get(address, headers=headers)
        assert "language" not in answer.cookies
        return str(answer.json()["title"])

    assert title("/api/v1/nothing") == "Cette adresse n'existe pas."
    assert title("/api/v1/nothing", **{"Accept-Language": "de, en-GB;q=0.9, fr;q=0.1"}) == "This address does not exist."
    assert title("/api/v1/nothing?lang=en", **{"Accept-Language": "fr"}) == "This address does not exist."
    assert title("/api/v1/nothing?lang=fr", **{"Accept-Language": "en"}) == "Cette adresse n'existe pas."


def test_rows_are_in_the_language_asked_for_and_their_marks_differ() -> None:
    reference.load_if_changed()
    french, english = (Client().get(f"/api/v1/hapi/food-security?location_code=BFA&limit=5&lang={code}") for code in ("fr", "en"))
    table = [Client().get(f"/api/v1/hapi/admin1?state=BFA&lang={code}").json()["data"] for code in ("fr", "en")]

    assert "OCHA" in str([row["warning"] for row in table[0]]) and table[0] != table[1]
    assert (french.headers["Content-Language"], english.headers["Content-Language"]) == ("fr", "en")
    assert french.headers["ETag"] != english.headers["ETag"]
    assert {"Accept-Language", "Authorization", "Cookie", "Accept"} <= set(french.headers["Vary"].split(", "))


# What is not sent twice


def test_an_unchanged_answer_is_not_sent_again_whatever_the_address() -> None:
    reference.load_if_changed()
    client = program((Role.DATA_MANAGER, "NER"))

    for address in addresses():
        first = client.get(address)
        again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})

        assert (address, first.status_code, again.status_code, again.content) == (address, 200, 304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        assert first.headers["Cache-Control"] == again.headers["Cache-Control"] == "private, no-cache"
        assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


def test_an_unchanged_answer_is_told_before_any_row_is_read() -> None:
    reference.load_if_changed()
    for address in ("/api/v1/figures?limit=10", "/api/v1/hapi/food-security?limit=10", "/api/v1/activities", "/api/v1/money-flows"):
        mark = Client().get(address).headers["ETag"]

        with CaptureQueriesContext(connection) as asked:
            again = Client().get(address, headers={"If-None-Match": mark})

        assert (again.status_code, again.headers["ETag"], again.content) == (304, mark, b"")
        assert not re.search("needs_figure|presence_activity|funding_", "".join(query["sql"] for query in asked))
        assert "Content-Type" not in again.headers


def test_an_act_moves_the_mark_and_an_answer_it_left_alone_is_still_not_sent_again() -> None:
    reference.load_if_changed()
    client, first = Client(), Client().get("/api/v1/states")
    stamp, _dash, content = first.headers["ETag"].removeprefix('W/"').removesuffix('"').partition("-")
    ground_commands.journal("test.written", commands.NODE, state="NER")

    left_alone = client.get("/api/v1/states", headers={"If-None-Match": first.headers["ETag"]})

    assert left_alone.status_code == 304
    assert left_alone.headers["ETag"] != first.headers["ETag"]
    assert left_alone.headers["ETag"].endswith(f'-{content}"')
    Figure.objects.update(value=1)  # by force, without a line in the journal
    before = client.get("/api/v1/figures")
    ground_commands.journal("test.written", commands.NODE, state="NER")
    Figure.objects.update(value=2)
    assert client.get("/api/v1/figures", headers={"If-None-Match": before.headers["ETag"]}).status_code == 200


def test_a_mark_made_up_or_taken_from_another_reader_opens_nothing() -> None:
    reference.load_if_changed()
    client = program((Role.READER, "NER"))
    mark = Client().get("/api/v1/figures").headers["ETag"]

    for held in (mark, mark.replace("-", "-x"), 'W/"-"', '"0-0"', "x" * 3000):
        assert client.get("/api/v1/figures", headers={"If-None-Match": held}).status_code == 200
    problem(client.get("/api/v1/figures?concpet=idps", headers={"If-None-Match": "*"}), 422, "api-filter-unknown")


def test_the_mark_of_one_reader_is_not_anothers() -> None:
    answers = [client.get("/api/v1/states") for client in (Client(), program((Role.READER, "NER")), program((Role.READER, "NER"), name="other"))]

    assert len({answer.headers["ETag"] for answer in answers}) == 3
    assert len({answer.content for answer in answers}) == 1


def test_answers_are_compressed_where_that_is_taken_and_the_content_is_the_same() -> None:
    reference.load_if_changed()
    plain, packed = Client().get("/api/v1/figures"), Client().get("/api/v1/figures", headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) * 8 < len(plain.content)
    assert packed.headers["ETag"] == plain.headers["ETag"]


def test_head_is_the_answer_without_its_content_and_options_says_what_is_served() -> None:
    client = Client()
    read, head, options = client.get("/api/v1/states"), client.head("/api/v1/states"), client.options("/api/v1/states")

    assert (head.status_code, head.content) == (200, b"")
    assert (head.headers["ETag"], head.headers["Content-Length"]) == (read.headers["ETag"], str(len(read.content)))
    assert (options.status_code, options.headers["Allow"]) == (204, "GET, HEAD, OPTIONS")
    problem(client.options("/api/v1/nothing"), 404, "api-address-unknown")


def test_pages_are_untouched_by_the_rules_for_programs() -> None:
    answer = Client().get("/help/?lang=en", headers={"Accept-Language": "fr"})

    assert answer.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
    assert "ETag" not in answer.headers
    assert PREFIX not in answer.headers.get("Link", "")
