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
    """The bytes of a file as received, kept once under their SHA-256 in the node's folder."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    received_at = models.DateTimeField(auto_now_add=True)


class ImportRun(GuardedModel):
    """One file brought in for one State: what was understood of it and how far it is.

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

    class Meta:
        indexes = [models.Index(fields=["owner_state", "kind", "status"])]
        constraints = [
            models.UniqueConstraint(
                fields=["file", "owner_state"], condition=models.Q(status__in=["writing", "stored"]), name="file_counts_once",
            ),
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
    """Which column means what in files with these headings, as a person settled it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    state = models.CharField(max_length=3)
    kind = models.CharField(max_length=40)
    signature = models.CharField(max_length=64)
    columns = models.JSONField()
    author = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["state", "kind", "signature"], name="mapping_once")]
