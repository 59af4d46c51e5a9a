"""The reference set: facts carried by the repository as CSV, one source per line, read into typed frames.

A table has the columns declared here and no other; dates are ISO 8601, people whole numbers, an empty cell is "not held".
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import polars as pl

FIGURE = (
    "concept unit sector group sex age disability value value_text measure reference_start reference_end extracted_on source scope method status"
)
COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "states": "iso3 name_fr name_en status since until source source_status",
        "divisions": "division state name_fr name_en valid_from valid_to source source_status",
        "units": "unit state level kind name_fr name_en valid_from valid_to latitude longitude chef_lieu source source_status",
        "unit_parents": "unit division parent note",
        "unit_names": "unit name language kind valid_from valid_to source",
        "unit_codes": "unit scheme code valid_from valid_to source",
        "remembered_places": "state level text context unit source note",
        "crosswalks": "from_unit to_unit from_division to_division weight weight_kind source source_status note",
        "sectors": "sector parent name_fr name_en hapi_code restricted",
        "sector_lists": "state year sector lead status source source_status",
        "sector_names": "written sector source",
        "organisations": "organisation name_fr name_en acronym org_type hapi_org_type iati_org_type org_type_name_fr org_type_name_en aliases source source_status",
        "sources": "source title publisher url published_on licence note",
        "presence_fields": "field type unit required patterns hxl description_fr description_en",
        "presence_words": "list written code hapi iati",
        "response_fields": "field type unit required patterns hxl description_fr description_en",
        "response_words": "list written code",
        "bulletin_fields": "field type unit required patterns hxl description_fr description_en",
        "response_aims": "state days counted_from source status note_fr note_en",
        "problems": "code severity message_fr message_en remedy_fr remedy_en",
        "concepts": "code kind nature measure scale adds_over_units adds_over_sectors name_fr name_en definition_fr definition_en",
        "populations": FIGURE,
        "plans": FIGURE,
        "displacement": FIGURE,
        "cadre_harmonise": FIGURE,
        "quoted": FIGURE,
        "funding_plans": "state year plan code plan_type start end requirement funding measure extracted_on source status",
        "funding_clusters": "state year plan code plan_type start end cluster_level standing cluster_code cluster sector requirement funding measure extracted_on source status",
        "exchange_rates": "base quote on numerator denominator source source_status",
        "transit": "state port year tonnes share source source_status",
        "api_words": "kind name fr en",
        "iati_structure": "within part least most holds source source_status",
        "humanitarian_words": "fr en",
        "sessions": "session number body title_fr title_en starts_on ends_on place state source source_status",
        "attendances": "session party party_fr party_en capacity presence source source_status",
        "decisions": "decision reference session subjects title_fr title_en text_fr text_en official_wording responsible due source source_status",
    }
)
DATES = frozenset(
    ["since", "until", "valid_from", "valid_to", "reference_start", "reference_end", "extracted_on", "published_on", "start", "end", "agreed_on", "due", "on", "starts_on", "ends_on"]
)
WHOLE = frozenset(["days", "least", "most", "level", "number", "year", "last_year", "value", "people", "tonnes", "requirement", "funding", "money", "numerator", "denominator"])
DECIMAL = frozenset(["weight", "latitude", "longitude", "share"])
TRUTH = frozenset(["restricted"])


def column_type(column: str) -> type[pl.DataType]:
    """The type of a column, which is the same in every table.

    >>> column_type("valid_from"), column_type("weight"), column_type("name_fr")
    (Date, Float64, String)
    """
    if column in DATES:
        return pl.Date
    if column in WHOLE:
        return pl.Int64
    if column in DECIMAL:
        return pl.Float64
    return pl.Boolean if column in TRUTH else pl.String


def schema(table: str) -> pl.Schema:
    """Columns and types of one table, in the order of the file."""
    return pl.Schema({column: column_type(column) for column in COLUMNS[table].split()})


@cache
def read(table: str) -> pl.DataFrame:
    """One table of the reference set. Raises KeyError for a table that is not declared in COLUMNS.

    >>> read("states").filter(pl.col("status") == "member")["iso3"].to_list()
    ['BFA', 'MLI', 'NER']
    """
    declared = schema(table)
    return pl.read_csv(files("concertation").joinpath("reference", f"{table}.csv").read_bytes(), schema=declared)
