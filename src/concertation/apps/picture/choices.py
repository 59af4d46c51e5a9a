"""What a reader of the situation page chose, read from the address; a word nobody knows falls back to the usual choice."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext as _

from concertation.apps.picture.measures import MEASURES, Measure
from concertation.apps.picture.queries import Row
from concertation.apps.picture.reading import Ground
from concertation.apps.picture.words import levels_words
from concertation.core.concepts import INTERSECTORAL
from concertation.core.sharing import Mandate

TOGETHER = "AES"
USUAL_SECTOR = "FSC"
LEVELS = (1, 2)
Option = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Choices:
    """The States, level, sector, measure and day shown; `division` is empty unless the reader chose one."""

    states: tuple[str, ...]
    level: int
    sector: str
    measure: Measure
    on: date
    today: date
    division: str = ""
    mistaken_day: str = ""
    has_chosen_measure: bool = False

    @classmethod
    def of(cls, query: QueryDict, ground: Ground, today: date) -> "Choices":
        """Read the address."""
        state = query.get("state", TOGETHER)
        states = (state,) if state in ground.states else tuple(ground.states)
        written = query.get("on", "")
        day = day_of(written)
        wanted = query.get("division", "")
        division = wanted if len(states) == 1 and wanted in {each.pk for each in ground.divisions_of(states[0])} else ""
        known = {INTERSECTORAL, *ground.sectors}
        sector = query.get("sector", USUAL_SECTOR)
        return cls(
            states=states, level=2 if query.get("level") == "2" else 1, sector=sector if sector in known else USUAL_SECTOR,
            measure=MEASURES.get(query.get("measure", ""), MEASURES["need"]), on=day or today, today=today, division=division,
            mistaken_day=written if written and day is None else "", has_chosen_measure=query.get("measure", "") in MEASURES,
        )  # fmt: skip

    def showing_something(self, rows: Iterable[Row]) -> "Choices":
        """The same choices; where the reader named no measure and none of these units has a need, presence is shown."""
        if self.has_chosen_measure or any(self.measure.read(row) is not None for row in rows):
            return self
        return replace(self, measure=MEASURES["presence"])

    @property
    def state(self) -> str:
        """The one State shown, or the word for all of them together."""
        return self.states[0] if len(self.states) == 1 else TOGETHER

    @property
    def is_joint(self) -> bool:
        """Whether several States are shown together."""
        return len(self.states) > 1


def day_of(written: str) -> date | None:
    """A day written 2024-08-31; None for anything else.

    >>> day_of("2024-08-31"), day_of("31/08/2024")
    (datetime.date(2024, 8, 31), None)
    """
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Control:
    """One line of links: its words, its parameter, its options (value, words), the value in force."""

    label: str
    name: str
    options: Sequence[Option]
    current: str


def controls(chosen: Choices, ground: Ground, divisions: Mapping[str, str]) -> list[Control]:
    """The choices of the page as plain links."""
    states = [(TOGETHER, _("tous ensemble")), *((iso3, state.name) for iso3, state in ground.states.items())]
    levels = [(str(level), levels_words(chosen.states, level)) for level in LEVELS]
    measures = [(measure.key, str(measure.label)) for measure in MEASURES.values()]
    lines = [
        Control(_("État"), "state", states, chosen.state),
        Control(_("Niveau"), "level", levels, str(chosen.level)),
        Control(_("Secteur"), "sector", sector_options(chosen, ground), chosen.sector),
        Control(_("Mesure"), "measure", measures, chosen.measure.key),
    ]
    own = [] if chosen.is_joint or not chosen.states else ground.divisions_of(chosen.states[0])
    if len(own) > 1:
        options = [(division.pk, division.name) for division in own]
        lines.append(Control(_("Découpage"), "division", options, divisions[chosen.states[0]]))
    return lines


def sector_options(chosen: Choices, ground: Ground) -> list[Option]:
    """All sectors together, the sectors, and the parts of the sector chosen."""
    at = ground.sectors.get(chosen.sector)
    family = {chosen.sector, at.parent if at else ""} - {""}
    shown = [each for each in ground.sectors.values() if each.pk != INTERSECTORAL and (not each.parent or each.parent in family)]
    return [(INTERSECTORAL, _("tous")), *((each.pk, each.name) for each in shown)]


def is_manager(mandates: Sequence[Mandate]) -> bool:
    """Whether the reader may bring files in."""
    return any(mandate.role.value == "data-manager" for mandate in mandates)
