"""One figure as its page shows it: facts in words, the others of the same fact side by side, the cell it was read from."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from concertation.apps.ground.downloads import language
from concertation.apps.needs.models import Figure
from concertation.apps.needs.queries import HeldFigure, InStanding, sectors
from concertation.apps.needs.words import dimension, term
from concertation.apps.sources.models import ImportRun
from concertation.core.figures import Figure as FigureValue
from concertation.core.figures import Reason, method_in_words
from concertation.core.periods import day_in_words
from concertation.formats.recognise import CADRE_HARMONISE

Fact = tuple[str, str, str]


def figure_context(row: Figure, standing: InStanding, run: ImportRun | None) -> dict[str, object]:
    """Everything the page of a figure says; `run` is its import, where the reader may see it."""
    concept = term("concept", row.concept)
    value = value_of(row)
    return {
        "row": row, "concept": concept, "value": value.in_words(language()), "unit_words": measure_words(row),
        "period": value.period.in_words(language()) if value.period else "", "facts": facts(row, value), "cell": cell_facts(row, run),
        "standing": side_by_side(row, standing), "leads": standing.leader is not None and standing.leader.id == row.pk,
        "source_url": address("source", row.source_id) if run or row.import_run_id is None else "",
        "breadcrumbs": [("AES", "/"), (row.unit.state.name, address("state", row.owner_state)), *_unit_step(row), (concept.name, "")],
    }


def _unit_step(row: Figure) -> Sequence[tuple[str, str]]:
    return () if row.unit.level == 0 else ((row.unit.name, address("unit", row.unit_id)),)


def value_of(row: Figure) -> FigureValue:
    """The stored figure as a value."""
    return FigureValue(
        concept=row.concept, unit=row.unit_id, source=row.source_id, status=row.status, value=row.value, value_text=row.value_text or None,
        measure=row.measure, sector=row.sector, group=row.group, sex=row.sex, age=row.age, disability=row.disability,
        reference_start=row.reference_start, reference_end=row.reference_end, extracted_on=row.extracted_on, scope=row.scope or None,
        method=row.method or None,
    )


def measure_words(row: Figure) -> str:
    """The unit of measure in words; nothing beside a figure that is quoted or not held."""
    return "" if row.value is None or row.measure == "quoted" else term("measure", row.measure).name


def facts(row: Figure, value: FigureValue) -> list[Fact]:
    """(heading, words, definition) of everything that makes the figure readable; what is not said says so."""
    status, concept = term("status", row.status), term("concept", row.concept)
    counted = [dimension(kind, getattr(row, kind)) for kind in ("group", "sex", "age", "disability")]
    return [
        (_("Ce qui est compté"), concept.name, concept.definition),
        (_("Lieu"), row.unit.name, ""),
        (_("Secteur"), _sector(row.sector), ""),
        (_("Personnes"), ", ".join(part for part in counted if part) or _("toutes"), ""),
        (_("Période"), value.period.in_words(language()) if value.period else _("La source ne donne pas de date."), ""),
        (_("Relevé le"), day_in_words(row.extracted_on, language()) if row.extracted_on else _("non dit"), ""),
        (_("Périmètre"), row.scope or _("non dit"), ""),
        (_("Méthode"), method_in_words(row.method, language()) or _("non dite"), ""),
        (_("Statut"), status.name, status.definition),
        (_("Détenteur"), row.holder or _("non dit"), ""),
    ]


def _sector(code: str) -> str:
    return next((sector.name for sector in sectors() if sector.code == code), code)


def cell_facts(row: Figure, run: ImportRun | None) -> dict[str, object]:
    """Where in which file the figure was read; empty for a figure of the reference set.

    `rows` are (number, address): a reader who may see the import reaches the row as it was written.
    """
    if row.import_run is None:
        return {}
    numbers = row.rows_summed.split(", ") if row.rows_summed else [str(row.row or "")]
    at = address("source-cell", run.file_id) if run and run.kind != CADRE_HARMONISE else ""
    return {
        "file": row.import_run.file.name, "sheet": row.sheet, "received_on": day_in_words(row.import_run.created_at.date(), language()),
        "rows": [(number, f"{at}?{urlencode({'sheet': row.sheet, 'row': number})}" if at else "") for number in numbers],
        "import_url": address("import", run.pk) if run else "",
    }  # fmt: skip


def side_by_side(row: Figure, standing: InStanding) -> dict[str, object]:
    """The figures of the same fact as a table: the leader and why, the others and why not."""
    ranked = [(standing.leader, standing.reason)] if standing.leader else []
    return {
        "id": "same-fact", "caption": _("Les chiffres du même fait, côte à côte"),
        "columns": [
            {"key": key, "label": label, "numeric": key == "value", "sortable": False}
            for key, label in (
                ("source", _("Source")), ("value", _("Chiffre")), ("period", _("Période")), ("status", _("Statut")), ("scope", _("Périmètre")),
                ("reason", _("Pourquoi ce rang")),
            )
        ],
        "rows": [_ranked(held, reason, row) for held, reason in (*ranked, *standing.others)],
        "note": _("Règle : l'année la plus récente d'abord, puis le statut, puis la date de référence, puis la date de relevé. Aucun chiffre n'est fondu dans un autre."),
    }  # fmt: skip


def _ranked(held: HeldFigure, reason: Reason, row: Figure) -> dict[str, object]:
    figure = held.figure
    here = held.id == row.pk
    return {
        "source": {"text": held.source_title, "note": _("ce chiffre") if here else ""},
        "value": {"text": figure.in_words(language()), "url": "" if here else reverse("figure", args=[held.id])},
        "period": figure.period.in_words(language()) if figure.period else _("sans date"), "status": term("status", figure.status).name,
        "scope": figure.scope or "", "reason": reason.en if language() == "en" else reason.fr,
    }


def address(name: str, *parts: object) -> str:
    """The address of another subject's page; empty on a node that does not serve it."""
    try:
        return reverse(name, args=parts)
    except NoReverseMatch:
        return ""
