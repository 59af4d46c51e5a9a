"""One activity entered by hand: what it holds, what is wrong with it, and what to do when two people changed it at once.

Nobody's change is written over. Where two editors changed different fields, both stand once a person agrees; where they changed the
same field, a person chooses. People reached are new each month: they are never copied from one month to the next.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from typing import Any, Literal

from concertation.core.problems import Cell, Problem

PARTS = ("f", "m", "children", "adults", "disability")
MEASURES = ("targeted", "reached")
HALVES = (("f", "m"), ("children", "adults"))
FIRST_YEAR, LAST_YEAR = 1990, 2100
MOST_PEOPLE = 1_000_000_000
TEXTS = frozenset({"activity", "indicator", "donors", "implementer", "observation", "place_name"})
Verdict = Literal["same", "mine", "theirs", "both"]


@dataclass(frozen=True, slots=True)
class Entry:
    """An activity as a person enters it; people are whole people, `split` has parts such as `targeted_f`."""

    sector: str
    unit: str
    activity: str = ""
    indicator: str = ""
    modality: str = ""
    status: str = ""
    place_name: str = ""
    start: date | None = None
    end: date | None = None
    group: str = "all"
    targeted: int | None = None
    reached: int | None = None
    donors: str = ""
    implementer: str = ""
    observation: str = ""
    split: Mapping[str, int] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """Field by field, parts of people as fields of their own, days as ISO text: what two editors are compared on.

        >>> Entry("WSH", "ner-1-diffa", targeted=5, split={"targeted_f": 3}).values()["targeted_f"]
        3
        """
        plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(self).items() if name != "split"}
        return plain | {part: self.split.get(part) for part in parts()}


def parts() -> list[str]:
    """The parts of people by sex, age and disability, for each measure."""
    return [f"{measure}_{part}" for measure in MEASURES for part in PARTS]


def check(entry: Entry, *, today: date) -> Iterator[Problem]:
    """What is wrong with an entry; the place of each problem is the field's name.

    >>> wrong = Entry("WSH", "ner", start=date(2026, 3, 1), end=date(2026, 2, 1), targeted=10, split={"targeted_f": 4, "targeted_m": 5})
    >>> [(problem.code, problem.cell.column) for problem in check(wrong, today=date(2026, 4, 1))]
    [('end-before-start', 'end'), ('total-unlike-parts', 'targeted')]
    """
    for name in ("start", "end"):
        day = getattr(entry, name)
        if day is not None and not (FIRST_YEAR <= day.year <= min(LAST_YEAR, today.year + 10)):
            yield Problem("year-implausible", Cell(column=name), day.isoformat())
    if entry.start and entry.end and entry.end < entry.start:
        yield Problem("end-before-start", Cell(column="end"), f"{entry.start.isoformat()} > {entry.end.isoformat()}")
    for measure in MEASURES:
        yield from _people(entry, measure)


def _people(entry: Entry, measure: str) -> Iterator[Problem]:
    whole = getattr(entry, measure)
    for name, value in ((measure, whole), *((f"{measure}_{part}", entry.split.get(f"{measure}_{part}")) for part in PARTS)):
        if value is not None and value < 0:
            yield Problem("people-negative", Cell(column=name), str(value))
        elif value is not None and value > MOST_PEOPLE:
            yield Problem("people-implausible", Cell(column=name), str(value))
    for half in HALVES:
        held = [entry.split.get(f"{measure}_{part}") for part in half]
        known = [value for value in held if value is not None]
        if whole is not None and len(known) == len(half) and sum(known) != whole:
            yield Problem("total-unlike-parts", Cell(column=measure), f"{whole} ≠ {sum(known)}")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that somebody changed: what it was, what the other saved, what was typed, and who changed it."""

    name: str
    was: Any
    theirs: Any
    mine: Any
    verdict: Verdict


def compare(was: Mapping[str, Any], theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """The fields that either editor changed, in order; `both` only where the two wrote different things.

    >>> [(change.name, change.verdict) for change in compare({"a": 1, "b": 1, "c": 1}, {"a": 2, "b": 1, "c": 5}, {"a": 1, "b": 3, "c": 7})]
    [('a', 'theirs'), ('b', 'mine'), ('c', 'both')]
    """
    changes = []
    for name, before in was.items():
        other, own = theirs.get(name), mine.get(name)
        if other == before and own == before:
            continue
        verdict: Verdict = "same" if other == own else "theirs" if own == before else "mine" if other == before else "both"
        changes.append(FieldChange(name, before, other, own, verdict))
    return tuple(changes)


def settled(theirs: Mapping[str, Any], changes: Sequence[FieldChange], *, chosen: Mapping[str, str]) -> dict[str, Any]:
    """The values once a person has chosen: what only one changed stands, what both changed is `mine` or `theirs` as chosen.

    Raises KeyError when a field both changed is not chosen: nobody decides in silence.

    >>> changes = compare({"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 3, "b": 9})
    >>> settled({"a": 2, "b": 1}, changes, chosen={"a": "theirs"})
    {'a': 2, 'b': 9}
    """
    values = dict(theirs)
    for change in changes:
        if change.verdict == "mine" or (change.verdict == "both" and chosen[change.name] == "mine"):
            values[change.name] = change.mine
    return values


def entry_of(values: Mapping[str, Any]) -> Entry:
    """An entry from the values of `Entry.values`.

    >>> entry = Entry("WSH", "ner", start=date(2026, 1, 1), split={"reached_f": 2})
    >>> entry_of(entry.values()) == entry
    True
    """
    plain: dict[str, Any] = {each.name: values.get(each.name) for each in fields(Entry) if each.name != "split"}
    for name in ("start", "end"):
        plain[name] = date.fromisoformat(plain[name]) if plain[name] else None
    split = {part: int(values[part]) for part in parts() if values.get(part) is not None}
    return Entry(**plain, split=split)


def carried_into(entry: Entry, *, start: date) -> Entry | None:
    """An activity of last month as it is proposed for a period that begins on a day; none when it ended before.

    What it targets stands; what it reached, its parts and remarks are new each month and stay empty.

    >>> carried_into(Entry("WSH", "ner", targeted=5, reached=4, end=date(2026, 1, 31)), start=date(2026, 2, 1)) is None
    True
    >>> carried_into(Entry("WSH", "ner", targeted=5, reached=4), start=date(2026, 2, 1)).reached is None
    True
    """
    if entry.end is not None and entry.end < start:
        return None
    split = {name: value for name, value in entry.split.items() if not name.startswith("reached")}
    return replace(entry, reached=None, observation="", split=split)
