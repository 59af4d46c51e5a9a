"""`./run alerts`: the rapid response register at the terminal, each alert with its delay against the agreed aim."""

from typing import Annotated, Any

import typer
from django.http import QueryDict
from django.utils import timezone
from rich.table import Table

from concertation.apps.response import board, queries
from concertation.site import node
from concertation.site.terminal import AsJson, answer, refuse, screen

DELAYS = ("answered", "in-time", "late", "open", "overdue")


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command(name="alerts")(alerts)


def alerts(
    state: Annotated[str, typer.Option(help="État / State: BFA, MLI, NER, TGO.")] = "",
    standing: Annotated[str, typer.Option("--delay", help="answered, in-time, late, open, overdue.")] = "",
    as_json: AsJson = False,
) -> None:
    """Dit les alertes, qui les couvre et leur délai / tell the alerts, who covers them and their delay."""
    node.make_ready()
    if standing not in ("", *DELAYS):
        raise refuse(f"Délai inconnu : {standing}. Connus : {', '.join(DELAYS)}.", f"Unknown delay: {standing}. Known: {', '.join(DELAYS)}.", code=2)
    content = told(state.upper(), standing)
    if as_json:
        answer(content)
    else:
        show(content)


def told(state: str, standing: str) -> dict[str, Any]:
    """The register as the answer carries it: the aims, the totals, each alert in codes."""
    today, aims = timezone.localdate(), queries.aims(node.OPERATOR)
    asked = QueryDict(mutable=True)
    asked.update({"state": state, "delay": standing})
    rows = board.narrowed(queries.alerts(node.OPERATOR), asked, aims, today)
    totals = board.totals(rows, aims, today)
    return {
        "as_of": today.isoformat(), "aims": {aim.state: {"days": aim.days, "source": aim.source} for aim in aims.values()},
        "totals": {**totals, "average": round(float(totals["average"]), 1) if totals["average"] is not None else None},
        "alerts": [{"id": str(row.pk), **board.line(row, aims, today)} for row in rows],
    }  # fmt: skip


def show(content: dict[str, Any]) -> None:
    """The register as a table on the screen."""
    table = Table("Lieu / place", "Alerte / alert", "Ménages / households", "Couverture / coverage", "Jours / days", "Délai / delay", title=content["as_of"])
    for line in content["alerts"]:
        table.add_row(str(line["place"]), str(line["raised_on"]), str(line["households"] if line["households"] is not None else "–"), line["coverage"], str(line["days"]), line["standing"])
    screen.print(table)

