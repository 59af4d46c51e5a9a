"""A framework as it is declared: one file from which everything else follows, so that text, code and money cannot disagree.

The classes are the grammar of the file: a key nobody knows, or a value of another kind, is refused where the file is read. Where a
part says "one of", exactly one of its keys is filled (`checks` tells what is not). Amounts are whole main units of the envelope's
currency; issues are numbered within a year by the rhythm of their indicator (months 1-12, dekads 1-36, weeks 1-53, days 1-366).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Literal

from concertation.core.anticipation.declaring import Declared, Text
from concertation.core.anticipation.rules import Test, Window

Kind = Literal["climate", "health", "security"]
Status = Literal["in-force", "draft", "ended", "proposal"]
Rhythm = Literal["month", "dekad", "week", "day", "season"]
SourceStatus = Literal["seen", "memory", "derived", "estimated"]
Reducing = Literal[
    "as-published", "area-mean", "share-of-area", "spatial-quantile", "count-of-units", "gauge", "ensemble-mean", "ensemble-probability",
]
MEASURES = frozenset({
    "percent", "share", "probability", "percentile", "index", "level", "phase", "cm", "m3/s", "mm", "mm/day", "kg/ha", "cases", "cases/100000/week", "people",
    "households", "units", "facilities", "ratio",
})  # fmt: skip
ISSUES: Mapping[str, int] = MappingProxyType({"month": 12, "dekad": 36, "week": 53, "day": 366, "season": 1})
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Confirmation(Declared):
    """How a threshold becomes an activation: two people with the mandate, or one and a delay in which nobody objects."""

    mode: Literal["two-persons", "no-objection"] = "two-persons"
    hours: int | None = None


@dataclass(frozen=True, slots=True)
class Owner(Declared):
    """Whose framework it is, who computes the indicator, which national service certifies a reading, who decides."""

    state: str
    operator: str
    certifier: str
    authority: str
    confirm: Confirmation = Confirmation()


@dataclass(frozen=True, slots=True)
class Area(Declared):
    """Where the framework acts: words, and where they are known the units or the mask read."""

    words: Text
    units: tuple[str, ...] = ()
    mask: str = ""


@dataclass(frozen=True, slots=True)
class Condition(Declared):
    """What a grid cell or a unit must satisfy to be counted: a variable, or one minus another, beyond a value."""

    variable: str
    minus: str = ""
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, slots=True)
class Reduce(Declared):
    """How a field, a set of units or an ensemble becomes the one number that is tested."""

    how: Reducing = "as-published"
    where: tuple[Condition, ...] = ()
    quantile: float | None = None
    unit_level: int | None = None
    station: str = ""
    below: float | None = None


@dataclass(frozen=True, slots=True)
class Fallback(Declared):
    """Another source for the same indicator, and when it takes over.

    `reading`: the indicator of that source, read where nothing is held or where the share of stations missing (`missing`, an indicator
    too) is at least `at_least`. Without `reading`, such a value is believed by nobody: not known, never no.
    """

    source: str
    when: Text
    reading: str = ""
    missing: str = ""
    at_least: float | None = None


@dataclass(frozen=True, slots=True)
class Indicator(Declared):
    """What is read: source, variable, measure, rhythm, the range in which a reading can be believed."""

    label: Text
    source: str
    variable: str
    measure: str
    every: Rhythm
    reduce: Reduce = Reduce()
    valid: tuple[float, float] | None = None
    fallback: Fallback | None = None
    stale_after_days: int | None = None


@dataclass(frozen=True, slots=True)
class Envelope(Declared):
    """The agreed money: whose, how much, and a cap it shares with other frameworks in one season."""

    fund: str
    currency: str
    amount: int
    shared_cap: int | None = None
    shared_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MoneyRow(Declared):
    """Money of one agency when a window fires; without window, whichever fires."""

    agency: str
    amount: int
    window: str = ""
    sector: str = ""


@dataclass(frozen=True, slots=True)
class Quoted(Declared):
    """Another amount printed for the same money in the same set of documents."""

    amount: int
    words: Text
    agency: str = ""


@dataclass(frozen=True, slots=True)
class Money(Declared):
    """Agreed money. `split`: each window releases its rows; `all-in`: the first window to fire releases everything.

    `per-unit`: each unit that fires releases its rows again, until the envelope of the season is spent.
    """

    envelope: Envelope
    mode: Literal["split", "all-in", "per-unit"]
    rows: tuple[MoneyRow, ...] = ()
    also_printed: tuple[Quoted, ...] = ()


@dataclass(frozen=True, slots=True)
class Action(Declared):
    """What an agency does when a window fires, and in how many days."""

    code: str
    words: Text
    owner: str
    window: str = ""
    people: int | None = None
    lead_days: int | None = None
    no_regret: bool = False


@dataclass(frozen=True, slots=True)
class Deadlines(Declared):
    """The agreed hours from a threshold to its certification, to the transfer, to the first action."""

    certification_hours: int | None = None
    transfer_hours: int | None = None
    first_action_hours: int | None = None


@dataclass(frozen=True, slots=True)
class Targets(Declared):
    """What the framework was to reach when it was calibrated."""

    return_period: float | None = None
    hit_rate: float | None = None
    false_alarm_ratio: float | None = None
    lead_days: int | None = None


@dataclass(frozen=True, slots=True)
class ReferenceEvent(Declared):
    """The bad years against which skill is counted: a test over a season's reading, or years named by a source."""

    words: Text
    test: str = ""
    years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Column(Declared):
    """Where a column of a published table goes: an indicator, and its issue where the column is one issue."""

    indicator: str
    issue: int | None = None


@dataclass(frozen=True, slots=True)
class TableShape(Declared):
    """How a published table is laid out: the column of the year or season, else of the day; those that name the unit, of the issues, of the readings."""

    columns: Mapping[str, Column]
    year: str = ""
    date: str = ""
    unit: tuple[str, ...] = ()
    issue: Mapping[str, str] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Backtest(Declared):
    """What was published for past years: activated years by window, return periods; `untested`: why no public series can check it."""

    years: tuple[int, int] | None = None
    expect: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: NOTHING)
    return_periods: Mapping[str, float] = field(default_factory=lambda: NOTHING)
    untested: Text | None = None
    table: TableShape | None = None


@dataclass(frozen=True, slots=True)
class PastActivation(Declared):
    """An activation that happened, as a source tells it."""

    when: str
    words: Text
    amount: int | None = None
    people: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework(Declared):
    """A framework of anticipatory action, whole."""

    framework: str
    version: str
    title: Text
    country: str
    kind: Kind
    hazard: str
    status: Status
    sources: tuple[str, ...]
    source_status: SourceStatus
    owner: Owner
    area: Area
    indicators: Mapping[str, Indicator]
    tests: Mapping[str, Test]
    windows: Mapping[str, Window]
    agreed_on: date | None = None
    last_year: int | None = None
    people: int | None = None
    season_starts: int = 1
    money: Money | None = None
    actions: tuple[Action, ...] = ()
    deadlines: Deadlines = Deadlines()
    targets: Targets = Targets()
    reference_event: ReferenceEvent | None = None
    backtest: Backtest = field(default_factory=Backtest)
    activations: tuple[PastActivation, ...] = ()
    notes: tuple[Text, ...] = ()
