"""`./run field …`: fields on a grid at the terminal: counted over any areas, or brought to a framework as its page does."""

import csv
import hashlib
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import shapely
import typer
from django.utils import timezone

from concertation.apps.anticipation import commands
from concertation.apps.anticipation.field_ground import scopes_of
from concertation.apps.anticipation.field_reading import Wanted, indicators_from_fields, read_readings
from concertation.apps.anticipation.queries import framework as framework_seen
from concertation.core.anticipation.framework import Reduce
from concertation.core.fields.zonal import Kind, Statistic
from concertation.core.geometry import Area
from concertation.core.sharing import Mandate, Role
from concertation.formats.boundaries import read_boundaries
from concertation.formats.fields.cube import CubeFigures, count_cube
from concertation.formats.fields.reading import Asked
from concertation.formats.limits import LARGE_LIMITS
from concertation.site import node
from concertation.site.cli_trigger import show_problems
from concertation.site.terminal import AsJson, answer, refuse, screen

field_app = typer.Typer(help="Champs sur une grille / fields on a grid.", no_args_is_help=True)
STATISTICS: dict[str, tuple[Kind, bool]] = {
    "mean": ("mean", False), "sum": ("sum", False), "count": ("count", False), "median": ("quantile", False), "quantile": ("quantile", True),
    "share-at-least": ("share-at-least", True), "share-at-most": ("share-at-most", True),
}  # fmt: skip
Field = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="GeoTIFF ou NetCDF / GeoTIFF or NetCDF.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Jour d'un fichier sans dates / day of a file without dates.")]


@field_app.command()
def zones(
    file: Field,
    boundaries: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Contours : GeoJSON, TopoJSON ou Shapefile zippé / boundaries.")],
    variable: Annotated[str, typer.Option(help="Variable lue / variable read.")] = "value",
    statistic: Annotated[str, typer.Option(help=" | ".join(STATISTICS))] = "mean",
    at: Annotated[float | None, typer.Option(help="Seuil, ou quantile de 0 à 1 / threshold, or quantile from 0 to 1.")] = None,
    members: Annotated[str, typer.Option(help="each | mean | below : chaque membre, leur moyenne, part sous --below / each member, their mean, share under --below.")] = "each",
    below: Annotated[float | None, typer.Option(help="Seuil des membres / threshold of members.")] = None,
    on: Day = None,
    out: Annotated[Path | None, typer.Option(dir_okay=False, help="Fichier CSV à écrire / CSV file to write.")] = None,
    as_json: AsJson = False,
) -> None:
    """Calcule un champ de toute taille sur des contours / count a field of any size over boundaries."""
    asked, ensemble = statistic_asked(statistic, at), members_asked(members, below)
    read = read_boundaries(boundaries, limits=LARGE_LIMITS)
    if not read.areas:
        show_problems(read.problems)
        raise typer.Exit(1)
    shapes = [area.shape for area in read.areas]
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(shapes))
    found = count_cube(file, Asked(variables=(variable,), bounds=(west, south, east, north), on=day_of(on)), shapes, asked, members=ensemble)
    show_problems(found.problems)
    if found.grid is None:
        raise typer.Exit(1)
    if out is not None:
        write_rows(out, read.areas, found)
    content = told(read.areas, found, with_figures=out is None)
    if as_json:
        answer(content)
    else:
        screen.print(f"  {len(content['areas'])} zones, {content['issues']} × {content['members']}", markup=False)


def statistic_asked(word: str, at: float | None) -> Statistic:
    """The statistic under a word; exit 2 where it is not one, or lacks its value."""
    kind, needs = STATISTICS.get(word, ("mean", True))
    if word not in STATISTICS or (needs and at is None) or (kind == "quantile" and needs and not 0 <= (at or 0) <= 1):
        raise refuse(f"--statistic : {', '.join(STATISTICS)} ; un seuil ou un quantile demande --at.", f"--statistic: {', '.join(STATISTICS)}; a threshold or a quantile needs --at.", code=2)
    return Statistic(kind, 0.5 if word == "median" else at or 0.0)


def members_asked(word: str, below: float | None) -> Reduce | None:
    """How members are reduced, None for each alone; exit 2 for another word, or without its threshold."""
    if word not in ("each", "mean", "below") or (word == "below" and below is None):
        raise refuse("--members : each, mean ou below ; below demande --below.", "--members: each, mean or below; below needs --below.", code=2)
    return None if word == "each" else Reduce("ensemble-mean" if word == "mean" else "ensemble-probability", below=below)


def told(areas: tuple[Area, ...], found: CubeFigures, *, with_figures: bool) -> dict[str, Any]:
    """The answer: each area with its cells and ground, and the figures by issue and member where no file was written."""
    lines = [
        {"code": " ".join(area.codes), "name": " ".join(area.names), "cells": found.cells[place], "km2": round(found.km2[place], 3), "on_grid": round(found.on_grid[place], 6)}
        | ({"figures": [[None if value != value else float(value) for value in issue[:, place]] for issue in found.figures]} if with_figures else {})
        for place, area in enumerate(areas)
    ]  # fmt: skip
    return {"issues": len(found.days), "members": found.figures.shape[1], "days": [day.isoformat() for day in found.days], "areas": lines}


def write_rows(out: Path, areas: tuple[Area, ...], found: CubeFigures) -> None:
    """One line for each area, issue and member; an empty cell where there is no figure."""
    with out.open("w", encoding="utf-8", newline="") as held:
        writer = csv.writer(held)
        writer.writerow(["code", "name", "day", "member", "value", "share_held"])
        for issue, day in enumerate(found.days):
            for member in range(found.figures.shape[1]):
                values, shares = found.figures[issue, member], found.held[issue, member]
                for area, value, share in zip(areas, values, shares, strict=True):
                    writer.writerow([" ".join(area.codes), " ".join(area.names), day.isoformat(), member + 1, "" if value != value else f"{value:.9g}", f"{share:.6g}"])


@field_app.command()
def bring(
    file: Field,
    framework: Annotated[str, typer.Option(help="Mot du cadre / word of the framework.")],
    indicator: Annotated[str, typer.Option(help="Indicateur du cadre / indicator of the framework.")],
    source: Annotated[str, typer.Option(help="Qui l'a publié / who published it.")],
    scope: Annotated[str, typer.Option(help="area, ou un niveau : 1, 2, 3 / area, or a level.")] = "1",
    on: Day = None,
    licence: Annotated[str, typer.Option(help="Licence / licence.")] = "",
    share: Annotated[str, typer.Option(help="public | restricted | confidential")] = "restricted",
    as_json: AsJson = False,
) -> None:
    """Apporte un champ à un cadre, comme sa page le fait / bring a field to a framework, as its page does."""
    node.make_ready()
    today = timezone.localdate()
    shown = framework_seen(node.OPERATOR, framework)
    if shown is None or indicator not in indicators_from_fields(shown.framework) or scope not in scopes_of(shown.framework, today) or share not in ("public", "restricted", "confidential"):
        known = f"{', '.join(indicators_from_fields(shown.framework))} ; {', '.join(scopes_of(shown.framework, today))}" if shown else ""
        raise refuse(f"Cadre, indicateur, zone ou partage inconnus. Connus : {known}", f"Unknown framework, indicator, area or share. Known: {known}", code=2)
    read = read_readings(file, shown.framework, Wanted(indicator, scope, day_of(on), today), limits=LARGE_LIMITS)
    show_problems(read.problems)
    if not read.readings:
        raise typer.Exit(1)
    by = Mandate("terminal", Role.ADMINISTRATOR, state=shown.row.owner_state)
    brought = commands.Brought(file.name, hashlib.sha256(file.read_bytes()).hexdigest(), source, share, licence)
    row, added = commands.store_field(shown.framework, indicator, read, brought, at=timezone.now(), by=by)
    if as_json:
        answer({"field": str(row.pk), "readings": len(read.readings), "added": added, "areas": len(read.counted), "issues": len(read.days)})
    else:
        screen.print(f"  {added} / {len(read.readings)} relevés / readings\n  /anticipation/fields/{row.pk}/", markup=False)


def day_of(on: datetime | None) -> date | None:
    """The day of an option."""
    return on.date() if on else None
