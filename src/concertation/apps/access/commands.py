"""Opening accounts, giving and ending mandates, links and keys of one use, and what a person does with their own account.

Every act is journalled with ids alone. Acts on a mandate are checked here against the mandate they are done under, so that
no page, token or terminal gives more than its own.
"""

from collections.abc import Iterable
from datetime import date, datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from concertation.apps.access.links import LINK_LIFE, new_link, new_password_key, new_token
from concertation.apps.access.models import HeldMandate, Invitation, PersonalToken, User
from concertation.apps.access.queries import as_mandate, in_force
from concertation.apps.ground.commands import FRAMEWORK, journal
from concertation.core.sharing import Mandate, Role
from concertation.core.sharing.giving import gives

NODE = Mandate(person="node", role=Role.ADMINISTRATOR)


class NotYours(Exception):
    """The act reaches further than the mandate it is done under: ask somebody whose mandate covers it."""


class UsedUp(Exception):
    """The link was taken up, withdrawn or grew too old meanwhile: ask for a new one."""


def own_account(user: User) -> Mandate:
    """A person acting on their own account."""
    return Mandate(person=str(user.pk), role=Role.READER)


def chain_of(mandate: Mandate) -> str:
    """The State in whose journal an act about a mandate stands."""
    return mandate.state or FRAMEWORK


@transaction.atomic
def open_account(email: str, password: str, *, name: str, by: Mandate = NODE) -> User:
    """Open an account, or give an existing one a new password."""
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, password, name=name)
    else:
        user.set_password(password)
        user.save()
    journal("access.account-opened", by, person=str(user.pk))
    return user


@transaction.atomic
def give_mandates(user: User, mandates: Iterable[tuple[Role, str]], *, since: date, by: Mandate = NODE) -> None:
    """Give a person roles for States; a mandate already held stays as it is."""
    for role, state in mandates:
        give_mandate(user, Mandate(person=str(user.pk), role=role, state=state), since=since, until=None, by=by)


@transaction.atomic
def give_mandate(user: User, wanted: Mandate, *, since: date, until: date | None, by: Mandate) -> HeldMandate:
    """Give a person a mandate from a day to a day; the same one in force gets the new last day.

    Raises NotYours when `by` does not cover it.
    """
    if by != NODE and not gives(by, wanted):
        raise NotYours(str(wanted))
    same = HeldMandate.objects.filter(person=user, role=wanted.role.value, state=wanted.state, organisation=wanted.organisation, ended_at__isnull=True)
    held = next((each for each in same if each.valid_to is None or each.valid_to >= since), None)
    if held is not None and held.valid_to == until:
        return held
    if held is None:
        held = HeldMandate(person=user, role=wanted.role.value, state=wanted.state, organisation=wanted.organisation, valid_from=since)
    held.valid_to, held.given_by = until, by.person
    held.save()
    journal("access.mandate-given", by, state=chain_of(wanted), person=str(user.pk), role=held.role, organisation=held.organisation, until=until)
    return held


@transaction.atomic
def end_mandate(held: HeldMandate, *, by: Mandate) -> bool:
    """End a mandate at once, in every session and token; False when it had ended already. Raises NotYours."""
    mandate = as_mandate(held)
    if by != NODE and not gives(by, mandate):
        raise NotYours(str(mandate))
    now = HeldMandate.objects.select_for_update().get(pk=held.pk)
    if now.ended_at is not None:
        return False
    now.ended_at = timezone.now()
    now.save(update_fields=["ended_at"])
    journal("access.mandate-ended", by, state=chain_of(mandate), person=mandate.person, role=held.role, organisation=held.organisation)
    return True


@transaction.atomic
def invite(email: str, wanted: Mandate, *, until: date | None, at: datetime, by: Mandate) -> tuple[Invitation, str]:
    """Offer a mandate to an address; gives back the invitation and the last part of its link, which is kept nowhere.

    Raises NotYours when `by` does not cover the mandate.
    """
    if by != NODE and not gives(by, wanted):
        raise NotYours(str(wanted))
    link, digest = new_link()
    made = Invitation.objects.create(
        email=email, role=wanted.role.value, state=wanted.state, organisation=wanted.organisation, valid_to=until, digest=digest,
        given_by=by.person, given_under=str(by), created_at=at, expires_at=at + LINK_LIFE,
    )
    journal("access.invited", by, state=chain_of(wanted), invitation=str(made.pk), role=made.role, organisation=made.organisation, until=until)
    return made, link


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, by: Mandate) -> None:
    """The link no longer works."""
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])
    journal("access.invitation-withdrawn", by, state=invitation.state or FRAMEWORK, invitation=str(invitation.pk))


@transaction.atomic
def take_up(invitation: Invitation, user: User, *, at: datetime) -> HeldMandate:
    """The mandate offered becomes a person's. Raises UsedUp when the link was taken up by somebody else meanwhile."""
    held = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if held.taken_up_at or held.withdrawn_at or held.expires_at <= at:
        raise UsedUp
    held.taken_up_at, held.person = at, user
    held.save(update_fields=["taken_up_at", "person"])
    wanted = as_mandate(held, str(user.pk))
    by = given_still(held, wanted, on=timezone.localdate(at))
    journal("access.invitation-taken-up", own_account(user), state=chain_of(wanted), invitation=str(held.pk))
    return give_mandate(user, wanted, since=timezone.localdate(at), until=held.valid_to, by=by)


def given_still(invitation: Invitation, wanted: Mandate, *, on: date) -> Mandate:
    """The mandate under which an invitation holds today. Raises UsedUp when whoever sent it may no longer give that mandate."""
    if invitation.given_by == NODE.person:
        return NODE
    theirs = HeldMandate.objects.filter(in_force(on), person__pk=invitation.given_by, person__is_active=True)
    by = next((own for own in map(as_mandate, theirs) if gives(own, wanted)), None)
    if by is None:
        raise UsedUp
    return by


@transaction.atomic
def open_invited_account(invitation: Invitation, *, name: str, language: str, password: str, terms: str, at: datetime) -> User:
    """An account for the address that was invited, with its mandate and the terms of use accepted. Raises UsedUp."""
    user = User.objects.create_user(invitation.email, password, name=name, language=language)
    take_up(invitation, user, at=at)
    accept_terms(user, terms, on=timezone.localdate(at))
    journal("access.account-opened", own_account(user), person=str(user.pk))
    return user


@transaction.atomic
def accept_terms(user: User, version: str, *, on: date) -> None:
    """A person accepts the terms of use in the version they read."""
    user.terms_version, user.terms_accepted_on = version, on
    user.save(update_fields=["terms_version", "terms_accepted_on"])
    journal("access.terms-accepted", own_account(user), version=version)


@transaction.atomic
def describe_oneself(user: User, *, name: str, language: str) -> None:
    """A person changes their name and language."""
    user.name, user.language = name, language
    user.save(update_fields=["name", "language"])
    journal("access.account-described", own_account(user))


@transaction.atomic
def make_token(user: User, *, name: str, mandates: Iterable[HeldMandate], expires_on: date) -> tuple[PersonalToken, str]:
    """A token with some of a person's own mandates; its text is given back once and kept nowhere. Raises NotYours."""
    chosen = list(mandates)
    if any(held.person_id != user.pk for held in chosen):
        raise NotYours(name)
    raw, digest = new_token()
    token = PersonalToken.objects.create(person=user, name=name, digest=digest, created_at=timezone.now(), expires_on=expires_on)
    token.mandates.set(chosen)
    journal("access.token-made", own_account(user), token=str(token.pk), until=expires_on)
    return token, raw


@transaction.atomic
def revoke_token(token: PersonalToken, *, by: Mandate) -> None:
    """A token no longer opens anything."""
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        journal("access.token-revoked", by, token=str(token.pk), person=str(token.person_id))


def note_token_used(token: PersonalToken, at: datetime) -> None:
    """When a token was last used, to the hour: a busy program does not write at each request."""
    if token.last_used_at is None or abs((at - token.last_used_at).total_seconds()) > 3600:
        PersonalToken.objects.filter(pk=token.pk).update(last_used_at=at)


@transaction.atomic
def end_sessions(user: User, sessions: Iterable[UserSession], *, by: Mandate) -> int:
    """Sign a person out of these sessions; gives back how many were ended."""
    own = [session for session in sessions if session.user_id == user.pk]
    for session in own:
        session.end()
    if own:
        journal("access.sessions-ended", by, person=str(user.pk), sessions=len(own))
    return len(own)


@transaction.atomic
def end_sessions_of_a_clock_ahead(latest: datetime) -> int:
    """Sessions that would last beyond the latest moment possible began under a clock that was ahead: they end; gives back how many."""
    ended = int(Session.objects.filter(expire_date__gt=latest).delete()[0])
    if ended:
        journal("access.sessions-ended", NODE, sessions=ended, clock="ahead")
    return ended


def note_seen(session_key: str, at: datetime) -> None:
    """When a session was last seen."""
    UserSession.objects.filter(session_key=session_key).update(last_seen_at=at)


@transaction.atomic
def remove_second_factor(user: User, *, by: Mandate) -> int:
    """A person lost their telephone or key: the second factor is taken away, and mandates that need it wait for a new one."""
    held = Authenticator.objects.filter(user=user)
    gone = int(held.count())
    held.delete()
    journal("access.second-factor-removed", by, person=str(user.pk), count=gone)
    return gone


@transaction.atomic
def offer_new_password(user: User, *, by: Mandate) -> tuple[str, str]:
    """A person forgot their password: a link of one use under which they choose another; gives back its two parts, kept nowhere."""
    journal("access.password-link-made", by, person=str(user.pk))
    return new_password_key(user)


@transaction.atomic
def close_account(user: User, *, by: Mandate) -> None:
    """Nobody signs in to the account any more: its mandates, sessions and tokens end; what it did stays in the journal."""
    now = timezone.now()
    HeldMandate.objects.filter(person=user, ended_at__isnull=True).update(ended_at=now)
    PersonalToken.objects.filter(person=user, revoked_at__isnull=True).update(revoked_at=now)
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user, UserSession.objects.filter(user=user), by=by)
    journal("access.account-closed", by, person=str(user.pk))


def note_act(act: str, user: User | None, *, kind: str = "") -> None:
    """Journal what a person (or somebody under their address) did to their account through the sign-in pages."""
    by = own_account(user) if user else Mandate(person="unknown", role=Role.READER)
    if kind:
        journal(act, by, kind=kind)
    else:
        journal(act, by)
