"""Lessons as they are found: each by the words of both languages, under its own two masters and level."""

from collections.abc import Iterable, Mapping, Sequence

from concertation.apps.lessons.models import Lesson
from concertation.apps.lessons.terms import glossary
from concertation.apps.search.addresses import address_of
from concertation.apps.search.kinds import Thing
from concertation.core.spelling import fold

TEXTS = tuple(f"{name}_{tongue}" for name in ("planned", "happened", "why", "recommendation") for tongue in ("fr", "en"))


def lesson_stamps(chain: str) -> Mapping[str, str]:
    """Every lesson of a State that stands, with its version."""
    held = Lesson.objects.filter(owner_state=chain, withdrawn_on__isnull=True)
    return {str(pk): f"{version}.{sensitivity}" for pk, version, sensitivity in held.values_list("pk", "version", "sensitivity")}


def lessons_as_things(chain: str, keys: Sequence[str]) -> Iterable[Thing]:
    """The lessons asked for."""
    for start in range(0, len(keys), 500):
        yield from (thing(each) for each in Lesson.objects.filter(pk__in=keys[start : start + 500]))


def thing(row: Lesson) -> Thing:
    """One lesson."""
    texts = tuple(filter(None, (row.title_fr, row.title_en, *(getattr(row, name) for name in TEXTS), row.crisis, row.place)))
    crossed = glossary().crossed(texts)
    title_fr, title_en = row.title_fr or row.title_en, row.title_en or row.title_fr
    return Thing(
        key=str(row.pk), owner_state=row.owner_state, holder=row.holder, sensitivity=row.sensitivity, title_fr=title_fr, title_en=title_en,
        address=address_of("lesson", row.pk), sort_key=fold(title_fr)[:160], texts=(*texts, crossed), context_fr=row.crisis, context_en=row.crisis,
        state="" if row.owner_state == "AES" else row.owner_state, sector=row.sector, origin=str(row.pk),
    )  # fmt: skip


