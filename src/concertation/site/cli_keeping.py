"""Commands that keep a node: backup, restore, and the stick for a machine without network."""

import dataclasses
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from django.conf import settings
from django.utils import timezone

from concertation.apps.sources.raw.commands import expire
from concertation.site import backup, bundle, clock, filling, node, reminding, restore, sealing
from concertation.site.manifest import NotABackup, backup_at
from concertation.site.terminal import AsJson, answer, refuse, rows_shown, screen

KEPT = 7
Folder = Annotated[Path, typer.Argument(help="Dossier / folder.")]
WithClimate = Annotated[bool, typer.Option("--climate", help="Avec ce qui lit les champs (GeoTIFF, NetCDF) / with what reads fields.")]
DISK_WORDS = (28, 122)  # ENOSPC, EDQUOT


def passphrase_of(path: Path | None) -> bytes | None:
    """The passphrase of a file, none when no file is named; a short one is refused."""
    try:
        return sealing.passphrase_in(path) if path else None
    except sealing.PassphraseTooShort:
        raise refuse("La phrase de passe compte au moins 12 signes, sur la première ligne du fichier.", "The passphrase has at least 12 characters, on the file's first line.", code=2) from None


@contextmanager
def disk_faults_told() -> Iterator[None]:
    """Say in words that the disk is full or refuses, instead of a trace."""
    try:
        yield
    except (OSError, sqlite3.Error, psycopg.OperationalError) as fault:
        full = getattr(fault, "errno", None) in DISK_WORDS or "full" in str(fault)
        if full:
            raise refuse("Le disque est plein ; rien n'a été gardé de cet essai, les sauvegardes précédentes restent.", "The disk is full; nothing of this attempt was kept, earlier backups stay.") from None
        raise refuse(f"Le disque ou la base refuse : {fault}", f"The disk or the database refuses: {fault}") from None


def back_up(
    folder: Folder,
    encrypt_to: Annotated[Path | None, typer.Option("--encrypt-to", exists=True, dir_okay=False, help="Fichier de la phrase de passe : sauvegarde scellée / passphrase file: sealed backup.")] = None,
    keep: Annotated[int, typer.Option(min=1, help="Sauvegardes gardées / backups kept.")] = KEPT,
    as_json: AsJson = False,
) -> None:
    """Sauvegarde pendant le travail, prouvée par une restauration d'essai / back up while people work, proved by a trial restore."""
    passphrase = passphrase_of(encrypt_to)
    if not restore.is_there():
        raise refuse("Ce nœud n'a pas encore de base : rien à sauvegarder.", "This node has no database yet: nothing to back up.")
    try:
        with disk_faults_told(), rows_shown() as progress:
            made = backup.make(folder, passphrase=passphrase, keep=keep, progress=progress)
    except (backup.Unproved, restore.Unequal) as reason:
        raise refuse(f"La sauvegarde ne se restaure pas à l'identique ; elle n'a pas été gardée. {reason}", f"The backup does not restore to the same rows; it was not kept. {reason}") from None
    if as_json:
        answer(dataclasses.asdict(made))
    else:
        screen.print(f"  {made.backup}\n  {made.rows} lignes, {made.raw_files} fichiers, {made.size_bytes / 1e6:.1f} Mo, {made.seconds} s ; restaurée à l'essai, lignes égales")
        screen.print(f"  {made.rows} rows, {made.raw_files} files, {made.size_bytes / 1e6:.1f} MB, {made.seconds} s; restored on trial, rows equal")


def bring_back(
    folder: Annotated[Path, typer.Argument(exists=True, help="Sauvegarde, ou dossier de sauvegardes (la plus récente) / a backup, or a folder of them.")],
    into: Annotated[Path | None, typer.Option("--into", help="Autre dossier de nœud / another node's folder.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Remplacer le nœud, l'ancien gardé à côté / replace the node, the old one kept aside.")] = False,
    decrypt_with: Annotated[Path | None, typer.Option("--decrypt-with", exists=True, dir_okay=False, help="Fichier de la phrase de passe / passphrase file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Restaure une sauvegarde et compare chaque ligne / restore a backup and compare every row."""
    if into is not None and into.resolve() != settings.HOME:
        sealed = ("--decrypt-with", str(decrypt_with.resolve())) if decrypt_with else ()
        raise typer.Exit(again_in(into, folder, *(["--replace"] if replace else []), *(["--json"] if as_json else []), *sealed))
    passphrase = passphrase_of(decrypt_with)
    try:
        found = backup_at(folder)
        with disk_faults_told(), restore.unsealed(found, passphrase, settings.HOME) as opened:
            told = restore.bring_back(opened, replace=replace, quiet=as_json, beside=found.resolve().parent)
    except tuple(REFUSALS) as reason:
        words_fr, words_en = REFUSALS[type(reason)]
        raise refuse(words_fr.format(reason=reason), words_en.format(reason=reason)) from None
    if as_json:
        answer(told)
        return
    screen.print(f"  {told['rows']} lignes égales dans {len(told['tables'])} tables, {told['raw_files']} fichiers, {told['seconds']} s / {told['rows']} equal rows")
    if told["kept_aside"]:
        screen.print(f"  Ancien nœud gardé / old node kept: {told['kept_aside']}")


REFUSALS: dict[type[Exception], tuple[str, str]] = {
    NotABackup: ("Aucune sauvegarde lisible ici.", "No readable backup here."),
    sealing.WrongPassphrase: (
        "La sauvegarde scellée ne s'ouvre pas : --decrypt-with manque, la phrase de passe est autre, ou le fichier a été modifié ou coupé.",
        "The sealed backup does not open: --decrypt-with is missing, the passphrase is another, or the file was changed or cut off.",
    ),
    restore.NotEmpty: (
        "Un nœud est déjà là. Ajoutez --replace pour le remplacer (l'ancien est gardé à côté), ou --into DOSSIER.",
        "A node is there already. Add --replace to replace it (the old one is kept aside), or --into FOLDER.",
    ),
    restore.StillRunning: ("Le nœud est en marche : arrêtez-le d'abord.", "The node is running: stop it first."),
    filling.MadeByLaterRelease: (
        "La sauvegarde vient d'une version plus récente : installez-la d'abord ({reason}).", "The backup was made by a later release: install that first ({reason}).",
    ),
    restore.Unequal: (
        "Les lignes restaurées ne sont pas celles de la sauvegarde ; le nœud est resté tel quel. {reason}",
        "The restored rows are not those of the backup; the node was left as it was. {reason}",
    ),
}  # fmt: skip


def again_in(home: Path, folder: Path, *words: str) -> int:
    """Restore for a node in another folder, by a process of its own; gives back its exit code."""
    command = [sys.executable, "-m", "concertation", "restore", str(folder.resolve()), *words]
    return subprocess.run(command, env={**os.environ, "CONCERTATION_HOME": str(home.resolve())}).returncode


def make_bundle(folder: Folder, climate: WithClimate = False, as_json: AsJson = False) -> None:
    """Une clé pour une machine sans réseau : le produit et ses composants / a stick for a machine without network."""
    try:
        with disk_faults_told():
            made = bundle.make(folder, climate=climate)
    except bundle.Refused as reason:
        raise refuse(*reason.words) from None
    if as_json:
        answer(dataclasses.asdict(made))
    else:
        screen.print(f"  {made.folder} : {made.files} fichiers / files, {made.wheels} composants / components, {made.size_bytes / 1e6:.0f} Mo / MB")


def remind(as_json: AsJson = False) -> None:
    """Relance qui doit déclarer, et envoie ce qui attend / remind whoever has to declare, and send what waits."""
    node.make_ready()
    done = reminding.remind_and_send(timezone.localdate())
    if as_json:
        answer(done)
        return
    screen.print(f"  {done['organisations']} organisation(s), {done['messages']} message(s), {done['sent']} envoyé(s) / sent")
    if done["without_reporter"]:
        screen.print(f"  {done['without_reporter']} organisation(s) sans déclarant ici / without a reporter here")
    if not done["sends_mail"]:
        screen.print("  Pas de serveur de courriel : les messages attendent sous Personnes / no mail server: messages wait under Persons")


raw_app = typer.Typer(help="Octets des fichiers reçus / bytes of the files received.", no_args_is_help=True)


@raw_app.command(name="expire")
def expire_raw_files(as_json: AsJson = False) -> None:
    """Efface les octets gardés aussi longtemps que leur État l'a fixé / erase the bytes kept for as long as their State chose."""
    node.make_ready()
    if not clock.is_believed():
        raise refuse("L'horloge est en doute : rien n'est effacé. Voir ./run doctor.", "The clock is in doubt: nothing is erased. See ./run doctor.")
    done = dataclasses.asdict(expire(timezone.localdate()))
    if as_json:
        answer({"day": timezone.localdate().isoformat(), **done})
        return
    screen.print(f"  {done['erased']} fichier(s) effacé(s), {done['waiting']} en cours d'import, {done['bytes_freed'] / 1e6:.1f} Mo rendus")
    screen.print(f"  {done['erased']} file(s) erased, {done['waiting']} still being imported, {done['bytes_freed'] / 1e6:.1f} MB freed")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.add_typer(raw_app, name="raw")
    app.command(name="backup")(back_up)
    app.command(name="restore")(bring_back)
    app.command(name="bundle")(make_bundle)
    app.command(name="remind")(remind)
