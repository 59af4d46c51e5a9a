"""The description of the programming interface (OpenAPI 3.1) in one language: what the library derives from the types, in our words.

What an address, a filter and a column mean stands in `reference/api_words.csv`, one line a word: a word means the same everywhere.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from concertation.apps.ground.refusals import PROBLEM_TYPE, STATUSES, ProblemTold
from concertation.core.periods import Language
from concertation.formats import reference_set
from concertation.site.api import api

PREFIX = "/api/v1/"
PROBLEM = "#/components/schemas/ProblemTold"
EVERYWHERE = (400, 401, 403, 404, 405, 406, 422, 429, 500, 503)


def words(language: Language) -> Mapping[tuple[str, str], str]:
    """Every word of the interface: (kind, name) -> text."""
    return {(line["kind"], line["name"]): line[language] for line in reference_set.read("api_words").to_dicts()}


@lru_cache(maxsize=2)
def description(language: Language) -> dict[str, Any]:
    """The whole description in one language."""
    told = words(language)
    made = dict(api.get_openapi_schema(path_prefix=PREFIX))
    made["info"] = {"title": "Concertation", "version": api.version, "description": told["text", "lead"], "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}}
    made["servers"] = [{"url": "/"}]
    made["tags"] = [{"name": name, "description": text} for (kind, name), text in told.items() if kind == "tag"]
    for path in made["paths"].values():
        described_route(path["get"], told)
    schemas = {name: schema for name, schema in made["components"]["schemas"].items() if not name.endswith("Asked") and name != "Paged"}
    problem = ProblemTold.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    schemas |= problem.pop("$defs") | {"ProblemTold": problem}
    for schema in schemas.values():
        described_columns(schema, told)
    made["components"]["schemas"] = schemas
    made["components"]["responses"] = {str(status): problem_response(status, language) for status in EVERYWHERE}
    made["components"]["securitySchemes"] = {"Token": {"type": "http", "scheme": "bearer", "description": told["text", "token"]}}
    return made


def described_route(route: dict[str, Any], told: Mapping[tuple[str, str], str]) -> None:
    """One address: its words, its filters' words, the refusals and headers that all share, reading without a token."""
    route["summary"] = told["route", route["operationId"]]
    route.pop("description", None)
    for given in route["parameters"]:
        given["description"] = told["filter", given["name"]]
        given["schema"].pop("title", None)
    [success] = [answer for status, answer in route["responses"].items() if int(status) == 200]
    success["description"] = told["text", "answered"]
    success["headers"] = {"ETag": header(told["text", "etag"])}
    if any(given["name"] == "output_format" for given in route["parameters"]):
        success["content"]["text/csv"] = {"schema": {"type": "string"}}
        success["headers"]["Link"] = header(told["text", "link"])
    refusals = {str(status): {"$ref": f"#/components/responses/{status}"} for status in EVERYWHERE}
    route["responses"] = {"200": success, "304": {"description": told["text", "unchanged"]}, **refusals}
    route["security"] = [{}, {"Token": []}]


def header(text: str) -> dict[str, Any]:
    """A header of an answer."""
    return {"description": text, "schema": {"type": "string"}}


def described_columns(schema: dict[str, Any], told: Mapping[tuple[str, str], str]) -> None:
    """The columns of a shape in our words."""
    schema.pop("description", None)
    for name, column in schema.get("properties", {}).items():
        column.pop("title", None)
        if "$ref" not in column:
            column["description"] = told["column", name]


def problem_response(status: int, language: Language) -> dict[str, Any]:
    """A refusal: the codes that have this status."""
    codes = ", ".join(code for code, held in STATUSES.items() if held == status)
    return {"description": codes, "content": {PROBLEM_TYPE: {"schema": {"$ref": PROBLEM}}}}
