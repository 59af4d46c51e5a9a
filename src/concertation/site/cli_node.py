"""`./run node …`: whose node this is, its keys and those it believes, where other nodes are asked, what is missing or overdue."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone

from concertation.apps.places.queries import states
from concertation.apps.sharing import commands, queries
from concertation.apps.sharing.nodes import commands as node_commands
from concertation.apps.sharing.nodes.queries import (
    alarms,
    hosts,
    last_statement,
    latest_statements,
    receipts_awaited,
    statements,
)
from concertation.core.problems import Problem
from concertation.core.sharing.keyring import ROOT, USES, KeyRing, believed_first, follow
from concertation.core.sharing.receipts import holes
from concertation.core.sharing.releases import Received
from concertation.formats.keys_file import read_keys, written_keys
from concertation.site import node, node_keys, pulling
from concertation.site.cli_release import own
from concertation.site.cli_trigger import show_problems
from concertation.site.outbox_reading import may_be_registered
from concertation.site.terminal import AsJson, answer, refuse, screen

node_app = typer.Typer(help="Ce nœud et ceux qu'il connaît / this node and those it knows.", no_args_is_help=True)
Roots = Annotated[list[Path] | None, typer.Option("--root", exists=True, dir_okay=False, help="Fichier d'une clé racine, sur sa clé USB / file of a root key, on its stick.")]
To = Annotated[Path | None, typer.Option(dir_okay=False, help="Fichier des clés publiques, pour les autres nœuds / file of public keys, for other nodes.")]


@node_app.command()
def init(
    state: Annotated[str, typer.Option(help="État / State: BFA, MLI, NER, TGO, AES.")],
    to: To = None,
    as_json: AsJson = False,
) -> None:
    """Dit de quel État est ce nœud, fait ses clés et dit leurs empreintes / say whose node this is, make its keys and tell their fingerprints."""
    node.make_ready()
    known = {each.iso3 for each in states()} | {"AES"}
    if state not in known:
        raise refuse(f"États connus : {', '.join(sorted(known))}.", f"Known States: {', '.join(sorted(known))}.", code=2)
    now = timezone.now()
    commands.name_node(state, by=node.OPERATOR[0], at=now)
    if queries.own_state() != state:
        raise refuse(f"Ce nœud est celui de {queries.own_state()}.", f"This node is {queries.own_state()}'s.")
    if last_statement(state) is None:
        node_commands.believe([node_keys.first_statement(state, now.date()).signed], by=node.OPERATOR[0], at=now)
    written(state, to)
    show_rings([last_of(state)], as_json)


def last_of(state: str) -> KeyRing:
    """The statement in force of a node that has one."""
    held = last_statement(state)
    if held is None:
        raise refuse(f"Aucune clé de {state} n'est connue ici.", f"No key of {state} is known here.")
    return held.ring


def written(state: str, to: Path | None) -> None:
    """A node's statements in a file, for others."""
    if to is not None:
        to.write_bytes(written_keys(statements(state)))


def lines_of(ring: KeyRing) -> list[dict[str, object]]:
    """Every key of a statement: roots first, then those at work."""
    roots: list[dict[str, object]] = [{"node": ring.node, "role": ROOT, "fingerprint": each, "valid_from": ring.made_on, "valid_to": ring.expires_on, "revoked_on": None, "statement": ring.number} for each in ring.root_fingerprints]
    revoked = {key.fingerprint: key.revoked_on for key in queries.held_keys() if key.node == ring.node}
    return roots + [
        {"node": ring.node, "role": key.use, "fingerprint": key.fingerprint, "valid_from": key.valid_from, "valid_to": min(key.valid_to, ring.expires_on), "revoked_on": revoked.get(key.fingerprint), "statement": ring.number}
        for key in ring.keys
    ]  # fmt: skip


def show_rings(rings: Sequence[KeyRing], as_json: bool) -> None:
    """Keys with their fingerprints."""
    lines = [line for ring in rings for line in lines_of(ring)]
    if as_json:
        answer(lines)
        return
    for line in lines:
        revoked = f"  révoquée / revoked {line['revoked_on']}" if line["revoked_on"] else ""
        screen.print(f"  {line['node']}  {line['role']:18}  {line['fingerprint']}  → {line['valid_to']}{revoked}", markup=False)


@node_app.command()
def keys(as_json: AsJson = False) -> None:
    """Les clés que ce nœud croit / the keys this node believes."""
    own()
    show_rings([each.ring for each in latest_statements()], as_json)


@node_app.command()
def fingerprints(as_json: AsJson = False) -> None:
    """Les empreintes des clés racines, à lire et à imprimer au compte rendu / the fingerprints of the root keys, to read aloud and print in the minutes."""
    state = own()
    ring = last_of(state)
    if as_json:
        answer({"node": ring.node, "number": ring.number, "needed": ring.needed, "good_until": ring.expires_on, "roots": list(ring.root_fingerprints)})
        return
    screen.print(f"  {ring.node}  ·  {ring.needed}/{len(ring.roots)}  ·  → {ring.expires_on}", *(f"    {each}" for each in ring.root_fingerprints), sep="\n", markup=False)


@node_app.command()
def trust(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Clés publiques d'un autre nœud / public keys of another node.")],
    fingerprint: Annotated[list[str] | None, typer.Option(help="Empreinte de clé racine lue dans le compte rendu, une fois par clé / root fingerprint read in the minutes, once a key.")] = None,
    as_json: AsJson = False,
) -> None:
    """Croit un nœud dont une personne a comparé les empreintes ; ses clés suivantes se suivent sans / believe a node whose fingerprints a person compared; its later keys follow without."""
    own()
    now, came = timezone.now(), read_keys(file.read_bytes()[: pulling.MOST_KEY_BYTES + 1])
    stop_at(came.problems)
    name = came.rings[0].ring.node
    held = last_statement(name)
    if held is None and not fingerprint:
        raise refuse("Première fois : comparez les empreintes (--fingerprint).", "First time: compare the fingerprints (--fingerprint).", code=2)
    told = follow(came.rings, held.ring, today=now.date()) if held is not None else believed_first(came.rings, fingerprint or (), today=now.date())
    node_commands.believe(told.rings, by=node.OPERATOR[0], at=now)
    stop_at(told.problems)
    show_rings([last_of(name)], as_json)


def stop_at(problems: tuple[Problem, ...]) -> None:
    """Show problems and stop; exit 1."""
    if problems:
        show_problems(problems)
        raise typer.Exit(1)


@node_app.command()
def rotate(
    use: Annotated[list[str] | None, typer.Option(help="Clé à renouveler, toutes si rien n'est dit / key to renew, all if none is named: data-manager, release-authority, courier.")] = None,
    revoke_key: Annotated[list[str] | None, typer.Option("--revoke", help="Empreinte à révoquer / fingerprint to revoke.")] = None,
    new_roots: Annotated[bool, typer.Option("--new-roots", help="Faire aussi de nouvelles clés racines / make new root keys too.")] = False,
    root: Roots = None,
    to: To = None,
    as_json: AsJson = False,
) -> None:
    """Renouvelle les clés de ce nœud, sous la signature de ses clés racines / renew this node's keys, under the signature of its root keys."""
    state = own()
    asked = set(use or ([] if revoke_key else USES))
    if not asked <= set(USES):
        raise refuse(f"Usages : {', '.join(USES)}.", f"Uses: {', '.join(USES)}.", code=2)
    renew(state, asked, [pretty(each) for each in revoke_key or ()], list(root or ()), new_roots)
    written(state, to)
    show_rings([last_of(state)], as_json)


def pretty(fingerprint: str) -> str:
    """A fingerprint as it is written, however it was typed.

    >>> pretty("139E3940e64b")
    '139e 3940 e64b'
    """
    digits = "".join(fingerprint.split()).lower()
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def renew(state: str, uses: set[str], revoked: list[str], roots: list[Path], new_roots: bool) -> None:
    """The next statement of this node's keys, believed here first, then its private keys put in place."""
    now = timezone.now()
    try:
        made = node_keys.next_statement(last_of(state), now.date(), uses=uses, revoked=revoked, files=roots, new_roots=new_roots)
    except node_keys.TooFewRoots as lacking:
        raise refuse(f"Trop peu de clés racines ({lacking}) : apportez les clés USB (--root).", f"Too few root keys ({lacking}): bring the sticks (--root).") from None
    except (OSError, ValueError):
        raise refuse("Une clé racine ne se lit pas.", "A root key cannot be read.") from None
    node_commands.believe([made.signed], by=node.OPERATOR[0], at=now)
    made.put_in_place()


@node_app.command()
def revoke(fingerprint: Annotated[str, typer.Argument(metavar="FINGERPRINT", help="Empreinte de la clé / fingerprint of the key.")], root: Roots = None) -> None:
    """Révoque une clé : rien de ce qu'elle signe n'entre plus ; la sienne est remplacée et annoncée / revoke a key: nothing it signs comes in any more; one's own is replaced and told."""
    state, name = own(), pretty(fingerprint)
    ring = last_statement(state)
    if ring is not None and name in {key.fingerprint for key in ring.ring.keys}:
        renew(state, set(), [name], list(root or ()), new_roots=False)
    elif not commands.revoke_key(name, by=node.OPERATOR[0], at=timezone.now()):
        raise refuse("Cette clé n'est pas connue ici, ou est déjà révoquée.", "This key is not known here, or is revoked already.")


@node_app.command()
def host(
    state: Annotated[str, typer.Argument(metavar="STATE", help="État du nœud / State of the node.")],
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Adresse HTTPS du nœud / HTTPS address of the node.")],
) -> None:
    """Enregistre l'adresse où un nœud peut être interrogé ; aucune autre ne l'est / register the address where a node may be asked; no other is."""
    me = own()
    last_of(state)
    if state == me or not may_be_registered(address):
        raise refuse("Adresse HTTPS d'un autre nœud, sans nom ni question.", "HTTPS address of another node, without name or query.", code=2)
    node_commands.register_host(state, address.rstrip("/"), state=me, by=node.OPERATOR[0], at=timezone.now())


@node_app.command()
def purge() -> None:
    """Efface les lignes des diffusions échues, avec accusé / erase the rows of releases past their day, with receipts."""
    own()
    gone = pulling.purge_expired(at=timezone.now())
    screen.print(f"  {len(gone)} diffusion(s) / release(s)")


@node_app.command()
def status(as_json: AsJson = False) -> None:
    """Ce que ce nœud sait des autres : numéros manquants, accusés attendus, alertes / what this node knows of others: missing numbers, awaited receipts, alarms."""
    told = standing(own(), timezone.localdate())
    if as_json:
        answer(told)
        return
    for each in told["nodes"]:
        screen.print(f"  {each['node']}  {each['last']}  manquent / missing {each['missing'] or '–'}  {each['address'] or '–'}", markup=False)
    for each in told["awaited"]:
        screen.print(f"  accusé attendu / receipt awaited: {each['node']} {each['sequence']} {each['since']}", markup=False)
    for each in told["alarms"]:
        screen.print(f"  ALERTE / ALARM: {each['node']} {each['subject']} {each['number']}", style="red", markup=False)


def standing(me: str, today: date) -> dict[str, list[dict[str, object]]]:
    """What this node knows of others."""
    received, known = queries.received(), hosts()
    names = sorted({*(each.ring.node for each in latest_statements()), *received} - {me})
    return {
        "nodes": [told_of(name, received.get(name, Received({})), known[name].address if name in known else "", known[name].last_sequence if name in known else 0) for name in names],
        "awaited": [{"node": each.node, "sequence": each.sequence, "since": each.since, "late": each.is_late} for each in receipts_awaited(node.OPERATOR, me, today=today)],
        "alarms": [{"node": each.node, "subject": each.subject, "number": each.number, "held": each.held, "came": each.came, "told_by": each.told_by} for each in alarms()],
    }  # fmt: skip


def told_of(name: str, received: Received, address: str, announced: int) -> dict[str, object]:
    """What is known of one node."""
    return {"node": name, "last": received.last, "announced": announced, "missing": list(holes(received, announced)), "address": address}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(node_app, name="node")
