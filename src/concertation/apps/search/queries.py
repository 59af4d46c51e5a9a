"""Finding things by words: grouped by kind, best first, within what the reader may see.

One question to the index serves every kind; the number of queries grows neither with kinds nor with rows. Of each kind no more than MOST are looked at: a page
says so, and asks for one more word.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q, QuerySet
from rapidfuzz import fuzz, process

from concertation.apps.ground.listed import listed_numbers
from concertation.apps.ground.models import JournalHead, JournalLine, held_rows
from concertation.apps.search import matching
from concertation.apps.search.guards import facet_words, words_open_to
from concertation.apps.search.kinds import HIGHEST_ORDER, KINDS, Kind, in_order
from concertation.apps.search.matching import Way
from concertation.apps.search.models import IndexPosition, SearchEntry, Withheld
from concertation.core.search_words import Wanted
from concertation.core.sharing import Mandate, visibility_of
from concertation.core.spelling import fold

FORM = "2"  # another word here has every entry written anew: change it with what `core.search_words` or `commands.entry` writes
FRAMEWORK = "AES"
STATES = ("BFA", "MLI", "NER", "TGO")
MOST = 200
SUGGESTED, LOOKED_AT = 8, 40
WEIGHT_BITS, LETTER_BITS, OWN_BITS = 16, 21, 20  # of a standing, after its kind: weight, first letters, what tells it from others
BELOW_WEIGHT = LETTER_BITS + OWN_BITS
BELOW_KIND = WEIGHT_BITS + BELOW_WEIGHT
NAMES_READ, ALIKE, OFFERED = 20_000, 70, 3


@dataclass(frozen=True, slots=True)
class Found:
    """One thing found: what it is, where it leads, and how it was found."""

    kind: str
    key: str
    title_fr: str
    title_en: str
    context_fr: str
    context_en: str
    address: str
    state: str
    sector: str
    way: Way


@dataclass(frozen=True, slots=True)
class Group:
    """The things of one kind that were found: how many (`more`: at least so many), and those of the page asked for."""

    kind: Kind
    count: int
    more: bool
    found: Sequence[Found]


@dataclass(frozen=True, slots=True)
class Results:
    """What was found: a group for each kind that has any; how many per State and sector among those looked at."""

    wanted: Wanted
    groups: Sequence[Group]
    states: Mapping[str, int]
    sectors: Mapping[str, int]

    @property
    def count(self) -> int:
        """How many things of all kinds."""
        return sum(group.count for group in self.groups)

    @property
    def more(self) -> bool:
        """Whether some kind has more than were looked at."""
        return any(group.more for group in self.groups)

    def group(self, kind: str) -> Group | None:
        """The group of one kind."""
        return next((group for group in self.groups if group.kind.code == kind), None)


class _Match(NamedTuple):
    """One entry that may be shown, as it is sorted."""

    way: Way
    weight: int
    sort_key: str
    thing: str
    standing: int
    kind: str
    state: str
    sector: str


def visible_entries(mandates: Sequence[Mandate]) -> QuerySet[SearchEntry]:
    """What a reader may find. Things shown to their own readers alone are the owner State's and the holder's, whatever their level."""
    sight = visibility_of(mandates)
    own = Q(owner_state__in=sorted(sight.states | sight.strict_states)) | held_rows(sight)
    seen = SearchEntry.objects.visible_to(mandates).filter(Q(own_readers_only=False) | own)
    withheld = Withheld.objects.values("pk")
    return seen.exclude(Q(origin__in=withheld) | Q(key__in=withheld))


def search(mandates: Sequence[Mandate], words: str, *, kind: str = "", state: str = "", sector: str = "", first: int = 0, most: int = 20) -> Results:
    """What is found by some words, narrowed to a State or a sector; of `kind`, or of each when none is named, `most` things from `first` on."""
    wanted = Wanted.of(words)
    if not wanted:
        return Results(wanted, (), {}, {})
    asked = [KINDS[kind]] if kind in KINDS else in_order()
    ways = _best_of(mandates, wanted, in_order(), state=state, sector=sector)
    seen = visible_entries(mandates)
    matches = _matches(seen, ways)
    by_kind = {each.code: [match for match in matches if match.kind == each.code] for each in in_order()}
    shown = {each.code: by_kind[each.code][:MOST][first : first + most] for each in asked}
    held = _details(seen, [match for listed in shown.values() for match in listed])
    groups = [
        Group(each, min(len(by_kind[each.code]), MOST), len(by_kind[each.code]) > MOST, [held[match.standing] for match in shown.get(each.code, ()) if match.standing in held])
        for each in in_order() if by_kind[each.code]
    ]  # fmt: skip
    narrowed = [match for match in matches if match.kind in {each.code for each in asked}]
    return Results(wanted, groups, _counted(match.state for match in narrowed), _counted(match.sector for match in narrowed))


def keys_of_kind(mandates: Sequence[Mandate], words: str, kind: str, *, state: str = "", sector: str = "") -> list[str]:
    """The keys of the best things of one kind that some words find, narrowed to a State or a sector, the best first: MOST at most. Two queries."""
    wanted = Wanted.of(words)
    if not wanted:
        return []
    ways = _best_of(mandates, wanted, [KINDS[kind]], state=state, sector=sector)
    return [match.thing for match in _matches(visible_entries(mandates), ways)][:MOST]


def suggestions(mandates: Sequence[Mandate], words: str) -> Sequence[Found]:
    """The few best things of any kind while a person types, titles told once. Three queries."""
    wanted = Wanted.of(words)
    if not wanted or len(wanted.words[0].exact) < 2:
        return ()
    seen = visible_entries(mandates)
    matches = _matches(seen, _within(mandates, wanted, [(1, HIGHEST_ORDER)], most=LOOKED_AT))
    told: dict[tuple[str, str, str], Found] = {}
    details = _details(seen, matches)
    for match in matches:
        if found := details.get(match.standing):
            told.setdefault((found.kind, found.title_fr, found.context_fr), found)
    return list(told.values())[:SUGGESTED]


def alike(mandates: Sequence[Mandate], words: str) -> list[str]:
    """Names the reader may see that are written nearly so, the nearest first."""
    wanted = fold(Wanted.of(words).written)
    kinds = [kind.code for kind in KINDS.values() if kind.suggests]
    if len(wanted) < 3:
        return []
    names = visible_entries(mandates).filter(kind__in=kinds).order_by("pk").values_list("title_fr", flat=True)[:NAMES_READ]
    keys = {name: fold(name) for name in dict.fromkeys(names)}
    near = process.extract(wanted, keys, scorer=fuzz.ratio, limit=OFFERED, score_cutoff=ALIKE)
    return [name for _key, _score, name in near if fold(name) != wanted]


def _best_of(mandates: Sequence[Mandate], wanted: Wanted, kinds: Sequence[Kind], *, state: str, sector: str) -> dict[int, Way]:
    """The best entries of each of some kinds. One query."""
    return _within(mandates, wanted, [(kind.order, kind.order) for kind in kinds], state=state, sector=sector, most=MOST + 1)


def _within(mandates: Sequence[Mandate], wanted: Wanted, orders: Sequence[tuple[int, int]], *, state: str = "", sector: str = "", most: int) -> dict[int, Way]:
    """The best entries of kinds between two orders, for each pair of them. One query."""
    ranges = [(lowest << BELOW_KIND, (highest + 1 << BELOW_KIND) - 1) for lowest, highest in orders]
    return matching.best(wanted, open_to=words_open_to(visibility_of(mandates)), facets=facet_words(state=state, sector=sector), ranges=ranges, most=most)


def _matches(seen: QuerySet[SearchEntry], ways: Mapping[int, Way]) -> list[_Match]:
    """Those of the entries that the reader may see, each thing once, in the order they are shown. One query."""
    rows = seen.filter(pk__in=listed_numbers(ways)).values_list("pk", "kind", "key", "sort_key", "state", "sector")
    found = sorted(
        _Match(ways[standing], standing >> BELOW_WEIGHT, sort_key, key.partition("#")[0], standing, kind, state, sector)
        for standing, kind, key, sort_key, state, sector in rows
    )
    once: dict[tuple[str, str], _Match] = {}
    for match in found:
        once.setdefault((match.kind, match.thing), match)
    return list(once.values())


def _details(seen: QuerySet[SearchEntry], matches: Collection[_Match]) -> dict[int, Found]:
    """What is shown of each. One query."""
    ways = {match.standing: match.way for match in matches}
    held = seen.filter(pk__in=listed_numbers(ways))
    return {
        each.pk: Found(
            each.kind, each.key.partition("#")[0], each.title_fr, each.title_en, each.context_fr, each.context_en, each.address, each.state,
            each.sector, ways[each.pk],
        )
        for each in held.defer("titles", "exact_text", "search_text", "guards")
    }  # fmt: skip


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(Counter(value for value in values if value).most_common())


def subjects() -> frozenset[str]:
    """The first words of the acts after which things to be found may have changed."""
    return frozenset().union(*(kind.subjects for kind in KINDS.values()))


def framework_chains(chain: str) -> Sequence[str]:
    """The States that an act in a chain may touch: one of the framework touches all."""
    return [FRAMEWORK, *STATES] if chain == FRAMEWORK else [chain]


def stale_chains() -> list[str]:
    """The chains with acts since what can be found was made from them. Three queries, however long the journal."""
    kept = dict(IndexPosition.objects.filter(form=FORM).values_list("state", "sequence"))
    since, of_subjects = Q(pk__in=[]), Q(pk__in=[])
    for chain in JournalHead.objects.values_list("chain", flat=True):
        since |= Q(chain=chain, sequence__gt=kept.get(chain, 0))
    for subject in sorted(subjects()):
        of_subjects |= Q(act__startswith=f"{subject}.")
    return sorted(set(JournalLine.objects.filter(since, of_subjects).values_list("chain", flat=True)))


def is_behind() -> bool:
    """Whether what can be found waits for a refresh."""
    return bool(stale_chains())
