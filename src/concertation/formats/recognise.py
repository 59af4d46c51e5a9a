"""What a file is about is decided by its headings, its HXL tags or its JSON keys, never by its name, and the reasons are given."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from concertation.core.spelling import fold
from concertation.formats.headings import best_table
from concertation.formats.hxl import fields_of_tags
from concertation.formats.sheets import Reading, Table

PRESENCE_5W, CADRE_HARMONISE, HPC_NEEDS, HAPI_NEEDS, HAPI_PRESENCE = "presence-5w", "cadre-harmonise", "hpc-needs", "hapi-needs", "hapi-presence"
RESPONSE_ALERTS, DISASTER_BULLETIN = "response-alerts", "disaster-bulletin"
UNHCR_POPULATION, DTM_BASELINE, BOUNDARIES, UNKNOWN = "unhcr-population", "dtm-baseline", "boundaries", "unknown"
FTS_FLOWS, FTS_PLANS, FTS_CLUSTERS, FTS_PLAN_OVERVIEW, FTS_GROUP_BY = "fts-flows", "fts-plans", "fts-clusters", "fts-plan-overview", "fts-group-by"
FTS_FLOW_TABLE, CBPF_PROJECTS, CBPF_LOCATIONS, CBPF_CONTRIBUTIONS = "fts-flow-table", "cbpf-projects", "cbpf-locations", "cbpf-contributions"
IATI_ACTIVITIES = "iati-activities"
CBPF_CLUSTERS, CBPF_ORGANISATION_TYPES, CBPF_FUNDS, CBPF_ALLOCATIONS = "cbpf-clusters", "cbpf-organisation-types", "cbpf-funds", "cbpf-allocations"
KINDS = (
    PRESENCE_5W, RESPONSE_ALERTS, DISASTER_BULLETIN, CADRE_HARMONISE, HPC_NEEDS, HAPI_NEEDS, HAPI_PRESENCE, UNHCR_POPULATION, DTM_BASELINE, BOUNDARIES,
    FTS_FLOWS, FTS_PLANS, FTS_CLUSTERS, FTS_PLAN_OVERVIEW, FTS_GROUP_BY, FTS_FLOW_TABLE, CBPF_PROJECTS, CBPF_LOCATIONS, CBPF_CONTRIBUTIONS,
    CBPF_CLUSTERS, CBPF_ORGANISATION_TYPES, CBPF_FUNDS, CBPF_ALLOCATIONS, IATI_ACTIVITIES, UNKNOWN,
)  # fmt: skip

Json = Mapping[str, Any] | Sequence[Any]
HEADINGS = {
    FTS_CLUSTERS: ("countrycode", "clustercode", "cluster", "requirements", "funding", "percentfunded"),
    FTS_PLANS: ("countrycode", "typename", "requirements", "funding", "percentfunded"),
    FTS_FLOW_TABLE: ("id", "amountusd", "status", "boundary", "onboundary", "srcorganization", "destorganization"),
    CBPF_LOCATIONS: ("pfid", "prjcode", "clstagg", "admloc1", "admlocclustbdg1"),
    CBPF_PROJECTS: ("pfid", "prjcode", "allyr", "orgnm", "prgbdg"),
    CBPF_CONTRIBUTIONS: ("pooledfundid", "fiscalyear", "donorname", "contributionamt"),
    CBPF_CLUSTERS: ("clustid", "clustnm", "clustcode"),
    CBPF_ORGANISATION_TYPES: ("orgtypeid", "orgtypenm", "orgtypecode"),
    CBPF_FUNDS: ("pfid", "pfname", "pfabbrv"),
    CBPF_ALLOCATIONS: ("allocationtitle", "allocationsource", "pooledfundid", "allocationyear", "allocationtypeid"),
    HAPI_PRESENCE: ("location code", "org acronym", "org name", "sector code", "reference period start"),
    HAPI_NEEDS: ("location code", "sector code", "population status", "population", "reference period start"),
    HPC_NEEDS: ("country iso3", "cluster", "in need", "targeted"),
    UNHCR_POPULATION: ("year", "coo iso", "coa iso", "refugees", "asylum seekers", "idps"),
    CADRE_HARMONISE: ("adm0 pcod3", "adm2 pcod2", "chtype", "phase35"),
}
DTM_WORDS = (("idp", "idps", "pdi"), ("hh", "ind", "menages", "individus"), ("returnees", "ret", "retournes", "retournees"))
WHO = ("organisation", "organization", "organisme", "acteur", "partenaire", "acronyme", "accronyme")
WHERE = ("region", "departement", "province", "cercle", "commune", "prefecture", "cercles", "admin1", "admin2", "adm1", "adm2", "adm3", "admin1pcod", "admin2pcod")
WHAT = ("secteur", "cluster", "sector", "activite", "activity", "domaine")
PEOPLE_OR_TIME = ("beneficiaire", "beneficiaires", "atteintes", "ciblees", "personnes", "debut", "debute", "fin", "statut", "bailleur", "bailleurs")
ALERTED = ("alerte", "alertes", "alert", "msa")
COUNTED = ("menages", "menage", "households", "hh", "personnes", "individus", "ecoles")
STRICKEN = ("sinistres", "sinistrees", "sinistre", "sinistree", "effondrees", "effondres")
CADRE_HARMONISE_KEYS = frozenset({"adm0_pcod3", "chtype", "phase_class", "phase35"})
FTS_ANSWERS = {"flows": FTS_FLOWS, "plans": FTS_PLAN_OVERVIEW, "report3": FTS_GROUP_BY}
GEOGRAPHIC_TYPES = frozenset({"FeatureCollection", "Feature", "Topology", "GeometryCollection", "Polygon", "MultiPolygon"})


@dataclass(frozen=True, slots=True)
class Recognition:
    """The kind found (one of KINDS) and the reasons, each the heading, tag or key as it was seen."""

    kind: str
    reasons: tuple[str, ...]


def recognise(received: Reading | Json) -> Recognition:
    """What kind of file this is, from its reading or its JSON.

    >>> recognise({"type": "FeatureCollection", "features": []})
    Recognition(kind='boundaries', reasons=('type: FeatureCollection',))
    """
    return recognise_reading(received) if isinstance(received, Reading) else recognise_json(received)


def recognise_reading(reading: Reading) -> Recognition:
    """The kind of a file of tables, by its best table; a zipped Shapefile is boundaries."""
    if reading.kind == "shapefile":
        return Recognition(BOUNDARIES, ("shapefile",))
    table = best_table(reading)
    return Recognition(UNKNOWN, ()) if table is None else recognise_table(table)


def recognise_table(table: Table) -> Recognition:
    """The kind of one table: first the files whose headings are fixed, then displacement, then who does what where."""
    folded = {fold(heading.replace("_", " ")): heading for heading in table.headings.values()}
    for kind, needed in HEADINGS.items():
        if all(heading in folded for heading in needed):
            return Recognition(kind, tuple(folded[heading] for heading in needed))
    rules: tuple[Callable[[Table, Mapping[str, str]], Recognition | None], ...] = (alerts, bulletin, displacement, presence_by_tags, presence_by_headings)
    found = (rule(table, folded) for rule in rules)
    return next((recognition for recognition in found if recognition), Recognition(UNKNOWN, tuple(table.headings.values())[:8]))


def alerts(table: Table, folded: Mapping[str, str]) -> Recognition | None:
    """A matrix of rapid response dates an alert, names a place and counts households or people."""
    seen = [first_with(words, folded) for words in (ALERTED, WHERE, COUNTED)]
    return Recognition(RESPONSE_ALERTS, tuple(heading for heading in seen if heading)) if all(seen) else None


def bulletin(table: Table, folded: Mapping[str, str]) -> Recognition | None:
    """A bulletin of a disaster counts the stricken or the houses that fell, by place."""
    seen = [first_with(words, folded) for words in (STRICKEN, WHERE)]
    return Recognition(DISASTER_BULLETIN, tuple(heading for heading in seen if heading)) if all(seen) else None


def displacement(table: Table, folded: Mapping[str, str]) -> Recognition | None:
    """A displacement baseline counts displaced people and returnees, by household or individual, per place."""
    by_tag = [tag for tag in table.tags.values() if tag.lower().startswith("#affected") and ("+idps" in tag.lower() or "+returnees" in tag.lower())]
    if len(by_tag) > 1:
        return Recognition(DTM_BASELINE, tuple(by_tag))
    seen = [first_with(words, folded) for words in DTM_WORDS]
    return Recognition(DTM_BASELINE, tuple(heading for heading in seen if heading)) if all(seen) else None


def presence_by_tags(table: Table, folded: Mapping[str, str]) -> Recognition | None:
    """Who does what where by tags: an organisation and a place."""
    fields = fields_of_tags(table.tags)
    who = [table.tags[letter] for letter, field in fields.items() if field in ("org_name", "org_acronym")]
    where = [table.tags[letter] for letter, field in fields.items() if field.startswith("adm")]
    return Recognition(PRESENCE_5W, (*who, *where)) if who and where else None


def presence_by_headings(table: Table, folded: Mapping[str, str]) -> Recognition | None:
    """Who does what where by headings: an organisation, a place, and a sector, an activity, people, dates or donors."""
    who, where = first_with(WHO, folded), first_with(WHERE, folded)
    what = first_with(WHAT, folded) or first_with(PEOPLE_OR_TIME, folded)
    return Recognition(PRESENCE_5W, (who, where, what)) if who and where and what else None


def first_with(words: Sequence[str], folded: Mapping[str, str]) -> str | None:
    """The first heading that holds one of these words, as written.

    >>> first_with(("region",), {"nom de la region": "Nom de la Région *"})
    'Nom de la Région *'
    """
    return next((heading for key, heading in folded.items() if not set(words).isdisjoint(key.split())), None)


def recognise_json(document: Json) -> Recognition:
    """The kind of a JSON document: boundaries by its geographic type, an answer of FTS by what its data hold, Cadre Harmonisé by the keys of its rows."""
    if isinstance(document, Mapping) and str(document.get("type")) in GEOGRAPHIC_TYPES:
        return Recognition(BOUNDARIES, (f"type: {document['type']}",))
    answered = document.get("data") if isinstance(document, Mapping) else None
    if isinstance(answered, Mapping) and (held := next((key for key in FTS_ANSWERS if key in answered), None)):
        return Recognition(FTS_ANSWERS[held], (f"data.{held}",))
    rows = document.get("DataList") if isinstance(document, Mapping) else document
    first = rows[0] if isinstance(rows, Sequence) and not isinstance(rows, str) and rows else None
    if isinstance(first, Mapping) and first.keys() >= CADRE_HARMONISE_KEYS:
        return Recognition(CADRE_HARMONISE, tuple(sorted(CADRE_HARMONISE_KEYS)))
    keys = tuple(str(key) for key in document)[:8] if isinstance(document, Mapping) else ()
    return Recognition(UNKNOWN, keys)
