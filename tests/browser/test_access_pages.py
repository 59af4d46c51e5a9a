"""Signing in as people do it: the terms, a second factor with its square, a key, an invitation by hand; on a telephone, without a script."""

import os
import re
import socket
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, Page

from access_steps import PASSWORD
from ports import free_port
from ready_python import ready
from separate_node import new_node

pytestmark = [pytest.mark.browser]
ROOT = Path(__file__).resolve().parents[2]
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
NODE = """
import sys, django; django.setup()
from django.core.management import call_command
from concertation.site.node import make_ready
make_ready()
from access_steps import person
from concertation.apps.access.models import User
from concertation.core.sharing import Role
for name in ("manager-360", "manager-1280", "manager-key"):
    person(name, (Role.DATA_MANAGER, "NER"))
User.objects.exclude(email__startswith="manager-key").update(terms_version="")
person("auditor", (Role.AUDITOR, "NER"))
call_command("runserver", f"127.0.0.1:{sys.argv[1]}", "--noreload", "--nostatic")
"""


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A new node as it stands, with four people: it asks for a second factor and sends no e-mail."""
    home, port = new_node(tmp_path_factory.mktemp("access-node"), with_reference_set=True).home, free_port()
    ours = {"CONCERTATION_HOME": str(home), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT / 'tests'}", "DJANGO_SETTINGS_MODULE": "concertation.site.settings"}
    with (home / "log").open("wb") as log:
        running = ready().begin_code(NODE, [str(port)], {**os.environ, **ours}, log=log)
        try:
            for _ in range(600):
                assert running.poll() is None, (home / "log").read_text()
                with socket.socket() as tried:
                    if tried.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield f"http://localhost:{port}"
        finally:
            running.terminate()
            running.wait(timeout=20)


def page_of(chromium: Browser, size: dict[str, int], *, scripts: bool = True) -> Page:
    context = chromium.new_context(viewport=size, java_script_enabled=scripts)
    page = context.new_page()
    page.set_default_timeout(10_000)
    return page


def sign_in(page: Page, node: str, name: str) -> None:
    page.goto(f"{node}/account/login/?next=/account/")
    page.fill("input[name=login]", f"{name}@concertation.example.org")
    page.fill("input[name=password]", PASSWORD)
    page.click("main form:has(input[name=password]) button")


def confirm(page: Page) -> None:
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button")


@pytest.mark.parametrize(("size", "scripts"), [(PHONE, False), (DESK, True)])
def test_a_data_manager_accepts_the_terms_sets_a_second_factor_up_and_invites(chromium: Browser, node: str, size: dict[str, int], scripts: bool) -> None:
    page = page_of(chromium, size, scripts=scripts)
    sign_in(page, node, f"manager-{size['width']}")
    page.click("form[action='/account/terms/'] button")

    page.click("text=Mettre en place le second facteur")
    page.click("text=Mettre en place l'application de codes")
    confirm(page)
    secret = re.search(r"[A-Z2-7]{32}", page.inner_text("main"))[0]
    assert page.locator("main svg[role=img] path").count() == 1
    page.fill("input[name=code]", format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    page.click("main form button")
    assert page.locator("main code").count() == 10

    page.goto(f"{node}/people/invite/")
    page.fill("input[name=email]", f"new-{size['width']}@concertation.example.org")
    page.select_option("select[name=role]", "reader")
    page.fill("input[name=until]", (date.today() + timedelta(days=300)).isoformat())
    page.click("main form button")
    link = page.inner_text("main .panel code")

    guest = page_of(chromium, size, scripts=scripts)
    guest.goto(link)
    for name, value in (("name", "Personne synthétique"), ("password", PASSWORD), ("again", PASSWORD)):
        guest.fill(f"input[name={name}]", value)
    guest.check("input[name=terms]")
    guest.click("main form button")
    assert "lecteur de l'État — Niger" in guest.inner_text("main")


def test_a_key_opens_the_account_without_a_password(chromium: Browser, node: str) -> None:
    page = page_of(chromium, DESK)
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": key})
    sign_in(page, node, "manager-key")
    assert "attend un second facteur" in page.inner_text("main")

    page.goto(f"{node}/account/second-factor/webauthn/add/")
    confirm(page)
    page.check("input[name=passwordless]")
    page.click("main form button")
    page.wait_for_url("**/recovery-codes/**")
    page.goto(f"{node}/account/")
    assert "attend un second facteur" not in page.inner_text("main")
    page.context.clear_cookies()

    page.goto(f"{node}/account/login/?next=/account/")
    page.click("text=Se connecter avec une clé ou cet appareil")
    page.wait_for_url(f"{node}/account/")
    assert "gestionnaire des données de l'État — Niger" in page.inner_text("main")


def test_pages_of_access_fit_a_phone(chromium: Browser, node: str) -> None:
    page = page_of(chromium, PHONE)
    sign_in(page, node, "auditor")
    if page.locator("form[action='/account/terms/']").count():
        page.click("form[action='/account/terms/'] button")

    for address in ("/account/", "/account/sessions/", "/account/tokens/", "/people/", "/journal/", "/sharing/", "/account/terms/", "/account/second-factor/"):
        page.goto(f"{node}{address}?lang=en")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address
        assert page.locator("h1").count() == 1
