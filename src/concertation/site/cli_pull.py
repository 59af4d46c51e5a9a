"""`./run pull`: releases from a folder, from a stick, or from another node's outbox, each shown, then taken or left."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from concertation.apps.sharing import queries
from concertation.apps.sharing.nodes.queries import KnownHost, hosts
from concertation.core.problems import Problem
from concertation.core.sharing.receipts import Difference
from concertation.site import pulling, receipting
from concertation.site.cli_release import own
from concertation.site.cli_release import told as problem_told
from concertation.site.cli_trigger import show_problems
from concertation.site.outbox_reading import Gathered
from concertation.site.outbox_reading import Progress as Told
from concertation.site.pulling import Come
from concertation.site.terminal import AsJson, answer, refuse, screen


def named_host(place: str) -> KnownHost | None:
    """The node a place names: its State's letters or its address; exit 2 where an address is nobody's who was registered."""
    known = hosts()
    if place in known:
        return known[place]
    if "://" not in place:
        return None
    found = next((each for each in known.values() if each.address.rstrip("/") == place.rstrip("/")), None)
    if found is None:
        raise refuse("Cette adresse n'est pas enregistrée : ./run node host NER ADRESSE", "This address is not registered: ./run node host NER ADDRESS", code=2)
    return found


@contextmanager
def asking_shown() -> Iterator[Told]:
    """How far the asking has come, on the error stream."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task("diffusions / releases", total=None)
        yield lambda number, of: bar.update(task, completed=number, total=of)


def asked(host: KnownHost, now: datetime) -> Gathered:
    """What stands in quarantine once a node was asked; its receipts are kept."""
    with asking_shown() as progress:
        told = pulling.ask(host, at=now, progress=progress)
    receipting.take_all(told.receipts, at=now)
    return told


def as_words(changes: Difference | None) -> str:
    """What a release changes, in words."""
    if changes is None:
        return ""
    return f"{changes.new} nouvelles / new, {changes.changed} changées / changed, {changes.gone} parties / gone, {changes.same} égales / same"


def show(each: Come, act: str) -> None:
    """What was read and done."""
    show_problems(each.read.problems)
    if each.read.note is not None:
        note, rows = each.read.note, each.rows or ""
        screen.print(f"  {note.node} {note.sequence}  ·  {len(each.read.cells)} cases / cells  ·  {as_words(each.changes)}  ·  {act} {rows}", markup=False)


def as_json_line(each: Come) -> dict[str, object]:
    """What was read and done, as JSON."""
    changes = each.changes and {"new": each.changes.new, "changed": each.changes.changed, "gone": each.changes.gone, "same": each.changes.same}
    return {
        "digest": each.read.digest, "note": None if each.read.note is None else each.read.note.as_json(), "cells": len(each.read.cells), "changes": changes,
        "done": each.done, "rows": each.rows, "problems": [problem_told(problem) for problem in each.read.problems],
    }  # fmt: skip


def write_receipt(folder: Path, each: Come) -> None:
    """A receipt in a folder, to be carried back."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{queries.own_state().lower()}-{each.read.digest[:12]}-{each.done}.json").write_bytes(each.receipt)


def from_place(place: str, now: datetime) -> tuple[Path, KnownHost | None, list[Problem]]:
    """The folder to read, the node it came from by a line, and what was wrong on the way; exit 2 where there is no such place."""
    host = named_host(place)
    if host is not None:
        told = asked(host, now)
        return told.folder, host, told.problems
    path = Path(place)
    if not path.exists():
        raise refuse(f"Ni dossier, ni fichier, ni nœud enregistré : {place}", f"Neither folder, file nor registered node: {place}", code=2)
    problems = [problem for keys in pulling.keys_beside(path) for problem in pulling.follow_keys(keys, at=now)[1]]
    return path, None, problems


def pull(
    place: Annotated[str, typer.Argument(metavar="FOLDER-OR-URL", help="Dossier de diffusions, une seule, ou nœud enregistré (NER, https://…) / folder, one release, or registered node.")],
    yes: Annotated[bool, typer.Option("--yes", help="Prendre sans demander / take without asking.")] = False,
    receipt_to: Annotated[Path | None, typer.Option("--receipts", file_okay=False, help="Dossier où poser les accusés / folder for receipts.")] = None,
    as_json: AsJson = False,
) -> None:
    """Prend les diffusions d'un dossier ou d'un nœud, chacune entière ou pas du tout / take releases from a folder or a node, each whole or not at all."""
    own()
    now = timezone.now()
    pulling.purge_expired(at=now)
    folder, host, problems = from_place(place, now)

    def agreed(each: Come) -> bool:
        if not yes:
            show(each, "")
        return yes or typer.confirm("Prendre / take?", err=True)

    answers = []
    for each in pulling.take_all(folder, agreed, at=now) if folder.exists() else ():
        answers.append(each)
        if not as_json:
            show(each, each.done)
        if receipt_to is not None and each.receipt:
            write_receipt(receipt_to, each)
    if host is not None:
        pulling.clear(host.node)
    told(answers, problems, as_json)
    if problems or any(each.done == "refused" for each in answers) or (host is None and not answers):
        raise typer.Exit(1)


def told(answers: list[Come], problems: list[Problem], as_json: bool) -> None:
    """Everything that came, and what was wrong on the way."""
    show_problems(tuple(problems))
    if as_json:
        answer([as_json_line(each) for each in answers])


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(pull)


