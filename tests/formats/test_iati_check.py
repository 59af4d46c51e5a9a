"""A file of activities is checked by the standard's structure, its rules and its codes; the schema and the rulesets agree."""

import copy
import json
import random
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from concertation.core.problems import Problem
from concertation.formats.iati.check import Standard, check_file, read_standard
from concertation.formats.iati.opening import checked
from concertation.formats.iati.rules import RULES, broken_rules
from concertation.formats.iati.rulesets import breaches, ruleset_of
from concertation.formats.iati.structure import flaws
from concertation.formats.problem_texts import in_words
from iati_samples import MONEY, PLACES, SECTORS, activity, transaction, written

TODAY = date(2026, 11, 29)
SAMPLE = "iati/dportal_foodsecurity_sample.xml"
MUTATIONS = 1_500
VALUES = ["", "x", "2020-02-30", "2020-02-29", "2021-02-29", "12.5", "-1", "1e3", "true", "TRUE", " 5 ", "2020-01-01Z", "+3", "2147483648", ".5", "5."]
NAMES = ["sector", "unheard-of", "value", "narrative", "title", "budget", "location", "description"]


def problems(path: Path, standard: Standard | None = None) -> list[Problem]:
    """What a check tells of a file."""
    return list(check_file(path, standard=standard or Standard(), today=TODAY).problems)


def told(folder: Path, *activities: str) -> list[str]:
    """The codes told of some synthetic activities."""
    return [problem.code for problem in problems(written(folder, *activities))]


def test_a_synthetic_activity_that_is_right_is_told_nothing_of(tmp_path: Path) -> None:
    assert told(tmp_path, activity()) == []


def second(element: str) -> str:
    """A percentage list that makes 100."""
    return f'<{element} code="ML" percentage="40"/><{element} code="NE" percentage="60"/>'


BUDGET = '<budget type="1" status="1"><period-start iso-date="{start}"/><period-end iso-date="{end}"/><value currency="USD" value-date="2024-01-01">5</value></budget>'
INDICATOR = '<result type="1"><title><narrative>r</narrative></title><indicator measure="{measure}"><title><narrative>i</narrative></title><baseline iso-date="2024-01-01"{value}/></indicator></result>'
WRONG: dict[str, tuple[str, ...]] = {
    "iati-identifier-of-organisation": (activity(identifier="XX-1"),),
    "iati-identifier-beginning": (activity(identifier="YY-1-A"),),
    "iati-start-missing": (activity().replace('<activity-date type="1" iso-date="2024-01-01"/>\n', ""),),
    "iati-sector-missing": (activity(sectors=""),),
    "iati-sector-not-everywhere": (activity(sectors="", transactions=transaction(more=SECTORS) + transaction()),),
    "iati-sector-at-both-levels": (activity(transactions=transaction(more=SECTORS)),),
    "iati-sector-of-dac-missing": (activity(sectors='<sector vocabulary="10" code="7"/>'),),
    "iati-place-missing": (activity(places=""),),
    "iati-place-at-both-levels": (activity(transactions=transaction(more=PLACES)),),
    "iati-share-missing": (activity(places='<recipient-country code="ML"/><recipient-country code="NE"/>'), activity(sectors='<sector vocabulary="10" code="1"/><sector vocabulary="10" code="2"/>')),
    "iati-shares-not-100": (activity(places=second("recipient-country").replace("40", "30")),),
    "iati-single-share": (activity(places='<recipient-country code="ML" percentage="40"/>'),),
    "iati-percentage-out-of-range": (activity(sectors='<sector code="72010" percentage="140"/>'),),
    "iati-language-missing": (activity().replace(' xml:lang="fr"', ""),),
    "iati-currency-missing": (activity(transactions=transaction(money=MONEY.replace(' currency="USD"', ""))).replace(' default-currency="USD"', ""),),
    "iati-dates-out-of-order": (activity().replace("2025-12-31", "2023-12-31"), activity(budgets=BUDGET.format(start="2024-05-01", end="2024-01-01"))),
    "iati-date-to-come": (activity().replace("2024-05-01", "2031-05-01"),),
    "iati-budget-longer-than-a-year": (activity(budgets=BUDGET.format(start="2024-01-01", end="2025-06-30")),),
    "iati-organisation-without-name": (activity(transactions=transaction().replace("<narrative>Synthetic NGO</narrative>", "")),),
    "iati-words-missing": (activity().replace("<narrative>Activité synthétique</narrative>", "<narrative/>"),),
    "iati-significance-missing": (activity(aid='<policy-marker vocabulary="1" code="1"/>'),),
    "iati-blank-around": (activity(identifier=" XX-1-A"),),
    "iati-several-aid-types": (activity(aid='<default-aid-type code="B03"/><default-aid-type code="C01"/>'),),
    "iati-aid-type-of-dac-missing": (activity(aid='<default-aid-type vocabulary="2" code="2"/>'),),
    "iati-reference-twice": (activity(related=INDICATOR.format(measure="5", value="").replace("<baseline", '<reference vocabulary="99" code="1"/><baseline').replace("<indicator", '<reference vocabulary="99" code="1"/><indicator')),),
    "iati-figure-missing": (activity(related=INDICATOR.format(measure="1", value="")),),
    "iati-figure-unreadable": (activity(related=INDICATOR.format(measure="1", value=' value="some"')),),
    "iati-figure-of-words": (activity(related=INDICATOR.format(measure="5", value=' value="3"')),),
    "iati-code-unknown": (activity(places='<recipient-country code="XX"/>'), activity(transactions=transaction(kind="99")), activity().replace("USD", "FCFA")),
    "iati-element-unknown": (activity(places=f"{PLACES}<pays/>"),),
    "iati-element-missing": (activity().replace('<activity-status code="2"/>', ""),),
    "iati-element-repeated": (activity().replace('<activity-status code="2"/>', '<activity-status code="2"/><activity-status code="2"/>'),),
    "iati-element-out-of-order": (activity(places=SECTORS, sectors=PLACES),),
    "iati-attribute-unknown": (activity(attributes=' colour="red"'),),
    "iati-attribute-missing": (activity(places="<recipient-country/>"),),
    "iati-value-unreadable": (activity(transactions=transaction(amount="beaucoup")), activity().replace("2024-05-01", "1er mai 2024")),
    "iati-text-astray": (activity().replace("<title>", "<title>Titre"),),
    "iati-activity-repeated": (activity() + activity(),),
    "iati-activity-twice": (activity() + activity(places='<recipient-country code="ML"/>'),),
}  # fmt: skip


@pytest.mark.parametrize(("code", "bent"), [(code, bent) for code, several in WRONG.items() for bent in several])
def test_each_rule_is_broken_by_what_it_forbids_and_told_with_a_line_and_words(tmp_path: Path, code: str, bent: str) -> None:
    found = [problem for problem in problems(written(tmp_path, bent)) if problem.code == code]

    assert found
    assert all(problem.cell.row and problem.cell.row > 2 for problem in found)
    assert "…" not in in_words(found[0]).message_fr


def test_every_rule_held_is_tried_above() -> None:
    assert {code for code, _, _, _ in RULES} <= set(WRONG)


@pytest.mark.parametrize("places", [second("recipient-country"), '<recipient-country code="ML" percentage="40"/><recipient-region code="298" percentage="60"/>', '<recipient-country code="ML" percentage="100"/>'])
def test_shares_that_make_a_hundred_are_right(tmp_path: Path, places: str) -> None:
    assert told(tmp_path, activity(places=places)) == []


@pytest.mark.shared
def test_the_real_sample_is_valid_and_rules_say_what_the_published_ruleset_says(shared: Path) -> None:
    found = problems(shared / SAMPLE, read_standard(shared / "iati"))

    assert [(problem.code, problem.cell.row) for problem in found] == [
        ("iati-sector-of-dac-missing", 861), ("iati-ruleset", 885), ("iati-organisation-without-name", 911), ("iati-ruleset", 911),
    ]  # fmt: skip
    assert [problem.detail["rule"] for problem in found if problem.code == "iati-ruleset"] == ["102.1.1", "6.9.1"]


def bend(sample: Any, chance: random.Random) -> Any:
    """A copy of a real activity with one thing changed."""
    activity = copy.deepcopy(sample)
    elements = [element for element in activity.iter() if isinstance(element.tag, str)]
    element = chance.choice(elements[1:])
    change = chance.choice(["drop", "double", "swap", "rename", "drop attribute", "change attribute", "new attribute", "text", "tail", "other", "move"])
    after = element.getnext()
    if change == "drop":
        element.getparent().remove(element)
    elif change == "double":
        element.addnext(copy.deepcopy(element))
    elif change == "swap" and after is not None and isinstance(after.tag, str):
        after.addnext(element)
    elif change == "rename":
        element.tag = chance.choice(NAMES)
    elif change == "drop attribute" and element.attrib:
        del element.attrib[chance.choice(list(element.attrib))]
    elif change == "change attribute" and element.attrib:
        element.attrib[chance.choice(list(element.attrib))] = chance.choice(VALUES)
    elif change == "new attribute":
        element.set(chance.choice(["unheard-of", "code", "type", "ref", "{urn:other}x", "percentage", "vocabulary"]), chance.choice(VALUES))
    elif change == "text":
        element.text = chance.choice(VALUES)
    elif change == "tail":
        element.tail = "stray"
    elif change == "other":
        element.append(etree.Element("{urn:other}thing"))
    elif change == "move" and (target := chance.choice(elements)) not in element.iter():
        target.insert(chance.randint(0, len(target)), element)
    return activity


@pytest.mark.shared
def test_our_structure_and_the_schema_give_one_verdict_on_real_activities_bent_in_every_way(shared: Path) -> None:
    schema = etree.XMLSchema(etree.parse(shared / "iati" / "xsd" / "iati-activities-schema.xsd"))
    samples = list(etree.parse(shared / SAMPLE).getroot())
    chance, invalid = random.Random(20_261_129), 0
    for _ in range(MUTATIONS):
        bent = bend(chance.choice(samples), chance)
        ours, theirs = list(flaws(bent)), schema.validate(bent)
        invalid += not theirs
        assert (not ours) == theirs, (ours[:2], [error.message for error in schema.error_log][:2])

    assert MUTATIONS / 4 < invalid < MUTATIONS


def pairs(folder: Path) -> list[tuple[str, str, bool]]:
    """The pairs of ruleset and document that the rulesets' own trial runs, with the verdict it expects."""
    lines = (folder / "meta_tests.sh").read_text("utf-8").splitlines()
    found = [re.fullmatch(r"\s*test (\w+) (\w+) (True|False)\s*", line) for line in lines]
    return [(match[1], match[2], match[3] == "True") for match in found if match]


@pytest.mark.shared
def test_the_language_of_rulesets_is_read_as_its_own_trial_expects(shared: Path) -> None:
    folder = shared / "iati" / "rulesets"
    run = 0
    for rules, document, verdict in pairs(folder):
        ruleset = ruleset_of(json.loads((folder / "meta_tests" / f"{rules}.json").read_text("utf-8")))
        root = etree.parse(folder / "meta_tests" / f"{document}.xml").getroot()
        assert (not list(breaches(root, ruleset, today=TODAY))) == verdict, (rules, document)
        run += 1

    assert run == 83


@pytest.mark.parametrize("case", [{"paths": ["a["]}, {"paths": ["unheard-of()"]}, {"paths": ["a"], "regex": "("}, {}, {"paths": 3}, {"paths": ["a"], "idCondition": "NOT_EXISTING_ORG_ID"}])
def test_a_rule_that_cannot_be_asked_is_left_unchecked_and_named(case: dict[str, Any]) -> None:
    kind = "regex_matches" if "regex" in case else "atleast_one"

    assert ruleset_of({"//a": {kind: {"cases": [{**case, "ruleInfo": {"id": "7"}}]}}}).unchecked == ("7",)


def test_a_folder_without_the_standard_or_with_broken_files_is_told(tmp_path: Path) -> None:
    empty = read_standard(tmp_path)
    (tmp_path / "iati-activities-schema.xsd").write_text("<x/>")
    (tmp_path / "standard.json").write_text("{")

    assert [problem.code for problem in empty.problems] == ["iati-standard-not-found"]
    assert [problem.code for problem in read_standard(tmp_path).problems] == ["iati-standard-unreadable", "iati-standard-unreadable"]


@pytest.mark.shared
def test_code_lists_of_a_named_folder_are_asked(shared: Path, tmp_path: Path) -> None:
    path = written(tmp_path, activity(sectors='<sector vocabulary="1" code="00000"/>'))

    assert [problem.code for problem in problems(path)] == []
    assert [problem.code for problem in problems(path, Standard(lists=read_standard(shared / "iati").lists))] == ["iati-code-unknown"]


def test_a_check_in_a_bounded_child_tells_the_same(tmp_path: Path) -> None:
    path = written(tmp_path, activity(places=""))
    found = checked(path, today=TODAY)

    assert (found.activities, found.transactions) == (1, 1)
    assert [problem.code for problem in found.problems] == [problem.code for problem in problems(path)] == ["iati-place-missing"]


def test_rules_of_one_activity_can_be_asked_by_themselves() -> None:
    root = etree.fromstring(f"<iati-activities>{activity(places='')}</iati-activities>")

    assert [code for code, _ in broken_rules(root[0], today=TODAY)] == ["iati-place-missing"]
