"""What every command of the terminal shares: where it writes, how it answers in JSON, how it refuses in both languages."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

screen = Console(stderr=True, highlight=False)
AsJson = Annotated[bool, typer.Option("--json", help="Réponse en JSON, seule sur la sortie standard / answer in JSON.")]


def answer(content: object) -> None:
    """Write the answer of a command as JSON on standard output."""
    json.dump(content, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")


def refuse(reason_fr: str, reason_en: str, *, code: int = 1) -> typer.Exit:
    """Say why nothing was done, in both languages; the caller raises what this gives back."""
    screen.print(f"{reason_fr}\n{reason_en}", style="red")
    return typer.Exit(code)


@contextmanager
def rows_shown() -> Iterator[Callable[[str, int], None]]:
    """A bar on the error stream: the table at work and the rows so far."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}"), TimeElapsedColumn())
    with Progress(*columns, console=screen, transient=True) as bar:
        line = bar.add_task("", total=None)
        yield lambda table, rows: bar.update(line, description=table, advance=rows)
