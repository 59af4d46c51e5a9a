"""What the standard asks of the code itself and of every answer, looked at in the sources and through the pages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from access_steps import browser_of, person
from activity_samples import stored_import
from addresses import table_of_addresses
from architecture.source_code import Module, modules
from concertation.apps.access.models import User
from concertation.apps.sources.commands import raw_path
from concertation.core.sharing import Role
from concertation.site import settings as of_the_node

SOURCES = Path(of_the_node.__file__).resolve().parents[1]
EVALUATES = {"eval", "exec", "compile", "__import__"}
MAKES_OBJECTS = {"pickle", "marshal", "shelve", "dill", "jsonpickle"}
CHOOSES_THE_METHOD = {"require_GET", "require_POST", "require_http_methods", "require_safe"}
WEAK = re.compile(r"\b(?:md5|sha1|MD5|SHA1|RC4|ARC4|TripleDES|Blowfish|PKCS1v15)\b|modes\.ECB")
KEEPS = re.compile(r"localStorage|sessionStorage|indexedDB|document\.cookie")


def calls() -> Iterator[tuple[Module, ast.Call]]:
    """Every call of the product."""
    return ((module, each) for module in modules() for each in module.calls)


def imported() -> Iterator[tuple[str, str]]:
    """Every module that is imported, and where."""
    for module in modules():
        for each in module.nodes:
            if isinstance(each, ast.Import):
                yield from ((module.name, alias.name.partition(".")[0]) for alias in each.names)
            elif isinstance(each, ast.ImportFrom) and each.module:
                yield module.name, each.module.partition(".")[0]


def test_no_command_of_the_system_is_a_line_of_text() -> None:
    lines = [module.name for module, each in calls() for word in each.keywords if word.arg == "shell"]
    named = [module.name for module, each in calls() if isinstance(each.func, ast.Attribute) and each.func.attr in {"system", "popen", "getoutput", "getstatusoutput"}]

    assert lines + named == []


def test_nothing_is_evaluated_that_came_as_text() -> None:
    evaluated = [module.name for module, each in calls() if isinstance(each.func, ast.Name) and each.func.id in EVALUATES]
    loaded = [module.name for module, each in calls() if isinstance(each.func, ast.Attribute) and each.func.attr in {"unsafe_load", "full_load"}]

    assert evaluated + loaded == []
    assert [where for where, name in imported() if name in MAKES_OBJECTS] == []


def test_no_weak_cipher_or_digest_is_named() -> None:
    assert [path.name for path in sorted(SOURCES.rglob("*.py")) if WEAK.search(path.read_text("utf-8"))] == []


def test_the_page_keeps_nothing_in_the_browser() -> None:
    scripts = sorted((SOURCES / "static").glob("*.js"))

    assert scripts
    assert [path.name for path in scripts if KEEPS.search(path.read_text("utf-8"))] == []


def test_no_page_changes_anything_when_it_is_only_opened() -> None:
    ours = {(each.view.__module__, each.view.__name__) for each in table_of_addresses() if getattr(each.view, "__module__", "").startswith("concertation.apps") and hasattr(each.view, "__name__")}
    decorators = {
        (f"concertation.{module.name.removesuffix('.py').replace('/', '.')}", each.name): {name.id for part in each.decorator_list for name in ast.walk(part) if isinstance(name, ast.Name)}
        for module in modules() for each in module.tree.body if isinstance(each, ast.FunctionDef)
    }  # fmt: skip

    held = {view: decorators[view] for view in ours if view in decorators}
    assert len(held) > 60
    assert [view for view, names in sorted(held.items()) if not names & CHOOSES_THE_METHOD] == []


def test_under_https_every_cookie_is_secure_and_bound_to_this_host() -> None:
    assert of_the_node.bound("session", https=True) == "__Host-session"
    assert of_the_node.bound("session", https=False) == "session"
    assert {of_the_node.SESSION_COOKIE_NAME, of_the_node.CSRF_COOKIE_NAME, of_the_node.LANGUAGE_COOKIE_NAME} == {"sessionid", "csrftoken", "language"}


def test_no_hint_and_no_secret_question_is_asked() -> None:
    assert not [each.name for each in User._meta.get_fields() if re.search("hint|question|answer", each.name)]


@pytest.mark.django_db
def test_what_people_write_is_shown_as_text() -> None:
    manager = person("manager", (Role.DATA_MANAGER, "NER"), secured=True)
    person('<script>alert("1")</script>', (Role.READER, "NER"))
    page = browser_of(manager).get("/people/").content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


@pytest.mark.django_db
def test_addresses_are_made_by_name_and_only_safe_ones_are_led_to() -> None:
    rows = (SOURCES / "reference" / "sources.csv").read_text("utf-8")
    templates = [path.read_text("utf-8") for path in SOURCES.rglob("*.html")]

    assert not re.findall(r"\b(?:javascript|data|vbscript):", rows)
    assert not [text for text in templates if re.search(r'(?:href|action|src)="(?:javascript|vbscript):', text)]
    assert b'href="javascript' not in Client().get("/search/?q=javascript:alert(1)").content


@pytest.mark.django_db
def test_a_file_that_came_is_taken_and_never_shown(settings: Any, tmp_path: Path) -> None:
    settings.RAW_FOLDER = tmp_path
    run = stored_import("NER", sensitivity="public")
    raw_path(run.file_id).parent.mkdir(parents=True, exist_ok=True)
    raw_path(run.file_id).write_bytes(b"<script>alert(1)</script>")
    answer = browser_of(person("manager", (Role.DATA_MANAGER, "NER"), secured=True)).get(f"/sources/files/{run.file_id}/")

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
def test_no_other_origin_is_let_in() -> None:
    for path in ("/", "/api/v1/states", "/outbox/index.json"):
        answer = Client().get(path, headers={"Origin": "https://localhost.invalid"})
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")], path


@pytest.mark.django_db
def test_a_form_without_its_token_changes_nothing() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("reader", (Role.READER, "NER")))

    assert client.post("/account/sessions/end/").status_code == 403


@pytest.mark.django_db
def test_no_file_of_the_sources_is_served() -> None:
    paths = ("/.git/config", "/.git/HEAD", "/pyproject.toml", "/src/concertation/site/settings.py", "/static/../settings.py", "/static/%2e%2e/secret-key", "/secret-key", "/concertation.sqlite3")

    assert {path: Client().get(path).status_code for path in paths} == dict.fromkeys(paths, 404)


@pytest.mark.django_db
def test_no_secret_stands_in_an_address() -> None:
    page = Client().get("/account/login/").content.decode()

    assert re.search(r'<form[^>]*method="post"[^>]*>(?:(?!</form>).)*type="password"', page, re.DOTALL)
    assert Client().get("/api/v1/states?token=abc").status_code in (400, 404, 422)
