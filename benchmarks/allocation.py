"""A joint allocation at the size of the region and beyond: time to a certified plan, to a what-if, and beside PuLP with CBC.

Instances are synthetic and say so: four States, twelve sectors, needs of 0.2 to 5 million each; a tenth of the money unearmarked, a
quarter to a State, two fifths to a State and two sectors, a quarter to three units and a sector; money for 45 % of all need.
Ours is the whole product's own way: floors, most people, freedom, whole minor units, certificate in exact arithmetic.
The peers solve one stage alone (the most weighted people, no floor) on the same instance; ours solves that stage too, beside it, and
all objectives are asserted equal. PuLP and cvxpy (as whole matrices, with the solver it chooses) are given our merged sources in one line,
and the sources as they come in another, where it fits. The last block asks for a smallest grant, and prints what gathering lines costs.

    PYTHONPATH=src python benchmarks/allocation.py            both sizes
    PYTHONPATH=src python benchmarks/allocation.py --quick    200 x 2,400 alone
"""

import os
import random
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any

from concertation.core.allocation.answer import allocate
from concertation.core.allocation.certificate import certify, costs_of_minimum
from concertation.core.allocation.floors import no_floors
from concertation.core.allocation.grants import small_lines
from concertation.core.allocation.model import lay_out
from concertation.core.allocation.plan import plan_of
from concertation.core.allocation.question import Question
from concertation.core.allocation.stages import begin
from concertation.core.allocation.stages import most_good as solve_most_good
from concertation.core.allocation.terms import Earmark, MoneySource, NeedCell
from concertation.core.allocation.worth import tranches

try:
    import pulp
except ImportError:
    pulp = None
try:
    import cvxpy
    from scipy import sparse
except ImportError:
    cvxpy = sparse = None

SEED, RUNS, EQUAL = 20261129, 3, 1e-6
NEARLY = 1e-4
SMALLEST = (100_000, 500_000)
STATES, SECTORS = ("BFA", "MLI", "NER", "TGO"), tuple(f"S{number:02}" for number in range(12))
SIZES = ((200, 2_400, 0.5, True), (2_000, 3_600, 2.0, False))


def instance(sources: int, cells: int) -> Question:
    """A synthetic question of that size, the same every time."""
    chance = random.Random(SEED)
    units = cells // len(STATES) // len(SECTORS)
    needs = []
    for state in STATES:
        for unit in range(units):
            for sector in SECTORS:
                need = chance.randint(200_000, 5_000_000) * 100
                funded, severity = need * chance.randint(0, 20) // 100, chance.randint(1, 5)
                needs.append(NeedCell(f"{state}-{unit}-{sector}", state, sector, f"{state}{unit}", need=need, funded=funded, people=chance.randint(500, 60_000), severity=severity))
    each = int(sum(cell.need for cell in needs) * 0.45) // sources
    return Question("USD", tuple(MoneySource(f"s{number}", each, earmark(chance, units)) for number in range(sources)), tuple(needs))


def earmark(chance: random.Random, units: int) -> Earmark:
    """One earmark of the mix."""
    kind, state = chance.random(), chance.choice(STATES)
    if kind < 0.10:
        return Earmark()
    if kind < 0.35:
        return Earmark(frozenset({state}))
    if kind < 0.75:
        return Earmark(frozenset({state}), frozenset(chance.sample(SECTORS, 2)))
    return Earmark(frozenset({state}), frozenset({chance.choice(SECTORS)}), frozenset(f"{state}{chance.randrange(units)}" for _ in range(3)))


def timed(work: Callable[[], Any], runs: int = RUNS) -> tuple[float, float, Any]:
    """Median seconds of some runs by the clock and of the processor (the peer's child process counted), and the last result."""
    seconds, worked = [], []
    for _ in range(runs):
        start, before = perf_counter(), processor()
        result = work()
        seconds.append(perf_counter() - start)
        worked.append(processor() - before)
    return statistics.median(seconds), statistics.median(worked), result


def processor() -> float:
    """Seconds of the processor used by this process and its children so far: other work on the machine does not show in them."""
    told = os.times()
    return told.user + told.system + told.children_user + told.children_system


def fresh(question: Question) -> Question:
    """The same question with nothing worked out yet."""
    return replace(question)


def one_stage(question: Question) -> float:
    """Weighted people of the stage the peer solves too, by our optimiser."""
    layout = lay_out(question)
    solving = begin(layout, no_floors(layout))
    solve_most_good(solving)
    return best_of(solving)


def best_of(solving: Any) -> float:
    """The objective just reached, in weighted people."""
    layout = solving.layout
    columns = solving.kept.highs.getSolution().col_value
    return float(sum(width * gain for width, gain in zip(columns, layout.part_gain.tolist(), strict=False)))


def holders(question: Question, *, merged: bool) -> Iterator[tuple[int, Sequence[int]]]:
    """Amounts and the cells each may serve, sources merged by what they may serve or as they come."""
    if merged:
        for each in question.classes:
            yield each.amount, each.admitted.nonzero()[0].tolist()
    else:
        for source in question.sources:
            yield source.amount, question.needs.admission.served(source.terms).nonzero()[0].tolist()


def by_pulp(question: Question, *, merged: bool) -> float:
    """Weighted people, modelled and solved by PuLP with CBC; amounts in millions."""
    problem = pulp.LpProblem("synthetic", pulp.LpMaximize)
    into: dict[int, list[Any]] = {}
    unit = question.scale
    for number, (amount, served) in enumerate(holders(question, merged=merged)):
        flows = [pulp.LpVariable(f"x{number}_{cell}", 0) for cell in served]
        problem += pulp.lpSum(flows) <= amount / unit
        for cell, flow in zip(served, flows, strict=True):
            into.setdefault(cell, []).append(flow)
    gains = []
    for cell, flows in into.items():
        parts = tranches(question.cells[cell], question.weights)
        variables = [pulp.LpVariable(f"t{cell}_{rank}", 0, float(part.width) / unit) for rank, part in enumerate(parts)]
        problem += pulp.lpSum(flows) == pulp.lpSum(variables)
        gains += [float(part.gain * unit) * variable for part, variable in zip(parts, variables, strict=True)]
    problem += pulp.lpSum(gains)
    problem.solve(pulp.PULP_CBC_CMD(msg=False))
    return float(pulp.value(problem.objective))


def by_cvxpy(question: Question, *, merged: bool) -> float:
    """Weighted people, modelled in cvxpy as matrices and solved by the solver it chooses for a linear programme; amounts in millions."""
    unit, cells = question.scale, question.cells
    held = list(holders(question, merged=merged))
    arc_source = [number for number, (_amount, served) in enumerate(held) for _cell in served]
    arc_cell = [cell for _amount, served in held for cell in served]
    parts = [(cell, float(part.width) / unit, float(part.gain * unit)) for cell in sorted(set(arc_cell)) for part in tranches(cells[cell], question.weights)]
    arcs, widths = len(arc_cell), [width for _cell, width, _gain in parts]
    flows, met = cvxpy.Variable(arcs, nonneg=True), cvxpy.Variable(len(parts), nonneg=True)
    spends = sparse.csr_matrix(([1.0] * arcs, (arc_source, range(arcs))), shape=(len(held), arcs))
    fills = sparse.csr_matrix(([1.0] * arcs, (arc_cell, range(arcs))), shape=(len(cells), arcs))
    holds = sparse.csr_matrix(([1.0] * len(parts), ([cell for cell, _width, _gain in parts], range(len(parts)))), shape=(len(cells), len(parts)))
    problem = cvxpy.Problem(
        cvxpy.Maximize([gain for _cell, _width, gain in parts] @ met), [spends @ flows <= [amount / unit for amount, _served in held], fills @ flows == holds @ met, met <= widths],
    )  # fmt: skip
    return float(problem.solve())


def what_ifs(question: Question) -> dict[str, Question]:
    """One thing changed: an amount, a cap, an earmark one step softer."""
    first, cells = question.sources, question.cells
    tied = next(number for number, source in enumerate(first) if source.earmark.one_step_softer())
    softer = replace(first[tied], earmark=first[tied].earmark.one_step_softer() or first[tied].earmark)
    return {
        "an amount doubled": replace(question, sources=(replace(first[0], amount=first[0].amount * 2), *first[1:])),
        "a need capped at half": replace(question, cells=(replace(cells[0], cap=cells[0].room // 2), *cells[1:])),
        "a source one step softer": replace(question, sources=(*first[:tied], softer, *first[tied + 1 :])),
    }  # fmt: skip


def measure(sources: int, cells: int, aim: float, whole_peer: bool) -> None:
    """One size: ours end to end, what-ifs, the certificate alone, and one stage beside the peer."""
    question = instance(sources, cells)
    print(f"\n{sources:,} sources x {cells:,} needs (synthetic), {len(question.classes)} classes, {sum(int(each.admitted.sum()) for each in question.classes):,} arcs")
    seconds, worked, answer = timed(lambda: allocate(fresh(question)))
    assert answer.certificate.valid
    print(f"  certified plan, end to end        {seconds:7.2f} s ({worked:.2f} s of the processor)    aim {aim} s")
    checked, worked, verdict = timed(lambda: certify(question, answer.plan, answer.solved.stages))
    assert verdict.valid
    print(f"  certificate alone, exact          {checked:7.3f} s ({worked:.3f} s of the processor)")
    for name, changed in what_ifs(question).items():
        seconds, worked, after = timed(lambda changed=changed: allocate(fresh(changed), answer))  # type: ignore[misc]
        cold = allocate(fresh(changed))
        assert after.certificate.valid and abs(float(after.certificate.stages[-2].value / cold.certificate.stages[-2].value) - 1) < EQUAL
        print(f"  what if {name:25} {seconds:7.3f} s ({worked:.3f} s of the processor)    aim 0.1 s  (from nothing: {cold.solved.iterations:,} steps; from the plan: {after.solved.iterations:,})")
    with_smallest_grants(question)
    beside(question, whole_peer)


def beside(question: Question, whole_peer: bool) -> None:
    """One stage, ours and the peers', the same objective asserted."""
    _seconds, worked, best = timed(lambda: one_stage(fresh(question)))
    print(f"  most people, one stage: ours      {worked:7.2f} s of the processor")
    peers = [("PuLP with CBC", pulp, by_pulp, EQUAL), ("cvxpy", cvxpy, by_cvxpy, NEARLY)]
    for name, installed, peer, near in peers:
        if installed is None:
            print(f"    {name} is not installed: not in this run")
            continue
        for merged in (True, *((False,) if whole_peer else ())):
            _took, used, theirs = timed(lambda merged=merged, peer=peer: peer(question, merged=merged), runs=1)  # type: ignore[misc]
            assert abs(theirs / best - 1) < near, (name, theirs, best)
            print(f"    {name:14} sources {'merged by us' if merged else 'as they come'} {used:7.2f} s of the processor    {used / worked:5.0f} x ours, same objective within {near:g}")


def with_smallest_grants(question: Question) -> None:
    """What a smallest grant costs, and how long gathering takes."""
    for least in SMALLEST:
        asked = replace(question, sources=tuple(replace(source, least=least * 100) for source in question.sources))
        _seconds, worked, answer = timed(lambda asked=asked: allocate(fresh(asked)), runs=1)  # type: ignore[misc]
        assert answer.certificate.valid
        costs = {aim: (float(before), float(after)) for aim, before, after in costs_of_minimum(answer.certificate)}
        floor, people = costs["floor"], costs["most-good"]
        gathered = len(small_lines(asked, plan_of(answer.solved)))
        print(f"  smallest line {least:9,}             {worked:7.2f} s of the processor    {gathered:,} lines gathered; floor {floor[0]:.4f} -> {floor[1]:.4f}; weighted people {people[1] / people[0] - 1:+.2%}")


if __name__ == "__main__":
    for size in SIZES[:1] if "--quick" in sys.argv else SIZES:
        measure(*size)
