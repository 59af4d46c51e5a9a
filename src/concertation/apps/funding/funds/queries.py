"""Reading funds: those a reader may see, and what the flows held say each received and granted, source by source and year by year."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet, Sum

from concertation.apps.funding.models import FlowParty, Fund
from concertation.apps.funding.queries import flows
from concertation.core.sharing import Mandate


@dataclass(frozen=True, slots=True)
class YearOfFund:
    """What one system's flows say of a fund in a year: cents received and granted, and flows; none where no flow says."""

    system: str
    year: int | None
    received: int | None
    granted: int | None
    flows: int


def funds(mandates: Sequence[Mandate]) -> QuerySet[Fund]:
    """The funds a reader may see, by name."""
    return Fund.objects.visible_to(mandates).select_related("party").order_by("name_fr")


def fund(mandates: Sequence[Mandate], fund_id: UUID) -> Fund | None:
    """One fund, if the reader may see it."""
    found: Fund | None = funds(mandates).filter(pk=fund_id).first()
    return found


def years_of(mandates: Sequence[Mandate], one: Fund) -> list[YearOfFund]:
    """What flows that the reader may see say of a fund, the latest year first. A flow of several years stands in its first. One query."""
    ends = FlowParty.objects.filter(party_id=one.party_id, flow__in=flows(mandates))
    lines = ends.values_list("role", "flow__system", "flow__year").annotate(total=Sum("flow__amount_minor"), held=Count("flow")).order_by()
    found: dict[tuple[str, int | None], dict[str, tuple[int | None, int]]] = {}
    for role, system, year, amount, held in lines:
        found.setdefault((system, year), {})[role] = (amount, held)
    nothing = (None, 0)
    told = [
        YearOfFund(system, year, ends.get("destination", nothing)[0], ends.get("source", nothing)[0], ends.get("destination", nothing)[1] + ends.get("source", nothing)[1])
        for (system, year), ends in found.items()
    ]
    return sorted(told, key=lambda line: (-(line.year or 0), line.system))


def funds_of_parties(mandates: Sequence[Mandate], parties: Sequence[UUID]) -> dict[UUID, UUID]:
    """The fund each party holds, where the reader may see it. One query."""
    return dict(Fund.objects.visible_to(mandates).filter(party_id__in=parties).values_list("party_id", "pk"))


def flows_told(mandates: Sequence[Mandate], shown: Sequence[Fund]) -> dict[UUID, int]:
    """How many flows that the reader may see name each fund, by its party. One query."""
    ends = FlowParty.objects.filter(party_id__in=[one.party_id for one in shown], flow__in=flows(mandates))
    return dict(ends.values_list("party_id").annotate(held=Count("flow", distinct=True)).order_by())
