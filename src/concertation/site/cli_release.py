"""`./run node …`, `./run release …`, `./run pull`: what leaves this node, under which signatures, and what comes to it."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from django.utils import timezone

from concertation.apps.needs.queries import sectors
from concertation.apps.places.queries import states, states_with_units
from concertation.apps.sharing import commands, queries
from concertation.apps.sharing.models import Release
from concertation.core.concepts import INTERSECTORAL
from concertation.core.problems import Problem
from concertation.core.sharing import Role, Sensitivity
from concertation.core.sharing.released_tables import COLUMNS, PEOPLE
from concertation.core.sharing.releases import is_doubtful
from concertation.core.sharing.signing import SIGNERS
from concertation.formats.problem_texts import in_words
from concertation.formats.release import ReadRelease, read_release
from concertation.site import node, node_keys, releasing
from concertation.site.cli_trigger import show_problems
from concertation.site.releasing import Made, Wanted
from concertation.site.terminal import AsJson, answer, refuse, screen

node_app = typer.Typer(help="Ce nœud et les clés qu'il connaît / this node and the keys it knows.", no_args_is_help=True)
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


@node_app.command()
def init(
    state: Annotated[str, typer.Option(help="État / State: BFA, MLI, NER, TGO, AES.")],
    to: Annotated[Path | None, typer.Option(dir_okay=False, help="Fichier des clés publiques, pour les autres nœuds / file of public keys.")] = None,
    as_json: AsJson = False,
) -> None:
    """Dit de quel État est ce nœud, fait ses deux clés et dit leurs empreintes / say whose node this is and make its keys."""
    node.make_ready()
    known = {each.iso3 for each in states()} | {"AES"}
    if state not in known:
        raise refuse(f"États connus : {', '.join(sorted(known))}.", f"Known States: {', '.join(sorted(known))}.", code=2)
    now = timezone.now()
    commands.name_node(state, by=node.OPERATOR[0], at=now)
    if queries.own_state() != state:
        raise refuse(f"Ce nœud est celui de {queries.own_state()}.", f"This node is {queries.own_state()}'s.")
    if not [key for key in queries.held_keys() if key.node == state]:
        for key in node_keys.make_keys(state, now.date()):
            commands.accept_key(key, by=node.OPERATOR[0], at=now)
    held = [key for key in queries.held_keys() if key.node == state]
    if to is not None:
        to.write_text(node_keys.introduction(held), "utf-8")
    show_keys(held, as_json)


def show_keys(held: list[Any], as_json: bool) -> None:
    """Keys with their fingerprints."""
    if as_json:
        answer([{"node": key.node, "role": key.role.value, "fingerprint": key.fingerprint, "valid_to": key.valid_to, "revoked_on": key.revoked_on} for key in held])
        return
    for key in held:
        revoked = f"  révoquée / revoked {key.revoked_on}" if key.revoked_on else ""
        screen.print(f"  {key.node}  {key.role.value:18}  {key.fingerprint}  → {key.valid_to}{revoked}", markup=False)


@node_app.command()
def keys(as_json: AsJson = False) -> None:
    """Les clés que ce nœud connaît / the keys this node knows."""
    own()
    show_keys(list(queries.held_keys()), as_json)


@node_app.command()
def trust(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Clés publiques d'un autre nœud / public keys of another node.")],
    fingerprint: Annotated[list[str], typer.Option(help="Empreinte lue dans le compte rendu, une fois par clé / fingerprint read in the minutes, once a key.")],
    as_json: AsJson = False,
) -> None:
    """Accepte les clés dont une personne a comparé l'empreinte / accept the keys whose fingerprint a person compared."""
    own()
    try:
        introduced = node_keys.introduced(file.read_text("utf-8"))
    except ValueError:
        raise refuse("Ce fichier ne contient pas de clés publiques.", "This file holds no public keys.") from None
    taken = releasing.accepted(introduced, fingerprint, at=timezone.now())
    show_keys(taken, as_json)
    if len(taken) < len(fingerprint):
        raise refuse("Une empreinte ne correspond à aucune clé du fichier : n'acceptez rien.", "A fingerprint matches no key of the file: accept nothing.")


@node_app.command()
def revoke(fingerprint: Annotated[str, typer.Argument(metavar="FINGERPRINT", help="Empreinte de la clé / fingerprint of the key.")]) -> None:
    """Révoque une clé : rien de ce qu'elle signe n'entre plus / revoke a key: nothing it signs comes in any more."""
    own()
    if not commands.revoke_key(fingerprint, by=node.OPERATOR[0], at=timezone.now()):
        raise refuse("Cette clé n'est pas connue ici, ou est déjà révoquée.", "This key is not known here, or is revoked already.")


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
    if held.standing != commands.DRAFT:
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
    problems = releasing.publish(numbered(number), to, at=timezone.now())
    show_problems(problems)
    if problems:
        raise typer.Exit(1)


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
    refused = [file.name for file in files if not releasing.take_receipt(file.read_bytes()[:100_000], at=timezone.now())]
    if refused:
        raise refuse(f"Accusés refusés (clé inconnue, ou d'aucune diffusion d'ici) : {', '.join(refused)}", f"Receipts refused (unknown key, or of no release here): {', '.join(refused)}")


@release_app.command()
def verify(path: Annotated[Path, typer.Argument(exists=True, help="Dossier ou zip d'une diffusion / folder or zip of a release.")], as_json: AsJson = False) -> None:
    """Vérifie une diffusion sans rien en garder / check a release and keep nothing of it."""
    own()
    read = read_release(path, releasing.receiver(timezone.localdate()))
    show_read(read, "", 0, as_json)
    if not is_doubtful(read.problems):
        raise typer.Exit(1)


def outcome(read: ReadRelease, act: str, rows: int) -> dict[str, object]:
    """What was read and done, as JSON."""
    note = None if read.note is None else read.note.as_json()
    return {"digest": read.digest, "note": note, "cells": len(read.cells), "done": act, "rows": rows, "problems": [told(each) for each in read.problems]}


def show_read(read: ReadRelease, act: str, rows: int, as_json: bool) -> None:
    """What was read and done."""
    if as_json:
        answer(outcome(read, act, rows))
        return
    show_problems(read.problems)
    if read.note is not None:
        screen.print(f"  {read.note.node} {read.note.sequence}  ·  {len(read.cells)} cases / cells  ·  {act or 'vérifiée / checked'} {rows or ''}", markup=False)


def pull(
    place: Annotated[Path, typer.Argument(metavar="FOLDER", exists=True, help="Dossier de diffusions, ou une seule / folder of releases, or one.")],
    yes: Annotated[bool, typer.Option("--yes", help="Prendre sans demander / take without asking.")] = False,
    receipt_to: Annotated[Path | None, typer.Option("--receipts", file_okay=False, help="Dossier où poser les accusés / folder for receipts.")] = None,
    as_json: AsJson = False,
) -> None:
    """Prend les diffusions d'un dossier, chacune entière ou pas du tout / take the releases of a folder, each whole or not at all."""
    own()
    now, answers, refused = timezone.now(), [], False
    for path in releasing.found(place):
        read = read_release(path, releasing.receiver(timezone.localdate()))
        sound = is_doubtful(read.problems)
        if sound and not yes:
            show_read(read, "", 0, as_json=False)
        act, rows = releasing.take_in(read, at=now) if sound and (yes or typer.confirm("Prendre / take?", err=True)) else ("refused" if not sound else "left", 0)
        refused = refused or not sound
        answers.append(outcome(read, act, rows))
        if not as_json:
            show_read(read, act, rows, as_json=False)
        if receipt_to is not None and act in ("taken", "purged"):
            receipt_to.mkdir(parents=True, exist_ok=True)
            (receipt_to / f"{queries.own_state().lower()}-{read.digest[:12]}-{act}.json").write_bytes(releasing.receipt(read, act, rows, today=now.date()))
    if as_json:
        answer(answers)
    if refused or not answers:
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(node_app, name="node")
    app.add_typer(release_app, name="release")
    app.command()(pull)
