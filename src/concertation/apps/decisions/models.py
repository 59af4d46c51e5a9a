"""Sessions and their decisions in the product's own words, each official wording, and what each State did of them.

A decision and a session are public; what a State reports of its own implementation has two masters and is read as it allows.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from concertation.apps.ground.bilingual import Bilingual
from concertation.apps.ground.models import GuardedModel
from concertation.core.decisions import Acceptance, Evidence, Implementation
from concertation.core.plan import ActivityState, LineKind

BODIES = [("ministers", _("ministres")), ("experts", _("experts")), ("technical", _("comité technique"))]
SESSION_STATES = [("planned", _("prévue")), ("held", _("tenue")), ("cancelled", _("annulée"))]
PRESENCES = [("present", _("présent")), ("invited", _("invité, présence non confirmée")), ("excused", _("excusé")), ("absent", _("absent"))]
CAPACITIES = [("member", _("membre")), ("invited", _("invité")), ("observer", _("observateur")), ("secretariat", _("secrétariat"))]
KINDS = [("decision", _("décision des ministres")), ("recommendation", _("recommandation à un tiers"))]
IMPLEMENTATIONS = [
    (Implementation.NOT_STARTED.value, _("non commencée")), (Implementation.PLANNED.value, _("planifiée")), (Implementation.UNDER_WAY.value, _("en cours")),
    (Implementation.PARTLY.value, _("partiellement réalisée")), (Implementation.DONE.value, _("réalisée")), (Implementation.BLOCKED.value, _("bloquée")),
    (Implementation.NOT_APPLICABLE.value, _("sans objet")),
]  # fmt: skip
EVIDENCES = [
    (Evidence.NONE.value, _("aucune")), (Evidence.DECLARED.value, _("déclarée")), (Evidence.DOCUMENTED.value, _("documentée")),
    (Evidence.VERIFIED.value, _("vérifiée par un tiers")),
]  # fmt: skip
ACCEPTANCES = [
    (Acceptance.ACCEPTED.value, _("acceptée")), (Acceptance.WITH_RESERVATION.value, _("acceptée avec réserve")),
    (Acceptance.UNDER_EXAMINATION.value, _("à l'examen")), (Acceptance.NOT_ACCEPTED.value, _("non acceptée")),
]  # fmt: skip

PLAN_KINDS = [
    (LineKind.OBJECTIVE.value, _("objectif")), (LineKind.RESULT.value, _("résultat")), (LineKind.INDICATOR.value, _("indicateur")),
    (LineKind.ACTIVITY.value, _("activité")),
]  # fmt: skip
PLAN_STATES = [
    (ActivityState.PLANNED.value, _("planifiée")), (ActivityState.UNDER_WAY.value, _("en cours")), (ActivityState.DONE.value, _("réalisée")),
    (ActivityState.BLOCKED.value, _("bloquée")), (ActivityState.CANCELLED.value, _("annulée")),
]  # fmt: skip


class Session(Bilingual, models.Model):
    """One session of a body: when, where, what it published and what its minutes say; public, kept by the secretariat."""

    reference = models.SlugField(max_length=24, primary_key=True)
    number = models.PositiveSmallIntegerField(unique=True)
    body = models.CharField(max_length=12, choices=BODIES, default="ministers")
    title_fr = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    starts_on = models.DateField()
    ends_on = models.DateField()
    place = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=SESSION_STATES, default="planned")
    communique = models.TextField(blank=True)
    communique_source = models.CharField(max_length=80, blank=True)
    minutes_fr = models.TextField(blank=True)
    minutes_en = models.TextField(blank=True)
    sources = models.CharField(max_length=200, blank=True)
    source_status = models.CharField(max_length=12, blank=True)
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.title


class Attendance(Bilingual, models.Model):
    """A State or body at a session, by its function: no person is named."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="attendances")
    party = models.CharField(max_length=120)
    party_fr = models.CharField(max_length=200)
    party_en = models.CharField(max_length=200)
    capacity = models.CharField(max_length=12, choices=CAPACITIES)
    presence = models.CharField(max_length=10, choices=PRESENCES)
    source = models.CharField(max_length=80, blank=True)
    source_status = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "party"], name="one_attendance_of_a_party")]

    @property
    def name(self) -> str:
        """The party in the reader's language."""
        return self.told("party")


class Decision(Bilingual, models.Model):
    """One decision: our words, its sources, and what only the secretariat can fill in.

    `due` is null until a session sets a day; such a decision is never overdue. `reference` is the product's own; the official
    one stands in `official_reference` once there is one.
    """

    reference = models.CharField(max_length=24, primary_key=True)
    number = models.PositiveSmallIntegerField(unique=True)
    session = models.ForeignKey(Session, null=True, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=16, choices=KINDS, default="decision")
    official_reference = models.CharField(max_length=60, blank=True)
    title_fr = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    text_fr = models.TextField()
    text_en = models.TextField()
    subjects = models.CharField(max_length=120, blank=True)
    sources = models.CharField(max_length=200, blank=True)
    source_status = models.CharField(max_length=12, blank=True)
    responsible = models.CharField(max_length=200, blank=True)
    indicator = models.CharField(max_length=300, blank=True)
    cost_minor = models.BigIntegerField(null=True)
    cost_currency = models.CharField(max_length=3, default="XOF")
    funding = models.CharField(max_length=300, blank=True)
    due = models.DateField(null=True)
    due_session = models.ForeignKey(Session, null=True, on_delete=models.PROTECT, related_name="days_set")
    version = models.PositiveIntegerField(default=1)

    @property
    def text(self) -> str:
        """The decision in the reader's language, in the product's words."""
        return self.told("text")

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"


class OfficialWording(models.Model):
    """A decision as one document words it; several stand side by side, none replaces another."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="wordings")
    language = models.CharField(max_length=2, choices=[("fr", _("français")), ("en", _("anglais"))])
    text = models.TextField()
    origin = models.CharField(max_length=200)
    source = models.CharField(max_length=80, blank=True)
    written_on = models.DateField(null=True)
    entered_at = models.DateTimeField(auto_now_add=True)


class Answer(models.Model):
    """What a third party answered to a recommendation: each answer is a new row, the last one stands."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="answers")
    addressee = models.CharField(max_length=200)
    acceptance = models.CharField(max_length=18, choices=ACCEPTANCES)
    motive = models.TextField(blank=True)
    answered_on = models.DateField()
    source = models.CharField(max_length=200, blank=True)


class NationalImplementation(GuardedModel):
    """What one State did of a decision: state and evidence are two axes; who declared it never verifies it."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    implementation = models.CharField(max_length=16, choices=IMPLEMENTATIONS)
    percent = models.PositiveSmallIntegerField(null=True)
    cause = models.TextField(blank=True)
    facts = models.TextField(blank=True)
    next_step = models.TextField(blank=True)
    evidence = models.CharField(max_length=12, choices=EVIDENCES, default=Evidence.DECLARED.value)
    documents = models.TextField(blank=True)
    responsible = models.CharField(max_length=200, blank=True)
    due = models.DateField(null=True)
    due_session = models.ForeignKey(Session, null=True, on_delete=models.PROTECT, related_name="+")
    reported_on = models.DateField()
    declared_by = models.CharField(max_length=64)
    verified_by = models.CharField(max_length=64, blank=True)
    verified_on = models.DateField(null=True)
    verified_how = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["decision", "owner_state"], name="one_implementation_of_a_state")]


class FollowUpChange(GuardedModel):
    """One change of a day, a state, a proof or a responsible body: what it was, what it became, when and why; never changed itself."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=16, choices=[
        ("due", _("échéance")), ("implementation", _("mise en œuvre")), ("evidence", _("preuve")), ("responsible", _("responsable")),
    ])  # fmt: skip
    before = models.CharField(max_length=200, blank=True)
    after = models.CharField(max_length=200, blank=True)
    why = models.TextField(blank=True)
    session = models.ForeignKey(Session, null=True, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    by = models.CharField(max_length=64)
    mandate = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["decision", "owner_state"])]


class FollowUpReminder(models.Model):
    """A reminder of a day set for a State that was written, so that it goes once."""

    implementation = models.ForeignKey(NationalImplementation, on_delete=models.CASCADE, related_name="+")
    stage = models.CharField(max_length=8)
    due = models.DateField()
    made_at = models.DateTimeField()
    people = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["implementation", "stage", "due"], name="one_follow_up_reminder_per_stage")]


class PlanEntry(GuardedModel):
    """One line of the common action plan (`core.plan.PlanLine`): what is empty is not held; amounts are whole francs.

    The owner is the framework, or the State that leads an activity. A withdrawn line stays, and can be brought back.
    """

    code = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=10, choices=PLAN_KINDS)
    parent = models.CharField(max_length=24, blank=True)
    title_fr = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300)
    decisions = models.CharField(max_length=120, blank=True)
    national_plan = models.CharField(max_length=300, blank=True)
    assumptions = models.TextField(blank=True)
    unit_of_measure = models.CharField(max_length=60, blank=True)
    baseline = models.BigIntegerField(null=True)
    baseline_on = models.DateField(null=True)
    target = models.BigIntegerField(null=True)
    target_on = models.DateField(null=True)
    value = models.BigIntegerField(null=True)
    value_on = models.DateField(null=True)
    source = models.CharField(max_length=300, blank=True)
    measure = models.CharField(max_length=60, blank=True)
    lead = models.CharField(max_length=200, blank=True)
    partners = models.CharField(max_length=300, blank=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    budget_minor = models.BigIntegerField(null=True)
    funded_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, default="XOF")
    funding = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=12, choices=PLAN_STATES, blank=True)
    withdrawn_on = models.DateField(null=True)
