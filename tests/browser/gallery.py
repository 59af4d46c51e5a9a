"""Every building block on one page, with the reference set's real figures, so that it can be looked at and measured.

Lines that are not real wear the word "synthetic". The address list is the product's own with the gallery added.
"""

import csv
from datetime import date
from pathlib import Path

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from concertation.core.classification import quantile_classes
from concertation.core.figures import Figure, leading
from concertation.core.geometry import Area
from concertation.draw.maps import Mark, choropleth, legend_of, symbols
from concertation.draw.palettes import CIVIDIS, YLORBR, Palette
from concertation.formats.boundaries import reference_boundaries
from concertation.site.templatetags.words import people

REFERENCE = Path(__file__).resolve().parents[2] / "src" / "concertation" / "reference"
SEASON = {"reference_start": date(2024, 6, 1), "reference_end": date(2024, 8, 31)}


def words(french: str, english: str) -> str:
    """The gallery's own words, outside the product's catalogue."""
    return english if get_language() == "en" else french


def phase3plus() -> dict[str, int]:
    """People in phase 3 or above in Niger's regions, June to August 2024."""
    with (REFERENCE / "cadre_harmonise.csv").open(encoding="utf-8") as stream:
        return {
            line["unit"]: int(line["value"])
            for line in csv.DictReader(stream)
            if line["concept"] == "phase3plus" and line["unit"].startswith("ner-1-") and line["reference_start"] == "2024-06-01"
        }


def areas() -> tuple[Area, ...]:
    """Niger's regions as the reference set draws them."""
    return reference_boundaries("ner-2011", 1).areas


def map_of_niger(*, palette: Palette = YLORBR) -> dict[str, object]:
    """The map block's parts; Agadez is left out and Diffa told as estimated on purpose, to show both signs."""
    values = {unit: value for unit, value in phase3plus().items() if unit != "ner-1-agadez"}
    classes = quantile_classes(values.values(), classes=5)
    names = {area.units[0]: area.names[0] for area in areas()}
    steps = {unit: classes.step(values.get(unit)) for unit in names}
    marks = [
        Mark(unit, f"{name}\u202f: {people(values.get(unit))}", steps[unit], f"#{unit}", estimated=unit == "ner-1-diffa") for unit, name in names.items()
    ]
    title = words("Personnes en phase 3 et plus, juin-août 2024", "People in phase 3 or above, June-August 2024")
    legend = legend_of(classes, title=words("Personnes", "People"), palette=palette, language=get_language())
    css = {unit: "none" if step is None else f"q{legend.slot(step)}" for unit, step in steps.items()}
    return {
        "title": title, "palette": palette.name,
        "drawing": mark_safe(choropleth(symbols(areas()), marks, legend=legend, title=title, language=get_language(), sheet_href="/gallery/areas.svg")),
        "caption": words("Source\u202f: Cadre Harmonisé, juin 2024 (synthetic\u202f: Agadez masqué, Diffa donné pour estimé).", "Source: Cadre Harmonisé, June 2024 (synthetic: Agadez hidden, Diffa shown as estimated)."),
        "ranked": [{"label": names[unit], "url": f"#{unit}", "value": values.get(unit), "css": css[unit]} for unit in sorted(names, key=lambda unit: -values.get(unit, 0))],
        "ranked_label": words("Régions, du chiffre le plus haut au plus bas", "Regions, highest figure first"),
        "unit": words("personnes", "people"), "exports": ["png", "svg"], "more_url": "#regions",
    }  # fmt: skip


def sheet(request: HttpRequest) -> HttpResponse:
    """The shapes the map uses."""
    return HttpResponse(symbols(areas()).content, content_type="image/svg+xml")


def standing() -> object:
    """Two figures of one fact."""
    shared = {"concept": "phase3plus", "unit": "ner", "sector": "FSC", **SEASON}
    return leading(
        [
            Figure(**shared, source="Cadre Harmonisé, juin 2024", status="official", value=3_436_895, scope="Situation projetée, 8 régions", method="sum-of-units:8/8", extracted_on=date(2025, 3, 4)),
            Figure(**shared, source="HNO 2024 (synthetic)", status="planning", value=3_300_000, scope="Niger"),
        ]
    )


def regions_table(page: object | None = None) -> dict[str, object]:
    """The table block's parts."""
    values, names = phase3plus(), {area.units[0]: area.names[0] for area in areas()}
    rows = [
        {"region": {"text": names[unit], "url": f"#{unit}"}, "phase3": value, "share": {"text": "12 %", "note": "synthetic"}, "reached": None, "day": date(2024, 8, 31)}
        for unit, value in sorted(values.items(), key=lambda pair: -pair[1])
    ]
    return {
        "id": "regions", "caption": words("Régions du Niger", "Regions of Niger"), "sort": "-phase3", "rows": rows,
        "columns": [
            {"key": "region", "label": words("Région", "Region")},
            {"key": "phase3", "label": words("Phase 3 et plus", "Phase 3 or above"), "unit": words("personnes", "people"), "numeric": True},
            {"key": "share", "label": words("Part", "Share"), "numeric": True},
            {"key": "reached", "label": words("Atteintes", "Reached"), "unit": words("personnes", "people"), "numeric": True},
            {"key": "day", "label": words("Au", "As of"), "sortable": False},
        ],
        "total": {"region": "Niger", "phase3": sum(values.values())},
        "filters": [{"name": "sector", "label": words("Secteur", "Sector"), "options": [("FSC", words("Sécurité alimentaire", "Food security")), ("WSH", "EHA" if get_language() == "fr" else "WASH")], "value": "FSC"}],
        "search": "q", "exports": ["csv", "xlsx", "hxl", "geojson"], "page": page,
        "note": words("Les parts ne s'additionnent pas : pas de total.", "Shares do not add up: no total."),
    }  # fmt: skip


PROBLEMS_FR = [
    ("place-unknown", "refused", 12, "Lieu inconnu : « Tera-Gotheye ».", "Choisissez le département dans la liste des doutes.", "MATRICE", 14, "H", "Tera-Gotheye"),
    ("year-implausible", "doubtful", 3, "Année hors du possible : 1905.", "Vérifiez la date de début dans le fichier.", "MATRICE", 201, "M", "1905"),
    ("contact-masked", "note", 2574, "Colonne de contacts masquée.", "Rien à faire.", "MATRICE", None, "AD", ""),
]
PROBLEMS_EN = [
    ("place-unknown", "refused", 12, "Unknown place: “Tera-Gotheye”.", "Choose the department in the list of doubts.", "MATRICE", 14, "H", "Tera-Gotheye"),
    ("year-implausible", "doubtful", 3, "Year out of range: 1905.", "Check the start date in the file.", "MATRICE", 201, "M", "1905"),
    ("contact-masked", "note", 2574, "Contact column masked.", "Nothing to do.", "MATRICE", None, "AD", ""),
]
NAMES = ("code", "severity", "count", "message", "remedy", "sheet", "row", "column", "value")


def preview() -> dict[str, object]:
    """What was understood of a file (synthetic lines)."""
    return {
        "understood": {"count": 2483, "words": words("lignes rattachées à leur département", "rows placed in their department"), "lines": ["Tillabéri > Téra > Téra", "Maradi > Tessaoua", "Diffa > Diffa"], "url": "#"},
        "doubtful": {"count": 79, "words": words("lignes à vérifier", "rows to check"), "lines": [{"text": "« Gothèye » → Gothey ?", "note": "MATRICE!H14"}, {"text": "« Mainé Soroa »", "note": "MATRICE!H97"}], "url": "#"},
        "refused": {"count": 12, "words": words("lignes sans lieu lisible", "rows without a readable place"), "lines": [{"text": "« ##### »", "note": "MATRICE!H220"}]},
    }


def blocks(request: HttpRequest) -> HttpResponse:
    """The gallery."""
    fact = {"value": 1_234_567, "measure": "people", "date": date(2022, 2, 28), "source": "synthetic", "status": "estimated", "old": True}
    problems = [dict(zip(NAMES, line, strict=True)) for line in (PROBLEMS_EN if get_language() == "en" else PROBLEMS_FR)]
    page = Paginator(range(6120), 100).get_page(3)
    side = [Figure(concept="distress_as_quoted", unit=unit, source=source, status="press", value=value, value_text=text, reference_end=date(2025, 8, 9), measure="quoted") for unit, source, value, text in (("mli", "Forum de Bamako (page du ministère togolais)", None, "4,8 millions de personnes en détresse"), ("ner", "Forum de Bamako (page du ministère togolais)", None, "des millions"))]
    given = {
        "breadcrumbs": [("AES", "/"), ("Niger", "/"), ("Tillabéri", "/"), ("Téra", None)],
        "map": map_of_niger(), "map2": map_of_niger(palette=CIVIDIS), "standing": standing(), "estimated": fact, "missing": None, "table": regions_table(page),
        "empty_table": {**regions_table(), "id": "vide", "rows": [], "total": None, "filters": None, "search": None, "exports": None, "empty": {"title": words("Aucun rapport reçu", "No report received"), "text": words("Ici se liront les activités déclarées.", "Declared activities will stand here."), "url": "#", "action": words("Apporter un classeur 5W", "Bring in a 5W workbook")}},
        "levels": [("1", words("région", "region")), ("2", words("département", "department")), ("3", words("commune", "commune"))],
        "sectors": [("ALL", words("tous", "all")), ("FSC", words("sécurité alimentaire", "food security")), ("WSH", words("eau, hygiène et assainissement", "water, sanitation and hygiene")), ("HEA", words("santé", "health")), ("NUT", "nutrition"), ("EDU", words("éducation", "education"))],
        "problems": problems, "preview": preview(), "side": side, "series": [3, 4, None, 6, 5, 8],
        "run": {"done": 1200, "total": 2574}, "doubts": range(1, 3),
    }  # fmt: skip
    return render(request, "gallery/blocks.html", given)


urlpatterns = [path("gallery/", blocks, name="gallery"), path("gallery/areas.svg", sheet), path("", include("concertation.site.urls"))]
