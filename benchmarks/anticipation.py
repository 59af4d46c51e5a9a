"""Threshold search: the same optimum as trying every pair, how fast, and what it accepts on pure noise beside the rule of the published code.

    PYTHONPATH=src python benchmarks/anticipation.py [--series 600000] [--checked 10000] [--districts 200]

The peer is a straightforward NumPy search of all 100 x 100 pairs with the score of the published code (-hit rate + 0.001 x false-alarm
ratio, the first least wins), written here after its description. Series are synthetic; the seed is fixed.
"""

import argparse
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from concertation.core.anticipation.calibration.honesty import ACCEPTED_AT, chance, worth
from concertation.core.anticipation.calibration.search import Best, Percents, Rules, Truths, best_pairs

YEARS, EVENTS, SEED = 41, 11, 20261129
RULES = Rules(hit_rate=0.5, success_rate=0.65, return_period=4.0)
INDICES_AND_ISSUES = 15 * 8
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


def main() -> None:
    """Print our figure, the peer's and the ratio, from the same input in one run."""
    asked = argparse.ArgumentParser()
    for name, usual in (("series", 600_000), ("checked", 10_000), ("districts", 200)):
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


if __name__ == "__main__":
    main()
