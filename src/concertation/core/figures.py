"""A figure is a value with everything that makes it readable: unit, concept, source, dates, scope, method, status.

Several figures of one fact stand side by side. Which one leads follows a stated rule: status first (official, operational,
contested, planning, press, estimated, calculation), then the latest reference date, then the latest extraction. A figure
nobody holds is None and reads "no figure held", never 0. An estimated split stays estimated through every sum.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from concertation.core.concepts import (
    ALL,
    CONCEPTS,
    INTERSECTORAL,
    MEASURES,
    STATUSES,
    is_settled,
    must_add_over_sectors,
    must_add_over_units,
    one_concept,
)
from concertation.core.periods import Language, Period
from concertation.core.problems import Cell, Problem

NONE_HELD: dict[Language, str] = {"fr": "Aucun chiffre disponible", "en": "No figure held"}
ESTIMATED_WORD: dict[Language, str] = {"fr": "estimé", "en": "estimated"}
STATUS_WORDS: dict[str, tuple[str, str]] = {
    "official": ("officiel", "official"),
    "operational": ("opérationnel", "operational"),
    "contested": ("contesté", "contested"),
    "planning": ("planification", "planning"),
    "press": ("presse", "press"),
    "estimated": ("estimé", "estimated"),
    "calculation": ("calcul du produit", "calculation of the product"),
}
METHOD_WORDS: dict[str, tuple[str, str]] = {
    "sum-of-units": ("somme de {} unités sur {}", "sum of {} of {} units"),
    "sum-of-sectors": ("somme de {} secteurs sur {}", "sum of {} of {} sectors"),
    "sum-of-parts": ("somme de {} parties sur {} d'une même unité", "sum of {} of {} parts of one unit"),
    "sum-of-origins": ("somme de {} pays d'origine ou d'asile sur {}", "sum of {} of {} countries of origin or asylum"),
    "highest-of-sectors-estimated": (
        "calcul du produit, parties estimées comprises : maximum des secteurs par unité et groupe, puis somme de {} unités sur {}",
        "calculation of the product, estimated parts included: highest sector per unit and group, then sum of {} of {} units",
    ),
    "highest-of-sectors": (
        "calcul du produit : maximum des secteurs par unité et groupe, puis somme de {} unités sur {}",
        "calculation of the product: highest sector per unit and group, then sum of {} of {} units",
    ),
}
NARROW_SPACE = "\u202f"

FIGURE_SCHEMA: dict[str, pl.DataType] = {
    "concept": pl.String(),
    "unit": pl.String(),
    "sector": pl.String(),
    "group": pl.String(),
    "sex": pl.String(),
    "age": pl.String(),
    "disability": pl.String(),
    "value": pl.Int64(),
    "value_text": pl.String(),
    "measure": pl.String(),
    "reference_start": pl.Date(),
    "reference_end": pl.Date(),
    "extracted_on": pl.Date(),
    "source": pl.String(),
    "scope": pl.String(),
    "method": pl.String(),
    "status": pl.String(),
}
WRITTEN_PLACE_SCHEMA: dict[str, pl.DataType] = {
    "row": pl.UInt32(),
    "state": pl.String(),
    **{f"adm{level}_{part}": pl.String() for level in (1, 2, 3) for part in ("name", "code")},
    "place_name": pl.String(),
}
WRITTEN_FIGURE_SCHEMA: dict[str, pl.DataType] = {
    **WRITTEN_PLACE_SCHEMA,
    **{name: kind for name, kind in FIGURE_SCHEMA.items() if name != "unit"},
}
FACT = ("concept", "unit", "sector", "group", "sex", "age", "disability", "measure")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One value of one fact, with its source, dates, scope, method and status.

    `value` counts whole people, households, dollars or francs, or a position on a scale; None when none is held.
    `value_text` keeps what the source wrote when that was not a number ("des millions").
    """

    concept: str
    unit: str
    source: str
    status: str
    value: int | None = None
    value_text: str | None = None
    measure: str = "people"
    sector: str = INTERSECTORAL
    group: str = ALL
    sex: str = ALL
    age: str = ALL
    disability: str = ALL
    reference_start: date | None = None
    reference_end: date | None = None
    extracted_on: date | None = None
    scope: str | None = None
    method: str | None = None

    @property
    def fact(self) -> tuple[str, ...]:
        """What is being counted, whoever counts it and whenever: two figures with the same key are rivals, never terms of a sum."""
        return (self.concept, self.unit, self.sector, self.group, self.sex, self.age, self.disability, self.measure)

    @property
    def period(self) -> Period | None:
        """The reference period; None when the source gives no date."""
        start, end = self.reference_start or self.reference_end, self.reference_end or self.reference_start
        return Period(start, end) if start and end and start <= end else None

    def in_words(self, language: Language) -> str:
        """The value as a reader sees it: the source's words, the number, or "no figure held".

        >>> Figure(concept="in_need", unit="ner", source="x", status="estimated", value=1200).in_words("en")
        '1,200 (estimated)'
        >>> Figure(concept="in_need", unit="ner", source="x", status="official").in_words("fr")
        'Aucun chiffre disponible'
        """
        if self.value is None:
            return f"« {self.value_text} »" if self.value_text else NONE_HELD[language]
        number = number_in_words(self.value, language)
        return f"{number} ({ESTIMATED_WORD[language]})" if self.status == "estimated" else number


def number_in_words(value: int | None, language: Language) -> str:
    """A whole number with the language's thousands mark, or "no figure held"; never 0 for what is missing.

    >>> number_in_words(2734195, "en"), number_in_words(None, "en")
    ('2,734,195', 'No figure held')
    """
    if value is None:
        return NONE_HELD[language]
    return f"{value:,}" if language == "en" else f"{value:,}".replace(",", NARROW_SPACE)


def counted_method(method: str, held: int, asked: int) -> str:
    """How the product made a figure, as stored: a code of METHOD_WORDS, and how many of the parts have a figure.

    >>> counted_method("sum-of-units", 44, 45)
    'sum-of-units:44/45'
    """
    return f"{method}:{held}/{asked}"


def method_in_words(method: str | None, language: Language) -> str:
    """The method in the reader's language; a source's own words stay as they are.

    >>> method_in_words("sum-of-units:44/45", "fr"), method_in_words("enquête ménages", "en")
    ('somme de 44 unités sur 45', 'enquête ménages')
    """
    code, _, counts = (method or "").partition(":")
    if code not in METHOD_WORDS:
        return method or ""
    return METHOD_WORDS[code][language == "en"].format(*counts.split("/"))


class Reason(NamedTuple):
    """Why a figure stands where it stands, in both languages."""

    fr: str
    en: str


class Ranked(NamedTuple):
    """A figure that does not lead, and why."""

    figure: Figure
    reason: Reason


@dataclass(frozen=True, slots=True)
class Standing:
    """The figures of one fact side by side: the one that leads and why, the others in order and why not, what disagrees.

    `disagreement` is the distance between the highest and the lowest value as a share of the highest (0 to 1); None
    when fewer than two values are held.
    """

    leader: Figure | None
    reason: Reason
    others: tuple[Ranked, ...] = ()
    disagreement: float | None = None


def rank(figure: Figure) -> tuple[bool, int, int, int]:
    """The order of figures of one fact, first leads: held values, then status, latest reference date, latest extraction.

    >>> press = Figure(concept="idps", unit="bfa", source="p", status="press", value=1)
    >>> official = Figure(concept="idps", unit="bfa", source="o", status="official", value=1)
    >>> rank(official) < rank(press)
    True
    """
    status = STATUSES.index(figure.status) if figure.status in STATUSES else len(STATUSES)
    dated = figure.reference_end or figure.reference_start
    return (figure.value is None, status, -(dated.toordinal() if dated else 0), -(figure.extracted_on.toordinal() if figure.extracted_on else 0))


def leading(figures: Iterable[Figure], *, period: Period | None = None) -> Standing:
    """Which figure of one fact leads, by the stated rule, with the others and the reasons in French and English.

    With a `period`, only figures whose reference period meets it are candidates. Raises ValueError when the figures
    are not of one fact.

    >>> facts = [Figure(concept="in_need", unit="ner", source=name, status=status, value=value)
    ...          for name, status, value in (("paper", "press", 4_200_000), ("plan", "official", 4_300_000))]
    >>> standing = leading(facts)
    >>> standing.leader.source, standing.others[0].reason.en
    ('plan', 'status press comes after official')
    """
    ranked = sorted((figure for figure in figures if _meets(figure, period)), key=lambda figure: (*rank(figure), figure.source, figure.value or 0))
    if len({figure.fact for figure in ranked}) > 1:
        raise ValueError("these figures are not of one fact; group them by Figure.fact first")
    held = [figure for figure in ranked if figure.value is not None]
    if not held:
        return Standing(None, Reason(NONE_HELD["fr"], NONE_HELD["en"]), tuple(Ranked(figure, _without_value(figure)) for figure in ranked))
    leader = held[0]
    others = tuple(Ranked(figure, _why_after(leader, figure)) for figure in ranked[1:])
    return Standing(leader, _why_first(leader, len(held)), others, disagreement([figure.value for figure in held]))


def disagreement(values: Sequence[int | None]) -> float | None:
    """How far the values of one fact lie apart: (highest - lowest) / highest, from 0 to 1; None with fewer than two.

    >>> round(disagreement([6_400_000, 4_800_000]), 2)
    0.25
    """
    held = [value for value in values if value is not None]
    if len(held) < 2:
        return None
    return (max(held) - min(held)) / max(held) if max(held) > 0 else 0.0


def add_over_units(figures: Sequence[Figure], *, unit: str) -> Figure:
    """The sum of figures of one concept over different units, on the weakest status of its parts.

    One estimated part makes the sum estimated. Missing parts are left out and said in the method. Raises ValueError on
    mixed concepts, sectors, groups, sexes, ages, measures or reference periods, on two figures of one unit, and on
    groups kept as written: each time with what to do.

    >>> parts = [Figure(concept="phase3plus", unit=name, sector="FSC", source="ch", status="official", value=value)
    ...          for name, value in (("a", 10), ("b", None))]
    >>> total = add_over_units(parts, unit="ner")
    >>> total.value, method_in_words(total.method, "en")
    (10, 'sum of 1 of 2 units')
    """
    must_add_over_units(one_concept(figure.concept for figure in figures).code)
    return _sum(figures, unit=unit, method="sum-of-units")


def _sum(figures: Sequence[Figure], *, unit: str, method: str) -> Figure:
    _must_be_alike(figures)
    held = [figure for figure in figures if figure.value is not None]
    first = figures[0]
    return Figure(
        concept=first.concept, unit=unit, source=_joined(figure.source for figure in figures), status=weakest(figure.status for figure in figures),
        value=sum(figure.value or 0 for figure in held) if held else None, measure=first.measure, sector=first.sector, group=first.group,
        sex=first.sex, age=first.age, disability=first.disability, reference_start=first.reference_start, reference_end=first.reference_end,
        extracted_on=min((figure.extracted_on for figure in figures if figure.extracted_on), default=None),
        scope=_joined(figure.scope for figure in figures if figure.scope) or None, method=counted_method(method, len(held), len(figures)),
    )  # fmt: skip


def add_over_sectors(figures: Sequence[Figure]) -> Figure:
    """The sum over sectors of what adds up over sectors (money, services). Raises ValueError for people, and says what to do.

    >>> add_over_sectors([Figure(concept="in_need", unit="ner", source="x", status="official", value=1, sector=code) for code in ("WSH", "HEA")])
    Traceback (most recent call last):
    ...
    ValueError: in_need is never added across sectors (one person is counted in several): use the published intersectoral figure, or intersectoral() for the maximum per unit and group, labelled a calculation
    """
    must_add_over_sectors(one_concept(figure.concept for figure in figures).code)
    if INTERSECTORAL in {figure.sector for figure in figures}:
        raise ValueError("the total over sectors (ALL) stands among the parts; leave it out, or use it alone")
    return _sum([_as_unit_of_sector(figure) for figure in figures], unit=_one(figures, "unit"), method="sum-of-sectors")


def weakest(statuses: Iterable[str]) -> str:
    """The status of a sum: "estimated" as soon as one part is, else the last of its parts in the order of statuses.

    >>> weakest(["official", "estimated", "calculation"]), weakest(["official", "planning"])
    ('estimated', 'planning')
    """
    present = set(statuses)
    if "estimated" in present:
        return "estimated"
    return max(present, key=lambda status: STATUSES.index(status) if status in STATUSES else len(STATUSES))


def to_frame(figures: Iterable[Figure]) -> pl.DataFrame:
    """The figures as rows of FIGURE_SCHEMA."""
    names = [field.name for field in fields(Figure)]
    rows: list[dict[str, Any]] = [{name: getattr(figure, name) for name in names} for figure in figures]
    return pl.DataFrame(rows, schema=FIGURE_SCHEMA)


def from_frame(frame: pl.DataFrame) -> tuple[Figure, ...]:
    """The rows of a frame of figures (columns of FIGURE_SCHEMA) as values.

    >>> one = Figure(concept="idps", unit="mli", source="dtm", status="operational", value=401736)
    >>> from_frame(to_frame([one])) == (one,)
    True
    """
    return tuple(Figure(**row) for row in frame.select(list(FIGURE_SCHEMA)).iter_rows(named=True))


def check_figures(frame: pl.DataFrame) -> tuple[Problem, ...]:
    """Problems of a frame of figures: unknown concept, status or measure, negative value, dates the wrong way round.

    Columns in: those of FIGURE_SCHEMA, and `row` when they come from a file.
    """
    rules = {
        "figure-concept-unknown": ("concept", ~pl.col("concept").is_in(list(CONCEPTS))),
        "figure-status-unknown": ("status", ~pl.col("status").is_in(STATUSES)),
        "figure-measure-unknown": ("measure", ~pl.col("measure").is_in(MEASURES)),
        "figure-negative": ("value", pl.col("value") < 0),
        "figure-dates-swapped": ("reference_end", pl.col("reference_end") < pl.col("reference_start")),
    }
    numbered = frame if "row" in frame.columns else frame.with_row_index("row", offset=1)
    return tuple(
        Problem(code, Cell(row=row), str(value), {"column": column})
        for code, (column, broken) in rules.items()
        for row, value in numbered.filter(broken).select("row", column).iter_rows()
    )


def _meets(figure: Figure, period: Period | None) -> bool:
    own = figure.period
    return period is None or (own is not None and own.overlaps(period))


def _why_first(leader: Figure, held: int) -> Reason:
    if held == 1:
        return Reason("seul chiffre disponible", "only figure held")
    words = STATUS_WORDS.get(leader.status, (leader.status, leader.status))
    return Reason(f"premier par le statut ({words[0]}), puis par la date", f"first by status ({words[1]}), then by date")


def _why_after(leader: Figure, other: Figure) -> Reason:
    if other.value is None:
        return _without_value(other)
    if other.status != leader.status:
        own, first = (STATUS_WORDS.get(status, (status, status)) for status in (other.status, leader.status))
        return Reason(f"le statut {own[0]} vient après {first[0]}", f"status {own[1]} comes after {first[1]}")
    if rank(other)[2] != rank(leader)[2]:
        return Reason("date de référence plus ancienne", "earlier reference date")
    if rank(other)[3] != rank(leader)[3]:
        return Reason("extraction plus ancienne", "earlier extraction")
    return Reason("même rang : les deux sont à montrer", "same rank: both are to be shown")


def _without_value(figure: Figure) -> Reason:
    return Reason("sans valeur chiffrée", "no number given") if figure.value_text else Reason(NONE_HELD["fr"], NONE_HELD["en"])


def _must_be_alike(figures: Sequence[Figure]) -> None:
    for name in ("sector", "group", "sex", "age", "disability", "measure", "period"):
        if len({getattr(figure, name) for figure in figures}) > 1:
            advice = "use intersectoral()" if name == "sector" else f"add figures of one {name} at a time"
            raise ValueError(f"these figures differ in {name} and are not added; {advice}")
    if not all(is_settled(figure.group) and is_settled(figure.age) for figure in figures):
        raise ValueError("a group kept as its source wrote it enters no sum; settle the group first")
    if len({figure.unit for figure in figures}) < len(figures):
        raise ValueError("two figures of one unit are rivals, not parts; take leading() of each fact first")


def _as_unit_of_sector(figure: Figure) -> Figure:
    kept = {field.name: getattr(figure, field.name) for field in fields(Figure)}
    return Figure(**{**kept, "unit": f"{figure.unit} {figure.sector}", "sector": INTERSECTORAL})


def _one(figures: Sequence[Figure], name: str) -> str:
    found = {getattr(figure, name) for figure in figures}
    if len(found) > 1:
        raise ValueError(f"these figures differ in {name}; add figures of one {name} at a time")
    return str(found.pop())


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(sorted(set(texts)))
