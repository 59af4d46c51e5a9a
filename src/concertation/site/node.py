"""Making a node ready: its database, its static files, its reference set and, for a demonstration, one account."""

import hashlib
import os
import secrets
from datetime import date
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from concertation.apps.access import commands
from concertation.apps.access.commands import give_mandates, open_account
from concertation.apps.access.mail import send_link
from concertation.apps.access.queries import has_account
from concertation.apps.places.queries import states
from concertation.core.sharing import Mandate, Role
from concertation.core.sharing.giving import is_sound
from concertation.site import fitness, reference
from concertation.site.in_turn import one_machine_at_a_time
from concertation.site.migrating import bring_up_to_date

ROLE_NAMES = tuple(role.value for role in Role)
DEMO_ADDRESS: str = settings.DEMONSTRATION_ADDRESS
DEMO_MANDATES = [
    (Role.DATA_MANAGER, "BFA"), (Role.DATA_MANAGER, "MLI"), (Role.DATA_MANAGER, "NER"), (Role.DATA_MANAGER, "TGO"),
    (Role.ANALYST, "AES"),
]
OPERATOR = tuple(
    Mandate(person="terminal", role=Role.DATA_MANAGER, state=state) for state in ("AES", "BFA", "MLI", "NER", "TGO")
)


def migrate() -> int:
    """Bring the database up to date; gives back how many migrations were applied."""
    fitness.refuse_unfit()
    with one_machine_at_a_time():
        return bring_up_to_date()


def collect_static_files() -> bool:
    """Copy and compress the static files when they changed since last time."""
    folder = settings.STATICFILES_DIRS[0]
    digest = hashlib.sha256()
    for path in sorted(Path(folder).rglob("*")):
        digest.update(path.name.encode() + (path.read_bytes() if path.is_file() else b""))
    stamp = settings.HOME / "static-made-from"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return False
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(digest.hexdigest())
    return True


def make_ready() -> None:
    """Everything a node needs before it serves its first page; a second time changes nothing."""
    migrate()
    collect_static_files()
    with one_machine_at_a_time():
        reference.load_if_changed()


def demo_password() -> str:
    """The demonstration account's password: random, made once, kept readable by the node's owner alone."""
    path = settings.HOME / "demo-password"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_urlsafe(12))
    return path.read_text()


def ensure_demo_account() -> tuple[str, str]:
    """The address and password of the demonstration account, opened at the first start."""
    password = demo_password()
    if not has_account(DEMO_ADDRESS):
        user = open_account(DEMO_ADDRESS, password, name="Démonstration")
        give_mandates(user, DEMO_MANDATES, since=timezone.localdate())
    return DEMO_ADDRESS, password


def invite(address: str, *, role: str, state: str, organisation: str, until: date | None) -> tuple[str, bool] | None:
    """Invite an address; gives back the link's address on this node and whether it left by e-mail, None when the mandate makes no sense."""
    known_states = {*(held.iso3 for held in states()), "AES", ""}
    if role not in ROLE_NAMES or state not in known_states or "@" not in address:
        return None
    wanted = Mandate(person="", role=Role(role), state=state, organisation=organisation)
    if not is_sound(wanted):
        return None
    _made, last = commands.invite(address.lower(), wanted, until=until, at=timezone.now(), by=commands.NODE)
    path = reverse("invitation", args=[last])
    origin = next(iter(settings.CSRF_TRUSTED_ORIGINS), "")
    return f"{origin}{path}", bool(origin) and send_link(address, f"{origin}{path}")


def open_account_with_mandate(address: str, *, role: str, state: str, name: str) -> str | None:
    """Open an account (or renew its password) under a mandate; gives back the password, None when role or State is unknown."""
    known_states = {*(held.iso3 for held in states()), "AES"}
    if role not in ROLE_NAMES or state not in known_states or "@" not in address:
        return None
    password = secrets.token_urlsafe(12)
    user = open_account(address, password, name=name)
    give_mandates(user, [(Role(role), state)], since=timezone.localdate())
    return password
