"""Rows for programs: one typed shape per table, read in bulk and written without building an object per row.

A shape is a pydantic model: it documents the columns exactly, in order, and a test validates what is written here against it.
Pages are by key: `next` leads on from the last row given, so rows added or withdrawn meanwhile shift nothing.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from io import SEEK_END, BytesIO
from types import NoneType
from typing import Annotated, Any, Generic, Literal, Protocol, Self, TypeVar, get_args
from uuid import UUID

import polars as pl
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from concertation.apps.ground.refusals import Refused, WrongFilter
from concertation.draw.tables import BYTE_ORDER_MARK, defused
from concertation.formats import reference_set

MOST_ROWS, USUAL_ROWS, MOST_PASSED = 10_000, 1_000, 10_000_000
JSON_TYPE, CSV_TYPE = "application/json", "text/csv"
Word = Annotated[str, Field(min_length=1, max_length=96, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
HEX = re.compile(r"[0-9a-f]{32}")
RowT = TypeVar("RowT", bound="Row")


def plain_text(text: str) -> str:
    """Words to look for; a character that no database keeps is refused."""
    if "\x00" in text:
        raise ValueError("NUL")
    return text


def written_day(given: object) -> object:
    """A day as it is written, 2024-08-31; a number is no day."""
    if not isinstance(given, str) or not DAY.fullmatch(given):
        raise PydanticCustomError("date_form", "a day is written 2024-08-31")
    return given


Day = Annotated[date, BeforeValidator(written_day)]
Words = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00]*$"), AfterValidator(plain_text)]


class Row(BaseModel):
    """One row of a table: every column always there, null where nothing is held."""

    model_config = ConfigDict(extra="forbid")


class Rows(BaseModel, Generic[RowT]):
    """Rows of a table, and the address of those that follow; null after the last."""

    model_config = ConfigDict(extra="forbid")
    data: list[RowT]
    next: str | None


class Asked(BaseModel):
    """What every address understands; a filter it does not know is refused, never passed over in silence."""

    lang: Literal["fr", "en"] | None = None

    @model_validator(mode="before")
    @classmethod
    def known_filters(cls, given: Any, found: ValidationInfo) -> Any:
        """Refuse names that are no filter here, and a filter given twice."""
        request = (found.context or {}).get("request")
        if request is not None:
            refuse_strangers(request, frozenset(cls.model_fields))
        return given


class Paged(Asked):
    """What every table understands."""

    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = USUAL_ROWS
    after: Word | None = None
    output_format: Literal["json", "csv"] | None = None


class PagedById(Asked):
    """A table whose rows follow each other by their id."""

    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = USUAL_ROWS
    after: UUID | None = None
    output_format: Literal["json", "csv"] | None = None


class Formed(Protocol):
    """What a reader asked of rows, the form of the answer included."""

    output_format: Literal["json", "csv"] | None


class PagedByPlace(Asked):
    """A table of HAPI's, paged as HAPI does: by how many rows are passed over."""

    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = USUAL_ROWS
    offset: Annotated[int, Field(ge=0, le=MOST_PASSED)] = 0
    output_format: Literal["json", "csv"] | None = None


def refuse_strangers(request: HttpRequest, known: frozenset[str]) -> None:
    """Raise Refused for a filter this address does not know, or one given twice."""
    listed = ", ".join(sorted(known))
    strangers = [name for name in request.GET if name not in known]
    if strangers:
        wrong = [WrongFilter(place="query", name=name, expected_fr=listed, expected_en=listed) for name in strangers]
        raise Refused("api-filter-unknown", detail={"names": ", ".join(strangers), "known": listed}, filters=wrong)
    twice = [name for name, values in request.GET.lists() if len(values) > 1]
    if twice:
        wrong = [WrongFilter(place="query", name=name, expected_fr="une seule fois", expected_en="once only") for name in twice]
        raise Refused("api-filter-twice", detail={"names": ", ".join(twice)}, filters=wrong)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in a shape's columns, and what the address of the next ones holds (`after` or `offset`) where others follow."""

    frame: pl.DataFrame
    following: tuple[str, str] | None = None

    def with_frame(self, frame: pl.DataFrame) -> Self:
        """The same page with its columns completed."""
        return type(self)(frame, self.following)


def kind_of(annotation: Any) -> type:
    """The plain type of a column: an Optional or a Literal is what it holds.

    >>> kind_of(int | None), kind_of(Literal["a", "b"])
    (<class 'int'>, <class 'str'>)
    """
    parts = [part for part in get_args(annotation) if part is not NoneType]
    if not parts:
        return annotation if isinstance(annotation, type) else str
    return kind_of(parts[0]) if isinstance(parts[0], type) or get_args(parts[0]) else type(parts[0])


STATES = tuple(reference_set.read("states")["iso3"].sort().to_list())
SECTORS = tuple(reference_set.read("sectors")["sector"].to_list())
StateCode = Literal[STATES]  # type: ignore[valid-type]
SectorCode = Literal[SECTORS]  # type: ignore[valid-type]
PLAINLY, TRUE = frozenset({date, UUID, bool}), ("1", "true")
FETCHED = 2_000
STORED: Mapping[type, pl.DataType] = {int: pl.Int64(), float: pl.Float64(), bool: pl.Boolean()}


def page_of(rows: QuerySet[Any], shape: type[Row], paths: Mapping[str, str], *, most: int, after: object = None, skip: int | None = None) -> Page:
    """One page of a queryset: the columns of `paths` (column -> path in the models), one query, no object per row.

    The first column is the key: rows follow in its order after `after`, or, where rows are passed over (`skip`), in the order of their
    ids. Days, ids and truths are read as the database keeps them; an empty text is null where the shape allows it.
    """
    key = "pk" if skip is not None else next(iter(paths.values()))
    following = (rows.filter(**{f"{key}__gt": after}) if after is not None else rows).order_by(key)
    kinds = {name: kind_of(shape.model_fields[name].annotation) if name in shape.model_fields else str for name in paths}
    plain = {f"as_{name}": Cast(paths[name], TextField()) for name, kind in kinds.items() if kind in PLAINLY}
    told = following.annotate(**plain).values_list(*(f"as_{name}" if f"as_{name}" in plain else path for name, path in paths.items()))
    begin = skip or 0
    lines = list(told[begin : begin + most + 1].iterator(chunk_size=FETCHED))
    onward = None if len(lines) <= most else ("after", with_dashes(str(lines[most - 1][0]))) if skip is None else ("offset", str(begin + most))
    columns: list[Any] = list(zip(*lines[:most], strict=True)) if lines else [[] for _ in paths]
    held = [_moments(column) if kinds[name] is datetime else column for name, column in zip(paths, columns, strict=True)]
    read = {name: pl.String() if kind is bool else STORED.get(kind, pl.String()) for name, kind in kinds.items()}
    frame = pl.DataFrame(dict(zip(paths, held, strict=True)), schema=read)
    return Page(frame.with_columns(*_written(shape, kinds)), onward)


def _moments(column: Iterable[datetime | None]) -> list[str | None]:
    return [each.isoformat() if each else None for each in column]


def _written(shape: type[Row], kinds: Mapping[str, type]) -> Iterable[pl.Expr]:
    """Ids with their dashes on both engines, null for an empty text that may be null."""
    for name, kind in kinds.items():
        if kind is UUID:
            yield dashed(name)
        elif kind is bool:
            yield pl.col(name).is_in(TRUE)
        elif kind is str and name in shape.model_fields and NoneType in get_args(shape.model_fields[name].annotation):
            yield pl.col(name).replace("", None)


def dashed(name: str) -> pl.Expr:
    """An id as it is written: SQLite keeps 32 digits, PostgreSQL the dashes too.

    >>> pl.DataFrame({"id": ["0" * 32, None]}).select(dashed("id"))["id"].to_list()
    ['00000000-0000-0000-0000-000000000000', None]
    """
    digits = pl.col(name)
    parts = [digits.str.slice(start, length) for start, length in ((0, 8), (8, 4), (12, 4), (16, 4), (20, 12))]
    return pl.when(digits.str.len_bytes() == 32).then(pl.concat_str(parts, separator="-")).otherwise(digits).alias(name)


def with_dashes(key: str) -> str:
    """The key of a row as an address holds it.

    >>> with_dashes("0" * 32), with_dashes("NER")
    ('00000000-0000-0000-0000-000000000000', 'NER')
    """
    return str(UUID(key)) if HEX.fullmatch(key) else key


def frame_of(shape: type[Row], rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """A few rows held as mappings, in the columns of a shape; days and ids as text."""
    kinds = {name: kind_of(field.annotation) for name, field in shape.model_fields.items()}
    texts = [{name: str(value) if value is not None and kinds[name] not in STORED else value for name, value in row.items()} for row in rows]
    return pl.DataFrame(texts, schema={name: STORED.get(kind, pl.String()) for name, kind in kinds.items()}, orient="row")


def rows_answer(request: HttpRequest, page: Page, shape: type[Row], asked: Formed) -> HttpResponse:
    """A page of rows as JSON, or as CSV where that is asked for; `next` and the Link header lead on."""
    frame, following = page.frame.select(list(shape.model_fields)), address_after(request, page.following)
    wanted = asked.output_format or ("csv" if request.get_preferred_type([JSON_TYPE, CSV_TYPE]) == CSV_TYPE else "json")
    if wanted == "csv":
        answer = HttpResponse(csv_of(frame), content_type=f"{CSV_TYPE}; charset=utf-8")
    else:
        answer = HttpResponse(json_of(frame, following), content_type=JSON_TYPE)
    if following:
        answer.headers["Link"] = f'<{following}>; rel="next"'
    return answer


def json_of(frame: pl.DataFrame, following: str | None) -> bytes:
    r"""The rows as JSON, with the address of those that follow. Written a line a row, three times as fast; a line break inside a text is escaped, so each one ends a row.

    >>> json_of(pl.DataFrame({"a": ["x\ny", None]}), "/b"), json_of(pl.DataFrame({"a": []}), None)
    (b'{"data":[{"a":"x\\ny"},{"a":null}],"next":"/b"}', b'{"data":[],"next":null}')
    """
    content = BytesIO()
    content.write(b'{"data":[')
    frame.write_ndjson(content)
    content.seek(-1 if frame.height else 0, SEEK_END)
    content.write(b'],"next":' + json.dumps(following).encode() + b"}")
    return content.getvalue().replace(b"\n", b",")


def address_after(request: HttpRequest, following: tuple[str, str] | None) -> str | None:
    """The address of the rows that follow, on this same node."""
    if following is None:
        return None
    query = request.GET.copy()
    query[following[0]] = following[1]
    return f"{request.path}?{query.urlencode()}"


def csv_of(frame: pl.DataFrame) -> bytes:
    """The rows as CSV in UTF-8 with the mark spreadsheets need; text a spreadsheet would run as a formula is defused."""
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    risky = {text: defused(text) for name in texts for text in frame[name].unique() if text and defused(text) != text}
    safe = frame.with_columns(pl.col(texts).replace(risky)) if risky else frame
    return (BYTE_ORDER_MARK + safe.write_csv(line_terminator="\r\n")).encode()
