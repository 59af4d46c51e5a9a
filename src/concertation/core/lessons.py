"""Lessons kept and reused: what makes one sound, which words of the other language it is found by, and which are near it.

A lesson is found in either language because, when it is kept, each term of the humanitarian glossary that it holds adds the term of
the other language to its words. Two lessons are near when they share rare words; nothing is generated.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from concertation.core.search_words import STOP_WORDS, stem_forms, words

Term = tuple[str, ...]
MOST_STEMS, LONGEST_TERM = 600, 5
OPEN_LEVELS = frozenset({"public", "restricted"})


class Strength(StrEnum):
    """What a lesson rests on, from the weakest to the strongest."""

    OBSERVATION = "observation"
    SEVERAL_SOURCES = "several-sources"
    EVALUATION = "evaluation"


class Phase(StrEnum):
    """When in a crisis a lesson applies."""

    PREPAREDNESS = "preparedness"
    RESPONSE = "response"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True)
class Glossary:
    """Terms of two languages: from the stems of a term to the terms of the other language."""

    to_other: Mapping[Term, tuple[str, ...]]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> "Glossary":
        """The glossary of pairs (French, English).

        >>> Glossary.of([("abri", "shelter"), ("refuge", "shelter")]).to_other[("shelt",)]
        ('abri', 'refuge')
        """
        found: dict[Term, list[str]] = {}
        for french, english in pairs:
            for term, other in ((french, english), (english, french)):
                found.setdefault(key_of(term), []).append(other)
        return cls({term: tuple(dict.fromkeys(others)) for term, others in found.items() if term})

    def crossed(self, texts: Iterable[str]) -> str:
        """The terms of the other language for each term that these texts hold, longest first at each place.

        >>> Glossary.of([("eau", "water"), ("point d'eau", "water point")]).crossed(["Les points d'eau sont loin"])
        'water point'
        """
        added: dict[str, None] = {}
        for text in texts:
            stems = [telling(word.stems) for word in words(text) if not set(word.exact) <= STOP_WORDS]
            place = 0
            while place < len(stems):
                size = next((size for size in range(LONGEST_TERM, 0, -1) if tuple(stems[place : place + size]) in self.to_other), 0)
                added |= dict.fromkeys(self.to_other.get(tuple(stems[place : place + size]), ()) if size else ())
                place += size or 1
        return " ".join(added)


def key_of(term: str) -> Term:
    """A term as its stems, stop words left out.

    >>> key_of("Points d'eau") == key_of("point d'eau")
    True
    """
    return tuple(telling(word.stems) for word in words(term) if not set(word.exact) <= STOP_WORDS)


def telling(stems: Sequence[str]) -> str:
    """The stem that stands for a word: the shortest, so that a plural and a singular meet."""
    return min(stems, key=len, default="")


def search_form(texts: Sequence[str], glossary: Glossary) -> str:
    """The stems a lesson is found by, in both languages.

    >>> "shelt" in search_form(["Les abris"], Glossary.of([("abri", "shelter")])).split()
    True
    """
    return stem_forms([*texts, glossary.crossed(texts)], most=MOST_STEMS)


def nearness(first: str, second: str, rarity: Mapping[str, int]) -> float:
    """How much two search forms share, from 0 to 1: a word that few lessons hold counts more.

    >>> nearness("abri inond", "abri choler", {"abri": 10, "inond": 2, "choler": 2}) < nearness("abri inond", "inond eau", {"abri": 10, "inond": 2, "eau": 9})
    True
    """
    one, other = set(first.split()), set(second.split())
    weigh = {stem: 1 / max(rarity.get(stem, 1), 1) for stem in one | other}
    whole = sum(weigh.values())
    return sum(weigh[stem] for stem in one & other) / whole if whole else 0.0


def nearest(own: str, others: Mapping[str, str], *, most: int, least: float = 0.02) -> tuple[str, ...]:
    """The keys of the search forms nearest to one, the nearest first.

    >>> nearest("abri inond", {"a": "abri inond camp", "b": "choler eau"}, most=3)
    ('a',)
    """
    rarity: dict[str, int] = {}
    for form in others.values():
        for stem in set(form.split()):
            rarity[stem] = rarity.get(stem, 0) + 1
    scored = sorted(((nearness(own, form, rarity), key) for key, form in others.items()), key=lambda pair: (-pair[0], pair[1]))
    return tuple(key for score, key in scored if score >= least)[:most]


def is_expired(expires_on: date | None, today: date) -> bool:
    """Whether a lesson is past the day it was given; one without a day does not expire.

    >>> is_expired(date(2026, 1, 31), date(2026, 2, 1)), is_expired(None, date(2099, 1, 1))
    (True, False)
    """
    return expires_on is not None and expires_on < today


def problems_of(*, title: str, recommendation: str, sensitivity: str, consent: bool, strength: str, evidence: Sequence[str], starts_on: date | None, ends_on: date | None) -> tuple[str, ...]:
    """What keeps a lesson from standing: words, consent before it is shared, a document for an evaluation, days in order.

    >>> problems_of(title="x", recommendation="y", sensitivity="public", consent=False, strength="evaluation", evidence=(), starts_on=None, ends_on=None)
    ('lesson-shared-without-consent', 'lesson-evaluation-without-document')
    """
    told = []
    if not title.strip() or not recommendation.strip():
        told.append("lesson-without-words")
    if sensitivity in OPEN_LEVELS and not consent:
        told.append("lesson-shared-without-consent")
    if strength == Strength.EVALUATION and not any(evidence):
        told.append("lesson-evaluation-without-document")
    if starts_on and ends_on and ends_on < starts_on:
        told.append("lesson-expires-before-it-begins")
    return tuple(told)


EPIDEMICS = frozenset({"cholera", "measles", "meningitis"})


def hazard_of_lessons(hazard: str) -> str:
    """The hazard under which lessons of a framework's hazard are kept.

    >>> hazard_of_lessons("cholera"), hazard_of_lessons("flood")
    ('epidemic', 'flood')
    """
    return "epidemic" if hazard in EPIDEMICS else hazard
