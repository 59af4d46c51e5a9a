"""Three people on one served node: Niger's data manager from the code of the telephone to the printed note; Burkina Faso's, who sees none of it; an NGO's reporter on a 360 px telephone."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, Page

from access_steps import PASSWORD
from ports import free_port
from separate_node import new_node

pytestmark = [pytest.mark.browser, pytest.mark.shared]
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
PEOPLE = """
import json, django; django.setup()
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from access_steps import person
from concertation.core.sharing import Role
from concertation.site.node import make_ready
make_ready()
secrets = {}
for name, mandate in (("niger", (Role.DATA_MANAGER, "NER")), ("burkina", (Role.DATA_MANAGER, "BFA")), ("reporter", (Role.REPORTER, "NER", "croix-rouge-nigerienne"))):
    user, secrets[name] = person(name, mandate), generate_totp_secret()
    TOTP.activate(user, secrets[name])
print(json.dumps(secrets))
"""


class Served:
    """A node with its two processes, and how its people sign in."""

    def __init__(self, url: str, secrets: dict[str, str]) -> None:
        self.url, self.secrets = url, secrets

    def signed_in(self, chromium: Browser, name: str, size: dict[str, int], *, scripts: bool = True) -> Page:
        """A browser of one of the three, opened by password and the code of the telephone."""
        page = chromium.new_context(viewport=size, java_script_enabled=scripts, accept_downloads=True).new_page()
        page.set_default_timeout(30_000)
        page.goto(f"{self.url}/account/login/?next=/account/")
        page.fill("input[name=login]", f"{name}@concertation.example.org")
        page.fill("input[name=password]", PASSWORD)
        page.click("main form:has(input[name=password]) button")
        page.fill("input[name=code]", format_hotp_value(hotp_value(self.secrets[name], int(time.time()) // 30)))
        page.click("main form:has(input[name=code]) button")
        assert page.url == f"{self.url}/account/"
        return page


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A new node with three people, started as users start it: one command, two processes."""
    node, port = new_node(tmp_path_factory.mktemp("node-of-three"), with_reference_set=True), free_port()
    told = node.code(PEOPLE).stdout
    with (node.home / "log").open("wb") as log:
        running = subprocess.Popen(node.command("serve", "--no-demo", "--port", str(port)), env=node.surroundings, stdout=log, stderr=log)
        try:
            for _ in range(1200):
                assert running.poll() is None, (node.home / "log").read_text()[-2000:]
                if f"localhost:{port}" in (node.home / "log").read_text(errors="replace"):
                    break
                time.sleep(0.1)
            yield Served(f"http://localhost:{port}", json.loads(told))
        finally:
            running.terminate()
            running.wait(timeout=30)


def count_in(words: str) -> int:
    """The first number of a sentence."""
    return int(re.sub(r"\D", "", re.match(r"[\d\s\u202f\u00a0]+", words)[0]))


def test_a_workbook_comes_in_a_place_is_settled_and_the_note_printed_while_another_state_sees_nothing(chromium: Browser, served: Served, shared: Path) -> None:
    page = served.signed_in(chromium, "niger", DESK)
    page.goto(f"{served.url}/imports/")
    page.set_input_files("input[name=file]", str(shared / "presence" / "ner_3w_2022-02_redacted.xlsx"))
    page.select_option("select[name=state]", "NER")
    page.click("form.drop .actions button")
    page.wait_for_selector("section.decide")
    run = page.url
    assert count_in(page.inner_text(".sentence")) == 2_574

    page.click("text=Répondre d'abord")
    asked = count_in(page.inner_text("#doubts .sentence"))
    page.locator("#doubts .offer").first.click()
    page.wait_for_selector("#doubts .notice.done")
    assert count_in(page.inner_text("#doubts .sentence")) == asked - 1

    page.goto(run)
    page.click("section.decide button:has-text('Enregistrer')")
    page.wait_for_selector("section.notice.done")
    assert count_in(page.inner_text("section.notice.done")) == 2_574
    source = page.get_attribute("section.notice a[href^='/sources/']", "href")

    page.goto(f"{served.url}/reporting/NER/?year=2022")
    page.click("main table a[href*='/reporting/periods/']")
    assert "attendue" in page.inner_text("main")
    assert page.locator("main table tbody tr").count() > 150

    page.goto(f"{served.url}/notes/NER/")
    with page.expect_download() as note:
        page.locator("table a:has-text('PDF')").first.click()
    assert note.value.path().read_bytes().startswith(b"%PDF-")

    other = served.signed_in(chromium, "burkina", DESK)
    assert [other.goto(address).status for address in (run, f"{served.url}{source}")] == [404, 404]
    other.goto(f"{served.url}/imports/")
    assert "ner_3w" not in other.inner_text("main")


def test_a_reporter_adds_and_corrects_an_activity_on_a_telephone_without_scripts_and_sees_only_its_own(chromium: Browser, served: Served) -> None:
    page = served.signed_in(chromium, "reporter", PHONE, scripts=False)
    page.goto(f"{served.url}/activities/")
    page.click("main button:has-text('Ajouter une activité'), main a:has-text('Ajouter une activité')")
    page.select_option("select[name=sector]", "HEA")
    page.fill("input[name=place]", "Téra")
    page.fill("[name=activity]", "Consultations foraines")
    page.click("main form.entry .actions button")
    if page.locator("input[name=unit][type=radio]").count():
        page.locator("input[name=unit]").first.check()
        page.click("main form.entry .actions button")
    page.click("main a:has-text('Corriger')")
    page.fill("[name=targeted]", "1250")
    page.click("main form.entry .actions button")

    assert "1\u202f250" in page.inner_text("main")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.goto(f"{served.url}/imports/")
    assert "ner_3w" not in page.inner_text("main")
    page.goto(f"{served.url}/activities/")
    assert count_in(page.inner_text(".sentence")) == 1
