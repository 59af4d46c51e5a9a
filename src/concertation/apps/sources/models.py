"""Where figures come from: published sources, raw files kept by hash, imports with their problems, doubts and mappings."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from concertation.apps.ground.models import SENSITIVITIES, GuardedModel, new_id

STATUSES = [
    ("received", _("reçu")),
    ("reading", _("lecture en cours")),
    ("previewed", _("à vérifier")),
    ("writing", _("enregistrement en cours")),
    ("stored", _("enregistré")),
    ("cancelled", _("annulé")),
    ("refused", _("refusé")),
    ("withdrawn", _("retiré")),
    ("superseded", _("remplacé")),
]


class Source(models.Model):
    """A publication, a data set or a file: what a figure's reader is sent to."""

    id = models.CharField(max_length=80, primary_key=True)
    title = models.CharField(max_length=300)
    publisher = models.CharField(max_length=200, blank=True)
    url = models.CharField(max_length=400, blank=True)
    published_on = models.DateField(null=True)
    licence = models.CharField(max_length=160, blank=True)
    note = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.title


class ReferenceSet(models.Model):
    """Which state of the reference tables this node has loaded."""

    digest = models.CharField(max_length=64, primary_key=True)
    loaded_at = models.DateTimeField(auto_now=True)


class RawFile(models.Model):
    """The bytes of a file as received, kept once under their SHA-256 in the node's folder; `erased_at` since no State keeps them."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    received_at = models.DateTimeField(auto_now_add=True)
    erased_at = models.DateTimeField(null=True)


ERASED_FOR = [
    ("personal", _("le fichier contient des données personnelles")),
    ("mistaken", _("fichier envoyé par erreur")),
    ("agreement", _("convention de partage échue ou refusée")),
    ("request", _("demande de qui l'a fourni")),
    ("retention", _("durée de conservation échue")),
]


class RawKeeping(models.Model):
    """That a State keeps the bytes of a file, since a day; or that it had them erased, when and why. Rows and hash stay."""

    file = models.ForeignKey(RawFile, on_delete=models.PROTECT, related_name="keepings")
    state = models.CharField(max_length=3)
    received_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=12, blank=True, choices=ERASED_FOR)
    erased_by = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "received_at"])]
        constraints = [models.UniqueConstraint(fields=["file", "state"], name="kept_once_per_state")]


class RawRetention(models.Model):
    """For how many months a State keeps the bytes of files; none set, or null, means without end."""

    state = models.CharField(max_length=3, primary_key=True)
    months = models.PositiveSmallIntegerField(null=True)
    set_by = models.CharField(max_length=64)
    set_at = models.DateTimeField(auto_now=True)


class ImportRun(GuardedModel):
    """One file brought in for one State: what was understood of it and how far it is.

    `replaces` is the earlier import whose rows stop counting the moment this one's begin to.
    `beat_at` is the last sign of life of the work on it; `share_as` says who will see its rows, while the run itself, with its
    raw cells and its doubts, stays with the State.
    """

    file = models.ForeignKey(RawFile, on_delete=models.PROTECT, related_name="runs")
    kind = models.CharField(max_length=40, blank=True)
    source = models.ForeignKey(Source, null=True, on_delete=models.PROTECT, related_name="runs")
    status = models.CharField(max_length=12, choices=STATUSES, default="received")
    period_start = models.DateField(null=True)
    period_end = models.DateField(null=True)
    share_as = models.CharField(max_length=12, choices=SENSITIVITIES, default="confidential")
    mapping = models.BinaryField(default=b"{}")
    summary = models.BinaryField(default=b"{}")
    step = models.CharField(max_length=40, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    cancel_asked = models.BooleanField(default=False)
    beat_at = models.DateTimeField(null=True)
    stored_at = models.DateTimeField(null=True)
    by = models.CharField(max_length=64)
    replaces = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="replaced_by")

    class Meta:
        indexes = [models.Index(fields=["owner_state", "kind", "status"])]
        constraints = [
            models.UniqueConstraint(
                fields=["file", "owner_state"], condition=models.Q(status__in=["writing", "stored"]), name="file_counts_once",
            ),
            models.UniqueConstraint(fields=["replaces"], condition=models.Q(status__in=["writing", "stored"]), name="replaced_once"),
        ]


class ImportProblem(models.Model):
    """A problem of an import, counted over the cells that hold the same value, with the first of them."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="problems")
    code = models.CharField(max_length=60)
    value = models.CharField(max_length=300, blank=True)
    detail = models.JSONField(default=dict)
    count = models.PositiveIntegerField(default=1)
    sheet = models.CharField(max_length=120, blank=True)
    row = models.PositiveIntegerField(null=True)
    column = models.CharField(max_length=120, blank=True)


class Doubt(GuardedModel):
    """Something a person has to settle once: a written place or organisation, its candidates, and the answer."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="doubts")
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=400)
    written = models.JSONField()
    candidates = models.JSONField(default=list)
    count = models.PositiveIntegerField()
    row = models.PositiveIntegerField(null=True)
    answer = models.CharField(max_length=120, blank=True)
    answered_by = models.CharField(max_length=64, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "owner_state", "kind", "key"], name="doubt_once_per_run")]
        indexes = [models.Index(fields=["owner_state", "answered_at"])]


class SavedMapping(models.Model):
    """Which column means what in files with these headings, as a person settled it; one put aside stays and is no longer used."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    state = models.CharField(max_length=3)
    kind = models.CharField(max_length=40)
    signature = models.CharField(max_length=64)
    columns = models.JSONField()
    headings = models.JSONField(default=dict)
    name = models.CharField(max_length=120, blank=True)
    put_aside_at = models.DateTimeField(null=True)
    author = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["state", "kind", "signature"], name="mapping_once")]


PERIOD_STATUSES = [("open", _("ouverte")), ("validated", _("validée")), ("frozen", _("gelée"))]
DECLARED_BY = [("import", _("fichier")), ("form", _("formulaire")), ("nothing", _("rien à déclarer"))]
EXPECTED_BY_HAND = [("added", _("ajoutée")), ("excused", _("excusée"))]


class ReportingPeriod(GuardedModel):
    """Days that a State reports on, in all sectors or in one (`sector`), due on a day; validated, then frozen.

    `declared` of `expected` organisations are counted after each act, `expected` null where no list can be made; `_open` leaves
    out the restricted sectors, and is null in a period of one of them.
    """

    sector = models.CharField(max_length=12, blank=True)
    start = models.DateField()
    end = models.DateField()
    due_on = models.DateField()
    status = models.CharField(max_length=10, choices=PERIOD_STATUSES, default="open")
    opened_by = models.CharField(max_length=64)
    validated_by = models.CharField(max_length=64, blank=True)
    validated_at = models.DateTimeField(null=True)
    frozen_by = models.CharField(max_length=64, blank=True)
    frozen_at = models.DateTimeField(null=True)
    declared = models.PositiveIntegerField(default=0)
    expected = models.PositiveIntegerField(null=True)
    declared_open = models.PositiveIntegerField(null=True)
    expected_open = models.PositiveIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["owner_state", "sector", "start"])]
        constraints = [models.UniqueConstraint(fields=["owner_state", "sector", "start"], name="period_starts_once")]


class Declaration(GuardedModel):
    """That an organisation declared in a period: by a file, by the form, or that it has nothing to declare.

    Held by the organisation and closed to all but itself, its sector's lead and the State's data manager: others see totals.
    """

    period = models.ForeignKey(ReportingPeriod, on_delete=models.CASCADE, related_name="declarations")
    organisation = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="declarations")
    sector = models.CharField(max_length=12, blank=True)
    import_run = models.ForeignKey(ImportRun, null=True, on_delete=models.CASCADE, related_name="declarations")
    via = models.CharField(max_length=8, choices=DECLARED_BY)
    declared_at = models.DateTimeField()
    rows = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["period", "organisation", "sector", "import_run"], condition=models.Q(import_run__isnull=False), name="declared_once_per_file",
            ),
            models.UniqueConstraint(
                fields=["period", "organisation", "sector", "via"], condition=models.Q(import_run__isnull=True), name="declared_once_by_hand",
            ),
        ]


class ExpectedReporter(GuardedModel):
    """That an organisation is expected in a period by a person's word, or excused from it; `reason` is one of a list."""

    period = models.ForeignKey(ReportingPeriod, on_delete=models.CASCADE, related_name="named_reporters")
    organisation = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(max_length=8, choices=EXPECTED_BY_HAND)
    reason = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["period", "organisation"], name="reporter_named_once")]


class SectorLead(GuardedModel):
    """The organisation that leads a sector of a State in a year, since a day, until another is named."""

    sector = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    organisation = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="sectors_led")
    since = models.DateField()
    ended_on = models.DateField(null=True)
    named_by = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner_state", "sector", "year"], condition=models.Q(ended_on__isnull=True), name="one_lead_at_a_time"),
        ]


class Reminder(models.Model):
    """That an organisation was reminded of a period at a stage: once each."""

    period = models.ForeignKey(ReportingPeriod, on_delete=models.CASCADE, related_name="reminders")
    organisation = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=6)
    made_at = models.DateTimeField()
    people = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["period", "organisation", "stage"], name="reminded_once_per_stage")]
