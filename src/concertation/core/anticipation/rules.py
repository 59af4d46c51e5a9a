"""When a framework fires, as its file declares it: what is compared with what, which forms a rule takes, and in which window."""

from dataclasses import dataclass
from typing import Literal

from concertation.core.anticipation.declaring import Declared, Text

Role = Literal["alert", "readiness", "action"]


@dataclass(frozen=True, slots=True)
class Reference(Declared):
    """The years a reading is ranked among: all held, those until then, the years just before, or fixed ones."""

    kind: Literal["full", "rolling", "expanding", "fixed"] = "full"
    years: int | None = None
    including_current: bool = False
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Rank(Declared):
    """Among the highest or lowest percent of a reference. `ties`: the k-th observed value itself counts, or must be passed, or is interpolated."""

    side: Literal["top", "bottom"]
    percentile: float
    reference: Reference = Reference()
    ties: Literal["observed-value", "beyond-observed-value", "interpolated"] = "observed-value"
    least_years: int = 5


@dataclass(frozen=True, slots=True)
class TableLine(Declared):
    """A threshold of one unit and one issue; empty or null: of any."""

    value: float
    unit: str = ""
    issue: int | None = None


@dataclass(frozen=True, slots=True)
class Thresholds(Declared):
    """Thresholds that differ by unit or issue."""

    side: Literal["at-least", "at-most"]
    lines: tuple[TableLine, ...]


@dataclass(frozen=True, slots=True)
class TrendRatio(Declared):
    """Below or above a share of the value that a straight line through the other years gives."""

    ratio: float
    side: Literal["below", "above"] = "below"
    least_years: int = 10


@dataclass(frozen=True, slots=True)
class Growth(Declared):
    """Each of the last issues is at least so many times the one before."""

    factor: float
    issues: int


@dataclass(frozen=True, slots=True)
class Test(Declared):
    """One reading judged by one of: a fixed threshold, another indicator, a rank, a table, a trend, a growth; `also`: another test on the same reading."""

    indicator: str
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None
    at_least_reading: str = ""
    rank: Rank | None = None
    table: Thresholds | None = None
    trend: TrendRatio | None = None
    growth: Growth | None = None
    also: str = ""

    @property
    def comparisons(self) -> tuple[str, ...]:
        """Which ways of judging are filled in.

        >>> Test("level", at_least=592.0).comparisons
        ('at_least',)
        """
        names = ("at_least", "above", "at_most", "below", "at_least_reading", "rank", "table", "trend", "growth")
        return tuple(name for name in names if getattr(self, name) not in (None, ""))


@dataclass(frozen=True, slots=True)
class Once(Declared):
    """Any one of the issues passes the test; without issues, any of the year."""

    test: str
    issues: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Consecutive(Declared):
    """So many issues in a row, in the order given, pass the test."""

    test: str
    n: int
    issues: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CountOfUnits(Declared):
    """At least so many units pass the test at the same issue."""

    test: str
    at_least: int
    issues: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadySet(Declared):
    """One issue passes the test of readiness and the next issue the test of action."""

    ready: str
    set: str
    issues: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Unless(Declared):
    """A rule that counts only where a window has not fired in the same season."""

    fired: str
    then: "Rule"


@dataclass(frozen=True, slots=True)
class Rule(Declared):
    """When a window fires: one of these."""

    any: tuple["Rule", ...] = ()
    all: tuple["Rule", ...] = ()
    once: Once | None = None
    consecutive: Consecutive | None = None
    count: CountOfUnits | None = None
    ready_set: ReadySet | None = None
    unless: Unless | None = None

    @property
    def forms(self) -> tuple[str, ...]:
        """Which forms are filled in.

        >>> Rule(once=Once("high")).forms
        ('once',)
        """
        return tuple(name for name in ("any", "all", "once", "consecutive", "count", "ready_set", "unless") if getattr(self, name))


@dataclass(frozen=True, slots=True)
class Window(Declared):
    """A time in the season in which the rule may fire, the months of its decisions, and the share of the money it releases."""

    label: Text
    fire: Rule
    decide: tuple[int, ...]
    role: Role = "action"
    release_percent: float = 100.0
    refund_unless: str = ""
    lead_days: int | None = None
