"""`./run allocate`: a question of joint allocation in a JSON file, answered with its certificate. Nothing is stored."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from concertation.apps.allocation.back_tests import back_tests, held_back_tests
from concertation.apps.allocation.back_tests import told as back_test_told
from concertation.core.allocation.answer import allocate, as_json
from concertation.core.problems import Problem
from concertation.formats.allocation_question import read_question
from concertation.formats.fts_plans import read_plan_table
from concertation.formats.json_file import read_json
from concertation.formats.problem_texts import in_words
from concertation.site import node
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


def back_test_plans(
    file: Annotated[Path | None, typer.Option("--data", exists=True, dir_okay=False, help="Table de plans par cluster (FTS) ; le jeu de référence sinon / table of plans by cluster; the reference set otherwise.")] = None,
    as_json_only: AsJson = False,
) -> None:
    """Rejoue les plans de 2022 à 2025, décidés ensemble : une estimation / replay the plans of 2022 to 2025, decided jointly: an estimate."""
    if file is None:
        node.make_ready()
        found = held_back_tests(node.OPERATOR)
    else:
        found = back_tests(read_plan_table(file).frame)
    content = {"estimate": True, "years": [back_test_told(each) for each in found]}
    if as_json_only:
        answer(content)
    else:
        show_back_tests(content["years"])
    if not found or not all(each.certified for each in found):
        raise typer.Exit(1)


def show_back_tests(years: Any) -> None:
    """Unmet need of each year, three ways, in millions of dollars."""
    table = Table("année / year", "tel quel / actual", "ensemble / joint", "30 % souple / flexible", title="Besoin non couvert, M USD (estimation) / unmet need, M USD (estimate)")
    for year in years:
        table.add_row(str(year["year"]), *(f"{year['unmet'][way] / 1e6:,.1f}  ({year['least_coverage'][way]:.0%})" for way in ("actual", "joint", "flexible_30")))
    screen.print(table)


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
    app.command(name="backtest")(back_test_plans)
