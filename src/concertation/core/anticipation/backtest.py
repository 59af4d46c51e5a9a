"""What a framework would have done: the years each window fires, how often (Weibull), with what skill, and whether that is what was published."""

from collections.abc import Mapping
from dataclasses import dataclass

from concertation.core.anticipation.firing import over_the_area
from concertation.core.anticipation.framework import Framework
from concertation.core.anticipation.judging import years_passed
from concertation.core.anticipation.readings import Readings
from concertation.core.anticipation.years import Years, mask_of, nothing


@dataclass(frozen=True, slots=True)
class Skill:
    """Of the bad years, the share that was met; of the activations, the share that was vain. None where there is nothing to divide by."""

    hit_rate: float | None
    false_alarm_ratio: float | None


NO_SKILL = Skill(None, None)


@dataclass(frozen=True, slots=True)
class Expectations:
    """Years in which every window does what was published, years in which one does not, years nobody can check."""

    met: tuple[int, ...]
    missed: tuple[int, ...]
    untested: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BacktestResult:
    """The past of a framework: years looked at, each window, any window, all the money, and what was expected."""

    years: tuple[int, int]
    windows: Mapping[str, Years]
    skill: Mapping[str, Skill]
    overall: Years
    spent: Years
    expectations: Expectations

    @property
    def effective_return_period(self) -> float | None:
        """How often all of the money is spent."""
        return self.spent.return_period


def back_test(framework: Framework, readings: Readings) -> BacktestResult:
    """Fire every window over the years of the framework's back-test; those of the readings where it names none."""
    first, last = span_of(framework, readings)
    windows = {name: over_the_area(framework, readings, name, first=first, last=last) for name in framework.windows}
    return result_of(framework, windows, bad_years(framework, readings, first, last), (first, last))


def span_of(framework: Framework, readings: Readings) -> tuple[int, int]:
    """The first and last year looked at: those the framework names, else those of its readings."""
    held = readings.years()
    return framework.backtest.years or ((held[0], held[-1]) if held else (0, 0))


def declared(framework: Framework) -> BacktestResult | None:
    """The past as it was published, where no public series lets anybody check it: every year of it is untested. None where nothing was published."""
    if framework.backtest.years is None or not framework.backtest.expect:
        return None
    first, last = framework.backtest.years
    whole = nothing(first, last)
    published = framework.backtest.expect
    windows = {name: Years(first, last, mask_of(first, published[name]), whole.known) for name in framework.windows if name in published}
    result = result_of(framework, windows, None, (first, last))
    untested = Expectations((), (), tuple(range(first, last + 1)))
    return BacktestResult(result.years, result.windows, result.skill, result.overall, result.spent, untested)


def result_of(framework: Framework, windows: Mapping[str, Years], bad: Years | None, years: tuple[int, int]) -> BacktestResult:
    """The whole result from the years of each window; windows that release no money (alerts) count neither overall nor as spent."""
    paying = [fired for name, fired in windows.items() if framework.windows[name].role != "alert"]
    overall = nothing(*years)
    for each in paying:
        overall = overall | each
    skill = {name: skill_of(fired, bad) for name, fired in windows.items()}
    return BacktestResult(years, windows, skill, overall, spent(framework, windows, overall), expectations(framework, windows, years))


def spent(framework: Framework, windows: Mapping[str, Years], overall: Years) -> Years:
    """The years in which all of the money goes: at any window when it is all-in, when every paying window fires when it is split; of money by unit nothing tells."""
    if framework.money is not None and framework.money.mode == "per-unit":
        return Years(overall.first, overall.last, 0, 0)
    if framework.money is None or framework.money.mode == "all-in":
        return overall
    every = overall
    for name, each in windows.items():
        if any(row.window == name for row in framework.money.rows):
            every = every & each
    return every


def bad_years(framework: Framework, readings: Readings, first: int, last: int) -> Years | None:
    """The years of the reference event; None where the framework declares none."""
    event = framework.reference_event
    if event is None:
        return None
    if event.test:
        issues = readings.issues(framework.tests[event.test].indicator) or (1,)
        return years_passed(framework, readings, event.test, unit="", issue=issues[-1], first=first, last=last)
    return Years(first, last, mask_of(first, (year for year in event.years if first <= year <= last)), nothing(first, last).known)


def skill_of(fired: Years, bad: Years | None) -> Skill:
    """Hit rate (hits / bad years) and false-alarm ratio (false alarms / activations) over the years known of both.

    >>> skill_of(Years(2001, 2004, 0b0011, 0b1111), Years(2001, 2004, 0b0101, 0b1111))
    Skill(hit_rate=0.5, false_alarm_ratio=0.5)
    """
    if bad is None:
        return NO_SKILL
    known = fired.known & bad.known
    activated, events = fired.fired & known, bad.fired & known
    hits = (activated & events).bit_count()
    return Skill(share(hits, events.bit_count()), share((activated & ~events).bit_count(), activated.bit_count()))


def share(part: int, whole: int) -> float | None:
    """A part of a whole; None of nothing."""
    return part / whole if whole else None


def expectations(framework: Framework, windows: Mapping[str, Years], years: tuple[int, int]) -> Expectations:
    """Each year held against what was published of every window."""
    published = framework.backtest.expect
    met, missed, untested = [], [], []
    for year in range(years[0], years[1] + 1) if published else ():
        verdicts = [(windows[name].has(year) if name in windows else None, year in activated) for name, activated in published.items()]
        if any(found is not None and found != expected for found, expected in verdicts):
            missed.append(year)
        elif any(found is None for found, _expected in verdicts):
            untested.append(year)
        else:
            met.append(year)
    return Expectations(tuple(met), tuple(missed), tuple(untested))


def told(framework: Framework, result: BacktestResult, sha256: str) -> dict[str, object]:
    """The result as the terminal and programs receive it."""
    windows = {
        name: {
            "fired": list(fired.listed()), "return_period": rounded(fired.return_period),
            "hit_rate": rounded(result.skill[name].hit_rate), "false_alarm_ratio": rounded(result.skill[name].false_alarm_ratio),
        }
        for name, fired in result.windows.items()
    }  # fmt: skip
    expected = result.expectations
    return {
        "framework": framework.framework, "version": framework.version, "sha256": sha256, "years": list(result.years), "windows": windows,
        "overall": {"fired": list(result.overall.listed()), "return_period": rounded(result.overall.return_period)},
        "expectations": {"met": len(expected.met), "missed": list(expected.missed), "untested": list(expected.untested)},
    }  # fmt: skip


def rounded(value: float | None) -> float | None:
    """To two decimals, as return periods are printed; None stays."""
    return None if value is None else round(value, 2)
