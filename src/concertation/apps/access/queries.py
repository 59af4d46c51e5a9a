"""Who holds which mandate today, whom one may see, where one is signed in, and the journal one may read.

A mandate that signs or administers is worth little until its holder has set up a second factor: see `core.sharing.giving`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet
from django.utils import timezone

from concertation.apps.access.links import digest_of, digest_of_link
from concertation.apps.access.models import HeldMandate, Invitation, PersonalToken, User
from concertation.apps.ground.models import JournalHead, JournalLine, Message
from concertation.apps.ground.queries import messages_waiting as waiting
from concertation.core.sharing import Mandate, Role
from concertation.core.sharing.giving import NEEDS_SECOND_FACTOR, gives_at_all, journals_read, passes_on, until_secured
from concertation.core.sharing.visibility import FRAMEWORK

SOMEBODY, SOME_DAY = UUID(int=0), date.min  # the places of a person and a day in a statement that is composed once
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@dataclass(frozen=True, slots=True)
class Standing:
    """The mandates a person acts under, and those that wait until a second factor is set up."""

    mandates: tuple[Mandate, ...]
    waiting: tuple[Mandate, ...] = ()


NOBODY = Standing(())


def as_mandate(held: HeldMandate | Invitation, person: str = "") -> Mandate:
    """A mandate as the core knows it."""
    holder = str(held.person_id) if isinstance(held, HeldMandate) else person
    return Mandate(person=holder, role=Role(held.role), state=held.state, organisation=held.organisation)


def in_force(on: date, at: str = "") -> Q:
    """The condition under which a mandate is in force on a day; `at` is the way to the mandate from another table."""
    begun, open_ended, lasting = {f"{at}ended_at__isnull": True, f"{at}valid_from__lte": on}, {f"{at}valid_to__isnull": True}, {f"{at}valid_to__gte": on}
    return Q(**begun) & (Q(**open_ended) | Q(**lasting))


def is_demonstration(user: User) -> bool:
    """Whether this is the demonstration account, which does without a second factor and says so."""
    return user.email == str(settings.DEMONSTRATION_ADDRESS)


def standing_of(user: User | AnonymousUser, on: date) -> Standing:
    """The mandates of a person on a day, as far as the second factor lets them count; nobody signed in holds none."""
    if not isinstance(user, User):
        return NOBODY
    factors = Authenticator.objects.filter(user=OuterRef("person"), type__in=SECOND_FACTORS)
    held = HeldMandate.objects.filter(in_force(on), person=user).annotate(secured=Exists(factors)).order_by("role", "state")
    free = is_demonstration(user) or not settings.SECOND_FACTOR
    return _standing([(as_mandate(row), free or bool(row.secured)) for row in held])


def recognised(person_id: str, on: date) -> tuple[User, Standing] | None:
    """A person and the mandates they act under on a day; None when nobody stands under the id. One query for both, whose statement is composed once."""
    statement, given = _recognising(connection.vendor)
    person, day = User._meta.pk, HeldMandate._meta.get_field("valid_from")
    asked = {each.get_db_prep_value(mark, connection): each.get_db_prep_value(value, connection) for each, mark, value in ((person, SOMEBODY, person_id), (day, SOME_DAY, on))}
    rows: list[Any] = list(User.objects.raw(statement, [asked.get(each, each) for each in given]))
    if not rows:
        return None
    user: User = rows[0]
    free = is_demonstration(user) or not settings.SECOND_FACTOR
    held = [(Mandate(str(user.pk), Role(row.own_role), row.own_state, row.own_organisation), free or bool(row.secured)) for row in rows if row.own_role]
    return user, _standing(held)


@lru_cache
def _recognising(_engine: str) -> tuple[str, tuple[Any, ...]]:
    """The statement of `recognised`, and what it is given for SOMEBODY on SOME_DAY."""
    ours = FilteredRelation("held_mandates", condition=in_force(SOME_DAY, "held_mandates__"))
    factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=SECOND_FACTORS)
    found = User.objects.filter(pk=SOMEBODY).annotate(held=ours).annotate(
        secured=Exists(factors), own_role=F("held__role"), own_state=F("held__state"), own_organisation=F("held__organisation"),
    )
    return found.order_by("held__role", "held__state").query.sql_with_params()


def _standing(held: Iterable[tuple[Mandate, bool]]) -> Standing:
    rows = list(held)
    counted = (mandate if secured else until_secured(mandate) for mandate, secured in rows)
    waiting = tuple(mandate for mandate, secured in rows if not secured and mandate.role in NEEDS_SECOND_FACTOR)
    return Standing(tuple(dict.fromkeys(mandate for mandate in counted if mandate)), waiting)


def signed_in(user: AbstractBaseUser | AnonymousUser) -> User:
    """The person behind a request to a page that asks for an account. Raises PermissionDenied when there is none."""
    if not isinstance(user, User):
        raise PermissionDenied
    return user


def mandates_of(user: User | AnonymousUser, on: date) -> tuple[Mandate, ...]:
    """The mandates a person acts under on a day."""
    return standing_of(user, on).mandates


def token_of(raw: str, on: date) -> PersonalToken | None:
    """The personal token that is in force under this text, if there is one."""
    alive = PersonalToken.objects.filter(revoked_at__isnull=True, expires_on__gte=on, person__is_active=True)
    return alive.filter(digest=digest_of(raw)).select_related("person").first()


def token_under(raw: str) -> PersonalToken | None:
    """The personal token under this text, dead or alive."""
    return PersonalToken.objects.filter(digest=digest_of(raw)).select_related("person").first()


def mandates_of_token(raw: str, on: date) -> tuple[Mandate, ...]:
    """The mandates a personal token carries on a day: those chosen for it that its person still holds; none for a dead token."""
    token = token_of(raw, on)
    return () if token is None else carried_by(token, on)


def carried_by(token: PersonalToken, on: date) -> tuple[Mandate, ...]:
    """The mandates chosen for a token that its person still holds, as far as their second factor lets them count. One query."""
    factors = Authenticator.objects.filter(user=OuterRef("person"), type__in=SECOND_FACTORS)
    chosen = token.mandates.filter(in_force(on), person=token.person).annotate(secured=Exists(factors)).order_by("role", "state")
    free = is_demonstration(token.person) or not settings.SECOND_FACTOR
    return _standing([(as_mandate(row), free or bool(row.secured)) for row in chosen]).mandates


def tokens(user: User) -> QuerySet[PersonalToken]:
    """A person's tokens, the newest first."""
    return PersonalToken.objects.filter(person=user).prefetch_related("mandates").order_by("-created_at")


def held_today(user: User) -> QuerySet[HeldMandate]:
    """A person's own mandates in force, as rows."""
    return HeldMandate.objects.filter(in_force(timezone.localdate()), person=user).order_by("state", "role")


def has_account(email: str) -> bool:
    """Whether an account stands under an address."""
    return User.objects.filter(email=email).exists()


def has_account_under(email: str) -> bool:
    """Whether an account stands under an address, however its capitals are written."""
    return User.objects.filter(email__iexact=email).exists()


def account_under(email: str) -> User | None:
    """The account under an address, however its capitals are written."""
    return User.objects.filter(email__iexact=email).first()


def has_second_factor(user: User) -> bool:
    """Whether a person has set up a second factor."""
    return bool(Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS).exists())


def signers_without_second_factor(on: date) -> int:
    """How many people hold a mandate that signs or administers and have no second factor; the demonstration account aside."""
    factors = Authenticator.objects.filter(user=OuterRef("person"), type__in=SECOND_FACTORS)
    held = HeldMandate.objects.filter(in_force(on), role__in=[role.value for role in NEEDS_SECOND_FACTOR]).annotate(secured=Exists(factors))
    return held.filter(secured=False).exclude(person__email=settings.DEMONSTRATION_ADDRESS).values("person").distinct().count()


def in_sight(mandates: Sequence[Mandate]) -> Q:
    """The mandates (and invitations) a reader may see: of the State or organisation they answer for; all for the node's administrator."""
    answering = [*gives_at_all(mandates), *(own for own in mandates if own.role is Role.AUDITOR)]
    if any(own.role is Role.ADMINISTRATOR and own.state in ("", FRAMEWORK) for own in answering):
        return Q()
    seen = Q(pk__in=())
    for own in answering:
        within = {name: value for name, value in (("state", own.state), ("organisation", own.organisation)) if value}
        seen |= Q(**within) if within else Q(pk__in=())
    return seen


def people(mandates: Sequence[Mandate], *, words: str = "", organisation: str = "", state: str = "") -> QuerySet[User]:
    """The people whose mandates a reader may see, by name."""
    held = HeldMandate.objects.filter(in_sight(mandates))
    if organisation:
        held = held.filter(organisation=organisation)
    if state:
        held = held.filter(state=state)
    found = User.objects.filter(pk__in=held.values("person"))
    named = Q(name__icontains=words) | Q(email__icontains=words)
    return (found.filter(named) if words else found).order_by("name", "email")


def person(mandates: Sequence[Mandate], person_id: UUID) -> User | None:
    """One person, if the reader may see a mandate of theirs."""
    return people(mandates).filter(pk=person_id).first()


def mandates_seen(mandates: Sequence[Mandate], people_shown: Iterable[User]) -> QuerySet[HeldMandate]:
    """The mandates of these people that the reader may see, those in force and those that were."""
    return HeldMandate.objects.filter(in_sight(mandates), person__in=list(people_shown)).order_by("ended_at", "-valid_from", "role")


def held_mandate(mandates: Sequence[Mandate], mandate_id: UUID) -> HeldMandate | None:
    """One mandate, if the reader may see it."""
    return HeldMandate.objects.filter(in_sight(mandates), pk=mandate_id).select_related("person").first()


def all_mandates(user: User) -> tuple[Mandate, ...]:
    """Every mandate a person holds and has not ended, whoever asks: an act on the whole account must cover all of them."""
    return tuple(as_mandate(held) for held in HeldMandate.objects.filter(person=user, ended_at__isnull=True))


def organisations_in_sight(mandates: Sequence[Mandate]) -> list[str]:
    """The organisations for which people in sight hold a mandate."""
    held = HeldMandate.objects.filter(in_sight(mandates)).exclude(organisation="")
    return list(held.values_list("organisation", flat=True).distinct().order_by("organisation"))


def invitations(mandates: Sequence[Mandate]) -> QuerySet[Invitation]:
    """The invitations a reader may see that still wait for an answer."""
    waiting = Invitation.objects.filter(in_sight(mandates), taken_up_at__isnull=True, withdrawn_at__isnull=True)
    return waiting.filter(expires_at__gt=timezone.now()).order_by("-created_at")


def invitation_behind(link: str, at: datetime) -> Invitation | None:
    """The invitation behind a link, if it may still be taken up: once, within its days, not withdrawn."""
    digest = digest_of_link(link)
    if digest is None:
        return None
    open_still = Invitation.objects.filter(taken_up_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=at)
    return open_still.filter(digest=digest).first()


def sessions(user: User) -> list[UserSession]:
    """Where a person is signed in, the latest seen first; those that ended meanwhile are forgotten."""
    held: list[UserSession] = UserSession.objects.purge_and_list(user)
    return sorted(held, key=lambda session: session.last_seen_at, reverse=True)


def journal_lines(
    mandates: Sequence[Mandate], *, state: str = "", act: str = "", since: date | None = None, until: date | None = None,
) -> QuerySet[JournalLine]:
    """The lines of the journal a reader may see, the newest first."""
    chains = journals_read(mandates)
    lines = JournalLine.objects.filter(chain__in=chains & {state} if state else chains)
    if act:
        lines = lines.filter(act=act)
    if since:
        lines = lines.filter(at__date__gte=since)
    if until:
        lines = lines.filter(at__date__lte=until)
    return lines.order_by("-pk")


def acts_in_journal(mandates: Sequence[Mandate]) -> list[str]:
    """The acts that occur in the journal a reader may see."""
    lines = JournalLine.objects.filter(chain__in=journals_read(mandates)).order_by()
    return sorted(lines.values_list("act", flat=True).distinct())


def messages_waiting(mandates: Sequence[Mandate]) -> list[tuple[Message, User]]:
    """The messages that wait, with the person they are for: of the States the reader answers for, to people they may see."""
    chains = passes_on(mandates)
    every = list(waiting(None if FRAMEWORK in chains else chains)) if chains else []
    known = {str(each.pk): each for each in people(mandates).filter(pk__in={message.person for message in every})}
    return [(message, known[message.person]) for message in every if message.person in known]


def journal_heads(mandates: Sequence[Mandate]) -> list[JournalHead]:
    """The last line of each journal a reader may read."""
    return list(JournalHead.objects.filter(chain__in=journals_read(mandates)).order_by("chain"))
