"""Accounts: invitations, mandates that nobody gives wider than their own, second factor, sessions, tokens, locks, terms, journal."""

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as trials
from hypothesis import strategies as st

from access_steps import PASSWORD, browser_of, mandate_form, person, sign_in
from activity_samples import organisation
from concertation.apps.access import commands, queries
from concertation.apps.access.models import HeldMandate, Invitation, PersonalToken, User
from concertation.apps.access.words import ACTS
from concertation.apps.ground.models import JournalLine
from concertation.apps.ground.queries import broken_lines
from concertation.core.sharing import Mandate, Role, Sensitivity, visibility_of
from concertation.core.sharing.giving import gives, is_sound

pytestmark = pytest.mark.django_db
LINK = re.compile(r"/invitations/[\w:.-]+/")


@pytest.fixture
def by_hand(settings: Any) -> None:
    """A node that sends no e-mail."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"


@pytest.fixture
def strict(settings: Any) -> Iterator[None]:
    """The rule as it stands outside tests: who signs or administers has a second factor."""
    settings.SECOND_FACTOR = True
    yield


def acts() -> list[str]:
    return list(JournalLine.objects.order_by("pk").values_list("act", flat=True))


def invited(client: Client, **form: str) -> str:
    """The link an inviter is shown."""
    answer = client.post(reverse("invite"), form)
    assert answer.status_code == 200, answer.content.decode()
    return LINK.search(answer.content.decode())[0]


def opening(**more: str) -> dict[str, str]:
    return {"name": "Personne synthétique", "language": "en", "password": PASSWORD, "again": PASSWORD, "terms": "on", **more}


# Invitations


def test_a_data_manager_invites_and_the_link_opens_one_account_once(by_hand: None) -> None:
    manager = browser_of(person("manager", (Role.DATA_MANAGER, "NER")))
    link = invited(manager, email="new@concertation.example.org", **mandate_form(Role.READER, "NER"))

    opened = Client().post(link, opening())

    user = User.objects.get(email="new@concertation.example.org")
    assert opened.url.startswith(reverse("account"))
    assert [str(mandate) for mandate in queries.mandates_of(user, timezone.localdate())] == ["reader:NER"]
    assert (user.language, user.terms_version != "", user.check_password(PASSWORD)) == ("en", True, True)
    assert Client().get(link).status_code == Client().post(link, opening()).status_code == 404
    assert User.objects.filter(email="new@concertation.example.org").count() == 1


def test_a_link_is_kept_as_a_digest_and_no_address_enters_the_journal(by_hand: None) -> None:
    manager = browser_of(person("manager", (Role.DATA_MANAGER, "NER")))
    link = invited(manager, email="new@concertation.example.org", **mandate_form(Role.READER, "NER"))
    Client().post(link, opening())

    kept = Invitation.objects.get()
    written = "".join(bytes(line.facts).decode() + line.actor for line in JournalLine.objects.all())
    assert link.split("/")[2] not in str(vars(kept))
    assert "@" not in written
    assert "synthétique" not in written
    assert list(broken_lines()) == []


def test_with_a_mail_server_the_link_leaves_by_e_mail_and_is_not_shown() -> None:
    manager = browser_of(person("manager", (Role.DATA_MANAGER, "NER")))

    answer = manager.post(reverse("invite"), {"email": "new@concertation.example.org", **mandate_form(Role.READER, "NER")})

    assert LINK.search(answer.content.decode()) is None
    assert LINK.search(mail.outbox[0].body) is not None
    assert "You are invited" in mail.outbox[0].body
    assert "Vous êtes invité" in mail.outbox[0].body


def test_a_link_ends_after_seven_days_when_withdrawn_or_when_its_sender_lost_the_mandate(by_hand: None, monkeypatch: pytest.MonkeyPatch) -> None:
    sender = person("manager", (Role.DATA_MANAGER, "NER"))
    manager = browser_of(sender)
    links = [invited(manager, email=f"new{number}@concertation.example.org", **mandate_form(Role.READER, "NER")) for number in range(3)]

    Invitation.objects.filter(email__startswith="new0").update(expires_at=timezone.now() - timedelta(seconds=1))
    manager.post(reverse("invitation-withdraw", args=[Invitation.objects.get(email__startswith="new1").pk]))
    commands.end_mandate(HeldMandate.objects.get(person=sender), by=commands.NODE)

    assert [Client().post(link, opening()).status_code for link in links] == [404, 404, 404]
    assert not User.objects.filter(email__startswith="new").exists()


def test_a_forged_link_asks_nothing_of_the_database(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert queries.invitation_behind("forged:abc:def", timezone.now()) is None


def test_an_invitation_never_takes_over_an_account_that_stands_already(by_hand: None) -> None:
    standing, other = person("standing", (Role.READER, "MLI")), person("other", (Role.READER, "MLI"))
    manager = browser_of(person("manager", (Role.DATA_MANAGER, "NER")))
    link = invited(manager, email=standing.email, **mandate_form(Role.READER, "NER"))

    for stranger in (Client(), browser_of(other)):
        stranger.post(link, opening(password="un autre mot de passe", again="un autre mot de passe"))
        assert HeldMandate.objects.filter(person__in=[standing, other], state="NER").count() == 0
    browser_of(standing).post(link)

    standing.refresh_from_db()
    assert standing.check_password(PASSWORD)
    assert HeldMandate.objects.filter(person=standing, state="NER").count() == 1


@pytest.mark.parametrize("wrong", [{"password": "court", "again": "court"}, {"again": "pas le même du tout"}, {"terms": ""}, {"name": ""}, {"language": "xx"}])
def test_an_account_opens_with_a_name_a_language_a_long_password_and_the_terms(by_hand: None, wrong: dict[str, str]) -> None:
    manager = browser_of(person("manager", (Role.DATA_MANAGER, "NER")))
    link = invited(manager, email="new@concertation.example.org", **mandate_form(Role.READER, "NER"))

    answer = Client().post(link, {name: value for name, value in opening(**wrong).items() if value})

    assert answer.status_code == 422
    assert not User.objects.filter(email="new@concertation.example.org").exists()


# Mandates


@pytest.mark.parametrize(
    ("own", "asked", "given"),
    [
        ((Role.DATA_MANAGER, "NER"), mandate_form(Role.DATA_MANAGER, "NER"), True),
        ((Role.DATA_MANAGER, "NER"), mandate_form(Role.READER, "MLI"), False),
        ((Role.DATA_MANAGER, "NER"), mandate_form(Role.RELEASE_AUTHORITY, "NER"), False),
        ((Role.DATA_MANAGER, "NER"), mandate_form(Role.AUDITOR, "NER"), False),
        ((Role.DATA_MANAGER, "NER"), mandate_form(Role.REPORTER, "NER", "alpha-synthetique"), True),
        ((Role.RELEASE_AUTHORITY, "NER"), mandate_form(Role.DATA_MANAGER, "NER"), False),
        ((Role.RELEASE_AUTHORITY, "NER"), mandate_form(Role.READER, "NER"), True),
        ((Role.REPORTER_LEAD, "NER", "alpha-synthetique"), mandate_form(Role.REPORTER, "NER", ""), True),
        ((Role.REPORTER_LEAD, "NER", "alpha-synthetique"), mandate_form(Role.REPORTER, "NER", "beta-synthetique"), False),
        ((Role.REPORTER_LEAD, "NER", "alpha-synthetique"), mandate_form(Role.READER, "NER"), False),
        ((Role.ADMINISTRATOR, ""), mandate_form(Role.AUDITOR, "NER"), True),
        ((Role.ADMINISTRATOR, "NER"), mandate_form(Role.AUDITOR, "NER"), True),
        ((Role.ADMINISTRATOR, "NER"), mandate_form(Role.AUDITOR, "MLI"), False),
    ],
)  # fmt: skip
def test_nobody_gives_wider_than_their_own(own: Any, asked: dict[str, str], given: bool) -> None:
    organisation("Alpha synthétique"), organisation("Beta synthétique")
    giver, other = person("giver", own), person("other", (Role.READER, "NER"), (Role.REPORTER, "NER", "alpha-synthetique"))

    answer = browser_of(giver).post(reverse("mandate-give", args=[other.pk]), asked)

    assert (answer.status_code == 302) is given
    new = HeldMandate.objects.filter(person=other, role=asked["role"], valid_from=timezone.localdate())
    assert new.exists() is given or HeldMandate.objects.filter(person=other, role=asked["role"], valid_to=asked["until"]).exists() is given


@pytest.mark.parametrize("role", [Role.READER, Role.ANALYST, Role.AUDITOR, Role.DONOR, Role.FACILITATOR, Role.PSEA_FOCAL_POINT, Role.REPORTER])
def test_those_who_give_nothing_cannot_invite(role: Role) -> None:
    client = browser_of(person("giver", (role, "NER")))

    assert client.get(reverse("invite")).status_code == 403
    assert client.post(reverse("invite"), {"email": "a@example.org", **mandate_form(Role.READER, "NER")}).status_code == 403


def test_nobody_gives_a_mandate_to_themselves() -> None:
    manager = person("manager", (Role.ADMINISTRATOR, ""))

    answer = browser_of(manager).post(reverse("mandate-give", args=[manager.pk]), mandate_form(Role.AUDITOR, "NER"))

    assert answer.status_code == 422
    assert HeldMandate.objects.filter(person=manager).count() == 1


def test_commands_refuse_what_the_page_would_refuse() -> None:
    other, own = person("other"), Mandate("somebody", Role.DATA_MANAGER, "NER")
    wide = Mandate(str(other.pk), Role.READER, "MLI")

    with pytest.raises(commands.NotYours):
        commands.give_mandate(other, wide, since=timezone.localdate(), until=None, by=own)
    with pytest.raises(commands.NotYours):
        commands.invite("a@example.org", wide, until=None, at=timezone.now(), by=own)
    held = commands.give_mandate(other, wide, since=timezone.localdate(), until=None, by=commands.NODE)
    with pytest.raises(commands.NotYours):
        commands.end_mandate(held, by=own)


MANDATES = st.builds(
    Mandate, person=st.sampled_from(["u1", "u2"]), role=st.sampled_from(Role), state=st.sampled_from(["", "AES", "NER", "MLI"]),
    organisation=st.sampled_from(["", "care", "who"]),
)


@trials(max_examples=500)
@given(own=MANDATES, wanted=MANDATES)
def test_what_is_given_opens_nothing_its_giver_does_not_see(own: Mandate, wanted: Mandate) -> None:
    if own.role is Role.ADMINISTRATOR or not gives(own, wanted) or not is_sound(own):
        return
    giver, given_to = visibility_of([own]), visibility_of([wanted])

    for state in ("AES", "NER", "MLI"):
        for holder in ("", "care", "who"):
            for level in Sensitivity:
                asked = {"sensitivity": level, "owner_state": state, "holder": holder}
                assert giver.opens(**asked) or not given_to.opens(**asked)


def test_an_ended_mandate_opens_nothing_from_the_next_click_on_and_may_be_given_again() -> None:
    manager, other = person("manager", (Role.DATA_MANAGER, "NER")), person("other", (Role.READER, "NER"))
    held = HeldMandate.objects.get(person=other)

    browser_of(manager).post(reverse("mandate-end", args=[other.pk, held.pk]))

    assert queries.mandates_of(other, timezone.localdate()) == ()
    browser_of(manager).post(reverse("mandate-give", args=[other.pk]), mandate_form(Role.READER, "NER"))
    assert [str(mandate) for mandate in queries.mandates_of(other, timezone.localdate())] == ["reader:NER"]
    assert acts()[-2:] == ["access.mandate-ended", "access.mandate-given"]


def test_people_of_another_state_do_not_exist_for_a_manager() -> None:
    manager, stranger = browser_of(person("manager", (Role.DATA_MANAGER, "NER"))), person("stranger", (Role.READER, "MLI"))
    both = person("both", (Role.READER, "NER"), (Role.READER, "MLI"))
    theirs = HeldMandate.objects.get(person=both, state="MLI")

    page = manager.get(reverse("people")).content.decode()

    assert stranger.email not in page
    assert both.email in page
    assert manager.get(reverse("person", args=[stranger.pk])).status_code == 404
    assert "Mali" not in re.search(r"<tbody>.*?</tbody>", manager.get(reverse("person", args=[both.pk])).content.decode(), re.DOTALL)[0]
    assert manager.post(reverse("mandate-end", args=[both.pk, theirs.pk])).status_code == 404
    assert manager.post(reverse("account-close", args=[both.pk])).status_code == 403


def test_a_closed_account_keeps_no_session_token_or_mandate() -> None:
    manager, other = person("manager", (Role.DATA_MANAGER, "NER")), person("other", (Role.READER, "NER"))
    client = Client()
    sign_in(client, other)
    _token, raw = commands.make_token(other, name="t", mandates=queries.held_today(other), expires_on=timezone.localdate())

    browser_of(manager).post(reverse("account-close", args=[other.pk]))

    assert client.get(reverse("account")).status_code == 302
    assert queries.mandates_of_token(raw, timezone.localdate()) == ()
    assert queries.mandates_of(other, timezone.localdate()) == ()
    sign_in(client, other)
    assert client.get(reverse("account")).status_code == 302


# Second factor


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(timezone.now().timestamp()) // 30))


def set_up_second_factor(client: Client) -> str:
    """Through the pages: password again, the square and its key, the code."""
    client.post(f"{reverse('account_reauthenticate')}?next={reverse('mfa_activate_totp')}", {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)[1]
    assert client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)}).status_code == 302
    return secret


def test_who_signs_or_administers_only_reads_until_a_second_factor_is_set_up(strict: None) -> None:
    user = person("manager", (Role.DATA_MANAGER, "NER"), (Role.ADMINISTRATOR, "MLI"))
    client = Client()
    sign_in(client, user)

    assert [str(mandate) for mandate in queries.mandates_of(user, timezone.localdate())] == ["reader:NER"]
    assert "Votre mandat attend un second facteur" in client.get(reverse("account")).content.decode()
    assert client.get(reverse("invite")).status_code == 403
    set_up_second_factor(client)

    assert {str(mandate) for mandate in queries.mandates_of(user, timezone.localdate())} == {"data-manager:NER", "administrator:MLI"}
    assert "attend un second facteur" not in client.get(reverse("account")).content.decode()
    assert client.get(reverse("invite")).status_code == 200


def test_signing_in_asks_for_the_code_and_a_recovery_code_works_once(strict: None, django_capture_on_commit_callbacks: Any) -> None:
    user, client = person("manager", (Role.DATA_MANAGER, "NER")), Client()
    sign_in(client, user)
    with django_capture_on_commit_callbacks(execute=True):
        set_up_second_factor(client)
    spare = re.findall(r"<code>(\d{8})</code>", client.get(reverse("mfa_view_recovery_codes")).content.decode())

    for expected in (302, 200):
        again = Client()
        assert sign_in(again, user).url == reverse("mfa_authenticate")
        assert again.get(reverse("account")).status_code == 302
        assert again.post(reverse("mfa_authenticate"), {"code": spare[0]}).status_code == expected
    assert len(spare) == 10
    assert "access.second-factor-failed" in acts()
    assert acts().count("access.second-factor-added") == 2


def test_the_square_is_drawn_within_the_content_policy_and_the_secret_rests_encrypted() -> None:
    user, client = person("reader", (Role.READER, "NER")), Client()
    sign_in(client, user)
    secret = set_up_second_factor(client)
    client.post(reverse("mfa_deactivate_totp"))
    page = client.get(reverse("mfa_activate_totp")).content.decode()

    square = re.search(r"<svg.*?</svg>", page, re.DOTALL)[0]
    kept = json.dumps([held.data for held in Authenticator.objects.all()])
    assert "style" not in square
    assert "<script" not in square
    assert 'role="img"' in square
    assert secret not in kept


def test_only_the_demonstration_account_does_without_and_says_so_loudly(strict: None, settings: Any) -> None:
    user = User.objects.create_user(settings.DEMONSTRATION_ADDRESS, PASSWORD, name="Démonstration")
    commands.give_mandates(user, [(Role.DATA_MANAGER, "NER")], since=date(2020, 1, 1))

    page = browser_of(user).get(reverse("account")).content.decode()

    assert [str(mandate) for mandate in queries.mandates_of(user, timezone.localdate())] == ["data-manager:NER"]
    assert "Compte de démonstration." in page
    assert "--no-demo" in page


def test_a_manager_takes_a_lost_second_factor_away_and_the_mandate_waits_again(strict: None) -> None:
    manager, other = person("manager", (Role.DATA_MANAGER, "NER"), secured=True), person("other", (Role.DATA_MANAGER, "NER"), secured=True)

    browser_of(manager).post(reverse("second-factor-remove", args=[other.pk]))

    assert [str(mandate) for mandate in queries.mandates_of(other, timezone.localdate())] == ["reader:NER"]
    assert acts()[-1] == "access.second-factor-removed"


@pytest.mark.parametrize("address", ["mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes", "mfa_list_webauthn", "account_reauthenticate", "account_change_password"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_pages_of_the_account_are_ours_in_both_languages(address: str, language: str) -> None:
    client = Client()
    sign_in(client, person("reader", (Role.READER, "NER"), secured=False))
    client.post(f"{reverse('account_reauthenticate')}", {"password": PASSWORD})

    answer = client.get(reverse(address), {"lang": language}, follow=True)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert '<main id="content"' in page
    assert re.search(r"<script(?![^>]*\bsrc=)|\sstyle=", page) is None
    assert ("Authenticator" not in page) or language == "en"


# Sessions


def test_a_person_sees_where_they_are_signed_in_and_ends_the_others() -> None:
    user, here, there = person("reader", (Role.READER, "NER")), Client(), Client()
    sign_in(there, user, HTTP_USER_AGENT="Mozilla/5.0 (Android 14; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0", REMOTE_ADDR="196.200.12.34")
    sign_in(here, user)

    page = here.get(reverse("sessions")).content.decode()
    assert "Firefox, Android" in page
    assert "196.200.…" in page
    assert "12.34" not in page
    assert not UserSession.objects.filter(ip="196.200.12.34").exists()
    here.post(reverse("sessions-end"))

    assert there.get(reverse("account")).status_code == 302
    assert here.get(reverse("account")).status_code == 200
    assert acts()[-1] == "access.sessions-ended"


def test_nobody_ends_the_session_of_somebody_else() -> None:
    user, other = person("reader", (Role.READER, "NER")), person("other", (Role.READER, "NER"))
    here, there = Client(), Client()
    sign_in(here, user), sign_in(there, other)

    here.post(reverse("sessions-end"), {"session": str(UserSession.objects.get(user=other).pk)})

    assert there.get(reverse("account")).status_code == 200


# Tokens


def make_token(client: Client, user: User, **form: Any) -> Any:
    client.post(f"{reverse('account_reauthenticate')}?next={reverse('tokens')}", {"password": PASSWORD})
    asked = {"name": "Classeur", "mandates": [str(held.pk) for held in queries.held_today(user)][:1], "expires_on": (timezone.localdate() + timedelta(days=30)).isoformat(), **form}
    return client.post(reverse("token-make"), asked)


def test_a_token_is_shown_once_kept_as_a_digest_and_carries_the_mandates_chosen() -> None:
    user, client = person("reader", (Role.READER, "MLI"), (Role.READER, "NER")), Client()
    sign_in(client, user)

    raw = re.search(r"cct_[\w-]+", make_token(client, user).content.decode())[0]

    today = timezone.localdate()
    assert [str(mandate) for mandate in queries.mandates_of_token(raw, today)] == ["reader:MLI"]
    assert raw not in client.get(reverse("tokens")).content.decode()
    assert raw not in str(vars(PersonalToken.objects.get()))
    assert queries.mandates_of_token(raw, today + timedelta(days=31)) == ()
    assert queries.mandates_of_token(raw + "x", today) == ()


def test_a_token_asks_for_the_password_again_and_carries_nobody_elses_mandate() -> None:
    user, other = person("reader", (Role.READER, "NER")), person("other", (Role.DATA_MANAGER, "MLI"))
    client = browser_of(user)
    wide = str(HeldMandate.objects.get(person=other).pk)

    assert "reauthenticate" in client.post(reverse("token-make"), {"name": "x"}).url
    assert make_token(client, user, mandates=[wide]).status_code == 422
    assert make_token(client, user, expires_on="2099-01-01").status_code == 422
    assert not PersonalToken.objects.exists()


def test_a_token_loses_what_its_person_loses_and_dies_when_revoked(strict: None) -> None:
    user = person("manager", (Role.DATA_MANAGER, "NER"), (Role.READER, "MLI"))
    token, raw = commands.make_token(user, name="t", mandates=queries.held_today(user), expires_on=date(2099, 1, 1))
    today = timezone.localdate()

    assert {str(mandate) for mandate in queries.mandates_of_token(raw, today)} == {"reader:NER", "reader:MLI"}
    commands.end_mandate(HeldMandate.objects.get(person=user, state="MLI"), by=commands.NODE)
    assert {str(mandate) for mandate in queries.mandates_of_token(raw, today)} == {"reader:NER"}
    browser_of(user).post(reverse("token-revoke", args=[token.pk]))
    assert queries.mandates_of_token(raw, today) == ()


def test_nobody_revokes_the_token_of_somebody_else() -> None:
    user, other = person("reader", (Role.READER, "NER")), person("other", (Role.READER, "NER"))
    token, raw = commands.make_token(other, name="t", mandates=queries.held_today(other), expires_on=date(2099, 1, 1))

    assert browser_of(user).post(reverse("token-revoke", args=[token.pk])).status_code == 404
    assert queries.mandates_of_token(raw, timezone.localdate())


# Locks, headers, terms


def test_after_five_failures_an_address_is_locked_in_clear_words_even_with_the_right_password() -> None:
    user, client = person("reader", (Role.READER, "NER")), Client()
    for _attempt in range(5):
        sign_in(client, user, "pas le bon mot de passe")

    answers = [sign_in(client, user).content.decode() for _ in range(3)]

    assert all("fermée pendant cinq minutes" in answer for answer in answers)
    assert client.get(reverse("account")).status_code == 302
    assert acts().count("access.login-failed") == 5
    assert acts().count("access.login-locked") == 1


def test_an_unknown_address_is_answered_as_a_known_one() -> None:
    user = person("reader", (Role.READER, "NER"))

    known = sign_in(Client(), user, "pas le bon mot de passe").content.decode()
    unknown = Client().post("/account/login/", {"login": "nobody@example.org", "password": "pas le bon mot de passe"}).content.decode()

    assert "Adresse ou mot de passe inexact." in known
    assert "Adresse ou mot de passe inexact." in unknown


def test_cookies_and_headers_are_those_of_a_guarded_site(settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS, client = 31_536_000, Client()

    signed = client.post("/account/login/", {"login": person("reader").email, "password": PASSWORD}, secure=True)
    page = client.get("/account/", secure=True)

    session = signed.cookies["sessionid"]
    assert (bool(session["secure"]), bool(session["httponly"]), session["samesite"]) == (True, True, "Lax")
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "camera=()" in page.headers["Permissions-Policy"]
    assert client.get("/account/").url.startswith("https://")


def test_the_terms_come_before_anything_else_at_the_first_sign_in_and_once() -> None:
    user, client = person("reader", (Role.READER, "NER")), Client()
    User.objects.filter(pk=user.pk).update(terms_version="", terms_accepted_on=None)
    sign_in(client, user)

    stopped = client.get("/people/")
    read = client.get(stopped.url).content.decode()
    onward = client.post(reverse("terms"), {"next": "/people/"})

    assert stopped.url.startswith(reverse("terms"))
    assert "Ni un outil d'impôt" in read.replace("&#x27;", "'")
    assert onward.url == "/people/"
    assert client.get("/people/").status_code == 200
    user.refresh_from_db()
    assert (user.terms_version, user.terms_accepted_on) == ("2026-11", timezone.localdate())
    assert client.post(reverse("terms"), {"next": "https://elsewhere.example"}).url == "/"


# Journal


def test_a_journal_is_read_by_those_who_answer_for_its_state_alone() -> None:
    roles = {role: browser_of(person(role.value, (role, "NER"))) for role in Role}

    opened = {role for role, client in roles.items() if client.get(reverse("journal")).status_code == 200}

    assert opened == {Role.DATA_MANAGER, Role.AUDITOR, Role.ADMINISTRATOR}


def test_a_journal_is_filtered_paged_and_taken_away_without_another_states_lines() -> None:
    auditor = browser_of(person("auditor", (Role.AUDITOR, "NER")))
    person("elsewhere", (Role.READER, "MLI"))

    page = auditor.get(reverse("journal"), {"state": "MLI"}).content.decode()
    lines = [json.loads(line) for line in auditor.get(reverse("journal"), {"format": "jsonl"}).content.splitlines()]
    table = auditor.get(reverse("journal"), {"format": "csv", "act": "access.mandate-given"}).content.decode()

    assert "Aucun acte ne répond" in page
    assert {line["chain"] for line in lines} == {"NER"}
    assert table.count("\r\n") == 1 + JournalLine.objects.filter(chain="NER", act="access.mandate-given").count()
    assert auditor.get(reverse("journal"), {"since": "not a day", "page": "x"}).status_code == 200
    assert "Aucun acte" in auditor.get(reverse("journal"), {"until": "2001-01-01"}).content.decode()


def test_every_act_of_the_product_has_its_words(settings: Any) -> None:
    source = "".join(path.read_text("utf-8") for path in (settings.ROOT / "src").rglob("*.py"))
    written = set(re.findall(r'(?:journal|note_act)\(\s*"([a-z]+\.[a-z-]+)"', source))

    assert written <= set(ACTS)


def test_password_changes_are_journalled_by_signal() -> None:
    user, client = person("reader", (Role.READER, "NER")), Client()
    sign_in(client, user)

    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": "une autre longue phrase", "password2": "une autre longue phrase"})

    user.refresh_from_db()
    assert user.check_password("une autre longue phrase")
    assert acts()[-1] == "access.password-changed"


# A forgotten password


def password_link_of(browser: Client, user: User) -> str:
    """The link that whoever covers a person's mandates is shown."""
    answer = browser.post(reverse("password-link", args=[user.pk]))
    assert answer.status_code == 200, answer.content.decode()
    return re.search(r"/account/password/reset/key/[\w-]+/", answer.content.decode())[0]


def choose(browser: Client, link: str, password: str) -> Any:
    """Open the link and choose a password."""
    form = browser.get(link, follow=True)
    return browser.post(form.request["PATH_INFO"], {"password1": password, "password2": password})


def test_who_covers_a_persons_mandates_makes_a_link_under_which_they_choose_a_password_once(by_hand: None) -> None:
    manager, user = browser_of(person("manager", (Role.DATA_MANAGER, "NER"))), person("forgetful", (Role.READER, "NER"))
    other_session = browser_of(user)
    link = password_link_of(manager, user)

    choose(Client(), link, "une toute nouvelle phrase")

    user.refresh_from_db()
    again = Client().get(link, follow=True).content.decode()
    assert user.check_password("une toute nouvelle phrase")
    assert other_session.get("/account/").status_code == 302
    assert "plus valable" in again
    assert {"access.password-link-made", "access.password-changed"} <= set(acts())
    assert link.split("-", 1)[1] not in "".join(bytes(line.facts).decode() for line in JournalLine.objects.all())


def test_a_password_link_ends_with_the_day_and_when_its_person_signs_in(by_hand: None, settings: Any) -> None:
    manager, user = browser_of(person("manager", (Role.DATA_MANAGER, "NER"))), person("forgetful", (Role.READER, "NER"))
    links = [password_link_of(manager, user)]
    sign_in(Client(), user)
    links.append(password_link_of(manager, user))
    before = ["plus valable" in Client().get(link, follow=True).content.decode() for link in links]

    settings.PASSWORD_RESET_TIMEOUT = -1

    assert before == [True, False]
    assert "plus valable" in Client().get(links[1], follow=True).content.decode()


@pytest.mark.parametrize("held", [(Role.DATA_MANAGER, "MLI"), (Role.READER, "NER"), (Role.AUDITOR, "NER")])
def test_nobody_else_makes_a_password_link(held: tuple[Role, str]) -> None:
    user = person("forgetful", (Role.READER, "NER"), (Role.READER, "BFA"))

    answer = browser_of(person("other", held)).post(reverse("password-link", args=[user.pk]))

    assert answer.status_code in (403, 404)
    assert "access.password-link-made" not in acts()


def test_a_person_with_a_mandate_beyond_ones_own_gets_no_link_from_one(by_hand: None) -> None:
    user = person("of-two-states", (Role.READER, "NER"), (Role.READER, "MLI"))

    assert browser_of(person("manager", (Role.DATA_MANAGER, "NER"))).post(reverse("password-link", args=[user.pk])).status_code == 403


def test_with_a_mail_server_the_password_link_leaves_in_both_languages() -> None:
    user = person("forgetful", (Role.READER, "NER"))

    answer = browser_of(person("manager", (Role.DATA_MANAGER, "NER"))).post(reverse("password-link", args=[user.pk]))

    assert "/account/password/reset/key/" not in answer.content.decode()
    assert mail.outbox[0].to == [user.email]
    assert "nouveau mot de passe" in mail.outbox[0].body and "new password" in mail.outbox[0].body


def test_the_menu_leads_to_people_and_journal_those_who_may_open_them() -> None:
    pages = {role: browser_of(person(role.value, (role, "NER"))).get("/help/").content.decode() for role in (Role.DATA_MANAGER, Role.AUDITOR, Role.READER)}

    seen = {role.value: [name for name in ("people", "journal") if f'href="/{name}/"' in page] for role, page in pages.items()}
    assert seen == {"data-manager": ["people", "journal"], "auditor": ["journal"], "reader": []}
