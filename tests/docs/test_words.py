"""One word, one meaning: the glossary, the identifiers of the source and both catalogues say the same."""

import ast
import csv
import re
from collections.abc import Iterator

import polib
import pytest

from architecture.source_code import PACKAGE, ROOT, Module, modules
from concertation.core.spelling import fold
from concertation.formats import reference_set

NEVER = frozenset({"data", "info", "manager", "handler", "utils", "helper", "process", "obj"})
ROLES_OF_THE_FIELD = re.compile(r"data_?manager", re.IGNORECASE)
MONEY = re.compile(r"financ|fonds|bailleur|fund|donor|money|argent|montant|amount|payment|versement|pledge|promesse", re.IGNORECASE)
PROMISED = re.compile(r"\b(?:engagements?|commitments?)\b", re.IGNORECASE)
IN_THE_CATALOGUE = (
    ("dans le besoin", "in need"), ("ciblé", "target"), (r"(?<!seuil )(?<!seuils )atteint", "reach"), ("découpage", "division"), ("organisation", "organisation"),
    ("secteur", "sector"), ("mandat", "mandate"), ("détenteur", "holder"), ("doute", "doubt"), ("décision", "decision"),
    ("activité", "activit"), ("unité", "unit"), ("phase 3 ou pire", "phase 3 or worse"), ("communauté hôte", "host communit"),
    ("déclar", "declar|report"),
)  # fmt: skip
STEM = 5
OTHER_WORDS = ["phase 3 ou plus", "atteinte prévue", "prioritisé"]


def glossary() -> list[dict[str, str]]:
    with (ROOT / "docs/glossary.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def catalogue() -> Iterator[tuple[str, str]]:
    """Every French text of the pages with its English."""
    for entry in polib.pofile(str(PACKAGE / "locale/en/LC_MESSAGES/django.po")):
        plurals = entry.msgstr_plural
        yield entry.msgid, entry.msgstr or " ".join(plurals.values())
        if entry.msgid_plural:
            yield entry.msgid_plural, " ".join(plurals.values())


def names_of(module: Module) -> Iterator[str]:
    """Names given in a module: classes, functions, arguments, fields, variables; and codes, which are texts."""
    for node in module.nodes:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_every_line_of_the_glossary_is_whole_and_said_once() -> None:
    lines = glossary()

    assert [line for line in lines if not all(line.values())] == []
    for column in ("fr", "en", "identifier"):
        words = [line[column] for line in lines]
        assert len(words) == len(set(words))


def test_every_identifier_of_the_glossary_exists_in_the_source() -> None:
    held = {name for module in modules() for name in names_of(module)}

    assert [line["identifier"] for line in glossary() if line["identifier"] not in held] == []


def words_in(name: str) -> set[str]:
    """The words of a name: `rows_in_place` and `RowsInPlace` alike."""
    return set(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().split("_"))


def given_at_module_level(module: Module) -> Iterator[str]:
    """Names of the module's own functions, classes and variables, and of the module itself."""
    yield module.stem
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        yield from (target.id for target in targets if isinstance(target, ast.Name))


def test_nothing_in_the_core_is_named_by_a_word_that_says_nothing() -> None:
    core = [module for module in modules() if module.is_in("core")]
    empty = [f"{module.name}: {name}" for module in core for name in given_at_module_level(module) if words_in(ROLES_OF_THE_FIELD.sub("", name)) & NEVER]

    assert not empty


def stems(words: str) -> list[str]:
    """The beginnings of words, without accents or case: "ciblées" and "ciblés" are one word."""
    return [word[:STEM] for word in fold(words).split()]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_measures_are_called_alike_in_the_glossary_and_on_the_screen(language: str) -> None:
    shown = {line["code"]: line[f"name_{language}"] for line in reference_set.read("concepts").to_dicts() if line["kind"] == "concept"}
    called = {line["identifier"]: line[language] for line in glossary() if line["identifier"] in shown}

    assert called
    assert {code: words for code, words in called.items() if not set(stems(words)) <= set(stems(shown[code]))} == {}


@pytest.mark.parametrize(("french", "english"), IN_THE_CATALOGUE)
def test_a_word_of_the_field_keeps_its_english_throughout_the_catalogue(french: str, english: str) -> None:
    otherwise = [(said, told) for said, told in catalogue() if told and re.search(rf"\b{french}", said, re.IGNORECASE) and not re.search(english, told, re.IGNORECASE)]

    assert not otherwise


def shown_texts() -> Iterator[tuple[str, str]]:
    """Everything written for people, with where it stands: both catalogues, the tables of words, the documents."""
    for said, told in catalogue():
        yield "catalogue", said
        yield "catalogue", told
    for module in modules():
        if module.name == "site/measures.py":
            yield from ((module.name, name) for name in names_of(module))
    for table in ("problems", "concepts", "decisions", "presence_fields", "sectors"):
        for line in reference_set.read(table).to_dicts():
            yield from ((table, str(value)) for name, value in line.items() if name.endswith(("_fr", "_en")) and value)
    for path in [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]:
        yield from ((path.name, paragraph) for paragraph in path.read_text("utf-8").split("\n\n"))


def test_a_decision_of_the_ministers_is_never_called_a_commitment() -> None:
    assert [(where, text) for where, text in shown_texts() if PROMISED.search(text) and not MONEY.search(text)] == []


def test_decision_and_commitment_never_stand_for_each_other_in_the_source() -> None:
    named = [f"{module.at(node)} {node.name}" for module in modules() for node in module.nodes if isinstance(node, ast.FunctionDef | ast.ClassDef) if {"decision", "commitment"} <= words_in(node.name)]
    of_decisions = [module.name for module in modules() if module.is_in("apps/decisions") and PROMISED.search(module.text.replace("never a funding commitment", ""))]

    assert not named + of_decisions


@pytest.mark.parametrize("other", OTHER_WORDS)
def test_a_thing_that_has_a_word_is_not_called_by_another(other: str) -> None:
    assert [(where, text) for where, text in shown_texts() if other in text.lower()] == []
