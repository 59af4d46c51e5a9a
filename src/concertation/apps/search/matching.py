"""Asking the index of either engine for the best of one kind: found whole, by exact words, by stems, by the beginning of the last word.

Each way of matching is asked for no more than a limit and in the order of standing, so a word that is everywhere costs no more
than a rare one. Words that begin so are looked for only where words of a stem leave room: an engine gathers every one of them before it
gives the first, and what they find stands after. What a person typed reaches the engine as letters and digits alone (`core.search_words`), in a parameter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from django.db import connection

from concertation.core.search_words import Wanted, WantedWord, marked, whole_form

NOWHERE = "xx"  # a word no text holds: `whole_form` always adds to it
SQLITE = """
SELECT * FROM (
WITH stems AS MATERIALIZED (SELECT rowid FROM search_words WHERE search_words MATCH %s AND rowid BETWEEN %s AND %s ORDER BY rowid LIMIT %s)
SELECT rowid, 0 FROM (SELECT rowid FROM search_words WHERE search_words MATCH %s AND rowid BETWEEN %s AND %s ORDER BY rowid LIMIT %s)
UNION ALL SELECT rowid, 1 FROM (SELECT rowid FROM search_words WHERE search_words MATCH %s AND rowid BETWEEN %s AND %s ORDER BY rowid LIMIT %s)
UNION ALL SELECT rowid, 2 FROM (SELECT rowid FROM search_words WHERE search_words MATCH %s AND rowid BETWEEN %s AND %s ORDER BY rowid LIMIT %s)
UNION ALL SELECT rowid, 3 FROM stems
UNION ALL SELECT rowid, 4 FROM (SELECT rowid FROM search_words WHERE search_words MATCH %s AND rowid BETWEEN %s AND %s ORDER BY rowid LIMIT iif((SELECT count(*) FROM stems) < %s, %s, 0))
UNION ALL SELECT rowid, 5 FROM (SELECT rowid FROM search_words WHERE search_words MATCH %s AND rowid BETWEEN %s AND %s ORDER BY rowid LIMIT iif((SELECT count(*) FROM stems) < %s, %s, 0))
)
"""
POSTGRESQL = """
SELECT * FROM (
WITH stems AS MATERIALIZED (SELECT id FROM search_searchentry WHERE words @@ CAST(%s AS tsquery) AND id BETWEEN %s AND %s ORDER BY id LIMIT %s)
SELECT id, 0 FROM (SELECT id FROM search_searchentry WHERE words @@ CAST(%s AS tsquery) AND id BETWEEN %s AND %s ORDER BY id LIMIT %s) AS a
UNION ALL SELECT id, 1 FROM (SELECT id FROM search_searchentry WHERE words @@ CAST(%s AS tsquery) AND id BETWEEN %s AND %s ORDER BY id LIMIT %s) AS b
UNION ALL SELECT id, 2 FROM (SELECT id FROM search_searchentry WHERE words @@ CAST(%s AS tsquery) AND id BETWEEN %s AND %s ORDER BY id LIMIT %s) AS c
UNION ALL SELECT id, 3 FROM stems
UNION ALL SELECT id, 4 FROM (SELECT id FROM search_searchentry WHERE words @@ CAST(%s AS tsquery) AND id BETWEEN %s AND %s AND (SELECT count(*) FROM stems) < %s ORDER BY id LIMIT %s) AS e
UNION ALL SELECT id, 5 FROM (SELECT id FROM search_searchentry WHERE words @@ CAST(%s AS tsquery) AND id BETWEEN %s AND %s AND (SELECT count(*) FROM stems) < %s ORDER BY id LIMIT %s) AS f
) AS of_a_range
"""
MOST_RANGES = 31
STATEMENTS = {
    (engine, ranges): "UNION ALL ".join([of_a_range] * ranges) for engine, of_a_range in (("sqlite", SQLITE), ("postgresql", POSTGRESQL)) for ranges in range(1, MOST_RANGES + 1)
}  # fmt: skip


class Way(IntEnum):
    """How a thing was found, the best way first."""

    WHOLE_NAME = 0
    WORDS_OF_NAME = 1
    EXACT_WORDS = 2
    STEMS = 3
    BEGINNING_IN_NAME = 4
    BEGINNING = 5


@dataclass(frozen=True, slots=True)
class Fts5:
    """How SQLite's FTS5 writes a condition."""

    def word(self, word: str, column: str) -> str:
        """One word in a column."""
        return f'{{{column}}} : "{marked(word, column)}"'

    def beginning(self, word: str, column: str) -> str:
        """Words that begin so in a column."""
        return f'{{{column}}} : "{marked(word, column)}" *'

    def every(self, conditions: Sequence[str]) -> str:
        """All of these."""
        return " AND ".join(f"({each})" for each in conditions)

    def some(self, conditions: Sequence[str]) -> str:
        """One of these."""
        return " OR ".join(f"({each})" for each in conditions)


@dataclass(frozen=True, slots=True)
class TsQuery:
    """How PostgreSQL's tsquery writes a condition; each column is a weight."""

    WEIGHTS = {"titles": "A", "exact_text": "B", "search_text": "C", "guards": "D"}

    def word(self, word: str, column: str) -> str:
        """One word in a column."""
        return f"'{marked(word, column)}':{self.WEIGHTS[column]}"

    def beginning(self, word: str, column: str) -> str:
        """Words that begin so in a column."""
        return f"'{marked(word, column)}':*{self.WEIGHTS[column]}"

    def every(self, conditions: Sequence[str]) -> str:
        """All of these."""
        return " & ".join(f"({each})" for each in conditions)

    def some(self, conditions: Sequence[str]) -> str:
        """One of these."""
        return " | ".join(f"({each})" for each in conditions)


Grammar = Fts5 | TsQuery


def grammar() -> Grammar:
    """The grammar of the node's engine."""
    return Fts5() if connection.vendor == "sqlite" else TsQuery()


def ways(wanted: Wanted, speak: Grammar) -> list[str]:
    """The condition of each way of matching, in the order of `Way`."""
    nowhere, last = speak.word(NOWHERE, "titles"), wanted.words[-1]
    whole = whole_form(wanted.written)
    others = [_by_stem(word, speak) for word in wanted.words[:-1]]
    begins = wanted.goes_on and len(last.exact) > 1
    return [
        speak.word(whole, "titles") if whole else nowhere,
        speak.every([speak.word(word.exact, "titles") for word in wanted.words]),
        speak.every([speak.word(word.exact, "exact_text") for word in wanted.words]),
        speak.every([*others, _by_stem(last, speak)]),
        speak.every([*others, speak.beginning(last.exact, "titles")]) if begins else nowhere,
        speak.every([*others, speak.beginning(last.exact, "exact_text")]) if begins else nowhere,
    ]


def _by_stem(word: WantedWord, speak: Grammar) -> str:
    return speak.some([speak.word(form, column) for form in (word.exact, *word.others) for column in ("exact_text", "search_text")])


def best(wanted: Wanted, *, open_to: Sequence[Sequence[str]], facets: Sequence[str], ranges: Sequence[tuple[int, int]], most: int) -> dict[int, Way]:
    """The entries between two standings, for each range of them, that match and hold one group of guard words and every facet word, with the best way each was found.

    In the order in which they stand: range by range, the best way first, then by standing; of each range no more than `most`. One query.
    """
    speak = grammar()
    seen = speak.some([speak.every([speak.word(word, "guards") for word in group]) for group in open_to])
    narrowed = [seen, *(speak.word(word, "guards") for word in facets)]
    whole, names, exact, stems, *beginnings = (speak.every([way, *narrowed]) for way in ways(wanted, speak))
    asked: list[str | int] = []
    for first, last in ranges:
        for condition in (stems, whole, names, exact):
            asked += [condition, first, last, most]
        for condition in beginnings:
            asked += [condition, first, last, most, most]
    with connection.cursor() as cursor:
        cursor.execute(STATEMENTS[connection.vendor, len(ranges)], asked)
        rows = sorted((way, standing) for standing, way in cursor.fetchall())
    found: dict[int, Way] = {}
    for first, last in ranges:
        own: dict[int, Way] = {}
        for way, standing in rows:
            if first <= standing <= last:
                own.setdefault(standing, Way(way))
        found |= dict(list(own.items())[:most])
    return found
