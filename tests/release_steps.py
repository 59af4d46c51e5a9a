"""A State's node on which a release can be made: named, with its two keys, a few synthetic needs, and an agreement in force."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings
from django.test import Client
from django.utils import timezone

from access_steps import browser_of, person
from concertation.apps.needs.models import Figure
from concertation.apps.sharing import commands
from concertation.apps.sharing.agreements import commands as agreements
from concertation.apps.sharing.models import Release, SharingAgreement, SigningKey
from concertation.apps.sources.models import Source
from concertation.core.sharing import Mandate, Role
from concertation.core.sharing.agreements import Terms
from concertation.core.sharing.keyring import OPENING
from concertation.core.sharing.sealed import opening_public
from concertation.core.sharing.signing import SIGNERS, HeldKey, fingerprint, public_of
from release_samples import PRIVATE

REGIONS = {"ner-1-agadez": 7, "ner-1-diffa": 400, "ner-1-dosso": 0, "ner-1-tahoua": 250}
OPENING_KEYS = {state: bytes([number]) * 32 for number, state in enumerate(("NER", "BFA", "MLI"), 7)}
A_QUARTER = timedelta(days=90)
NODE = Mandate("node", Role.DATA_MANAGER, state="NER")


def own_node(state: str = "NER") -> None:
    """Name the node and accept the keys of its two signers."""
    now = timezone.now()
    commands.name_node(state, by=NODE, at=now)
    for role in SIGNERS:
        commands.accept_key(HeldKey(state, role, public_of(PRIVATE[role]), now.date() - A_QUARTER, now.date() + A_QUARTER), by=NODE, at=now)
    for node, private in OPENING_KEYS.items():
        public = opening_public(private)
        SigningKey.objects.create(fingerprint=fingerprint(public), node=node, role=OPENING, public=public, valid_from=now.date() - A_QUARTER, valid_to=now.date() + A_QUARTER, accepted_at=now)
    place = Path(settings.HOME) / "keys" / "opening.key"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(OPENING_KEYS[state].hex())


def needs(sector: str = "WSH") -> None:
    """Synthetic people in need in four regions of Niger, one of them seven people."""
    source, _made = Source.objects.get_or_create(id="synthetic-needs", defaults={"title": "Besoins synthétiques", "publisher": "synthetic", "published_on": date(2026, 1, 1)})
    for unit, value in REGIONS.items():
        Figure.objects.create(
            concept="in_need", unit_id=unit, sector=sector, value=value, reference_start=date(2026, 1, 1), reference_end=date(2026, 6, 30), source=source, status="official", owner_state="NER",
            holder="ner-government", sensitivity="confidential",
        )  # fmt: skip


def in_force(reference: str = "AES-2026-01", *, grain: int = 1, delay: int = 30) -> SharingAgreement:
    """An agreement with Burkina Faso and Mali, written by one and confirmed by another."""
    today = timezone.localdate()
    words = agreements.Written(
        reference, ("BFA", "MLI"), "Réponse commune (synthétique)", "Un an après la fin (synthétique)", "Cellule de crise (synthétique)", today - A_QUARTER, today + A_QUARTER,
        (Terms("people", grain, delay, ("BFA", "MLI")), Terms("presence", grain, delay, ("BFA",))),
    )  # fmt: skip
    held = agreements.write(words, state="NER", by=Mandate("writer", Role.DATA_MANAGER, state="NER"))
    agreements.confirm(held, on=today, by=Mandate("authority", Role.RELEASE_AUTHORITY, state="NER"))
    held.refresh_from_db()
    return held


@dataclass
class Signers:
    """The two people who sign in Niger, and somebody who reads in Burkina Faso."""

    manager: Client
    authority: Client
    reader: Client


def signers() -> Signers:
    """Three browsers."""
    people = (("manager", Role.DATA_MANAGER, "NER"), ("authority", Role.RELEASE_AUTHORITY, "NER"), ("reader", Role.READER, "BFA"))
    return Signers(*(browser_of(person(f"release-{name}", (role, state), secured=True)) for name, role, state in people))


def asked(**changed: object) -> dict[str, object]:
    """What the form of a release sends."""
    return {
        "what": "people:in_need", "sectors": ["WSH"], "grain": "1", "level": "restricted", "agreement": "AES-2026-01", "recipients": ["BFA"], "purpose": "Réponse commune (synthétique)",
        "days": "90", **changed,
    }  # fmt: skip


def made(browser: Client, **changed: object) -> Release:
    """A release prepared through the page."""
    answer = browser.post("/releases/make/", asked(**changed))
    assert answer.status_code == 302, answer.context["form"].errors
    return Release.objects.get(pk=answer.headers["Location"].strip("/").rpartition("/")[2])
