"""The programming interface explained on a page of our own, made from its description; and the description itself."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from concertation.apps.access.bearers import PER_MINUTE
from concertation.apps.ground.answers import MOST_ROWS, USUAL_ROWS
from concertation.apps.ground.refusals import STATUSES
from concertation.core.problems import Problem
from concertation.formats.problem_texts import in_words
from concertation.site.api_description import description as described
from concertation.site.api_description import words
from concertation.site.blocks import language

SHOWN_VALUES = 6
SHARED_BY = 3
COMMON = ("lang", "limit", "after", "output_format")


@require_safe
def description(request: HttpRequest) -> HttpResponse:
    """The description as OpenAPI 3.1, in the language asked for."""
    return JsonResponse(described(language()), json_dumps_params={"ensure_ascii": False})


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Every address with its filters and columns, and every code of refusal."""
    made, told = described(language()), words(language())
    groups = [(name, told["tag", name], list(routes(made, name))) for kind, name in told if kind == "tag"]
    shared = shared_columns(route for _name, _text, own in groups for route in own)
    for route in (route for _name, _text, own in groups for route in own):
        route["shared"] = [each["name"] for each in route["columns"] if each in shared]
        route["columns"] = [each for each in route["columns"] if each not in shared]
    context = {
        "groups": groups, "common": [filter_line(found) for name in COMMON if (found := first_filter(made, name))],
        "columns": sorted(shared, key=lambda each: each["name"]), "refusals": list(refusals()), "lead": told["text", "lead"], "per_minute": PER_MINUTE, "most": MOST_ROWS, "usual": USUAL_ROWS,
        "breadcrumbs": [("AES", "/"), (_("Interface pour programmes"), None)],
    }
    return render(request, "site/api.html", context)


def routes(made: Mapping[str, Any], tag: str) -> Iterator[dict[str, Any]]:
    """The addresses of a subject."""
    for path, methods in made["paths"].items():
        route = methods["get"]
        if tag in route["tags"]:
            schema = route["responses"]["200"]["content"]["application/json"]["schema"]
            yield {
                "name": route["operationId"], "path": path, "summary": route["summary"], "filters": [filter_line(each) for each in route["parameters"] if each["name"] not in COMMON],
                "common": [each["name"] for each in route["parameters"] if each["name"] in COMMON],
                "columns": list(columns(made, schema)), "opens": "{" not in path and not any(each["required"] for each in route["parameters"]),
            }  # fmt: skip


def first_filter(made: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """A filter as the first address that understands it describes it."""
    every = (each for methods in made["paths"].values() for each in methods["get"]["parameters"] if each["name"] == name)
    return next(every, None)


def shared_columns(routes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The columns that several addresses answer with the same words and the same form: told once."""
    met = Counter(tuple(each.items()) for route in routes for each in route["columns"])
    return [dict(each) for each, count in met.items() if count >= SHARED_BY]


def filter_line(given: Mapping[str, Any]) -> dict[str, Any]:
    """One filter in words."""
    return {"name": given["name"], "form": form_of(given["schema"]), "text": given["description"], "needed": given["required"]}


def columns(made: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The columns of what an address answers: those of its rows, where it answers rows."""
    shape = reached(made, schema)
    rows = shape.get("properties", {}).get("data")
    for name, column in reached(made, rows["items"] if rows else schema)["properties"].items():
        yield {"name": name, "form": form_of(column), "text": column.get("description", "")}


def reached(made: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A shape, followed through its reference."""
    reference = schema.get("$ref")
    found: Mapping[str, Any] = made["components"]["schemas"][reference.rpartition("/")[2]] if reference else schema
    return found


def form_of(schema: Mapping[str, Any]) -> str:
    """What a value looks like, in a few words."""
    options = [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]
    plain = options[0] if options else {}
    if "enum" in plain:
        listed = [str(each) for each in plain["enum"]]
        return ", ".join(listed[:SHOWN_VALUES]) + (" …" if len(listed) > SHOWN_VALUES else "")
    if "const" in plain:
        return str(plain["const"])
    kinds = {
        "date": _("jour"), "date-time": _("moment"), "uuid": _("identifiant"), "integer": _("nombre entier"), "number": _("nombre"),
        "boolean": _("oui ou non"), "array": _("liste"), "string": _("texte"),
    }  # fmt: skip
    return str(kinds.get(plain.get("format", ""), kinds.get(plain.get("type", ""), _("détail"))))


def refusals() -> Iterator[dict[str, object]]:
    """Every code of refusal with its words."""
    for code, status in STATUSES.items():
        told = in_words(Problem(code))
        english = language() == "en"
        yield {"code": code, "status": status, "message": told.message_en if english else told.message_fr, "remedy": told.remedy_en if english else told.remedy_fr}
