"""Classes of a map: complete, ordered, and as good as an exhaustive search."""

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from concertation.core.classification import natural_classes, quantile_classes

FIGURES = st.lists(st.integers(0, 5_000_000), min_size=1, max_size=60)


def spread(figures: list[int], uppers: tuple[float, ...]) -> float:
    lowers = (-1.0, *uppers[:-1])
    groups = [[f for f in figures if low < f <= up] for low, up in zip(lowers, uppers, strict=True)]
    return sum(float(np.sum((np.array(group) - np.mean(group)) ** 2)) for group in groups if group)


def test_quantiles_of_seventeen_regions_hold_three_or_four_each() -> None:
    figures = [n * n for n in range(17)]

    classes = quantile_classes(figures, classes=5)

    assert classes is not None
    counted = [sum(classes.step(f) == step for f in figures) for step in range(5)]
    assert sorted(counted) == [3, 3, 3, 4, 4]


def test_a_unit_without_a_figure_is_in_no_class() -> None:
    classes = quantile_classes([None, 10, 20], classes=2)

    assert classes is not None
    assert classes.step(None) is None
    assert classes.lowest == 10


def test_no_figures_give_no_classes() -> None:
    assert quantile_classes([None, None], classes=5) is None
    assert natural_classes([], classes=5) is None


def test_equal_figures_are_never_parted() -> None:
    assert quantile_classes([7, 7, 7, 7], classes=5).uppers == (7,)
    assert natural_classes([7, 7, 9], classes=5).uppers == (7, 9)


@given(FIGURES, st.integers(1, 5))
def test_every_figure_has_a_class_and_larger_figures_never_a_lower_one(figures: list[int], wanted: int) -> None:
    for classes in (quantile_classes(figures, classes=wanted), natural_classes(figures, classes=wanted)):
        assert classes is not None
        steps = [classes.step(figure) for figure in sorted(figures)]
        assert steps == sorted(steps)
        assert set(steps) == set(range(len(classes.uppers)))
        assert len(classes.uppers) <= wanted
        assert classes.lowest == min(figures)
        assert classes.uppers[-1] == max(figures)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 2_000), min_size=4, max_size=9, unique=True))
def test_natural_breaks_are_as_good_as_trying_every_partition(figures: list[int]) -> None:
    classes = natural_classes(figures, classes=3)

    rising = sorted(figures)
    every = [(*cut, rising[-1]) for cut in combinations(rising[:-1], 2)]
    assert classes is not None
    assert spread(figures, classes.uppers) <= min(spread(figures, uppers) for uppers in every) * (1 + 1e-9) + 1e-6


@given(FIGURES)
def test_the_order_of_figures_changes_nothing(figures: list[int]) -> None:
    assert natural_classes(figures, classes=4) == natural_classes(figures[::-1], classes=4)
