"""Reading sessions: what was decided there, who came, and what stood at the end of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from concertation.apps.decisions.models import Attendance, Decision, Session
from concertation.apps.decisions.queries import as_values, changes
from concertation.core.decisions import Slippage, as_of, slippage
from concertation.core.sharing import Mandate


def sessions() -> list[Session]:
    """Every session, the last first, with the number of its decisions."""
    return list(Session.objects.annotate(decided=Count("decisions")).order_by("-starts_on", "-number"))


def session(reference: str) -> Session | None:
    """One session."""
    return Session.objects.filter(pk=reference).first()


def attendances(reference: str) -> list[Attendance]:
    """Who was at a session, members first."""
    held = list(Attendance.objects.filter(session_id=reference).order_by("pk"))
    order = ["member", "invited", "observer", "secretariat"]
    return sorted(held, key=lambda each: order.index(each.capacity))


def decided_at(reference: str) -> list[Decision]:
    """What a session decided."""
    return list(Decision.objects.filter(session_id=reference).order_by("number"))


@dataclass(frozen=True, slots=True)
class Moved:
    """One decision in one State between two days: how it stood, how it stands, and what slipped between."""

    decision: Decision
    state: str
    before: tuple[str, str]
    after: tuple[str, str]
    slipped: Slippage


def between(mandates: Sequence[Mandate], first: date, second: date, decisions: Sequence[Decision]) -> list[Moved]:
    """What stood at the end of two days (state, proof) for each decision and State that said anything by the second."""
    every = as_values(changes(mandates))
    told: dict[str, tuple[Mapping[tuple[str, str], str], Mapping[tuple[str, str], str]]] = {
        what: (as_of(every, first, what=what), as_of(every, second, what=what)) for what in ("implementation", "evidence")
    }
    found = []
    for decision in decisions:
        for state in sorted({key[1] for key in told["implementation"][1] if key[0] == decision.pk}):
            key = (decision.pk, state)
            stood, stands = ((told["implementation"][at].get(key, ""), told["evidence"][at].get(key, "")) for at in (0, 1))
            put_off = [each for each in every if (each.decision, each.state) == key and first < each.on <= second]
            found.append(Moved(decision, state, stood, stands, slippage(put_off)))
    return found
