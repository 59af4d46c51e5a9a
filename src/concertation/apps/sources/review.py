"""Settling doubts: what a person is offered, and how an answer reaches every row like it, now and in later files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from concertation.apps.places.commands import remember_name
from concertation.apps.places.models import AdminUnit
from concertation.apps.sources import commands, queries
from concertation.apps.sources.models import Doubt, Source
from concertation.core.sharing import Mandate
from concertation.formats import reference_set

KEEP = "keep"
Applier = Callable[[Doubt, str, Mandate], int]
APPLIERS: dict[str, list[Applier]] = {}
RESTING: list[Callable[[Source, Sequence[Mandate]], Mapping[str, object]]] = []


@dataclass(frozen=True, slots=True)
class Offer:
    """One candidate: its key on the keyboard, what it is, where it lies, how far from what was written and why offered."""

    key: int
    answer: str
    name: str
    within: str
    distance: int
    reason: str


@dataclass(frozen=True, slots=True)
class Offered:
    """A doubt as a person sees it: as written, with its candidates."""

    doubt: Doubt
    written: Sequence[str]
    offers: Sequence[Offer]


def register_applier(kind: str, applier: Applier) -> None:
    """An app whose rows hold doubts of this kind offers to apply an answer to them; gives back the rows changed."""
    APPLIERS.setdefault(kind, []).append(applier)


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


def offered(doubt: Doubt) -> Offered:
    """A doubt with its candidates in the reader's language, numbered for the keyboard."""
    ids = [str(candidate["answer"]) for candidate in doubt.candidates]
    units = AdminUnit.objects.in_bulk(ids) if doubt.kind == "place" else {}
    words = reasons()
    offers = [
        Offer(
            key=key, answer=candidate["answer"],
            name=units[candidate["answer"]].name if candidate["answer"] in units else candidate.get("name", candidate["answer"]),
            within=candidate.get(f"within_{get_language()}", candidate.get("within", "")),
            distance=int(candidate.get("distance", 0)), reason=words.get(candidate.get("reason", ""), ""),
        )
        for key, candidate in enumerate(doubt.candidates[:9], start=1)
    ]
    return Offered(doubt, [str(part) for part in doubt.written.get("parts", []) if part], offers)


def settle(doubt: Doubt, *, answer: str, by: Mandate) -> str:
    """Apply an answer to this doubt and to every one like it; gives back what is wrong with the answer, if anything."""
    known = {str(candidate["answer"]) for candidate in doubt.candidates}
    if answer != KEEP and answer not in known and not _is_a_unit(doubt, answer):
        return _("Cette réponse ne correspond à aucune proposition.")
    if doubt.kind == "place" and answer != KEEP:
        written = doubt.written
        remember_name(
            state=doubt.owner_state, level=int(written["level"]), written=str(written["text"]), context=str(written["context"]),
            unit=answer, by=by,
        )
    for like in list(queries.doubts_like(doubt)):
        commands.settle(like, answer=answer, by=by)
    for applier in APPLIERS.get(doubt.kind, []):
        applier(doubt, answer, by)
    return ""


def _is_a_unit(doubt: Doubt, answer: str) -> bool:
    return doubt.kind == "place" and AdminUnit.objects.filter(pk=answer, state_id=doubt.owner_state).exists()


def field_choices(kind: str) -> list[tuple[str, str]]:
    """The fields a column may be taken for, in the reader's language."""
    if kind != "presence-5w":
        return []
    described = "description_en" if get_language() == "en" else "description_fr"
    return [(line["field"], line[described]) for line in reference_set.read("presence_fields").to_dicts()]


def chosen_columns(posted: QueryDict, columns: Sequence[Mapping[str, object]], kind: str) -> dict[str, str]:
    """What the mapping form says: letter -> field, an empty field for a column that is not taken."""
    fields = {field for field, _described in field_choices(kind)}
    letters = [str(column["letter"]) for column in columns]
    return {letter: posted[letter] if posted[letter] in fields else "" for letter in letters if letter in posted}
