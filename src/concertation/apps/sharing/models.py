"""What left this node and what came to it: keys that a person accepted, releases with rows of their own, receipts.

A release writes its own rows and never points at the figures it was made from: withdrawing one purges its rows and nothing else.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from concertation.apps.ground.models import GuardedModel, new_id

STANDINGS = [
    ("draft", _("préparée")), ("published", _("publiée")), ("arriving", _("en train d'arriver")), ("received", _("reçue")), ("withdrawn", _("retirée")), ("expired", _("échue")),
]  # fmt: skip


class OwnNode(models.Model):
    """Whose node this is; one line at most."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    state = models.CharField(max_length=3)
    made_at = models.DateTimeField()


class SigningKey(models.Model):
    """A public key accepted by a person who compared its fingerprint; its private half never enters the database."""

    fingerprint = models.CharField(max_length=40, primary_key=True)
    node = models.CharField(max_length=3)
    role = models.CharField(max_length=24)
    public = models.BinaryField()
    valid_from = models.DateField()
    valid_to = models.DateField()
    accepted_at = models.DateTimeField()
    revoked_on = models.DateField(null=True)


class Release(GuardedModel):
    """One release of this node or of another: its number, hash, note as signed, and what became of it. The owner State is its node's.

    `rows` counts the rows that stand here; of a release that is arriving, those that came so far.
    """

    node = models.CharField(max_length=3)
    sequence = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, unique=True)
    previous = models.CharField(max_length=64, blank=True)
    withdraws = models.CharField(max_length=64, blank=True)
    supersedes = models.CharField(max_length=64, blank=True)
    table = models.CharField(max_length=24)
    concept = models.CharField(max_length=40)
    note = models.BinaryField()
    standing = models.CharField(max_length=12, choices=STANDINGS)
    expires_on = models.DateField()
    withdrawn_at = models.DateTimeField(null=True)
    rows = models.PositiveIntegerField(default=0)
    hidden = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node", "sequence"], name="release_one_per_number")]


class ReleasedFigure(GuardedModel):
    """A cell of a released table, as others see it: shown, hidden, or not held; only what is shown has a value."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="released_figures")
    unit = models.CharField(max_length=120)
    unit_name = models.CharField(max_length=200)
    level = models.PositiveSmallIntegerField()
    sector = models.CharField(max_length=12)
    value = models.BigIntegerField(null=True)
    state = models.CharField(max_length=12)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "unit", "sector"], name="released_figure_once")]


class ReleaseControl(GuardedModel):
    """The table of a release as its State held it, and what the control said of each cell; its State alone reads it, whatever becomes of the release."""

    release = models.OneToOneField(Release, on_delete=models.CASCADE, related_name="+")
    content = models.BinaryField()


class ReleaseSignature(models.Model):
    """Who put which signature under a release of this node, under which mandate; the signature itself stands in the release."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="signatures")
    role = models.CharField(max_length=24)
    person = models.CharField(max_length=64)
    mandate = models.CharField(max_length=120)
    key = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "role"], name="release_signed_once_a_role"),
            models.UniqueConstraint(fields=["release", "person"], name="release_signed_once_a_person"),
        ]


class SharingAgreement(GuardedModel):
    """An agreement to share tables: its parties, purpose, days, what is said of destruction and incidents; two people of its State stand behind it."""

    reference = models.CharField(max_length=40)
    parties = models.CharField(max_length=60)
    purpose = models.CharField(max_length=300)
    destruction = models.CharField(max_length=300)
    contact = models.CharField(max_length=200, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    written_by = models.CharField(max_length=64)
    confirmed_by = models.CharField(max_length=64, blank=True)
    confirmed_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    ended_why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner_state", "reference"], name="agreement_once_a_reference")]


class AgreementTerms(models.Model):
    """What an agreement says of one table: the finest level, the days before it leaves, who receives it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agreement = models.ForeignKey(SharingAgreement, on_delete=models.CASCADE, related_name="terms")
    table = models.CharField(max_length=24)
    grain = models.PositiveSmallIntegerField()
    delay_days = models.PositiveSmallIntegerField()
    recipients = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement", "table"], name="agreement_terms_once_a_table")]


JOINT_KINDS = [("note", _("note")), ("round", _("tour d'allocation")), ("picture", _("image commune")), ("other", _("autre produit"))]
VERDICTS = [("approves", _("approuve")), ("reserves", _("émet une réserve"))]
MOTIVES = [
    ("figures", _("les chiffres ne sont pas ceux de l'État")), ("method", _("la méthode")), ("consulted", _("l'État n'a pas été consulté")), ("sensitive", _("une information trop sensible")), ("other", _("autre")),
]  # fmt: skip
PRINCIPLE_ANSWERS = [("yes", _("oui")), ("partly", _("en partie")), ("no", _("non"))]


class JointProduct(GuardedModel):
    """Something published jointly about States: proposed, open to their word until a day, then published or taken back."""

    kind = models.CharField(max_length=8, choices=JOINT_KINDS)
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    address = models.CharField(max_length=200, blank=True)
    states = models.CharField(max_length=60)
    proposed_on = models.DateField()
    silent_until = models.DateField()
    proposed_by = models.CharField(max_length=64)
    published_on = models.DateField(null=True)
    dropped_on = models.DateField(null=True)


class JointWord(models.Model):
    """What a State says of a joint product; it may speak again while the period runs, and the journal keeps what it said before."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    product = models.ForeignKey(JointProduct, on_delete=models.CASCADE, related_name="words")
    state = models.CharField(max_length=3)
    verdict = models.CharField(max_length=8, choices=VERDICTS)
    motive_code = models.CharField(max_length=12, choices=MOTIVES, blank=True)
    motive = models.TextField(blank=True)
    spoken_on = models.DateField()
    spoken_by = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "state"], name="joint_word_once_a_state")]


FALLEN = [("withdrawn", _("retirée")), ("replaced", _("remplacée"))]


class JointSource(models.Model):
    """A release that a joint product rests on; once it is withdrawn or replaced (`fell`) the product is to be counted anew, until somebody did (`recounted_on`)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    product = models.ForeignKey(JointProduct, on_delete=models.CASCADE, related_name="sources")
    digest = models.CharField(max_length=64, db_index=True)
    node = models.CharField(max_length=3)
    sequence = models.PositiveIntegerField()
    fell = models.CharField(max_length=12, choices=FALLEN, blank=True)
    fell_on = models.DateField(null=True)
    recounted_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "digest"], name="joint_source_once")]

    @property
    def is_stale(self) -> bool:
        """Whether the product still says what this release said."""
        return bool(self.fell) and self.recounted_on is None


class SelfAssessment(models.Model):
    """An organisation's own answers to four questions of principle, one a day at most, for one State's office or for all (`state` empty).

    It has no owner State on purpose: a State's mandates never open it (rule: `core.sharing.principles`).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.CharField(max_length=80)
    state = models.CharField(max_length=3, blank=True)
    made_on = models.DateField()
    answers = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "state", "made_on"], name="self_assessment_once_a_day")]


class Receipt(models.Model):
    """What a node says it did with a release: taken in, or purged with so many rows; signed by that node."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    node = models.CharField(max_length=3)
    digest = models.CharField(max_length=64)
    act = models.CharField(max_length=12)
    rows = models.PositiveIntegerField()
    made_on = models.DateField()
    key = models.CharField(max_length=40, blank=True)
    signature = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node", "digest", "act"], name="receipt_once")]


class KeyStatement(models.Model):
    """A statement of a node's keys, believed because a person compared its roots or the one before signed it; kept for good."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    node = models.CharField(max_length=3)
    number = models.PositiveIntegerField()
    content = models.BinaryField()
    signatures = models.BinaryField()
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node", "number"], name="key_statement_once")]


class Host(models.Model):
    """Where a node may be asked for its releases, as a person registered it, and what it said last."""

    node = models.CharField(max_length=3, primary_key=True)
    address = models.CharField(max_length=200)
    registered_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    last_sequence = models.PositiveIntegerField(default=0)
    good_until = models.DateField(null=True)


class Alarm(models.Model):
    """Two things a node told under one number: of its releases or of its keys. Only people can find out why."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    node = models.CharField(max_length=3)
    subject = models.CharField(max_length=12)
    number = models.PositiveIntegerField()
    held = models.CharField(max_length=64)
    came = models.CharField(max_length=64)
    told_by = models.CharField(max_length=3)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node", "subject", "number", "came"], name="alarm_once")]
