"""Fields in NetCDF (classic or NetCDF-4), as the CF conventions lay them out and as public archives in fact do."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import cftime
import netCDF4
import numpy as np

from concertation.core.problems import Problem
from concertation.formats.fields.one_file import nothing_else_opened
from concertation.formats.fields.opened import Axes, Block, Layer, Opened, Refused, axes_of

EAST = ("lon", "longitude", "x")
NORTH = ("lat", "latitude", "y")
TIME = ("time", "t", "s", "valid_time", "forecast_reference_time", "date")
MEMBER = ("m", "member", "number", "realization", "ensemble", "ens")
DEGREES = ("degree",)
FAILURES = (OSError, RuntimeError, ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError)


def open_netcdf(path: Path, variables: Sequence[str], on: date | None) -> Opened:
    """The field of a file. Raises Refused; values are read when a layer is asked for."""
    try:
        with nothing_else_opened(files=1):
            held = netCDF4.Dataset(path, "r")
        names, told = wanted_names(held, variables)
        refuse_elsewhere(path, [held.variables[name] for name in names.values()])
        roles = roles_of(held, held.variables[names[variables[0]]])
        with nothing_else_opened():
            axes = axes_of(held.variables[roles["east"]][:].filled(np.nan), held.variables[roles["north"]][:].filled(np.nan))
            days = days_of(held, roles.get("time"), on)
        members = len(held.dimensions[roles["member"]]) if "member" in roles else 1
        layers = {name: Layer(unit_of(held.variables[real]), reader(held.variables[real], roles, axes)) for name, real in names.items()}
    except FAILURES as reason:
        raise Refused(Problem("field-unreadable", value=str(reason)[:120])) from None
    return Opened(axes.grid, layers, days, members, (*told, *axes.problems))


def refuse_elsewhere(path: Path, variables: Sequence[Any]) -> None:
    """Refuse a variable whose values cannot be in this file: it names another as their place, and would be read as nothing but zeros."""
    size = path.stat().st_size
    for variable in variables:
        if variable.chunking() == "contiguous" and variable.size * variable.dtype.itemsize > size:
            raise Refused(Problem("field-unreadable", value=f"{variable.name}: {variable.size * variable.dtype.itemsize} > {size}"))


def unit_of(variable: Any) -> str:
    """The unit a variable is written in."""
    return str(getattr(variable, "units", "")).strip()


def wanted_names(held: Any, variables: Sequence[str]) -> tuple[Mapping[str, str], tuple[Problem, ...]]:
    """The name in the file of each variable wanted. Where one is wanted and one is there, it is taken, and told when its name differs."""
    fields = [name for name, variable in held.variables.items() if is_field(held, variable)]
    lacking = [name for name in variables if name not in fields]
    if not lacking:
        return {name: name for name in variables}, ()
    if not fields:
        raise Refused(Problem("field-no-georeference"))
    if len(variables) == len(fields) == 1:
        return {variables[0]: fields[0]}, (Problem("field-variable-taken", value=fields[0], detail={"wanted": variables[0]}),)
    raise Refused(Problem("field-variable-missing", value=", ".join(lacking), detail={"known": ", ".join(fields)}))


def is_field(held: Any, variable: Any) -> bool:
    """Whether a variable of numbers lies on both axes of the ground."""
    roles = [role_of(held, name) for name in variable.dimensions]
    return "east" in roles and "north" in roles and len(variable.dimensions) > 1 and np.issubdtype(variable.dtype, np.number)


def role_of(held: Any, dimension: str) -> str:
    """What a dimension is: east, north, time, member, or its own name."""
    along = held.variables.get(dimension)
    written = " ".join(str(getattr(along, name, "")) for name in ("units", "standard_name")).lower() if along is not None else ""
    if "projection_" in written:
        raise Refused(Problem("field-projection-other", value=written.strip()[:80]))
    name = dimension.lower()
    if "degree" in written or name in EAST + NORTH:
        is_north = "north" in written or "latitude" in written or ("east" not in written and "longitude" not in written and name in NORTH)
        return refuse_metres(written, "north" if is_north else "east")
    if " since " in written or name in TIME:
        return "time"
    return "member" if name in MEMBER or "realization" in written else dimension


def refuse_metres(written: str, role: str) -> str:
    """The role of an axis of degrees; one in metres or kilometres belongs to another projection."""
    unit = written.split(" ")[0]
    if unit in ("m", "km", "metre", "meter", "metres", "meters", "kilometers", "kilometres"):
        raise Refused(Problem("field-projection-other", value=unit))
    return role


def roles_of(held: Any, variable: Any) -> Mapping[str, str]:
    """The dimension of each role; a dimension nobody knows is let through only where it holds one step."""
    mapping = held.variables.get(str(getattr(variable, "grid_mapping", "")))
    projection = str(getattr(mapping, "grid_mapping_name", "latitude_longitude"))
    if projection != "latitude_longitude":
        raise Refused(Problem("field-projection-other", value=projection[:80]))
    roles: dict[str, str] = {}
    for dimension in variable.dimensions:
        role, size = role_of(held, dimension), len(held.dimensions[dimension])
        if role in roles or (role not in ("east", "north", "time", "member") and size > 1):
            raise Refused(Problem("field-dimension-unknown", value=dimension, detail={"size": str(size)}))
        roles[role] = dimension
    if any(roles[role] not in held.variables for role in ("east", "north")):
        raise Refused(Problem("field-no-georeference"))
    return roles


def days_of(held: Any, dimension: str | None, on: date | None) -> tuple[date | None, ...]:
    """The day of each step, by the unit of its axis; the day given counts for a single step without one."""
    if dimension is None:
        return (on,)
    along = held.variables.get(dimension)
    steps = len(held.dimensions[dimension])
    if along is None or " since " not in unit_of(along):
        if steps == 1:
            return (on,)
        raise Refused(Problem("field-time-unreadable", value=unit_of(along) if along is not None else dimension))
    return tuple(dated(along[:], unit_of(along), calendar_of(along)))


def calendar_of(along: Any) -> str:
    """The calendar of an axis; months since a day are counted in months of thirty days, as archives that use them mean it."""
    written = str(getattr(along, "calendar", "standard")).lower()
    return "360_day" if unit_of(along).startswith("month") or written == "360" else written


def dated(numbers: Any, unit: str, calendar: str) -> list[date]:
    """Numbers of an axis as days.

    >>> dated(np.array([0.5, 13.5]), "months since 1960-01-01", "360_day")
    [datetime.date(1960, 1, 16), datetime.date(1961, 2, 16)]
    """
    try:
        told = np.atleast_1d(cftime.num2date(numbers, unit, calendar))
        return [date(each.year, each.month, min(each.day, 28) if each.month == 2 and calendar == "360_day" else each.day) for each in told]
    except FAILURES:
        raise Refused(Problem("field-time-unreadable", value=unit[:80])) from None


def reader(variable: Any, roles: Mapping[str, str], axes: Axes) -> Any:
    """The values of a variable, as a layer reads them."""
    order = [roles[role] for role in ("time", "member", "north", "east") if role in roles]

    def read(steps: slice, rows: slice, columns: slice) -> Block:
        east = slice(None) if axes.is_turned else columns
        picked = {roles["north"]: axes.as_written(rows), roles["east"]: east, roles.get("time", ""): steps}
        try:
            with nothing_else_opened():
                raw = variable[tuple(picked.get(name, slice(None)) for name in variable.dimensions)]
        except FAILURES as reason:
            raise Refused(Problem("field-unreadable", value=str(reason)[:120])) from None
        values = np.ma.filled(np.ma.asarray(raw, dtype=np.float32), np.nan)
        block = axes.upright(laid(values, variable.dimensions, order, roles))
        return block[..., axes.columns[columns]] if axes.is_turned else block

    return read


def laid(values: Block, dimensions: Sequence[str], order: Sequence[str], roles: Mapping[str, str]) -> Block:
    """Values by step, member, row and column, whatever the order of the file."""
    others = tuple(place for place, name in enumerate(dimensions) if name not in order)
    kept = [name for name in dimensions if name in order]
    moved = np.transpose(values.squeeze(axis=others) if others else values, [kept.index(name) for name in order])
    for place, role in enumerate(("time", "member")):
        if role not in roles:
            moved = np.expand_dims(moved, place)
    return moved
