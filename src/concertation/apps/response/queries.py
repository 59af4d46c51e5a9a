"""Reading alerts, what sectors did about them, the aims States agreed to, and bulletins. Every reading begins with what the reader may see."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from concertation.apps.ground.models import JournalLine
from concertation.apps.organisations.models import Organisation
from concertation.apps.response.models import Alert, Bulletin, BulletinLine, ResponseAim, SectorAnswer
from concertation.apps.sources.models import ImportRun
from concertation.core.response.alerts import AlertEntry, SectorLine
from concertation.core.response.bulletins import MEASURES, PERCENTS, DatedBulletin, PublishedLine
from concertation.core.sharing import Mandate
from concertation.core.sharing.punctuality import REPORTS, acts_for
from concertation.core.sharing.visibility import writes_for
from concertation.formats import reference_set

ACTS = (
    "response.alert-raised", "response.alert-corrected", "response.alert-withdrawn", "response.alert-restored", "response.sector-answered",
    "response.alert-counted",
)  # fmt: skip
STANDING = Q(import_run__isnull=True) | Q(import_run__status="stored")


@dataclass(frozen=True, slots=True)
class Aim:
    """The agreed delay of a State: days from the alert to the first answer, the text that says so, the day it was agreed."""

    state: str
    days: int
    source: str
    agreed_on: date | None = None
    row: ResponseAim | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class PastAct:
    """One act on an alert: when, under which mandate, what stood before and after (never free words), which words changed."""

    at: Any
    act: str
    mandate: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    words: tuple[str, ...]
    reason: str


def alerts(mandates: Sequence[Mandate]) -> QuerySet[Alert]:
    """Alerts that count, as the reader may see them, the newest first, each with the sector answers it may see."""
    return every_alert(mandates).filter(withdrawn_at__isnull=True)


def every_alert(mandates: Sequence[Mandate]) -> QuerySet[Alert]:
    """Alerts, withdrawn ones too."""
    answers = Prefetch("answers", queryset=SectorAnswer.objects.visible_to(mandates).order_by("sector", "created_at"), to_attr="seen")
    rows: QuerySet[Alert] = Alert.objects.visible_to(mandates).filter(STANDING).select_related("unit", "import_run__file").prefetch_related(answers)
    return rows.order_by("-raised_on", "unit__sort_key", "pk")


def alert(mandates: Sequence[Mandate], alert_id: UUID) -> Alert | None:
    """One alert."""
    return every_alert(mandates).filter(pk=alert_id).first()


def alert_held(row: Alert) -> AlertEntry:
    """A row as an alert."""
    return AlertEntry(row.unit_id, **{name: getattr(row, name) for name in AlertEntry.__dataclass_fields__ if name != "unit"})


def lines_of(answers: Iterable[SectorAnswer]) -> tuple[SectorLine, ...]:
    """Sector answers as values."""
    return tuple(SectorLine(each.sector, each.state, each.reason, each.organisation, each.households, each.begun_on) for each in answers)


def writes_alert(mandates: Sequence[Mandate], row: Alert) -> Mandate | None:
    """The mandate under which an alert is corrected: its holder's, or the State's data manager's for what the State holds."""
    as_state = writes_for(mandates, row.owner_state) if row.holder == f"{row.owner_state.lower()}-government" else None
    return as_state or acts_for(mandates, row.holder, row.owner_state)


def answers_alert(mandates: Sequence[Mandate], row: Alert) -> Mandate | None:
    """The mandate under which a sector's answer is told: the State's, else that of an organisation that reports there."""
    return writes_for(mandates, row.owner_state) or next((own for own in mandates if own.role in REPORTS and own.organisation and own.state in ("", row.owner_state)), None)


def raises_in(mandates: Sequence[Mandate], states: Iterable[str]) -> dict[str, Mandate]:
    """For each State in which a person may raise alerts, the mandate."""
    found = {}
    for state in states:
        by = writes_for(mandates, state) or next((own for own in mandates if own.role in REPORTS and own.organisation and own.state in ("", state)), None)
        if by is not None:
            found[state] = by
    return found


def aims(mandates: Sequence[Mandate]) -> dict[str, Aim]:
    """The agreed delay of each State: as the State set it, else as the reference set holds it; none where nobody agreed on any."""
    titles = dict(reference_set.read("sources").select("source", "title").iter_rows())
    found = {line["state"]: Aim(line["state"], int(line["days"]), line["source"], words=titles[line["source"]]) for line in reference_set.read("response_aims").to_dicts()}
    for row in ResponseAim.objects.visible_to(mandates).filter(is_undone=False).order_by("created_at"):
        found[row.owner_state] = Aim(row.owner_state, row.days, row.source, row.agreed_on, row, row.source)
    return found


def organisations_named(mandates: Sequence[Mandate], slugs: Iterable[str]) -> dict[str, str]:
    """The name of each organisation the reader may see."""
    wanted = sorted(set(slugs))
    return {each.slug: str(each) for each in Organisation.objects.visible_to(mandates).filter(slug__in=wanted)} if wanted else {}


def past_of(mandates: Sequence[Mandate], row: Alert) -> list[PastAct]:
    """What was done to an alert, newest first, for those who may correct it or answer it."""
    if answers_alert(mandates, row) is None and writes_alert(mandates, row) is None:
        return []
    lines = JournalLine.objects.filter(chain=row.owner_state, act__in=ACTS, period=entered_on(row)).order_by("-sequence")
    return [past for line in lines.iterator() if (past := _past(line, row)) is not None]


def entered_on(row: Alert) -> str:
    """The day an alert was entered: under it the journal's lines on it are found, whatever is corrected later."""
    return row.created_at.date().isoformat()


def _past(line: JournalLine, row: Alert) -> PastAct | None:
    facts = json.loads(bytes(line.facts))
    if facts.get("alert") != str(row.pk):
        return None
    return PastAct(line.at, line.act, line.mandate, facts.get("before", {}), facts.get("after", {}), tuple(facts.get("words_changed", ())), facts.get("reason", ""))


def bulletins(mandates: Sequence[Mandate]) -> QuerySet[Bulletin]:
    """Bulletins that count, the newest first, with their lines."""
    lines = Prefetch("lines", queryset=BulletinLine.objects.visible_to(mandates).select_related("unit").order_by("row"), to_attr="seen")
    stored = Bulletin.objects.visible_to(mandates).filter(import_run__status="stored")
    rows: QuerySet[Bulletin] = stored.select_related("import_run__file", "import_run__source").prefetch_related(lines)
    return rows.order_by("-as_of", "owner_state", "hazard")


def bulletin_held(row: Bulletin) -> DatedBulletin:
    """A bulletin with its lines as values; a line nobody could place stands under its own words."""
    return DatedBulletin(row.hazard, row.season, row.as_of, tuple(_line(each) for each in row.seen))


def _line(each: BulletinLine) -> PublishedLine:
    numbers = {name: value for name in MEASURES if (value := getattr(each, name)) is not None}
    percents = {name: value for name in PERCENTS if (value := getattr(each, name)) is not None}
    unit = "" if each.is_total else each.unit_id or f"? {each.place_written}"
    return PublishedLine(unit, numbers, percents, each.row)


def countable(mandates: Sequence[Mandate], *, natures: Iterable[str]) -> list[Alert]:
    """Confirmed alerts of these kinds, as the framework windows count them: placed without doubt, not withdrawn."""
    rows = alerts(mandates).filter(outcome="confirmed", nature__in=list(natures)).exclude(placed__in=("doubtful", "unknown"))
    return list(rows.order_by("raised_on", "pk"))


def places_written(run: ImportRun) -> dict[str, tuple[str, str, str]]:
    """What the alerts of an import write of their places, and where each lies now."""
    held = Alert.objects.filter(import_run=run).order_by().values_list("place_written", "unit_id", "placed", "doubt_key").distinct()
    return {written: (unit, placed, key) for written, unit, placed, key in held if written}


def runs_waiting(*, state: str, doubt_key: str) -> list[ImportRun]:
    """Imports with alerts that wait on a doubt."""
    return list(ImportRun.objects.filter(pk__in=Alert.objects.filter(owner_state=state, doubt_key=doubt_key).values("import_run")))


def runs_with_alerts(state: str) -> list[ImportRun]:
    """Stored imports of a State that hold alerts."""
    return list(ImportRun.objects.filter(pk__in=Alert.objects.filter(owner_state=state).values("import_run"), status="stored"))


def rows_waiting(run: ImportRun, *, doubt_key: str) -> list[int]:
    """The rows of an import that wait on a doubt."""
    return list(Alert.objects.filter(import_run=run, doubt_key=doubt_key).values_list("row", flat=True))


def alerts_to_compare(run: ImportRun) -> list[dict[str, Any]]:
    """The alerts of an import, as a corrected file of the same State is compared with them."""
    names = ("unit_id", "nature", "group", "raised_on", "households", "people")
    return list(Alert.objects.filter(import_run=run).order_by("row").values(*names))


def held_by(row: Alert, mandates: Sequence[Mandate]) -> list[SectorAnswer]:
    """The answers of an alert that the reader may see."""
    return list(SectorAnswer.objects.visible_to(mandates).filter(alert=row).order_by("sector", "created_at"))


def answers_by_sector(mandates: Sequence[Mandate], rows: QuerySet[Alert]) -> list[dict[str, Any]]:
    """How many answers each sector gave to these alerts, by state and reason."""
    seen = SectorAnswer.objects.visible_to(mandates).filter(alert__in=rows.order_by().values("pk"))
    return list(seen.order_by().values("sector", "state", "reason").annotate(alerts=Count("pk")))
