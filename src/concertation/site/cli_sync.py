"""`./run sync`: flows from the one host the node names, kept as received, then handed to the ordinary import."""

from typing import Annotated, Any

import typer
from django.conf import settings
from django.utils import timezone

from concertation.apps.places.queries import states_with_units
from concertation.apps.sources.raw.commands import ErasedBefore
from concertation.formats.recognise import FTS_FLOWS
from concertation.site import importing, node
from concertation.site.cli_iati import show, told
from concertation.site.syncing import Synced, sync_flows
from concertation.site.terminal import AsJson, answer, refuse, rows_shown, screen

sync_app = typer.Typer(help="Recevoir d'un hôte connu / receive from a known host.", no_args_is_help=True)


@sync_app.command(name="fts")
def sync_fts(
    state: Annotated[str, typer.Option(help="État / State: BFA, MLI, NER, TGO.")],
    year: Annotated[int, typer.Option(min=1999, max=2099, help="Année d'usage / usage year.")],
    share: Annotated[str, typer.Option(help="Qui voit les lignes / who sees the rows: confidential, restricted, public.")] = "confidential",
    afresh: Annotated[bool, typer.Option("--afresh", help="Recommencer du début / begin anew.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Importer sans demander / import without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    """Reçoit les flux de FTS d'un État et d'une année, puis les importe / receive the flows of FTS, then import them."""
    if not settings.FTS_ADDRESS:
        raise refuse("Aucun hôte n'est nommé : donnez l'adresse de l'API de FTS dans CONCERTATION_FTS.", "No host is named: give the address of the FTS API in CONCERTATION_FTS.", code=2)
    node.make_ready()
    known = [held.iso3 for held in states_with_units()]
    if state not in known:
        raise refuse(f"Dites pour quel État : --state {' | '.join(known)}.", f"Say for which State: --state {' | '.join(known)}.", code=2)
    folder = settings.HOME / "sync" / f"fts-{state}-{year}"
    with rows_shown() as bar:
        got = sync_flows(settings.FTS_ADDRESS, state=state, year=year, folder=folder, now=timezone.now(), afresh=afresh, progress=lambda flows, announced: bar(f"{flows} / {announced or '?'}", 0))
    runs = imported(got, state=state, share=share) if got.whole and (yes or agreed(got)) else []
    problems = [told(problem) for problem in got.problems]
    content = {"whole": got.whole, "flows": got.flows, "pages": [str(page) for page in got.pages], "requests": got.requests, "resumed": got.resumed, "beginnings": got.beginnings, "imports": runs, "problems": problems}
    if as_json:
        answer(content)
    else:
        show(problems)
        screen.print(f"  {got.flows} flux / flows  ·  {len(got.pages)} page(s)  ·  {folder}")
        for run in runs:
            screen.print(f"  {run['status']:9} {run['rows_kept']} / {run['rows_read']}")
    if not got.whole or any(run["status"] in importing.NOT_DONE for run in runs):
        raise typer.Exit(1)


def agreed(got: Synced) -> bool:
    """Whether the person at the terminal wants what was received imported; nobody there means no."""
    if not screen.is_terminal:
        return False
    return typer.confirm(f"Importer {got.flows} flux ? / Import {got.flows} flows?", err=True)


def imported(got: Synced, *, state: str, share: str) -> list[dict[str, Any]]:
    """Each page through the ordinary import; bytes the node holds already change nothing."""
    runs: list[dict[str, Any]] = []
    for page in got.pages:
        asked = importing.Asked.of(page, state=state, kind=FTS_FLOWS, period="", share=share)
        if isinstance(asked, importing.Misused):
            raise refuse(asked.fr, asked.en, code=2)
        try:
            with importing.progress_shown(screen) as progress:
                outcome = importing.bring_in(asked, progress=progress)
                importing.accept(outcome, progress=progress)
        except ErasedBefore:
            runs.append({"status": "erased", "rows_kept": 0, "rows_read": 0})
            continue
        runs.append(importing.told(outcome))
    return runs


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.add_typer(sync_app, name="sync")
