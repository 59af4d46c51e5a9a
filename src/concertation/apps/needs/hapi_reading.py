"""HAPI's tables of figures, read in bulk: the columns are HAPI's, the rows are ours, and each doubt is said in `warning` or `error`."""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from concertation.apps.ground.answers import Page, Row, page_of
from concertation.apps.needs.bulk_reading import figures_counting, within
from concertation.apps.needs.hapi_shapes import FoodSecurityAsked, HapiAsked, NeedsAsked
from concertation.apps.needs.places_reading import hapi_places, units_coded
from concertation.apps.needs.placing import WAITING
from concertation.apps.needs.queries import sectors
from concertation.core.concepts import ALL
from concertation.core.sharing import Mandate

STATUSES = {"population": "all", "in_need": "INN", "targeted": "TGT", "affected": "AFF", "expected_reach": "REA"}
PHASES = {**{f"phase{number}": str(number) for number in range(1, 6)}, "phase3plus": "3+", "population_analysed": "all"}
GROUPS = {
    "refugees": "REF", "refugees_abroad": "REF", "asylum_seekers": "ASY", "asylum_seekers_abroad": "ASY", "stateless": "STA", "others_of_concern": "OOC",
    "others_needing_protection": "OIP", "host_community": "HST",
}  # fmt: skip
UNSURE = ("contested", "planning", "press", "estimated", "calculation")
LEAN_SEASON = "-06-"


class Read(Row):
    """What is read of a figure before the columns of one table are made of it."""

    unit: str
    concept: str
    sector: str
    group: str
    sex: str
    age: str
    disability: str
    value: int | None
    reference_period_start: date | None
    reference_period_end: date | None
    source: str
    status: str
    scope: str | None
    estimated: bool


PATHS = {name: name for name in Read.model_fields} | {
    "unit": "unit_id", "reference_period_start": "reference_start", "reference_period_end": "reference_end", "source": "source_id",
}


def read(mandates: Sequence[Mandate], asked: HapiAsked, concepts: Sequence[str], *, sector: str | None = None) -> Page:
    """A page of figures with their places and doubts, before the columns of one table. Three queries."""
    rows = figures_counting(mandates, concepts).filter(within(asked.start_date, asked.end_date))
    given = {"owner_state": asked.location_code, "unit__level": asked.admin_level, "sector": sector}
    rows = rows.filter(**{path: value for path, value in given.items() if value is not None})
    units = units_coded(admin1_code=asked.admin1_code, admin2_code=asked.admin2_code)
    narrowed = rows if units is None else rows.filter(unit_id__in=units)
    page = page_of(narrowed, Read, PATHS, most=asked.limit, skip=asked.offset)
    placed = page.frame.join(hapi_places().drop("unit_told"), on="unit", how="left")
    return page.with_frame(placed.sort("unit", "concept", "sector").with_columns(doubts(), faults()))


def doubts() -> pl.Expr:
    """What a reader should know before using a row; null when nothing."""
    own = pl.when(pl.col("admin_level") == 1).then("admin1_code").when(pl.col("admin_level") == 2).then("admin2_code").otherwise("location_code")
    said = [
        (own.is_null(), _("cette unité n'a pas encore de code OCHA")),
        (pl.col("group").str.starts_with(WAITING), _("le lieu écrit par la source est en doute\u202f: la ligne est tenue au lieu sûr le plus proche")),
        (pl.col("estimated") | pl.col("status").is_in(UNSURE), _("ce chiffre n'est ni officiel ni opérationnel\u202f: voir son statut")),
    ]
    words = pl.concat_str([pl.when(condition).then(pl.lit(text)) for condition, text in said], separator=" ; ", ignore_nulls=True)
    return words.replace("", None).alias("warning")


def faults() -> pl.Expr:
    """Why a row must not be used as it stands; null when it may."""
    said = [
        (pl.col("value").is_null(), _("la source ne donne pas de nombre")),
        (pl.col("reference_period_start").is_null() & pl.col("reference_period_end").is_null(), _("la source ne donne pas de date de référence")),
    ]
    words = pl.concat_str([pl.when(condition).then(pl.lit(text)) for condition, text in said], separator=" ; ", ignore_nulls=True)
    return words.replace("", None).alias("error")


def humanitarian_needs(mandates: Sequence[Mandate], asked: NeedsAsked) -> Page:
    """humanitarian_needs: people by sector and status of population. Four queries."""
    concepts = [concept for concept, status in STATUSES.items() if asked.population_status in (None, status)]
    page = read(mandates, asked, concepts, sector=asked.sector_code)
    dimensions = [pl.when(pl.col(name) != ALL).then(pl.col(name)) for name in ("group", "sex", "age", "disability")]
    return page.with_frame(
        page.frame.join(sector_columns(), on="sector", how="left").with_columns(
            pl.concat_str(dimensions, separator=", ", ignore_nulls=True).replace("", "total").alias("category"),
            pl.col("concept").replace(STATUSES).alias("population_status"), pl.col("value").alias("population"),
        ),
    )


def sector_columns() -> pl.DataFrame:
    """Every sector under HAPI's code and in the reader's language: sector, sector_code, sector_name. One query."""
    english = get_language() == "en"
    rows = [(each.code, each.hapi_code or each.code, each.name_en if english else each.name_fr) for each in sectors()]
    return pl.DataFrame(rows, schema=dict.fromkeys(("sector", "sector_code", "sector_name"), pl.String), orient="row")


def food_security(mandates: Sequence[Mandate], asked: FoodSecurityAsked) -> Page:
    """food_security: people by phase of the Cadre harmonisé; the share is of the people analysed at the same place and period. Four queries."""
    concepts = [concept for concept, phase in PHASES.items() if asked.ipc_phase in (None, phase)]
    page = read(mandates, asked, concepts)
    key = ["unit", "group", "source", "reference_period_start", "reference_period_end"]
    people = analysed(mandates, page.frame["unit"].unique().to_list()).unique(key, keep="first")
    share = (pl.col("value") / pl.col("analysed")).round(4)
    projected = pl.col("reference_period_start").str.contains(LEAN_SEASON, literal=True)
    return page.with_frame(
        page.frame.join(people, on=key, how="left", nulls_equal=True).with_columns(
            pl.col("concept").replace(PHASES).alias("ipc_phase"), pl.when(projected).then(pl.lit("first projection")).when(projected.not_()).then(pl.lit("current")).alias("ipc_type"),
            pl.col("value").alias("population_in_phase"), pl.when(pl.col("analysed") > 0).then(share).alias("population_fraction_in_phase"),
        ),
    )


def analysed(mandates: Sequence[Mandate], units: Sequence[str]) -> pl.DataFrame:
    """People analysed at some places: unit, group, source, period, analysed. One query."""
    names = ("unit", "group", "source", "reference_period_start", "reference_period_end", "value")
    rows = figures_counting(mandates, ["population_analysed"]).filter(unit_id__in=units)
    page = page_of(rows, Read, {name: PATHS[name] for name in names}, most=len(units) * 100)
    return page.frame.rename({"value": "analysed"})


def idps(mandates: Sequence[Mandate], asked: HapiAsked) -> Page:
    """idps: people displaced inside their country. Three queries."""
    return in_people(read(mandates, asked, ["idps"]))


def refugees(mandates: Sequence[Mandate], asked: HapiAsked) -> Page:
    """refugees: who came from where to where, as far as the source says. Three queries."""
    page = in_people(read(mandates, asked, list(GROUPS)))
    other, abroad = pl.col("scope").str.extract(r"^coo ([A-Z]{3})$"), pl.col("concept").str.ends_with("_abroad")
    return page.with_frame(
        page.frame.with_columns(
            pl.col("concept").replace(GROUPS).alias("population_group"),
            pl.when(abroad).then("location_code").otherwise(other).alias("origin_location_code"),
            pl.when(abroad).then(other).otherwise("location_code").alias("asylum_location_code"),
        ),
    )


def population(mandates: Sequence[Mandate], asked: HapiAsked) -> Page:
    """population: people by place, sex and age. Three queries."""
    return in_people(read(mandates, asked, ["population"]))


def in_people(page: Page) -> Page:
    """HAPI's words for sex and age, and the number of people."""
    bounds = pl.col("age").str.extract_groups(r"^(?<from>\d+)_(?:(?<to>\d+)|plus)$")
    sexes: Mapping[str, str] = {"other": "o"}
    return page.with_frame(
        page.frame.with_columns(
            pl.col("sex").replace(sexes).alias("gender"), pl.col("age").str.replace("_plus", "+").str.replace("_", "-").alias("age_range"),
            bounds.struct.field("from").cast(pl.Int64).alias("min_age"), bounds.struct.field("to").cast(pl.Int64).alias("max_age"),
            pl.col("value").alias("population"),
        ),
    )
