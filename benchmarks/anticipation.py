"""Anticipatory action: threshold search, what it accepts on pure noise, bootstrap, replay of the past, all thresholds of a framework together.

    PYTHONPATH=src python benchmarks/anticipation.py [--series 600000] [--checked 10000] [--districts 200] [--frameworks 200]

Each part has its peer in the same run, from the same input, and stops when an answer differs. Search: a straightforward NumPy search of
all 100 x 100 pairs with the score of the published code (-hit rate + 0.001 x false-alarm ratio, the first least wins), written here after
its description. Bootstrap: one resample after another. Replay: the watch that judges everything again after each dekad. Together: a
back-test of each combination. Series are synthetic; the seed is fixed.
"""

import argparse
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from itertools import product

import numpy as np
import numpy.typing as npt

from concertation.core.anticipation.backtest import back_test
from concertation.core.anticipation.calibration.honesty import (
    ACCEPTED_AT,
    CONFIDENCE,
    RESAMPLES,
    chance,
    intervals,
    worth,
)
from concertation.core.anticipation.calibration.search import Best, Percents, Rules, Truths, best_pairs
from concertation.core.anticipation.framework import Framework
from concertation.core.anticipation.joint import together
from concertation.core.anticipation.readings import Reading, Readings
from concertation.core.anticipation.replay import Met, moment, replay
from concertation.core.anticipation.rules import Once, Rank, Reference, Rule
from concertation.core.anticipation.rules import Test as Trial
from concertation.core.anticipation.turning import turned
from concertation.core.anticipation.watching import verdicts
from concertation.core.anticipation.years import Years, mask_of
from concertation.formats.framework_file import shipped

YEARS, EVENTS, SEED = 41, 11, 20261129
RULES = Rules(hit_rate=0.5, success_rate=0.65, return_period=4.0)
INDICES_AND_ISSUES = 15 * 8
YEARS_REPLAYED, DEKADS, BESIDE, BOOTSTRAPPED = 44, 36, 2, 100
THRESHOLDS = np.arange(100)


def series(generator: np.random.Generator, count: int, *, signal: float) -> tuple[Percents, Percents, Truths]:
    """Two readings of so many series and their bad years; `signal` moves the readings of bad years up, 0 is pure noise."""
    bad = np.argsort(generator.random((count, YEARS)), axis=1) < EVENTS
    drawn = [np.clip(generator.normal(35 + signal * bad, 15), 0, 100).astype(np.uint8) for _ in range(2)]
    return drawn[0], drawn[1], bad


def by_force(first: npt.NDArray[np.uint8], second: npt.NDArray[np.uint8], bad: npt.NDArray[np.bool_]) -> float:
    """The score of the best of all 10,000 pairs over one series; 1 where none keeps the rules."""
    fired = (first[None, :] >= THRESHOLDS[:, None])[:, None, :] & (second[None, :] >= THRESHOLDS[:, None])[None, :, :]
    activated, hits = fired.sum(axis=2), (fired & bad).sum(axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        right = hits / activated
        kept = (activated > 0) & (hits / bad.sum() >= RULES.hit_rate - 1e-9) & (right >= RULES.success_rate - 1e-9) & ((len(bad) + 1) / activated >= RULES.return_period - 1e-9)
        score = np.where(kept, -hits / bad.sum() + 0.001 * (1 - right), 1.0)
    return float(score.min())


def on_two_cores(one: Percents, two: Percents, bad: Truths) -> Best:
    """The search on both cores; numpy lets go of the interpreter while it counts."""
    halves = [slice(0, len(one) // 2), slice(len(one) // 2, None)]
    with ThreadPoolExecutor(2) as pool:
        parts = list(pool.map(lambda half: best_pairs(one[half], two[half], bad[half], RULES), halves))
    return Best(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("hits", "fired", "first", "second")))


def same_optimum(generator: np.random.Generator, count: int) -> tuple[float, float]:
    """Seconds by force and by masks over the same series; stops when one optimum differs."""
    one, two, bad = series(generator, count, signal=18)
    begun = time.perf_counter()
    forced = [by_force(*each) for each in zip(one, two, bad, strict=True)]
    between = time.perf_counter()
    best = best_pairs(one, two, bad, RULES)
    ended = time.perf_counter()
    ours = np.where(best.found, -worth(best, bad), 1.0)
    differ = int((np.abs(ours - np.array(forced)) > 1e-9).sum())
    print(f"identical optimum: {count - differ} of {count} ({int(best.found.sum())} series have a trigger)")
    if differ:
        raise SystemExit(1)
    return between - begun, ended - between


def on_noise(generator: np.random.Generator, districts: int) -> None:
    """What is accepted where there is nothing to find: by single series, and by district of 120 searched series."""
    by_series, by_district, ours = 0, 0, 0
    for _ in range(districts):
        one, two, _bad = series(generator, INDICES_AND_ISSUES, signal=0)
        bad = np.broadcast_to(np.argsort(generator.random(YEARS)) < EVENTS, one.shape)
        found = best_pairs(one, two, bad, RULES).found
        by_series += int(found.sum())
        by_district += bool(found.any())
        ours += bool((chance(one, two, bad, RULES, generator) <= ACCEPTED_AT).any())
    print(f"pure noise, {districts} districts of {INDICES_AND_ISSUES} series: the published rule accepts {by_series / districts / INDICES_AND_ISSUES:.1%} of series and {by_district / districts:.1%} of districts; with the corrected chance {ours / districts:.1%} of districts")


def resampled(generator: np.random.Generator, count: int) -> None:
    """Where a rate lies in nine of ten resamples: ours at once, the peer one resample after another, over the same series."""
    one, _two, bad = series(generator, count, signal=18)
    fired = one >= 45
    begun = time.perf_counter()
    ours = [intervals(each, events, generator)[0] for each, events in zip(fired, bad, strict=True)]
    between = time.perf_counter()
    theirs = [resample_by_resample(each, events, generator) for each, events in zip(fired, bad, strict=True)]
    ended = time.perf_counter()
    apart = max(abs(told.low - low) + abs(told.high - high) for told, (low, high) in zip(ours, theirs, strict=True) if told)
    print(f"bootstrap, {RESAMPLES} resamples of {count} series of {YEARS} years: {between - begun:.3f} s, one after another {ended - between:.2f} s, {(ended - between) / (between - begun):.0f} times; bounds at most {apart:.2f} apart")
    if apart > 0.25:
        raise SystemExit(1)


def resample_by_resample(fired: Truths, events: Truths, generator: np.random.Generator) -> tuple[float, float]:
    """The bounds of the hit rate, drawing years again and again."""
    rates = []
    for _ in range(RESAMPLES):
        drawn = generator.integers(0, len(events), len(events))
        if events[drawn].any():
            rates.append((fired[drawn] & events[drawn]).sum() / events[drawn].sum())
    low, high = np.quantile(rates, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def dekadal(number: int) -> tuple[Framework, list[Reading]]:
    """A framework that looks at 36 dekads a year, and 44 years of its readings: ranks over what is known, fixed thresholds by turns."""
    generator = np.random.default_rng(SEED + number)
    held = shipped()["bfa-drought-2026"].read.framework
    if held is None:
        raise SystemExit("the shipped framework cannot be read")
    name, indicator = "soil", next(iter(held.indicators.values()))
    test = Trial(name, rank=Rank("top", 3.0 + number % 5, Reference("full"))) if number % 2 else Trial(name, at_least=92.0 + number % 7)
    framework = replace(
        held, framework=f"synthetic-{number}", indicators={name: replace(indicator, every="dekad", valid=None)}, tests={"high": test}, money=None, actions=(),
        windows={"action": replace(next(iter(held.windows.values())), fire=Rule(once=Once("high")))},
    )  # fmt: skip
    values = generator.normal(50, 18, (YEARS_REPLAYED, DEKADS)).round(1)
    return framework, [Reading(name, "", 1981 + year, dekad + 1, float(values[year, dekad])) for year in range(YEARS_REPLAYED) for dekad in range(DEKADS)]


def watched(framework: Framework, readings: Sequence[Reading]) -> set[Met]:
    """The peer: after each dekad everything known so far is judged again, as the watch of a day does."""
    found, seen, known = set(), set(), list[Reading]()
    for reading in sorted(readings, key=lambda each: moment(framework, each)):
        known.append(reading)
        for verdict in verdicts(framework, Readings.of(known), reading.year):
            if verdict.fired and (verdict.window, verdict.season) not in seen:
                seen.add((verdict.window, verdict.season))
                found.add(Met(verdict.window, verdict.unit, verdict.season, reading.indicator, reading.issue))
    return found


def replayed(number: int) -> int:
    """How many times a synthetic framework fired over its past."""
    return len(replay(*dekadal(number)))


def replays(frameworks: int) -> None:
    """The past of so many frameworks as it went, dekad by dekad; the first two beside the peer."""
    begun = time.perf_counter()
    theirs = [watched(*dekadal(number)) for number in range(BESIDE)]
    between = time.perf_counter()
    ours = [set(replay(*dekadal(number))) for number in range(BESIDE)]
    ended = time.perf_counter()
    if ours != theirs:
        raise SystemExit("the replay and the watch differ")
    print(f"replay beside the watch, {BESIDE} frameworks: {ended - between:.2f} s and {between - begun:.1f} s, {(between - begun) / (ended - between):.0f} times, the same {sum(map(len, ours))} first dekads")
    begun = time.perf_counter()
    with ProcessPoolExecutor(2) as pool:
        fired = sum(pool.map(replayed, range(frameworks), chunksize=10))
    print(f"replay of {YEARS_REPLAYED} years x {DEKADS} dekads x {frameworks} frameworks, two processes: {time.perf_counter() - begun:.1f} s, {fired} windows fired")


def all_together() -> None:
    """Every combination of the thresholds of Niger's draft over a synthetic past, beside a back-test of each."""
    framework, generator = shipped()["ner-drought-2026"].read.framework, np.random.default_rng(SEED)
    if framework is None:
        raise SystemExit("the shipped framework cannot be read")
    months = [Reading("forecast", "", year, issue, float(generator.normal(38, 6))) for year in range(1991, 2026) for issue in range(1, 7)]
    readings = Readings.of([*months, *(Reading("rain_index", "", year, 8, float(generator.normal(0, 1))) for year in range(1991, 2026))])
    bad = Years(2001, 2025, mask_of(2001, (2001, 2004, 2009, 2011, 2021)), (1 << 25) - 1)
    begun = time.perf_counter()
    found = together(framework, readings, bad, span=(2001, 2025))
    between = time.perf_counter()
    best: dict[int, int] = {}
    for forecast, season in product(range(1, 100, 2), range(1, 100, 2)):
        fired = back_test(turned(framework, {"dry_forecast": float(forecast), "dry_season": float(season)}), readings).overall.fired
        best[fired.bit_count()] = max(best.get(fired.bit_count(), 0), (fired & bad.fired).bit_count())
    ended = time.perf_counter()
    if any(best[each.activations] != each.hits for each in found.front):
        raise SystemExit("the front and the back-tests differ")
    print(f"{found.tried} combinations of all thresholds of a framework: {between - begun:.2f} s, a back-test of each {ended - between:.1f} s, {(ended - between) / (between - begun):.0f} times, the same front of {len(found.front)}")


def main() -> None:
    """Print our figure, the peer's and the ratio, from the same input in one run."""
    asked = argparse.ArgumentParser()
    for name, usual in (("series", 600_000), ("checked", 10_000), ("districts", 200), ("frameworks", 200)):
        asked.add_argument(f"--{name}", type=int, default=usual)
    wanted = asked.parse_args()
    generator = np.random.default_rng(SEED)
    force, masks = same_optimum(generator, wanted.checked)
    print(f"{wanted.checked} series x 10,000 pairs, one thread: brute force {force:.1f} s, masks {masks:.3f} s, {force / masks:.0f} times")
    one, two, bad = series(generator, wanted.series, signal=18)
    begun, worked = time.perf_counter(), time.process_time()
    on_two_cores(one, two, bad)
    print(f"{wanted.series} series x {YEARS} years x 10,000 pairs, two threads: {time.perf_counter() - begun:.2f} s by the clock, {time.process_time() - worked:.2f} s of processor")
    on_noise(generator, wanted.districts)
    resampled(generator, BOOTSTRAPPED)
    replays(wanted.frameworks)
    all_together()


if __name__ == "__main__":
    main()
