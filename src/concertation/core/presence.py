"""Who does what where (5W): which column of a received table says which thing.

The fields and the words that name them are a table (`reference/presence_fields.csv`), read by the import, the documentation and the
mapping page alike. A heading is matched by its HXL tag, by its words, or by what a person saved for this source; a saved answer wins.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from types import MappingProxyType

import polars as pl

from concertation.core.problems import Cell, Problem
from concertation.core.spelling import fold

HELP_TEXT = re.compile(r"\([^)]{0,400}\)|\[[^\]]{0,400}\]")
SURE = 1.0
REFINED_BY_HEADING = 0.95
SAVED_NOTHING = ("", "-", "none")
QUESTIONS: Map[str, str] = MappingProxyType({"who": "organisation", "where": "region"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the canonical record, as a line of `presence_fields.csv` describes it.

    `required` names the question the field answers when a table must answer it ("who", "where"), else "".
    """

    name: str
    kind: str
    required: str
    patterns: tuple[str, ...]
    tags: tuple[tuple[str, frozenset[str]], ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The fields, and the words written in cells with the code each stands for: `words[list][folded word] = code`.

    `sectors` maps folded spellings to sector codes; `places` holds folded unit names, used only to notice swapped columns; `asked`: the
    questions a table must answer, each with the word its problem names.
    """

    fields: Map[str, Field]
    words: Map[str, Map[str, str]]
    sectors: Map[str, str]
    places: frozenset[str] = frozenset()
    asked: Map[str, str] = field(default_factory=lambda: QUESTIONS)

    @classmethod
    def of(
        cls, *, fields: pl.DataFrame, words: pl.DataFrame, sector_names: pl.DataFrame, places: Sequence[str] = (), asked: Map[str, str] = QUESTIONS,
    ) -> "Vocabulary":
        """The vocabulary from the reference tables presence_fields, presence_words and sector_names (columns written, sector)."""
        named = {line["field"]: _field(line) for line in fields.iter_rows(named=True)}
        lists: dict[str, dict[str, str]] = {}
        for line in words.iter_rows(named=True):
            lists.setdefault(line["list"], {})[word_key(line["written"])] = line["code"] or ""
        sectors = {word_key(line["written"]): line["sector"] for line in sector_names.iter_rows(named=True)}
        return cls(MappingProxyType(named), MappingProxyType(lists), MappingProxyType(sectors), frozenset(fold(name) for name in places), asked)


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """One column of the table and the field it was taken for; `how` is tag, heading, saved or none; confidence from 0 to 1."""

    letter: str
    heading: str
    field: str | None
    how: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Mapping:
    """What each column of a table stands for, and what keeps the table from being read: a proposal a person can correct."""

    columns: tuple[MappedColumn, ...]
    problems: tuple[Problem, ...] = ()

    def letters(self) -> dict[str, str]:
        """Field -> column letter, for the columns that were understood."""
        return {column.field: column.letter for column in self.columns if column.field}

    def heading(self, field: str) -> str:
        """The heading, as written, of the column taken for a field; empty when there is none."""
        return next((column.heading for column in self.columns if column.field == field), "")

    def to_save(self) -> dict[str, str]:
        """Folded heading -> field ("" when not taken): what is kept for the next file of this source."""
        return {heading_key(column.heading): column.field or "" for column in self.columns if heading_key(column.heading)}


def word_key(written: str) -> str:
    """The folded word, or the bare text when folding leaves nothing (`$`, `€`).

    >>> word_key(" En cours "), word_key("€ ")
    ('en cours', '€')
    """
    return fold(written) or written.strip()


def headings_signature(headings: Iterable[str]) -> str:
    """What files of one source have in common, whatever their rows: the SHA-256 of their headings in order, however they are set.

    >>> headings_signature(["Région *", "Secteur"]) == headings_signature(["region", "SECTEUR"])
    True
    """
    return hashlib.sha256("|".join(heading_key(text) for text in headings).encode()).hexdigest()


def heading_key(written: str) -> str:
    """A heading without its help text, asterisks and line breaks.

    >>> heading_key("ACCRONYME\\n(Choisir dans la liste) *"), heading_key("Secteur/Cluster*")
    ('accronyme', 'secteur cluster')
    """
    return fold(HELP_TEXT.sub(" ", written)) or fold(written)


def parse_tag(written: str) -> tuple[str, frozenset[str]] | None:
    """An HXL tag and its attributes, however it is spaced; None when the text is not a tag.

    >>> tag, attributes = parse_tag("#activity +project +type")
    >>> tag, sorted(attributes)
    ('#activity', ['project', 'type'])
    >>> parse_tag("Colonne7") is None
    True
    """
    bare = re.sub(r"\s+", "", written.lower())
    if not re.fullmatch(r"#[a-z][a-z0-9_]*(\+[a-z][a-z0-9_]*)*", bare):
        return None
    tag, *attributes = bare.split("+")
    return tag, frozenset(attributes)


def propose_mapping(
    headings: Map[str, str], tags: Map[str, str], vocabulary: Vocabulary, *, saved: Map[str, str] | None = None, sheet: str | None = None
) -> Mapping:
    """What each column stands for, with how sure we are; a saved answer (by letter or heading) wins over tags and words.

    Yields the problems required-column-missing (no organisation, no place), heading-unknown and column-mapped-twice.
    """
    letters = list(dict.fromkeys([*headings, *tags]))
    guesses = [_guess(letter, headings.get(letter, ""), tags.get(letter, ""), vocabulary, saved or {}) for letter in letters]
    placed = _province_above_department(guesses)
    kept, doubled = _one_column_per_field(placed)
    unknown = [column for column in kept if column.how == "none" and column.heading.strip()]
    problems = [
        *(Problem("column-mapped-twice", Cell(sheet, column=c.letter), c.heading, {"field": c.field or ""}) for c in doubled),
        *(Problem("heading-unknown", Cell(sheet, column=c.letter), c.heading) for c in unknown),
        *_missing_questions(kept, vocabulary, sheet),
    ]
    return Mapping(tuple(kept), tuple(problems))


def _field(line: Map[str, str | None]) -> Field:
    tags = (parse_tag(tag) for tag in (line["hxl"] or "").split("|"))
    patterns = tuple(pattern for pattern in (line["patterns"] or "").split("|") if pattern)
    return Field(line["field"] or "", line["type"] or "", line["required"] or "", patterns, tuple(tag for tag in tags if tag))


def _guess(letter: str, heading: str, tag: str, vocabulary: Vocabulary, saved: Map[str, str]) -> MappedColumn:
    for key in (letter, heading, heading_key(heading)):
        if key and key in saved:
            field = None if saved[key] in SAVED_NOTHING else saved[key]
            return MappedColumn(letter, heading, field, "saved", SURE)
    by_tag, by_heading = _by_tag(tag, vocabulary), _by_heading(heading, vocabulary)
    if by_tag and by_heading and by_heading[0] != by_tag[0] and _same_subject(tag, by_heading[0], vocabulary):
        return MappedColumn(letter, heading, by_heading[0], "heading", min(REFINED_BY_HEADING, by_heading[1]))
    if by_tag:
        return MappedColumn(letter, heading, by_tag[0], "tag", by_tag[1])
    if by_heading:
        return MappedColumn(letter, heading, by_heading[0], "heading", by_heading[1])
    return MappedColumn(letter, heading, None, "none", 0.0)


def _by_tag(written: str, vocabulary: Vocabulary) -> tuple[str, float] | None:
    parsed = parse_tag(written)
    if parsed is None:
        return None
    name, attributes = parsed
    fits = [
        (len(wanted), -rank, field.name)
        for field in vocabulary.fields.values()
        for rank, (tag, wanted) in enumerate(field.tags)
        if tag == name and wanted <= attributes
    ]
    if not fits:
        return None
    matched, _, field_name = max(fits, key=lambda fit: (fit[0], fit[1]))
    return field_name, round(SURE - 0.1 * (len(attributes) - matched), 2)


def _same_subject(tag: str, field_name: str, vocabulary: Vocabulary) -> bool:
    """A heading may refine a tag of the same subject (`#org+name` over a column of acronyms), never contradict another."""
    parsed = parse_tag(tag)
    return parsed is not None and any(name == parsed[0] for name, _ in vocabulary.fields[field_name].tags)


def _by_heading(written: str, vocabulary: Vocabulary) -> tuple[str, float] | None:
    key = heading_key(written)
    scores = [(score, field.name) for field in vocabulary.fields.values() if (score := _best_score(key, field.patterns)) > 0]
    if not scores:
        return None
    score, field_name = max(scores, key=lambda pair: pair[0])
    return field_name, score


def _best_score(key: str, patterns: Sequence[str]) -> float:
    return max((_score(key, pattern) for pattern in patterns), default=0.0)


def _score(key: str, pattern: str) -> float:
    """1 for the same words, else more the more of the heading is explained, a measure with its sex or age first; 0 when it does not fit."""
    if not key:
        return 0.0
    if key == pattern:
        return SURE
    if "+" in pattern:
        explained = _words_explained(key.split(), pattern.split("+"))
        return round(0.7 + 0.29 * min(1.0, explained / len(key)), 3) if explained else 0.0
    return round(0.5 + 0.4 * len(pattern) / len(key), 3) if f" {pattern} " in f" {key} " else 0.0


def _words_explained(words: Sequence[str], wanted: Sequence[str]) -> int:
    """Letters explained when every wanted word or stem (`atteint*`) is among the heading's words, in any order."""
    text = f" {' '.join(words)} "
    found = [_stem_found(words, text, part) for part in wanted]
    return sum(found) + len(found) if all(found) else 0


def _stem_found(words: Sequence[str], text: str, part: str) -> int:
    if part.endswith("*"):
        return max((len(word) for word in words if word.startswith(part[:-1])), default=0)
    return len(part) if f" {part} " in text else 0


def _province_above_department(guesses: Sequence[MappedColumn]) -> list[MappedColumn]:
    """Where two levels claim level 2 and none claims level 1, the first is level 1 (Chad's provinces, a neighbour's prefectures)."""
    fields = [guess.field for guess in guesses]
    if "adm1_name" in fields or fields.count("adm2_name") < 2:
        return list(guesses)
    first = fields.index("adm2_name")
    raised = guesses[first]
    return [*guesses[:first], MappedColumn(raised.letter, raised.heading, "adm1_name", raised.how, 0.7), *guesses[first + 1 :]]


def _one_column_per_field(guesses: Sequence[MappedColumn]) -> tuple[list[MappedColumn], list[MappedColumn]]:
    """Each field keeps its surest column (saved first); the others are left out and told."""
    best: dict[str, MappedColumn] = {}
    for guess in guesses:
        if guess.field and (guess.field not in best or _surer(guess, best[guess.field])):
            best[guess.field] = guess
    doubled = [guess for guess in guesses if guess.field and best[guess.field] is not guess]
    kept = [guess if guess not in doubled else MappedColumn(guess.letter, guess.heading, None, guess.how, 0.0) for guess in guesses]
    return kept, doubled


def _surer(one: MappedColumn, other: MappedColumn) -> bool:
    return (one.how == "saved", one.confidence) > (other.how == "saved", other.confidence)


def _missing_questions(columns: Sequence[MappedColumn], vocabulary: Vocabulary, sheet: str | None) -> list[Problem]:
    answered = {vocabulary.fields[column.field].required for column in columns if column.field and column.field in vocabulary.fields}
    return [Problem("required-column-missing", Cell(sheet), word, {"question": question}) for question, word in vocabulary.asked.items() if question not in answered]
