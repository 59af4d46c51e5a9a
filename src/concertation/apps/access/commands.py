"""Opening accounts and giving mandates."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from concertation.apps.access.models import HeldMandate, User
from concertation.apps.ground.commands import journal
from concertation.core.sharing import Mandate, Role

NODE = Mandate(person="node", role=Role.ADMINISTRATOR)


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
        held, created = HeldMandate.objects.get_or_create(
            person=user, role=role.value, state=state, organisation="", defaults={"valid_from": since},
        )
        if created:
            journal("access.mandate-given", by, state=state or "AES", person=str(user.pk), role=held.role)
