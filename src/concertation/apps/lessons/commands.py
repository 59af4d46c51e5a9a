"""Writing lessons: kept, corrected, validated by somebody else, withdrawn, reused; each act one line of the journal, which holds no text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from concertation.apps.ground.commands import journal
from concertation.apps.ground.editing import ActRefused, held_at
from concertation.apps.lessons.models import Contradiction, Lesson, Reuse, Theme
from concertation.apps.lessons.terms import glossary
from concertation.core.lessons import problems_of, search_form
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate, Sensitivity
from concertation.core.sharing.learning import holder_under
from concertation.core.sharing.visibility import FRAMEWORK

TEXTS = tuple(f"{name}_{tongue}" for name in ("title", "planned", "happened", "why", "recommendation") for tongue in ("fr", "en"))
FIELDS = (
    *TEXTS, "kind", "language", "translation", "crisis", "happened_on", "hazard", "phase", "sector", "theme", "place", "target_role", "strength", "evidence", "transferable_if",
    "cost", "consent", "expires_on", "sensitivity",
)  # fmt: skip
OPENNESS = [level.value for level in Sensitivity]


class LessonRefused(ActRefused):
    """A lesson that cannot stand; carries the codes of what is wrong."""

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(Problem(code) for code in codes)


@dataclass(frozen=True, slots=True)
class Stored:
    """What a file brought: lessons added, and those that were already held."""

    added: int
    same: int


def wrong_with(words: Mapping[str, Any]) -> tuple[str, ...]:
    """What keeps the words of a lesson from standing."""
    tongue = words["language"]
    return problems_of(
        title=words[f"title_{tongue}"], recommendation=words[f"recommendation_{tongue}"], sensitivity=words["sensitivity"], consent=words["consent"],
        strength=words["strength"], evidence=words["evidence"].split("\n"), starts_on=words["happened_on"], ends_on=words["expires_on"],
    )  # fmt: skip


def _written(row: Lesson, words: Mapping[str, Any]) -> Lesson:
    if codes := wrong_with(words):
        raise LessonRefused(codes)
    for name in FIELDS:
        setattr(row, name, words[name])
    row.search_text = search_form([getattr(row, name) for name in (*TEXTS, "crisis", "place", "transferable_if") if getattr(row, name)], glossary())
    return row


@transaction.atomic
def keep_lesson(words: Mapping[str, Any], *, owner_state: str, on: date, by: Mandate) -> Lesson:
    """Keep a lesson under a mandate. Raises LessonRefused."""
    row = _written(Lesson(owner_state=owner_state or FRAMEWORK, holder=holder_under(by), written_by=by.person, written_on=on), words)
    row.save(force_insert=True)
    journal("lessons.lesson-kept", by, state=row.owner_state, lesson=row.pk, sector=row.sector, sensitivity=row.sensitivity)
    return row


@transaction.atomic
def correct_lesson(lesson_id: UUID, words: Mapping[str, Any], *, base_version: int, by: Mandate) -> Lesson:
    """Correct a lesson; it is to be validated again. Raises Conflict, LessonRefused."""
    now = held_at(Lesson, lesson_id, base_version)
    closed_further = OPENNESS.index(words["sensitivity"]) > OPENNESS.index(now.sensitivity)
    _written(now, words)
    now.validated_on, now.validated_by, now.version = None, "", now.version + 1
    now.save()
    act = "lessons.lesson-closed-further" if closed_further else "lessons.lesson-corrected"
    journal(act, by, state=now.owner_state, lesson=now.pk, version=now.version, sensitivity=now.sensitivity)
    return now


@transaction.atomic
def validate_lesson(lesson_id: UUID, *, base_version: int, on: date, by: Mandate) -> Lesson:
    """Somebody who did not write it says that a lesson holds. Raises Conflict, LessonRefused."""
    now = held_at(Lesson, lesson_id, base_version)
    if now.written_by == by.person:
        raise LessonRefused(["lesson-validated-by-its-author"])
    now.validated_on, now.validated_by, now.version = on, by.person, now.version + 1
    now.save()
    journal("lessons.lesson-validated", by, state=now.owner_state, lesson=now.pk)
    return now


@transaction.atomic
def withdraw_lesson(lesson_id: UUID, *, base_version: int, on: date, by: Mandate) -> Lesson:
    """Take a lesson out of what is read; what was reused of it stays. Raises Conflict."""
    now = held_at(Lesson, lesson_id, base_version)
    now.withdrawn_on, now.version = on, now.version + 1
    now.save()
    journal("lessons.lesson-withdrawn", by, state=now.owner_state, lesson=now.pk)
    return now


@transaction.atomic
def note_reuse(lesson: Lesson, *, used_on: date, where: str, result: str, by: Mandate) -> Reuse:
    """Note in one act that a lesson was used; it is read by whoever may read the lesson's own level, never wider."""
    made = Reuse.objects.create(
        lesson=lesson, owner_state=by.state or lesson.owner_state, holder=holder_under(by), sensitivity=lesson.sensitivity, used_on=used_on, where=where[:200],
        result=result, by=by.person,
    )  # fmt: skip
    journal("lessons.lesson-reused", by, state=made.owner_state, lesson=lesson.pk, reuse=made.pk)
    return made


@transaction.atomic
def tell_result(reuse: Reuse, result: str, *, by: Mandate) -> Reuse:
    """Say what came of using a lesson, once that is known."""
    reuse.result, reuse.version = result, reuse.version + 1
    reuse.save()
    journal("lessons.result-told", by, state=reuse.owner_state, lesson=reuse.lesson_id, reuse=reuse.pk)
    return reuse


@transaction.atomic
def contradict(first: Lesson, second: Lesson, *, why: str, by: Mandate) -> Contradiction:
    """Say that two lessons contradict each other. Raises LessonRefused for a lesson against itself."""
    if first.pk == second.pk:
        raise LessonRefused(["lesson-against-itself"])
    one, other = sorted((first, second), key=lambda each: str(each.pk))
    made, _new = Contradiction.objects.update_or_create(lesson=one, other=other, defaults={"why": why[:300]})
    journal("lessons.contradiction-told", by, state=first.owner_state, lesson=first.pk, other=second.pk)
    return made


@transaction.atomic
def bring_lessons(every: Sequence[Mapping[str, Any]], *, owner_state: str, on: date, by: Mandate) -> Stored:
    """Bring lessons of a file in, all or none; one with the same words and holder is held already. Raises LessonRefused."""
    holder, added = holder_under(by), 0
    held = {(row.title_fr, row.title_en, row.recommendation_fr, row.recommendation_en) for row in Lesson.objects.filter(holder=holder, withdrawn_on__isnull=True).only("title_fr", "title_en", "recommendation_fr", "recommendation_en")}
    made = []
    for words in every:
        named = (words["title_fr"], words["title_en"], words["recommendation_fr"], words["recommendation_en"])
        if named not in held:
            made.append(_written(Lesson(owner_state=owner_state or FRAMEWORK, holder=holder, written_by=by.person, written_on=on), words))
            held.add(named)
    added = len(Lesson.objects.bulk_create(made, batch_size=200))
    journal("lessons.lessons-brought-in", by, state=owner_state or FRAMEWORK, added=added, same=len(every) - added)
    return Stored(added, len(every) - added)


@transaction.atomic
def bring_themes(themes: Sequence[tuple[str, str]], *, by: Mandate) -> int:
    """Bring an outside taxonomy in: (code, name in English), in order; a French name already held stays."""
    rows = [Theme(code=code, name_en=name, sort=place) for place, (code, name) in enumerate(themes)]
    Theme.objects.bulk_create(rows, update_conflicts=True, unique_fields=["code"], update_fields=["name_en", "sort"])
    journal("lessons.themes-brought-in", by, themes=len(rows))
    return len(rows)
