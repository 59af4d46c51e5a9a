"""Summary tables of the picture: what pages read instead of counting activities."""

from django.db import models

from concertation.apps.ground.models import new_id


class PresenceSummary(models.Model):
    """Organisations and activities declared in a unit and sector for a period, as one level of reader may see them.

    `audience` is a sensitivity level: the row counts every activity open at that level or at a more open one, and leaves out
    restricted sectors for readers outside the State. `sector` ALL counts any sector. `services` adds what was delivered;
    `reached` is the most people in each place and group, summed over places: two labelled values, never mixed.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner_state = models.CharField(max_length=3)
    audience = models.CharField(max_length=12)
    division = models.CharField(max_length=24)
    unit = models.ForeignKey("places.AdminUnit", on_delete=models.CASCADE, related_name="+")
    level = models.PositiveSmallIntegerField()
    sector = models.CharField(max_length=12)
    period_start = models.DateField()
    period_end = models.DateField()
    organisations = models.PositiveIntegerField()
    activities = models.PositiveIntegerField()
    no_finer = models.PositiveIntegerField(default=0)
    services = models.BigIntegerField(null=True)
    reached = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["audience", "division", "unit", "sector", "period_start", "period_end"], name="presence_summary_once",
            ),
        ]
        indexes = [models.Index(fields=["owner_state", "audience", "division", "level", "sector"])]


class CoverageSummary(models.Model):
    """Organisations and activities of a State by kind of organisation, for a period and an audience."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner_state = models.CharField(max_length=3)
    audience = models.CharField(max_length=12)
    period_start = models.DateField()
    period_end = models.DateField()
    org_type = models.CharField(max_length=12, blank=True)
    sector = models.CharField(max_length=12, default="ALL")
    organisations = models.PositiveIntegerField()
    activities = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner_state", "audience", "period_start", "period_end", "org_type", "sector"], name="coverage_summary_once",
            ),
        ]


class SummaryPosition(models.Model):
    """How far in a State's journal its summaries have been brought."""

    state = models.CharField(max_length=3, primary_key=True)
    sequence = models.PositiveBigIntegerField(default=0)
    refreshed_at = models.DateTimeField(null=True)
