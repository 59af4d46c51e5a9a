"""Written amounts become whole minor units exactly, whatever their length, and half goes to even."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concertation.core.money import DIGITS, in_minor_units

WRITTEN = st.from_regex(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,2})?", fullmatch=True)


@given(written=WRITTEN, currency=st.sampled_from(["XOF", "USD", "TND"]))
def test_minor_units_are_the_exact_fraction_rounded_half_to_even(written: str, currency: str) -> None:
    exact = Fraction(Decimal(written)) * 10 ** DIGITS[currency]

    assert in_minor_units(written, currency) == round(exact)


@pytest.mark.parametrize(("written", "minor"), [("0.005", 0), ("0.015", 2), ("-0.025", -2), (f"{'9' * 40}.005", int("9" * 40) * 100), (f"0.005{'0' * 34}1", 1)])
def test_a_half_is_a_half_however_many_digits_stand_around_it(written: str, minor: int) -> None:
    assert in_minor_units(written, "USD") == minor
