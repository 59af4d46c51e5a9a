"""A list handed to the engine in one parameter, so that asking for two hundred keys costs no more writing than asking for two.

    Lesson.objects.visible_to(mandates).filter(pk__in=listed(keys))
"""

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import Func, TextField, Value
from django.db.models.sql.compiler import SQLCompiler


class _Listed(Func):
    """The values of a JSON list, one a row; `sort` is what PostgreSQL reads each as."""

    template = "(SELECT value FROM json_each(%(expressions)s))"
    output_field = TextField()

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **_: Any) -> Any:
        """PostgreSQL compares no text with a number or a UUID: it is told what the values are."""
        return super().as_sql(compiler, connection, template="(SELECT CAST(json_array_elements_text(CAST(%(expressions)s AS json)) AS %(sort)s))")


def listed_numbers(numbers: Iterable[int]) -> Func:
    """Whole numbers, to stand after `__in`."""
    return _Listed(Value(json.dumps(list(numbers))), sort="bigint")


def listed_ids(keys: Iterable[str]) -> Func:
    """UUIDs as written, to stand after `__in`."""
    return _Listed(Value(json.dumps([key.replace("-", "") for key in keys])), sort="uuid")
