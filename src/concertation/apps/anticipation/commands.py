"""Writing frameworks, readings and what fires. A signed version is never changed; a reading is never overwritten; the watch is idempotent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from concertation.apps.anticipation import words
from concertation.apps.anticipation.field_reading import ReadingsFromField, told_of
from concertation.apps.anticipation.models import Activation, FieldBrought, FrameworkVersion, IndicatorReading
from concertation.apps.anticipation.queries import FrameworkInView, frameworks, people_with, readings, series_of
from concertation.apps.ground.chain import canonical
from concertation.apps.ground.commands import journal, post_message
from concertation.core.anticipation.framework import Framework
from concertation.core.anticipation.quality import stale, stations_missing, stuck
from concertation.core.anticipation.readings import Reading, Readings, season_of
from concertation.core.anticipation.watching import CONFIRMING, WindowVerdict, verdicts
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate, Role, Sensitivity
from concertation.formats.framework_file import ReadFramework, Shipped

WATCHED = ("in-force", "draft", "proposal")
SLICE = 1_000
USEFUL_DAYS = 14
LEVELS = list(Sensitivity)


class SignedAlready(Exception):
    """The version is signed and its content differs: give the new content another version."""


class NotSound(Exception):
    """The file cannot be signed or kept; `problems` say why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = problems


@transaction.atomic
def load_frameworks(every: Iterable[Shipped]) -> int:
    """Load the frameworks of the reference set; a signed version stays as it was signed. Gives back how many versions changed."""
    held = {(row.slug, row.edition): row for row in FrameworkVersion.objects.all()}
    changed = 0
    for each in every:
        framework = each.read.framework
        row = held.get((framework.framework, framework.version)) if framework else None
        if framework is None or (row is not None and (row.signed_at or row.sha256 == each.read.sha256)):
            continue
        row = row or FrameworkVersion(slug=framework.framework, edition=framework.version, owner_state=framework.country, sensitivity=Sensitivity.PUBLIC.value, is_shipped=True)
        row.sha256, row.content = each.read.sha256, each.written
        row.save()
        changed += 1
    return changed


@transaction.atomic
def bring_framework(written: bytes, read: ReadFramework, *, by: Mandate) -> FrameworkVersion:
    """Keep a framework of the State the mandate is for, as declared in a file. Raises NotSound, and SignedAlready for a signed version that differs."""
    framework = read.framework
    if framework is None or not read.is_sound:
        raise NotSound(read.problems)
    row: FrameworkVersion | None = FrameworkVersion.objects.select_for_update().filter(slug=framework.framework, edition=framework.version).first()
    if row is not None and row.sha256 == read.sha256:
        return row
    if row is not None and (row.signed_at is not None or row.owner_state != by.state):
        raise SignedAlready(str(row))
    row = row or FrameworkVersion(slug=framework.framework, edition=framework.version, owner_state=by.state, sensitivity=Sensitivity.RESTRICTED.value)
    row.sha256, row.content, row.is_shipped = read.sha256, written, False
    row.save()
    journal("anticipation.framework-declared", by, state=by.state, framework=row.slug, edition=row.edition, sha256=row.sha256)
    return row


@transaction.atomic
def sign(shown: FrameworkInView, *, at: datetime, by: Mandate) -> FrameworkVersion:
    """Sign a version: from then on its content never changes. Raises NotSound; signing twice changes nothing."""
    if not shown.read.is_sound:
        raise NotSound(shown.read.problems)
    row: FrameworkVersion = FrameworkVersion.objects.select_for_update().get(pk=shown.row.pk)
    if row.signed_at is None:
        row.signed_at, row.signed_by, row.signed_under = at, by.person, str(by)
        row.save()
        journal("anticipation.framework-signed", by, state=row.owner_state, framework=row.slug, edition=row.edition, sha256=row.sha256)
    return row


@dataclass(frozen=True, slots=True)
class Brought:
    """Where readings come from and who may see them."""

    name: str
    sha256: str
    source: str
    sensitivity: str
    licence: str = ""


@transaction.atomic
def store_readings(framework: Framework, every: Sequence[Reading], brought: Brought, *, at: datetime, by: Mandate) -> int:
    """Keep readings that say something new; a value that differs from what is known is a further vintage. Gives back how many were added."""
    names = {indicator: series_of(framework, indicator) for indicator in framework.indicators}
    masters = {"owner_state": by.state, "holder": by.organisation}
    rows = IndicatorReading.objects.filter(series__in=names.values(), **masters).order_by("vintage")
    known = {(row.series, row.unit, row.year, row.issue): row for row in rows}
    fresh = []
    for each in every:
        before = known.get((names[each.indicator], each.unit, each.year, each.issue))
        if before is None or before.value != each.value:
            fresh.append(IndicatorReading(
                series=names[each.indicator], unit=each.unit, year=each.year, issue=each.issue, value=each.value, issued_on=each.issued_on, known_at=at,
                vintage=before.vintage + 1 if before else 1, source=brought.source, licence=brought.licence, file_sha256=brought.sha256,
                sensitivity=brought.sensitivity, **masters,
            ))  # fmt: skip
    IndicatorReading.objects.bulk_create(fresh, batch_size=SLICE)
    if fresh:
        journal("anticipation.readings-brought", by, state=by.state, framework=framework.framework, readings=len(fresh), file=brought.sha256)
    return len(fresh)


@transaction.atomic
def store_field(framework: Framework, indicator: str, read: ReadingsFromField, brought: Brought, *, at: datetime, by: Mandate) -> tuple[FieldBrought, int]:
    """Keep the readings counted from a field, and how they were counted. The same file over the same ground again is the same row; gives back how many readings were added."""
    if read.ground is None or not read.readings:
        raise NotSound(read.problems)
    added = store_readings(framework, read.readings, brought, at=at, by=by)
    key: dict[str, Any] = {"slug": framework.framework, "indicator": indicator, "file_sha256": brought.sha256, "level": read.ground.level, "owner_state": by.state, "holder": by.organisation}
    row, is_new = FieldBrought.objects.update_or_create(**key, defaults={
        "file_name": brought.name[:160], "first_day": min(read.days), "last_day": max(read.days), "source": brought.source, "licence": brought.licence,
        "sensitivity": brought.sensitivity, "brought_at": at, "told": canonical(told_of(read)),
    })  # fmt: skip
    if is_new:
        journal("anticipation.field-brought", by, state=by.state, framework=framework.framework, indicator=indicator, readings=len(read.readings), file=brought.sha256)
    return row, added


@dataclass(frozen=True, slots=True)
class Watched:
    """One framework after a round: its season, what every window says, what fired just now, what makes its readings doubtful."""

    framework: str
    edition: str
    sha256: str
    season: int
    verdicts: tuple[WindowVerdict, ...]
    fired: tuple[Activation, ...]
    problems: tuple[Problem, ...]


def watch(at: datetime, *, only: str = "") -> list[Watched]:
    """Judge every framework that is watched on what is known now; a second round with nothing new changes nothing."""
    states = FrameworkVersion.objects.values_list("owner_state", flat=True).distinct().order_by("owner_state")
    watchers = [Mandate("node", Role.DATA_MANAGER, state=state) for state in states]
    shown = [each for each in frameworks(watchers) if each.framework.status in WATCHED and only in ("", each.row.slug)]
    return [_watch_one(each, watchers, at) for each in shown]


def _watch_one(shown: FrameworkInView, watchers: Sequence[Mandate], at: datetime) -> Watched:
    framework, today = shown.framework, timezone.localdate(at)
    season = season_of(today, starts=framework.season_starts)
    known = readings(watchers, framework)
    judged = verdicts(framework, Readings.of(known), season) if known else ()
    this_season = [each for each in known if each.year == season]
    problems = (*stuck(framework, this_season), *stations_missing(framework, this_season), *stale(framework, known, today))
    by = next(each for each in watchers if each.state == shown.row.owner_state)
    made = [_fire(shown, verdict, problems, at=at, by=by) for verdict in judged if verdict.fired]
    fired = tuple(each for each in made if each is not None)
    return Watched(framework.framework, framework.version, shown.row.sha256, season, judged, fired, problems)


@transaction.atomic
def _fire(shown: FrameworkInView, verdict: WindowVerdict, problems: Sequence[Problem], *, at: datetime, by: Mandate) -> Activation | None:
    """Note that a window fired, once a season; None where that is already noted."""
    row, framework = shown.row, shown.framework
    levels = set(IndicatorReading.objects.filter(series__in=[series_of(framework, each) for each in framework.indicators]).values_list("sensitivity", flat=True))
    closest = max((LEVELS.index(Sensitivity(level)) for level in levels), default=0)
    key = {"slug": row.slug, "window": verdict.window, "unit": verdict.unit, "season": verdict.season}
    state = "alert" if framework.windows[verdict.window].role == "alert" else "met"
    made, is_new = Activation.objects.get_or_create(**key, defaults={
        "framework": row, "state": state, "met_at": at, "owner_state": row.owner_state, "holder": row.holder, "evidence": evidence_bytes(shown, verdict, problems),
        "sensitivity": LEVELS[max(closest, LEVELS.index(Sensitivity.RESTRICTED))].value,
    })  # fmt: skip
    if not is_new:
        return None
    journal("anticipation.threshold-met", by, state=row.owner_state, unit=verdict.unit, period=str(verdict.season), at=at, framework=row.slug, window=verdict.window, sha256=row.sha256)
    _tell(made, framework, at=at)
    return made


def evidence_bytes(shown: FrameworkInView, verdict: WindowVerdict, problems: Sequence[Problem]) -> bytes:
    """What was known when a window fired, as bytes that are the same for the same facts."""
    facts: Mapping[str, object] = {
        "framework": shown.row.slug, "edition": shown.row.edition, "sha256": shown.row.sha256, "readings": [asdict(each) for each in verdict.evidence],
        "problems": [{"code": each.code, "value": each.value, "detail": dict(each.detail)} for each in problems],
    }  # fmt: skip
    return canonical(facts)


def _tell(activation: Activation, framework: Framework, *, at: datetime) -> None:
    """Write to those who may confirm: the threshold is met, nothing is activated."""
    people = people_with(activation.owner_state, [role.value for role in CONFIRMING], timezone.localdate(at))
    subject, body = words.notice(activation, framework)
    for person in people:
        post_message(person, state=activation.owner_state, about="anticipation", subject=subject, body=body, useful_until=at + timedelta(days=USEFUL_DAYS))
