"""The rules every activity is held to, each with a stable code and words in both languages: the standard's own, and a few of ours.

They are asked in the language of rulesets; a sum has a slack of a hundredth of a percent, since thirds cannot be written exactly.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from concertation.formats.iati.rulesets import Breach, Case, judged, path

ACTIVITY, TRANSACTIONS = "self::node()", "transaction"
DAC = "not(@vocabulary) or @vocabulary='' or @vocabulary='1'"
SLACK = "1/100"
COUNTED = "'1' or @measure='2' or @measure='3' or @measure='4'"
FIGURES = f"result/indicator[@measure={COUNTED}]"


def missing(*paths: str, **more: Any) -> tuple[str, Case]:
    """At least one of these."""
    return "atleast_one", {"paths": list(paths), **more}


def when(condition: str, then: str, *shown: str) -> tuple[str, Case]:
    """Where a condition holds, so does another."""
    return "if_then", {"if": condition, "then": then, "paths": list(shown)}


def ordered(less: str, more: str) -> tuple[str, Case]:
    """One day not after another."""
    return "date_order", {"less": less, "more": more}


def ranged(attribute: str) -> tuple[str, Case]:
    """A percentage between 0 and 100."""
    return "range", {"paths": [attribute], "min": 0, "max": 100}


def trimmed(*paths: str) -> tuple[str, Case]:
    """No blank around."""
    return "no_spaces", {"paths": list(paths)}


def of_one_vocabulary(kind: str, case: Case) -> tuple[str, Case]:
    """A rule asked for each vocabulary of sectors but the first."""
    return "loop", {"foreach": "sector[@vocabulary != '1']/@vocabulary", "do": {kind: {"cases": [case]}}}


def shares_of(some: str) -> tuple[tuple[str, Case], ...]:
    """Three rules on a list: each has its percentage, together they make 100, one alone is all."""
    return (
        when(f"count({some}) > 1", f"count({some}) = count({some}/@percentage)", f"{some}[not(@percentage)]"),
        ("strict_sum", {"condition": f"count({some}) > 1 and count({some}) = count({some}/@percentage)", "paths": [f"{some}/@percentage"], "sum": 100, "slack": SLACK}),
        when(f"count({some}) = 1", f"not({some}/@percentage) or {some}/@percentage = 100", f"{some}/@percentage"),
    )


SECTOR_OF_DAC, SECTOR_OF_OTHER = f"sector[{DAC}]", "sector[@vocabulary = '$1']"
PLACES = f"*[self::recipient-country or self::recipient-region[{DAC}]]"
SHARE_CODES = ("iati-share-missing", "iati-shares-not-100", "iati-single-share")
RULES: tuple[tuple[str, str, str, Case], ...] = (
    ("iati-identifier-of-organisation", ACTIVITY, "unique", {"paths": ["reporting-org/@ref", "iati-identifier"]}),
    ("iati-identifier-beginning", ACTIVITY, "startswith", {"prefix": ["reporting-org/@ref", "other-identifier[@type='B1']/@ref"], "separator": "-", "paths": ["iati-identifier"]}),
    ("iati-start-missing", ACTIVITY, *missing("activity-date[@type='1' or @type='2']")),
    ("iati-sector-missing", ACTIVITY, *missing("sector", "transaction/sector")),
    ("iati-sector-not-everywhere", ACTIVITY, "one_or_all", {"one": "sector", "all": "sector"}),
    ("iati-sector-at-both-levels", ACTIVITY, *when("sector", "not(transaction/sector)", "transaction/sector")),
    ("iati-sector-of-dac-missing", ACTIVITY, *when("sector", f"sector[{DAC}]")),
    ("iati-place-missing", ACTIVITY, *when("not(recipient-country or recipient-region)", "transaction and not(transaction[not(recipient-country or recipient-region)])")),
    ("iati-place-at-both-levels", ACTIVITY, *when("recipient-country or recipient-region", "not(transaction/recipient-country or transaction/recipient-region)", "transaction/recipient-country", "transaction/recipient-region")),
    *((code, ACTIVITY, *rule) for some in (SECTOR_OF_DAC, PLACES) for code, rule in zip(SHARE_CODES, shares_of(some), strict=True)),
    *((code, ACTIVITY, *of_one_vocabulary(*rule)) for code, rule in zip(SHARE_CODES, shares_of(SECTOR_OF_OTHER), strict=True)),
    *(("iati-percentage-out-of-range", ACTIVITY, *ranged(f"{some}/@percentage")) for some in ("sector", "recipient-country", "recipient-region", "capital-spend", "country-budget-items/budget-item")),
    ("iati-language-missing", ACTIVITY, "one_or_all", {"one": "@xml:lang", "all": "lang"}),
    ("iati-currency-missing", ACTIVITY, "one_or_all", {"one": "@default-currency", "all": "currency"}),
    ("iati-dates-out-of-order", ACTIVITY, *ordered("activity-date[@type='1']/@iso-date", "activity-date[@type='3']/@iso-date")),
    ("iati-dates-out-of-order", ACTIVITY, *ordered("activity-date[@type='2']/@iso-date", "activity-date[@type='4']/@iso-date")),
    *(("iati-dates-out-of-order", some, *ordered("period-start/@iso-date", "period-end/@iso-date")) for some in ("budget", "planned-disbursement", "result/indicator/period")),
    ("iati-date-to-come", ACTIVITY, "date_now", {"date": "@last-updated-datetime"}),
    *(("iati-date-to-come", ACTIVITY, *ordered(some, "NOW")) for some in ("activity-date[@type='2' or @type='4']/@iso-date", "transaction/transaction-date/@iso-date", "transaction/value/@value-date")),
    ("iati-budget-longer-than-a-year", "budget", "time_limit", {"start": "period-start/@iso-date", "end": "period-end/@iso-date"}),
    *(("iati-organisation-without-name", some, *missing("@ref", "narrative")) for some in ("participating-org", "transaction/provider-org", "transaction/receiver-org", "planned-disbursement/provider-org", "planned-disbursement/receiver-org", "other-identifier/owner-org")),
    *(("iati-words-missing", some, *missing("narrative/text()")) for some in ("title", "description")),
    ("iati-words-missing", "policy-marker[@vocabulary='99']", *missing("narrative/text()")),
    ("iati-words-missing", "sector[@vocabulary='98' or @vocabulary='99']", *missing("narrative/text()")),
    ("iati-significance-missing", f"policy-marker[{DAC}]", *missing("@significance")),
    ("iati-blank-around", ACTIVITY, *trimmed("iati-identifier", "reporting-org/@ref", "other-identifier/@ref", "related-activity/@ref", "participating-org/@ref", "participating-org/@activity-id")),
    ("iati-blank-around", TRANSACTIONS, *trimmed("provider-org/@ref", "provider-org/@provider-activity-id", "receiver-org/@ref", "receiver-org/@receiver-activity-id")),
    ("iati-several-aid-types", ACTIVITY, "no_more_than_one", {"paths": [f"default-aid-type[{DAC}]"]}),
    ("iati-several-aid-types", TRANSACTIONS, "no_more_than_one", {"paths": [f"aid-type[{DAC}]"]}),
    ("iati-aid-type-of-dac-missing", ACTIVITY, *when("default-aid-type", f"default-aid-type[{DAC}]")),
    ("iati-aid-type-of-dac-missing", TRANSACTIONS, *when("aid-type", f"aid-type[{DAC}]")),
    ("iati-reference-twice", "result/indicator", "no_more_than_one", {"paths": ["reference[1]", "../reference[1]"]}),
    *(("iati-figure-missing", f"{FIGURES}/{some}", *missing("@value")) for some in ("baseline", "period/target", "period/actual")),
    *(("iati-figure-unreadable", f"{FIGURES}/{some}", *when("@value", "number(@value) = @value", "@value")) for some in ("baseline", "period/target", "period/actual")),
    *(("iati-figure-of-words", f"result/indicator[@measure='5']/{some}", *when("@value", "not(@value)", "@value")) for some in ("baseline", "period/target", "period/actual")),
)  # fmt: skip


def broken_rules(activity: Any, *, today: date) -> Iterator[tuple[str, Breach]]:
    """Every rule that an activity breaks, with its code."""
    for code, selector, kind, case in RULES:
        for context in [activity] if selector == ACTIVITY else path(selector)(activity):
            for breach in judged(context, selector, kind, case, today):
                yield code, breach
