"""`./run iati`: a file of activities checked, and flows written as one. Nothing is stored."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from concertation.core.funding import FLOW_SCHEMA
from concertation.core.problems import Problem
from concertation.formats.fts import is_flow_answer, read_flows
from concertation.formats.fts_csv import is_flow_table, read_flow_table
from concertation.formats.iati.opening import checked
from concertation.formats.iati.write import Publisher, write_flows
from concertation.formats.limits import Limits
from concertation.formats.opening import open_file
from concertation.formats.problem_texts import in_words
from concertation.site.terminal import AsJson, answer, refuse, screen

SHOWN = 40
OPERATOR_LIMITS = Limits(seconds=1_800.0, memory_mb=2_048, file_mb=4_096)
iati_app = typer.Typer(help="Fichiers IATI 2.03 : vérifier, exporter / IATI 2.03 files: check, export.", no_args_is_help=True)
Day = Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Jour à la place de l'horloge / day instead of the clock.")]


@iati_app.command(name="check")
def check_at_terminal(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="Fichier d'activités / file of activities.")],
    standard: Annotated[Path | None, typer.Option(exists=True, file_okay=False, help="Dossier de la norme : schémas, jeux de règles, listes / folder of the standard.")] = None,
    as_of: Day = None,
    as_json: AsJson = False,
) -> None:
    """Vérifie un fichier : structure, règles, codes, chaque défaut avec sa ligne / check a file, each flaw with its line."""
    found = checked(file, today=day(as_of), standard=standard, limits=OPERATOR_LIMITS)
    problems = [told(problem) for problem in found.problems]
    valid = not any(problem["severity"] == "refused" for problem in problems)
    if as_json:
        counts = dict(Counter(problem["code"] for problem in problems).most_common())
        answer({"valid": valid, "activities": found.activities, "transactions": found.transactions, "counts": counts, "problems": problems, "unchecked_rules": list(found.unchecked)})
    else:
        screen.print(f"  {found.activities} activités / activities  ·  {found.transactions} transactions")
        show(problems)
        screen.print("  Valide / valid." if valid else "  Non valide / not valid.", style="green" if valid else "red")
    if not valid:
        raise typer.Exit(1)


@iati_app.command(name="export")
def export_at_terminal(
    data: Annotated[list[Path], typer.Option("--data", exists=True, dir_okay=False, readable=True, help="Flux de FTS, JSON ou CSV ; plusieurs fois pour plusieurs pages / flows of FTS.")],
    to: Annotated[Path, typer.Option(dir_okay=False, help="Fichier à écrire / file to write.")] = Path("iati.xml"),
    ref: Annotated[str, typer.Option(help="Identifiant IATI de qui publie / IATI identifier of the publisher.")] = "",
    name: Annotated[str, typer.Option(help="Nom de qui publie / name of the publisher.")] = "",
    kind: Annotated[str, typer.Option("--type", help="Type d'organisation IATI / IATI type of organisation.")] = "10",
    as_of: Day = None,
    as_json: AsJson = False,
) -> None:
    """Écrit des flux de FTS en IATI 2.03, une activité par flux / write flows of FTS as IATI 2.03, one activity each."""
    if not ref.strip() or not name.strip():
        raise refuse("Dites qui publie : --ref IDENTIFIANT --name NOM.", "Say who publishes: --ref IDENTIFIER --name NAME.", code=2)
    flows, problems = flows_in(data)
    if flows.is_empty():
        show([told(problem) for problem in problems])
        raise refuse("Aucun flux dans ces fichiers : une réponse de l'API de FTS, ou son CSV sur HDX.", "No flow in these files: an answer of the FTS API, or its CSV on HDX.")
    with to.open("wb") as stream:
        written = write_flows(flows, stream, publisher=Publisher(ref.strip(), name.strip(), kind), today=day(as_of))
    all_told = [told(problem) for problem in (*problems, *written.problems)]
    if as_json:
        answer({"file": str(to), "flows": flows.height, "written": written.written, "problems": all_told})
    else:
        show(all_told)
        screen.print(f"  {to}  ·  {written.written} / {flows.height} flux / flows")


def flows_in(files: Iterable[Path]) -> tuple[pl.DataFrame, list[Problem]]:
    """The flows of some files of FTS: pages of its API are one answer, tables of HDX are added; what is neither is told."""
    pages: list[object] = []
    frames, problems = [], list[Problem]()
    for file in files:
        opened = open_file(file)
        problems += opened.problems
        if opened.table is not None and is_flow_table(opened.table):
            read = read_flow_table(opened.table)
            frames.append(read.frame)
            problems += read.problems
        elif is_flow_answer(opened.json):
            pages.append(opened.json)
        else:
            problems.append(Problem("fts-not-an-answer", value=file.name))
    if pages:
        read = read_flows(pages)
        frames.append(read.frame)
        problems += read.problems
    return (pl.concat(frames).unique("raw_sha256", maintain_order=True) if frames else pl.DataFrame(schema=FLOW_SCHEMA)), problems


def day(as_of: datetime | None) -> date:
    """The day asked for, else today."""
    return as_of.date() if as_of else date.today()


def told(problem: Problem) -> dict[str, Any]:
    """A problem as the answer carries it: code, line, element or attribute, value, gravity, words."""
    words = in_words(problem)
    return {
        "code": problem.code, "line": problem.cell.row, "place": problem.cell.column, "value": problem.value, "severity": words.severity, "message_fr": words.message_fr,
        "message_en": words.message_en, "remedy_fr": words.remedy_fr, "remedy_en": words.remedy_en,
    }  # fmt: skip


def show(problems: list[dict[str, Any]]) -> None:
    """The first problems on the error stream, both languages, and how many more there are."""
    for problem in problems[:SHOWN]:
        line = f"ligne / line {problem['line']}" if problem["line"] else ""
        screen.print(f"  {line}  {problem['message_fr']}\n  {problem['message_en']}", style="red" if problem["severity"] == "refused" else "yellow", markup=False)
    if len(problems) > SHOWN:
        screen.print(f"  … {len(problems)} en tout, avec --json / in all, with --json")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.add_typer(iati_app, name="iati")
