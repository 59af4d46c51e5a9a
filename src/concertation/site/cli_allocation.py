"""`./run allocate`: a question of joint allocation in a JSON file, answered with its certificate. Nothing is stored."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from concertation.core.allocation.answer import allocate, as_json
from concertation.core.problems import Problem
from concertation.formats.allocation_question import read_question
from concertation.formats.json_file import read_json
from concertation.formats.problem_texts import in_words
from concertation.site.terminal import AsJson, answer, screen

LINES_SHOWN = 30


def allocate_jointly(
    question: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Question en JSON / question in JSON.")],
    as_of: Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Jour de la question ; aujourd'hui sinon / day of the question; today otherwise.")] = None,
    as_json_only: AsJson = False,
) -> None:
    """Alloue ensemble de l'argent affecté, avec un certificat / allocate earmarked money jointly, with a certificate."""
    file = read_json(question)
    read = read_question(file.content, today=as_of.date() if as_of else date.today()) if file.content is not None else None
    problems = [told(problem) for problem in (*file.problems, *(read.problems if read else ()))]
    if read is None or read.question is None:
        if as_json_only:
            answer({"problems": problems})
        show_problems(problems)
        raise typer.Exit(1)
    content = {**as_json(allocate(read.question)), "problems": problems}
    if as_json_only:
        answer(content)
    else:
        show(content)
        show_problems(problems)
    if not content["certificate"]["valid"]:
        raise typer.Exit(1)


def told(problem: Problem) -> dict[str, Any]:
    """A problem as the answer carries it."""
    words = in_words(problem)
    return {"code": problem.code, "where": problem.cell.column, "value": problem.value, "severity": words.severity, "message_fr": words.message_fr, "message_en": words.message_en}


def show_problems(problems: list[dict[str, Any]]) -> None:
    """Problems on the error stream, both languages."""
    for problem in problems:
        screen.print(f"  {problem['where'] or ''}  {problem['message_fr']}\n  {problem['message_en']}", style="red" if problem["severity"] == "refused" else "yellow")


def show(content: dict[str, Any]) -> None:
    """The stages, the first lines and the verdict."""
    for stage in content["stages"]:
        screen.print(f"  {stage['name']:<14} {stage['value']:,.6g}   borne / bound {stage['bound']:,.6g}")
    table = Table("source", "cellule / cell", content["currency"], "raison / reason")
    for line in content["lines"][:LINES_SHOWN]:
        table.add_row(line["source"], line["cell"], f"{line['amount']:,.2f}", line["reason_fr"])
    screen.print(table)
    if len(content["lines"]) > LINES_SHOWN:
        screen.print(f"  … {len(content['lines'])} lignes en tout, avec --json / lines in all, with --json")
    valid = content["certificate"]["valid"]
    screen.print("  Plan certifié / plan certified." if valid else "  Plan NON certifié / plan NOT certified.", style="green" if valid else "red")


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command(name="allocate")(allocate_jointly)
