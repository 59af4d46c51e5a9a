"""What is wrong with a framework that could be read: names nobody declared, windows that can never fire, tests that exclude each other,
money that does not add up, and what the rules of the framework forbid. Each is a problem with its place; a problem of severity
`refused` keeps the framework from being signed and from activating anything.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from concertation.core.anticipation.amounts import disagreements, planned
from concertation.core.anticipation.firing import rules_in, tests_in
from concertation.core.anticipation.framework import ISSUES, MEASURES, Framework
from concertation.core.anticipation.rules import Rule, Test, Window
from concertation.core.money import is_currency
from concertation.core.problems import Cell, Problem

PROTECTIVE = frozenset({"displacement-alerts", "schools-closed", "health-posts-closed"})
NEEDED: Mapping[str, str] = {"spatial-quantile": "quantile", "gauge": "station", "ensemble-probability": "below", "share-of-area": "where", "count-of-units": "where"}


def problems_of(framework: Framework) -> tuple[Problem, ...]:
    """Everything wrong with a framework, in the order of its file."""
    return (
        *ownership(framework), *indicators(framework), *tests(framework), *windows(framework), *money(framework), *actions(framework), *past(framework),
    )  # fmt: skip


def at(*parts: object) -> Cell:
    """The place in the file, as the keys that lead there.

    >>> str(at("tests", "dry", "on"))
    'tests.dry.on'
    """
    return Cell(column=".".join(str(part) for part in parts))


def ownership(framework: Framework) -> Iterator[Problem]:
    """A delay without objection needs its hours; a health threshold is never released over the health ministry's head."""
    confirm = framework.owner.confirm
    if confirm.mode == "no-objection" and not confirm.hours:
        yield Problem("framework-key-missing", at("owner", "confirm", "hours"), "hours")
    if framework.kind == "health" and confirm.mode != "two-persons":
        yield Problem("framework-health-authority-bypassed", at("owner", "confirm", "mode"), confirm.mode)


def indicators(framework: Framework) -> Iterator[Problem]:
    """Measures the product knows, reducers with what they need, protective sources alone where security is the hazard."""
    for name, indicator in framework.indicators.items():
        if indicator.measure not in MEASURES:
            yield Problem("framework-measure-unknown", at("indicators", name, "measure"), indicator.measure, {"known": ", ".join(sorted(MEASURES))})
        needed = NEEDED.get(indicator.reduce.how)
        if needed and getattr(indicator.reduce, needed) in (None, "", ()):
            yield Problem("framework-key-missing", at("indicators", name, "reduce", needed), needed)
        yield from fallbacks(framework, name)
        if indicator.valid and indicator.valid[0] >= indicator.valid[1]:
            yield Problem("framework-tests-contradict", at("indicators", name, "valid"), str(indicator.valid))
        if framework.kind == "security" and indicator.variable not in PROTECTIVE:
            yield Problem("framework-security-variable-refused", at("indicators", name, "variable"), indicator.variable)


def fallbacks(framework: Framework, name: str) -> Iterator[Problem]:
    """A fallback reads indicators that are declared, others than its own, and says from which share of missing stations on."""
    fallback = framework.indicators[name].fallback
    if fallback is None:
        return
    for key in ("reading", "missing"):
        named = getattr(fallback, key)
        if named and (named not in framework.indicators or named == name):
            yield Problem("framework-indicator-unknown", at("indicators", name, "fallback", key), named, {"known": ", ".join(each for each in framework.indicators if each != name)})
    if fallback.missing and fallback.at_least is None:
        yield Problem("framework-key-missing", at("indicators", name, "fallback", "at_least"), "at_least")


def tests(framework: Framework) -> Iterator[Problem]:
    """Each test names a declared indicator and one way of judging, within what can be."""
    for name, test in framework.tests.items():
        for key in ("indicator", "at_least_reading"):
            named = getattr(test, key)
            if named and named not in framework.indicators:
                yield Problem("framework-indicator-unknown", at("tests", name, key), named, {"known": ", ".join(framework.indicators)})
        if test.also and test.also not in framework.tests:
            yield Problem("framework-test-unknown", at("tests", name, "also"), test.also, {"known": ", ".join(framework.tests)})
        elif test.also and has_loop(framework, name):
            yield Problem("framework-tests-contradict", at("tests", name, "also"), test.also)
        yield from judging(framework, name, test)


def has_loop(framework: Framework, name: str) -> bool:
    """Whether a test asks, through others, for itself."""
    seen: set[str] = set()
    while name in framework.tests and name not in seen:
        seen.add(name)
        name = framework.tests[name].also
    return name in seen


def judging(framework: Framework, name: str, test: Test) -> Iterator[Problem]:
    """One way of judging; a percentile from 0 to 100; bounds that leave room; a reference that holds years."""
    ways = test.comparisons
    limits = {"at_least", "above", "at_most", "below"}
    if not ways or (len(ways) > 1 and not set(ways) <= limits):
        yield Problem("framework-one-of", at("tests", name), ", ".join(ways), {"known": "at_least, above, at_most, below, at_least_reading, rank, table, trend, growth"})
    lower, upper = bounds(test)
    if lower > upper:
        yield Problem("framework-tests-contradict", at("tests", name), f"{lower:g} > {upper:g}")
    if test.rank:
        yield from ranking(name, test)
    indicator = framework.indicators.get(test.indicator)
    if indicator and indicator.valid and not set(ways) - limits and ways and (lower > indicator.valid[1] or upper < indicator.valid[0]):
        bound = lower if lower > indicator.valid[1] else upper
        yield Problem("framework-threshold-never-reached", at("tests", name), f"{bound:g}", {"low": f"{indicator.valid[0]:g}", "high": f"{indicator.valid[1]:g}"})


def bounds(test: Test) -> tuple[float, float]:
    """The least and greatest value that pass the fixed limits of a test.

    >>> bounds(Test("x", at_least=1.0, below=3.0))
    (1.0, 3.0)
    """
    lower = max((value for value in (test.at_least, test.above) if value is not None), default=float("-inf"))
    upper = min((value for value in (test.at_most, test.below) if value is not None), default=float("inf"))
    return lower, upper


def ranking(name: str, test: Test) -> Iterator[Problem]:
    """A rank that can be found."""
    rank = test.rank
    if rank is None:
        return
    if not 0 < rank.percentile < 100:
        yield Problem("framework-percentile-out-of-range", at("tests", name, "rank", "percentile"), f"{rank.percentile:g}")
    reference = rank.reference
    if reference.kind == "rolling" and (reference.years or 0) < 1:
        yield Problem("framework-key-missing", at("tests", name, "rank", "reference", "years"), "years")
    elif reference.kind == "rolling" and (reference.years or 0) < rank.least_years:
        yield Problem("framework-reference-too-short", at("tests", name, "rank", "reference", "years"), str(reference.years), {"least": str(rank.least_years)})
    if reference.kind == "fixed" and (reference.first is None or reference.last is None):
        yield Problem("framework-key-missing", at("tests", name, "rank", "reference", "first"), "first, last")
    elif reference.kind == "fixed" and (reference.last or 0) - (reference.first or 0) + 1 < rank.least_years:
        yield Problem("framework-reference-too-short", at("tests", name, "rank", "reference"), f"{reference.first}-{reference.last}", {"least": str(rank.least_years)})


def windows(framework: Framework) -> Iterator[Problem]:
    """Windows whose rule is whole, names what is declared, and can fire before it is decided."""
    for name, window in framework.windows.items():
        unknown = list(names_in(framework, name, window))
        yield from unknown
        if not unknown:
            yield from reachable(framework, name, window)
        if window.refund_unless and window.refund_unless not in framework.windows:
            yield Problem("framework-window-unknown", at("windows", name, "refund_unless"), window.refund_unless, {"known": ", ".join(framework.windows)})
        if not 0 <= window.release_percent <= 100:
            yield Problem("framework-percentile-out-of-range", at("windows", name, "release_percent"), f"{window.release_percent:g}")


def names_in(framework: Framework, name: str, window: Window) -> Iterator[Problem]:
    """Names in a rule that stand nowhere, and rules that say nothing or several things at once."""
    for rule in rules_in(window.fire):
        if len(rule.forms) != 1:
            yield Problem("framework-one-of", at("windows", name, "fire"), ", ".join(rule.forms), {"known": "any, all, once, consecutive, count, ready_set, unless"})
        if rule.unless and rule.unless.fired not in framework.windows:
            yield Problem("framework-window-unknown", at("windows", name, "fire"), rule.unless.fired, {"known": ", ".join(framework.windows)})
    for test, _issues in tests_in(window.fire):
        if test not in framework.tests:
            yield Problem("framework-test-unknown", at("windows", name, "fire"), test, {"known": ", ".join(framework.tests)})


def reachable(framework: Framework, name: str, window: Window) -> Iterator[Problem]:
    """A window that can never fire: issues that do not exist, runs longer than their issues, decisions before any issue, limits that exclude each other."""
    place = at("windows", name, "fire")
    for rule in rules_in(window.fire):
        if rule.consecutive and not 1 <= rule.consecutive.n <= len(rule.consecutive.issues):
            yield Problem("framework-window-never-fires", place, f"{rule.consecutive.n} > {len(rule.consecutive.issues)}")
        if rule.unless and rule.unless.fired != name and name in unless_of(framework, rule.unless.fired):
            yield Problem("framework-window-never-fires", place, rule.unless.fired)
        if contradicts(framework, rule):
            yield Problem("framework-tests-contradict", place, ", ".join(part.once.test for part in rule.all if part.once))
    for test, issues in tests_in(window.fire):
        indicator = framework.indicators.get(framework.tests[test].indicator)
        if indicator and [issue for issue in issues if not 1 <= issue <= ISSUES[indicator.every]]:
            yield Problem("framework-window-never-fires", place, ", ".join(map(str, issues)))
    if [month for month in window.decide if not 1 <= month <= 12] or not window.decide or decided_too_early(framework, window):
        yield Problem("framework-window-never-fires", at("windows", name, "decide"), ", ".join(map(str, window.decide)))


def unless_of(framework: Framework, window: str) -> set[str]:
    """The windows that hold a window back."""
    held = framework.windows.get(window)
    return {rule.unless.fired for rule in rules_in(held.fire) if rule.unless} if held else set()


def decided_too_early(framework: Framework, window: Window) -> bool:
    """Whether the last decision of a season comes before the first monthly issue it rests on."""
    rank = {month: (month - framework.season_starts) % 12 for month in range(1, 13)}
    issues = [
        rank.get(issue, 0)
        for test, named in tests_in(window.fire)
        for issue in named
        if (held := framework.indicators.get(framework.tests[test].indicator)) and held.every == "month"
    ]
    return bool(issues) and max(rank.get(month, 0) for month in window.decide) < min(issues)


def contradicts(framework: Framework, rule: Rule) -> bool:
    """Whether two tests that must hold together on one indicator and issue exclude each other."""
    named = [part.once for part in rule.all if part.once]
    return any(
        first.issues == second.issues and framework.tests[first.test].indicator == framework.tests[second.test].indicator and apart(framework.tests[first.test], framework.tests[second.test])
        for first, second in combinations(named, 2)
    )


def apart(first: Test, second: Test) -> bool:
    """Whether no value passes both.

    >>> apart(Test("x", at_least=5.0), Test("x", below=3.0))
    True
    """
    (low, high), (other_low, other_high) = bounds(first), bounds(second)
    return max(low, other_low) > min(high, other_high)


def money(framework: Framework) -> Iterator[Problem]:
    """Rows that add up to the envelope (each may be rounded to a unit; money by unit fits in it once at least), windows that exist, and what the same documents print otherwise."""
    held = framework.money
    if held is None:
        return
    if not is_currency(held.envelope.currency):
        yield Problem("currency-unknown", at("money", "envelope", "currency"), held.envelope.currency)
    for number, row in enumerate(held.rows):
        if row.window and row.window not in framework.windows:
            yield Problem("framework-window-unknown", at("money", "rows", number, "window"), row.window, {"known": ", ".join(framework.windows)})
        if row.amount < 0:
            yield Problem("amount-negative", at("money", "rows", number, "amount"), str(row.amount))
    adds_up = planned(held) <= held.envelope.amount if held.mode == "per-unit" else abs(planned(held) - held.envelope.amount) < max(len(held.rows), 1)
    if held.rows and not adds_up:
        yield Problem("framework-money-not-adding-up", at("money", "rows"), spaced(planned(held)), {"envelope": spaced(held.envelope.amount)})
    for own, printed, agency in disagreements(held):
        yield Problem("framework-money-printed-otherwise", at("money", "also_printed"), spaced(printed), {"held": spaced(own), "of": agency or held.envelope.fund})


def spaced(amount: int) -> str:
    """An amount by thousands, the same in both languages.

    >>> spaced(1600000).split()
    ['1', '600', '000']
    """
    return f"{amount:_}".replace("_", "\u202f")


def actions(framework: Framework) -> Iterator[Problem]:
    """Actions of windows that exist."""
    for number, action in enumerate(framework.actions):
        if action.window and action.window not in framework.windows:
            yield Problem("framework-window-unknown", at("actions", number, "window"), action.window, {"known": ", ".join(framework.windows)})


def past(framework: Framework) -> Iterator[Problem]:
    """Published years of windows that exist, within the years looked at; a reference event that can be found."""
    if framework.reference_event and framework.reference_event.test and framework.reference_event.test not in framework.tests:
        yield Problem("framework-test-unknown", at("reference_event", "test"), framework.reference_event.test, {"known": ", ".join(framework.tests)})
    first, last = framework.backtest.years or (0, 9999)
    for name, years in framework.backtest.expect.items():
        if name not in framework.windows:
            yield Problem("framework-window-unknown", at("backtest", "expect", name), name, {"known": ", ".join(framework.windows)})
        outside = [year for year in years if not first <= year <= last]
        if outside:
            yield Problem("framework-year-outside", at("backtest", "expect", name), ", ".join(map(str, outside)), {"first": str(first), "last": str(last)})
    shape = framework.backtest.table
    for name, column in (shape.columns.items() if shape else ()):
        if column.indicator not in framework.indicators:
            yield Problem("framework-indicator-unknown", at("backtest", "table", "columns", name), column.indicator, {"known": ", ".join(framework.indicators)})


def refusals(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems that keep a framework from being signed; what is printed otherwise only has to be said."""
    return tuple(problem for problem in problems if problem.code != "framework-money-printed-otherwise")
