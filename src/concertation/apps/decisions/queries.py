"""Reading decisions: what was decided, who owes what by when, with what proof. Decisions are public; their measures and reports are guarded."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from concertation.apps.decisions.measures import Measure, measures_for
from concertation.apps.decisions.models import Answer, Decision, FollowUpChange, NationalImplementation, OfficialWording
from concertation.apps.sources.models import Source
from concertation.core.decisions import Change, is_overdue, together
from concertation.core.sharing import Mandate

NO_DAY_FR, NO_DAY_EN = "non fixée par le texte", "not fixed by the text"
FORUM = "S1"


@dataclass(frozen=True, slots=True)
class DecisionInView:
    """A decision with what is measured of it today and what each State reported, as the reader may see it."""

    decision: Decision
    measures: tuple[Measure, ...]
    national: tuple[NationalImplementation, ...]

    @property
    def subjects(self) -> tuple[str, ...]:
        """The subjects of the product that carry the decision."""
        return tuple(filter(None, self.decision.subjects.split("|")))

    @property
    def source_names(self) -> tuple[str, ...]:
        """The ids of its sources."""
        return tuple(filter(None, self.decision.sources.split("|")))

    def is_overdue(self, today: date) -> bool:
        """Past its day and not carried out; a decision whose text fixes no day never is."""
        return is_overdue(self.decision.due, together(row.implementation for row in self.national), today)


def decisions(mandates: Sequence[Mandate], *, session: str = FORUM) -> tuple[DecisionInView, ...]:
    """The decisions of a session in order (the eight of the first forum), with the measures and reports the reader may see."""
    rows = list(Decision.objects.filter(session_id=session).select_related("session").order_by("number"))
    return in_view(rows, mandates)


def in_view(rows: Sequence[Decision], mandates: Sequence[Mandate]) -> tuple[DecisionInView, ...]:
    """These decisions, as the reader may see what became of them."""
    measured, reported = measures_for(mandates), national(mandates)
    return tuple(DecisionInView(row, measured.get(row.number, ()), reported.get(row.pk, ())) for row in rows)


def decisions_measured(mandates: Sequence[Mandate], *, session: str = FORUM) -> tuple[DecisionInView, ...]:
    """The decisions of a session with their measures alone, for whoever says nothing of what States reported."""
    measured = measures_for(mandates)
    return tuple(DecisionInView(row, measured.get(row.number, ()), ()) for row in Decision.objects.filter(session_id=session).select_related("session").order_by("number"))


def every_decision() -> list[Decision]:
    """Every decision of every session, in order."""
    return list(Decision.objects.select_related("session", "due_session").order_by("number"))


def decision(number: int) -> Decision | None:
    """One decision by its number."""
    return Decision.objects.select_related("session", "due_session").filter(number=number).first()


def with_neighbours(number: int) -> dict[int, Decision]:
    """A decision with the ones before and after it, by number. One query."""
    held = Decision.objects.select_related("session", "due_session").filter(number__in=(number - 1, number, number + 1))
    return {each.number: each for each in held}


def national(mandates: Sequence[Mandate]) -> dict[str, tuple[NationalImplementation, ...]]:
    """What States reported of each decision, as the reader may see it, by the decision's reference."""
    found: dict[str, list[NationalImplementation]] = {}
    for row in NationalImplementation.objects.visible_to(mandates).order_by("owner_state"):
        found.setdefault(row.decision_id, []).append(row)
    return {reference: tuple(rows) for reference, rows in found.items()}


def implementation(mandates: Sequence[Mandate], reference: str, state: str) -> NationalImplementation | None:
    """What one State reported of a decision."""
    held: NationalImplementation | None = NationalImplementation.objects.visible_to(mandates).filter(decision_id=reference, owner_state=state).first()
    return held


def changes(mandates: Sequence[Mandate], reference: str = "") -> list[FollowUpChange]:
    """What changed of a decision, or of all, oldest first, as the reader may see it."""
    held = FollowUpChange.objects.visible_to(mandates).select_related("session", "decision").order_by("on", "pk")
    return list(held.filter(decision_id=reference) if reference else held)


def as_values(rows: Iterable[FollowUpChange]) -> list[Change]:
    """The same changes as values."""
    return [Change(row.decision_id, row.owner_state, row.what, row.before, row.after, row.on) for row in rows]


def wordings(reference: str) -> list[OfficialWording]:
    """Each official wording of a decision, the oldest first."""
    return list(OfficialWording.objects.filter(decision_id=reference).order_by("written_on", "pk"))


def answers(reference: str) -> list[Answer]:
    """What third parties answered to a recommendation, the last first."""
    return list(Answer.objects.filter(decision_id=reference).order_by("-answered_on", "-pk"))


def sources_named(names: Iterable[str]) -> list[Source]:
    """The sources held under these names, in their order."""
    wanted = list(dict.fromkeys(names))
    held = Source.objects.in_bulk(wanted)
    return [held[name] for name in wanted if name in held]


def listing(mandates: Sequence[Mandate] = ()) -> list[dict[str, object]]:
    """The decisions as plain values, for the command line and the programming interface.

    `due` reads "non fixée par le texte" until a session sets a day. `implementation` is the States' own when they agree, else says
    that they differ or did not report; `evidence` names the sources of its measures; `national` tells each State apart.
    """
    every = decisions(mandates)
    held = Source.objects.in_bulk({name for view in every for name in view.source_names})
    worded = dict(OfficialWording.objects.filter(language="fr").order_by("-pk").values_list("decision_id", "text"))
    return [_line(view, held, worded) for view in every]


def _line(view: DecisionInView, sources: Mapping[str, Source], worded: Mapping[str, str]) -> dict[str, object]:
    row = view.decision
    measured = [measure for measure in view.measures if measure.value is not None]
    return {
        "reference": row.reference, "number": row.number, "session": row.session_id, "title_fr": row.title_fr, "title_en": row.title_en,
        "text_fr": row.text_fr, "text_en": row.text_en, "official_wording": worded.get(row.pk),
        "subjects": list(view.subjects),
        "sources": [{"id": name, "title": sources[name].title, "url": sources[name].url} for name in view.source_names if name in sources],
        "responsible": row.responsible or None,
        "due": row.due.isoformat() if row.due else NO_DAY_FR, "due_en": row.due.isoformat() if row.due else NO_DAY_EN,
        "implementation": together(each.implementation for each in view.national),
        "evidence": sorted({source for measure in measured for source in measure.sources}),
        "national": [
            {"state": each.owner_state, "implementation": each.implementation, "percent": each.percent, "evidence": each.evidence, "due": each.due, "reported_on": each.reported_on}
            for each in view.national
        ],
        "measures": [asdict(measure) for measure in view.measures],
    }  # fmt: skip
