"""Lists stand in the same order on both engines: PostgreSQL sorts what is empty where SQLite does, before every value.

Only columns that may be empty are told so; for the others the order is the index's own and stays fast.
"""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Col, OrderBy, Ref
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.constants import LOUTER


def may_be_empty(expression: Any, compiler: SQLCompiler) -> bool:
    """Whether a sorted expression may have no value in some row."""
    if isinstance(expression, Ref):
        return may_be_empty(expression.get_source_expressions()[0], compiler)
    if not isinstance(expression, Col):
        return True
    joined = compiler.query.alias_map.get(expression.alias)
    return bool(expression.target.null) or getattr(joined, "join_type", None) == LOUTER


def as_on_sqlite(ordering: OrderBy, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Any:
    """The clause for PostgreSQL: empty first when rising, last when falling, unless the query says otherwise."""
    said = ordering.nulls_first or ordering.nulls_last
    if said or not may_be_empty(ordering.expression, compiler):
        return ordering.as_sql(compiler, connection)
    place = "LAST" if ordering.descending else "FIRST"
    return ordering.as_sql(compiler, connection, template=f"%(expression)s %(ordering)s NULLS {place}")


def install() -> None:
    """Have every query of this process sort so on PostgreSQL; Django calls `as_` and the engine's name where it exists."""
    OrderBy.as_postgresql = as_on_sqlite  # type: ignore[attr-defined]
