"""What a problem says to people, in French and English: the texts stand in `reference/problems.csv`, one line per code."""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from concertation.core.problems import Problem
from concertation.formats import reference_set

SEVERITIES = ("refused", "doubtful", "note")


@dataclass(frozen=True, slots=True)
class ProblemWords:
    """A problem in words: how grave, what is wrong, what to do."""

    severity: str
    message_fr: str
    message_en: str
    remedy_fr: str
    remedy_en: str

    def told(self, language: str) -> str:
        """What is wrong and what to do, in a language.

        >>> ProblemWords("note", "Vide.", "Empty.", "Remplir.", "Fill it.").told("en")
        'Empty. Fill it.'
        """
        return f"{self.message_en} {self.remedy_en}" if language == "en" else f"{self.message_fr} {self.remedy_fr}"


class Unfilled(dict[str, str]):
    """Details of a problem; a detail that is missing stays visible as an ellipsis."""

    def __missing__(self, key: str) -> str:
        return "…"


@cache
def catalogue() -> Mapping[str, ProblemWords]:
    """The texts of every code, with their placeholders unfilled."""
    lines = reference_set.read("problems").to_dicts()
    return {line.pop("code"): ProblemWords(**line) for line in lines}


def in_words(problem: Problem) -> ProblemWords:
    """A problem's texts with its value and details filled in.

    >>> in_words(Problem("no-such-code")).severity
    'note'
    """
    words = catalogue().get(problem.code) or ProblemWords("note", problem.code, problem.code, "", "")
    filling = Unfilled({"value": problem.value, **problem.detail})
    fill = string.Formatter().vformat
    return ProblemWords(
        words.severity,
        *(fill(text or "", (), filling) for text in (words.message_fr, words.message_en, words.remedy_fr, words.remedy_en)),
    )
