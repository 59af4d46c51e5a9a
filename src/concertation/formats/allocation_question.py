"""The question of a joint allocation, read from JSON: sources with their earmarks, cells of need, a currency and a tolerance.

Amounts are in the currency's main unit. A key that is absent restricts nothing; a key nobody knows is told. What cannot be
meant (a negative amount, an unknown currency, one id with two contents) refuses the question: an allocation that leaves a
part out in silence would be believed. Expired money and earmarks that admit nothing are told, and the rest is allocated.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, NamedTuple

from concertation.core.allocation.counting import COUNTINGS, STATUSES, UNSAID, USUAL, Counting, is_counted
from concertation.core.allocation.question import SEVERITY_WEIGHTS, Question
from concertation.core.allocation.reserves import has_lapsed, released, set_apart
from concertation.core.allocation.terms import PARTS, Earmark, MoneySource, NeedCell, is_expired
from concertation.core.money import in_minor_units, is_currency
from concertation.core.parties import TYPE_WORDS
from concertation.core.problems import Cell, Problem

SOURCE_KEYS = frozenset({"id", "amount", "earmark", "spend_by", "local_share", "donor", "authority", "reserve", "minimum_line", "status", "usable_from", "eligible_types", "overhead"})
CELL_KEYS = frozenset({"id", "state", "sector", "unit", "group", "need", "funded", "people", "severity", "cap", "local", "from", "until", "carried_by"})
QUESTION_KEYS = frozenset({"currency", "tolerance", "sources", "cells", "severity_weights", "previous", "as_of", "joined", "current", "open_triggers", "minimum_line", "counting"})
RESERVE_KEYS = frozenset({"amount", "share", "trigger", "until"})
MOST = Decimal(10) ** 13


class ReadQuestion(NamedTuple):
    """The question, None when it is refused, and the problems met."""

    question: Question | None
    problems: tuple[Problem, ...]


class Refused(Exception):
    """A part of the question cannot be meant; carries the problem."""

    def __init__(self, code: str, value: object, where: str, **detail: str) -> None:
        super().__init__(code)
        self.problem = Problem(code, Cell(column=where or None), str(value)[:80], detail)


def read_question(content: object, *, today: date | None = None) -> ReadQuestion:
    """The question in a JSON value, judged on a day: its own `as_of`, else `today`.

    >>> asked = {"currency": "USD", "sources": [{"id": "s", "amount": 5}], "cells": [{"id": "a", "state": "NER", "sector": "WSH", "need": 10}]}
    >>> read = read_question(asked)
    >>> read.question.sources[0].amount, read.question.cells[0].people, read.problems
    (500, 10, ())
    >>> [problem.code for problem in read_question({"currency": "FCFA", "sources": [], "cells": []}).problems]
    ['currency-unknown']
    """
    problems: list[Problem] = []
    try:
        question = question_of(content, today, problems)
    except Refused as refusal:
        return ReadQuestion(None, (*problems, refusal.problem))
    if question is not None:
        problems += noticed(question)
    return ReadQuestion(question, tuple(problems))


def question_of(content: object, today: date | None, problems: list[Problem]) -> Question | None:
    """The question, None once a part of it was refused; every refused part is told."""
    if not isinstance(content, Mapping):
        raise Refused("allocation-not-a-question", type(content).__name__, "")
    problems += unknown_keys(content, QUESTION_KEYS, "")
    currency = str(content.get("currency", ""))
    if not is_currency(currency):
        raise Refused("currency-unknown", currency, "currency")
    before = len(problems)
    joined = set(words(content.get("joined"), "joined"))
    least, opened = minor(content.get("minimum_line", 0), currency, "minimum_line"), frozenset(words(content.get("open_triggers"), "open_triggers"))
    sources = listed(content, "sources", lambda item, where: source_of(item, where, currency, least), SOURCE_KEYS, problems)
    cells = listed(content, "cells", lambda item, where: cell_of(item, where, currency), CELL_KEYS, problems)
    if any(problem.code != "allocation-key-unknown" for problem in problems[before:]):
        return None
    as_of = day(content.get("as_of"), "as_of") or today
    problems += triggers_told(sources, opened, as_of)
    sources = [released(source) if source.reserve and (source.reserve.trigger in opened or has_lapsed(source.reserve, as_of)) else source for source in sources]
    counting = counting_of(content)
    counted = [source for source in sources if is_counted(source, counting)]
    return Question(
        currency=currency, cells=tuple(cells), sources=tuple(source for source in counted if is_decided_here(source, joined)),
        observed=tuple(source for source in counted if not is_decided_here(source, joined)),
        counting=counting, uncounted=tuple(source for source in sources if not is_counted(source, counting)), tolerance=share(content.get("tolerance"), "tolerance"),
        weights=weights_of(content.get("severity_weights")), as_of=as_of,
        previous=by_cell(content, "previous", currency), current=by_cell(content, "current", currency),
    )  # fmt: skip


def is_decided_here(source: MoneySource, joined: Collection[str]) -> bool:
    """Whether money may be allocated: nobody else decides on it, or who does has joined."""
    return not source.authority or source.authority in joined


def counting_of(content: Mapping[str, Any]) -> Counting:
    """Which money counts: paid only, with commitments (when nothing is said), with pledges too."""
    said = content.get("counting")
    found = USUAL if said is None else next((each for each in COUNTINGS if each == said), None)
    if found is None:
        raise Refused("counting-unknown", said, "counting")
    return found


def by_cell(content: Mapping[str, Any], name: str, currency: str) -> Mapping[str, int]:
    """Amounts by the id of a cell, in minor units; none when absent."""
    return {str(cell): minor(value, currency, f"{name}.{cell}") for cell, value in mapping(content.get(name), name).items()}


def listed(content: Mapping[str, Any], name: str, reader: Callable[[Mapping[str, Any], str], Any], known: frozenset[str], problems: list[Problem]) -> list[Any]:
    """The items of a list, each read or told; one id twice with one content counts once, with two contents it is refused."""
    items = content.get(name)
    if not isinstance(items, list):
        raise Refused("allocation-list-missing", name, name)
    read: dict[str, Any] = {}
    for at, item in enumerate(items):
        where = f"{name}[{at}]"
        try:
            made = reader(mapping(item, where), where)
        except Refused as refusal:
            problems.append(refusal.problem)
            continue
        problems += unknown_keys(item, known, where)
        if made.id in read and read[made.id] != made:
            problems.append(Problem("allocation-id-repeated", Cell(column=where), made.id))
        read.setdefault(made.id, made)
    return list(read.values())


def source_of(item: Mapping[str, Any], where: str, currency: str, least: int) -> MoneySource:
    """One source of money; `least` is the smallest line of the question, where the source does not say its own."""
    earmark = mapping(item.get("earmark"), f"{where}.earmark")
    if strange := sorted(set(earmark) - set(PARTS)):
        raise Refused("earmark-part-unknown", strange[0], f"{where}.earmark")
    status = word(item.get("status"), f"{where}.status")
    if status not in (*STATUSES, UNSAID):
        raise Refused("money-status-unknown", status, f"{where}.status")
    parts = {part: frozenset(words(earmark.get(part), f"{where}.earmark.{part}")) for part in PARTS}
    source = MoneySource(
        id=named(item, where), amount=minor(item.get("amount"), currency, f"{where}.amount"), earmark=Earmark(**parts),
        spend_by=day(item.get("spend_by"), f"{where}.spend_by"), local_share=share(item.get("local_share"), f"{where}.local_share"),
        donor=word(item.get("donor"), f"{where}.donor"), authority=word(item.get("authority"), f"{where}.authority"),
        least=least if item.get("minimum_line") is None else minor(item["minimum_line"], currency, f"{where}.minimum_line"),
        usable_from=day(item.get("usable_from"), f"{where}.usable_from"), eligible=party_types(item.get("eligible_types"), f"{where}.eligible_types"),
        overhead=share(item.get("overhead"), f"{where}.overhead"), status=status,
    )  # fmt: skip
    in_order(source.usable_from, source.spend_by, where)
    return source if item.get("reserve") is None else reserved(source, mapping(item["reserve"], f"{where}.reserve"), f"{where}.reserve", currency)


def reserved(source: MoneySource, item: Mapping[str, Any], where: str, currency: str) -> MoneySource:
    """The source with what it keeps back for a trigger: an amount or a share, never both."""
    if strange := sorted(set(item) - RESERVE_KEYS):
        raise Refused("reserve-part-unknown", strange[0], where)
    if ("amount" in item) == ("share" in item):
        raise Refused("reserve-share-or-amount", source.id, where)
    trigger = word(item.get("trigger"), f"{where}.trigger")
    if not trigger:
        raise Refused("reserve-without-trigger", source.id, where)
    amount = minor(item["amount"], currency, f"{where}.amount") if "amount" in item else None
    if amount is not None and amount > source.amount:
        raise Refused("reserve-above-amount", source.id, where)
    return set_apart(source, amount=amount, share=share(item.get("share"), f"{where}.share"), trigger=trigger, until=day(item.get("until"), f"{where}.until"))


def triggers_told(sources: list[MoneySource], opened: Collection[str], as_of: date | None) -> Iterator[Problem]:
    """Reserves whose window opened or lapsed, and open triggers for which nothing is kept."""
    for source in sources:
        if source.reserve is not None and source.reserve.trigger in opened:
            yield Problem("reserve-opened", Cell(column=source.id), source.id, {"trigger": source.reserve.trigger})
        elif source.reserve is not None and has_lapsed(source.reserve, as_of):
            yield Problem("reserve-lapsed", Cell(column=source.id), source.id, {"day": str(source.reserve.until)})
    for trigger in sorted(set(opened) - {source.reserve.trigger for source in sources if source.reserve}):
        yield Problem("trigger-keeps-nothing", Cell(column="open_triggers"), trigger)


def cell_of(item: Mapping[str, Any], where: str, currency: str) -> NeedCell:
    """One cell of need; without `people`, a person a main unit of need."""
    need = minor(item.get("need"), currency, f"{where}.need")
    severity = item.get("severity", 1)
    if severity not in SEVERITY_WEIGHTS or isinstance(severity, bool):
        raise Refused("severity-out-of-scale", severity, f"{where}.severity")
    local = item.get("local", True)
    if not isinstance(local, bool):
        raise Refused("allocation-not-yes-or-no", local, f"{where}.local")
    people = item.get("people")
    start, end = day(item.get("from"), f"{where}.from"), day(item.get("until"), f"{where}.until")
    in_order(start, end, where)
    return NeedCell(
        id=named(item, where), **{name: word(item.get(name), f"{where}.{name}") for name in ("state", "sector", "unit", "group")},
        need=need, funded=minor(item.get("funded", 0), currency, f"{where}.funded"), severity=int(severity), local=local, start=start, end=end,
        carriers=party_types(item.get("carried_by"), f"{where}.carried_by"),
        people=int(number(item.get("need") if people is None else people, f"{where}.people")),
        cap=None if item.get("cap") is None else minor(item["cap"], currency, f"{where}.cap"),
    )  # fmt: skip


def noticed(question: Question) -> Iterator[Problem]:
    """What is told of a question that can be answered: expired money, earmarks that admit nothing, needs of nothing, over-funded cells."""
    yield from observed(question)
    admits = {terms: bool(question.needs.admission.served(terms).any()) for terms in {source.terms for source in question.sources}}
    for source in question.sources:
        if is_expired(source, question.as_of):
            yield Problem("money-expired", Cell(column=source.id), source.id, {"day": str(source.spend_by)})
        elif not admits[source.terms]:
            yield Problem("earmark-admits-nothing", Cell(column=source.id), source.id)
        elif 0 < source.for_needs < source.least:
            yield Problem("source-below-minimum", Cell(column=source.id), source.id)
    for cell in question.cells:
        if cell.need == 0:
            yield Problem("need-of-nothing", Cell(column=cell.id), cell.id)
        elif cell.funded > cell.need:
            yield Problem("funded-beyond-need", Cell(column=cell.id), cell.id)


def observed(question: Question) -> Iterator[Problem]:
    """Money that does not count, money under an authority that has not joined, and amounts of cells that the question does not hold."""
    cells = {cell.id for cell in question.cells}
    for source in question.uncounted:
        yield Problem("money-not-counted", Cell(column=source.id), source.id, {"status": source.status})
    for source in question.observed:
        yield Problem("money-observed", Cell(column=source.id), source.id, {"authority": source.authority})
    for name, amounts in (("previous", question.previous), ("current", question.current)):
        for cell in sorted(set(amounts) - cells):
            yield Problem("allocation-cell-unknown", Cell(column=f"{name}.{cell}"), cell)


def in_order(first: date | None, last: date | None, where: str) -> None:
    """Refuse days of which the first comes after the last."""
    if first is not None and last is not None and first > last:
        raise Refused("days-reversed", first, where, last=str(last))


def party_types(value: object, where: str) -> frozenset[str]:
    """Types of party, none when absent."""
    read = frozenset(words(value, where))
    if strange := sorted(read - set(TYPE_WORDS)):
        raise Refused("party-type-unknown", strange[0], where)
    return read


def unknown_keys(item: Mapping[str, Any], known: frozenset[str], where: str) -> list[Problem]:
    """A note for each key nobody reads."""
    return [Problem("allocation-key-unknown", Cell(column=where or None), str(key)[:80]) for key in item if key not in known]


def number(value: object, where: str) -> Decimal:
    """A number that is not negative and not beyond reason."""
    if value is None:
        raise Refused("amount-missing", "", where)
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise Refused("amount-not-a-number", value, where)
    try:
        read = Decimal(str(value))
    except InvalidOperation:
        raise Refused("amount-not-a-number", value, where) from None
    if not read.is_finite() or read > MOST:
        raise Refused("amount-not-a-number", value, where)
    if read < 0:
        raise Refused("amount-negative", value, where)
    return read


def minor(value: object, currency: str, where: str) -> int:
    """Whole minor units of an amount in the main unit."""
    return in_minor_units(number(value, where), currency)


def share(value: object, where: str) -> Fraction:
    """A share from 0 to 1, 0 when absent."""
    read = Fraction(0) if value is None else Fraction(number(value, where))
    if read > 1:
        raise Refused("share-above-one", value, where)
    return read


def day(value: object, where: str) -> date | None:
    """A day as AAAA-MM-JJ, None when absent."""
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise Refused("date-not-a-day", value, where) from None


def named(item: Mapping[str, Any], where: str) -> str:
    """The id of an item, which must be there."""
    name = item.get("id")
    if isinstance(name, bool) or not isinstance(name, str | int) or name == "":
        raise Refused("allocation-id-missing", "", where)
    return str(name)


def word(value: object, where: str) -> str:
    """A word, empty when absent."""
    if value is not None and not isinstance(value, str):
        raise Refused("allocation-not-a-word", value, where)
    return value or ""


def words(value: object, where: str) -> list[str]:
    """A list of words, empty when absent."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Refused("allocation-not-a-list-of-words", value, where)
    return value


def mapping(value: object, where: str) -> Mapping[str, Any]:
    """A JSON object, empty when absent."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise Refused("allocation-not-an-object", value, where)
    return value


def weights_of(value: object) -> Mapping[int, int]:
    """Weights of severity 1 to 5, the product's when absent; a scenario states all it changes."""
    given = mapping(value, "severity_weights")
    if not set(given) <= {str(level) for level in SEVERITY_WEIGHTS}:
        raise Refused("severity-out-of-scale", ", ".join(map(str, given)), "severity_weights")
    read = {int(level): number(weight, f"severity_weights.{level}") for level, weight in given.items()}
    if any(weight != int(weight) or weight < 1 for weight in read.values()):
        raise Refused("amount-not-a-number", str(dict(given)), "severity_weights")
    return {**SEVERITY_WEIGHTS, **{level: int(weight) for level, weight in read.items()}}


