"""What `./run doctor` says: one finding, in both languages, with what to do; the texts stand in `findings.csv`."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TEXTS = Path(__file__).with_name("findings.csv")
WELL, ADVICE, WRONG = "well", "advice", "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it holds, what was found, and what to do. An advice holds, and still asks for something."""

    code: str
    holds: bool
    advice: bool
    fr: str
    en: str
    do_fr: str
    do_en: str

    @property
    def mark(self) -> str:
        """The sign before its sentence."""
        return "!" if self.advice else "✓" if self.holds else "✗"


@cache
def texts() -> dict[tuple[str, str], tuple[str, str, str, str]]:
    """The four texts of each code and state."""
    with TEXTS.open(encoding="utf-8", newline="") as file:
        return {(line["code"], line["state"]): (line["fr"], line["en"], line["do_fr"], line["do_en"]) for line in csv.DictReader(file)}


def told(code: str, state: str, *, words_of: str = "", **facts: object) -> Finding:
    """A finding in words; `words_of` names another code whose texts say it."""
    fr, en, do_fr, do_en = (text.format(code=code, **facts) for text in texts()[words_of or code, state])
    return Finding(code, state != WRONG, state == ADVICE, fr, en, do_fr, do_en)
