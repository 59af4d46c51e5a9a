"""The register of organisations: one stable id, many spellings, merges with their history."""

from django.db import models

from concertation.apps.ground.models import GuardedModel, new_id


class Organisation(GuardedModel):
    """An organisation as the framework knows it; `slug` is stable and stands in addresses.

    `merged_into` is the organisation that stands for it after every merge that still holds; it follows from OrganisationMerge.
    """

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


class OrganisationMerge(models.Model):
    """A person's answer that two organisations are one: `gone` is read as `kept` until the merge is taken back. Never deleted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    gone = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="merges_into_another")
    kept = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="merges_into_this")
    reason = models.CharField(max_length=240, blank=True)
    author = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gone"], condition=models.Q(taken_back_at__isnull=True), name="merged_once"),
        ]


class KeptApart(models.Model):
    """A person's answer that two organisations with like names are two; they are not offered for merging again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    first = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    author = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="kept_apart_once")]
