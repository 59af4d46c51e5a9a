"""The register of organisations: one stable id, many spellings, merges with their history."""

from django.db import models

from concertation.apps.ground.models import GuardedModel, new_id


class Organisation(GuardedModel):
    """An organisation as the framework knows it; `slug` is stable and stands in addresses."""

    slug = models.CharField(max_length=80, unique=True)
    acronym = models.CharField(max_length=60, blank=True)
    name_fr = models.CharField(max_length=240, blank=True)
    name_en = models.CharField(max_length=240, blank=True)
    org_type = models.CharField(max_length=12, blank=True)
    sort_key = models.CharField(max_length=240, db_index=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")

    def __str__(self) -> str:
        return self.acronym or self.name_fr or self.name_en or self.slug


class OrganisationSpelling(models.Model):
    """A way the organisation was written; the folded form leads to it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="spellings")
    written = models.CharField(max_length=240)
    folded = models.CharField(max_length=240, db_index=True)
    kind = models.CharField(max_length=12, default="spelling")
    author = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "folded"], name="spelling_once")]
