"""When a window fires: its rule folded into masks of years, whole or unit by unit. The same folding serves history and today."""

from calendar import isleap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce

from concertation.core.anticipation.framework import Framework
from concertation.core.anticipation.judging import Judgement, Spot, judge, years_passed
from concertation.core.anticipation.readings import Readings
from concertation.core.anticipation.rules import Consecutive, CountOfUnits, Rule, Unless
from concertation.core.anticipation.years import Years, everything, mask_of, nothing

LONGEST_YEAR = 366


@dataclass(frozen=True, slots=True)
class Field:
    """What is looked at: the framework, the readings as known, the years, and one unit (empty: the whole area)."""

    framework: Framework
    readings: Readings
    first: int
    last: int
    unit: str = ""

    def passed(self, test: str, issue: int, unit: str | None = None) -> Years:
        """The years in which a test passes at an issue."""
        at = self.unit if unit is None else unit
        return years_passed(self.framework, self.readings, test, unit=at, issue=issue, first=self.first, last=self.last)

    def issues_of(self, test: str, issues: tuple[int, ...]) -> tuple[int, ...]:
        """The issues named, else all that are held."""
        return issues or self.readings.issues(self.framework.tests[test].indicator)

    def any_of(self, every: Iterable[Years]) -> Years:
        """The years in which one of them fired."""
        return reduce(Years.__or__, every, nothing(self.first, self.last))

    def all_of(self, every: Iterable[Years]) -> Years:
        """The years in which all of them fired."""
        return reduce(Years.__and__, every, everything(self.first, self.last))


def fired(field: Field, rule: Rule, *, own: str) -> Years:
    """The years in which a rule of the window `own` fires for one unit."""
    if rule.any:
        return field.any_of(fired(field, each, own=own) for each in rule.any)
    if rule.all:
        return field.all_of(fired(field, each, own=own) for each in rule.all)
    if rule.once:
        return _once(field, rule.once.test, rule.once.issues)
    if rule.consecutive:
        return _in_a_row(field, rule.consecutive)
    if rule.count:
        return _counted(field, rule.count)
    if rule.ready_set:
        return field.any_of(field.passed(rule.ready_set.ready, issue) & field.passed(rule.ready_set.set, following(issue)) for issue in rule.ready_set.issues)
    return _unless(field, rule.unless, own=own) if rule.unless else nothing(field.first, field.last)


def following(month: int) -> int:
    """The month after one.

    >>> following(12)
    1
    """
    return month % 12 + 1


def _once(field: Field, test: str, issues: tuple[int, ...]) -> Years:
    named = field.issues_of(test, issues)
    every = [with_common_years(field, test, issue) for issue in named]
    return field.any_of(every) if every else Years(field.first, field.last, 0, 0)


def with_common_years(field: Field, test: str, issue: int) -> Years:
    """The years in which a test passes at an issue; the 366th day is known not to be in a common year."""
    passed = field.passed(test, issue)
    if issue != LONGEST_YEAR or field.framework.indicators[field.framework.tests[test].indicator].every != "day":
        return passed
    common = mask_of(field.first, (year for year in range(field.first, field.last + 1) if not isleap(year)))
    return Years(field.first, field.last, passed.fired, passed.known | common)


def _in_a_row(field: Field, asked: Consecutive) -> Years:
    passed = [field.passed(asked.test, issue) for issue in asked.issues]
    runs = (passed[start : start + asked.n] for start in range(len(passed) - asked.n + 1))
    return field.any_of(field.all_of(run) for run in runs)


def _counted(field: Field, asked: CountOfUnits) -> Years:
    units = field.readings.units([field.framework.tests[asked.test].indicator])
    per_issue = [[field.passed(asked.test, issue, unit) for unit in units] for issue in field.issues_of(asked.test, asked.issues)]
    return field.any_of(at_least(field, every, asked.at_least) for every in per_issue) if per_issue else Years(field.first, field.last, 0, 0)


def at_least(field: Field, every: list[Years], n: int) -> Years:
    """The years in which at least n fired; known as no where too few could."""
    yes = [sum(each.fired >> place & 1 for each in every) for place in range(field.last - field.first + 1)]
    maybe = [sum(~each.known >> place & 1 for each in every) for place in range(field.last - field.first + 1)]
    done = sum(1 << place for place, count in enumerate(yes) if count >= n)
    told = sum(1 << place for place, (count, open_) in enumerate(zip(yes, maybe, strict=True)) if count >= n or count + open_ < n)
    return Years(field.first, field.last, done, told)


def _unless(field: Field, asked: Unless, *, own: str) -> Years:
    then = fired(field, asked.then, own=own)
    if asked.fired == own:
        return then
    other = fired(field, field.framework.windows[asked.fired].fire, own=asked.fired)
    return then & ~other


def tests_in(rule: Rule) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Every test a rule uses, with the issues at which it looks; empty: any."""
    for part in (*rule.any, *rule.all, *((rule.unless.then,) if rule.unless else ())):
        yield from tests_in(part)
    for plain in (rule.once, rule.consecutive, rule.count):
        if plain is not None:
            yield plain.test, plain.issues
    if rule.ready_set:
        yield rule.ready_set.ready, rule.ready_set.issues
        yield rule.ready_set.set, tuple(following(issue) for issue in rule.ready_set.issues)


def rules_in(rule: Rule) -> Iterator[Rule]:
    """A rule and every rule inside it."""
    yield rule
    for part in (*rule.any, *rule.all, *((rule.unless.then,) if rule.unless else ())):
        yield from rules_in(part)


def counts_units(rule: Rule) -> bool:
    """Whether a rule itself looks over the units, so that it fires for the whole area."""
    return any(each.count is not None for each in rules_in(rule))


def indicators_of(framework: Framework, window: str) -> tuple[str, ...]:
    """The indicators a window reads, those of a window that holds it back too, in order."""
    rule = framework.windows[window].fire
    names = {name: None for test, _issues in tests_in(rule) for name in read_by(framework, test)}
    others = {each.unless.fired for each in rules_in(rule) if each.unless} - {window}
    return tuple(dict.fromkeys((*names, *(name for other in sorted(others) for name in indicators_of(framework, other)))))


def read_by(framework: Framework, test: str) -> tuple[str, ...]:
    """The indicators a test reads: its own, what takes over from it, what says when."""
    indicator = framework.tests[test].indicator
    fallback = framework.indicators[indicator].fallback
    return (indicator, *((name for name in (fallback.reading, fallback.missing) if name) if fallback else ()))


def by_unit(framework: Framework, readings: Readings, window: str, *, first: int, last: int) -> Mapping[str, Years]:
    """The years in which a window fires, for each unit its readings speak of; the whole area under the empty word."""
    rule = framework.windows[window].fire
    units = ("",) if counts_units(rule) else readings.units(indicators_of(framework, window))
    return {unit: fired(Field(framework, readings, first, last, unit), rule, own=window) for unit in units}


def over_the_area(framework: Framework, readings: Readings, window: str, *, first: int, last: int) -> Years:
    """The years in which a window fires anywhere."""
    whole = Field(framework, readings, first, last)
    return whole.any_of(by_unit(framework, readings, window, first=first, last=last).values())


def evidence(framework: Framework, readings: Readings, window: str, *, unit: str, year: int) -> tuple[Judgement, ...]:
    """Every reading a window looked at in a year, judged; those that are not held yet are left out."""
    found = []
    for test, issues in tests_in(framework.windows[window].fire):
        for issue in issues or readings.issues(framework.tests[test].indicator):
            judged = judge(framework, readings, test, Spot(unit, issue, year))
            if judged.value is not None:
                found.append(judged)
    return tuple(dict.fromkeys(found))
