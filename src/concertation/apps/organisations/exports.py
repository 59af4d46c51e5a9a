"""Taking the register away as CSV, XLSX or HXL-tagged CSV."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from concertation.apps.organisations.models import Organisation
from concertation.apps.organisations.words import TYPES
from concertation.draw.tables import Column, Source, TakenTable

COLUMNS = (
    Column(key="organisation", heading_fr="Identifiant", heading_en="Identifier", tag="#org +id"),
    Column(key="acronym", heading_fr="Sigle", heading_en="Acronym", tag="#org +acronym"),
    Column(key="name_fr", heading_fr="Nom en français", heading_en="Name in French", tag="#org +name +i_fr"),
    Column(key="name_en", heading_fr="Nom en anglais", heading_en="Name in English", tag="#org +name +i_en"),
    Column(key="org_type", heading_fr="Type", heading_en="Type", tag="#org +type"),
    Column(key="ways", heading_fr="Écritures connues", heading_en="Known spellings", numeric=True),
    Column(key="states", heading_fr="États", heading_en="States", tag="#country +code +list"),
    Column(key="activities", heading_fr="Activités que vous pouvez voir", heading_en="Activities you may see", tag="#activity +num", numeric=True),
)


def taken(listed: Iterable[Organisation], declared: Mapping[UUID, Mapping[str, int]], *, on: date) -> TakenTable:
    """The register as a table to take away: a State is named only where the reader may see activity."""
    rows = [_row(each, declared.get(each.pk, {})) for each in listed]
    source = Source(source="Concertation", date=on.isoformat(), licence="", scope="registre des organisations / register of organisations")
    title = {"title_fr": "Registre des organisations", "title_en": "Register of organisations"}
    return TakenTable(columns=COLUMNS, rows=rows, sources=(source,), **title)


def _row(each: Organisation, states: Mapping[str, int]) -> dict[str, object]:
    names = {"organisation": each.slug, "acronym": each.acronym, "name_fr": each.name_fr, "name_en": each.name_en}
    counted = {"states": " ".join(sorted(states)), "activities": sum(states.values()), "ways": getattr(each, "ways", None)}
    return {**names, "org_type": each.org_type if each.org_type in TYPES else "other", **counted}
