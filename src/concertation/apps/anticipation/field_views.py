"""What the page of a field shows, and the form by which one is brought."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concertation.apps.anticipation import words
from concertation.apps.anticipation.field_ground import WHOLE, scopes_of
from concertation.apps.anticipation.field_map import field_map, map_block
from concertation.apps.anticipation.field_reading import indicators_from_fields
from concertation.apps.anticipation.forms import FieldForm
from concertation.apps.anticipation.models import FieldBrought
from concertation.apps.anticipation.queries import fields_brought
from concertation.apps.ground.downloads import FORMATS, language
from concertation.apps.ground.drawings import plain_links
from concertation.core.anticipation.framework import Framework
from concertation.core.anticipation.from_fields import LEAST_HELD, NEARLY_ALL, Counted
from concertation.core.anticipation.wording import measured, number
from concertation.core.fields.grid import Grid
from concertation.core.figures import number_in_words
from concertation.core.periods import day_in_words
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate
from concertation.core.spelling import fold

FIELDS_SHOWN = 5
path_of = Path


def form_of(framework: Framework, form: FieldForm | None = None, *, request: HttpRequest | None = None) -> FieldForm | None:
    """The form of a field; None for a framework that no field can be counted for."""
    indicators = [(name, framework.indicators[name].label.told(language())) for name in indicators_from_fields(framework)]
    scopes = [(scope, scope_words(framework, scope)) for scope in scopes_of(framework, timezone.localdate())]
    if not (indicators and scopes):
        return None
    return form or (FieldForm(request.POST, request.FILES, indicators=indicators, scopes=scopes) if request else FieldForm(indicators=indicators, scopes=scopes))


def scope_words(framework: Framework, scope: str) -> str:
    """The ground of a field, in words."""
    if scope == WHOLE:
        return _("toute la zone du cadre (%(area)s)") % {"area": framework.area.words.told(language())}
    return _("chaque unité du niveau %(level)s, jugée seule") % {"level": scope}


def lines(mandates: Iterable[Mandate], framework: Framework) -> list[dict[str, object]]:
    """The fields last brought for a framework."""
    rows = fields_brought(mandates, slug=framework.framework)[:FIELDS_SHOWN]
    return [{"url": reverse("field", args=[row.pk]), "name": indicator_words(row, framework), "when": period_of(row)} for row in rows]


def indicator_words(row: FieldBrought, framework: Framework) -> str:
    """The indicator of a field, by its label where the framework still declares it."""
    held = framework.indicators.get(row.indicator)
    return held.label.told(language()) if held else row.indicator


def period_of(row: FieldBrought) -> str:
    """The first and last issue of a field."""
    first, last = (day_in_words(day, language()) for day in (row.first_day, row.last_day))
    return first if first == last else f"{first} – {last}"


def problems_of(row: FieldBrought) -> list[Problem]:
    """What was doubtful when the field was counted."""
    return [Problem(each["code"], value=each["value"], detail=each["detail"]) for each in json.loads(bytes(row.told))["problems"]]


def page_of(row: FieldBrought, framework: Framework) -> dict[str, object]:
    """Everything the page of a field shows."""
    told, areas = json.loads(bytes(row.told)), areas_of(row)
    grid = Grid(**told["grid"])
    return {
        "row": row, "title": capfirst(indicator_words(row, framework)), "framework_title": framework.title.told(language()), "sentence": sentence_of(row, areas),
        "areas": [area_line(each, row, framework) for each in areas], "facts": facts_of(row, framework, grid, told), "how": how_words(framework, row.indicator),
        "least": round(100 * LEAST_HELD), "map": map_block(field_map(row, framework, areas)), "exports": plain_links(FORMATS),
    }  # fmt: skip


def areas_of(row: FieldBrought) -> list[Counted]:
    """The areas of a field by name."""
    told = (Counted(**{**each, "units": tuple(each["units"])}) for each in json.loads(bytes(row.told))["areas"])
    return sorted(told, key=lambda each: fold(each.name))


def sentence_of(row: FieldBrought, areas: Sequence[Counted]) -> str:
    """How many areas were counted, and how well."""
    without = sum(each.held < LEAST_HELD for each in areas)
    tiny = sum(each.is_tiny for each in areas)
    kept = len(areas) - without
    told = ngettext("%(count)s zone sur %(all)s a un chiffre", "%(count)s zones sur %(all)s ont un chiffre", kept) % {"count": number_in_words(kept, language()), "all": number_in_words(len(areas), language())}
    cells = [each.cells for each in areas]
    span = _("de %(least)s à %(most)s mailles par zone") % {"least": number_in_words(min(cells), language()), "most": number_in_words(max(cells), language())} if len(set(cells)) > 1 else _("%(count)s mailles") % {"count": number_in_words(cells[0], language())}
    parts = [told, span]
    if tiny:
        parts.append(ngettext("%(count)s plus petite qu'une maille", "%(count)s plus petites qu'une maille", tiny) % {"count": tiny})
    return _("Champ %(period)s : %(parts)s.") % {"period": period_of(row), "parts": " ; ".join(parts)}


def area_line(each: Counted, row: FieldBrought, framework: Framework) -> dict[str, object]:
    """One area: its cells, its ground, how much of it held a value, its last figure, what to mind."""
    indicator = framework.indicators.get(row.indicator)
    flags = [
        (_("plus petite qu'une maille"), "doubtful", each.is_tiny), (_("en partie hors de la grille"), "doubtful", each.on_grid < NEARLY_ALL),
        (_("trop peu de valeurs"), "refused", each.held < LEAST_HELD),
    ]  # fmt: skip
    return {
        "name": each.name or framework.area.words.told(language()), "cells": number_in_words(each.cells, language()), "km2": number_in_words(round(each.km2), language()),
        "held": measured(round(100 * each.held), "percent", language()), "last": measured(round(each.last, 2), indicator.measure, language()) if each.last is not None and indicator else "",
        "flags": [(text, kind) for text, kind, holds in flags if holds],
    }  # fmt: skip


def facts_of(row: FieldBrought, framework: Framework, grid: Grid, told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The grid, the ground and the file, as facts."""
    step = number(round(grid.width, 4), language()) if abs(grid.width - grid.height) < 1e-6 else f"{number(round(grid.width, 4), language())} × {number(round(grid.height, 4), language())}"
    level = scope_words(framework, str(row.level) if row.level else WHOLE)
    return [
        (_("Grille"), _("mailles de %(step)s°, %(columns)s colonnes, %(rows)s lignes") % {"step": step, "columns": number_in_words(grid.columns, language()), "rows": number_in_words(grid.rows, language())}),
        (_("Émissions"), number_in_words(told["issues"], language())), (_("Calculé sur"), level), (_("Contours"), str(told["boundaries"])),
        (_("Publié par"), row.source + (f" · {row.licence}" if row.licence else "")), (_("Fichier"), f"{row.file_name} · {row.file_sha256[:16]}"),
    ]  # fmt: skip


def how_words(framework: Framework, name: str) -> str:
    """How cells become one figure, in words."""
    indicator = framework.indicators.get(name)
    return str(words.REDUCTIONS[indicator.reduce.how]) if indicator else ""
