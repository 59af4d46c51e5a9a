"""`./run node demo`: four States' nodes and the regional one on this machine, from keys to a withdrawal, in one command."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from concertation.site import demonstrating
from concertation.site.cli_node import node_app
from concertation.site.terminal import AsJson, answer, refuse, screen

STEPS = {
    "nodes": "nœuds et données de référence / nodes and reference set", "keys": "clés comparées avec le compte rendu / keys compared with the minutes",
    "releases": "une diffusion par État, signée deux fois / a release each, signed twice", "pull": "chacun prend celles des autres / everybody takes the others'",
    "withdrawal": "un retrait / a withdrawal", "receipts": "accusés / receipts",
}  # fmt: skip


def demo(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", file_okay=False, help="Dossier vide / empty folder.")],
    states: Annotated[str, typer.Option(help="États, séparés par des virgules / States.")] = ",".join(demonstrating.STATES),
    as_json: AsJson = False,
) -> None:
    """Joue quatre nœuds d'État et le nœud régional sur cette machine : clés, diffusions, prises, retrait, accusés / play four States' nodes and the regional one on this machine."""
    chosen = [each for each in states.split(",") if each in demonstrating.STATES]
    if not chosen or len(chosen) < len(states.split(",")):
        raise refuse(f"États : {', '.join(demonstrating.STATES)}.", f"States: {', '.join(demonstrating.STATES)}.", code=2)
    try:
        seen = demonstrating.play(folder.resolve(), chosen, lambda step: screen.print(f"  {STEPS[step]}", markup=False))
    except FileExistsError:
        raise refuse("Ce dossier n'est pas vide.", "This folder is not empty.", code=2) from None
    except demonstrating.Failed as failed:
        raise refuse(f"La démonstration s'est arrêtée : {failed}", f"The demonstration stopped: {failed}") from None
    if as_json:
        answer({"fingerprints": seen.fingerprints, "taken": seen.taken, "before": seen.before, "after": seen.after, "withdrawn": seen.withdrawn, "receipts": seen.receipts})
    else:
        show(seen)


def show(seen: demonstrating.Seen) -> None:
    """What each node sees, before and after the withdrawal."""
    for state, roots in seen.fingerprints.items():
        screen.print(f"  {state}  {roots[0]}", markup=False)
    for title, held in (("avant le retrait / before the withdrawal", seen.before), (f"après le retrait de / after the withdrawal of {seen.withdrawn}", seen.after)):
        table = Table("nœud / node", *seen.before, title=f"Cases lisibles par nœud / cells each node reads: {title}")
        for state, cells in held.items():
            table.add_row(state, *(str(cells.get(other, 0) or "–") for other in seen.before))
        screen.print(table)
    for each in seen.receipts:
        screen.print(f"  {each['node']}  {each['act']}  {each['rows']}", markup=False)


def register() -> None:
    """Add the command to those of a node, wherever these stand."""
    node_app.command()(demo)
