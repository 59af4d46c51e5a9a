"""Rapid response: alerts, what each sector did about them, the delay a State agreed to; and dated bulletins of disasters.

A row says a commune, a kind of need and a group of people. It has no room for an event between armed people, for a position, for a
force or for the name of who told.
"""

from django.db import models

from concertation.apps.ground.models import GuardedModel


class Alert(GuardedModel):
    """An alert as told, and its joint assessment. One that its holder withdrew stays and no longer counts.

    `entry_token`: the form it was entered with, so that a form sent twice makes one row. `seen`: the answers a reader may see, as its query fetched them.
    """

    import_run = models.ForeignKey("sources.ImportRun", null=True, on_delete=models.CASCADE, related_name="alerts")
    sheet = models.CharField(max_length=120, blank=True)
    row = models.PositiveIntegerField(null=True)
    unit = models.ForeignKey("places.AdminUnit", on_delete=models.PROTECT, related_name="alerts")
    place_written = models.TextField(blank=True)
    doubt_key = models.CharField(max_length=400, blank=True, db_index=True)
    placed = models.CharField(max_length=12, default="exact")
    nature = models.CharField(max_length=24)
    group = models.CharField(max_length=24, default="idp")
    raised_on = models.DateField()
    teller = models.CharField(max_length=12, default="other")
    households = models.PositiveIntegerField(null=True)
    people = models.PositiveIntegerField(null=True)
    facilities = models.PositiveIntegerField(null=True)
    assessed_on = models.DateField(null=True)
    assessors = models.CharField(max_length=240, blank=True)
    outcome = models.CharField(max_length=16, default="waiting")
    begun_on = models.DateField(null=True)
    took_days = models.PositiveIntegerField(null=True)
    coverage = models.CharField(max_length=12, default="unsaid")
    entry_token = models.UUIDField(null=True, unique=True)
    withdrawn_at = models.DateTimeField(null=True)
    seen: "list[SectorAnswer]"

    class Meta:
        constraints = [models.UniqueConstraint(fields=["import_run", "sheet", "row"], name="alert_row_once")]
        indexes = [models.Index(fields=["owner_state", "raised_on"])]


class SectorAnswer(GuardedModel):
    """What one sector, as one holder tells it, did about an alert: covered or not and why. Protection is never more open than its State."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="answers")
    sector = models.CharField(max_length=12)
    state = models.CharField(max_length=12)
    reason = models.CharField(max_length=24, blank=True)
    organisation = models.CharField(max_length=240, blank=True)
    households = models.PositiveIntegerField(null=True)
    begun_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alert", "sector", "holder"], name="answer_once_a_sector")]


class ResponseAim(GuardedModel):
    """In how many days of an alert a State agreed that the first answer begins, and which text says so. The newest counts."""

    days = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=240)
    agreed_on = models.DateField(null=True)
    is_undone = models.BooleanField(default=False)


class Bulletin(GuardedModel):
    """A bulletin of a national service: cumulative numbers since its season began, on the day they speak of."""

    import_run = models.OneToOneField("sources.ImportRun", on_delete=models.CASCADE, related_name="bulletin")
    hazard = models.CharField(max_length=12)
    season = models.SmallIntegerField()
    as_of = models.DateField()
    service = models.CharField(max_length=240, blank=True)
    seen: "list[BulletinLine]"

    class Meta:
        indexes = [models.Index(fields=["owner_state", "hazard", "season", "as_of"])]


class BulletinLine(GuardedModel):
    """One line of a bulletin as printed; without unit, the total. A number nobody printed is absent."""

    bulletin = models.ForeignKey(Bulletin, on_delete=models.CASCADE, related_name="lines")
    unit = models.ForeignKey("places.AdminUnit", null=True, on_delete=models.PROTECT, related_name="+")
    is_total = models.BooleanField(default=False)
    place_written = models.CharField(max_length=240, blank=True)
    row = models.PositiveIntegerField()
    households = models.PositiveBigIntegerField(null=True)
    people = models.PositiveBigIntegerField(null=True)
    houses = models.PositiveBigIntegerField(null=True)
    livestock = models.PositiveBigIntegerField(null=True)
    assisted_households = models.PositiveBigIntegerField(null=True)
    assisted_people = models.PositiveBigIntegerField(null=True)
    assisted_households_percent = models.FloatField(null=True)
    assisted_people_percent = models.FloatField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bulletin", "row"], name="bulletin_row_once")]
