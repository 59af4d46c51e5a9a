"""Reading decisions: what was decided, who owes what by when, with what proof. Decisions are public; their measures are guarded."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from concertation.apps.decisions.measures import Measure, measures_for
from concertation.apps.decisions.models import Decision
from concertation.apps.sources.models import Source
from concertation.core.sharing import Mandate

NO_DAY_FR, NO_DAY_EN = "non fixée par le texte", "not fixed by the text"


@dataclass(frozen=True, slots=True)
class DecisionInView:
    """A decision with its sources and what is measured of it today."""

    decision: Decision
    sources: tuple[Source, ...]
    measures: tuple[Measure, ...]

    @property
    def subjects(self) -> tuple[str, ...]:
        """The subjects of the product that carry the decision."""
        return tuple(self.decision.subjects.split("|"))

    def is_overdue(self, today: date) -> bool:
        """Past its day; a decision whose text fixes no day never is."""
        return self.decision.due is not None and self.decision.due < today


def decisions(mandates: Sequence[Mandate]) -> tuple[DecisionInView, ...]:
    """The eight decisions in order, with the measures the reader may see."""
    rows = list(Decision.objects.order_by("number"))
    named = {row.reference: row.sources.split("|") for row in rows}
    measured = measures_for(mandates)
    held = Source.objects.in_bulk({name for names in named.values() for name in names})
    return tuple(
        DecisionInView(row, tuple(held[name] for name in named[row.reference] if name in held), measured.get(row.number, ()))
        for row in rows
    )


def sources_named(names: Iterable[str]) -> list[Source]:
    """The sources held under these names, in their order."""
    wanted = list(dict.fromkeys(names))
    held = Source.objects.in_bulk(wanted)
    return [held[name] for name in wanted if name in held]


def listing(mandates: Sequence[Mandate] = ()) -> list[dict[str, object]]:
    """The decisions as plain values, for the command line and the programming interface.

    `due` reads "non fixée par le texte" when the text fixes no day; `implementation` and `evidence` hold what is proven
    today: the measures that have a figure, and the sources these rest on.
    """
    return [_line(view) for view in decisions(mandates)]


def _line(view: DecisionInView) -> dict[str, object]:
    row = view.decision
    held = [measure for measure in view.measures if measure.value is not None]
    return {
        "reference": row.reference, "number": row.number, "title_fr": row.title_fr, "title_en": row.title_en,
        "text_fr": row.text_fr, "text_en": row.text_en, "official_wording": row.official_wording or None,
        "subjects": list(view.subjects),
        "sources": [{"id": source.pk, "title": source.title, "url": source.url} for source in view.sources],
        "responsible": row.responsible or None,
        "due": row.due.isoformat() if row.due else NO_DAY_FR, "due_en": row.due.isoformat() if row.due else NO_DAY_EN,
        "implementation": "measured" if held else "no-measure-yet",
        "evidence": sorted({source for measure in held for source in measure.sources}),
        "measures": [asdict(measure) for measure in view.measures],
    }
