"""The answer to a joint allocation: its stages, lines with their reasons, coverage and prices, and the certificate beside it.

A price is weighted people a further million would meet in a cell. The flexibility value of a source is how many weighted people
more a million of it would meet if its earmark were one step softer, read from the prices of the plan.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

import numpy as np

from concertation.core.allocation.certificate import Certificate, CheckedStage, certify, costs_of_minimum
from concertation.core.allocation.grants import gathered, has_minimum, small_lines, without_minimum
from concertation.core.allocation.plan import Plan, places, plan_of, reason_of
from concertation.core.allocation.prices import StagePrices
from concertation.core.allocation.question import Question
from concertation.core.allocation.reserves import kept_back
from concertation.core.allocation.stages import Solved, solve
from concertation.core.allocation.terms import Earmark, MoneySource, covered
from concertation.core.allocation.worth import tranches
from concertation.core.money import DIGITS, Money
from concertation.core.solver import Numbers

MILLION = 1_000_000
IN_MONEY = ("freedom-kept", "least-change")


@dataclass(frozen=True)
class Answer:
    """A plan, how it was solved, and the verdict of the independent check."""

    question: Question
    solved: Solved
    plan: Plan
    certificate: Certificate


def allocate(question: Question, start: Answer | None = None) -> Answer:
    """Solve, cut to whole minor units, gather what is below a minimum, and check: region size in well under a second; faster from the answer to a question much like it."""
    if start is not None:
        question.take_over(start.question)
    solved = solve(question, start.solved if start else None)
    plan = plan_of(solved)
    if not has_minimum(question):
        return Answer(question, solved, plan, certify(question, plan, solved.stages))
    before = certify(without_minimum(question), plan, solved.stages)
    final = gathered(question, plan)
    return Answer(question, solved, final, replace(certify(question, final, solved.stages), before=before))


def marginal_prices(answer: Answer) -> Numbers:
    """Weighted people a further million would meet, by cell: the price of the plan, or the first tranche where no money may go."""
    question, prices = answer.question, np.zeros(len(answer.question.cells))
    good = most_good(answer)
    if good is not None:
        prices = np.maximum(good.cells, 0.0) * (million_of(question) / question.scale)
    live = set(answer.solved.layout.live)
    for at, cell in enumerate(question.cells):
        if at not in live and cell.room:
            prices[at] = float(tranches(cell, question.weights)[0].gain * million_of(question))
    return prices


def million_of(question: Question) -> int:
    """Minor units in a million of the currency."""
    return int(MILLION * 10 ** DIGITS[question.currency])


def most_good(answer: Answer) -> StagePrices | None:
    """The prices of the stage that meets the most people; none when no money may go anywhere."""
    return next((stage for stage in answer.solved.stages if stage.aim == "most-good"), None)


def flexibility_value(question: Question, source: MoneySource, prices: Numbers) -> float:
    """Weighted people more that a million of a source would meet if its earmark were one step softer; 0 for unearmarked money."""
    softer = source.earmark.one_step_softer()
    if softer is None:
        return 0.0
    return max(best_within(question, softer, source, prices) - best_within(question, source.earmark, source, prices), 0.0)


def best_within(question: Question, earmark: Earmark, source: MoneySource, prices: Numbers) -> float:
    """The best price among the cells that money of a source may serve under an earmark."""
    return float(prices[question.needs.admission.served(replace(source, earmark=earmark).terms)].max(initial=0.0))


def as_json(answer: Answer) -> dict[str, Any]:
    """The answer as the command and the API give it; amounts in the main unit."""
    question, plan = answer.question, answer.plan
    spent_by_cell, spent_by_source, prices = plan.by_cell(), plan.by_source(), marginal_prices(answer)
    return {
        "currency": question.currency,
        "stages": [
            {"name": stage.aim, "value": float(stage.value * in_main(stage, question)), "bound": float(stage.bound * in_main(stage, question)), "gap": float(stage.gap)}
            for stage in answer.certificate.stages
        ],
        "lines": lines_as_json(answer),
        "cells": [
            {"id": cell.id, "coverage": float(covered(cell, spent_by_cell.get(cell.id, 0))), "price": round(float(price), 6)}
            for cell, price in zip(question.cells, prices.tolist(), strict=True)
        ],
        "sources": [
            {"id": source.id, "spent": main_unit(spent_by_source.get(source.id, 0), question), "flexibility_value": round(flexibility_value(question, source, prices), 6)}
            | ({"overhead": main_unit(ceil(spent_by_source.get(source.id, 0) * source.overhead), question)} if source.overhead else {})
            for source in question.sources
        ],
        "counting": question.counting, "uncounted": [{"id": source.id, "status": source.status, "amount": main_unit(source.amount, question)} for source in question.uncounted],
        "unreachable": list(question.unreachable()), "reserves": reserves_as_json(answer),
        "certificate": certificate_as_json(answer.certificate, question) | {"minimum": minimum_as_json(answer)},
    }  # fmt: skip


def reserves_as_json(answer: Answer) -> list[dict[str, Any]]:
    """What each source keeps back for a trigger, and whether the plan left it untouched."""
    return [
        {
            "source": each.source, "kept": main_unit(each.reserve.amount, answer.question), "trigger": each.reserve.trigger,
            "until": each.reserve.until.isoformat() if each.reserve.until else None, "untouched": each.untouched,
        }
        for each in kept_back(answer.question, answer.plan.by_source())
    ]  # fmt: skip


def minimum_as_json(answer: Answer) -> dict[str, Any] | None:
    """What the minimum a line cost at each stage: the plan without it is the one proved best; None where no source asks for one."""
    certificate, question = answer.certificate, answer.question
    if certificate.before is None:
        return None
    units = {stage.aim: in_main(stage, question) for stage in certificate.stages}
    proved = {stage.aim: stage for stage in reversed(certificate.before.stages)}
    stages = [
        {
            "name": aim, "without": in_words(before * units[aim]), "bound": in_words(proved[aim].bound * units[aim]), "gap": in_words(proved[aim].gap), "with": in_words(after * units[aim]),
            "cost": in_words((before - after) * units[aim]),
        }
        for aim, before, after in costs_of_minimum(certificate)
    ]  # fmt: skip
    return {"lines_gathered": len(small_lines(question, plan_of(answer.solved))), "proved_without": certificate.before.valid, "stages": stages}


def lines_as_json(answer: Answer) -> list[dict[str, Any]]:
    """The lines with their reasons in both languages."""
    question, layout = answer.question, answer.solved.layout
    lifted = lifted_groups(answer)
    sources, cells = places(layout)
    serves = {source.id: int(question.needs.admission.served(source.terms).sum()) for source in question.sources}
    told = []
    for line in answer.plan.lines:
        fr, en = reason_of(sources[line.source], question.cells[cells[line.cell]], lifted=int(question.needs.group_of[cells[line.cell]]) in lifted, alone=serves[line.source] == 1)
        told.append({"source": line.source, "cell": line.cell, "amount": main_unit(line.amount, question), "reason_fr": fr, "reason_en": en})
    return told


def lifted_groups(answer: Answer) -> frozenset[int]:
    """The groups that held a floor down in some round: money goes there because they are the least covered."""
    lifted: set[int] = set()
    for stage in answer.solved.stages:
        if stage.aim == "floor":
            lifted |= set(np.flatnonzero(stage.groups > 0).tolist())
    return frozenset(lifted)


def main_unit(minor: int, question: Question) -> float:
    """An amount in the main unit, as a JSON number."""
    return float(Money(minor, question.currency).main)


def certificate_as_json(certificate: Certificate, question: Question) -> dict[str, Any]:
    """The certificate: exact values as fractions, so that anyone can check them again."""
    return {
        "feasible": certificate.feasible, "valid": certificate.valid, "broken": list(certificate.broken), "question_sha256": question.digest,
        "stages": [
            {"name": stage.aim, "value": in_words(stage.value * in_main(stage, question)), "bound": in_words(stage.bound * in_main(stage, question)), "gap": in_words(stage.gap)}
            for stage in certificate.stages
        ],
    }  # fmt: skip


def in_main(stage: CheckedStage, question: Question) -> Fraction:
    """Main units of the currency in one unit of a stage's value; 1 where it counts coverage or people."""
    return Fraction(question.scale, 10 ** DIGITS[question.currency]) if stage.aim in IN_MONEY else Fraction(1)


def in_words(value: Fraction) -> str:
    """A fraction in twenty significant digits, rounded to even: short enough to read, finer than any tolerance.

    >>> in_words(Fraction(1, 3))
    '0.33333333333333333333'
    """
    return f"{Decimal(value.numerator) / Decimal(value.denominator):.20f}".rstrip("0").rstrip(".")
