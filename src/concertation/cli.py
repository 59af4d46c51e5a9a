"""The command line: `./run CMD …`. With `--json` the answer stands alone on standard output; the rest goes to stderr.

Exit 0: done; 1: refused, with the reason; 2: wrongly used.
"""

import dataclasses
import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from django.db import connections

from concertation.apps.decisions import queries as decisions
from concertation.apps.ground.queries import broken_lines
from concertation.apps.sources.raw.commands import ErasedBefore
from concertation.site import (
    cli_alerts,
    cli_allocation,
    cli_demo,
    cli_field,
    cli_funding,
    cli_iati,
    cli_keeping,
    cli_node,
    cli_pledges,
    cli_pull,
    cli_release,
    cli_reporting,
    cli_search,
    cli_sync,
    cli_template,
    cli_trigger,
    engines,
    faults,
    health,
    health_security,
    importing,
    node,
    noting,
    picturing,
    serving,
    welcome,
)
from concertation.site.importing import Misused
from concertation.site.terminal import AsJson, answer, refuse, screen

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
cli_keeping.register(app)
cli_demo.register()
cli_node.register(app)
cli_pull.register(app)
cli_release.register(app)
cli_alerts.register(app)
cli_reporting.register(app)
cli_search.register(app)
cli_allocation.register(app)
app.add_typer(cli_trigger.trigger_app, name="trigger")
app.add_typer(cli_field.field_app, name="field")
cli_template.register(app)
cli_iati.register(app)
cli_sync.register(app)
cli_funding.register(app)
cli_pledges.register(app)


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Port d'écoute / port to listen on.")] = 8000,
    host: Annotated[str, typer.Option(help="Adresse d'écoute / address to listen on.")] = "127.0.0.1",
    demo: Annotated[bool, typer.Option("--demo/--no-demo", help="Compte de démonstration / demonstration account.")] = True,
    web: Annotated[int, typer.Option(min=1, help="Processus web / web processes.")] = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processus de travail / workers.")] = 1,
) -> None:
    """Démarre le produit / start the product."""
    if web > 1 and not engines.is_postgresql(engines.address()):
        raise refuse(
            f"SQLite sert un seul processus web ; pour {web}, nommez une base PostgreSQL dans {engines.VARIABLE}.",
            f"SQLite serves one web process; for {web}, name a PostgreSQL database in {engines.VARIABLE}.", code=2,
        )
    if serving.is_taken(host, port):
        raise refuse(f"Le port {port} est occupé ; choisissez-en un autre avec --port.", f"Port {port} is taken; choose another with --port.")
    screen.print("Préparation de la base et du jeu de référence… / Preparing the database and the reference set…")
    node.make_ready()
    if faults.only_reads():
        screen.print("Ce dossier ne prend aucune écriture : les pages se lisent, rien ne s'enregistre. / This folder takes no writes: pages can be read, nothing is saved.")
    else:
        cli_search.follow()
        picturing.follow()
    shown = "localhost" if host in ("127.0.0.1", "::1") else host
    lines = [f"http://{shown}:{port}", *(welcome.demo_lines() if demo and not faults.only_reads() else ()), *welcome.headline_figures()]
    connections.close_all()
    command = serving.watch_over(host, port, welcome="\n" + "".join(f"  {line}\n" for line in lines) + "\n", web=web, workers=0 if faults.only_reads() else workers)
    if os.name == "nt":
        raise typer.Exit(serving.main(command[3:]))
    os.execv(command[0], command)  # noqa: S606  (this process, with all it loaded, gives way to the small one)


@app.command()
def migrate(as_json: AsJson = False) -> None:
    """Met la base à jour / bring the database up to date."""
    applied = node.migrate()
    if as_json:
        answer({"migrations_applied": applied})
    else:
        screen.print(f"{applied} migration(s)")


@app.command(name="import")
def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="Fichier tel que reçu / file as received.")],
    state: Annotated[str, typer.Option(help="État (BFA, MLI, NER, TGO) ou AES pour tous / State, or AES for all.")] = "",
    kind: Annotated[str, typer.Option("--as", help="Nature du fichier, si elle n'est pas reconnue / kind of file.")] = "",
    period: Annotated[str, typer.Option(help="Mois ou période : 2022-02 ou 2022-01/2022-02 / month or period.")] = "",
    share: Annotated[str, typer.Option(help="Qui voit les lignes / who sees the rows: confidential, restricted, public.")] = "confidential",
    yes: Annotated[bool, typer.Option("--yes", help="Accepter sans demander / accept without asking.")] = False,
    keep_both: Annotated[bool, typer.Option("--keep-both", help="Garder à côté du fichier qu'il corrige / keep beside the file it corrects.")] = False,
    keep_again: Annotated[bool, typer.Option("--keep-again", help="Garder à nouveau des octets effacés / keep erased bytes again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Apporte un fichier tel que reçu : compris, douteux, refusé / bring a file in as received."""
    node.make_ready()
    asked = importing.Asked.of(file, state=state, kind=kind, period=period, share=share)
    if isinstance(asked, importing.Misused):
        raise refuse(asked.fr, asked.en, code=2)
    try:
        with importing.progress_shown(screen) as progress:
            outcome = importing.bring_in(asked, progress=progress, keep_again=keep_again)
    except ErasedBefore as before:
        day = f"{before.keeping.erased_at:%Y-%m-%d}"
        raise refuse(f"Ces octets ont été effacés le {day} et n'ont pas été gardés : --keep-again les garde à nouveau.", f"These bytes were erased on {day} and were not kept: --keep-again keeps them again.") from None
    if outcome.preview is not None and (yes or importing.agreed(screen, outcome)):
        with importing.progress_shown(screen) as progress:
            importing.accept(outcome, keep_both=keep_both, progress=progress)
    if as_json:
        answer(importing.told(outcome))
    else:
        importing.show(screen, outcome)
    if outcome.run.status in importing.NOT_DONE:
        raise typer.Exit(1)


@app.command()
def doctor(
    security: Annotated[bool, typer.Option("--security", help="Seulement la sécurité / security alone.")] = False,
    as_json: AsJson = False,
) -> None:
    """Dit ce qui ne va pas / say what is wrong."""
    findings = list(health_security.findings() if security else health.findings())
    if as_json:
        answer([dataclasses.asdict(finding) for finding in findings])
    else:
        for finding in findings:
            screen.print(f"{finding.mark} {finding.fr} / {finding.en}", *([f"  → {finding.do_fr}\n  → {finding.do_en}"] if finding.do_fr else []), sep="\n")
    if not all(finding.holds for finding in findings):
        raise typer.Exit(1)


decisions_app = typer.Typer(help="Décisions des ministres / decisions of the ministers.", no_args_is_help=True)
app.add_typer(decisions_app, name="decisions")


@decisions_app.command(name="list")
def list_decisions(as_json: AsJson = False) -> None:
    """Les huit décisions et leurs mesures / the eight decisions and their measures."""
    node.make_ready()
    held = decisions.listing(node.OPERATOR)
    if as_json:
        answer(held)
    else:
        for line in held:
            screen.print(f"  {line['reference']}  {line['title_fr']} / {line['title_en']} — {line['due']}")


picture_app = typer.Typer(help="Tableau commun : besoins, présence, écarts / joint picture.", invoke_without_command=True)
app.add_typer(picture_app, name="picture")


@picture_app.callback()
def picture(
    context: typer.Context,
    state: Annotated[str, typer.Option(help="État / State: BFA, MLI, NER, TGO.")] = "",
    level: Annotated[int, typer.Option(min=0, max=3, help="Niveau 0 à 3 / level 0 to 3.")] = 1,
    sector: Annotated[str, typer.Option(help="Code HAPI du secteur / HAPI sector code.")] = "FSC",
    division: Annotated[str, typer.Option(help="Découpage / division, e.g. bfa-2025.")] = "",
    as_of: Annotated[str, typer.Option("--as-of", help="Jour (AAAA-MM-JJ) à la place de l'horloge / day instead of the clock.")] = "",
    as_json: AsJson = False,
) -> None:
    """Besoins, présence et écarts par unité / needs, presence and gaps by unit."""
    if context.invoked_subcommand:
        return
    node.make_ready()
    asked = picturing.asked(state=state, level=level, sector=sector, division=division, as_of=as_of)
    if isinstance(asked, Misused):
        raise refuse(asked.fr, asked.en, code=2)
    content = picturing.told(asked)
    if as_json:
        answer(content)
    else:
        picturing.show(screen, content)


@picture_app.command()
def refresh(
    state: Annotated[str, typer.Option(help="État ; tous sinon / State; all otherwise.")] = "",
    check: Annotated[bool, typer.Option("--check", help="Compare sans rien changer / compare and change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Recalcule les tableaux de synthèse et prouve leur égalité / recompute the summaries and prove them equal."""
    node.make_ready()
    outcome = picturing.refresh(state, check=check)
    if as_json:
        answer(outcome)
    else:
        for line in outcome:
            screen.print(f"  {line['state']}  {line['rows']} lignes / rows  ·  {line['differences']} différence(s) / difference(s)")
    if any(line["differences"] for line in outcome):
        raise typer.Exit(1)


@app.command()
def note(
    state: Annotated[str, typer.Option(help="État (BFA, MLI, NER, TGO) ou AES / State, or AES.")] = "AES",
    lang: Annotated[str, typer.Option(help="fr, en ou both (le français d'abord) / fr, en or both (French first).")] = "both",
    to: Annotated[Path, typer.Option(dir_okay=False, help="Fichier .pdf ou .docx à écrire / file to write.")] = Path("note.pdf"),
    reader: Annotated[str, typer.Option("--for", help="Pour qui : public, ou operator (tout ce que ce nœud tient) / for whom.")] = "public",
    as_json: AsJson = False,
) -> None:
    """Écrit la note de deux pages d'un État ou de l'AES / write the two-page note of a State or of the AES."""
    node.make_ready()
    wanted = noting.asked(state=state, lang=lang, to=to, reader=reader)
    if isinstance(wanted, Misused):
        raise refuse(wanted.fr, wanted.en, code=2)
    made = noting.write(wanted)
    if as_json:
        answer(made)
    else:
        screen.print(f"  {made['file']}  ·  {made['audience']}")


journal_app = typer.Typer(help="Journal des actes / journal of acts.", no_args_is_help=True)
app.add_typer(journal_app, name="journal")


@journal_app.command()
def verify(as_json: AsJson = False) -> None:
    """Vérifie que personne n'a modifié le journal / check that nobody altered the journal."""
    broken = [dataclasses.asdict(line) for line in broken_lines()]
    if as_json:
        answer({"broken": broken})
    else:
        screen.print("Journal intact." if not broken else "\n".join(f"{line['chain']} {line['sequence']} {line['reason']}" for line in broken))
    if broken:
        raise typer.Exit(1)


account_app = typer.Typer(help="Comptes et mandats / accounts and mandates.", no_args_is_help=True)
app.add_typer(account_app, name="account")


@account_app.command(name="invite")
def invite_at_terminal(
    address: Annotated[str, typer.Argument(help="Adresse électronique / e-mail address.")],
    role: Annotated[str, typer.Option(help="Rôle / role: data-manager, reporter-lead, administrator…")],
    state: Annotated[str, typer.Option(help="État du mandat ; vide : tous / State of the mandate; empty: all.")] = "",
    organisation: Annotated[str, typer.Option(help="Organisation (mot du registre) / organisation (word of the register).")] = "",
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Dernier jour du mandat / last day of the mandate.")] = None,
    as_json: AsJson = False,
) -> None:
    """Invite une personne : un lien qui sert une fois, sept jours / invite a person: a link of one use, for seven days."""
    node.make_ready()
    made = node.invite(address, role=role, state=state, organisation=organisation, until=until.date() if until else None)
    if made is None:
        raise refuse(
            "Ce mandat ne tient pas : un rôle connu, avec l'État ou l'organisation qu'il demande.",
            "This mandate does not hold: a known role, with the State or organisation it asks for.", code=2,
        )
    link, sent = made
    if as_json:
        answer({"address": address, "link": link, "sent": sent})
    else:
        screen.print(f"  {address}\n  {link}\n  " + ("Envoyé par courriel / sent by e-mail" if sent else "À remettre de main à main, après l'adresse du nœud / to hand over, after the node's address"))


@account_app.command(name="open")
def open_account_at_terminal(
    address: Annotated[str, typer.Argument(help="Adresse électronique / e-mail address.")],
    role: Annotated[str, typer.Option(help="Rôle / role: data-manager, reader, analyst, auditor…")],
    state: Annotated[str, typer.Option(help="État du mandat / State of the mandate.")] = "AES",
    name: Annotated[str, typer.Option(help="Nom affiché / shown name.")] = "",
    as_json: AsJson = False,
) -> None:
    """Ouvre un compte ou lui donne un nouveau mot de passe, affiché une fois / open an account, or give it a new password."""
    node.make_ready()
    opened = node.open_account_with_mandate(address, role=role, state=state, name=name)
    if opened is None:
        roles = ", ".join(node.ROLE_NAMES)
        raise refuse(f"Rôles connus : {roles} ; États : BFA, MLI, NER, TGO, AES.", f"Known roles: {roles}; States: BFA, MLI, NER, TGO, AES.", code=2)
    if as_json:
        answer({"address": address, "password": opened})
    else:
        screen.print(f"  {address}\n  Mot de passe / password : {opened}")
