"""Rows planted for the walk of access: two States, two holders, four levels; every text of them holds a mark that must not leak."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from access_steps import Walker, browser_of, person
from activity_samples import END, START, open_calendar
from concertation.apps.access.models import User
from concertation.apps.anticipation.models import Activation, FieldBrought, FrameworkVersion, IndicatorReading
from concertation.apps.decisions.models import FollowUpChange, NationalImplementation, PlanEntry
from concertation.apps.funding.models import Flow, PlanMoney, TriggerEnvelope
from concertation.apps.lessons.models import Lesson, Reuse
from concertation.apps.mobilisation.models import (
    Appeal,
    Envelope,
    Instalment,
    Meeting,
    Pledge,
    PledgeReceipt,
    Settlement,
    Statement,
    StatementLine,
)
from concertation.apps.needs.models import Figure
from concertation.apps.organisations.models import Organisation, OrganisationSpelling
from concertation.apps.presence.models import Activity, ActivityPlace, Report
from concertation.apps.response.models import Alert, Bulletin, BulletinLine, ResponseAim, SectorAnswer
from concertation.apps.sharing.models import AgreementTerms, Release, ReleaseControl, ReleasedFigure, SharingAgreement
from concertation.apps.sources.models import (
    Declaration,
    Doubt,
    ImportProblem,
    ImportRun,
    RawFile,
    RawKeeping,
    ReportingPeriod,
    Source,
)
from concertation.core.funding import FLOW_SCHEMA
from concertation.core.sharing import Mandate, Role, Sensitivity, visibility_of
from concertation.core.sharing.canonical import canonical_json
from concertation.core.sharing.control_told import CellTold, as_json
from concertation.core.sharing.released_tables import PeopleCell
from concertation.formats.framework_file import shipped
from joint_plants import plant_joint
from release_samples import note

STATES, HOLDERS = ("NER", "MLI"), ("alpha", "government")
UNITS = {"NER": "ner-1-diffa", "MLI": "mli-1-mopti"}
TABLES = "afrdpsocmwkivlnegtjby"
STATE_ROLES = [role for role in Role if role not in (Role.REPORTER, Role.REPORTER_LEAD, Role.DONOR, Role.ANALYST)]
ORGANISATION_ROLES = (Role.REPORTER, Role.REPORTER_LEAD, Role.DONOR)


@dataclass(frozen=True)
class Plot:
    """One cell of the grid: whose rows, held by whom, how closed, and the ids of the rows planted there."""

    number: int
    state: str
    holder: str
    level: Sensitivity

    def mark(self, table: str) -> str:
        """The text that only readers of this plot may see, one per table."""
        return f"zq{table}{self.number:02d}zq"

    @property
    def keys(self) -> dict[str, Any]:
        """The two masters and the level, as columns."""
        return {"owner_state": self.state, "holder": self.holder, "sensitivity": self.level.value}

    def opens_to(self, mandates: tuple[Mandate, ...]) -> bool:
        """Whether these mandates open the plot."""
        return visibility_of(mandates).opens(sensitivity=self.level, owner_state=self.state, holder=self.holder)


def plots() -> list[Plot]:
    """Every State with every holder and level."""
    grid = [(state, holder, level) for state in STATES for holder in HOLDERS for level in Sensitivity]
    return [Plot(number, state, "alpha" if holder == "alpha" else f"{state.lower()}-government", level) for number, (state, holder, level) in enumerate(grid)]


@dataclass(frozen=True)
class Planted:
    """The ids of a plot's rows, as addresses need them."""

    plot: Plot
    run: ImportRun
    figure: Figure
    doubt: Doubt
    organisation: Organisation
    activity: Activity
    period: ReportingPeriod
    flow: Flow
    version: FrameworkVersion
    fired: Activation
    field: FieldBrought
    lesson: Lesson
    release: Release
    agreement: SharingAgreement
    alert: Alert
    bulletin: Bulletin
    promised: "Promised"
    envelope: TriggerEnvelope


@dataclass(frozen=True)
class Promised:
    """The ids of a plot's pledge and of what belongs to it."""

    appeal: Appeal
    meeting: Meeting
    pledge: Pledge
    receipt: PledgeReceipt
    statement: Statement
    line: StatementLine


def plant(plot: Plot, known: Organisation) -> Planted:
    """One row of each table in a plot, the raw file too."""
    content = f"Colonne;Autre\n{plot.mark('c')};1\n".encode()
    digest = hashlib.sha256(content).hexdigest()
    path = Path(settings.RAW_FOLDER) / digest[:2] / digest
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    source = Source.objects.create(id=f"plant-source-{plot.number}", title=plot.mark("s"), publisher="synthetic", published_on=END)
    file = RawFile.objects.create(sha256=digest, name=f"{plot.mark('r')}.csv", size=len(content))
    run = ImportRun.objects.create(
        file=file, kind="presence-5w", source=source, status="stored", period_start=START, period_end=END, share_as=plot.level.value, by="u-synthetic",
        done=1, **plot.keys,
    )
    RawKeeping.objects.create(file=file, state=plot.state, received_at=timezone.now())
    Report.objects.create(import_run=run, period_start=START, period_end=END, sectors=["FSC"], organisations=1, **plot.keys)
    period = open_calendar(plot.state, sensitivity=plot.level.value)
    ImportProblem.objects.create(run=run, code="place-unknown", value=plot.mark("p"), row=2, sheet="")
    doubt = Doubt.objects.create(run=run, kind="place", key=plot.mark("d"), written={"level": 1, "text": plot.mark("d"), "context": ""}, count=1, row=2, **plot.keys)
    own = Organisation.objects.create(slug=f"plant-{plot.number}", name_fr=plot.mark("o"), org_type="ingo", sort_key=plot.mark("o"), **plot.keys)
    OrganisationSpelling.objects.create(organisation=own, written=plot.mark("o"), folded=plot.mark("o"))
    activity = Activity.objects.create(
        import_run=run, sheet="", row=2, organisation=known, org_written=plot.mark("a"), sector="FSC", unit_id=UNITS[plot.state], placed="exact",
        activity=plot.mark("a"), period_start=START, period_end=END, start=START, **plot.keys,
    )
    ActivityPlace.objects.create(activity=activity, unit_id=UNITS[plot.state])
    follow(plot)
    Declaration.objects.create(
        period=period, organisation=own, sector="FSC", import_run=run, via="import", declared_at=timezone.now(), rows=1, owner_state=plot.state, holder=own.slug,
        sensitivity="strict",
    )
    mark = plot.mark("f")
    figure = Figure.objects.create(
        concept="in_need", unit_id=UNITS[plot.state], sector="FSC", value=7000 + plot.number, value_text=mark, reference_start=START, reference_end=END,
        source=source, scope=mark, method=mark, status="official", import_run=run, sheet="", row=2, **plot.keys,
    )
    return Planted(plot, run, figure, doubt, own, activity, period, plant_money(plot, run, source), *plant_framework(plot), learn(plot), *share(plot), *plant_response(plot, run), promise(plot), plant_envelope(plot))


def plant_envelope(plot: Plot) -> TriggerEnvelope:
    """An envelope held ready for a framework."""
    mark = plot.mark("y")
    row: TriggerEnvelope = TriggerEnvelope.objects.create(
        name=mark, basis="flow", authority=mark, frameworks=["bfa-drought-2026"], currency="USD", amount_minor=100, starts_on=START, ends_on=END, source=mark, **plot.keys,
    )
    return row


def share(plot: Plot) -> tuple[Release, SharingAgreement]:
    """A release of the State's node with its row and its control, and an agreement; what a State held stays confidential whatever the release's class."""
    plant_joint(plot.state, plot.mark("y"), plot.keys)
    mark, digest = plot.mark("e"), hashlib.sha256(plot.mark("e").encode()).hexdigest()
    told = note(node=plot.state, sequence=plot.number + 1, purpose=mark, agreement=plot.mark("g"), table="people", concept="in_need")
    release: Release = Release.objects.create(
        node=plot.state, sequence=plot.number + 1, digest=digest, table="people", concept="in_need", note=canonical_json(told.as_json()), standing="published", expires_on=END, **plot.keys,
    )
    ReleasedFigure.objects.create(release=release, unit=mark, unit_name=mark, level=1, sector="FSC", value=70, state="shown", **plot.keys)
    held = CellTold(PeopleCell(mark, plot.mark("x"), 1, "FSC", 7), "small", 0, 13)
    ReleaseControl.objects.create(release=release, content=canonical_json(as_json((held,))), **plot.keys | {"holder": "", "sensitivity": "confidential"})
    agreement: SharingAgreement = SharingAgreement.objects.create(
        reference=plot.mark("g"), parties="BFA", purpose=plot.mark("g"), destruction=plot.mark("g"), contact=plot.mark("g"), starts_on=START, ends_on=END, written_by="u-synthetic", **plot.keys,
    )
    AgreementTerms.objects.create(agreement=agreement, table="people", grain=1, delay_days=0, recipients="BFA")
    return release, agreement


def plant_response(plot: Plot, run: ImportRun) -> tuple[Alert, Bulletin]:
    """An alert whose assessors bear the mark, what a sector did about it, and a bulletin with a line nobody placed."""
    mark = plot.mark("t")
    alert: Alert = Alert.objects.create(
        unit_id=UNITS[plot.state], nature="flood", raised_on=END, households=40, people=300, assessors=mark, outcome="confirmed", assessed_on=END, coverage="covered",
        begun_on=END, took_days=0, **plot.keys,
    )  # fmt: skip
    SectorAnswer.objects.create(alert=alert, sector="SHL", state="covered", organisation=mark, begun_on=END, **plot.keys)
    ResponseAim.objects.create(days=9, source=mark, is_undone=True, **plot.keys)
    bulletin: Bulletin = Bulletin.objects.create(import_run=run, hazard="flood", season=2022, as_of=END, service=plot.mark("j"), **plot.keys)
    BulletinLine.objects.create(bulletin=bulletin, row=2, place_written=plot.mark("j"), households=40, people=300, **plot.keys)
    return alert, bulletin


def promise(plot: Plot) -> Promised:
    """A pledge in two instalments with a receipt, its appeal and meeting, and a line of a statement."""
    mark, keys = plot.mark("b"), plot.keys
    asked = {"currency": "XOF", "title_fr": mark, "title_en": mark}
    appeal: Appeal = Appeal.objects.create(**asked, purpose_fr=mark, states=f"|{plot.state}|", sectors="|WSH|", asked_minor=5000, opens_on=START, document=mark, **keys)
    Envelope.objects.create(appeal=appeal, title_fr=mark, title_en=mark, state=plot.state, sector="WSH", amount_minor=5000, **keys)
    meeting: Meeting = Meeting.objects.create(appeal=appeal, title_fr=mark, title_en=mark, held_on=END, place=mark, outcome_fr=mark, document=mark, **keys)
    pledge: Pledge = Pledge.objects.create(
        reference=mark, appeal=appeal, meeting=meeting, giver_type="company", giver=mark, amount_minor=1000 + plot.number, currency="XOF", pledged_on=START, states=f"|{plot.state}|", sectors="|WSH|",
        document=mark, what=mark, **keys,
    )  # fmt: skip
    first, _second = (Instalment.objects.create(pledge=pledge, number=number, amount_minor=500, due_on=END, **keys) for number in (1, 2))
    statement: Statement = Statement.objects.create(sha256=hashlib.sha256(mark.encode()).hexdigest(), currency="XOF", read_on=END, lines=1, **keys)
    line: StatementLine = StatementLine.objects.create(statement=statement, row=2, day=END, amount_minor=500, currency="XOF", reference=mark, **keys)
    receipt: PledgeReceipt = PledgeReceipt.objects.create(pledge=pledge, received_on=END, amount_minor=200, channel="bank", reference=mark, said_by="giver", **keys)
    Settlement.objects.create(receipt=receipt, instalment=first, amount_minor=200)
    return Promised(appeal, meeting, pledge, receipt, statement, line)


def learn(plot: Plot) -> Lesson:
    """A lesson and its reuse."""
    mark = plot.mark("l")
    lesson: Lesson = Lesson.objects.create(
        title_fr=mark, title_en=mark, recommendation_fr=mark, happened_fr=mark, crisis=mark, evidence=mark, hazard="flood", phase="response", sector="FSC", consent=True,
        written_by="u-synthetic", written_on=END, search_text=mark, **plot.keys,
    )
    Reuse.objects.create(lesson=lesson, used_on=END, where=mark, result=mark, by="u-synthetic", **plot.keys)
    return lesson


def follow(plot: Plot) -> None:
    """What a State reported of a decision, one decision a plot, with its history, and an activity of the plan."""
    mark, decision = plot.mark("n"), f"D{plot.number % len(Sensitivity) + 1 + len(Sensitivity) * (plot.holder != 'alpha')}"
    NationalImplementation.objects.create(
        decision_id=decision, implementation="blocked", cause=mark, facts=mark, next_step=mark, documents=mark, responsible=mark, due=END, reported_on=END,
        declared_by="u-synthetic", **plot.keys,
    )
    PlanEntry.objects.create(
        code=f"P{plot.number}", kind="activity", title_fr=mark, title_en=mark, lead=mark, partners=mark, starts_on=START, ends_on=END, budget_minor=1000, funding=mark, **plot.keys,
    )
    FollowUpChange.objects.create(decision_id=decision, what="implementation", after="blocked", why=mark, on=END, by="u-synthetic", mandate="synthetic", **plot.keys)


def plant_money(plot: Plot, run: ImportRun, source: Source) -> Flow:
    """A flow and a plan row of a plot."""
    mark, columns = plot.mark("m"), dict.fromkeys(FLOW_SCHEMA)
    told = {**columns, "flow": mark, "status": "paid", "boundary": "incoming", "on_boundary": "single", "amount_minor": 100, "currency": "USD", "source_names": [mark], "destination_places": [plot.state], "destination_years": [2022], "raw_sha256": mark}
    flow: Flow = Flow.objects.create(
        import_run=run, row=2, system="fts", flow=mark, raw_sha256=mark, received=f'{{"id": "{mark}"}}'.encode(), columns=json.dumps(told).encode(), status="paid", boundary="incoming",
        on_boundary="single", amount_minor=100, currency="USD", dated=END, year=2022, states=f"|{plot.state}|", description=mark, **plot.keys,
    )
    PlanMoney.objects.create(
        import_run=run, row=2, level="plan", state=plot.state, year=2021, plan=plot.mark("w"), code=plot.mark("w"), plan_type="refugee", standing="named", requirement_minor=500, funding_minor=100,
        currency="USD", extracted_on=END, source=source, raw_sha256=plot.mark("w"), **plot.keys,
    )
    return flow


def plant_framework(plot: Plot) -> tuple[FrameworkVersion, Activation, FieldBrought]:
    """A framework whose title bears the mark, a reading of it, what fired and the field it was counted from."""
    sent = shipped()["bfa-drought-2026"].written.decode().replace("Burkina Faso, sécheresse", plot.mark("k")).replace("Burkina Faso, drought", plot.mark("k")).encode()
    version = FrameworkVersion.objects.create(slug=f"plant-{plot.number}", edition="1", sha256=hashlib.sha256(sent).hexdigest(), content=sent, **plot.keys)
    now = timezone.now()
    IndicatorReading.objects.create(series="BFA/SEAS5/dry_area", unit=plot.mark("i"), year=now.year, issue=4, value=55.0, known_at=now, source=plot.mark("i"), **plot.keys)
    evidence = json.dumps({"sha256": version.sha256, "problems": [], "readings": [{"test": "dry_forecast", "unit": plot.mark("v"), "issue": 4, "year": now.year, "value": 55.0, "threshold": 50.0, "passes": True, "ranked_among": 0}]})
    fired = Activation.objects.create(framework=version, slug=version.slug, window="T1", unit=plot.mark("v"), season=now.year, met_at=now, evidence=evidence.encode(), **plot.keys)
    area = {"units": [""], "name": plot.mark("v"), "cells": 4, "covered": 2.5, "km2": 1900.0, "on_grid": 1.0, "held": 1.0, "last": 55.0}
    told = {"grid": {"west": -6.0, "north": 15.0, "width": 0.25, "height": 0.25, "columns": 40, "rows": 28}, "issues": 1, "boundaries": plot.mark("v"), "areas_sha256": "", "areas": [area], "problems": []}
    field = FieldBrought.objects.create(
        slug=version.slug, indicator="dry_area", file_name=plot.mark("v"), file_sha256="0" * 64, level=1, first_day=END, last_day=END, source=plot.mark("v"), told=json.dumps(told).encode(), brought_at=now, **plot.keys,
    )  # fmt: skip
    return version, fired, field


@dataclass(frozen=True)
class Reader:
    """Somebody who walks: a name, the mandates held, and the account."""

    name: str
    mandates: tuple[Mandate, ...]
    user: User | None = None

    @cached_property
    def client(self) -> Client:
        """A browser of theirs."""
        return browser_of(self.user, Walker()) if self.user else Walker()


def readers() -> list[Reader]:
    """Nobody; an account without a mandate; every role for each State; those of organisations in one State or all; the framework's."""
    held: list[tuple[Any, ...]] = [(role, state) for role in STATE_ROLES for state in STATES]
    held += [(role, *scope) for role in ORGANISATION_ROLES for scope in (("", "alpha"), ("NER", "alpha"), ("", "beta"))]
    held += [(Role.ANALYST, "AES"), (Role.ADMINISTRATOR, "")]
    people = [(f"{mandate[0]}-{'-'.join(mandate[1:])}".strip("-"), mandate) for mandate in held]
    made = [(name, person(name, mandate), mandate) for name, mandate in people]
    walking = [Reader(name, (Mandate(str(user.pk), *mandate),), user) for name, user, mandate in made]
    return [Reader("nobody", ()), Reader("no-mandate", (), person("no-mandate")), *walking]


