"""Settling doubts: what a person is offered, and how an answer reaches every row like it, now and in later files."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from concertation.apps.places.commands import forget_name, remember_name
from concertation.apps.places.queries import gazetteer, is_unit_of, units_called, units_held
from concertation.apps.sources import queries
from concertation.apps.sources.doubts import commands
from concertation.apps.sources.doubts.commands import KEEP
from concertation.apps.sources.imports import follow_up
from concertation.apps.sources.models import Doubt, ImportRun, Source
from concertation.apps.sources.place_doubts import in_words
from concertation.core.places import Asked
from concertation.core.sharing import Mandate
from concertation.core.spelling import fold
from concertation.formats import reference_set

OFFERS = 9
SHORTEST_SEARCH = 2
Applier = Callable[[Doubt, str, Mandate], int]
Undoer = Callable[[Doubt, Mandate], Mapping[ImportRun, tuple[int, int]]]
APPLIERS: dict[str, list[Applier]] = {}
UNDOERS: dict[str, list[Undoer]] = {}
FIELDS: Mapping[str, str] = {"presence-5w": "presence_fields", "response-alerts": "response_fields", "disaster-bulletin": "bulletin_fields"}
AGAIN: list[Callable[[ImportRun], Sequence[tuple[str, str]]]] = []
RESTING: list[Callable[[Source, Sequence[Mandate]], Mapping[str, object]]] = []


@dataclass(frozen=True, slots=True)
class Offer:
    """One candidate: its key on the keyboard, what it is, where it lies, and why it is offered."""

    key: int
    answer: str
    name: str
    within: str
    why: str


@dataclass(frozen=True, slots=True)
class Offered:
    """A doubt as a person sees it: what was written and beside what, where its rows stand for now, its candidates, what was looked for."""

    doubt: Doubt
    text: str
    beside: Sequence[str]
    sure: str
    offers: Sequence[Offer]
    searched: str = ""
    found: Sequence[Offer] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A person's answer as the list of answers shows it."""

    doubt: Doubt
    text: str
    beside: Sequence[str]
    meaning: str
    within: str
    rows: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an answer: what is wrong with it, or how many rows it concerns."""

    problem: str = ""
    rows: int = 0


def register_applier(kind: str, applier: Applier) -> None:
    """An app whose rows hold doubts of this kind offers to apply an answer to them; gives back the rows changed.

    An answer taken back is an empty answer.
    """
    APPLIERS.setdefault(kind, []).append(applier)


def register_undoer(kind: str, undoer: Undoer) -> None:
    """An app puts rows that rested on an answer taken back in doubt again; gives back rows and first row per import."""
    UNDOERS.setdefault(kind, []).append(undoer)


def register_again(again: Callable[[ImportRun], Sequence[tuple[str, str]]]) -> None:
    """An app that can write an import again in the form it came offers the words and the address of that file."""
    AGAIN.append(again)


def written_again(run: ImportRun) -> list[tuple[str, str]]:
    """Each form in which an import can be written again: (words, address)."""
    return [line for again in AGAIN for line in again(run)]


def register_resting(count: Callable[[Source, Sequence[Mandate]], Mapping[str, object]]) -> None:
    """An app says which of its figures rest on a source."""
    RESTING.append(count)


def rests_on(source: Source, mandates: Sequence[Mandate]) -> dict[str, object]:
    """What rests on a source, from every app that registered."""
    return {name: shown for count in RESTING for name, shown in count(source, mandates).items()}


def reasons() -> dict[str, str]:
    """Why a candidate is offered, in words."""
    return {
        "spelling": _("écriture proche"), "homonym": _("même nom"), "elsewhere": _("même nom, ailleurs"), "word": _("un mot du nom"),
        "code": _("d'après le code"), "name": _("d'après le nom"), "another-state": _("dans un autre État"),
    }


def why(candidate: Mapping[str, object]) -> str:
    """The reason of a candidate and its distance, in words."""
    distance = int(str(candidate.get("distance", 0)))
    apart = ngettext("%(count)s lettre d'écart", "%(count)s lettres d'écart", distance) % {"count": distance} if distance else ""
    return ", ".join(part for part in (reasons().get(str(candidate.get("reason", "")), ""), apart) if part)


def offered(doubts: Iterable[Doubt], *, searched_in: UUID | None = None, searched: str = "") -> list[Offered]:
    """Doubts with their candidates in the reader's language, numbered for the keyboard; one of them with what was looked for."""
    waiting = list(doubts)
    named = [*(str(candidate["answer"]) for doubt in waiting for candidate in doubt.candidates), *(sure_unit(doubt) for doubt in waiting)]
    names, kinds = unit_names(named), unit_kinds(named)
    return [_offered(doubt, names, kinds, searched if doubt.pk == searched_in else "") for doubt in waiting]


def _offered(doubt: Doubt, names: Mapping[str, str], kinds: Mapping[str, str], searched: str) -> Offered:
    text, beside = as_written(doubt)
    offers = [
        Offer(
            key, str(candidate["answer"]), names.get(str(candidate["answer"]), str(candidate.get("name", ""))),
            ", ".join(part for part in (kinds.get(str(candidate["answer"]), ""), within_words(candidate)) if part), why(candidate),
        )
        for key, candidate in enumerate(doubt.candidates[:OFFERS], start=1)
    ]
    sure = sure_unit(doubt)
    sure_words = f"{names[sure]} ({kinds[sure]})" if sure in names else ""
    return Offered(doubt, text, beside, sure_words, offers, searched, units_found(doubt.owner_state, searched) if searched else ())


def sure_unit(doubt: Doubt) -> str:
    """The unit where the rows of a doubtful place stand for now."""
    return str(doubt.written.get("sure", ""))


def as_written(doubt: Doubt) -> tuple[str, list[str]]:
    """The part of a written place that is in doubt, as the cell writes it, and what stands beside it."""
    parts = [str(part) for part in doubt.written.get("parts", []) if part]
    folded = str(doubt.written.get("text", ""))
    place = next((place for place in reversed(range(len(parts))) if fold(parts[place]) and fold(parts[place]) in folded), 0)
    return (parts[place] if parts else folded), [*parts[:place], *parts[place + 1 :]]


def within_words(candidate: Mapping[str, object]) -> str:
    """Where a candidate lies, in the reader's language."""
    return str(candidate.get(f"within_{get_language()}", candidate.get("within", "")))


def unit_names(unit_ids: Iterable[str]) -> dict[str, str]:
    """Names of units in the reader's language."""
    return {pk: unit.name for pk, unit in units_held(unit_ids).items()}


def unit_kinds(unit_ids: Iterable[str]) -> dict[str, str]:
    """What each unit is, in words: two places of one name are told apart by it."""
    words = kind_names()
    return {pk: words.get(unit.kind, unit.kind) for pk, unit in units_held(unit_ids).items()}


def kind_names() -> dict[str, str]:
    """The kinds of units in words."""
    return {
        "region": _("région"), "province": _("province"), "cercle": _("cercle"), "departement": _("département"), "commune": _("commune"),
        "prefecture": _("préfecture"), "canton": _("canton"), "ville": _("ville"), "district": _("district"), "arrondissement": _("arrondissement"),
        "commune-urbaine": _("commune urbaine"), "commune-rurale": _("commune rurale"), "country": _("État"), "state": _("État"),
    }


def units_found(state: str, searched: str) -> list[Offer]:
    """Units of a State whose name, or another name of theirs, holds the words looked for."""
    if len(fold(searched)) < SHORTEST_SEARCH:
        return []
    units = units_called(state, searched, most=OFFERS)
    places = gazetteer()
    kinds = kind_names()
    return [Offer(0, unit.pk, unit.name, f"{kinds.get(unit.kind, unit.kind)}, {within_words(in_words(places, unit.pk))}", "") for unit in units]


@transaction.atomic
def settle(doubt: Doubt, *, answer: str, by: Mandate) -> Settled:
    """Apply an answer to this doubt and to every one like it."""
    known = {str(candidate["answer"]) for candidate in doubt.candidates}
    if answer != KEEP and answer not in known and not _is_a_unit(doubt, answer):
        return Settled(problem=_("Cette réponse ne correspond à aucune proposition."))
    if doubt.kind == "place" and answer != KEEP:
        asked = _asked(doubt)
        remember_name(state=asked.state, level=asked.level, written=asked.text, context=asked.context, unit=answer, by=by)
    alike = list(queries.doubts_like(doubt))
    for like in alike:
        commands.settle(like, answer=answer, by=by)
    for applier in APPLIERS.get(doubt.kind, []):
        applier(doubt, answer, by)
    follow_up(doubt.owner_state)
    return Settled(rows=sum(like.count for like in alike))


@transaction.atomic
def settle_all(answered: Sequence[tuple[Doubt, str]], *, by: Mapping[str, Mandate]) -> Settled:
    """Give several doubts their answers in one act, each under the mandate for its State; nothing is done when one answer does not hold."""
    rows = 0
    for doubt, answer in answered:
        done = settle(doubt, answer=answer, by=by[doubt.owner_state])
        if done.problem:
            transaction.set_rollback(True)
            return done
        rows += done.rows
    return Settled(rows=rows)


def common_answers(doubts: Iterable[Offered]) -> list[Offer]:
    """The candidates that two doubts or more of a list share: one answer may serve them together."""
    seen: dict[str, list[Offer]] = {}
    for shown in doubts:
        for offer in shown.offers:
            seen.setdefault(offer.answer, []).append(offer)
    return [offers[0] for offers in seen.values() if len(offers) > 1]


@transaction.atomic
def take_back(doubt: Doubt, *, by: Mandate) -> None:
    """Take an answer back everywhere: what it had settled waits for a person again, also in files that came later."""
    if doubt.kind == "place":
        asked = _asked(doubt)
        forget_name(state=asked.state, level=asked.level, written=asked.text, context=asked.context, by=by)
    for like in list(queries.answered_like(doubt)):
        commands.ask_again(like, by=by)
    for undoer in UNDOERS.get(doubt.kind, []):
        for run, (rows, first) in undoer(doubt, by).items():
            commands.ask_in(run, doubt, count=rows, row=first)
    for applier in APPLIERS.get(doubt.kind, []):
        applier(doubt, "", by)
    follow_up(doubt.owner_state)


def _asked(doubt: Doubt) -> Asked:
    written = doubt.written
    return Asked(state=doubt.owner_state, level=int(written["level"]), text=str(written["text"]), context=str(written["context"]))


def _is_a_unit(doubt: Doubt, answer: str) -> bool:
    return doubt.kind == "place" and is_unit_of(answer, doubt.owner_state)


def answers(doubts: Iterable[Doubt]) -> list[Answer]:
    """Answered doubts as the list of answers shows them, each question once with the rows of all its files."""
    grouped: dict[tuple[str, str, str], list[Doubt]] = {}
    for doubt in doubts:
        grouped.setdefault((doubt.owner_state, doubt.kind, doubt.key), []).append(doubt)
    names = unit_names(alike[0].answer for alike in grouped.values())
    return [_answer(alike, names) for alike in grouped.values()]


def _answer(alike: Sequence[Doubt], names: Mapping[str, str]) -> Answer:
    first = alike[0]
    text, beside = as_written(first)
    candidate = next((each for each in first.candidates if each["answer"] == first.answer), None)
    if candidate is None and first.answer in names:
        candidate = in_words(gazetteer(), first.answer)
    within = within_words(candidate) if candidate else ""
    return Answer(first, text, beside, names.get(first.answer, ""), within, sum(doubt.count for doubt in alike))


def answer_words(doubt: Doubt, answer: str) -> str:
    """What an answer says, for the line that confirms it."""
    return unit_names([answer]).get(answer, "") if answer != KEEP else _("gardé au lieu sûr")


def field_choices(kind: str) -> list[tuple[str, str]]:
    """The fields a column may be taken for, in the reader's language."""
    if kind not in FIELDS:
        return []
    described = "description_en" if get_language() == "en" else "description_fr"
    return [(line["field"], line[described]) for line in reference_set.read(FIELDS[kind]).to_dicts()]


def chosen_columns(posted: QueryDict, columns: Sequence[Mapping[str, object]], kind: str) -> dict[str, str]:
    """What a person changed in the mapping form: letter -> field, an empty field for a column that is not taken."""
    fields = {field for field, _described in field_choices(kind)} | {""}
    asked = {str(column["letter"]): str(column["field"]) for column in columns}
    return {letter: str(posted[letter]) for letter, field in asked.items() if posted.get(letter, field) in fields - {field}}
