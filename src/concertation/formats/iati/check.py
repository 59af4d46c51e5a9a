"""A file of activities checked: what the standard's structure, its rules and its lists of codes forbid, each with its line.

Structure and rules are held here. A folder of the standard that the user names (schemas, rulesets, code lists as IATI publishes them) is
asked as well; nothing of it is kept.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from lxml import etree

from concertation.core.money import is_currency
from concertation.core.problems import Problem
from concertation.formats.iati.codes import DAC, code_lists
from concertation.formats.iati.rules import broken_rules
from concertation.formats.iati.rulesets import Ruleset, breaches, ruleset_of
from concertation.formats.iati.streaming import ACTIVITY, Element, Told, elements
from concertation.formats.iati.structure import flaws
from concertation.formats.json_file import parse_json

SCHEMA, RULESET, LISTS = "iati-activities-schema.xsd", "standard.json", "codelists"
MOST_BYTES = 16 << 20
ANY = ""
CODED: Mapping[tuple[str, str], tuple[tuple[str, str], ...]] = {
    ("transaction-type", "code"): ((ANY, "TransactionType"),), ("activity-status", "code"): ((ANY, "ActivityStatus"),),
    ("activity-date", "type"): ((ANY, "ActivityDateType"),), ("participating-org", "role"): ((ANY, "OrganisationRole"),),
    **{(name, "type"): ((ANY, "OrganisationType"),) for name in ("reporting-org", "participating-org", "provider-org", "receiver-org")},
    **{(name, "code"): ((DAC, "AidType"), ("2", "EarmarkingCategory"), ("4", "CashandVoucherModalities")) for name in ("aid-type", "default-aid-type")},
    **{(name, "vocabulary"): ((ANY, "AidTypeVocabulary"),) for name in ("aid-type", "default-aid-type")},
    **{(name, "code"): ((ANY, "FlowType"),) for name in ("flow-type", "default-flow-type")},
    **{(name, "code"): ((ANY, "FinanceType"),) for name in ("finance-type", "default-finance-type")},
    **{(name, "code"): ((ANY, "TiedStatus"),) for name in ("tied-status", "default-tied-status")},
    ("disbursement-channel", "code"): ((ANY, "DisbursementChannel"),), ("collaboration-type", "code"): ((ANY, "CollaborationType"),),
    ("humanitarian-scope", "type"): ((ANY, "HumanitarianScopeType"),), ("humanitarian-scope", "vocabulary"): ((ANY, "HumanitarianScopeVocabulary"),),
    ("sector", "code"): ((DAC, "Sector"),), ("sector", "vocabulary"): ((ANY, "SectorVocabulary"),), ("recipient-country", "code"): ((ANY, "Country"),),
    ("related-activity", "type"): ((ANY, "RelatedActivityType"),), ("budget", "type"): ((ANY, "BudgetType"),), ("budget", "status"): ((ANY, "BudgetStatus"),),
    ("policy-marker", "code"): ((DAC, "PolicyMarker"),), ("policy-marker", "significance"): ((ANY, "PolicySignificance"),),
}  # fmt: skip
OF_ELEMENT: Mapping[str, tuple[tuple[str, tuple[tuple[str, str], ...]], ...]] = {
    tag: tuple((attribute, lists) for (name, attribute), lists in CODED.items() if name == tag) for tag in {tag for tag, _ in CODED}
}


@dataclass(frozen=True, slots=True)
class Standard:
    """A folder of the standard, read: its schema and ruleset where they stand in it, its code lists over those held here."""

    schema: Any = None
    rules: Ruleset = field(default_factory=lambda: Ruleset((), ()))
    lists: Mapping[str, frozenset[str]] = field(default_factory=lambda: code_lists(None))
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: how many activities and transactions, the problems by line, and the rules nobody here can judge."""

    activities: int
    transactions: int
    problems: tuple[Problem, ...]
    unchecked: tuple[str, ...]


def read_standard(folder: Path | None) -> Standard:
    """The standard held here, with what a folder adds. Yields iati-standard-not-found and iati-standard-unreadable; never raises."""
    if folder is None:
        return Standard()
    schema_file, rules_file, lists = (next(iter(sorted(folder.rglob(name))), None) for name in (SCHEMA, RULESET, LISTS))
    if not (schema_file or rules_file or lists):
        return Standard(problems=(Problem("iati-standard-not-found", value=folder.name),))
    told = Told()
    schema = read_schema(schema_file, told) if schema_file else None
    rules = read_ruleset(rules_file, told) if rules_file else Ruleset((), ())
    return Standard(schema, rules, code_lists(lists), told.problems)


def read_schema(path: Path, told: Told) -> Any:
    """A compiled schema, or nothing where it is none."""
    try:
        return etree.XMLSchema(etree.parse(path, etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)))
    except (OSError, etree.LxmlError) as reason:
        told.tell("iati-standard-unreadable", None, path.name, reason=str(reason)[:120])
        return None


def read_ruleset(path: Path, told: Told) -> Ruleset:
    """A ruleset, empty where it is none."""
    raw = path.read_bytes() if path.stat().st_size <= MOST_BYTES else b""
    read = parse_json(raw, name=path.name)
    if read.content is None:
        told.tell("iati-standard-unreadable", None, path.name, reason=read.problems[0].code)
    return ruleset_of(read.content)


def check_file(path: Path, *, standard: Standard, today: date, most: int = 1_000) -> Checked:
    """Check every activity of a file, one at a time; memory grows with the largest activity alone."""
    told = Told(most)
    activities = transactions = 0
    seen: dict[str, bytes] = {}
    for activity in elements(path, (ACTIVITY,), told):
        activities += 1
        transactions += sum(1 for _ in activity.iterchildren("transaction"))
        said_before(activity, seen, told)
        for code, line, value, place, detail in wrong_with(activity, standard, today):
            told.tell(code, line, value, column=place, **detail)
    by_line = sorted(told.problems, key=lambda problem: (problem.cell.row or 0))
    return Checked(activities, transactions, (*standard.problems, *by_line), standard.rules.unchecked)


Wrong = tuple[str, int | None, str, str, dict[str, str]]


def wrong_with(activity: Element, standard: Standard, today: date) -> Iterator[Wrong]:
    """Everything wrong with one activity: structure, rules, codes, then what a named folder adds."""
    name = identifier(activity)
    for flaw in flaws(activity):
        yield flaw.code, flaw.line, flaw.value, flaw.place, {"activity": name, "part": flaw.place}
    for code, breach in broken_rules(activity, today=today):
        yield code, breach.line, breach.value, breach.place, {"activity": name, "part": breach.place}
    for line, place, value, known in unknown_codes(activity, standard.lists):
        yield "iati-code-unknown", line, value, place, {"activity": name, "list": known}
    if standard.schema is not None and not standard.schema.validate(activity):
        for error in standard.schema.error_log:
            yield "iati-schema", error.line, error.message.replace("Element ", "")[:200], "", {"activity": name}
    for breach in breaches(activity, standard.rules, today=today):
        yield "iati-ruleset", breach.line, breach.value, breach.place, {"activity": name, "rule": breach.rule, "words": breach.message or breach.rule}


def identifier(activity: Element) -> str:
    """The identifier of an activity as written, without outer blanks."""
    return (activity.findtext("iati-identifier") or "").strip()


def said_before(activity: Element, seen: dict[str, bytes], told: Told) -> None:
    """Tell an activity that stands in the file twice, with the same content or with another."""
    name = identifier(activity)
    content = hashlib.sha256(etree.tostring(activity, encoding="utf-8", with_tail=False)).digest()[:16]
    if name in seen:
        told.tell("iati-activity-repeated" if seen[name] == content else "iati-activity-twice", activity.sourceline, name, column="iati-identifier")
    seen[name] = content


def unknown_codes(activity: Element, lists: Mapping[str, frozenset[str]]) -> Iterator[tuple[int | None, str, str, str]]:
    """Codes that stand in no list held: line, place, code, list. A vocabulary without a list held is left alone."""
    for element in activity.iter(*OF_ELEMENT):
        for attribute, choices in OF_ELEMENT[element.tag]:
            value = element.get(attribute)
            vocabulary = element.get("vocabulary") or DAC
            for wanted, name in choices:
                if value and wanted in (ANY, vocabulary) and name in lists and value not in lists[name]:
                    yield element.sourceline, f"{element.tag}/@{attribute}", value, name
    for element in activity.iter("value"):
        if (currency := element.get("currency")) and not is_currency(currency):
            yield element.sourceline, "value/@currency", currency, "Currency"
    if (currency := activity.get("default-currency")) and not is_currency(currency):
        yield activity.sourceline, "iati-activity/@default-currency", currency, "Currency"
