"""The matrices of alerts in use, and the bulletins of national services, read through a mapping of their columns.

Several lines of one alert, one a sector, become one alert with several answers. What the register may not hold is never read: a column
of positions, of facts or of authors is left out and said; a shock written as an armed fact is taken for the displacement it made.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from concertation.core.presence import Mapping as Columns
from concertation.core.presence import Vocabulary, word_key
from concertation.core.problems import Cell, Problem
from concertation.core.response.alerts import household_size_holds
from concertation.core.response.bulletins import MEASURES, PERCENTS
from concertation.core.spelling import fold
from concertation.core.written_values import read_dates, read_people, read_percentages

PLACES = tuple(f"adm{level}_{part}" for level in (1, 2, 3) for part in ("name", "code"))
LEFT_OUT = re.compile(
    r"\b(localite|localites|village|villages|site|sites|quartier|latitude|longitude|lat|lon|gps|coordonnees|auteur|auteurs|acteur arme|groupe arme|gane|gani|force|forces|"
    r"incident|evenement|event|perpetrator|armed|commentaire|commentaires|observation|observations|comment|comments|contact|telephone|point focal|nom de l informateur|"
    r"provenance|village d origine)\b"
)
WIDE = ("shl", "wsh", "fsc", "hea", "nut", "edu", "pro", "mpc")
TOTALS = frozenset({"total", "total general", "ensemble", "cumul", "national", "total national"})
ALERT_COLUMNS = {
    "row": pl.Int64, "raised_on": pl.Date, "nature": pl.Utf8, "group": pl.Utf8, "households": pl.Int64, "people": pl.Int64, "facilities": pl.Int64, "teller": pl.Utf8,
    "outcome": pl.Utf8, "assessed_on": pl.Date, "assessors": pl.Utf8, "answers": pl.Utf8, **dict.fromkeys(PLACES, pl.Utf8),
}  # fmt: skip
BULLETIN_COLUMNS = {"row": pl.Int64, "is_total": pl.Boolean, **dict.fromkeys(MEASURES, pl.Int64), **dict.fromkeys(PERCENTS, pl.Float64), **dict.fromkeys(PLACES, pl.Utf8)}
HAZARD_WORDS = {"inondation": "flood", "flood": "flood", "pluie": "flood", "incendie": "fire", "fire": "fire", "vent": "wind", "secheresse": "drought", "drought": "drought", "epidemie": "epidemic"}
NEGATIVE = ("non", "pas", "no", "not", "moins")


@dataclass(frozen=True, slots=True)
class Told:
    """A problem and in how many cells the same value has it."""

    problem: Problem
    count: int = 1


@dataclass(frozen=True, slots=True)
class TableReading:
    """The rows understood, how many were read and refused, and what was wrong."""

    frame: pl.DataFrame
    rows_read: int
    rows_refused: int
    problems: tuple[Told, ...]


def left_out(headings: Mapping[str, str]) -> dict[str, str]:
    """The columns the register may not hold: letter -> heading.

    >>> left_out({"A": "Commune", "B": "Latitude", "C": "Commentaires", "D": "Auteur de l'attaque"})
    {'B': 'Latitude', 'C': 'Commentaires', 'D': "Auteur de l'attaque"}
    """
    return {letter: heading for letter, heading in headings.items() if LEFT_OUT.search(fold(heading))}


def code_of(words: Mapping[str, str], written: str | None) -> str:
    """The code of a written word of a list: whole, else the longest of the list that it holds; empty where none fits.

    >>> code_of({"couvert": "covered", "non couvert": "not-covered"}, "Non couvert (stock)"), code_of({"oui": "covered"}, "?")
    ('not-covered', '')
    """
    key = word_key(written or "")
    if key in words:
        return words[key]
    held = [word for word in words if word and f" {word} " in f" {key} "]
    best = max(held, key=len, default="")
    denied = bool(best) and any(each in key.split() for each in NEGATIVE) and not any(each in best.split() for each in NEGATIVE)
    return "" if denied else words.get(best, "")


def read_alerts(frame: pl.DataFrame, mapping: Columns, vocabulary: Vocabulary, *, today: date, sheet: str | None = None) -> TableReading:
    """The alerts of a matrix, rows of one alert put together; columns ALERT_COLUMNS, `answers` as JSON.

    Refused rows: without a readable date, or with nobody and nothing counted.
    """
    letters = mapping.letters()
    columns = {name: list(frame[letter]) for name, letter in letters.items() if letter in frame.columns}
    values, flaws = _read_columns(frame, letters, vocabulary, today=today, sheet=sheet)
    problems, rows, read, refused = [*flaws], [], 0, 0
    for place, row in enumerate(frame["row"].to_list()):
        line = {name: column[place] for name, column in values.items()}
        written = {name: column[place] for name, column in columns.items()}
        if not any(written.values()):
            continue
        read += 1
        alert, wrong = _alert_of(line, written, vocabulary, Cell(sheet, row))
        problems += [Told(problem) for problem in wrong]
        if alert is None:
            refused += 1
        else:
            rows.append({"row": row, **alert})
    joined = list(_joined(rows))
    return TableReading(pl.DataFrame(joined, schema=ALERT_COLUMNS, orient="row"), read, refused, grouped(problems))


def _read_columns(frame: pl.DataFrame, letters: Mapping[str, str], vocabulary: Vocabulary, *, today: date, sheet: str | None) -> tuple[dict[str, list[Any]], list[Told]]:
    """The value of each mapped column on every row, by the kind of its field, and what could not be read."""
    readers: dict[str, Callable[[pl.Series], pl.DataFrame]] = {
        "people": read_people, "percent": read_percentages, "date": lambda texts: read_dates(texts, newest_start=today),
    }  # fmt: skip
    values: dict[str, list[Any]] = {}
    flaws: list[Told] = []
    for name, letter in letters.items():
        if letter not in frame.columns:
            continue
        reader, texts = readers.get(vocabulary.fields[name].kind), frame[letter]
        if reader is None:
            values[name] = texts.to_list()
            continue
        read = reader(texts.drop_nulls().unique(maintain_order=True))
        known = dict(zip(read["written"], read["value"], strict=True))
        values[name] = [known.get(text) for text in texts]
        flaws += [Told(Problem(flaw, Cell(sheet, column=letter), text), int((texts == text).sum())) for text, flaw in zip(read["written"], read["flaw"], strict=True) if flaw]
    return values, flaws


def _alert_of(line: Mapping[str, Any], written: Mapping[str, Any], vocabulary: Vocabulary, cell: Cell) -> tuple[dict[str, Any] | None, list[Problem]]:
    counted = {name: line.get(name) for name in ("households", "people", "facilities")}
    if line.get("raised_on") is None:
        return None, [Problem("alert-row-undated", cell, str(written.get("raised_on") or ""))]
    if all(value is None for value in counted.values()):
        return None, [Problem("alert-row-uncounted", cell)]
    nature, wrong = _nature(written.get("nature"), vocabulary, cell)
    if not household_size_holds(counted["households"], counted["people"]):
        wrong.append(Problem("alert-household-doubtful", cell, str(counted["people"]), {"households": str(counted["households"])}))
    outcome = code_of(vocabulary.words["outcome"], written.get("outcome")) or ("confirmed" if line.get("assessed_on") else "waiting")
    alert = {
        "raised_on": line["raised_on"], "nature": nature, "group": code_of(vocabulary.words["group"], written.get("group")) or "other", **counted,
        "teller": code_of(vocabulary.words["teller"], written.get("teller")) or "other", "outcome": outcome, "assessed_on": line.get("assessed_on"),
        "assessors": written.get("assessors") or "", "answers": list(_answers(line, written, vocabulary)), **{name: written.get(name) for name in PLACES},
    }  # fmt: skip
    return alert, wrong


def _nature(written: str | None, vocabulary: Vocabulary, cell: Cell) -> tuple[str, list[Problem]]:
    code = code_of(vocabulary.words["nature"], written)
    if code:
        return code, []
    return ("other", [Problem("alert-nature-unknown", cell, str(written)[:60])]) if written else ("displacement", [])


def _answers(line: Mapping[str, Any], written: Mapping[str, Any], vocabulary: Vocabulary) -> Iterator[dict[str, Any]]:
    """What sectors did, from the columns of each sector and from the one sector a line names."""
    sector = vocabulary.sectors.get(word_key(written.get("sector") or "")) if written.get("sector") else None
    if sector:
        told = {"assisted": line.get("assisted"), "begun_on": line.get("begun_on"), "state": written.get("state"), "reason": written.get("reason"), "organisation": written.get("organisation")}
        yield _answer(sector, told, vocabulary)
    for name in WIDE:
        told = {"assisted": line.get(f"{name}_assisted"), "begun_on": line.get(f"{name}_begun_on"), "state": written.get(f"{name}_state"), "reason": None, "organisation": None}
        if any(value not in (None, "") for value in told.values()):
            yield _answer(name.upper(), told, vocabulary)


def _answer(sector: str, told: Mapping[str, Any], vocabulary: Vocabulary) -> dict[str, Any]:
    state = code_of(vocabulary.words["state"], told["state"]) or ("covered" if told["assisted"] or told["begun_on"] else "waiting")
    return {
        "sector": sector, "state": state, "reason": code_of(vocabulary.words["reason"], told["reason"]), "organisation": (told["organisation"] or "")[:240],
        "households": told["assisted"], "begun_on": told["begun_on"].isoformat() if told["begun_on"] else None,
    }  # fmt: skip


def _joined(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Lines of one alert as one: same place, day, kind, group and counts, each with another sector; the first row stands for all."""
    held: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        key = tuple(row[name] for name in (*PLACES, "raised_on", "nature", "group", "households", "people", "facilities"))
        first = held.get(key)
        sectors = {each["sector"] for each in first["answers"]} if first else set()
        if first is None or not row["answers"] or sectors & {each["sector"] for each in row["answers"]}:
            held[key if first is None else (*key, row["row"])] = row
        else:
            first["answers"] += row["answers"]
    for row in held.values():
        yield {**row, "answers": json.dumps(row["answers"], ensure_ascii=False)}


def read_bulletin(frame: pl.DataFrame, mapping: Columns, vocabulary: Vocabulary, *, today: date, sheet: str | None = None) -> TableReading:
    """The lines of a bulletin, its total told apart from its parts; columns BULLETIN_COLUMNS."""
    letters = mapping.letters()
    values, flaws = _read_columns(frame, letters, vocabulary, today=today, sheet=sheet)
    rows = []
    for place, row in enumerate(frame["row"].to_list()):
        line = {name: column[place] for name, column in values.items()}
        if all(line.get(name) is None for name in (*MEASURES, *PERCENTS)):
            continue
        named = [str(line[name]) for name in PLACES if line.get(name)]
        rows.append({"row": row, "is_total": not named or any(fold(each) in TOTALS for each in named), **{name: line.get(name) for name in (*MEASURES, *PERCENTS, *PLACES)}})
    return TableReading(pl.DataFrame(rows, schema=BULLETIN_COLUMNS, orient="row"), len(rows), 0, grouped(flaws))


def hazard_named(*texts: str) -> str:
    """The hazard that a sheet's or a file's name says; empty where none does.

    >>> hazard_named("Feuil1", "Bilan des inondations au 23 septembre 2024.xlsx"), hazard_named("bilan.csv")
    ('flood', '')
    """
    folded = " ".join(fold(text) for text in texts)
    return next((code for word, code in HAZARD_WORDS.items() if word in folded), "")


def day_named(*texts: str) -> date | None:
    """The day that a sheet's or a file's name says; None where none does, or where it is ambiguous.

    >>> day_named("Bilan au 23 septembre 2024.xlsx"), day_named("bilan_2024-09-23.csv"), day_named("bilan.csv")
    (datetime.date(2024, 9, 23), datetime.date(2024, 9, 23), None)
    """
    found = [match for text in texts for match in re.findall(r"\d{4}-\d{2}-\d{2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d{1,2}(?:er)? [A-Za-zÀ-ÿ]{3,9} \d{4}", text.replace("_", " "))]
    for text in found:
        value = read_dates(pl.Series([text]), newest_start=date(2100, 1, 1))["value"][0]
        if isinstance(value, date):
            return value
    return None


def grouped(every: Iterable[Told]) -> tuple[Told, ...]:
    """Problems of one code and value together, with the first cell."""
    held: dict[tuple[str, str], Told] = {}
    for told in every:
        key = (told.problem.code, told.problem.value)
        held[key] = replace(held[key], count=held[key].count + told.count) if key in held else told
    return tuple(held.values())
