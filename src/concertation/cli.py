"""The command line: `./run CMD …`. With `--json` the answer stands alone on standard output; the rest goes to stderr.

Exit 0: done; 1: refused, with the reason; 2: wrongly used.
"""

import json
import sys
import time
from typing import Annotated

import typer
from rich.console import Console

from concertation.site import node, serving

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
screen = Console(stderr=True, highlight=False)
AsJson = Annotated[bool, typer.Option("--json", help="Réponse en JSON, seule sur la sortie standard / answer in JSON.")]


def answer(content: object) -> None:
    """Write the answer of a command as JSON on standard output."""
    json.dump(content, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")


def refuse(reason_fr: str, reason_en: str) -> typer.Exit:
    """Say why nothing was done, in both languages; the caller raises what this gives back."""
    screen.print(f"{reason_fr}\n{reason_en}", style="red")
    return typer.Exit(1)


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Port d'écoute / port to listen on.")] = 8000,
    host: Annotated[str, typer.Option(help="Adresse d'écoute / address to listen on.")] = "127.0.0.1",
    demo: Annotated[bool, typer.Option("--demo/--no-demo", help="Compte de démonstration / demonstration account.")] = True,
) -> None:
    """Démarre le produit / start the product."""
    started = time.monotonic()
    if serving.is_taken(host, port):
        raise refuse(f"Le port {port} est occupé ; choisissez-en un autre avec --port.", f"Port {port} is taken; choose another with --port.")
    screen.print("Préparation de la base et du jeu de référence… / Preparing the database and the reference set…")
    node.make_ready()
    with serving.two_processes(host, port) as running:
        if not serving.wait_until_open(host, port, seconds=60):
            raise refuse("Le serveur n'a pas démarré.", "The server did not start.")
        shown = "localhost" if host in ("127.0.0.1", "::1") else host
        screen.print(f"\n  http://{shown}:{port}   ({time.monotonic() - started:.1f} s)\n")
        if demo:
            address, password = node.ensure_demo_account()
            screen.print(f"  Compte de démonstration / demonstration account : {address}\n  Mot de passe / password : {password}\n")
        raise typer.Exit(serving.wait_for_end(running))


@app.command()
def migrate(as_json: AsJson = False) -> None:
    """Met la base à jour / bring the database up to date."""
    applied = node.migrate()
    if as_json:
        answer({"migrations_applied": applied})
    else:
        screen.print(f"{applied} migration(s)")
