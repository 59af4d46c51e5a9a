"""Writing figures and sectors. A figure's id follows from what it says, so that writing the same one again changes nothing."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import polars as pl
from django.db import transaction
from django.db.models import F

from concertation.apps.ground.commands import journal
from concertation.apps.needs.models import Figure, Sector, SectorOfState
from concertation.apps.sources.models import ImportRun
from concertation.core.concepts import AS_WRITTEN
from concertation.core.figures import FACT, FIGURE_SCHEMA
from concertation.core.sharing import Mandate, Sensitivity
from concertation.core.sharing.visibility import audience_levels

FIGURES = uuid5(NAMESPACE_URL, "urn:concertation:figures")
IDENTITY = (*FACT, "reference_start", "reference_end", "extracted_on", "source", "scope")
KEPT_AS = {"unit": "unit_id", "source": "source_id"}
TEXTS = ("value_text", "scope", "method")
REFERENCE_BATCH = 500
NEVER_REPLACED = frozenset(["id", "created_at", "version", "import_run"])
CHANGEABLE = [field.name for field in Figure._meta.concrete_fields if field.name not in NEVER_REPLACED]


@transaction.atomic
def load_sectors(tables: Mapping[str, pl.DataFrame]) -> None:
    """Load the sectors and their list per State and year (tables `sectors`, `sector_lists` of the reference set)."""
    rows = [_sector(line, place) for place, line in enumerate(tables["sectors"].to_dicts())]
    fields = [field.name for field in Sector._meta.concrete_fields if field.name != "code"]
    Sector.objects.bulk_create(rows, update_conflicts=True, unique_fields=["code"], update_fields=fields)
    SectorOfState.objects.all().delete()
    SectorOfState.objects.bulk_create([_listed(line) for line in tables["sector_lists"].to_dicts()])


def _sector(line: Mapping[str, Any], place: int) -> Sector:
    return Sector(
        code=line["sector"], parent=line["parent"] or "", name_fr=line["name_fr"], name_en=line["name_en"],
        hapi_code=line["hapi_code"] or "", restricted=bool(line["restricted"]), order=place,
    )


def _listed(line: Mapping[str, Any]) -> SectorOfState:
    texts = {name: line[name] or "" for name in ("lead", "status", "source", "source_status")}
    return SectorOfState(state=line["state"], year=line["year"], sector_id=line["sector"], **texts)


@transaction.atomic
def load_figures(figures: pl.DataFrame, *, holders: Mapping[str, str]) -> None:
    """Make the reference figures those of this frame: public, held by their publisher; figures no longer in it leave.

    Columns in: FIGURE_SCHEMA and owner_state. `holders` names the publisher's slug per source. A corrected value keeps
    its figure's id; a figure of a file brought in is never touched.
    """
    rows = [
        Figure(id=identity, holder=holders.get(line["source"], ""), sensitivity=Sensitivity.PUBLIC.value, **_columns(line))
        for identity, line in _identified("reference", figures)
    ]
    Figure.objects.bulk_create(
        rows, batch_size=REFERENCE_BATCH, update_conflicts=True, unique_fields=["id"], update_fields=CHANGEABLE,
    )
    held = set(Figure.objects.filter(import_run__isnull=True).values_list("pk", flat=True))
    Figure.objects.filter(pk__in=held - {row.pk for row in rows}).delete()


@transaction.atomic
def store_figures(run: ImportRun, figures: pl.DataFrame) -> None:
    """Store some figures of an import; those stored before stay as they are.

    Columns in: FIGURE_SCHEMA, owner_state, sheet, row, rows_summed. They count once the import is finished.
    """
    rows = [
        Figure(
            id=identity, holder=run.holder, sensitivity=run.share_as, import_run=run, sheet=line["sheet"] or "", row=line["row"],
            rows_summed=(line["rows_summed"] or "")[:240], **_columns(line),
        )
        for identity, line in _identified(str(run.pk), figures, "row")
    ]
    Figure.objects.bulk_create(rows, batch_size=REFERENCE_BATCH, ignore_conflicts=True)


@transaction.atomic
def replace_figures(run: ImportRun, figures: pl.DataFrame, *, by: Mandate) -> None:
    """Make the figures of a stored import those of this frame (columns as for `store_figures`), after an answer about a place."""
    remove_figures(run)
    store_figures(run, figures)
    journal("needs.figures-placed-anew", by, state=run.owner_state, run=run.pk, figures=figures.height)


@transaction.atomic
def remove_figures(run: ImportRun) -> int:
    """Remove what an import that was cancelled had stored; gives back how many figures left."""
    return Figure.objects.filter(import_run=run).delete()[0]


@transaction.atomic
def close_further(run: ImportRun, level: Sensitivity) -> int:
    """Close the figures of an import to a level; those closed further already stay. Gives back how many changed."""
    more_open = [each.value for each in audience_levels(level) if each is not level]
    figures = Figure.objects.filter(import_run=run, sensitivity__in=more_open)
    return figures.update(sensitivity=level.value, version=F("version") + 1)


def _identified(origin: str, figures: pl.DataFrame, *more: str) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """Each line with its id: from its origin and content, and its turn among lines that say the same of the same."""
    key = [pl.col(name).cast(pl.String).fill_null("") for name in (*IDENTITY, *more)]
    keyed = figures.with_columns(pl.concat_str(key, separator="\x1f").alias("_key"))
    turn = pl.int_range(pl.len()).over("_key").cast(pl.String)
    for line in keyed.with_columns(pl.concat_str(pl.lit(origin), "_key", turn, separator="\x1f").alias("_key")).to_dicts():
        yield uuid5(FIGURES, line.pop("_key")), line


def _columns(line: Mapping[str, Any]) -> dict[str, Any]:
    columns = {KEPT_AS.get(name, name): line[name] for name in FIGURE_SCHEMA}
    short = {"value_text": (line["value_text"] or "")[:200], "group": line["group"][: len(AS_WRITTEN) + 92], "age": line["age"][:100]}
    texts = {name: line[name] or "" for name in TEXTS}
    return {**columns, **texts, **short, "owner_state": line["owner_state"], "estimated": line["status"] == "estimated"}
