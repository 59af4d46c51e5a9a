"""What the page of a State says of its money: its plan's clusters in the last year that is over, and where to read on."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from concertation.apps.funding.overviews import Overview, coverage_table
from concertation.apps.funding.queries import plan_rows
from concertation.apps.needs.models import Sector
from concertation.apps.places.models import State
from concertation.core.sharing import Mandate


def coverage_of(mandates: Sequence[Mandate], state: State, sectors: Mapping[str, Sector], *, today: date) -> dict[str, object] | None:
    """The clusters of a State's plan as a table; None where no plan of it is held. One query."""
    rows = plan_rows(mandates, levels=["plan", "global_cluster"], states=[state.iso3])
    held = Overview(rows, {state.iso3: state}, sectors, 0, today)
    over = [year for year in held.years if year < today.year] or held.years
    if not over:
        return None
    table = coverage_table(Overview(rows, {state.iso3: state}, sectors, over[0], today), ())
    return {**table, "id": "money", "exports": [("CSV", f"{reverse('funding')}?table=coverage&format=csv&year={over[0]}"), (_("Tous les États"), f"{reverse('funding')}?year={over[0]}")]}
