"""What is said of decisions and their follow-up: States, days, implementation, proof and slippage in the reader's language."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concertation.apps.decisions.models import (
    ACCEPTANCES,
    EVIDENCES,
    IMPLEMENTATIONS,
    NationalImplementation,
)
from concertation.apps.ground.downloads import language
from concertation.apps.search.words import state_names
from concertation.core.decisions import STRENGTH, Evidence, Slippage
from concertation.core.periods import Period
from concertation.formats import reference_set

IMPLEMENTATION_WORDS: Mapping[str, str | Promise] = dict(IMPLEMENTATIONS)
EVIDENCE_WORDS: Mapping[str, str | Promise] = dict(EVIDENCES)
ACCEPTANCE_WORDS: Mapping[str, str | Promise] = dict(ACCEPTANCES)


@lru_cache(maxsize=1)
def members() -> tuple[str, ...]:
    """The member States, whose implementation is asked for."""
    held = reference_set.read("states").to_dicts()
    return tuple(line["iso3"] for line in held if line["status"] == "member")


def state_name(code: str) -> str:
    """A State in the reader's language, or the framework."""
    return _("le cadre") if code == "AES" else state_names().get(code, code)


def day_or_not_fixed(day: date | None) -> str:
    """A day in words; what no session fixed is said so."""
    return date_format(day, "j F Y") if day else _("non fixée par le texte")


def days_in_words(start: date, end: date) -> str:
    """The days of a session in words."""
    return Period(start, end).in_words(language())


def said(label: str, value: object) -> str:
    """A label and what is said of it, with the colon of the language."""
    return f"{label}: {value}" if language() == "en" else f"{label}\u202f: {value}"


def implementation_words(row: NationalImplementation | None) -> str:
    """The state of a State's implementation, with its percentage where it gave one."""
    if row is None:
        return _("aucun compte rendu")
    words = str(IMPLEMENTATION_WORDS.get(row.implementation, row.implementation))
    return words if row.percent is None else _("%(state)s (%(percent)s %%)") % {"state": words, "percent": row.percent}


def evidence_words(row: NationalImplementation | None) -> str:
    """The grade of a State's proof."""
    return "" if row is None else str(EVIDENCE_WORDS.get(row.evidence, row.evidence))


def slippage_words(slipped: Slippage) -> str:
    """How often a day was put off, by how many days; nothing when it never was."""
    if not slipped.times:
        return ""
    told = ngettext("repoussée %(times)s fois, de %(days)s jours", "repoussée %(times)s fois, de %(days)s jours en tout", slipped.times)
    return told % {"times": slipped.times, "days": slipped.days}


def states_in_short(rows: Sequence[NationalImplementation]) -> str:
    """How the member States stand, in a few words: each that reported, else that none did."""
    if not rows:
        return _("aucun compte rendu à ce jour")
    between = "; " if language() == "en" else "\u202f; "
    return between.join(said(state_name(row.owner_state), implementation_words(row)) for row in rows)


def proof_in_short(rows: Iterable[NationalImplementation]) -> str:
    """How many States stand at each grade of proof, the strongest first."""
    counted: dict[str, int] = {}
    for row in rows:
        counted[row.evidence] = counted.get(row.evidence, 0) + 1
    order = sorted(counted, key=lambda grade: -STRENGTH[Evidence(grade)])
    return ", ".join(f"{EVIDENCE_WORDS[grade]} ({counted[grade]})" for grade in order)
