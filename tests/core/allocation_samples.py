"""Questions of a joint allocation that several tests ask: one small enough to answer by hand, and generated ones of every shape."""

from datetime import date
from fractions import Fraction

from hypothesis import strategies as st

from concertation.core.allocation.question import Question
from concertation.core.allocation.terms import Earmark, MoneySource, NeedCell

STATES, SECTORS, UNITS = ("BFA", "MLI", "NER"), ("FSC", "WSH"), ("u1", "u2", "u3")
MILLION = 100_000_000


def three_countries(unit: int) -> Question:
    """100 for Niger's water, 100 free; needs of 200, 100 and 100 in one sector; amounts in `unit` minor units."""
    niger_water = Earmark(states=frozenset({"NER"}), sectors=frozenset({"WSH"}))
    needs = (("NER", 200), ("BFA", 100), ("MLI", 100))
    return Question(
        "USD", (MoneySource("tied", 100 * unit, niger_water), MoneySource("free", 100 * unit)),
        tuple(NeedCell(state, state, "WSH", need=amount * unit, people=amount) for state, amount in needs),
    )  # fmt: skip


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Small questions of every shape: overlapping earmarks, caps, money already there, local shares, last days, severities."""
    cells = [
        NeedCell(
            f"{state}-{sector}-{unit}", state, sector, unit, need=draw(st.integers(0, 50)) * MILLION, people=draw(st.integers(0, 90_000)),
            funded=draw(st.sampled_from([0, 0, 3 * MILLION, 60 * MILLION])), severity=draw(st.integers(1, 5)),
            cap=draw(st.sampled_from([None, None, None, 5 * MILLION, 0])), local=draw(st.booleans()),
        )
        for state in STATES for sector in SECTORS for unit in UNITS if draw(st.booleans())
    ]  # fmt: skip
    part = st.frozensets
    sources = [
        MoneySource(
            f"s{number}", draw(st.one_of(st.just(0), st.integers(MILLION, 40 * MILLION))),
            Earmark(draw(part(st.sampled_from(STATES), max_size=2)), draw(part(st.sampled_from(SECTORS), max_size=1)), draw(st.one_of(st.just(frozenset()), part(st.sampled_from(UNITS), max_size=1)))),
            spend_by=draw(st.sampled_from([None, date(2026, 3, 1), date(2027, 1, 1)])), local_share=draw(st.sampled_from([Fraction(0), Fraction(0), Fraction(1, 4)])),
        )
        for number in range(draw(st.integers(0, 6)))
    ]  # fmt: skip
    return Question("USD", tuple(sources), tuple(cells), tolerance=draw(st.sampled_from([Fraction(0), Fraction(1, 100)])), as_of=date(2026, 6, 1))
