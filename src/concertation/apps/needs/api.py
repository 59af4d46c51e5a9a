"""Figures, sectors and concepts for programs, and HAPI's tables of figures. Thin: what is read begins with the reader's mandates."""

from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.ground.answers import Page, Paged, Rows, frame_of, rows_answer
from concertation.apps.ground.refusals import Refused
from concertation.apps.needs import bulk_reading, hapi_reading, queries
from concertation.apps.needs.hapi_shapes import (
    FoodSecurityAsked,
    FoodSecurityRow,
    HapiAsked,
    IdpsRow,
    NeedsAsked,
    NeedsRow,
    PopulationRow,
    RefugeesRow,
)
from concertation.apps.needs.models import Figure
from concertation.apps.needs.queries import HeldFigure, InStanding
from concertation.apps.needs.shapes import ConceptRow, FigureRow, FiguresAsked, FigureTold, OneAsked, Ranked, SectorRow
from concertation.core.figures import Reason
from concertation.formats import reference_set

router = Router(tags=["needs"])
hapi = Router(tags=["hapi"])
OF_FIGURE = {"state": "owner_state", "unit": "unit_id", "source": "source_id"}
MAY_BE_EMPTY = ("value_text", "scope", "method", "holder")


@router.get("/sectors", response=Rows[SectorRow])
def sectors(request: ReaderRequest, asked: Query[Paged]) -> HttpResponse:
    """The sectors of the response."""
    return rows_answer(request, bulk_reading.sector_rows(most=asked.limit, after=asked.after), SectorRow, asked)


@router.get("/concepts", response=Rows[ConceptRow])
def concepts(request: ReaderRequest, asked: Query[Paged]) -> HttpResponse:
    """What figures count, in words, and with what it may be added."""
    table = reference_set.read("concepts").to_dicts()
    lines = sorted((line for line in table if line["kind"] == "concept"), key=lambda line: str(line["code"]))
    told = [{"concept": line["code"]} | {name: line[name] for name in ConceptRow.model_fields if name != "concept"} for line in lines]
    for line in told:
        line |= {name: line[name] == "true" for name in ("adds_over_units", "adds_over_sectors")}
    wanted = [line for line in told if asked.after is None or line["concept"] > asked.after]
    onward = ("after", str(wanted[asked.limit - 1]["concept"])) if len(wanted) > asked.limit else None
    return rows_answer(request, Page(frame_of(ConceptRow, wanted[: asked.limit]), onward), ConceptRow, asked)


@router.get("/figures", response=Rows[FigureRow])
def figures(request: ReaderRequest, asked: Query[FiguresAsked]) -> HttpResponse:
    """Figures with every axis, side by side: none is merged into another."""
    return rows_answer(request, bulk_reading.figure_rows(request.mandates, asked), FigureRow, asked)


@router.get("/figures/{figure_id}", response=FigureTold)
def figure(request: ReaderRequest, figure_id: UUID, asked: Query[OneAsked]) -> FigureTold:
    """One figure, the others of the same fact, and where it was read."""
    row = queries.figure(request.mandates, figure_id)
    if row is None:
        raise Refused("api-row-unknown")
    return told(row, queries.standing_of(request.mandates, row))


def told(row: Figure, standing: InStanding) -> FigureTold:
    """A figure with its standing."""
    columns = {name: getattr(row, OF_FIGURE.get(name, name)) for name in FigureRow.model_fields}
    read = {name: value or None if name in MAY_BE_EMPTY else value for name, value in columns.items()}
    leading = [ranked(standing.leader, standing.reason, leads=True)] if standing.leader else []
    return FigureTold(
        figure=FigureRow.model_validate(read), same_fact=[*leading, *(ranked(held, why, leads=False) for held, why in standing.others)], disagreement=standing.disagreement,
        file=row.import_run.file.name if row.import_run else None, sheet=row.sheet or None, rows=row.rows_summed or (str(row.row) if row.row else None),
    )


def ranked(held: HeldFigure, why: Reason, *, leads: bool) -> Ranked:
    """One figure of the same fact with the reason of its rank."""
    each = held.figure
    return Ranked(
        figure=held.id, leads=leads, value=each.value, value_text=each.value_text or None, reference_start=each.reference_start,
        reference_end=each.reference_end, source=each.source, source_title=held.source_title, scope=each.scope or None, status=each.status,
        reason_fr=why.fr, reason_en=why.en,
    )


@hapi.get("/humanitarian-needs", response=Rows[NeedsRow])
def hapi_humanitarian_needs(request: ReaderRequest, asked: Query[NeedsAsked]) -> HttpResponse:
    """People by sector and status of population."""
    return rows_answer(request, hapi_reading.humanitarian_needs(request.mandates, asked), NeedsRow, asked)


@hapi.get("/food-security", response=Rows[FoodSecurityRow])
def hapi_food_security(request: ReaderRequest, asked: Query[FoodSecurityAsked]) -> HttpResponse:
    """People by phase of the Cadre harmonisé."""
    return rows_answer(request, hapi_reading.food_security(request.mandates, asked), FoodSecurityRow, asked)


@hapi.get("/idps", response=Rows[IdpsRow])
def hapi_idps(request: ReaderRequest, asked: Query[HapiAsked]) -> HttpResponse:
    """People displaced inside their country."""
    return rows_answer(request, hapi_reading.idps(request.mandates, asked), IdpsRow, asked)


@hapi.get("/refugees", response=Rows[RefugeesRow])
def hapi_refugees(request: ReaderRequest, asked: Query[HapiAsked]) -> HttpResponse:
    """Refugees and others, from where to where."""
    return rows_answer(request, hapi_reading.refugees(request.mandates, asked), RefugeesRow, asked)


@hapi.get("/population", response=Rows[PopulationRow])
def hapi_population(request: ReaderRequest, asked: Query[HapiAsked]) -> HttpResponse:
    """People by place, sex and age."""
    return rows_answer(request, hapi_reading.population(request.mandates, asked), PopulationRow, asked)
