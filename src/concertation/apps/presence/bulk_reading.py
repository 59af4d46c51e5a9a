"""Reading activities in bulk for programs: the rows a page would show, without an object per row."""

from collections.abc import Collection, Sequence
from typing import Any

import polars as pl
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from concertation.apps.ground.answers import Page, page_of
from concertation.apps.needs.hapi_reading import sector_columns
from concertation.apps.needs.hapi_shapes import PresenceAsked
from concertation.apps.needs.places_reading import PLACE, hapi_places, units_coded
from concertation.apps.organisations.queries import slugs_seen
from concertation.apps.places.bulk_reading import no_code_yet
from concertation.apps.presence.models import ActivityPlace
from concertation.apps.presence.queries import activities
from concertation.apps.presence.shapes import ActivitiesAsked, ActivityRow
from concertation.core.sharing import Mandate
from concertation.formats import reference_set

PATHS = {name: name for name in ActivityRow.model_fields} | {
    "state": "owner_state", "organisation": "now", "unit": "unit_id", "file": "import_run__file__name",
}
SLUG = Coalesce("organisation__merged_into__slug", "organisation__slug")
NOW = ("slug", "acronym", "name_fr", "name_en", "org_type")
DECLARED = {
    "unit": pl.String, "sector": pl.String, "slug": pl.String, "org_acronym": pl.String, "name_fr": pl.String, "name_en": pl.String,
    "org_type": pl.String, "start": pl.Date, "end": pl.Date,
}  # fmt: skip


def activity_rows(mandates: Sequence[Mandate], asked: ActivitiesAsked) -> Page:
    """Activities a reader may see. Two queries; an organisation the reader may not see keeps its row and loses its name."""
    rows = _touching(activities(mandates).select_related(None).annotate(now=SLUG), asked.since, asked.until)
    given = {"owner_state": asked.state, "sector": asked.sector, "now": asked.organisation}
    rows = rows.filter(**{path: value for path, value in given.items() if value is not None})
    if asked.unit:
        rows = rows.filter(pk__in=ActivityPlace.objects.filter(unit_id=asked.unit).values("activity_id"))
    page = page_of(rows, ActivityRow, PATHS, most=asked.limit, after=asked.after)
    seen = slugs_seen(mandates, page.frame["organisation"].unique().drop_nulls().to_list())
    hidden = pl.col("organisation").is_not_null() & ~pl.col("organisation").is_in(seen)
    return page.with_frame(page.frame.with_columns(pl.when(~hidden).then(pl.col(name)).alias(name) for name in ("org_written", "organisation")))


def _touching(rows: QuerySet[Any], since: object, until: object) -> QuerySet[Any]:
    """Activities whose days touch these; without days of their own, those of their report."""
    first, last = Coalesce("start", "period_start"), Coalesce("end", "period_end")
    rows = rows.annotate(last=last).filter(Q(last__gte=since) | Q(last__isnull=True)) if since else rows
    return rows.annotate(first=first).filter(first__lte=until) if until else rows


def operational_presence(mandates: Sequence[Mandate], asked: PresenceAsked, *, english: bool, sectors: Collection[str] = (), organisation: str = "") -> Page:
    """operational_presence: who is declared active where, in which sector and period, each once; of some sectors or one organisation. Four queries."""
    rows = _touching(activities(mandates).select_related(None), asked.start_date, asked.end_date)
    rows = rows.filter(owner_state=asked.location_code) if asked.location_code else rows
    wanted = [asked.sector_code] if asked.sector_code else list(sectors)
    rows = rows.filter(sector__in=wanted) if wanted else rows
    held = _declared(rows, units_coded(admin1_code=asked.admin1_code, admin2_code=asked.admin2_code))
    seen = slugs_seen(mandates, held["slug"].unique().drop_nulls().to_list())
    if organisation:
        held = held.filter(pl.col("slug") == organisation)
    named = held.filter(pl.col("slug").is_in(seen)).join(hapi_places(), on="unit", how="left").with_columns(unit=pl.col("unit_told"))
    at = named.filter(pl.col("admin_level") == asked.admin_level) if asked.admin_level is not None else named
    once = at.unique(["unit", "sector", "slug", "start", "end"]).sort("unit", "sector", "slug", "start", "end")
    page = once.slice(asked.offset, asked.limit)
    onward = ("offset", str(asked.offset + asked.limit)) if once.height > asked.offset + asked.limit else None
    return Page(_in_hapi(page, english=english), onward)


def _declared(rows: QuerySet[Any], units: Sequence[str] | None) -> pl.DataFrame:
    """Each unit, sector, organisation and period once: columns DECLARED. One query."""
    named = {f"now_{name}": Coalesce(f"activity__organisation__merged_into__{name}", f"activity__organisation__{name}") for name in NOW}
    places = ActivityPlace.objects.filter(activity__in=rows.filter(organisation__isnull=False).order_by().values("pk")).annotate(**named)
    narrowed = places if units is None else places.filter(unit_id__in=units)
    columns = ("unit_id", "activity__sector", *named, "activity__period_start", "activity__period_end")
    return pl.DataFrame(list(narrowed.order_by().values_list(*columns).distinct()), schema=DECLARED, orient="row")


def _in_hapi(page: pl.DataFrame, *, english: bool) -> pl.DataFrame:
    """The columns of HAPI's table, with what is in doubt."""
    first, second = ("name_en", "name_fr") if english else ("name_fr", "name_en")
    kinds = reference_set.read("organisations").drop_nulls("org_type").unique("org_type", keep="first", maintain_order=True)
    told = kinds.select("org_type", org_type_code="hapi_org_type", org_type_description=f"org_type_{first}")
    at_level = pl.when(pl.col("admin_level") == 1).then("admin1_code").when(pl.col("admin_level") == 2).then("admin2_code").otherwise("location_code")
    texts = [pl.col(name).replace("", None) for name in ("sector", "org_acronym", "org_type", "name_fr", "name_en")]
    return page.with_columns(texts).join(sector_columns(), on="sector", how="left").join(told, on="org_type", how="left").select(
        *PLACE, "org_acronym", pl.coalesce(first, second).alias("org_name"), "org_type_code", "org_type_description", "sector_code",
        "sector_name",
        pl.col("start").dt.to_string("iso").alias("reference_period_start"), pl.col("end").dt.to_string("iso").alias("reference_period_end"), "unit",
        pl.when(at_level.is_null()).then(pl.lit(no_code_yet())).alias("warning"),
        pl.when(pl.col("sector").is_null()).then(pl.lit(_("Aucun secteur n'est nommé."))).alias("error"),
    )
