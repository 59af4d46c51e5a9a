"""Loading the reference set into the node's tables, each app through its own command, in one transaction.

The set is loaded again only when a table or a boundary file of it changed; loading it again changes nothing.
"""

import hashlib
import json
from importlib.resources import files
from importlib.resources.abc import Traversable

import polars as pl
from django.db import transaction

from concertation.apps.access.commands import NODE
from concertation.apps.anticipation.commands import load_frameworks
from concertation.apps.decisions.commands import load_decisions, load_sessions
from concertation.apps.funding.commands import load_plan_rows, load_rates
from concertation.apps.funding.figures import plan_money
from concertation.apps.ground.commands import journal
from concertation.apps.needs.commands import load_figures, load_sectors
from concertation.apps.organisations.commands import load_organisations
from concertation.apps.places.commands import bring_boundaries, load_places
from concertation.apps.places.queries import divisions as divisions_of
from concertation.apps.places.queries import states_with_units
from concertation.apps.sources.commands import load_sources, note_reference_set
from concertation.apps.sources.queries import loaded_reference_set
from concertation.core.concepts import CONCEPTS
from concertation.core.figures import FIGURE_SCHEMA
from concertation.core.spelling import fold
from concertation.formats import reference_set
from concertation.formats.framework_file import shipped

PLACES = ("states", "divisions", "units", "unit_parents", "unit_names", "unit_codes", "crosswalks", "remembered_places")
FIGURES = ("populations", "plans", "displacement", "cadre_harmonise", "quoted")
FOOD_SECURITY = [code for code, concept in CONCEPTS.items() if concept.scale == "ch" or code == "population_analysed"]


def load_if_changed() -> bool:
    """Load the reference set when it differs from the one this node holds; gives back whether it was loaded."""
    digest = digest_of_set()
    if loaded_reference_set() == digest:
        return False
    load(digest)
    return True


def folder() -> Traversable:
    """Where the reference set stands."""
    return files("concertation").joinpath("reference")


def digest_of_set() -> str:
    """SHA-256 over the name and bytes of every table, boundary file and framework of the set."""
    parts = [*folder().iterdir(), *folder().joinpath("boundaries").iterdir(), *folder().joinpath("frameworks").iterdir()]
    digest = hashlib.sha256()
    for part in sorted((part for part in parts if part.is_file()), key=lambda part: part.name):
        digest.update(part.name.encode() + b"\0" + hashlib.sha256(part.read_bytes()).digest())
    return digest.hexdigest()


@transaction.atomic
def load(digest: str) -> None:
    """Load every table of the set and remember its digest."""
    load_places({name: reference_set.read(name) for name in PLACES})
    sources = reference_set.read("sources")
    load_sources(sources)
    load_sectors({name: reference_set.read(name) for name in ("sectors", "sector_lists")})
    load_organisations(reference_set.read("organisations"))
    load_figures(reference_figures(), holders=holders(sources))
    load_plan_rows(reference_set.read("funding_plans"), reference_set.read("funding_clusters"), holders=holders(sources))
    load_rates(reference_set.read("exchange_rates"))
    load_sessions(reference_set.read("sessions"), reference_set.read("attendances"))
    load_decisions(reference_set.read("decisions"))
    load_boundaries()
    load_frameworks(shipped().values())
    note_reference_set(digest)
    journal("sources.reference-set-loaded", NODE, digest=digest)


def holders(sources: pl.DataFrame) -> dict[str, str]:
    """The publisher of each source as a slug, who holds its figures.

    >>> holders(pl.DataFrame({"source": ["a"], "publisher": ["Ministère de l'Action humanitaire"]}))
    {'a': 'ministere-de-l-action-humanitaire'}
    """
    lines = sources.select("source", "publisher").iter_rows()
    return {source: "-".join(fold(publisher or "").split())[:80] for source, publisher in lines}


def reference_figures() -> pl.DataFrame:
    """Every figure of the set: FIGURE_SCHEMA and owner_state."""
    tables = [*(reference_set.read(name) for name in FIGURES), plan_money(reference_set.read("funding_plans"))]
    typed = pl.concat([table.select(pl.col(name).cast(kind) for name, kind in FIGURE_SCHEMA.items()) for table in tables])
    states = reference_set.read("units").select("unit", pl.col("state").alias("owner_state"))
    of_food_security = pl.when(pl.col("concept").is_in(FOOD_SECURITY)).then(pl.lit("FSC")).otherwise("sector")
    return typed.with_columns(of_food_security.alias("sector")).join(states, on="unit", how="left")


def load_boundaries() -> None:
    """Bring in the derived boundaries; they serve until a State approves its own."""
    shapes = folder().joinpath("boundaries")
    provenance = json.loads(shapes.joinpath("provenance.json").read_text("utf-8"))
    divisions = {division.pk: division for state in states_with_units() for division in divisions_of(state.iso3)}
    for name in sorted(provenance["boundary_sets"]):
        division, _, level = name.rpartition("-")
        geometry = shapes.joinpath(f"{name}.geojson").read_bytes()
        bring_boundaries(
            division=divisions[division], level=int(level), geometry=geometry,
            source=f"{provenance['origin']} ; npm {provenance['package']} {provenance['version']}", licence=provenance["licence"], by=NODE,
        )
