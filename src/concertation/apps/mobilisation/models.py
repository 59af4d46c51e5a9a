"""What is asked for together, what is promised and what of it was received. Amounts are whole minor units of the row's currency.

A giver is an organisation, or a pool of individuals without a name. No file of a bank or of mobile money is kept: only its hash and, of
its lines, the day, the amount and a reference that is a code.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from concertation.apps.funding.models import PARTY_TYPES
from concertation.apps.ground.bilingual import Bilingual
from concertation.apps.ground.models import GuardedModel, new_id
from concertation.core.mobilisation.ledger import Kind

APPEAL_KINDS = [("appeal", _("appel conjoint")), ("envelope", _("enveloppe ouverte d'avance"))]
MEETING_STATES = [("planned", _("prévue")), ("held", _("tenue")), ("cancelled", _("annulée"))]
KINDS = [(Kind.CASH.value, _("en argent")), (Kind.IN_KIND.value, _("en nature"))]
FIRST_GIVERS = ("company", "foundation", "diaspora_association", "diaspora_individual_pool", "individual_pool")
GIVER_TYPES = sorted(PARTY_TYPES, key=lambda pair: FIRST_GIVERS.index(pair[0]) if pair[0] in FIRST_GIVERS else len(FIRST_GIVERS))
VALUERS = [("giver", _("le donateur")), ("receiver", _("le bénéficiaire")), ("third-party", _("un tiers"))]
CHANNELS = [("bank", _("virement bancaire")), ("mobile-money", _("argent mobile")), ("cash", _("espèces, avec reçu")), ("delivery", _("livraison"))]
SIDES = [("receiver", _("dit par qui reçoit")), ("giver", _("déclaré par le donateur"))]
LINE_STATES = [("open", _("à rapprocher")), ("settled", _("rapprochée")), ("aside", _("mise de côté"))]


class Appeal(Bilingual, GuardedModel):
    """A joint appeal, or an envelope opened beforehand: what for, how much, until when. States and sectors stand between bars; none means any."""

    kind = models.CharField(max_length=10, choices=APPEAL_KINDS, default="appeal")
    title_fr = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    purpose_fr = models.TextField(blank=True)
    purpose_en = models.TextField(blank=True)
    states = models.CharField(max_length=80, blank=True)
    sectors = models.CharField(max_length=200, blank=True)
    asked_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    opens_on = models.DateField()
    closes_on = models.DateField(null=True)
    document = models.CharField(max_length=200, blank=True)
    withdrawn_on = models.DateField(null=True)

    @property
    def purpose(self) -> str:
        """What it is for, in the reader's language, else in the other."""
        return self.told("purpose")

    def __str__(self) -> str:
        return self.title


class Envelope(Bilingual, GuardedModel):
    """One part of an appeal: an amount for a State and a sector, in the appeal's currency."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=3, blank=True)
    sector = models.CharField(max_length=12, blank=True)
    title_fr = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    amount_minor = models.BigIntegerField()
    withdrawn_on = models.DateField(null=True)


class Meeting(Bilingual, GuardedModel):
    """A pledging meeting: when, where, for which appeal. Who spoke is not kept: what was promised is."""

    appeal = models.ForeignKey(Appeal, null=True, on_delete=models.PROTECT, related_name="+")
    title_fr = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    held_on = models.DateField()
    place = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=10, choices=MEETING_STATES, default="planned")
    outcome_fr = models.TextField(blank=True)
    outcome_en = models.TextField(blank=True)
    document = models.CharField(max_length=200, blank=True)
    withdrawn_on = models.DateField(null=True)

    @property
    def outcome(self) -> str:
        """What came of it, in the reader's language, else in the other."""
        return self.told("outcome")

    def __str__(self) -> str:
        return self.title


class Pledge(GuardedModel):
    """What a giver promised. `reference` is what a payment should name; an amount of a pledge in kind is its value, with who gave it and when."""

    reference = models.CharField(max_length=16, unique=True)
    appeal = models.ForeignKey(Appeal, null=True, on_delete=models.PROTECT, related_name="+")
    envelope = models.ForeignKey(Envelope, null=True, on_delete=models.PROTECT, related_name="+")
    meeting = models.ForeignKey(Meeting, null=True, on_delete=models.PROTECT, related_name="+")
    giver_type = models.CharField(max_length=32, choices=GIVER_TYPES)
    giver = models.CharField(max_length=240, blank=True)
    people = models.PositiveIntegerField(null=True)
    country = models.CharField(max_length=3, blank=True)
    kind = models.CharField(max_length=8, choices=KINDS, default=Kind.CASH.value)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    what = models.CharField(max_length=300, blank=True)
    valued_by = models.CharField(max_length=12, choices=VALUERS, blank=True)
    valued_on = models.DateField(null=True)
    valued_how = models.CharField(max_length=300, blank=True)
    pledged_on = models.DateField()
    states = models.CharField(max_length=80, blank=True)
    sectors = models.CharField(max_length=200, blank=True)
    document = models.CharField(max_length=200, blank=True)
    counted_publicly = models.BooleanField(default=False)
    taken_back_on = models.DateField(null=True)
    taken_back_why = models.CharField(max_length=300, blank=True)
    withdrawn_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["owner_state", "pledged_on"])]

    def __str__(self) -> str:
        return self.reference


class Instalment(GuardedModel):
    """One part of a pledge and the day it was promised for; its masters and level are the pledge's."""

    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    amount_minor = models.BigIntegerField()
    due_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pledge", "number"], name="instalment_number_once")]


class Statement(GuardedModel):
    """A statement of a bank or of mobile money that was read: its hash, the currency stated for it, what was wrong. The file is not kept."""

    sha256 = models.CharField(max_length=64)
    currency = models.CharField(max_length=3, blank=True)
    read_on = models.DateField()
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    lines = models.PositiveIntegerField(default=0)
    problems = models.BinaryField(default=bytes)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner_state", "sha256"], name="statement_once_per_state")]


class StatementLine(GuardedModel):
    """Money in, as one line of a statement says it: no name, no account, no label. `repeats` is a line of an earlier statement that says the same."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="+")
    row = models.PositiveIntegerField()
    day = models.DateField(null=True)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    reference = models.CharField(max_length=40, blank=True)
    promised = models.CharField(max_length=16, blank=True)
    state = models.CharField(max_length=8, choices=LINE_STATES, default="open")
    why = models.CharField(max_length=200, blank=True)
    repeats = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["statement", "row"], name="statement_line_once")]
        indexes = [models.Index(fields=["owner_state", "state"])]


class PledgeReceipt(GuardedModel):
    """Money or goods received of a pledge. What the giver declares counts once the receiving side confirms it; a receipt taken back stays."""

    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="+")
    received_on = models.DateField()
    amount_minor = models.BigIntegerField()
    channel = models.CharField(max_length=14, choices=CHANNELS)
    reference = models.CharField(max_length=80, blank=True)
    said_by = models.CharField(max_length=8, choices=SIDES)
    confirmed_on = models.DateField(null=True)
    line = models.ForeignKey(StatementLine, null=True, on_delete=models.PROTECT, related_name="+")
    taken_back_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line"], condition=models.Q(taken_back_on__isnull=True), name="statement_line_settles_once"),
            models.UniqueConstraint(fields=["pledge", "reference", "received_on", "amount_minor"], condition=models.Q(taken_back_on__isnull=True) & ~models.Q(reference=""), name="pledge_receipt_once"),
        ]  # fmt: skip


class Settlement(models.Model):
    """The part of a receipt that pays one instalment."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    receipt = models.ForeignKey(PledgeReceipt, on_delete=models.PROTECT, related_name="+")
    instalment = models.ForeignKey(Instalment, on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["receipt", "instalment"], name="receipt_settles_instalment_once")]


class InstalmentReminder(models.Model):
    """A reminder of an instalment that was written, so that it goes once per stage and day promised."""

    instalment = models.ForeignKey(Instalment, on_delete=models.CASCADE, related_name="+")
    stage = models.CharField(max_length=8)
    due = models.DateField()
    made_at = models.DateTimeField()
    people = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instalment", "stage", "due"], name="one_instalment_reminder_per_stage")]


class PublicTotals(GuardedModel):
    """Totals somebody published for a State or the framework: protected sums without any name, as they stood on a day. `content` is JSON."""

    as_of = models.DateField()
    pledges = models.PositiveIntegerField()
    content = models.BinaryField()
    withdrawn_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["owner_state", "as_of"])]
