"""Summary tables of the picture: what pages read instead of counting activities."""

from django.db import models

from concertation.apps.ground.models import new_id


class PresenceSummary(models.Model):
    """Actors and activities declared in a unit and sector, as one level of reader may see them.

    `audience` is a sensitivity level: the row counts every activity open at that level or a more open one.
    `sector` is `ALL` for any sector.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner_state = models.CharField(max_length=3)
    audience = models.CharField(max_length=12)
    unit = models.ForeignKey("places.AdminUnit", on_delete=models.CASCADE, related_name="+")
    level = models.PositiveSmallIntegerField()
    sector = models.CharField(max_length=12)
    period_start = models.DateField()
    period_end = models.DateField()
    actors = models.PositiveIntegerField()
    activities = models.PositiveIntegerField()
    local_actors = models.PositiveIntegerField(default=0)
    ongoing = models.PositiveIntegerField(default=0)
    ending_soon = models.PositiveIntegerField(default=0)
    undated = models.PositiveIntegerField(default=0)
    targeted = models.BigIntegerField(null=True)
    reached = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["audience", "unit", "sector", "period_start", "period_end"], name="presence_summary_once",
            ),
        ]
        indexes = [models.Index(fields=["owner_state", "audience", "level", "sector"])]


class SummaryPosition(models.Model):
    """How far in a State's journal its summaries have been brought."""

    state = models.CharField(max_length=3, primary_key=True)
    sequence = models.PositiveBigIntegerField(default=0)
    refreshed_at = models.DateTimeField(null=True)
