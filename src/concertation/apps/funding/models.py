"""Money: who gives and receives, where it waits, how it flows and under which earmarks; what plans ask for and hold.

Flows and answers are only added to: a version that comes later stands beside the earlier one, and every row knows the bytes it was
read from by their SHA-256. Amounts are whole minor units. Individuals and members of a diaspora are held as pools, never as persons.
"""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from concertation.apps.ground.models import GuardedModel, new_id

PARTY_TYPES = [
    ("government", _("État ou budget de l'État")), ("local_government", _("collectivité locale")), ("multilateral_un", _("Nations Unies")),
    ("multilateral_bank", _("banque ou institution financière")), ("regional_body", _("organisme régional")), ("red_cross", _("Croix-Rouge et Croissant-Rouge")),
    ("ingo", _("ONG internationale")), ("national_ngo", _("ONG nationale")), ("local_ngo", _("ONG locale")), ("pooled_fund", _("fonds commun")),
    ("foundation", _("fondation")), ("company", _("entreprise")), ("diaspora_association", _("association de la diaspora")),
    ("diaspora_individual_pool", _("dons de la diaspora, ensemble")), ("individual_pool", _("dons de particuliers, ensemble")),
    ("community_org", _("organisation communautaire")), ("unknown", _("type non dit")),
]
FUND_KINDS = [
    ("bilateral", _("aide bilatérale")), ("cbpf", _("fonds commun de pays")), ("cerf", _("CERF, guichet non dit")), ("global_pooled", _("fonds commun mondial")), ("pooled", _("fonds commun, portée non dite")),
    ("cerf_rr", _("CERF, réponse rapide")), ("cerf_ufe", _("CERF, urgences sous-financées")),
    ("national_fund", _("fonds national")), ("joint_aes_fund", _("fonds commun de l'AES")), ("diaspora_fund", _("fonds de la diaspora")), ("company_fund", _("fonds d'entreprise")),
    ("contingent_credit", _("crédit conditionnel")), ("insurance", _("assurance")), ("aa_envelope", _("enveloppe d'action anticipée")),
]
CODE_LISTS = [("clusters", _("clusters")), ("organisation-types", _("types d'organisation")), ("funds", _("fonds")), ("allocations", _("allocations"))]
ROLES = [("source", _("origine")), ("destination", _("destination"))]


class Party(GuardedModel):
    """Who gives or receives. `known_as` is its identifier at a source (`fts:2927`), unique; pools stand for individuals."""

    known_as = models.CharField(max_length=120, unique=True)
    name_fr = models.CharField(max_length=240)
    name_en = models.CharField(max_length=240)
    party_type = models.CharField(max_length=32, choices=PARTY_TYPES, default="unknown")
    type_written = models.CharField(max_length=160, blank=True)
    iati_ref = models.CharField(max_length=80, blank=True)
    registration_no = models.CharField(max_length=80, blank=True)
    country = models.CharField(max_length=3, blank=True)
    is_local = models.BooleanField(null=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="parts")

    class Meta:
        indexes = [models.Index(fields=["party_type"])]

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if get_language() == "en" else self.name_fr

    def __str__(self) -> str:
        return self.name


class Fund(GuardedModel):
    """Where money waits before it is allocated, and under which rules; shares are in hundredths of a per cent.

    `earmark` is what ties the fund's own money: States and sectors by code, an empty part ties nothing. One that flows told of has no `registered_by`.
    """

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="funds")
    name_fr = models.CharField(max_length=240)
    name_en = models.CharField(max_length=240)
    kind = models.CharField(max_length=20, choices=FUND_KINDS)
    currency = models.CharField(max_length=3)
    least_grant_minor = models.BigIntegerField(null=True)
    most_grant_minor = models.BigIntegerField(null=True)
    overhead_cap = models.PositiveIntegerField(null=True)
    least_local_share = models.PositiveIntegerField(null=True)
    eligible_types = models.JSONField(default=list)
    earmark = models.JSONField(default=dict)
    earmark_text = models.TextField(blank=True)
    registered_by = models.CharField(max_length=64, blank=True)

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if get_language() == "en" else self.name_fr

    def __str__(self) -> str:
        return self.name


class Flow(GuardedModel):
    """Money that moves, as one source reported it in one version. `received` are the bytes read, `columns` what the policies read of them.

    `states` names the places at its destination between bars (`|BFA|MLI|`). A link below the first recipient is never public.
    """

    import_run = models.ForeignKey("sources.ImportRun", on_delete=models.CASCADE, related_name="flows")
    row = models.PositiveIntegerField()
    system = models.CharField(max_length=16)
    flow = models.CharField(max_length=80)
    reported_version = models.IntegerField(default=0)
    raw_sha256 = models.CharField(max_length=64)
    received = models.BinaryField()
    columns = models.BinaryField()
    status = models.CharField(max_length=16, blank=True)
    flow_type = models.CharField(max_length=24, blank=True)
    boundary = models.CharField(max_length=12, blank=True)
    on_boundary = models.CharField(max_length=12, blank=True)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    original_minor = models.BigIntegerField(null=True)
    original_currency = models.CharField(max_length=8, blank=True)
    dated = models.DateField(null=True)
    decided = models.DateField(null=True)
    reported = models.DateField(null=True)
    year = models.PositiveSmallIntegerField(null=True)
    states = models.CharField(max_length=1200, blank=True)
    parent_flow = models.CharField(max_length=80, blank=True)
    below_first = models.BooleanField(default=False)
    description = models.TextField(blank=True)
    fund = models.ForeignKey(Fund, null=True, on_delete=models.PROTECT, related_name="flows")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["import_run", "flow", "raw_sha256"], name="flow_version_once_per_import")]
        indexes = [models.Index(fields=["system", "flow", "reported_version"]), models.Index(fields=["owner_state", "year"])]


class FlowParty(models.Model):
    """A party at one end of a flow; several at one end share the flow, and no split is invented."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="parties")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12, choices=ROLES)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["flow", "party", "role"], name="flow_party_once")]


class SplitStated(models.Model):
    """How someone who may do so said a shared flow is split: the share of one State and year in millionths, and who said it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    system = models.CharField(max_length=16)
    flow = models.CharField(max_length=80)
    state = models.CharField(max_length=3)
    year = models.PositiveSmallIntegerField()
    millionths = models.PositiveIntegerField()
    stated_by = models.CharField(max_length=64)
    stated_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["system", "flow", "state", "year"], name="split_stated_once")]


class Earmark(models.Model):
    """What a giver ties money to; every line of a flow must hold, an empty part ties nothing. `text` is what the giver wrote."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="earmarks")
    category = models.PositiveSmallIntegerField(null=True)
    letter = models.CharField(max_length=1, blank=True)
    states = models.JSONField(default=list)
    units = models.JSONField(default=list)
    sectors = models.JSONField(default=list)
    groups = models.JSONField(default=list)
    crisis = models.CharField(max_length=80, blank=True)
    plan = models.CharField(max_length=40, blank=True)
    project = models.CharField(max_length=80, blank=True)
    party_types = models.JSONField(default=list)
    hazard = models.CharField(max_length=24, blank=True)
    trigger = models.CharField(max_length=80, blank=True)
    start = models.DateField(null=True)
    spend_by = models.DateField(null=True)
    report_by = models.DateField(null=True)
    text = models.TextField(blank=True)


class PlanMoney(GuardedModel):
    """What a plan, or one of its clusters, asks for and holds, on the day it was extracted. `level` says which list of clusters."""

    import_run = models.ForeignKey("sources.ImportRun", null=True, on_delete=models.CASCADE, related_name="plan_rows")
    row = models.PositiveIntegerField(null=True)
    level = models.CharField(max_length=16)
    state = models.CharField(max_length=3, blank=True)
    states = models.CharField(max_length=480, blank=True)
    year = models.PositiveSmallIntegerField(null=True)
    plan_number = models.CharField(max_length=24, blank=True)
    plan = models.CharField(max_length=300, blank=True)
    code = models.CharField(max_length=40, blank=True)
    plan_type = models.CharField(max_length=20, blank=True)
    type_written = models.CharField(max_length=120, blank=True)
    start = models.DateField(null=True)
    end = models.DateField(null=True)
    standing = models.CharField(max_length=12)
    cluster_code = models.CharField(max_length=24, blank=True)
    cluster = models.CharField(max_length=200, blank=True)
    sector = models.CharField(max_length=12, blank=True)
    requirement_minor = models.BigIntegerField(null=True)
    original_minor = models.BigIntegerField(null=True)
    funding_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    published = models.CharField(max_length=16, blank=True)
    extracted_on = models.DateField(null=True)
    source = models.ForeignKey("sources.Source", on_delete=models.PROTECT, related_name="plan_rows")
    raw_sha256 = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["level", "state", "year"])]


class GrantPlace(GuardedModel):
    """Where a project of a pooled fund spends, for one cluster, at the deepest level of administration its file names; places as written."""

    import_run = models.ForeignKey("sources.ImportRun", on_delete=models.CASCADE, related_name="grant_places")
    row = models.PositiveIntegerField()
    code = models.CharField(max_length=120, db_index=True)
    cluster = models.CharField(max_length=200, blank=True)
    places = models.JSONField(default=list)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    year = models.PositiveSmallIntegerField(null=True)
    raw_sha256 = models.CharField(max_length=64)


class FundCode(GuardedModel):
    """What a code of the pooled funds' grant system stands for, as its own table says: a cluster, a type of organisation, a fund, an allocation a fund opened in a year."""

    import_run = models.ForeignKey("sources.ImportRun", on_delete=models.CASCADE, related_name="fund_codes")
    row = models.PositiveIntegerField()
    code_list = models.CharField(max_length=20, choices=CODE_LISTS)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=300)
    short = models.CharField(max_length=60, blank=True)
    fund = models.CharField(max_length=24, blank=True)
    year = models.PositiveSmallIntegerField(null=True)
    opens = models.DateField(null=True)
    closes = models.DateField(null=True)
    planned_minor = models.BigIntegerField(null=True)
    approved_minor = models.BigIntegerField(null=True)
    projects = models.PositiveIntegerField(null=True)
    currency = models.CharField(max_length=3)
    raw_sha256 = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["code_list", "code"])]


class Answer(models.Model):
    """A JSON answer as it was received, each flow that was kept replaced by its SHA-256: from it the answer is written again whole."""

    import_run = models.OneToOneField("sources.ImportRun", primary_key=True, on_delete=models.CASCADE, related_name="answer")
    envelope = models.BinaryField()


class ExchangeRate(models.Model):
    """What one main unit of a currency was worth on a day, as an exact ratio of whole numbers, and who says so.

    A rate of the reference set has no `stated_by`; one that a person stated is never overwritten: it is withdrawn, and another stands in its place.
    """

    id = models.BigAutoField(primary_key=True)
    base = models.CharField(max_length=3)
    quote = models.CharField(max_length=3)
    on = models.DateField()
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField()
    source = models.ForeignKey("sources.Source", on_delete=models.PROTECT, related_name="+")
    stated_by = models.CharField(max_length=64, blank=True)
    stated_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["base", "quote", "on", "source"], condition=models.Q(withdrawn_at__isnull=True), name="rate_once_per_day_and_source"),
        ]


class TriggerEnvelope(GuardedModel):
    """Money somebody agreed to hold ready for frameworks of anticipatory action: a named amount, whose, for which of them, from when to when.

    `basis` says what it rests on: a reserve kept back in a plan, a flow, or a donor's earmark; `reference` names it where it has a name.
    Withdrawn, it stays and nothing more is drawn from it.
    """

    BASES = [("reserve", _("réserve gardée dans un plan")), ("flow", _("flux")), ("earmark", _("affectation d'un donateur"))]

    name = models.CharField(max_length=80)
    basis = models.CharField(max_length=8, choices=BASES)
    reference = models.CharField(max_length=120, blank=True)
    authority = models.CharField(max_length=160)
    frameworks = models.JSONField(default=list)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    source = models.CharField(max_length=240)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner_state", "name"], name="envelope_name_once")]

    def __str__(self) -> str:
        return self.name
