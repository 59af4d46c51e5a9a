"""Figures: needs, reach, food security, displacement, plans. Several may stand for one fact; none is merged away."""

from django.db import models
from django.utils.translation import get_language

from concertation.apps.ground.models import GuardedModel


class Figure(GuardedModel):
    """A value with its unit of measure, concept, place, people, source, dates, scope, method and status.

    `value` is null when the source holds none; `value_text` keeps what a text said as it said it. The id follows from the
    content, so that bringing the same figure in again finds the same row. `row` is the first of `rows_summed`.
    """

    concept = models.CharField(max_length=40)
    unit = models.ForeignKey("places.AdminUnit", on_delete=models.PROTECT, related_name="figures")
    sector = models.CharField(max_length=12, default="ALL")
    group = models.CharField(max_length=100, default="all")
    sex = models.CharField(max_length=8, default="all")
    age = models.CharField(max_length=100, default="all")
    disability = models.CharField(max_length=8, default="all")
    value = models.BigIntegerField(null=True)
    value_text = models.CharField(max_length=200, blank=True)
    measure = models.CharField(max_length=16, default="people")
    reference_start = models.DateField(null=True)
    reference_end = models.DateField(null=True)
    extracted_on = models.DateField(null=True)
    source = models.ForeignKey("sources.Source", on_delete=models.PROTECT, related_name="figures")
    scope = models.TextField(blank=True)
    method = models.TextField(blank=True)
    status = models.CharField(max_length=16)
    estimated = models.BooleanField(default=False)
    import_run = models.ForeignKey("sources.ImportRun", null=True, on_delete=models.CASCADE, related_name="figures")
    sheet = models.CharField(max_length=120, blank=True)
    row = models.PositiveIntegerField(null=True)
    rows_summed = models.CharField(max_length=240, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["concept", "unit", "reference_start"]),
            models.Index(fields=["owner_state", "concept", "sector", "reference_start"]),
        ]


class Sector(models.Model):
    """A sector of the response under its HAPI code; `restricted` sectors' presence never leaves its holder and State."""

    code = models.CharField(max_length=12, primary_key=True)
    parent = models.CharField(max_length=12, blank=True)
    name_fr = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160)
    hapi_code = models.CharField(max_length=16, blank=True)
    restricted = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField(default=0)

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if get_language() == "en" else self.name_fr

    def __str__(self) -> str:
        return self.name


class SectorOfState(models.Model):
    """A sector as a State's coordination holds it in one year: who leads it, and whether it is active, merged or handed over."""

    id = models.BigAutoField(primary_key=True)
    state = models.CharField(max_length=3)
    year = models.PositiveSmallIntegerField()
    sector = models.ForeignKey(Sector, on_delete=models.CASCADE, related_name="held_by")
    lead = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=40)
    source = models.CharField(max_length=80)
    source_status = models.CharField(max_length=12)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["state", "year", "sector"], name="sector_once_per_state_and_year")]
