"""What every subject stands on: the guarded row with its two masters, and the journal that is only added to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self
from uuid import UUID

import uuid_utils
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from concertation.core.sharing import Mandate, Sensitivity, Visibility, visibility_of

SENSITIVITIES = [
    (Sensitivity.PUBLIC.value, _("public")),
    (Sensitivity.RESTRICTED.value, _("restreint au cadre")),
    (Sensitivity.CONFIDENTIAL.value, _("confidentiel : l'État et le détenteur")),
    (Sensitivity.STRICT.value, _("strictement confidentiel")),
]


def new_id() -> UUID:
    """A UUIDv7: unique anywhere, sorted by time."""
    return UUID(bytes=uuid_utils.uuid7().bytes)


def held_rows(sight: Visibility, *, prefix: str = "") -> Q:
    """The condition under which a row's holder is one the reader acts for."""
    held = Q(**{f"{prefix}holder__in": sorted(sight.organisations)})
    for organisation, state in sorted(sight.held_in):
        held |= Q(**{f"{prefix}holder": organisation, f"{prefix}owner_state": state})
    return held


def visible_rows(mandates: Iterable[Mandate], *, prefix: str = "") -> Q:
    """The condition under which guarded rows may be read; `prefix` reaches it through a relation (`activity__`)."""
    sight = visibility_of(mandates)
    return (
        Q(**{f"{prefix}sensitivity__in": [level.value for level in sorted(sight.levels)]})
        | held_rows(sight, prefix=prefix)
        | Q(**{f"{prefix}sensitivity": Sensitivity.CONFIDENTIAL.value, f"{prefix}owner_state__in": sorted(sight.states)})
        | Q(**{f"{prefix}sensitivity": Sensitivity.STRICT.value, f"{prefix}owner_state__in": sorted(sight.strict_states)})
    )


class GuardedQuerySet(models.QuerySet[Any]):
    """Rows with two masters; the only door for reading them is `visible_to`."""

    def visible_to(self, mandates: Iterable[Mandate]) -> Self:
        """The rows these mandates open (rule: `core.sharing.visibility`)."""
        return self.filter(visible_rows(mandates))


class GuardedModel(models.Model):
    """A row with an owner State (territory), a holder (organisation), a sensitivity and a version."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner_state = models.CharField(max_length=3, db_index=True)
    holder = models.CharField(max_length=80, blank=True)
    sensitivity = models.CharField(max_length=12, choices=SENSITIVITIES, default=Sensitivity.CONFIDENTIAL.value)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = GuardedQuerySet.as_manager()

    class Meta:
        abstract = True


class JournalHead(models.Model):
    """The last line of one State's chain; locked as the last act before commit."""

    chain = models.CharField(max_length=3, primary_key=True)
    sequence = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="")


class JournalLine(models.Model):
    """One act: who, under which mandate, on which State, unit and period. No personal values; never changed."""

    chain = models.CharField(max_length=3)
    sequence = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    mandate = models.CharField(max_length=120)
    act = models.CharField(max_length=80)
    unit = models.CharField(max_length=120, blank=True)
    period = models.CharField(max_length=40, blank=True)
    facts = models.BinaryField()
    previous_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "sequence"], name="journal_one_line_per_sequence")]
        indexes = [models.Index(fields=["act", "at"])]


class Message(models.Model):
    """A message to one person, written with the act that asks for it, sent afterwards. The address is looked up when it leaves."""

    STATES = [
        ("queued", _("en attente")), ("sending", _("en cours d'envoi")), ("sent", _("envoyé")), ("failed", _("refusé")),
        ("handed", _("transmis de main à main")), ("lapsed", _("périmé")),
    ]

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.CharField(max_length=64)
    chain = models.CharField(max_length=3)
    about = models.CharField(max_length=60)
    subject_fr = models.CharField(max_length=200)
    subject_en = models.CharField(max_length=200)
    body_fr = models.TextField()
    body_en = models.TextField()
    state = models.CharField(max_length=8, choices=STATES, default="queued")
    due_at = models.DateTimeField()
    useful_until = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    interruptions = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    left_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "due_at"])]
