"""A back-test on plans as they were: the money that came, the same money decided jointly, and with three tenths of it flexible.

An estimate, and said so wherever it shows: money observed in a State's sector is taken as earmarked to it, money reported as
shared or for no sector as free within its State; severity is one everywhere; a requirement stands for a need.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from concertation.core.allocation.answer import Answer, allocate
from concertation.core.allocation.baselines import shares
from concertation.core.allocation.question import Question
from concertation.core.allocation.terms import Earmark, MoneySource, NeedCell

FLEXIBLE = Fraction(3, 10)


@dataclass(frozen=True, slots=True)
class PlanMoney:
    """Requirement and funding of one sector of one State's plan in a year, whole main units; no sector: shared or not specified."""

    state: str
    sector: str
    requirement: int
    funding: int


@dataclass(frozen=True, slots=True)
class BackTest:
    """Unmet need of one year, in minor units: as the money came, decided jointly, and with three tenths of it flexible."""

    year: int
    required: int
    received: int
    actual: int
    joint: int
    flexible: int
    least_actual: Fraction
    least_joint: Fraction
    least_flexible: Fraction
    certified: bool


def question_of(rows: Sequence[PlanMoney], *, currency: str = "USD", minor: int = 100) -> Question:
    """The question a year's plans ask: a cell per State and sector that requires money, a source per money observed; rows of one State and sector are added."""
    asked: dict[tuple[str, str], tuple[int, int]] = {}
    for row in rows:
        requirement, funding = asked.get((row.state, row.sector), (0, 0))
        asked[row.state, row.sector] = (requirement + row.requirement, funding + row.funding)
    rows = [PlanMoney(*key, *amounts) for key, amounts in asked.items()]
    cells = tuple(
        NeedCell(f"{row.state} {row.sector}", row.state, row.sector, need=row.requirement * minor, people=row.requirement) for row in rows if row.sector and row.requirement > 0
    )
    sources = tuple(
        MoneySource(f"{row.state} {row.sector or '*'}", row.funding * minor, Earmark(frozenset({row.state}), frozenset({row.sector} if row.sector else ())))
        for row in rows if row.funding > 0
    )  # fmt: skip
    return Question(currency, sources, cells)


def as_it_came(question: Question) -> dict[str, int]:
    """Minor units by cell as the money came: to its sector, and what had none in proportion to what its State's sectors still lacked. Money beyond a need met none."""
    by_id = {cell.id: cell for cell in question.cells}
    given = {source.id: min(source.amount, by_id[source.id].need) for source in question.sources if source.id in by_id}
    for source in question.sources:
        if not source.earmark.sectors:
            lacking = {cell.id: cell.need - given.get(cell.id, 0) for cell in question.cells if source.serves(cell)}
            for cell, amount in shares(source.amount, {cell: lack for cell, lack in lacking.items() if lack > 0}).items():
                given[cell] = given.get(cell, 0) + amount
    return given


def with_flexible_part(question: Question, part: Fraction) -> Question:
    """The question with a part of every source unearmarked; the money stays the same."""
    kept = [replace(source, amount=source.amount - int(source.amount * part)) for source in question.sources]
    freed = MoneySource("*", sum(int(source.amount * part) for source in question.sources))
    return replace(question, sources=(*kept, freed))


def back_test(year: int, rows: Sequence[PlanMoney]) -> BackTest:
    """Compare the three for one year."""
    question = question_of(rows)
    came = as_it_came(question)
    joint, flexible = allocate(question), allocate(with_flexible_part(question, FLEXIBLE))
    return BackTest(
        year=year, required=sum(cell.need for cell in question.cells), received=sum(source.amount for source in question.sources),
        actual=unmet(question, came), joint=unmet(question, joint.plan.by_cell()), flexible=unmet(question, flexible.plan.by_cell()),
        least_actual=least(question, came), least_joint=least(question, joint.plan.by_cell()), least_flexible=least(question, flexible.plan.by_cell()),
        certified=is_certified(joint) and is_certified(flexible),
    )  # fmt: skip


def is_certified(answer: Answer) -> bool:
    """Whether the plan of an answer holds."""
    return answer.certificate.valid


def unmet(question: Question, given: dict[str, int]) -> int:
    """Need not met, over all cells; more than enough in one never hides a gap in another."""
    return sum(max(cell.need - given.get(cell.id, 0), 0) for cell in question.cells)


def least(question: Question, given: dict[str, int]) -> Fraction:
    """The coverage of the least covered cell."""
    return min((Fraction(min(given.get(cell.id, 0), cell.need), cell.need) for cell in question.cells), default=Fraction(1))
