"""What the page of an import says: its state in a sentence, what was understood, the sheet with its marks, problems by code."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from concertation.apps.sources import commands, queries
from concertation.apps.sources.forms import KINDS
from concertation.apps.sources.models import ImportRun
from concertation.apps.sources.queries import ToldProblem
from concertation.core.problems import Problem
from concertation.formats.problem_texts import ProblemWords, in_words

UNFINISHED = ("received", "reading", "writing")
OTHERS_SHOWN = 30
SAMPLE_PARTS = ("org_written", "sector_written", "adm1_name", "adm2_name", "adm3_name", "activity")
SAMPLE_LETTERS = 140
LINE_WORDS: dict[str, Callable[[Mapping[str, Any]], str]] = {}


def register_line_words(kinds: Collection[str], words: Callable[[Mapping[str, Any]], str]) -> None:
    """A higher app tells in words what a line of its kinds of file says."""
    LINE_WORDS.update(dict.fromkeys(kinds, words))


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """One value with a problem: its words, how many cells hold it, where the first stands."""

    message: str
    remedy: str
    count: int
    cell: str
    url: str


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """Every value that has one problem: the first in full, the others beneath."""

    code: str
    severity: str
    count: int
    first: ProblemLine
    others: Sequence[ProblemLine]
    left_out: int


def kind_words(kind: str) -> str:
    """The kind of a file in words."""
    return str({**dict(KINDS), "presence-form": _("saisie sur la plateforme")}.get(kind, kind)) if kind else _("nature non reconnue")


def step_words(run: ImportRun) -> str:
    """What the worker is doing."""
    if run.status == "received":
        return _("En attente de lecture")
    steps = {"matching": _("Rapprochement des lieux et des organisations"), "writing": _("Enregistrement des lignes"), "queued": _("En attente d'enregistrement")}
    return steps.get(run.step, _("Lecture du fichier"))


def is_stuck(run: ImportRun) -> bool:
    """Whether a run that should be worked on has stopped or was never taken up."""
    return run.status in UNFINISHED and (run.step == commands.STOPPED or commands.is_silent(run, timezone.now()))


def told(words: ProblemWords) -> tuple[str, str]:
    """Message and remedy in the reader's language."""
    return (words.message_en, words.remedy_en) if get_language() == "en" else (words.message_fr, words.remedy_fr)


def cell_url(run: ImportRun, *, sheet: str | None, row: int | None, column: str | None) -> str:
    """The page that shows a row of the file as written; empty when the problem has no row."""
    if not row:
        return ""
    place = {"sheet": sheet or "", "row": row, "column": column or "", "run": run.pk}
    return f"{reverse('source-cell', args=[run.file_id])}?{urlencode(place)}"


def problem_line(run: ImportRun, problem: ToldProblem) -> ProblemLine:
    """A problem in the reader's language with the address of its first cell."""
    message, remedy = told(problem.words)
    cell = problem.cell
    return ProblemLine(message, remedy, problem.count, str(cell), cell_url(run, sheet=cell.sheet, row=cell.row, column=cell.column))


def problem_groups(run: ImportRun, problems: Sequence[ToldProblem]) -> list[ProblemGroup]:
    """Problems by code, the gravest first, values met most often first."""
    grouped: dict[str, list[ToldProblem]] = {}
    for problem in problems:
        grouped.setdefault(problem.code, []).append(problem)
    return [_group(run, code, alike) for code, alike in grouped.items()]


def _group(run: ImportRun, code: str, alike: Sequence[ToldProblem]) -> ProblemGroup:
    lines = [problem_line(run, problem) for problem in alike[: OTHERS_SHOWN + 1]]
    total = sum(problem.count for problem in alike)
    return ProblemGroup(code, alike[0].words.severity, total, lines[0], lines[1:], len(alike) - len(lines))


def sentence(run: ImportRun, summary: Mapping[str, Any]) -> str:
    """The import in one sentence with its figures."""
    if run.status == "refused":
        return _("Rien n'a pu être retenu de ce fichier ; les lignes ci-dessous disent pourquoi.")
    if run.status == "cancelled":
        return _("Cet import a été annulé ; aucune de ses lignes ne compte.")
    if not summary:
        return ""
    read, kept = int(summary["rows_read"]), int(summary["rows_kept"])
    doubtful = doubtful_rows(summary)
    parts = [
        ngettext("%(n)s ligne lue", "%(n)s lignes lues", read) % {"n": grouped(read)},
        ngettext("%(n)s comprise", "%(n)s comprises", kept - doubtful) % {"n": grouped(kept - doubtful)},
        _("%(n)s à vérifier") % {"n": grouped(doubtful)},
        ngettext("%(n)s refusée", "%(n)s refusées", int(summary["rows_refused"])) % {"n": grouped(int(summary["rows_refused"]))},
    ]
    return _("%(read)s : %(understood)s, %(doubtful)s, %(refused)s.") % dict(zip(("read", "understood", "doubtful", "refused"), parts, strict=True))


def grouped(number: int) -> str:
    """A whole number with the language's separator."""
    return f"{number:,}".replace(",", "," if get_language() == "en" else "\u202f")


def doubtful_rows(summary: Mapping[str, Any]) -> int:
    """Rows whose place is doubtful or unknown."""
    places = summary.get("places", {})
    return int(places.get("doubtful", 0)) + int(places.get("unknown", 0))


def preview_columns(run: ImportRun, summary: Mapping[str, Any], doubts: int) -> dict[str, dict[str, object]]:
    """Understood, doubtful and refused with their counts and first lines."""
    doubtful, samples = doubtful_rows(summary), summary.get("samples", {})
    counts = {"understood": int(summary["rows_kept"]) - doubtful, "doubtful": doubtful, "refused": int(summary["rows_refused"])}
    words = {
        "understood": ngettext("ligne placée", "lignes placées", counts["understood"]),
        "doubtful": ngettext("ligne dont le lieu est douteux", "lignes dont le lieu est douteux", doubtful),
        "refused": ngettext("ligne laissée de côté", "lignes laissées de côté", counts["refused"]),
    }
    urls = {"doubtful": f"{reverse('review')}?{urlencode({'run': run.pk})}"} if doubts else {}
    return {
        name: {"count": count, "words": words[name], "lines": [sample(line, run.kind) for line in samples.get(name, ())], "url": urls.get(name, "")}
        for name, count in counts.items()
    }


def sample(line: Mapping[str, Any], kind: str) -> dict[str, str]:
    """A first line in words: its number, and what it says by the app of its kind, else who does what where as written."""
    text = LINE_WORDS.get(kind, as_written)(line)
    shown = text if len(text) <= SAMPLE_LETTERS else f"{text[:SAMPLE_LETTERS]}…"
    return {"text": shown, "note": _("ligne %(row)s") % {"row": line.get("row", "")}}


def as_written(line: Mapping[str, Any]) -> str:
    """Who does what where, else the first cells, as written."""
    parts = [str(line[name]).strip() for name in SAMPLE_PARTS if line.get(name)]
    return " · ".join(parts or [str(value).strip() for name, value in line.items() if name != "row" and value][:6])


def sheet_shown(run: ImportRun, picture: Mapping[str, Any]) -> dict[str, object]:
    """The sheet as a picture: each line with its cells, each marked cell with its severity, its words and its address."""
    if not picture:
        return {}
    lines, before = [], 0
    for line in picture["lines"]:
        cells = [
            _cell_shown(run, picture["sheet"], line, letter, text) for letter, text in zip(picture["letters"], line["cells"], strict=True)
        ]
        lines.append({"row": line["row"], "heading": line["heading"], "gap": before and line["row"] > before + 1, "cells": cells, "mark": _mark(line["marks"].get(""))})
        before = line["row"]
    return {**picture, "lines": lines, "width": len(picture["letters"]) + 1}


def _cell_shown(run: ImportRun, sheet: str, line: Mapping[str, Any], letter: str, text: str) -> dict[str, str]:
    marked = _mark(line["marks"].get(letter))
    url = cell_url(run, sheet=sheet, row=line["row"], column=letter) if marked["severity"] else ""
    return {"text": text, "url": url, "place": f"{letter}{line['row']}", **marked}


def _mark(mark: Mapping[str, Any] | None) -> dict[str, str]:
    if mark is None:
        return {"severity": "", "message": ""}
    words = in_words(Problem(mark["code"], value=mark["value"], detail=mark["detail"]))
    return {"severity": words.severity, "message": told(words)[0]}


def column_lines(columns: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The columns of the file with how sure we are, in words."""
    hows = {"tag": _("étiquette HXL"), "heading": _("intitulé"), "saved": _("dit par une personne"), "none": ""}
    return [{**column, "how_words": hows.get(str(column["how"]), ""), "sure": _sure(column)} for column in columns]


def _sure(column: Mapping[str, Any]) -> str:
    if not column["field"]:
        return _("non repris")
    confidence = float(column["confidence"])
    if confidence >= 0.9:
        return _("sûr")
    return _("probable") if confidence >= 0.7 else _("à vérifier")


def facts_of(run: ImportRun, summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the file is, for the list of facts."""
    organisations = summary.get("organisations") or {}
    facts = [(_("Nature"), kind_words(run.kind))]
    if summary.get("sheet"):
        facts.append((_("Feuille"), str(summary["sheet"])))
    if organisations.get("as_written"):
        said = _("%(distinct)s distinctes, %(written)s écritures") % {"distinct": grouped(organisations["distinct"]), "written": grouped(organisations["as_written"])}
        facts.append((_("Organisations"), said))
    if summary.get("rows_identical"):
        facts.append((_("Lignes identiques à une autre"), grouped(int(summary["rows_identical"]))))
    if summary.get("recognised_by"):
        facts.append((_("Reconnu à"), ", ".join(_("« %(text)s »") % {"text": str(seen).strip()} for seen in summary["recognised_by"] if seen)))
    facts.append((_("Empreinte SHA-256"), run.file_id[:16] + "…"))
    return facts


def open_questions(mandates: Sequence[Any], run: ImportRun) -> tuple[int, int]:
    """How many questions of an import wait for a person, and how many rows they hold."""
    counts = queries.open_doubts(mandates).filter(run=run).values_list("count", flat=True)
    return len(counts), sum(counts)
