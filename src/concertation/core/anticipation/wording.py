"""The rule of a framework in words, French and English, made of the same values that fire it: a text that differs from the code cannot exist."""

from collections.abc import Iterable, Mapping, Sequence

from concertation.core.anticipation.framework import Condition, Framework, Indicator, Reduce
from concertation.core.anticipation.rules import Rank, Reference, Rule, Test, Thresholds
from concertation.core.periods import MONTHS, Language

FRENCH_BLANK = "\u202f"
RHYTHMS: Mapping[Language, Mapping[str, tuple[str, str]]] = {
    "fr": {"month": ("mois", "mois"), "dekad": ("décade", "décades"), "week": ("semaine", "semaines"), "day": ("jour", "jours"), "season": ("saison", "saisons")},
    "en": {"month": ("month", "months"), "dekad": ("dekad", "dekads"), "week": ("week", "weeks"), "day": ("day", "days"), "season": ("season", "seasons")},
}
MEASURES: Mapping[Language, Mapping[str, str]] = {
    "fr": {"cases/100000/week": "cas pour 100 000 habitants", "m3/s": "m³/s", "percent": "%", "mm/day": "mm/jour"},
    "en": {"cases/100000/week": "cases per 100,000 people", "m3/s": "m³/s", "percent": "%"},
}  # fmt: skip
SILENT = frozenset({"index", "level", "phase", "probability", "share", "ratio", "percentile", "cases", "people", "households", "units", "facilities"})  # said by the label
FIXED: Mapping[Language, Mapping[str, str]] = {
    "fr": {"at_least": "au moins {}", "above": "au-dessus de {}", "at_most": "au plus {}", "below": "au-dessous de {}"},
    "en": {"at_least": "at least {}", "above": "above {}", "at_most": "at most {}", "below": "below {}"},
}


def number(value: float, language: Language) -> str:
    """A number as it is written in a language, without zeros that say nothing.

    >>> number(0.845, "fr"), number(4542.0, "en")
    ('0,845', '4,542')
    """
    plain = f"{value:,.6f}".rstrip("0").rstrip(".").replace("-", "−")
    return plain.replace(",", FRENCH_BLANK).replace(".", ",") if language == "fr" else plain


def decimals(value: float, digits: int, language: Language) -> str:
    """A number to so many decimals, zeros at the end included: a column of them lines up.

    >>> decimals(2.6, 2, "fr"), decimals(26 / 3, 2, "en")
    ('2,60', '8.67')
    """
    plain = f"{value:,.{digits}f}".replace("-", "−")
    return plain.replace(",", FRENCH_BLANK).replace(".", ",") if language == "fr" else plain


def measured(value: float, measure: str, language: Language) -> str:
    """A number with its measure.

    >>> measured(592.0, "cm", "en")
    '592 cm'
    """
    word = "" if measure in SILENT else MEASURES[language].get(measure, measure)
    return " ".join(part for part in (number(value, language), word) if part).replace(" %", "%" if language == "en" else f"{FRENCH_BLANK}%")


def joined(parts: Sequence[str], language: Language, *, by: tuple[str, str]) -> str:
    """Parts in a row, `by` (French, English) before the last.

    >>> joined(["a", "b", "c"], "en", by=("et", "and"))
    'a, b and c'
    """
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {by[0] if language == 'fr' else by[1]} {parts[-1]}"


def issues_in_words(issues: Sequence[int], every: str, language: Language) -> str:
    """The issues of a rhythm by name.

    >>> issues_in_words((1, 2), "month", "en"), issues_in_words((21, 22, 23, 24), "dekad", "fr")
    ('January and February', 'décades 21 à 24')
    """
    if every == "month":
        return joined([MONTHS[language][issue - 1] for issue in issues if 1 <= issue <= 12], language, by=("et", "and"))
    one, several = RHYTHMS[language][every]
    if len(issues) > 2 and list(issues) == list(range(issues[0], issues[-1] + 1)):
        return f"{several} {issues[0]} {'à' if language == 'fr' else 'to'} {issues[-1]}"
    return f"{one if len(issues) == 1 else several} {joined([str(issue) for issue in issues], language, by=('et', 'and'))}"


def condition_in_words(condition: Condition, language: Language) -> str:
    """What a cell must satisfy.

    >>> condition_in_words(Condition("p_below", minus="p_above", at_least=5.0), "en")
    'p_below − p_above ≥ 5'
    """
    left = f"{condition.variable} − {condition.minus}" if condition.minus else condition.variable
    limits = [f"{sign} {number(value, language)}" for sign, value in (("≥", condition.at_least), ("≤", condition.at_most)) if value is not None]
    return f"{left} {(' et ' if language == 'fr' else ' and ').join(limits)}"


def reduced_in_words(how: Reduce, language: Language) -> str:
    """How the number is made; empty when it is read as published."""
    where = (" et " if language == "fr" else " and ").join(condition_in_words(each, language) for each in how.where)
    value = number(100 * how.quantile, language) if how.quantile is not None else ""
    below = number(how.below, language) if how.below is not None else ""
    words = {
        "fr": {
            "area-mean": "moyenne de la zone", "share-of-area": f"part de la superficie où {where}", "spatial-quantile": f"valeur sous laquelle se trouvent {value}{FRENCH_BLANK}% de la superficie",
            "count-of-units": f"nombre d'unités où {where}", "gauge": f"station {how.station}", "ensemble-mean": "moyenne de l'ensemble", "ensemble-probability": f"part des membres de l'ensemble au-dessous de {below}",
        },
        "en": {
            "area-mean": "mean of the area", "share-of-area": f"share of the area where {where}", "spatial-quantile": f"value under which {value}% of the area lies",
            "count-of-units": f"number of units where {where}", "gauge": f"station {how.station}", "ensemble-mean": "mean of the ensemble", "ensemble-probability": f"share of the ensemble's members below {below}",
        },
    }  # fmt: skip
    return words[language].get(how.how, "")


def indicator_in_words(indicator: Indicator, language: Language) -> str:
    """An indicator by its label and how it is made."""
    made = reduced_in_words(indicator.reduce, language)
    return f"{indicator.label.told(language)} ({made})" if made else indicator.label.told(language)


def reference_in_words(reference: Reference, language: Language) -> str:
    """The years a reading is ranked among."""
    years, french = reference.years or 0, language == "fr"
    if reference.kind == "rolling" and reference.including_current:
        return f"des {years} dernières années, celle-ci comprise" if french else f"of the last {years} years, this one included"
    if reference.kind == "rolling":
        return f"des {years} années précédentes" if french else f"of the {years} years before"
    if reference.kind == "fixed":
        return f"des années {reference.first} à {reference.last}" if french else f"of the years {reference.first} to {reference.last}"
    if reference.kind == "expanding":
        return "des années connues jusque-là" if french else "of the years known until then"
    return "de toutes les années tenues" if french else "of all years held"


TIES = {
    "observed-value": ("la valeur de ce rang compte", "the value of that rank counts"),
    "beyond-observed-value": ("la valeur de ce rang ne suffit pas", "the value of that rank is not enough"),
    "interpolated": ("seuil interpolé entre deux valeurs", "threshold interpolated between two values"),
}


def rank_in_words(rank: Rank, language: Language) -> str:
    """A rank, its reference and how ties count."""
    share, reference = number(rank.percentile, language), reference_in_words(rank.reference, language)
    tie = TIES[rank.ties][language != "fr"]
    if language == "fr":
        return f"parmi les {share}{FRENCH_BLANK}% {'les plus hauts' if rank.side == 'top' else 'les plus bas'} {reference} ({tie})"
    return f"among the {'highest' if rank.side == 'top' else 'lowest'} {share}% {reference} ({tie})"


def table_in_words(table: Thresholds, indicator: Indicator, language: Language) -> str:
    """Thresholds by unit and issue, each named."""
    named = [(line.unit, issues_in_words((line.issue,), indicator.every, language) if line.issue else "", measured(line.value, indicator.measure, language)) for line in table.lines]
    lines = [" ".join(part for part in parts if part) for parts in named]
    side = FIXED[language]["at_least" if table.side == "at-least" else "at_most"].format("son seuil" if language == "fr" else "its threshold")
    return f"{side} ({'; '.join(lines)})" if language == "en" else f"{side} ({f'{FRENCH_BLANK}; '.join(lines)})"


def test_in_words(framework: Framework, name: str, language: Language) -> str:
    """One test in words, with the test it also asks for."""
    test = framework.tests[name]
    indicator = framework.indicators[test.indicator]
    words = f"{indicator_in_words(indicator, language)}{' :' if language == 'fr' else ':'} {compared_in_words(framework, test, indicator, language)}"
    words += fallback_in_words(indicator, language)
    return f"{words} {'et' if language == 'fr' else 'and'} {test_in_words(framework, test.also, language)}" if test.also else words


def fallback_in_words(indicator: Indicator, language: Language) -> str:
    """Which other source is read, and when; empty where none is."""
    fallback = indicator.fallback
    if fallback is None or not fallback.reading:
        return ""
    return f" ({'lu chez' if language == 'fr' else 'read from'} {fallback.source} {fallback.when.told(language)})"


def compared_in_words(framework: Framework, test: Test, indicator: Indicator, language: Language) -> str:
    """What the reading is compared with."""
    french = language == "fr"
    if test.rank:
        return rank_in_words(test.rank, language)
    if test.table:
        return table_in_words(test.table, indicator, language)
    if test.at_least_reading:
        other = framework.indicators[test.at_least_reading].label.told(language)
        return f"au moins égale au {other}" if french else f"at least the {other}"
    if test.trend:
        share = number(100 * test.trend.ratio, language)
        side = FIXED[language][test.trend.side].format(f"{share}{FRENCH_BLANK}%" if french else f"{share}%")
        return f"{side} de la tendance linéaire des années précédentes" if french else f"{side} of the straight trend of the years before"
    if test.growth:
        one, several = RHYTHMS[language][indicator.every]
        times, count = number(test.growth.factor, language), test.growth.issues
        return f"au moins {times} fois le relevé précédent, {count} {several} de suite" if french else f"at least {times} times the {one} before, {count} {several} in a row"
    limits = [FIXED[language][way].format(measured(getattr(test, way), indicator.measure, language)) for way in test.comparisons if way in FIXED[language]]
    return joined(limits, language, by=("et", "and"))


def rule_in_words(framework: Framework, rule: Rule, language: Language, *, own: str) -> str:
    """A rule of the window `own` in one sentence without its full stop."""
    french = language == "fr"
    if rule.any:
        return f"{FRENCH_BLANK if french else ''}; {'ou' if french else 'or'} ".join(rule_in_words(framework, part, language, own=own) for part in rule.any)
    if rule.all:
        return f", {'et' if french else 'and'} ".join(rule_in_words(framework, part, language, own=own) for part in rule.all)
    if rule.unless:
        held = framework.windows[rule.unless.fired].label.told(language)
        then = rule_in_words(framework, rule.unless.then, language, own=own)
        if rule.unless.fired == own:
            return f"si rien n'a déclenché avant, {then}" if french else f"if nothing fired before, {then}"
        return f"si « {held} » n'a pas déclenché, {then}" if french else f'if "{held}" has not fired, {then}'
    return simple_rule_in_words(framework, rule, language)


def simple_rule_in_words(framework: Framework, rule: Rule, language: Language) -> str:
    """A rule that holds no other."""
    french = language == "fr"
    if rule.once:
        return led_by(framework, rule.once.test, rule.once.issues, language, "")
    if rule.consecutive:
        every = rhythm_of(framework, rule.consecutive.test)
        several = RHYTHMS[language][every][1]
        return led_by(framework, rule.consecutive.test, rule.consecutive.issues, language, f"{rule.consecutive.n} {several} {'de suite' if french else 'in a row'}")
    if rule.count:
        return led_by(framework, rule.count.test, rule.count.issues, language, f"{'au moins' if french else 'at least'} {rule.count.at_least} {'unités' if french else 'units'}")
    if rule.ready_set:
        ready, then = (test_in_words(framework, name, language) for name in (rule.ready_set.ready, rule.ready_set.set))
        return f"à une émission : {ready}, puis à la suivante : {then}" if french else f"at one issue: {ready}; then at the next: {then}"
    return ""


def rhythm_of(framework: Framework, test: str) -> str:
    """The rhythm of the indicator a test reads."""
    return framework.indicators[framework.tests[test].indicator].every


def led_by(framework: Framework, test: str, issues: Sequence[int], language: Language, before: str) -> str:
    """A test led by its issues and what is asked of them."""
    every = rhythm_of(framework, test)
    when = issues_in_words(issues, every, language) if issues else ""
    if when and (before or every == "month"):
        when = f"{('parmi' if before else 'en') if language == 'fr' else ('among' if before else 'in')} {when}"
    lead = " ".join(part for part in (before, when) if part)
    words = test_in_words(framework, test, language)
    return f"{lead}, {words}" if lead else words


def window_in_words(framework: Framework, name: str, language: Language) -> str:
    """When a window fires, as a sentence."""
    words = rule_in_words(framework, framework.windows[name].fire, language, own=name)
    return set_in_type(f"{words[:1].upper()}{words[1:]}.", language)


def set_in_type(words: str, language: Language) -> str:
    """French words with the narrow blanks they have before their punctuation."""
    if language != "fr":
        return words
    for sign in (":", ";", "»"):
        words = words.replace(f" {sign}", f"{FRENCH_BLANK}{sign}")
    return words.replace("« ", f"«{FRENCH_BLANK}")


def framework_in_words(framework: Framework, language: Language) -> Iterable[tuple[str, str]]:
    """(name of the window, its rule as a sentence) for each window."""
    return [(window.label.told(language), window_in_words(framework, name, language)) for name, window in framework.windows.items()]
