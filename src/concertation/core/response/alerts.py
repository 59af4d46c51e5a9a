"""An alert: people in sudden need, where and of which group; their joint assessment, and what each sector did about it.

Never what happened between armed people: no event, position, force or author, and no name of who told. The place is a commune or
coarser, the people a group; no box takes free words in which an event could be told. Whether a sector covers them is said with its reason, and an alert nobody answered yet is not a refusal.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Literal

from concertation.core.problems import Cell, Problem

NATURES = ("displacement", "return", "flood", "fire", "drought", "epidemic", "schools-closed", "health-posts-closed", "other")
CLOSURES = frozenset({"schools-closed", "health-posts-closed"})
GROUPS = ("idp", "host", "returnee", "refugee", "asylum_seeker", "all", "other")
TELLERS = ("authority", "service", "community", "partner", "other")
OUTCOMES = ("waiting", "confirmed", "not-confirmed")
COVERAGES = ("covered", "partly", "waiting", "not-covered", "not-needed", "unsaid")
STATES = ("covered", "partly", "waiting", "not-covered", "not-needed")
REASONS = ("no-money", "no-stock", "no-partner", "access", "below-threshold", "not-confirmed", "helped-elsewhere", "moved-on", "other")
NEEDS_A_REASON = frozenset({"partly", "not-covered"})
FEWEST_A_HOUSEHOLD, MOST_A_HOUSEHOLD = 2, 15
FIRST_YEAR = 2010
Standing = Literal["in-time", "late", "running", "due", "overdue", "not-needed", "no-aim"]


@dataclass(frozen=True, slots=True)
class AlertEntry:
    """An alert as a person enters it; counts are whole households, people and facilities, None where nobody said."""

    unit: str
    nature: str
    group: str = "idp"
    raised_on: date | None = None
    teller: str = "authority"
    households: int | None = None
    people: int | None = None
    facilities: int | None = None
    assessed_on: date | None = None
    assessors: str = ""
    outcome: str = "waiting"

    def values(self) -> dict[str, Any]:
        """Field by field, days as ISO text: what two editors are compared on.

        >>> AlertEntry("ner-1-diffa", "flood", raised_on=date(2026, 8, 3)).values()["raised_on"]
        '2026-08-03'
        """
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(self).items()}


TEXTS = frozenset({"assessors"})


def alert_of(values: Mapping[str, Any]) -> AlertEntry:
    """The alert of its values.

    >>> told = AlertEntry("ner-1-diffa", "flood", raised_on=date(2026, 8, 3))
    >>> alert_of(told.values()) == told
    True
    """
    days: dict[str, Any] = {name: date.fromisoformat(values[name]) if values.get(name) else None for name in ("raised_on", "assessed_on")}
    plain: dict[str, Any] = {name: values[name] for name in AlertEntry.__dataclass_fields__ if name in values and name not in days}
    return AlertEntry(**plain, **days)


@dataclass(frozen=True, slots=True)
class SectorLine:
    """What one sector did about an alert: covered or not and why, households assisted, the day it began."""

    sector: str
    state: str
    reason: str = ""
    organisation: str = ""
    households: int | None = None
    begun_on: date | None = None


def check_alert(alert: AlertEntry, *, today: date) -> Iterator[Problem]:
    """What is wrong with an alert; the place of each problem is the field's name.

    >>> [str(each.code) for each in check_alert(AlertEntry("ner-1-diffa", "flood", raised_on=date(2026, 8, 3)), today=date(2026, 8, 9))]
    ['alert-nobody-counted']
    """
    if alert.raised_on is None:
        yield Problem("alert-date-missing", Cell(column="raised_on"))
    elif alert.raised_on.year < FIRST_YEAR or alert.raised_on > today:
        yield Problem("alert-date-not-past", Cell(column="raised_on"), alert.raised_on.isoformat())
    yield from _assessment(alert, today)
    yield from _counts(alert)


def _assessment(alert: AlertEntry, today: date) -> Iterator[Problem]:
    if alert.assessed_on and (alert.assessed_on > today or (alert.raised_on and alert.assessed_on < alert.raised_on)):
        yield Problem("alert-assessed-before", Cell(column="assessed_on"), alert.assessed_on.isoformat())
    if alert.outcome != "waiting" and alert.assessed_on is None:
        yield Problem("alert-outcome-without-day", Cell(column="assessed_on"))


def _counts(alert: AlertEntry) -> Iterator[Problem]:
    if alert.nature in CLOSURES:
        if alert.facilities is None:
            yield Problem("alert-nothing-counted", Cell(column="facilities"))
    elif alert.households is None and alert.people is None:
        yield Problem("alert-nobody-counted", Cell(column="households"))
    if not household_size_holds(alert.households, alert.people):
        yield Problem("alert-household-size", Cell(column="people"), str(alert.people), {"households": str(alert.households)})


def household_size_holds(households: int | None, people: int | None) -> bool:
    """Whether people and households can speak of the same thing: two to fifteen people each.

    >>> household_size_holds(100, 712), household_size_holds(100, 100), household_size_holds(None, 5)
    (True, False, True)
    """
    if not households or people is None:
        return True
    return FEWEST_A_HOUSEHOLD * households <= people <= MOST_A_HOUSEHOLD * households


def check_line(line: SectorLine, alert: AlertEntry, *, today: date) -> Iterator[Problem]:
    """What is wrong with a sector's answer to an alert.

    >>> told = AlertEntry("ner-1-diffa", "flood", raised_on=date(2026, 8, 3), households=10)
    >>> [each.code for each in check_line(SectorLine("SHL", "not-covered"), told, today=date(2026, 8, 9))]
    ['response-reason-missing']
    """
    if line.state in NEEDS_A_REASON and not line.reason:
        yield Problem("response-reason-missing", Cell(column="reason"))
    if line.begun_on and (line.begun_on > today or (alert.raised_on and line.begun_on < alert.raised_on)):
        yield Problem("response-day-not-after", Cell(column="begun_on"), line.begun_on.isoformat())
    if line.state in ("covered", "partly") and line.begun_on is None:
        yield Problem("response-day-missing", Cell(column="begun_on"))
    if line.households is not None and alert.households is not None and line.households > alert.households:
        yield Problem("response-above-alert", Cell(column="assisted"), str(line.households), {"households": str(alert.households)})


def coverage(alert_outcome: str, lines: Iterable[SectorLine]) -> str:
    """What all sectors make of an alert together: `covered`, `partly`, `waiting`, `not-covered`, `not-needed`, or `unsaid`.

    >>> coverage("confirmed", [SectorLine("SHL", "covered"), SectorLine("WSH", "not-covered", "no-stock")])
    'partly'
    >>> coverage("confirmed", []), coverage("not-confirmed", [])
    ('unsaid', 'not-needed')
    """
    if alert_outcome == "not-confirmed":
        return "not-needed"
    needed = [line.state for line in lines if line.state != "not-needed"]
    held = set(needed)
    if not held:
        return "not-needed" if any(True for _line in lines) else "unsaid"
    if len(held) == 1:
        return needed[0]
    return "partly" if held & {"covered", "partly"} else "waiting"


@dataclass(frozen=True, slots=True)
class Delay:
    """Where an alert stands against the agreed aim: `days` taken, or passed until today; `left` until the aim, negative when past."""

    standing: Standing
    days: int
    left: int | None


def begun_on(lines: Iterable[SectorLine]) -> date | None:
    """The day of the first answer of any sector."""
    return min((line.begun_on for line in lines if line.begun_on), default=None)


def delay(raised_on: date, begun: date | None, *, today: date, aim_days: int | None, ended: bool = False) -> Delay:
    """Days from the alert to the first answer, against the aim of the State; `ended`: nobody has to answer any more.

    >>> delay(date(2026, 8, 1), date(2026, 8, 6), today=date(2026, 9, 1), aim_days=7)
    Delay(standing='in-time', days=5, left=2)
    >>> delay(date(2026, 8, 1), None, today=date(2026, 8, 7), aim_days=7).standing, delay(date(2026, 8, 1), None, today=date(2026, 8, 9), aim_days=7).standing
    ('due', 'overdue')
    """
    days = ((begun or today) - raised_on).days
    left = None if aim_days is None else aim_days - days
    if begun is None and ended:
        return Delay("not-needed", days, None)
    if left is None:
        return Delay("no-aim", days, None)
    if begun is not None:
        return Delay("in-time" if left >= 0 else "late", days, left)
    return Delay("overdue" if left < 0 else "due" if left <= DUE_WITHIN else "running", days, left)


DUE_WITHIN = 2


def month_counts(rows: Iterable[tuple[str, date, int]]) -> dict[tuple[str, int, int], int]:
    """What alerts count by unit, year and month: households arrived, or facilities closed, added up.

    >>> month_counts([("u", date(2026, 8, 1), 200), ("u", date(2026, 8, 20), 350)])
    {('u', 2026, 8): 550}
    """
    counted: dict[tuple[str, int, int], int] = {}
    for unit, day, number in rows:
        key = (unit, day.year, day.month)
        counted[key] = counted.get(key, 0) + number
    return counted


def due_on(raised_on: date, aim_days: int) -> date:
    """The day by which an alert is to be answered.

    >>> due_on(date(2026, 8, 1), 7)
    datetime.date(2026, 8, 8)
    """
    return raised_on + timedelta(days=aim_days)
