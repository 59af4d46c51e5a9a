"""What a figure counts, and with what it may be added.

A stock (people at a date), a flow (people during a period), an amount of money and a position on a scale are four natures
that never meet in one sum. Cadre Harmonisé phases, JIAF severity and a sector's own severity are three scales, never
converted. People in need are never added across sectors. The words for people stand in `reference/concepts.csv`; a test
holds that file and this table to each other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Nature = Literal["stock", "flow", "amount", "position", "quoted"]
Scale = Literal["ch", "jiaf", "sector"]

STATUSES = ("official", "operational", "contested", "planning", "press", "estimated", "calculation")
MEASURES = ("people", "households", "services", "USD", "XOF", "phase", "severity", "quoted")
SEXES = ("all", "f", "m", "other")
DISABILITIES = ("all", "with", "without")
GROUPS = ("all", "host", "idp", "refugee", "returnee", "non_displaced", "asylum_seeker", "stateless", "other_of_concern")
AGES = ("all", "children", "adult", "elderly", "0_4", "5_11", "12_17", "18_59", "60_plus", "age_unknown")

ALL = "all"
INTERSECTORAL = "ALL"
HOST = "host"
AS_WRITTEN = "written:"


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing that is counted: its nature, its measure, the scale it belongs to, and over what its figures add up."""

    code: str
    nature: Nature
    measure: str
    scale: Scale | None = None
    adds_over_units: bool = True
    adds_over_sectors: bool = False


def _people(nature: Nature, *codes: str, scale: Scale | None = None) -> tuple[Concept, ...]:
    return tuple(Concept(code, nature, "people", scale) for code in codes)


def _positions(measure: str, **scales: Scale) -> tuple[Concept, ...]:
    return tuple(Concept(code, "position", measure, scale, adds_over_units=False) for code, scale in scales.items())


PHASES = ("phase1", "phase2", "phase3", "phase4", "phase5")
PEOPLE_MEASURES = ("affected", "in_need", "targeted", "prioritised", "expected_reach", "reached")
DISPLACED = (
    "idps", "refugees", "refugees_abroad", "asylum_seekers", "asylum_seekers_abroad", "stateless", "others_of_concern",
    "others_needing_protection", "returnees", "returnees_from_abroad", "returnees_former_idps", "host_community",
)  # fmt: skip
CONCEPTS = MappingProxyType(
    {
        concept.code: concept
        for concept in (
            *_people("stock", "population", "population_analysed", "affected", "in_need", "targeted", "prioritised", "expected_reach"),
            *_people("flow", "reached", "reached_maximum", "returned_refugees", "returned_idps", "new_displacements"),
            Concept("services_delivered", "flow", "services", adds_over_sectors=True),
            *_people("stock", *PHASES, "phase3plus", scale="ch"),
            *_positions("phase", area_phase="ch"),
            *_positions("severity", jiaf_severity="jiaf", sector_severity="sector"),
            *_people("stock", *DISPLACED),
            Concept("idp_households", "stock", "households"),
            Concept("returnee_households", "stock", "households"),
            Concept("requirement", "amount", "USD", adds_over_units=False, adds_over_sectors=True),
            Concept("funding", "amount", "USD", adds_over_units=False, adds_over_sectors=True),
            Concept("distress_as_quoted", "quoted", "quoted", adds_over_units=False),
        )
    }
)


def concept(code: str) -> Concept:
    """The concept under this code. Raises ValueError for a code the vocabulary does not hold.

    >>> concept("area_phase").scale, concept("in_need").adds_over_sectors
    ('ch', False)
    """
    if code not in CONCEPTS:
        raise ValueError(f"no concept {code!r} in the vocabulary; add it to reference/concepts.csv and core/concepts.py, or correct the code")
    return CONCEPTS[code]


def is_settled(dimension: str) -> bool:
    """False for a group or age kept as its source wrote it, which therefore enters no sum.

    >>> is_settled("idp"), is_settled("written:Border / EC")
    (True, False)
    """
    return not dimension.startswith(AS_WRITTEN)


def one_concept(codes: Iterable[str]) -> Concept:
    """The single concept of these figures. Raises ValueError when natures, scales or concepts are mixed, and says what to do.

    >>> one_concept(["idps", "idps"]).code
    'idps'
    >>> one_concept(["area_phase", "jiaf_severity"])
    Traceback (most recent call last):
    ...
    ValueError: area_phase (ch scale) and jiaf_severity (jiaf scale) are different scales, never converted; show them side by side
    """
    distinct = [concept(code) for code in sorted(set(codes))]
    if not distinct:
        raise ValueError("no figure to add; a missing figure is None, not a sum")
    first = distinct[0]
    for other in distinct[1:]:
        raise ValueError(_why_not_together(first, other))
    return first


def must_add_over_units(code: str) -> Concept:
    """The concept, when its figures add up over places. Raises ValueError for positions on a scale and quoted words.

    >>> must_add_over_units("phase3plus").code
    'phase3plus'
    """
    found = concept(code)
    if not found.adds_over_units:
        raise ValueError(f"{code} does not add up over units; list the units one by one, or count the units per value")
    return found


def must_add_over_sectors(code: str) -> Concept:
    """The concept, when its figures add up over sectors. Raises ValueError otherwise: one person stands in several sectors.

    >>> must_add_over_sectors("requirement").code
    'requirement'
    """
    found = concept(code)
    if not found.adds_over_sectors:
        raise ValueError(
            f"{code} is never added across sectors (one person is counted in several): use the published intersectoral figure, "
            "or intersectoral() for the maximum per unit and group, labelled a calculation"
        )
    return found


def _why_not_together(one: Concept, other: Concept) -> str:
    if one.scale != other.scale and one.nature == other.nature == "position":
        return (
            f"{one.code} ({one.scale} scale) and {other.code} ({other.scale} scale) are different scales, "
            "never converted; show them side by side"
        )
    if one.nature != other.nature:
        return f"{one.code} is a {one.nature} and {other.code} a {other.nature}, never added; show them side by side"
    return f"{one.code} and {other.code} are two concepts, never added; show them side by side"
