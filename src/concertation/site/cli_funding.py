"""`./run funding`: the bridge between counting policies, the quality of money, a split someone states, an answer written again as received."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer
from django.utils import timezone
from rich.table import Table

from concertation.apps.funding import commands, counting, queries
from concertation.apps.funding.imports import FLOWS
from concertation.apps.funding.ledgers import ledger_shares
from concertation.apps.places.queries import states_with_units
from concertation.apps.sources.queries import runs
from concertation.core.funding import FLOW_SCHEMA
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate, Role
from concertation.formats.opening import open_file
from concertation.formats.problem_texts import in_words
from concertation.site import node
from concertation.site.cli_allocation import show_problems, told
from concertation.site.terminal import AsJson, answer, refuse, screen

app = typer.Typer(help="Argent : règles de comptage, qualité, partages dits, réponses réécrites / money.", no_args_is_help=True)
State = Annotated[str, typer.Option("--state", help="État / State: BFA, MLI, NER, TGO.")]
Year = Annotated[int, typer.Option("--year", help="Année ; 0 : toutes / year; 0: all.")]
Files = Annotated[list[Path] | None, typer.Option("--data", exists=True, dir_okay=False, readable=True, help="Fichiers de flux, à la place de ceux qui sont tenus / files of flows.")]


@app.command()
def bridge(state: State = "", year: Year = 0, data: Files = None, as_json: AsJson = False) -> None:
    """Explique chaque dollar entre les règles de comptage / explain every dollar between the counting policies."""
    money, problems = money_asked(state, year, data or ())
    content = {"state": state or None, "year": year or None, **counting.bridges_told(money), "problems": problems}
    if as_json:
        answer(content)
    else:
        show_bridges(content)
        show_problems(problems)


@app.command()
def quality(state: State = "", year: Year = 0, data: Files = None, as_json: AsJson = False) -> None:
    """Dit la qualité de l'argent : souple, prévisible, durable, local / tell the quality of money."""
    money, problems = money_asked(state, year, data or ())
    years = [each for each in money.frame["destination_years"].explode().drop_nulls().to_list() if each]
    needing = counting.in_need(node.OPERATOR, year=year or max(years, default=0))
    ledger = {} if data else ledger_shares(node.OPERATOR, state=state, year=year or None, today=timezone.localdate())
    content = {"state": state or None, "year": year or None, **counting.quality_told(money, counting.quality_of(money, needing), ledger), "problems": problems}
    if as_json:
        answer(content)
    else:
        show_quality(content)
        show_problems(problems)


@app.command()
def split(
    flow: Annotated[str, typer.Argument(help="Numéro du flux partagé / number of the shared flow.")],
    state: Annotated[str, typer.Option("--state", help="État à qui revient la part / State whose share it is.")],
    year: Annotated[int, typer.Option("--year", help="Année de la part / year of the share.")],
    share: Annotated[float, typer.Option("--share", min=0, max=1, help="Part, de 0 à 1 / share, from 0 to 1.")],
    system: Annotated[str, typer.Option("--system", help="Système d'où vient le flux / system the flow comes from.")] = "fts",
    as_json: AsJson = False,
) -> None:
    """Dit quelle part d'un flux partagé revient à un État et une année / state which share of a shared flow is a State's."""
    node.make_ready()
    checked(state)
    by = Mandate("terminal", Role.ADMINISTRATOR, state=state)
    millionths = round(share * commands.WHOLE_SHARE)
    if not commands.state_split(system=system, flow=flow, state=state, year=year, millionths=millionths, by=by):
        raise refuse("Les parts dites de ce flux passeraient le tout, ou la part est nulle.", "The shares stated of this flow would pass the whole, or the share is nothing.")
    content = {"flow": flow, "system": system, "state": state, "year": year, "millionths": millionths}
    if as_json:
        answer(content)
    else:
        screen.print(f"  {flow} · {state} {year} · {share:.6f}")


@app.command()
def export(
    file: Annotated[str, typer.Argument(help="SHA-256 du fichier reçu, ou son début / SHA-256 of the file received, or how it begins.")],
    to: Annotated[Path, typer.Option(dir_okay=False, help="Fichier à écrire / file to write.")] = Path("fts.json"),
    as_json: AsJson = False,
) -> None:
    """Réécrit la réponse JSON de FTS telle qu'elle fut reçue / write an answer of FTS again as it was received."""
    node.make_ready()
    found = [run for run in runs(node.OPERATOR).filter(file__sha256__startswith=file.lower(), status="stored") if queries.has_answer(run)] if len(file) >= 6 else []
    content = queries.answer_again(node.OPERATOR, found[0]) if found else None
    if content is None:
        raise refuse("Aucune réponse de FTS tenue ne commence par ces signes.", "No answer of FTS held begins with these signs.")
    to.write_bytes(content)
    told_of = {"file": str(to), "bytes": len(content), "sha256": found[0].file_id, "kind": found[0].kind}
    if as_json:
        answer(told_of)
    else:
        screen.print(f"  {to} · {len(content)}")


def money_asked(state: str, year: int, files: Sequence[Path]) -> tuple[counting.Money, list[dict[str, Any]]]:
    """The flows held, or those of some files, of a State and year where asked, counted; and the problems of the files."""
    node.make_ready()
    if state:
        checked(state)
    if not files:
        return counting.held_money(node.OPERATOR, state=state, year=year or None), []
    frames, problems = [], list[Problem]()
    for path in files:
        opened = open_file(path)
        problems += opened.problems
        if opened.kind not in FLOWS:
            raise refuse(f"{path.name} n'est pas un fichier de flux.", f"{path.name} is not a file of flows.", code=2)
        read = FLOWS[opened.kind].read(opened)
        frames.append(read.frame)
        problems += read.problems
    frame = pl.concat(frames) if frames else pl.DataFrame(schema=FLOW_SCHEMA)
    return counting.money_of(narrowed(frame, state, year), state=state, year=year or None), [told(problem) for problem in problems if in_words(problem).severity != "note"]


def narrowed(frame: pl.DataFrame, state: str, year: int) -> pl.DataFrame:
    """The flows that reach a State, by its code or its names, and name a year; each once."""
    once = frame.unique(["flow", "raw_sha256"], keep="first", maintain_order=True)
    if state:
        held = next(each for each in states_with_units() if each.iso3 == state)
        names = [state, held.name_fr, held.name_en]
        once = once.filter(pl.col("destination_places").list.eval(pl.element().is_in(names)).list.any().fill_null(value=False))
    return once.filter(pl.col("destination_years").list.min() == year) if year else once


def checked(state: str) -> None:
    """Raises the refusal of a State nobody knows."""
    known = [held.iso3 for held in states_with_units()]
    if state not in known:
        raise refuse(f"États connus : {', '.join(known)}.", f"Known States: {', '.join(known)}.", code=2)


def show_bridges(content: dict[str, Any]) -> None:
    """The totals, then each step."""
    for policy in content["policies"]:
        screen.print(f"  {policy['name_fr']} / {policy['name_en']}: {policy['total']:,} USD ({policy['flows_counted']})")
    for each in content["bridges"]:
        table = Table("raison / reason", "flux / flows", "USD", title=f"{each['from']} → {each['to']}: {each['difference']:,} USD")
        for step in each["steps"]:
            table.add_row(f"{step['explained_fr']}\n{step['explained_en']}", str(step["flows"]), f"{step['difference']:,}")
        screen.print(table)


def show_quality(content: dict[str, Any]) -> None:
    """Each measure with its part, the whole and what is unknown."""
    table = Table("mesure / measure", "part / share", "USD", "sur / of", "inconnu / unknown")
    for measure in content["measures"].values():
        shown = "aucun chiffre / no figure" if measure["share"] is None else f"{measure['share']:.1%}"
        own = f" {measure['currency']}" if measure.get("basis") == "ledger" else ""
        part = "" if measure["numerator"] is None else f"{measure['numerator']:,}{own}"
        table.add_row(f"{measure['name_fr']} / {measure['name_en']}", shown, part, f"{measure['denominator']:,}", f"{measure['unknown']:,}")
        for each in measure.get("ledger", ()):
            told_of = "aucun chiffre / no figure" if each["share"] is None else f"{each['share']:.1%}"
            table.add_row("  registre / ledger", told_of, "" if each["numerator"] is None else f"{each['numerator']:,} {each['currency']}", f"{each['denominator']:,}", f"{each['unknown']:,}")
    screen.print(table)


def register(application: typer.Typer) -> None:
    """Add the commands to the command line."""
    application.add_typer(app, name="funding")
