"""Who does what where: activities as declared, each knowing its file, sheet and row; and the reports that cover a period."""

from django.db import models

from concertation.apps.ground.models import GuardedModel, new_id


class Activity(GuardedModel):
    """One declared row. `identical_to_row` names the first row equal to it in its file: presence is counted once.

    A row entered by hand knows the form it was sent with (`entry_token`: the same form sent twice is one row); one that its holder
    withdrew stays and no longer counts.
    """

    import_run = models.ForeignKey("sources.ImportRun", on_delete=models.CASCADE, related_name="activities")
    sheet = models.CharField(max_length=120, blank=True)
    row = models.PositiveIntegerField()
    identical_to_row = models.PositiveIntegerField(null=True)
    organisation = models.ForeignKey("organisations.Organisation", null=True, on_delete=models.PROTECT, related_name="activities")
    org_written = models.CharField(max_length=240, blank=True)
    implementer = models.CharField(max_length=240, blank=True)
    donors = models.CharField(max_length=400, blank=True)
    sector = models.CharField(max_length=12, blank=True)
    sector_written = models.CharField(max_length=160, blank=True)
    activity = models.TextField(blank=True)
    indicator = models.TextField(blank=True)
    modality = models.CharField(max_length=120, blank=True)
    status = models.CharField(max_length=20, blank=True)
    unit = models.ForeignKey("places.AdminUnit", on_delete=models.PROTECT, related_name="activities")
    place_written = models.TextField(blank=True)
    doubt_key = models.CharField(max_length=400, blank=True, db_index=True)
    place_name = models.CharField(max_length=240, blank=True)
    placed = models.CharField(max_length=12)
    start = models.DateField(null=True)
    end = models.DateField(null=True)
    period_start = models.DateField(null=True)
    period_end = models.DateField(null=True)
    group = models.CharField(max_length=24, default="all")
    targeted = models.BigIntegerField(null=True)
    reached = models.BigIntegerField(null=True)
    beneficiaries = models.BigIntegerField(null=True)
    repeated_number = models.BooleanField(default=False)
    split = models.JSONField(default=dict)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    observation = models.TextField(blank=True)
    entry_token = models.UUIDField(null=True, unique=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["import_run", "sheet", "row"], name="activity_row_once")]
        # A State's list in its order, and by sector; each ends with all by which activities are counted, so that rows are read only where they are shown.
        indexes = [
            models.Index(fields=["owner_state", "-end", "id", "sensitivity", "sector", "import_run", "identical_to_row", "withdrawn_at"], name="activity_as_listed"),
            models.Index(fields=["owner_state", "sector", "organisation", "id", "sensitivity", "import_run", "identical_to_row", "withdrawn_at"], name="activity_by_sector"),
            models.Index(fields=["unit", "sector"]),
        ]


class ActivityPlace(models.Model):
    """A unit an activity names; several communes in one cell give several places and the people are not split."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="places")
    unit = models.ForeignKey("places.AdminUnit", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["activity", "unit"], name="activity_place_once")]


class Report(GuardedModel):
    """That a State's presence was reported for a period, in which sectors and by how many organisations.

    Only under a report may the absence of a declared activity be said.
    """

    import_run = models.OneToOneField("sources.ImportRun", on_delete=models.CASCADE, related_name="report")
    period_start = models.DateField()
    period_end = models.DateField()
    sectors = models.JSONField(default=list)
    organisations = models.PositiveIntegerField()
