"""Frameworks as declared, readings as they became known, and what followed when a threshold was met."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from concertation.apps.ground.models import GuardedModel, new_id


class FrameworkVersion(GuardedModel):
    """One version of a framework: the bytes of its file. Once signed it is never changed; another version is another row."""

    slug = models.CharField(max_length=80, db_index=True)
    edition = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    is_shipped = models.BooleanField(default=False)
    signed_at = models.DateTimeField(null=True)
    signed_by = models.CharField(max_length=64, blank=True)
    signed_under = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["slug", "edition"], name="framework_edition_once")]

    def __str__(self) -> str:
        return f"{self.slug} {self.edition}"


class IndicatorReading(GuardedModel):
    """One value of an indicator, kept for ever: when it was issued, and when it became known here. A correction is another row.

    `series` names country, source and indicator, so that every framework that reads the same thing reads the same rows.
    """

    series = models.CharField(max_length=160)
    unit = models.CharField(max_length=160, blank=True)
    year = models.SmallIntegerField()
    issue = models.SmallIntegerField()
    value = models.FloatField()
    issued_on = models.DateField(null=True)
    known_at = models.DateTimeField()
    vintage = models.PositiveSmallIntegerField(default=1)
    source = models.CharField(max_length=120)
    licence = models.CharField(max_length=120, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "unit", "year", "issue", "vintage", "owner_state", "holder"], name="reading_vintage_once"),
        ]
        indexes = [models.Index(fields=["series", "known_at"])]


class FieldBrought(GuardedModel):
    """A field that readings were counted from: its file by hash, the ground it was counted over, and how well each area is covered."""

    slug = models.CharField(max_length=80, db_index=True)
    indicator = models.CharField(max_length=80)
    file_name = models.CharField(max_length=160)
    file_sha256 = models.CharField(max_length=64)
    level = models.PositiveSmallIntegerField()
    first_day = models.DateField()
    last_day = models.DateField()
    source = models.CharField(max_length=120)
    licence = models.CharField(max_length=120, blank=True)
    told = models.BinaryField()
    brought_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slug", "indicator", "file_sha256", "level", "owner_state", "holder"], name="field_brought_once"),
        ]


class Activation(GuardedModel):
    """A window that fired in a season: its evidence, and every step from there. Money moves only once it is activated."""

    STATES = [
        ("alert", _("alerte, sans argent")), ("met", _("seuil atteint, non activé")), ("certified", _("lecture certifiée, non activé")),
        ("activated", _("activé")), ("closed", _("clos")), ("stood-down", _("levé")),
    ]

    framework = models.ForeignKey(FrameworkVersion, on_delete=models.PROTECT, related_name="+")
    slug = models.CharField(max_length=80)
    window = models.CharField(max_length=40)
    unit = models.CharField(max_length=160, blank=True)
    season = models.SmallIntegerField()
    state = models.CharField(max_length=12, choices=STATES, default="met")
    evidence = models.BinaryField()
    met_at = models.DateTimeField()
    certified_at = models.DateTimeField(null=True)
    activated_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["slug", "window", "unit", "season"], name="activation_once_a_season")]


class Confirmation(models.Model):
    """A person's word on an activation, under a mandate. Never changed."""

    KINDS = [("certify", _("certifie la lecture")), ("approve", _("approuve l'activation")), ("no-objection", _("délai passé sans objection"))]

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    activation = models.ForeignKey(Activation, on_delete=models.PROTECT, related_name="confirmations")
    kind = models.CharField(max_length=12, choices=KINDS)
    person = models.CharField(max_length=64)
    mandate = models.CharField(max_length=120)
    note = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["activation", "kind"], name="confirmed_once_a_kind")]


class Reservation(models.Model):
    """Money of an agency taken from the named amount when a window is activated, in whole minor units."""

    STATES = [("reserved", _("réservé")), ("transferred", _("versé")), ("returned", _("rendu"))]

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    activation = models.ForeignKey(Activation, on_delete=models.PROTECT, related_name="reservations")
    place = models.PositiveSmallIntegerField()
    fund = models.CharField(max_length=80)
    envelope = models.ForeignKey("funding.TriggerEnvelope", null=True, on_delete=models.PROTECT, related_name="+")
    agency = models.CharField(max_length=120)
    sector = models.CharField(max_length=12, blank=True)
    currency = models.CharField(max_length=3)
    asked = models.BigIntegerField()
    given = models.BigIntegerField()
    state = models.CharField(max_length=12, choices=STATES, default="reserved")
    transferred_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["activation", "place"], name="reserved_once")]


class ActionTaken(models.Model):
    """An action agreed in the framework, once its window is activated: who owes it, when it began, when it was done."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    activation = models.ForeignKey(Activation, on_delete=models.PROTECT, related_name="actions")
    place = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=40)
    words_fr = models.CharField(max_length=240)
    words_en = models.CharField(max_length=240)
    owner = models.CharField(max_length=120)
    lead_days = models.PositiveSmallIntegerField(null=True)
    people = models.PositiveIntegerField(null=True)
    started_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["activation", "place"], name="action_once")]
