"""What is written for people stands in both languages, says every command, option and setting, and leads nowhere false."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from django.urls import resolve

from architecture.source_code import ROOT, modules
from concertation.cli import app
from concertation.core.sharing import Role, Sensitivity
from concertation.formats.recognise import KINDS, UNKNOWN

DOCS = ROOT / "docs"
LANGUAGES = ("fr", "en")
APPS = sorted(path.name for path in (ROOT / "src/concertation/apps").iterdir() if (path / "apps.py").exists())
WITHOUT_A_PAGE = {"ground": "what every subject stands on: access and security tell of it"}
EXPLAINED = ("needs", "presence", "reporting", "funding", "picture", "places", "sources", "organisations", "access", "decisions", "search", "anticipation", "response", "lessons", "mobilisation")
SECTIONS = {
    "fr": ("Ce que veut dire", "Pas à pas", "Ce que donne une entrée fautive", "Ce qui n'est jamais tenu ni fait", "D'où viennent"),
    "en": ("What a", "Step by step", "What bad input gives", "What is never held or done", "Where the"),
}
READERS = {
    "fr": ("Gestionnaire des données de l'État", "Analyste", "Déclarant d'une ONG"),
    "en": ("State data manager", "Analyst", "NGO reporter"),
}
SETTING = re.compile(r"CONCERTATION_[A-Z_]+")
BESIDE_THE_PRODUCT = {"test", "soak"}  # commands of `run` itself, over the tests
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"```.*?```", re.DOTALL)


def documents() -> list[Path]:
    """Every document that stands in two languages, by its French file."""
    return sorted([*DOCS.glob("*.fr.md"), *(DOCS / "subjects").glob("*.fr.md")])


def in_english(french: Path) -> Path:
    return french.with_name(french.name.replace(".fr.md", ".en.md"))


def text(name: str, language: str) -> str:
    return (DOCS / f"{name}.{language}.md").read_text("utf-8")


def lines_outside_commands(document: str) -> Iterator[str]:
    """The lines that are no command: those neither fenced nor indented by four."""
    return (line for line in FENCE.sub("", document).splitlines() if not line.startswith("    "))


def headings(document: str) -> list[tuple[int, str]]:
    """Each heading with its level."""
    found = (re.fullmatch(r"(#+) (.+)", line) for line in lines_outside_commands(document))
    return [(len(each[1]), each[2]) for each in found if each]


@pytest.mark.parametrize("subject", [app for app in APPS if app not in WITHOUT_A_PAGE])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_subject_of_the_product_has_its_page(subject: str, language: str) -> None:
    assert (DOCS / "subjects" / f"{subject}.{language}.md").is_file()


def test_no_document_stands_in_one_language_alone() -> None:
    both = {path.name[: -len(".xx.md")] for path in DOCS.rglob("*.fr.md")}

    assert both == {path.name[: -len(".xx.md")] for path in DOCS.rglob("*.en.md")}


@pytest.mark.parametrize("french", documents(), ids=lambda path: path.name)
def test_both_languages_of_a_document_have_the_same_headings_tables_and_lists(french: Path) -> None:
    shapes = [
        ([level for level, _ in headings(document)], document.count("\n|"), len(re.findall(r"(?m)^(?:- |\d\. )", document)), sorted(re.findall(r"`(\./run [a-z]+)", document)))
        for document in (french.read_text("utf-8"), in_english(french).read_text("utf-8"))
    ]

    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("subject", EXPLAINED)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_says_what_it_means_how_what_goes_wrong_what_is_refused_and_where_it_comes_from(subject: str, language: str) -> None:
    told = headings(text(f"subjects/{subject}", language))

    sections = [title for level, title in told if level == 2]
    assert len(sections) == len(SECTIONS[language])
    assert all(title.startswith(opening) for title, opening in zip(sections, SECTIONS[language], strict=True))
    assert tuple(title for level, title in told if level == 3) == READERS[language]


def test_documents_lead_to_pages_and_files_that_exist() -> None:
    false = []
    for path in [*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "SECURITY.md"]:
        for target in LINK.findall(path.read_text("utf-8")):
            if target.startswith("/"):
                resolve(target)
            elif not target.startswith("http") and not (path.parent / target.split("#")[0]).exists():
                false.append(f"{path.relative_to(ROOT)}: {target}")

    assert not false


def test_a_document_leads_to_documents_of_its_own_language() -> None:
    crossed = [
        f"{path.name}: {target}"
        for language, other in (LANGUAGES, LANGUAGES[::-1])
        for path in DOCS.rglob(f"*.{language}.md")
        for target in LINK.findall(path.read_text("utf-8"))
        if target.endswith(f".{other}.md")
    ]

    assert not crossed


def commands(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every command that does something, by the words that call it."""
    below = getattr(command, "commands", {})
    for part, each in below.items():
        yield from commands(each, f"{name} {part}".strip())
    if not below or (command.invoke_without_command and name):
        yield name, command


def held_commands() -> list[tuple[str, Any]]:
    """Every command of `./run` but `test`, which needs no environment made beforehand."""
    return list(commands(typer.main.get_command(app)))


def options_of(command: Any) -> list[set[str]]:
    """The options of a command, each by all its names."""
    return [{*option.opts, *option.secondary_opts} for option in command.params if option.param_type_name == "option"]


def table_of_commands(language: str) -> dict[str, set[str]]:
    """What the operations document says: command -> its options."""
    rows = re.findall(r"(?m)^\| `\./run ([a-z ]+?)(?: [A-Z]+)?`[^|]*\|([^|]*)\|", text("operations", language))
    return {name: set(re.findall(r"`(--[a-z-]+)`", options)) for name, options in rows}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_and_every_option_is_documented(language: str) -> None:
    told = table_of_commands(language)

    missing = [(name, option) for name, command in held_commands() for option in options_of(command) if not told.get(name, set()) & option]
    assert not missing
    assert {name for name, _ in held_commands()} | BESIDE_THE_PRODUCT == set(told)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_option_is_documented_that_does_not_exist(language: str) -> None:
    held = {name: set().union(*options_of(command)) for name, command in held_commands()}

    false = {name: options - held[name] for name, options in table_of_commands(language).items() if name not in BESIDE_THE_PRODUCT and options - held[name]}
    assert not false


def test_the_options_of_the_test_command_are_those_it_knows() -> None:
    assert table_of_commands("fr")["test"] == set(re.findall(r'"(--strict|--engine)"', (ROOT / "tests/suite.py").read_text("utf-8")))


def test_the_options_of_the_long_trial_are_those_it_knows() -> None:
    assert table_of_commands("fr")["soak"] == set(re.findall(r'add_argument\("(--[a-z]+)"', (ROOT / "tests/soak.py").read_text("utf-8")))


def test_every_command_of_readme_exists() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    known = {name.split()[0] for name, _ in held_commands()} | BESIDE_THE_PRODUCT

    assert set(re.findall(r"\./run ([a-z]+)", readme)) <= known


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_environment_variable_is_documented(language: str) -> None:
    read = {name for module in modules() for name in re.findall(r'environ[^\n]*"(CONCERTATION_[A-Z_]+)"', module.text)}
    read |= set(SETTING.findall("".join(path.read_text("utf-8") for path in (ROOT / "tests").glob("conftest.py"))))
    table = [line for line in text("operations", language).splitlines() if line.startswith("| `CONCERTATION_")]

    assert read
    assert read <= set(SETTING.findall(text("operations", language)))
    assert {name for module in modules() for name in SETTING.findall(module.text)} & read <= set(SETTING.findall("".join(table)))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("words", [[role.value for role in Role], [level.value for level in Sensitivity], [kind for kind in KINDS if kind != UNKNOWN]], ids=["roles", "levels", "kinds"])
def test_every_word_a_command_accepts_is_documented(language: str, words: list[str]) -> None:
    assert [word for word in words if f"`{word}`" not in text("operations", language)] == []


def test_the_policy_on_problems_leads_to_both_languages() -> None:
    pointer = (ROOT / "SECURITY.md").read_text("utf-8")

    assert all(f"docs/security.{language}.md" in pointer for language in LANGUAGES)
