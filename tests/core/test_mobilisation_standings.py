"""A ledger counted as columns says of each pledge, and of all together, what the rules say of one after the other."""

from datetime import date, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from concertation.core.mobilisation.ledger import Instalment, Payment, balance
from concertation.core.mobilisation.standings import standings, totals_of
from concertation.core.mobilisation.totals import Counted, totals

TODAY = date(2026, 6, 1)
days = st.one_of(st.none(), st.integers(-60, 60).map(lambda shift: TODAY + timedelta(days=shift)))
amounts = st.integers(1, 50)
instalment = st.tuples(amounts, days, st.lists(st.integers(1, 40), max_size=2))
pledge = st.fixed_dictionaries({
    "promised": st.one_of(st.none(), st.integers(1, 120)), "beyond": st.integers(0, 20), "taken_back": st.booleans(), "parts": st.lists(instalment, max_size=3),
    "giver": st.sampled_from("abc"), "giver_type": st.sampled_from(["company", "foundation"]), "kind": st.sampled_from(["cash", "in-kind"]), "people": st.integers(1, 4),
})  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.lists(pledge, max_size=6))
def test_columns_say_what_the_rules_of_one_pledge_say(held: list[dict[str, object]]) -> None:
    pledges, parts, paid, one_by_one = [], [], [], []
    for number, each in enumerate(held):
        own = [Instalment(at, minor, due) for at, (minor, due, _paid) in enumerate(each["parts"], 1)]  # type: ignore[var-annotated,arg-type]
        payments = [Payment(at, minor, TODAY) for at, (_minor, _due, came) in enumerate(each["parts"], 1) for minor in came]  # type: ignore[var-annotated,arg-type]
        received = sum(payment.minor for payment in payments) + each["beyond"]  # type: ignore[operator]
        one_by_one.append(balance(each["promised"], own, payments, received=received, taken_back=each["taken_back"], today=TODAY))  # type: ignore[arg-type]
        pledges.append({"pledge": str(number), "received": received, "currency": "XOF", **{name: each[name] for name in ("promised", "taken_back", "giver", "giver_type", "kind", "people")}})
        parts += [(str(number), part.number, part.minor, part.due_on) for part in own]
        paid += [(str(number), payment.instalment, payment.minor) for payment in payments]

    counted = standings(
        pl.DataFrame(pledges, schema={"pledge": pl.String, "received": pl.Int64, "currency": pl.String, "promised": pl.Int64, "taken_back": pl.Boolean, "giver": pl.String, "giver_type": pl.String, "kind": pl.String, "people": pl.Int64}),
        pl.DataFrame(parts, schema={"pledge": pl.String, "number": pl.Int64, "minor": pl.Int64, "due_on": pl.Date}, orient="row"),
        pl.DataFrame(paid, schema={"pledge": pl.String, "number": pl.Int64, "minor": pl.Int64}, orient="row"), today=TODAY,
    )  # fmt: skip

    told = counted.select("standing", "late", "left", "next_due").rows()
    assert told == [(each.standing.value, each.late, each.left, each.next_due) for each in one_by_one]
    added = totals(
        Counted(str(own["giver"]), str(own["giver_type"]), str(own["kind"]), "XOF", stands.promised, stands.received, stands.late, own["people"])  # type: ignore[arg-type]
        for own, stands in zip(held, one_by_one, strict=True) if not own["taken_back"]
    )  # fmt: skip
    assert totals_of(counted) == added
