"""Allocation rounds: a question frozen as received, its scenarios, what States ask and say of them, and what people changed by hand.

Questions and answers are kept as bytes, so that their hash is that of what was received or computed. Amounts are whole minor units.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from concertation.apps.ground.models import GuardedModel, new_id

ROUND_STATUSES = [("draft", _("en préparation")), ("proposed", _("soumis aux États")), ("endorsed", _("endossé")), ("abandoned", _("abandonné"))]
SCENARIO_STATUSES = [("queued", _("en attente")), ("solving", _("calcul en cours")), ("solved", _("calculé")), ("failed", _("calcul impossible")), ("cancelled", _("arrêté"))]
STANCES = [("endorses", _("endosse")), ("reserves", _("émet une réserve"))]


class Round(GuardedModel):
    """One joint decision on money: the question as received, under its hash, and how far it is.

    `previous` is the endorsed round whose plan this one departs from as little as it can. `proposed` is the number of the scenario
    put to the States. `estimate` says that the needs are requirements of plans and the money what was observed (a back-test).
    """

    title = models.CharField(max_length=200)
    status = models.CharField(max_length=10, choices=ROUND_STATUSES, default="draft")
    question = models.BinaryField()
    question_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    as_of = models.DateField()
    currency = models.CharField(max_length=3)
    sources = models.PositiveIntegerField()
    cells = models.PositiveIntegerField()
    states = models.CharField(max_length=200)
    held = models.BigIntegerField()
    needed = models.BigIntegerField()
    estimate = models.BooleanField(default=False)
    previous = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    proposed = models.PositiveSmallIntegerField(null=True)
    made_by = models.CharField(max_length=64)
    endorsed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["status", "created_at"])]


class Scenario(models.Model):
    """One way of answering a round's question: its title (empty: said by what it changes), what it changes in the question (`changes`, with the constraints it takes and who has
    joined, as they stood when it was made), and the answer. `beat_at` is the last sign of life of the work on it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="scenarios")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120, blank=True)
    changes = models.BinaryField(default=b"{}")
    question_sha256 = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=10, choices=SCENARIO_STATUSES, default="queued")
    version = models.PositiveIntegerField(default=1)
    step = models.CharField(max_length=40, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    cancel_asked = models.BooleanField(default=False)
    beat_at = models.DateTimeField(null=True)
    answer = models.BinaryField(default=b"")
    overview = models.BinaryField(default=b"{}")
    valid = models.BooleanField(default=False)
    flexibility = models.BinaryField(default=b"")
    valued_at = models.DateTimeField(null=True)
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "number"], name="scenario_numbered_once")]


class StateConstraint(models.Model):
    """What a State asks on its soil in a round: an exclusion (`cap` 0) or a cap for each need, with its motive, day and people concerned."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="constraints")
    state = models.CharField(max_length=3)
    sector = models.CharField(max_length=60, blank=True)
    unit = models.CharField(max_length=120, blank=True)
    cap = models.BigIntegerField(default=0)
    motive = models.TextField()
    stated_on = models.DateField()
    people = models.PositiveBigIntegerField()
    stated_by = models.CharField(max_length=64)
    withdrawn_at = models.DateTimeField(null=True)


class LineChange(models.Model):
    """A line of a scenario's plan set by hand: the amount before and after, and why; taken back, it no longer counts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="line_changes")
    source = models.CharField(max_length=200)
    cell = models.CharField(max_length=200)
    before = models.BigIntegerField()
    after = models.BigIntegerField()
    reason = models.TextField()
    changed_by = models.CharField(max_length=64)
    changed_at = models.DateTimeField(auto_now_add=True)
    taken_back_at = models.DateTimeField(null=True)


class Position(models.Model):
    """What a State says of the scenario put to it: it endorses, or has a reservation with its motive; the last word counts.

    `scenario_version` is that of the scenario it spoke of: a plan changed since asks for a new word.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="positions")
    scenario_version = models.PositiveIntegerField()
    state = models.CharField(max_length=3)
    stance = models.CharField(max_length=8, choices=STANCES)
    motive = models.TextField(blank=True)
    taken_by = models.CharField(max_length=64)
    taken_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["scenario", "state", "taken_at"])]


class Joining(models.Model):
    """That an authority lets a round decide on its money, since a day, by a written word (`reference`)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="joinings")
    authority = models.CharField(max_length=80)
    reference = models.CharField(max_length=200)
    joined_on = models.DateField()
    noted_by = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "authority"], name="authority_joins_once")]


class DonorReply(models.Model):
    """What a donor replies to the value of flexibility of its money in a scenario; attached wherever its lines are shown."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="replies")
    donor = models.CharField(max_length=80)
    text = models.TextField()
    replied_by = models.CharField(max_length=64)
    replied_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scenario", "donor"], name="donor_replies_once")]
