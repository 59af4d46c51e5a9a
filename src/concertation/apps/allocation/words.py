"""What the pages of allocation say: money in the reader's words, earmarks, stages, rules, the price of fairness."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from concertation.apps.access.words import state_names
from concertation.apps.ground.downloads import language
from concertation.core.allocation.terms import Earmark
from concertation.core.money import DIGITS, Money
from concertation.core.problems import Problem
from concertation.formats import reference_set
from concertation.formats.problem_texts import in_words

NARROW = "\u202f"
MILLION = 1_000_000
CURRENCY_WORDS = {"XOF": "FCFA"}
STAGE_WORDS: Mapping[str, str | Promise] = {
    "floor": gettext_lazy("Plancher : la couverture la plus basse, relevée"), "most-good": gettext_lazy("Le plus de personnes, pondérées par la sévérité (personnes pondérées)"),
    "freedom-kept": gettext_lazy("Liberté gardée : l'argent serré et proche de sa fin d'abord (argent, compté selon sa liberté)"), "least-change": gettext_lazy("Le moins d'écart au plan endossé"),
}
BESIDE_WORDS: Mapping[str, str | Promise] = {
    "joint": gettext_lazy("Plan commun"), "in-proportion": gettext_lazy("En proportion du besoin"), "each-by-itself": gettext_lazy("Chacun de son côté (pratique actuelle)"),
    "without-floor": gettext_lazy("Sans plancher d'équité"),
}
COUNTING_WORDS: Mapping[str, str | Promise] = {
    "paid": gettext_lazy("Payé seulement"), "commitments": gettext_lazy("Payé et engagé"), "pledges": gettext_lazy("Payé, engagé et promis"),
}  # fmt: skip
STATUS_WORDS: Mapping[str, str | Promise] = {
    "paid": gettext_lazy("Payé"), "commitment": gettext_lazy("Engagé, non payé"), "pledge": gettext_lazy("Promis, non reçu"), "": gettext_lazy("Sans état dit : compté partout"),
}  # fmt: skip
RULE_WORDS: Sequence[tuple[str, str | Promise]] = (
    ("not admitted: ", gettext_lazy("cet argent n'a pas le droit d'aller à ce besoin (affectation, jours, acteurs qu'il peut payer)")),
    ("below the minimum: ", gettext_lazy("moins que la plus petite ligne que cette source admet")),
    ("reserve touched: ", gettext_lazy("cette source garde cet argent pour un déclencheur")),
    ("overhead: ", gettext_lazy("il ne resterait pas de quoi payer les frais de gestion de cette source")),
    ("overspent: ", gettext_lazy("plus que ce que cette source détient")),
    ("overfilled: ", gettext_lazy("plus que ce que ce besoin peut recevoir (besoin, plafond)")),
    ("local share: ", gettext_lazy("la part qui doit passer par des acteurs locaux n'est plus tenue")),
    ("line ", gettext_lazy("source ou besoin inconnu de cette question, ou montant négatif")),
)
STEP_WORDS: Mapping[str, str | Promise] = {
    "solving": gettext_lazy("Recherche du plan"), "comparing": gettext_lazy("Comparaison et certificat"), "valuing": gettext_lazy("Valeur de la souplesse : chaque affectation est essayée"),
}


def number(value: Decimal | float, digits: int) -> str:
    """A number as the reader's language writes it."""
    written = f"{value:,.{digits}f}"
    return written if get_language() == "en" else written.replace(",", NARROW).replace(".", ",")


def money(minor: int, currency: str) -> str:
    """An amount in the reader's words: millions with one decimal, whole units below a million."""
    main = Money(minor, currency).main
    named = CURRENCY_WORDS.get(currency, currency)
    if abs(main) >= MILLION:
        return f"{number(main / MILLION, 1)}{NARROW}M{NARROW}{named}"
    return f"{number(main, 0)}{NARROW}{named}"


def counted_words(*, estimate: bool) -> str:
    """What a plan counts: people assisted, or dollars of requirement where a past year's plans stand for needs and nobody counted people."""
    return _("Besoin couvert par l'argent (USD)") if estimate else _("Personnes assistées")


def typed_amount(minor: int, currency: str) -> str:
    """An amount as a form takes it back: the main unit, with a point, no grouping."""
    return f"{Decimal(minor).scaleb(-DIGITS[currency]):f}"


def percent(parts: int) -> str:
    """A share in ten-thousandths as a percentage."""
    return f"{number(parts / 100, 0)}{'' if get_language() == 'en' else NARROW}%"


@cache
def _sectors(language: str) -> dict[str, str]:
    named = reference_set.read("sectors").select("sector", f"name_{language}")
    return dict(named.iter_rows())


def sector_words(code: str) -> str:
    """A sector in the reader's words; a word that is no code stays as it is."""
    return _sectors("en" if get_language() == "en" else "fr").get(code, code)


def state_words(code: str) -> str:
    """A State in the reader's words."""
    return state_names().get(code, code)


def earmark_words(parts: Mapping[str, Sequence[str]]) -> str:
    """An earmark in words: where, for what, for whom; that it is unearmarked."""
    words = [
        *(" + ".join(name(code) for code in parts[part]) for part, name in (("states", state_words), ("sectors", sector_words), ("units", str), ("groups", str)) if parts.get(part)),
    ]
    return " · ".join(words) or _("non affecté")


def parts_in(earmark: Earmark) -> dict[str, list[str]]:
    """The parts of an earmark that restrict."""
    return {name: sorted(part) for name, part in zip(("states", "sectors", "units", "groups"), earmark.parts(), strict=True) if part}


def rule_words(broken: str) -> str:
    """A broken rule, as the exact checker names it, in the reader's words."""
    found = next(((start, words) for start, words in RULE_WORDS if broken.startswith(start)), None)
    return f"{found[1]} ({broken.removeprefix(found[0])})" if found else broken


def problem_words(problem: Problem) -> str:
    """A refusal in the reader's language: what, and what to do."""
    shown = Problem(problem.code, problem.cell, rule_words(problem.value), problem.detail) if problem.code == "line-breaks-a-rule" else problem
    return in_words(shown).told(language())


def problem_line(problem: Problem) -> dict[str, Any]:
    """A problem of a question as the block of problems shows it."""
    told, english = in_words(problem), get_language() == "en"
    return {
        "code": problem.code, "severity": told.severity, "count": 1, "message": told.message_en if english else told.message_fr,
        "remedy": told.remedy_en if english else told.remedy_fr, "column": problem.cell.column or "",
    }  # fmt: skip
