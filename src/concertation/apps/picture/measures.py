"""What a map or a list of the picture can show: need, gaps, organisations, what may be said of presence, crowding.

Each measure reads one row of a scene. None is "no figure held"; people in need never add up across sectors, which are never
mixed here: a scene holds one sector.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from concertation.apps.needs.queries import LEADING_CONCEPT
from concertation.apps.needs.words import term
from concertation.apps.picture.queries import Row
from concertation.core.classification import Classes, quantile_classes
from concertation.draw.palettes import CIVIDIS, YLORBR, Palette

CLASSES = 5
VERDICTS = ("declared", "none_declared", "no_report", "restricted")
VERDICT_COLOURS = Palette("verdicts", ("#1f6f6b", "#e08a2e", "#d8d5cc", "#6d6f8a"))
ANSWERED = ("declared", "none_declared")


def declared_organisations(row: Row) -> int | None:
    """Organisations declared in a unit: 0 only under a report; None where nothing may be said."""
    return row.organisations if row.verdict in ANSWERED else None


def need_per_organisation(row: Row) -> int | None:
    """People in need for each organisation declared, rounded; None where either is missing or no organisation is declared."""
    return round(row.need / row.organisations) if row.need is not None and row.verdict in ANSWERED and row.organisations else None


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing a map shows: its key in addresses, its words, the value of a row, its colours, whether its values add up over units."""

    key: str
    label: str | Promise
    unit: str | Promise
    read: Callable[[Row], int | None]
    palette: Palette = YLORBR
    adds_up: bool = True
    tag: str = ""


MEASURES: Mapping[str, Measure] = {
    measure.key: measure
    for measure in (
        Measure("need", gettext_lazy("besoin"), gettext_lazy("personnes"), lambda row: row.need, tag="#inneed"),
        Measure("not_targeted", gettext_lazy("besoin non ciblé"), gettext_lazy("personnes"), lambda row: row.not_targeted),
        Measure("not_reached", gettext_lazy("ciblés non atteints"), gettext_lazy("personnes"), lambda row: row.not_reached),
        Measure(
            "organisations", gettext_lazy("organisations déclarées"), gettext_lazy("organisations"), declared_organisations,
            palette=CIVIDIS, adds_up=False,
        ),
        Measure("presence", gettext_lazy("présence déclarée ou non"), "", lambda row: None, palette=VERDICT_COLOURS, adds_up=False),
        Measure(
            "per_organisation", gettext_lazy("besoin par organisation"), gettext_lazy("personnes par organisation"), need_per_organisation,
            adds_up=False,
        ),
    )
}  # fmt: skip


def need_words(sector: str) -> str:
    """What need means for a sector: people in phase 3 or worse for food security, else people in need."""
    return term("concept", LEADING_CONCEPT.get(sector, "in_need")).name


@dataclass(frozen=True, slots=True)
class Shading:
    """A measure over some rows: the class of each unit's value, and the classes in force (None for verdicts or no figure)."""

    measure: Measure
    classes: Classes | None
    steps: Mapping[str, int | None]

    @property
    def is_of_verdicts(self) -> bool:
        """Whether the classes are what may be said of presence, not amounts."""
        return self.measure.key == "presence"

    def slot(self, unit: str) -> int | None:
        """Which colour of the palette a unit takes."""
        step = self.steps.get(unit)
        if step is None:
            return None
        of = len(VERDICTS) if self.is_of_verdicts else len(self.classes.uppers) if self.classes else 0
        return self.measure.palette.slot(step, of=of)

    def css(self, row: Row) -> str:
        """The classes of the swatch of a row: the same as its area on the map."""
        slot = self.slot(row.unit.pk)
        dotted = " estimated" if row.need_estimated and self.measure.key in ("need", "not_targeted", "per_organisation") else ""
        return "none" if slot is None else f"q{slot}{dotted}"


def shaded(measure: Measure, rows: Iterable[Row]) -> Shading:
    """The rows in classes of equal count; verdicts each in a class of its own."""
    held = list(rows)
    if measure.key == "presence":
        return Shading(measure, None, {row.unit.pk: VERDICTS.index(row.verdict) for row in held})
    values = {row.unit.pk: measure.read(row) for row in held}
    classes = quantile_classes(values.values(), classes=CLASSES)
    return Shading(measure, classes, {unit: classes.step(value) if classes else None for unit, value in values.items()})
