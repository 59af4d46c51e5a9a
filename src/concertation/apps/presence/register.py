"""What presence offers to the register of organisations: how much each declared, and how rows follow a merge or a moved spelling."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from concertation.apps.organisations.rows import Declared
from concertation.apps.presence import commands
from concertation.apps.presence.queries import SURVIVOR, activities, declared_by
from concertation.apps.sources import imports
from concertation.core.sharing import Mandate


class ActivityRows:
    """The activities as rows that name organisations."""

    def declared(self, mandates: Sequence[Mandate], organisations: Sequence[UUID]) -> Iterable[Declared]:
        """Activities per organisation and State that the reader may see. One query."""
        seen = activities(mandates).filter(declared_by(organisations) if organisations else Q(organisation__isnull=False))
        counted = seen.order_by().annotate(now=SURVIVOR).values_list("now", "owner_state").annotate(activities=Count("pk"))
        return [Declared(*line) for line in counted]

    def named_in(self, mandates: Sequence[Mandate], state: str) -> QuerySet[Any]:
        """The ids of the organisations with rows in a State that the reader may see."""
        return activities(mandates).filter(owner_state=state).order_by().annotate(now=SURVIVOR).values("now").distinct()

    def count_anew(self, organisations: Sequence[UUID], *, by: Mandate) -> None:
        """Note the change in the chain of each State with such rows; what is made from them is made anew once it is written."""
        for state in commands.count_organisations_anew(organisations, by=by):
            transaction.on_commit(partial(imports.follow_up, state))

    def follow_spelling(self, folded: str, *, source: UUID, target: UUID, by: Mandate) -> int:
        """Rows written so now belong to another organisation."""
        return commands.follow_spelling(folded, source=source, target=target)
