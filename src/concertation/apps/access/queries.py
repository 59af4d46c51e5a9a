"""Which mandates a person holds today."""

from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from concertation.apps.access.models import HeldMandate, User
from concertation.core.sharing import Mandate, Role


def mandates_of(user: User | AnonymousUser, on: date) -> tuple[Mandate, ...]:
    """The mandates in force on a day; nobody signed in holds none."""
    if not isinstance(user, User):
        return ()
    held = HeldMandate.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), person=user, valid_from__lte=on)
    return tuple(
        Mandate(person=str(user.pk), role=Role(row.role), state=row.state, organisation=row.organisation)
        for row in held.order_by("role", "state")
    )


def has_account(email: str) -> bool:
    """Whether an account stands under an address."""
    return User.objects.filter(email=email).exists()
