"""Keep the catalogue: French words are written in the code and the templates, English beside them in locale/en.

    python scripts/messages.py            find every message, say which lack English, compile
    python scripts/messages.py --check    change nothing; fail when something is missing, left over or not compiled

Messages are found by reading: templates through Django's own parser, Python through its syntax tree. Messages that
left the code are dropped. French words whose punctuation could part at the end of a line are told, not changed.
French needs a catalogue only for plurals: there, zero is singular ("0 ligne").
"""

import ast
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import django
import polib
from django.template import Engine
from django.template.base import Node, NodeList, Template
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "src" / "concertation"
LOCALE = SOURCES / "locale"
SINGLE = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
MARKED_CONSTANT = re.compile(r"""_\((?:"([^"]*)"|'([^']*)')\)""")
LOOSE_BLANK = re.compile(r"(?<=\S)[ \u00a0](?=[:;?!»])|(?<=«)[ \u00a0]")
PLURAL_RULES = {"en": "nplurals=2; plural=(n != 1);", "fr": "nplurals=2; plural=(n > 1);"}


@dataclass(frozen=True, slots=True, order=True)
class Message:
    """Words to translate, as the code looks them up; `plural` is empty for most."""

    singular: str
    plural: str = ""


def messages_of_code(text: str) -> Iterator[Message]:
    """The messages of a Python file."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        words = [part.value for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        if name in SINGLE and words:
            yield Message(words[0])
        elif name in PLURAL and len(words) >= 2:
            yield Message(words[0], words[1])


def messages_of_template(text: str) -> Iterator[Message]:
    """The messages of a template: translate and blocktranslate tags, and `_("…")` given to other tags."""
    for node in all_nodes(Template(text, engine=Engine.get_default()).nodelist):
        if isinstance(node, TranslateNode) and not isinstance(node.filter_expression.var, str):
            yield Message(str(node.filter_expression.var.literal).replace("%%", "%"))
        elif isinstance(node, TranslateNode):
            yield Message(node.filter_expression.var)
        elif isinstance(node, BlockTranslateNode):
            yield block_message(node)
    yield from (Message(first or second) for first, second in MARKED_CONSTANT.findall(text))


def block_message(node: BlockTranslateNode) -> Message:
    """The message of a blocktranslate tag, with its plural where it counts."""
    singular, _ = node.render_token_list(node.singular)
    plural = node.render_token_list(node.plural)[0] if node.plural and node.countervar else ""
    return Message(singular, plural)


def all_nodes(nodes: NodeList) -> Iterator[Node]:
    """Every node of a template, those inside blocks, conditions and loops too."""
    for node in nodes:
        yield node
        children = {name: getattr(node, name, None) for name in node.child_nodelists}
        conditions = [branch for _, branch in getattr(node, "conditions_nodelists", [])]
        for inside in [*conditions, *(child for child in children.values() if isinstance(child, NodeList))]:
            yield from all_nodes(inside)


def find() -> dict[Message, set[str]]:
    """Every message of the product and the files it stands in."""
    found: dict[Message, set[str]] = {}
    readers = {"*.py": messages_of_code, "*.html": messages_of_template}
    for pattern, reader in readers.items():
        for path in sorted(SOURCES.rglob(pattern)):
            for message in reader(path.read_text("utf-8")):
                found.setdefault(message, set()).add(str(path.relative_to(SOURCES)))
    return found


def loosely_set(found: dict[Message, set[str]]) -> list[str]:
    """The French words whose : ; ? ! « » could part from their neighbours at the end of a line."""
    return [words for message in sorted(found) for words in (message.singular, message.plural) if LOOSE_BLANK.search(words)]


def catalogue_path(language: str) -> Path:
    """Where a language's catalogue stands."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def empty_catalogue(language: str) -> polib.POFile:
    """A catalogue with its header alone."""
    catalogue = polib.POFile(wrapwidth=120)
    catalogue.metadata = {
        "Project-Id-Version": "concertation", "Language": language, "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8", "Content-Transfer-Encoding": "8bit", "Plural-Forms": PLURAL_RULES[language],
    }  # fmt: skip
    return catalogue


def held(path: Path) -> dict[Message, polib.POEntry]:
    """The translations a catalogue holds; none when there is no file yet."""
    entries = polib.pofile(str(path), encoding="utf-8") if path.exists() else []
    return {Message(entry.msgid, entry.msgid_plural): entry for entry in entries if not entry.obsolete}


def english(found: dict[Message, set[str]]) -> polib.POFile:
    """The English catalogue of what was found, with the translations already there."""
    catalogue, known = empty_catalogue("en"), held(catalogue_path("en"))
    for message in sorted(found):
        entry = known.get(message) or polib.POEntry(msgid=message.singular, msgid_plural=message.plural)
        if message.plural and not entry.msgstr_plural:
            entry.msgstr_plural = {0: "", 1: ""}
        entry.occurrences = [(place, "") for place in sorted(found[message])]
        entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
        catalogue.append(entry)
    return catalogue


def french(found: dict[Message, set[str]]) -> polib.POFile:
    """The French catalogue: plurals alone, so that zero takes the singular."""
    catalogue = empty_catalogue("fr")
    for message in sorted(message for message in found if message.plural):
        forms = {0: message.singular, 1: message.plural}
        catalogue.append(polib.POEntry(msgid=message.singular, msgid_plural=message.plural, msgstr_plural=forms))
    return catalogue


def untranslated(catalogue: polib.POFile) -> list[str]:
    """The messages without a translation."""
    return [entry.msgid for entry in catalogue if not (entry.msgstr or all(entry.msgstr_plural.values() or [""]))]


def stale(language: str, catalogue: polib.POFile) -> bool:
    """Whether the files on disk differ from what the code asks for."""
    path = catalogue_path(language)
    compiled = path.with_suffix(".mo")
    return not (
        path.exists() and path.read_text("utf-8") == str(catalogue)
        and compiled.exists() and compiled.read_bytes() == catalogue.to_binary()
    )  # fmt: skip


def write(language: str, catalogue: polib.POFile) -> None:
    """Write a catalogue and its compiled form."""
    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(str(catalogue), "utf-8")
    path.with_suffix(".mo").write_bytes(catalogue.to_binary())


def main() -> int:
    """Bring the catalogues up to date, or say what is not."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "concertation.site.settings")
    sys.path.insert(0, str(ROOT / "src"))
    django.setup()
    found = find()
    catalogues = {"en": english(found), "fr": french(found)}
    missing = untranslated(catalogues["en"])
    behind = [language for language, catalogue in catalogues.items() if stale(language, catalogue)]
    if "--check" not in sys.argv:
        for language, catalogue in catalogues.items():
            write(language, catalogue)
        behind = []
    for words in loosely_set(found):
        print(f"blanc à resserrer / blank to narrow: {words!r}")
    for words in missing:
        print(f"sans anglais / no English: {words!r}")
    for language in behind:
        print(f"à refaire / out of date: {catalogue_path(language).relative_to(ROOT)} (python scripts/messages.py)")
    print(f"{len(found)} messages, {len(missing)} sans anglais / without English")
    return 1 if missing or behind else 0


if __name__ == "__main__":
    sys.exit(main())
