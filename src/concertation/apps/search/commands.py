"""Bringing what can be found up to the journal: only what changed is written, in short slices; and proving that it is equal to the rows.

An index is no act of anybody and leaves no line in the journal: it is made from rows whose acts stand there, and can be made anew at any time.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import islice
from typing import TypeVar

from django.db import connection, transaction
from django.utils import timezone

from concertation.apps.ground.models import JournalHead, JournalLine
from concertation.apps.search import words_index
from concertation.apps.search.guards import words_of
from concertation.apps.search.kinds import HEAVIEST, Kind, Thing, in_order, several_imports
from concertation.apps.search.models import IndexPosition, SearchEntry, Withheld
from concertation.apps.search.queries import FORM, LETTER_BITS, OWN_BITS, WEIGHT_BITS, framework_chains, stale_chains
from concertation.core.search_words import exact_forms, marked, stem_forms, whole_form

T = TypeVar("T")
SLICE, MANY = 500, 2_000
MOST_WORDS, MOST_LETTERS = 400, 20_000
SORTED_BY = " 0123456789abcdefghijklmnopqrstuvwxyz"
SORTED_LETTERS = 4


def standing(kind: Kind, thing: Thing, attempt: int) -> int:
    """Where a thing stands among all: its kind, its weight, its first letters, then what tells it from others."""
    letters = 0
    for letter in thing.sort_key[:SORTED_LETTERS].ljust(SORTED_LETTERS):
        letters = letters * len(SORTED_BY) + max(SORTED_BY.find(letter), 0)
    own = int.from_bytes(blake2b(f"{thing.key} {attempt}".encode(), digest_size=4).digest(), "big") % (1 << OWN_BITS)
    weight = min(max(thing.weight, 0), HEAVIEST)
    return ((kind.order << WEIGHT_BITS | weight) << LETTER_BITS | letters) << OWN_BITS | own


def entry(kind: Kind, thing: Thing, *, chain: str, stamp: str, at: int) -> SearchEntry:
    """The entry of a thing, its words in their written forms."""
    names, texts, also = ([text[:MOST_LETTERS] for text in part if text] for part in (thing.names, thing.texts, thing.also))
    wholes = " ".join(dict.fromkeys(filter(None, map(whole_form, names))))
    return SearchEntry(
        id=at, kind=kind.code, key=thing.key, chain=chain, stamp=stamp, owner_state=thing.owner_state, holder=thing.holder,
        sensitivity=thing.sensitivity, own_readers_only=thing.own_readers_only, origin=thing.origin, state=thing.state, sector=thing.sector,
        title_fr=thing.title_fr[:300], title_en=thing.title_en[:300], context_fr=thing.context_fr[:400], context_en=thing.context_en[:400],
        address=thing.address[:400], sort_key=thing.sort_key[:160], titles=marked(f"{wholes} {exact_forms(names, most=MOST_WORDS)}", "titles"),
        exact_text=exact_forms([*names, *texts, *also], most=MOST_WORDS), search_text=marked(stem_forms(texts, most=MOST_WORDS), "search_text"),
        guards=marked(words_of(thing), "guards"),
    )  # fmt: skip


def chain_of(kind: Kind, chain: str) -> str:
    """The chain an entry is kept under: a kind that is told whole belongs to none."""
    return chain if kind.of_each_state else ""


def stamps(kind: Kind, chain: str) -> dict[str, str]:
    """Every thing of a kind that should be found, with what it should be made from."""
    return {key: f"{FORM}.{stamp}" for key, stamp in kind.stamps(chain).items()}


def refresh(chain: str) -> int:
    """Bring what can be found up to one State's journal; gives back how many entries were written or taken out."""
    head = JournalHead.objects.filter(chain=chain).first()
    sequence, withheld = (head.sequence if head else 0), list(Withheld.objects.filter(chain=chain).values_list("pk", "sequence"))
    changed = sum(_refresh_kind(kind, each) for kind in in_order() for each in _chains(kind, chain))
    with transaction.atomic():
        followed = [origin for origin, since in withheld if since <= sequence]
        Withheld.objects.filter(pk__in=followed, sequence__lte=sequence).delete()
        IndexPosition.objects.update_or_create(state=chain, defaults={"sequence": sequence, "form": FORM, "refreshed_at": timezone.now()})
    if changed >= MANY:
        settle()
    return changed


def settle() -> None:
    """Join what was written piece by piece, in short steps that let others write between."""
    begins = left = True
    while left:
        with transaction.atomic():
            left = words_index.join_pieces(connection, begins=begins)
        begins = False


def _chains(kind: Kind, chain: str) -> Sequence[str]:
    """Under which chains a kind is looked at: an act of the framework may touch every State's things."""
    return framework_chains(chain) if kind.of_each_state else [""]


def _refresh_kind(kind: Kind, chain: str) -> int:
    fresh = stamps(kind, chain)
    kept = dict(SearchEntry.objects.filter(kind=kind.code, chain=chain).values_list("key", "stamp"))
    gone = [key for key in kept if key not in fresh]
    changed = [key for key, stamp in fresh.items() if kept.get(key) != stamp]
    for keys in _sliced(gone):
        with transaction.atomic():
            SearchEntry.objects.filter(kind=kind.code, key__in=keys).delete()
    things = kind.things(chain, changed) if changed else ()
    return len(gone) + sum(store(kind, chain, things_now, fresh) for things_now in _sliced(things))


@transaction.atomic
def store(kind: Kind, chain: str, things: Sequence[Thing], fresh: Mapping[str, str]) -> int:
    """Write a slice of entries; one at work at the same time waits, and finds them written."""
    IndexPosition.objects.get_or_create(state=chain or "AES")
    IndexPosition.objects.select_for_update().get(state=chain or "AES")
    SearchEntry.objects.filter(kind=kind.code, key__in=[thing.key for thing in things]).delete()
    entries = [
        entry(kind, thing, chain=chain, stamp=fresh[thing.key], at=at)
        for thing, at in zip(things, _free_standings(kind, things), strict=True)
    ]
    SearchEntry.objects.bulk_create(entries, batch_size=SLICE)
    return len(entries)


def _free_standings(kind: Kind, things: Sequence[Thing]) -> list[int]:
    """A standing for each thing that nothing else has."""
    places = [standing(kind, thing, 0) for thing in things]
    taken, attempt = set(SearchEntry.objects.filter(pk__in=places).values_list("pk", flat=True)), 0
    for number, thing in enumerate(things):
        while places[number] in taken:
            attempt += 1
            wished = standing(kind, thing, attempt)
            places[number] = wished if not SearchEntry.objects.filter(pk=wished).exists() else places[number]
        taken.add(places[number])
    return places


def _sliced(items: Iterable[T]) -> Iterator[list[T]]:
    """So many at a time."""
    rest = iter(items)
    while taken := list(islice(rest, SLICE)):
        yield taken


def refresh_stale() -> int:
    """Bring every State whose journal went on up to it; gives back how many entries changed."""
    return sum(refresh(chain) for chain in stale_chains())


def differences(chain: str) -> int:
    """How many entries differ from what the rows give when read anew; 0 proves them equal."""
    return sum(_differences(kind, each) for kind in in_order() for each in _chains(kind, chain))


def _differences(kind: Kind, chain: str) -> int:
    fresh = stamps(kind, chain)
    kept = dict(SearchEntry.objects.filter(kind=kind.code, chain=chain).values_list("key", "stamp"))
    changed = [key for key, stamp in fresh.items() if key in kept and kept[key] != stamp]
    return len(fresh.keys() ^ kept.keys()) + len(changed)


def count_kept(chain: str) -> int:
    """How many entries are kept under a chain, those of kinds told whole included."""
    counts: list[int] = [SearchEntry.objects.filter(kind=kind.code, chain=each).count() for kind in in_order() for each in _chains(kind, chain)]
    return sum(counts)


def put_index_in_place() -> None:
    """Give the engine its index of words back, filled, when a part of it was lost."""
    words_index.install(connection)


def is_whole() -> bool:
    """Whether the engine's index of words is there and says what the entries say."""
    return words_index.is_installed(connection) and words_index.is_sound(connection)


def withhold(line: JournalLine) -> None:
    """Fewer readers may see the rows an act names from this act on: none of them is found until the index has followed."""
    facts = json.loads(bytes(line.facts))
    run, rows = facts.get("run"), [facts.get("activity"), facts.get("lesson"), facts.get("alert"), *facts.get("activities", ())]
    for named in filter(None, [run, facts.get("replaces"), several_imports(line.chain) if run else None, *rows]):
        Withheld.objects.update_or_create(origin=str(named), defaults={"chain": line.chain, "sequence": line.sequence})
