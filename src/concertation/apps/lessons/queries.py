"""Reading lessons: what the reader may see, found by words of either language and by facets; the near ones, those that contradict, the reuse."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, overload
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Value

from concertation.apps.ground.listed import listed_ids
from concertation.apps.lessons.models import FACETS, Contradiction, Lesson, Reuse, Theme
from concertation.apps.search.queries import FRAMEWORK, MOST, keys_of_kind
from concertation.core.lessons import nearest
from concertation.core.sharing import Mandate

LOOKED_AT, NEAR = 400, 3
LESSONS, REUSES = -1, -2


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader looks for: words, the facets chosen, and whether expired lessons are wanted."""

    words: str
    facets: Mapping[str, str]
    expired: str

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        """Read from an address."""
        return cls(query.get("q", "")[:300].strip(), {name: query.get(name, "")[:24] for name in FACETS if query.get(name)}, query.get("expired", ""))


def standing(mandates: Sequence[Mandate]) -> QuerySet[Lesson]:
    """The lessons that stand, as the reader may see them."""
    held: QuerySet[Lesson] = Lesson.objects.visible_to(mandates).filter(withdrawn_on__isnull=True)
    return held


def narrowed(mandates: Sequence[Mandate], asked: Asked, today: date) -> tuple[QuerySet[Lesson], list[str]]:
    """The lessons asked for, and the order of their keys where words were given."""
    held = standing(mandates).filter(**asked.facets)
    if not asked.expired:
        held = held.filter(Q(expires_on__isnull=True) | Q(expires_on__gte=today))
    if not asked.words:
        return held.order_by("-written_on", "-pk"), []
    return held, _keys(mandates, asked.words, asked.facets)


def _keys(mandates: Sequence[Mandate], words: str, facets: Mapping[str, str]) -> list[str]:
    """The keys of the lessons that some words find, the best first. State and sector narrow before the best are taken; the framework's own lessons are of no State."""
    state = facets.get("owner_state", "")
    return keys_of_kind(mandates, words, "lesson", state="" if state == FRAMEWORK else state, sector=facets.get("sector", ""))


class Best(Sequence[Lesson]):
    """Lessons found by words, the best first: those of the keys that stand among what is held; only those that are looked at are read.

    `cut`: how many were looked at, where more may hold the words.
    """

    def __init__(self, held: QuerySet[Lesson], keys: Sequence[str]) -> None:
        standing = {str(pk) for pk in held.filter(pk__in=listed_ids(keys)).values_list("pk", flat=True)}
        self.held, self.keys = held, [key for key in keys if key in standing]
        self.cut = MOST if len(keys) >= MOST else None

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, place: int) -> Lesson: ...

    @overload
    def __getitem__(self, place: slice) -> list[Lesson]: ...

    def __getitem__(self, place: int | slice) -> Lesson | list[Lesson]:
        """The lessons at some places. One query."""
        if isinstance(place, int):
            return self[place : place + 1][0]
        rows = {str(each.pk): each for each in self.held.filter(pk__in=listed_ids(self.keys[place]))}
        return [rows[key] for key in self.keys[place] if key in rows]

    def __iter__(self) -> Iterator[Lesson]:
        return iter(self[:])


def found(mandates: Sequence[Mandate], asked: Asked, today: date) -> QuerySet[Lesson] | Sequence[Lesson]:
    """The lessons asked for: the best first where words were given, else the newest."""
    held, keys = narrowed(mandates, asked, today)
    if not keys:
        return held if not asked.words else []
    return Best(held, keys)


def facets(mandates: Sequence[Mandate]) -> dict[str, dict[str, int]]:
    """How many lessons stand under each value of each facet that divides them. One query, answered from an index without a lesson being read."""
    counted: dict[str, dict[str, int]] = {name: {} for name in FACETS}
    for line in standing(mandates).values(*FACETS).annotate(lessons=Count("*")).order_by():
        for name in FACETS:
            if line[name]:
                counted[name][line[name]] = counted[name].get(line[name], 0) + line["lessons"]
    return counted


def lesson(mandates: Sequence[Mandate], lesson_id: UUID) -> Lesson | None:
    """One lesson that stands."""
    return standing(mandates).filter(pk=lesson_id).first()


def near(mandates: Sequence[Mandate], own: Lesson) -> list[Lesson]:
    """The lessons nearest to one, among those of its sector, hazard or phase. One query."""
    like = Q(pk__isnull=True)
    for name in ("sector", "hazard", "phase", "theme"):
        if getattr(own, name):
            like |= Q(**{name: getattr(own, name)})
    held = {str(each.pk): each for each in standing(mandates).filter(like).exclude(pk=own.pk).order_by("-written_on")[:LOOKED_AT]}
    return [held[key] for key in nearest(own.search_text, {key: each.search_text for key, each in held.items()}, most=NEAR)]


def contradictions(mandates: Sequence[Mandate], own: Lesson) -> list[tuple[Lesson, str]]:
    """The lessons that contradict one, with why, those the reader may see. Two queries."""
    told = {}
    for pair in Contradiction.objects.filter(Q(lesson=own) | Q(other=own)):
        told[pair.other_id if pair.lesson_id == own.pk else pair.lesson_id] = pair.why
    return [(each, told[each.pk]) for each in standing(mandates).filter(pk__in=list(told)).order_by("-written_on")]


def reuses(mandates: Sequence[Mandate], own: Lesson) -> list[Reuse]:
    """Who used a lesson, the last first, as the reader may see it."""
    return list(Reuse.objects.visible_to(mandates).filter(lesson=own).order_by("-used_on", "-pk"))


def reuse(mandates: Sequence[Mandate], reuse_id: UUID) -> Reuse | None:
    """One use of a lesson."""
    held: Reuse | None = Reuse.objects.visible_to(mandates).filter(pk=reuse_id).first()
    return held


def times_reused(mandates: Sequence[Mandate], lessons: Iterable[Lesson]) -> dict[UUID, int]:
    """How often each lesson was used, as far as the reader may see. One query."""
    held = Reuse.objects.visible_to(mandates).filter(lesson__in=[each.pk for each in lessons])
    return dict(held.values_list("lesson").annotate(times=Count("pk")).order_by())


def counted_by_state(mandates: Sequence[Mandate]) -> tuple[QuerySet[Any, Any], QuerySet[Any, Any]]:
    """Lessons that stand (`imports` -1) and uses noted (`imports` -2), per State, in the columns of the rows that States keep."""
    noted: QuerySet[Reuse] = Reuse.objects.visible_to(mandates).order_by()
    lessons = standing(mandates).order_by().values(state_=F("owner_state")).annotate(imports=Value(LESSONS), rows=Count("id"))
    return lessons, noted.values(state_=F("owner_state")).annotate(imports=Value(REUSES), rows=Count("id"))


def themes() -> dict[str, str]:
    """The outside taxonomy, by code."""
    return {each.code: each.name for each in Theme.objects.order_by("sort")}


def offered(mandates: Sequence[Mandate], *, words: str = "", most: int = NEAR, **facets: str) -> list[Lesson]:
    """The lessons that may serve where somebody decides: validated ones first, then the newest; by facets, by words where given."""
    held = standing(mandates).filter(**{name: value for name, value in facets.items() if name in FACETS and value})
    if words:
        held = held.filter(pk__in=listed_ids(_keys(mandates, words, facets)))
    return sorted(held.order_by("-written_on")[:LOOKED_AT], key=lambda each: each.validated_on is None)[:most]
