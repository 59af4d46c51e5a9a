"""`./run release …`: what leaves this node, and under which signatures."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone

from concertation.apps.needs.queries import sectors
from concertation.apps.places.queries import states_with_units
from concertation.apps.sharing import queries
from concertation.apps.sharing.models import Release
from concertation.apps.sharing.nodes.queries import statements
from concertation.core.concepts import INTERSECTORAL
from concertation.core.problems import Problem
from concertation.core.sharing import Role, Sensitivity
from concertation.core.sharing.release_steps import DRAFT
from concertation.core.sharing.released_tables import COLUMNS, PEOPLE
from concertation.core.sharing.releases import is_doubtful
from concertation.core.sharing.signing import SIGNERS
from concertation.formats.keys_file import KEYS, written_keys
from concertation.formats.problem_texts import in_words
from concertation.formats.release import read_release
from concertation.site import node, node_keys, receipting, releasing
from concertation.site.cli_trigger import show_problems
from concertation.site.releasing import Made, Wanted
from concertation.site.terminal import AsJson, answer, refuse, screen

release_app = typer.Typer(help="Ce qui quitte ce nœud / what leaves this node.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(metavar="NUMBER", help="Numéro de la diffusion / number of the release.")]


def told(problem: Problem) -> dict[str, str]:
    """A problem as a command answers it."""
    words = in_words(problem)
    return {"code": problem.code, "fr": words.message_fr, "en": words.message_en, "do_fr": words.remedy_fr, "do_en": words.remedy_en}


def own() -> str:
    """The State whose node this is; exit 2 where nobody said."""
    node.make_ready()
    state = queries.own_state()
    if not state:
        raise refuse("Dites d'abord de quel État est ce nœud : ./run node init --state NER", "First say whose node this is: ./run node init --state NER", code=2)
    return state


def numbered(sequence: int) -> Release:
    """A release of this node; exit 2 where there is none."""
    state = own()
    held = queries.release_numbered(node.OPERATOR, state, sequence)
    if held is None:
        raise refuse(f"Pas de diffusion {sequence} sur ce nœud.", f"No release {sequence} on this node.", code=2)
    return held


@release_app.command()
def make(
    recipients: Annotated[str, typer.Option("--recipients", help="États destinataires, séparés par des virgules ; * pour tous / recipient States; * for all.")],
    sector: Annotated[list[str] | None, typer.Option(help="Secteur, une fois par secteur / sector, once for each.")] = None,
    concept: Annotated[str, typer.Option(help="Grandeur / concept: in_need, targeted…")] = "in_need",
    table: Annotated[str, typer.Option(help="Tableau : people (besoins), presence (organisations ou activités) / table: people (needs), presence (organisations or activities).")] = PEOPLE,
    level: Annotated[int, typer.Option(min=1, max=2, help="Grain convenu : niveau 1 ou 2 / agreed grain: level 1 or 2.")] = 1,
    share: Annotated[str, typer.Option(help="Classe / class: public, restricted.")] = "restricted",
    agreement: Annotated[str, typer.Option(help="Accord de partage / sharing agreement.")] = "",
    purpose: Annotated[str, typer.Option(help="Finalité / purpose.")] = "",
    days: Annotated[int, typer.Option(min=1, max=3650, help="Valable tant de jours / good for so many days.")] = 180,
    as_json: AsJson = False,
) -> None:
    """Prépare une diffusion des personnes dans le besoin, contrôlée, à signer / make a release of people in need, controlled, to sign."""
    state = own()
    asked = tuple(sector or [INTERSECTORAL])
    if state not in {each.iso3 for each in states_with_units()} or not set(asked) <= {INTERSECTORAL, *(each.code for each in sectors())}:
        raise refuse("Cet État n'a pas d'unités ici, ou un secteur n'est pas connu.", "This State has no units here, or a sector is not known.", code=2)
    if share not in releasing.OPEN_AT or (share == Sensitivity.RESTRICTED.value and not agreement):
        raise refuse("Classe public, ou restricted avec --agreement.", "Class public, or restricted with --agreement.", code=2)
    if table not in COLUMNS:
        raise refuse(f"Tableaux : {', '.join(COLUMNS)}.", f"Tables: {', '.join(COLUMNS)}.", code=2)
    wanted = Wanted(asked, concept, level, share, tuple(recipients.split(",")), agreement, purpose, timedelta(days=days), table)
    show_made(releasing.make(state, wanted, at=timezone.now()), as_json)


def show_made(made: Made, as_json: bool) -> None:
    """A release made, or why not; exit 1."""
    hidden = {} if made.report is None else {reason.value: list(made.report.hidden.values()).count(reason) for reason in made.report.hidden.values()}
    content = None if made.release is None else {**releasing.told(made.release), "folder": str(made.folder), "why_hidden": hidden}
    if as_json:
        answer({"release": content, "problems": [told(each) for each in made.problems]})
    elif content:
        screen.print(f"  {content['node']} {content['sequence']}  ·  {content['rows']} cases / cells, {content['hidden']} masquées / hidden {hidden}  ·  {made.folder}", markup=False)
    else:
        show_problems(made.problems)
    if made.problems:
        raise typer.Exit(1)


@release_app.command()
def sign(
    number: Number,
    role: Annotated[str, typer.Option("--role", help="data-manager, release-authority.")],
    key: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Fichier de la clé privée / file of the private key.")] = None,
) -> None:
    """Met une signature sous une diffusion / put a signature under a release."""
    held = numbered(number)
    if role not in {each.value for each in SIGNERS}:
        raise refuse("Rôles : data-manager, release-authority.", "Roles: data-manager, release-authority.", code=2)
    if held.standing != DRAFT:
        raise refuse("Cette diffusion est déjà partie.", "This release has left already.")
    try:
        problems = releasing.sign(held, node_keys.private_key(key or node_keys.key_file(Role(role))), at=timezone.now())
    except (OSError, ValueError):
        raise refuse("Cette clé ne se lit pas.", "This key cannot be read.") from None
    show_problems(problems)
    if problems:
        raise typer.Exit(1)


@release_app.command()
def publish(
    number: Number,
    to: Annotated[Path, typer.Option(file_okay=False, help="Dossier où la poser : clé USB, partage… / folder to put it in: stick, share…")],
) -> None:
    """Laisse partir une diffusion signée deux fois / let a release go, signed twice."""
    held = numbered(number)
    problems = releasing.publish(held, to, at=timezone.now())
    show_problems(problems)
    if problems:
        raise typer.Exit(1)
    (to / f"{held.node.lower()}-{KEYS}").write_bytes(written_keys(statements(held.node)))


@release_app.command()
def withdraw(
    number: Number,
    reason: Annotated[str, typer.Option(help="Motif, qui part avec le retrait / reason, which leaves with the withdrawal.")] = "",
    as_json: AsJson = False,
) -> None:
    """Prépare le retrait d'une diffusion, à signer comme elle / make the withdrawal of a release, to sign as it was."""
    state = own()
    show_made(releasing.withdraw(state, number, why=reason, at=timezone.now()), as_json)


@release_app.command(name="list")
def list_releases(as_json: AsJson = False) -> None:
    """Les diffusions faites et reçues, avec leurs accusés / releases made and received, with their receipts."""
    own()
    held = releasing.listed()
    if as_json:
        answer(held)
        return
    for each in held:
        screen.print(f"  {each['node']} {each['sequence']:>4}  {each['standing']:10}  {each['rows']} cases / cells  {each['receipts'] or ''}", markup=False)


@release_app.command()
def receipts(files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Accusés d'autres nœuds / receipts of other nodes.")]) -> None:
    """Garde les accusés d'autres nœuds / keep the receipts of other nodes."""
    own()
    refused = [file.name for file in files if not receipting.take(file.read_bytes()[:100_000], at=timezone.now())]
    if refused:
        raise refuse(f"Accusés refusés (clé inconnue, ou d'aucune diffusion d'ici) : {', '.join(refused)}", f"Receipts refused (unknown key, or of no release here): {', '.join(refused)}")


@release_app.command()
def verify(path: Annotated[Path, typer.Argument(exists=True, help="Dossier ou zip d'une diffusion / folder or zip of a release.")], as_json: AsJson = False) -> None:
    """Vérifie une diffusion sans rien en garder / check a release and keep nothing of it."""
    own()
    read = read_release(path, releasing.receiver(timezone.localdate()))
    if as_json:
        answer({"digest": read.digest, "note": None if read.note is None else read.note.as_json(), "cells": len(read.cells), "problems": [told(each) for each in read.problems]})
    show_problems(read.problems)
    if not is_doubtful(read.problems):
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(release_app, name="release")
