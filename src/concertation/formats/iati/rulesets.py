"""The language of IATI rulesets: a rule of some kind, on the elements a path selects, broken or not.

Paths are XPath of the standard's own rulesets. A rule that leans on a register of organisations is left unchecked, and named.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from lxml import etree

Case = Mapping[str, Any]
Element = Any
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NUMBER = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)\s*")
NOW = ("NOW", "TODAY")
WHOLE_ACTIVITY = "/iati-activities/iati-activity"
MONEY = ".//value[not(ancestor::result)] | .//loan-status | .//forecast"
Judge = Callable[[Element, Case, date], Iterable[Any]]


class Breach(NamedTuple):
    """A broken rule: its own id and words, where, and what was written there."""

    rule: str
    message: str
    line: int | None
    place: str
    value: str


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Rules ready to be asked: selector, kind, case; and the ids of those this reader cannot judge."""

    rules: tuple[tuple[str, str, Case], ...]
    unchecked: tuple[str, ...]


def ruleset_of(document: object) -> Ruleset:
    """A ruleset from its JSON; what is no rule, or leans on a register, is left unchecked.

    >>> ruleset_of({"//title": {"atleast_one": {"cases": [{"paths": ["narrative"]}]}, "magic": {"cases": [{}]}}}).unchecked
    ('magic //title',)
    """
    rules, unchecked = [], []
    for selector, kinds in document.items() if isinstance(document, Mapping) else ():
        for kind, written in kinds.items() if isinstance(kinds, Mapping) else ():
            for case in written.get("cases", ()) if isinstance(written, Mapping) else ():
                if kind not in JUDGES or "idCondition" in case or not can_be_asked(selector, kind, case):
                    unchecked.append(rule_id(case, kind, selector))
                else:
                    rules.append((selector, kind, case))
    return Ruleset(tuple(rules), tuple(unchecked))


def can_be_asked(selector: str, kind: str, case: Case) -> bool:
    """Whether a rule can be put to an element at all: its paths and patterns are such, and none is missing."""
    trial = etree.Element("iati-activity")
    cases = [(name, each) for name, inner in case["do"].items() for each in inner["cases"]] if kind == "loop" and "do" in case else [(kind, case)]
    try:
        etree.XPath(selector)
        for name, each in cases:
            holds(trial, each.get("condition", "true()"))
            list(JUDGES[name](trial, each, date.min))
            re.compile(each.get("regex", ""))
        if kind == "loop":
            values(trial, [case["foreach"]])
    except (KeyError, TypeError, ValueError, AttributeError, re.error, etree.XPathError):
        return False
    return True


def rule_id(case: Case, kind: str, selector: str) -> str:
    """The id a ruleset gives a rule; its kind and selector where it gives none."""
    named = case.get("ruleInfo")
    return str(named["id"]) if isinstance(named, Mapping) and "id" in named else f"{kind} {selector}"


def breaches(element: Element, ruleset: Ruleset, *, today: date) -> Iterator[Breach]:
    """Every rule that an element, an activity or a whole document, breaks."""
    for selector, kind, case in ruleset.rules:
        for context in selected(element, selector):
            yield from judged(context, selector, kind, case, today)


def judged(context: Element, selector: str, kind: str, case: Case, today: date) -> Iterator[Breach]:
    """The breaches of one rule at one element."""
    if kind == "loop":
        yield from looped(context, selector, case, today)
        return
    if "condition" in case and not holds(context, case["condition"]):
        return
    message = str((case.get("ruleInfo") or {}).get("message", ""))
    for found in JUDGES[kind](context, case, today):
        yield Breach(rule_id(case, kind, selector), message, line_of(found, context), place_of(found, context), written(found)[:80])


def looped(context: Element, selector: str, case: Case, today: date) -> Iterator[Breach]:
    """A rule asked once for each value that a path gives, written `$1` in it."""
    for value in dict.fromkeys(values(context, [case["foreach"]])):
        for kind, inner in case["do"].items():
            for each in inner.get("cases", ()):
                if kind in JUDGES:
                    yield from judged(context, selector, kind, filled(each, value), today)


def filled(thing: Any, value: str) -> Any:
    """A case with `$1` replaced by a value, wherever it stands.

    >>> filled({"paths": ["a[@b = '$1']"]}, "x")
    {'paths': ["a[@b = 'x']"]}
    """
    if isinstance(thing, str):
        return thing.replace("$1", value.replace("'", ""))
    if isinstance(thing, Mapping):
        return {key: filled(part, value) for key, part in thing.items()}
    return [filled(part, value) for part in thing] if isinstance(thing, list) else thing


# ── looking ──


@lru_cache(maxsize=2_048)
def path(text: str) -> Any:
    """A compiled path."""
    return etree.XPath(text)


def selected(element: Element, selector: str) -> list[Element]:
    """What a ruleset's selector means within an element: an activity stands for all of them."""
    found: list[Element] = []
    for part in selector.split(" | "):
        part = part.strip()
        if part.startswith(WHOLE_ACTIVITY) and element.tag == "iati-activity":
            rest = part.removeprefix(WHOLE_ACTIVITY).removeprefix("/")
            found += path(rest)(element) if rest else [element]
        elif part.startswith("//"):
            found += path(f"descendant-or-self::{part.removeprefix('//')}")(element)
        elif part.startswith("/"):
            found += path(part)(element) if element.getparent() is None else []
    return found


def nodes(context: Element, paths: Sequence[str]) -> list[Any]:
    """Everything the paths select, elements and attributes."""
    return [node for each in paths for node in listed(path(each)(context))]


def listed(answer: Any) -> list[Any]:
    """What a path gave, as a list."""
    return answer if isinstance(answer, list) else [answer]


def holds(context: Element, condition: str) -> bool:
    """Whether a condition is true of an element."""
    return bool(path(f"boolean({condition})")(context))


def written(node: Any) -> str:
    """The text of an attribute, or of an element: its own, or its first narrative's."""
    if isinstance(node, str):
        return str(node)
    if not hasattr(node, "tag"):
        return ""
    first = node.find("narrative")
    return (node.text or "").strip() or ((first.text or "").strip() if first is not None else "")


def values(context: Element, paths: Sequence[str]) -> list[str]:
    """The texts of everything the paths select, as they stand."""
    return [str(node) if isinstance(node, str) else (node.text or "") for node in nodes(context, paths) if isinstance(node, str) or hasattr(node, "text")]


def line_of(node: Any, context: Element) -> int | None:
    """The line of an element, or of the element that bears an attribute."""
    bearer: Any = node.getparent() if isinstance(node, str) and hasattr(node, "getparent") else node
    line: int | None = getattr(bearer, "sourceline", None) or context.sourceline
    return line


def place_of(node: Any, context: Element) -> str:
    """The name of the element or attribute where a rule was broken."""
    if getattr(node, "attrname", None):
        return f"{node.getparent().tag}/@{etree.QName(node.attrname).localname}"
    return str(node.tag) if hasattr(node, "tag") else str(context.tag)


def days(context: Element, text: str, today: date) -> list[tuple[Any, date]]:
    """The days a path gives, with where each stands; NOW is today."""
    if text in NOW:
        return [(context, today)]
    return [(node, day) for node in nodes(context, [text]) if (day := day_of(written(node))) is not None]


def day_of(text: str) -> date | None:
    """A day, or the day of a date and time; none when it is neither.

    >>> day_of("2020-01-31T10:00:00Z"), day_of("soon")
    (datetime.date(2020, 1, 31), None)
    """
    try:
        return datetime.fromisoformat(text.strip().replace("Z", "+00:00")).date() if "T" in text else date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def number(text: str) -> Fraction | None:
    """An exact number; none when it is none."""
    return Fraction(text.strip()) if len(text) < 40 and NUMBER.fullmatch(text) else None


# ── judging: each gives where the rule is broken, or nothing ──


def no_more_than_one(context: Element, case: Case, today: date) -> Iterable[Any]:
    """At most one of what the paths select."""
    return nodes(context, case["paths"])[1:2]


def atleast_one(context: Element, case: Case, today: date) -> Iterable[Any]:
    """At least one of what the paths select."""
    return [] if nodes(context, case["paths"]) else [context]


def one_or_all(context: Element, case: Case, today: date) -> Iterable[Any]:
    """One for the whole, or each part its own: language, currency or sector."""
    if nodes(context, [case["one"]]):
        return []
    if case["all"] == "lang":
        return [words for words in context.iter("narrative") if words.get(XML_LANG) is None][:1]
    if case["all"] == "currency":
        return [money for money in path(MONEY)(context) if money.get("currency") is None][:1]
    return [each for each in context.iter("transaction") if each.find(case["all"]) is None][:1]


def only_one_of(context: Element, case: Case, today: date) -> Iterable[Any]:
    """What is excluded never stands beside what the paths select; of the paths exactly one selects, where nothing is excluded."""
    chosen = [found for each in case["paths"] if (found := nodes(context, [each]))]
    if nodes(context, case["excluded"]):
        return [chosen[0][0]] if chosen else []
    return [chosen[1][0]] if len(chosen) > 1 else [] if chosen else [context]


def if_then(context: Element, case: Case, today: date) -> Iterable[Any]:
    """Where the first holds, so does the second."""
    if not holds(context, case["if"]) or holds(context, case["then"]):
        return []
    return nodes(context, case.get("paths") or [])[:1] or [context]


def dependent(context: Element, case: Case, today: date) -> Iterable[Any]:
    """All of the paths select something, or none does."""
    there = [bool(nodes(context, [each])) for each in case["paths"]]
    return [context] if any(there) and not all(there) else []


def sums(context: Element, case: Case, today: date) -> Iterable[Any]:
    """The numbers add to what is asked, exactly unless a slack is stated; where there is none, nothing is asked."""
    found = nodes(context, case["paths"])
    known = [number(written(node)) for node in found]
    if not found:
        return []
    if None in known:
        return [found[known.index(None)]]
    total = sum((each for each in known if each is not None), Fraction(0))
    return [found[0]] if abs(total - Fraction(str(case["sum"]))) > Fraction(case.get("slack", 0)) else []


def date_order(context: Element, case: Case, today: date) -> Iterable[Any]:
    """No day of the first comes after a day of the second."""
    later = days(context, case["more"], today)
    return [node for node, day in days(context, case["less"], today) if any(day > limit for _, limit in later)]


def date_now(context: Element, case: Case, today: date) -> Iterable[Any]:
    """The day is not to come."""
    return [node for node, day in days(context, case["date"], today) if day > today]


def between_dates(context: Element, case: Case, today: date) -> Iterable[Any]:
    """The day stands between two others."""
    starts, ends = days(context, case["start"], today), days(context, case["end"], today)
    return [node for node, day in days(context, case["date"], today) if any(day < first for _, first in starts) or any(day > last for _, last in ends)]


def time_limit(context: Element, case: Case, today: date) -> Iterable[Any]:
    """A period is no longer than a year."""
    pairs = zip(days(context, case["start"], today), days(context, case["end"], today), strict=False)
    return [node for (_, first), (node, last) in pairs if (last.year - first.year, last.month, last.day) > (1, first.month, first.day)]


def matching(context: Element, case: Case, today: date) -> Iterable[Any]:
    """Every text matches a pattern somewhere."""
    return [node for node in nodes(context, case["paths"]) if not re.search(case["regex"], written(node))]


def not_matching(context: Element, case: Case, today: date) -> Iterable[Any]:
    """No text matches a pattern."""
    return [node for node in nodes(context, case["paths"]) if re.search(case["regex"], written(node))]


def startswith(context: Element, case: Case, today: date) -> Iterable[Any]:
    """Every text begins with one of the beginnings; where there is no beginning, nothing is asked."""
    beginnings = [f"{text.strip()}{case.get('separator', '')}" for text in values(context, case.get("prefix") or [case["start"]]) if text.strip()]
    return [node for node in nodes(context, case["paths"]) if beginnings and not written(node).startswith(tuple(beginnings))]


def unique(context: Element, case: Case, today: date) -> Iterable[Any]:
    """No text stands twice."""
    found = nodes(context, case["paths"])
    texts = [written(node) for node in found]
    return [node for at, node in enumerate(found) if texts[at] and texts[at] in texts[:at]]


def no_spaces(context: Element, case: Case, today: date) -> Iterable[Any]:
    """No blank stands around a text."""
    texts = ((node, str(node) if isinstance(node, str) else node.text or "") for node in nodes(context, case["paths"]))
    return [node for node, text in texts if text != text.strip()]


def within(context: Element, case: Case, today: date) -> Iterable[Any]:
    """Every number stands between two others, both allowed."""
    least, most = Fraction(str(case.get("min", "-1e30"))), Fraction(str(case.get("max", "1e30")))
    known = ((node, number(written(node))) for node in nodes(context, case["paths"]))
    return [node for node, value in known if value is None or not least <= value <= most]


def never(context: Element, case: Case, today: date) -> Iterable[Any]:
    """A loop is judged by what it repeats."""
    return []


JUDGES: Mapping[str, Judge] = {
    "no_more_than_one": no_more_than_one, "atleast_one": atleast_one, "one_or_all": one_or_all, "only_one_of": only_one_of, "if_then": if_then,
    "dependent": dependent, "sum": sums, "strict_sum": sums, "date_order": date_order, "date_now": date_now, "between_dates": between_dates,
    "time_limit": time_limit, "regex_matches": matching, "regex_no_matches": not_matching, "startswith": startswith, "unique": unique,
    "no_spaces": no_spaces, "range": within, "loop": never,
}  # fmt: skip
