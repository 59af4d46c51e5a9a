"""What left this node and what came to it: keys that a person accepted, releases with rows of their own, receipts.

A release writes its own rows and never points at the figures it was made from: withdrawing one purges its rows and nothing else.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from concertation.apps.ground.models import GuardedModel, new_id

STANDINGS = [
    ("draft", _("préparée")), ("published", _("publiée")), ("received", _("reçue")), ("withdrawn", _("retirée")),
]  # fmt: skip


class OwnNode(models.Model):
    """Whose node this is; one line at most."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    state = models.CharField(max_length=3)
    made_at = models.DateTimeField()


class SigningKey(models.Model):
    """A public key accepted by a person who compared its fingerprint; its private half never enters the database."""

    fingerprint = models.CharField(max_length=40, primary_key=True)
    node = models.CharField(max_length=3)
    role = models.CharField(max_length=24)
    public = models.BinaryField()
    valid_from = models.DateField()
    valid_to = models.DateField()
    accepted_at = models.DateTimeField()
    revoked_on = models.DateField(null=True)


class Release(GuardedModel):
    """One release of this node or of another: its number, hash, note as signed, and what became of it. The owner State is its node's."""

    node = models.CharField(max_length=3)
    sequence = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, unique=True)
    previous = models.CharField(max_length=64, blank=True)
    withdraws = models.CharField(max_length=64, blank=True)
    table = models.CharField(max_length=24)
    concept = models.CharField(max_length=40)
    note = models.BinaryField()
    standing = models.CharField(max_length=12, choices=STANDINGS)
    expires_on = models.DateField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node", "sequence"], name="release_one_per_number")]


class ReleasedFigure(GuardedModel):
    """A cell of a released table, as others see it: shown, hidden, or not held; only what is shown has a value."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="released_figures")
    unit = models.CharField(max_length=120)
    unit_name = models.CharField(max_length=200)
    level = models.PositiveSmallIntegerField()
    sector = models.CharField(max_length=12)
    value = models.BigIntegerField(null=True)
    state = models.CharField(max_length=12)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "unit", "sector"], name="released_figure_once")]


class Receipt(models.Model):
    """What a node says it did with a release: taken in, or purged with so many rows; signed by that node."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    node = models.CharField(max_length=3)
    digest = models.CharField(max_length=64)
    act = models.CharField(max_length=12)
    rows = models.PositiveIntegerField()
    made_on = models.DateField()
    signature = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node", "digest", "act"], name="receipt_once")]
