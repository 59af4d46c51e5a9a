"""`./run reporting --state BFA`: the calendar of a State's reports as the page shows it, with totals and no names."""

from typing import Annotated, Any

import typer
from django.utils import timezone
from rich.table import Table

from concertation.apps.places.queries import states
from concertation.apps.sources.reporting import queries
from concertation.apps.sources.reporting.queries import as_value
from concertation.apps.sources.reporting.words import state_code
from concertation.core.reporting import FIRST_YEAR, LAST_YEAR
from concertation.site import node
from concertation.site.terminal import AsJson, answer, refuse, screen

STANDING = {
    "upcoming": "à venir / to come", "running": "en cours / running", "due_soon": "à rendre bientôt / due soon", "due_today": "à rendre aujourd'hui / due today",
    "overdue": "délai passé / last day past", "complete": "à valider / to validate", "validated": "validée / validated", "frozen": "gelée / frozen",
}  # fmt: skip


def reporting(
    state: Annotated[str, typer.Option(help="État / State: BFA, MLI, NER, TGO.")],
    year: Annotated[int, typer.Option(help="Année, celle-ci sinon / year, else this one.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Calendrier de rapport d'un État : périodes, derniers jours, qui de combien / a State's reporting calendar."""
    node.make_ready()
    known, today = {each.iso3 for each in states()}, timezone.localdate()
    wanted = state.upper()
    if wanted not in known:
        raise refuse(f"États connus : {', '.join(sorted(known))}.", f"Known States: {', '.join(sorted(known))}.", code=2)
    if year and not FIRST_YEAR <= year <= LAST_YEAR:
        raise refuse(f"Années de {FIRST_YEAR} à {LAST_YEAR}.", f"Years from {FIRST_YEAR} to {LAST_YEAR}.", code=2)
    asked = year or today.year
    periods = [told(each, today=today) for each in queries.periods(node.OPERATOR, state=wanted, year=asked)]
    if as_json:
        answer({"state": wanted, "year": asked, "on": today, "periods": periods})
    else:
        show(periods, wanted, asked)


def told(period: Any, *, today: Any) -> dict[str, object]:
    """A period as the answer carries it."""
    tally = queries.totals_of(period, restricted_too=True)
    return {
        "id": period.pk, "start": period.start, "end": period.end, "sector": period.sector or None, "due_on": period.due_on, "status": period.status,
        "standing": state_code(as_value(period), tally, today), "declared": period.declared, "expected": period.expected,
    }  # fmt: skip


def show(periods: list[dict[str, Any]], state: str, year: int) -> None:
    """The calendar as a table."""
    if not periods:
        screen.print(f"{state} {year} : aucune période de rapport / no reporting period.")
        return
    grid = Table("période / period", "secteur / sector", "dernier jour / last day", "où elle en est / standing", "déclarées / declared", title=f"{state} {year}")
    for each in periods:
        expected = "?" if each["expected"] is None else each["expected"]
        grid.add_row(f"{each['start']} – {each['end']}", each["sector"] or "tous / all", str(each["due_on"]), STANDING[each["standing"]], f"{each['declared']} / {expected}")
    screen.print(grid)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command(name="reporting")(reporting)
