"""`./run search WORDS`: what the words find, as the pages find it; and making the index of words anew."""

from typing import Annotated, Any

import typer
from rich.table import Table
from typer.core import TyperGroup

from concertation.apps.search import commands, queries
from concertation.apps.search.jobs import refresh_chain
from concertation.apps.search.kinds import KINDS
from concertation.apps.search.queries import FRAMEWORK, Results
from concertation.site import node
from concertation.site.terminal import AsJson, answer, refuse, screen

FIND = "find"


class WordsOrCommand(TyperGroup):
    """What is no command of the group is a word to look for."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command asked for; else the one that finds, with every word left."""
        return super().resolve_command(ctx, args if args[0] in self.commands else [FIND, *args])


search_app = typer.Typer(cls=WordsOrCommand, help="Recherche : lieux, organisations, activités, sources / search.", no_args_is_help=True)


@search_app.command(name=FIND)
def find(
    words: Annotated[list[str], typer.Argument(help="Mots cherchés / words to look for.")],
    state: Annotated[str, typer.Option(help="État / State: BFA, MLI, NER, TGO.")] = "",
    kind: Annotated[str, typer.Option(help="Nature / kind: place, organisation, activity, source, lesson, alert.")] = "",
    as_json: AsJson = False,
) -> None:
    """Cherche comme les pages, « find » peut être omis / search as the pages do; “find” may be left out."""
    node.make_ready()
    commands.refresh_stale()
    if kind and kind not in KINDS:
        known = ", ".join(KINDS)
        raise refuse(f"Natures connues : {known}.", f"Known kinds: {known}.", code=2)
    results = queries.search(node.OPERATOR, " ".join(words), kind=kind, state=state.upper(), most=20)
    if as_json:
        answer(told(results))
    else:
        show(results)


def told(results: Results) -> dict[str, object]:
    """What was found, as JSON."""
    groups = [
        {
            "kind": group.kind.code, "count": group.count, "more": group.more,
            "found": [
                {
                    "key": each.key, "title_fr": each.title_fr, "title_en": each.title_en, "context_fr": each.context_fr, "context_en": each.context_en,
                    "address": each.address, "state": each.state or None, "sector": each.sector or None, "way": each.way.name.lower(),
                }
                for each in group.found
            ],
        }
        for group in results.groups
    ]  # fmt: skip
    return {"words": results.wanted.written, "count": results.count, "more": results.more, "groups": groups}


def show(results: Results) -> None:
    """What was found, as a table."""
    grid = Table("", "", "")
    for group in results.groups:
        for each in group.found:
            grid.add_row(str(group.kind.label), each.title_fr, each.context_fr)
    screen.print(grid if results.count else "Rien trouvé. / Nothing found.")


@search_app.command()
def refresh(
    check: Annotated[bool, typer.Option("--check", help="Compare sans rien changer / compare and change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Refait l'index des mots depuis les lignes et prouve son égalité / make the index of words anew and prove it equal."""
    node.make_ready()
    changed = 0
    if not check:
        commands.put_index_in_place()
        changed = commands.refresh(FRAMEWORK)
        commands.settle()
    outcome = {"entries": commands.count_kept(FRAMEWORK), "changed": changed, "differences": commands.differences(FRAMEWORK), "whole": commands.is_whole()}
    if as_json:
        answer(outcome)
    else:
        screen.print(f"  {outcome['entries']} entrées / entries  ·  {changed} refaites / made anew  ·  {outcome['differences']} différence(s) / difference(s)")
    if outcome["differences"] or not outcome["whole"]:
        raise typer.Exit(1)


def follow() -> None:
    """At start: ask the worker for what the index has not followed yet, after a restore or an upgrade for instance."""
    for chain in queries.stale_chains():
        refresh_chain.enqueue(chain)


def register(app: typer.Typer) -> None:
    """Add the commands of search."""
    app.add_typer(search_app, name="search")
