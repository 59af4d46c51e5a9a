"""The kinds of things that can be found. Each belongs to the app that holds the rows and is offered here in a few lines, from its `wiring`.

    offer(Kind("lesson", order=5, label=_("leçons"), subjects=frozenset({"lessons"}), **whole(lessons_as_things)))
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypedDict

from django.utils.functional import Promise

HIGHEST_ORDER, HEAVIEST = 31, 65_535


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing to be found. The two masters and the level are those of the row it stands for.

    `key`: what tells it from others of its kind; after a `#`, another entry of the same thing for other readers. `names`: names, acronyms
    and codes, each found whole; `texts`: what is found by words and their stems; `also`: found by exact words alone, as names of
    places are. `weight`: the lower, the sooner it stands among equals. `own_readers_only`: see SearchEntry.
    """

    key: str
    owner_state: str
    holder: str
    sensitivity: str
    title_fr: str
    title_en: str
    address: str
    sort_key: str
    names: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    context_fr: str = ""
    context_en: str = ""
    state: str = ""
    sector: str = ""
    weight: int = 0
    origin: str = ""
    own_readers_only: bool = False


Stamps = Callable[[str], Mapping[str, str]]
Things = Callable[[str, Sequence[str]], Iterable[Thing]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing: its word in addresses, its place among kinds (1 to 31), its label, and where its things come from.

    `stamps(chain)` tells every thing of a State that should be found, by key, with a text that changes when the thing does;
    `things(chain, keys)` gives those asked for. A kind that is not `of_each_state` is told whole, whatever the chain. `subjects`:
    the first words of the acts after which things may have changed. `narrowing`: acts of the journal that name a `run` (and one it `replaces`), an
    `activity`, `activities`, `lesson` or `alert` that fewer readers may see from that moment on. `suggests`: its titles are short names, offered when a word was misspelt.
    """

    code: str
    order: int
    label: str | Promise
    subjects: frozenset[str]
    stamps: Stamps
    things: Things
    of_each_state: bool = False
    narrowing: frozenset[str] = frozenset()
    suggests: bool = False


class Whole(TypedDict):
    """Where the things of a kind come from."""

    stamps: Stamps
    things: Things


KINDS: dict[str, Kind] = {}


def offer(kind: Kind) -> None:
    """An app offers its things to be found."""
    if not 0 < kind.order <= HIGHEST_ORDER or kind.order in {held.order for held in KINDS.values() if held.code != kind.code}:
        raise ValueError(f"{kind.code}: the order {kind.order} is taken or out of 1 to {HIGHEST_ORDER}; choose another")
    KINDS[kind.code] = kind


def in_order() -> list[Kind]:
    """Every kind, in the order they stand on the page."""
    return sorted(KINDS.values(), key=lambda kind: kind.order)


def digest_of(told: str) -> str:
    """A short text that changes when what is told does."""
    return blake2b(told.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def several_imports(owner_state: str) -> str:
    """The origin of a thing that rests on several imports of a State: it is withheld when any import of the State is."""
    return f"several {owner_state}"


def whole(build: Callable[[], Iterable[Thing]]) -> Whole:
    """A kind of a few thousand things, simply built anew each time and compared."""

    def stamps(chain: str) -> Mapping[str, str]:
        return {thing.key: digest_of(repr(thing)) for thing in build()}

    def things(chain: str, keys: Sequence[str]) -> Iterable[Thing]:
        wanted = set(keys)
        return (thing for thing in build() if thing.key in wanted)

    return {"stamps": stamps, "things": things}
