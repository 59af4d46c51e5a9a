"""Every address asked everything a broken program, a hurried hand or a hostile one may send: no failure, no trace, a page that says what to do.

Addresses come from the table of addresses, fields from the forms of their pages, parameters from the source. A sample runs with the
suite; `CONCERTATION_FUZZ_EXAMPLES` sets how many requests are tried.
"""

import os
import re
import traceback
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
from django.db import OperationalError, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as trials
from hypothesis import strategies as st

from addresses import NOWHERE, Address, Ground, lay, table_of_addresses, with_choices
from concertation.site import help, pages

EXAMPLES = int(os.environ.get("CONCERTATION_FUZZ_EXAMPLES", "500"))
SOURCES = Path(__file__).resolve().parents[2] / "src" / "concertation"
PARAMETER = re.compile(r'(?:GET|query|asked|POST|form)(?:\.get|\.getlist|\.pop)?[(\[]"([\w-]+)"')
FORM = re.compile(r'<form([^>]*)>(.*?)</form>', re.DOTALL)
FIELD = re.compile(r'<(?:input|select|textarea|button)[^>]*\sname="([^"]+)"')
TRACES = ("Traceback (most recent call last)", "/site-packages/", 'File "/', "sqlite3.", "psycopg.", "django.db")
HOSTILE = (
    "", " ", "\x00", "a\x00b", "\ud800", "\udfff\ud800", "\u202eabc\u202d", "\u200f\u2066x", "0", "-1", "1e309", "NaN", "9" * 400, "-" + "9" * 30, "1.5", "true", "null", "[]", "{}",
    "2024-13-45", "0000-00-00", "31/08/2024", "2024-02-30", "9999-12-31", "10000-01-01", "0001-01-01", "2024-06-01T25:00", "-2024-01-01", "xx", "EN-us", "fr\r\nSet-Cookie: a=b", "%(x)s", "%s%n", "{{ 7*7 }}",
    "<script>alert(1)</script>", "' OR 1=1 --", '"; DROP TABLE access_user; --', "=cmd|' /C calc'!A0", "../../../etc/passwd", "..%2f..%2fetc", "//example.org/", "\\\\host\\share", "javascript:alert(1)",
    "é" * 300, "x" * 200_000, "🧭" * 5_000, NOWHERE, "not-a-uuid", "NER", "ner", "ZZZ", "AES", "ALL", "FSC", "csv", "xlsx", "hxl", "geojson", "jsonl", "svg", "png", "pdf", "docx", "pptx", "hapi-needs", "hapi-presence", "-place", "id; select 1",
    "data_manager", "reader", "administrator", "1", "2", "99", "ner-1-diffa", "bfa-2025", "manager@concertation.example.org", "on", "²", "٣", "１２",
)  # fmt: skip
PARTS = ("..", ".", "%2e%2e%2fetc", "%00", "a%00b", "%ed%a0%80", "%ff%fe", "x" * 3000, "9" * 400, "-1", "0", "00000000", NOWHERE, "NER", "ner", "’", "é", "a b", "%0d%0aSet-Cookie:a", "?", "#", "²", "%25", "a;b", "<b>")
METHODS = ("HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "GET", "POST")


def parameters_read() -> list[str]:
    """The names of parameters that the source reads."""
    found = {name for path in SOURCES.rglob("*.py") for name in PARAMETER.findall(path.read_text("utf-8"))}
    return sorted(found | {"lang", "next", "page", "sort", "format", "as-of", "on", "q"})


def pages_of(ground: Ground) -> dict[str, str]:
    """Every page as it is shown, by its address."""
    return {path: who.get(path).content.decode() for who, path in with_choices(ground).values()}


def fields_shown(pages: Mapping[str, str]) -> list[str]:
    """The names of fields that the forms of every page show."""
    return sorted({name for page in pages.values() for name in FIELD.findall(page)} - {"csrfmiddlewaretoken"})


def encoded(pairs: list[tuple[str, str]]) -> bytes:
    """A query or a form as a browser sends it; what no browser can send (half a character) goes as its bytes."""
    return b"&".join(b"%b=%b" % tuple(quote(each.encode("utf-8", "surrogatepass")).encode() for each in pair) for pair in pairs)


@dataclass(frozen=True)
class Target:
    """An address with what is known of it: paths that open, methods it takes, the fields of the forms that send to it."""

    address: Address
    paths: list[str]
    methods: list[str]
    fields: list[str]


def value(chance: Random) -> str:
    """Something that may stand in a field."""
    if chance.random() < 0.7:
        return chance.choice(HOSTILE)
    return "".join(chr(chance.choice((chance.randrange(32, 127), chance.randrange(0x2FF), chance.randrange(0x110000)))) for _ in range(chance.randrange(1, 60)))


def multipart(form: list[tuple[str, str]], name: str, content: bytes) -> bytes:
    """A form with a file as a browser sends it, whatever the names hold."""
    texts = [(f'form-data; name="{field}"', text.encode("utf-8", "surrogatepass")) for field, text in form]
    parts = [*texts, (f'form-data; name="file"; filename="{name}"', content)]
    sent = [b"--synthetic\r\nContent-Disposition: %b\r\n\r\n%b\r\n" % (said.encode("utf-8", "surrogatepass"), held) for said, held in parts]
    return b"".join(sent) + b"--synthetic--\r\n"


class Asked:
    """One request, drawn by a number that draws it again."""

    def __init__(self, number: int, targets: list[Target], fields: list[str], parameters: list[str]) -> None:
        chance = Random(number)
        self.number, target = number, chance.choice(targets)
        self.address = target.address
        self.method = chance.choice(target.methods) if chance.random() < 0.93 else chance.choice(METHODS)
        self.signed_in = chance.random() < 0.8
        parts = {part: chance.choice(PARTS) for part in self.address.parts}
        self.path = chance.choice(target.paths) if target.paths and chance.random() < 0.8 else self.address.path(parts)
        names = [name for name in target.fields if chance.random() < 0.8] if target.fields and chance.random() < 0.8 else chance.choices(fields, k=chance.randrange(6))
        self.query = encoded([(chance.choice(parameters), value(chance)) for _ in range(chance.randrange(5) if self.method == "GET" else chance.randrange(2))]).decode()
        self.form = [(name, value(chance)) for name in names for _ in range(chance.choice((1, 1, 1, 2)))]
        self.file = (chance.choice(HOSTILE)[:200], chance.randbytes(chance.randrange(80))) if chance.random() < 0.5 else None
        self.kind = chance.choice(("form",) * 7 + ("file",) * 3 + ("json", "nonsense"))

    def body(self) -> tuple[bytes, str]:
        """What is sent, and what it is said to be."""
        if self.kind == "file" and self.file:
            return multipart(self.form, *self.file), "multipart/form-data; boundary=synthetic"
        if self.kind == "json":
            return b'{"a": [1, "\\ud800"', "application/json"
        if self.kind == "nonsense":
            return b"--x\r\nContent-Disposition: form-data; name=", "multipart/form-data; boundary=x"
        return encoded(self.form), "application/x-www-form-urlencoded"

    def send(self, client: Client) -> Any:
        """The answer."""
        client.raise_request_exception = False
        target = f"{self.path}?{self.query}" if self.query else self.path
        if self.method in ("GET", "HEAD", "OPTIONS"):
            return client.generic(self.method, target)
        return client.generic(self.method, target, *self.body())

    def __repr__(self) -> str:
        return f"{self.number}: {self.method} {self.path[:200]}?{self.query[:300]} {self.kind} {[(name, text[:60]) for name, text in self.form]} {self.file} signed in: {self.signed_in}"


def judged(asked: Asked, answer: Any) -> list[str]:
    """What is wrong with an answer."""
    text = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode("utf-8", "replace")
    wrong = [f"answer {answer.status_code}"] if answer.status_code >= 500 else []
    html = answer.headers.get("Content-Type", "").startswith("text/html")
    wrong += [f"trace: {trace}" for trace in TRACES if trace in text and not (html and answer.status_code == 200)]
    if html and answer.status_code >= 400 and asked.method != "HEAD":
        wrong += [] if "<h1" in text and "<main" in text and len(re.sub(r"<[^>]+>|\s+", " ", text.partition("<main")[2])) > 60 else ["a page that says nothing"]
    wrong += ["a script of the sender"] if html and "<script>alert(1)" in text else []
    wrong += ["leads elsewhere"] if "example.org" in answer.headers.get("Location", "").partition("?")[0] else []
    return wrong


def targets_of(ground: Ground, pages: Mapping[str, str]) -> list[Target]:
    """Every address of the node, allauth's with a pattern of its own too."""
    forms: dict[str, list[str]] = {}
    for path, page in pages.items():
        for sent in FORM.finditer(page):
            action = re.search(r'action="([^"?#]*)', sent[1])
            forms.setdefault((action and action[1]) or path.partition("?")[0], []).extend(FIELD.findall(sent[2]))
    found = []
    for address in table_of_addresses():
        paths = ground.samples(address)
        reads = not paths or ground.manager.get(paths[0]).status_code != 405
        fields = sorted({name for path in paths for name in forms.get(path, [])} - {"csrfmiddlewaretoken"})
        found.append(Target(address, paths, [*(["GET"] if reads else []), *(["POST"] if fields or not reads else []), *(["POST"] if not reads else [])], fields))
    return [*found, Target(Address("account_reset_password_from_key", "account/password/reset/key/<uidb36>-<key>/", ("uidb36", "key")), [], ["GET", "POST"], [])]


def where(answer: Any) -> str:
    """The line on which an answer failed."""
    if not getattr(answer, "exc_info", None):
        return ""
    last = traceback.extract_tb(answer.exc_info[2])[-1]
    return f"{answer.exc_info[0].__name__} {answer.exc_info[1]} at {Path(last.filename).name}:{last.lineno}"[:300]


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore")
def test_nothing_that_is_sent_to_an_address_makes_it_fail(settings: Any, tmp_path: Path) -> None:
    settings.RAW_FOLDER, settings.HOME = tmp_path / "raw", tmp_path
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    settings.LOGGING_CONFIG = None
    ground = lay()
    shown = pages_of(ground)
    targets = targets_of(ground, shown)
    fields, parameters = fields_shown(shown), parameters_read()
    answers, failures = Counter[int](), dict[str, str]()

    @trials(max_examples=EXAMPLES, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None)
    @given(st.integers(0, 2**40))
    def ask(number: int) -> None:
        asked = Asked(number, targets, fields, parameters)
        client = ground.manager if asked.signed_in else ground.nobody
        cookies = client.cookies.output()
        with transaction.atomic():
            answer = asked.send(client)
            wrong = judged(asked, answer)
            transaction.set_rollback(True)
        client.cookies.clear()
        client.cookies.load(cookies.replace("Set-Cookie: ", ""))
        answers[answer.status_code] += 1
        failures.update({f"{asked.method} {asked.address.name}: {each} {where(answer)}": repr(asked) for each in wrong})

    ask()

    print(f"{sum(answers.values())} requests at {len(targets)} addresses with {len(fields)} fields and {len(parameters)} parameters: {dict(sorted(answers.items()))}")
    assert {200, 302, 404} <= set(answers)
    assert failures == {}


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore")
def test_an_address_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge does see a failure: one is made on purpose."""
    monkeypatch.setattr(help, "render", lambda *given: 1 / 0)
    target = Target(Address("help", "help/", ()), ["/help/"], ["GET"], [])
    asked = next(each for each in (Asked(number, [target], ["q"], ["q"]) for number in range(50)) if each.method == "GET")

    answer = asked.send(Client())

    assert judged(asked, answer) == ["answer 500"]
    assert "ZeroDivisionError" in where(answer)


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("method", "path", "form", "status", "words"), [
    ("POST", "/places/", {}, 405, "Demande refusée à cette adresse"),
    ("POST", "/account/login/", {"login": "x" * 3_000_000}, 413, "Envoi trop volumineux"),
    ("POST", "/account/login/", {f"f{number}": "" for number in range(2_000)}, 413, "Too much at once"),
])  # fmt: skip
def test_a_refusal_says_what_it_refused_and_what_to_do(method: str, path: str, form: dict[str, str], status: int, words: str) -> None:
    answer = Client().generic(method, path, encoded(list(form.items())), "application/x-www-form-urlencoded")

    assert answer.status_code == status
    assert words in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore")
def test_an_address_too_long_is_refused_and_not_said_again() -> None:
    answer = Client().get("/search/", {"q": "x" * 200_000})

    assert answer.status_code == 414
    assert "Adresse trop longue" in answer.content.decode()
    assert "xxx" not in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore")
def test_a_database_that_does_not_answer_is_told_with_when_to_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*given: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(pages, "decisions", locked)

    answer = Client().get("/")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "Le nœud ne répond pas" in answer.content.decode()
    assert "locked" not in answer.content.decode()


@pytest.mark.django_db
def test_a_name_longer_than_any_file_has_no_help_page() -> None:
    assert Client().get(f"/help/{'x' * 3000}/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/help/", "/situation/", "/nowhere/"])
def test_head_is_answered_where_get_is_without_a_body(path: str) -> None:
    asked, head = Client().get(path), Client().head(path)

    assert (head.status_code, head.content) == (asked.status_code, b"")
