"""Writing self-assessments: an organisation's own; the journal keeps that one was made, never what it says."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from concertation.apps.ground.commands import journal
from concertation.apps.sharing.models import SelfAssessment
from concertation.core.sharing import Mandate
from concertation.core.sharing.canonical import canonical_json
from concertation.core.sharing.principles import unexplained


class AssessmentRefused(Exception):
    """Answers that explain nothing; carries the principles."""

    def __init__(self, principles: tuple[str, ...]) -> None:
        super().__init__(", ".join(principles))
        self.principles = principles


@transaction.atomic
def assess(answers: Mapping[str, str], evidence: Mapping[str, str], *, on: date, by: Mandate) -> SelfAssessment:
    """Keep an organisation's answers of a day, in place of those of the same day. Raises AssessmentRefused."""
    if lacking := unexplained(answers, evidence):
        raise AssessmentRefused(lacking)
    kept = canonical_json({"answers": dict(answers), "evidence": dict(evidence)})
    made, _new = SelfAssessment.objects.update_or_create(organisation=by.organisation, state=by.state, made_on=on, defaults={"answers": kept})
    journal("sharing.self-assessed", by)
    return made
