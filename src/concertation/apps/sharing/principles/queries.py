"""Reading self-assessments: the organisation its own, the joint panel all of them, nobody else any."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from concertation.apps.sharing.models import SelfAssessment
from concertation.core.sharing import Mandate
from concertation.core.sharing.principles import reads_of, sits_on_panel


@dataclass(frozen=True, slots=True)
class Assessment:
    """The answers of an organisation on a day, for one State's office or all: answer and evidence by principle."""

    organisation: str
    state: str
    made_on: date
    answers: dict[str, str]
    evidence: dict[str, str]


def assessments(mandates: Sequence[Mandate]) -> list[Assessment]:
    """What a reader may read, the newest first. One query."""
    own = Q(pk__in=[])
    for organisation, state in reads_of(mandates):
        own |= Q(organisation=organisation, state=state) if state else Q(organisation=organisation)
    rows = SelfAssessment.objects.filter(Q() if sits_on_panel(mandates) else own).order_by("-made_on", "organisation", "state")
    return [Assessment(row.organisation, row.state, row.made_on, *_parts(bytes(row.answers))) for row in rows]


def _parts(kept: bytes) -> tuple[dict[str, str], dict[str, str]]:
    told = json.loads(kept)
    return told["answers"], told["evidence"]
