"""Activities as they are found: by what their row says on the pages, the newest first. Only rows that count are found.

One in a restricted sector (protection), or in none that is named, is found by the State's own readers and the holder alone,
as everywhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice

from django.db.models import QuerySet

from concertation.apps.needs.models import Sector
from concertation.apps.needs.search_reading import lies_in, parents_now
from concertation.apps.organisations.models import Organisation
from concertation.apps.places.models import AdminUnit
from concertation.apps.presence.models import Activity
from concertation.apps.presence.queries import counted
from concertation.apps.search.addresses import address_of
from concertation.apps.search.kinds import HEAVIEST, Thing, digest_of
from concertation.apps.sources.queries import loaded_reference_set
from concertation.core.sharing import Sensitivity
from concertation.core.spelling import fold

BETWEEN, SLICE = " · ", 500
FIRST_DAY = date(1950, 1, 1)
SECTOR = 3
TOLD = (
    "version", "sensitivity", "holder", "sector", "unit_id", "period_end", "organisation_id", "organisation__version", "organisation__sensitivity",
    "organisation__merged_into_id", "organisation__merged_into__version",
)  # fmt: skip


def rows_that_count(state: str) -> QuerySet[Activity]:
    """Every activity of a State that counts, whoever may see it: its entry is guarded as it is."""
    return counted(Activity.objects.filter(owner_state=state))


def stamps(state: str) -> Mapping[str, str]:
    """Every activity of a State that counts, with what its entry is made from; names come from the reference set."""
    names = loaded_reference_set()[:12]
    restricted = frozenset(Sector.objects.filter(restricted=True).values_list("pk", flat=True))
    lines = rows_that_count(state).values_list("pk", *TOLD).iterator(chunk_size=20_000)
    return {str(pk): digest_of("|".join(map(str, (names, told[SECTOR] in restricted, *told)))) for pk, *told in lines}


def activities_as_things(state: str, keys: Sequence[str]) -> Iterator[Thing]:
    """The activities asked for, a slice at a time."""
    sectors = {sector.pk: sector for sector in Sector.objects.all()}
    above = parents_now()
    rest = iter(keys)
    while taken := list(islice(rest, SLICE)):
        rows = rows_that_count(state).filter(pk__in=taken).select_related("organisation__merged_into", "unit")
        yield from (_thing(row, sectors.get(row.sector), [row.unit, *lies_in(row.unit, above)]) for row in rows)


def _thing(row: Activity, sector: Sector | None, places: Sequence[AdminUnit]) -> Thing:
    survivor = row.organisation and (row.organisation.merged_into or row.organisation)
    known = survivor if survivor and survivor.sensitivity == Sensitivity.PUBLIC.value else None
    said = " ".join((row.activity or row.indicator).split())
    title_fr, title_en = (said, said) if said else (sector.name_fr, sector.name_en) if sector else (row.sector_written, row.sector_written)
    return Thing(
        key=str(row.pk), owner_state=row.owner_state, holder=row.holder, sensitivity=row.sensitivity, title_fr=title_fr or row.org_written or "–",
        title_en=title_en or row.org_written or "–", address=_address(row, known), sort_key=fold(title_fr)[:160],
        texts=(said, row.sector_written, *((sector.name_fr, sector.name_en) if sector else ())),
        also=(row.org_written, *((known.acronym, known.name_fr, known.name_en) if known else ()), *(name for place in places for name in (place.name_fr, place.name_en))),
        context_fr=_context(row, known, [place.name_fr for place in places], sector.name_fr if sector else ""),
        context_en=_context(row, known, [place.name_en for place in places], sector.name_en if sector else ""),
        state=row.owner_state, sector=row.sector, weight=_age(row.period_end), origin=str(row.import_run_id),
        own_readers_only=sector is None or sector.restricted,
    )  # fmt: skip


def _context(row: Activity, known: Organisation | None, places: Sequence[str], sector: str) -> str:
    """Who, where, in which sector, until which month the file reported."""
    month = row.period_end.strftime("%Y-%m") if row.period_end else ""
    return BETWEEN.join(dict.fromkeys(filter(None, (str(known) if known else row.org_written, *places, sector or row.sector_written, month))))


def _address(row: Activity, known: Organisation | None) -> str:
    """The page that shows the row: its organisation's, narrowed to its State and sector, else its place's."""
    if known is None:
        return address_of("unit", row.unit_id)
    return f"{address_of('organisation', known.slug)}?state={row.owner_state}&sector={row.sector or 'none'}"


def _age(reported_until: date | None) -> int:
    return HEAVIEST if reported_until is None else max(HEAVIEST - 1 - (reported_until - FIRST_DAY).days, 0)
