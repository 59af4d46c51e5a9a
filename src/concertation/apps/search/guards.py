"""Who may see a thing, written as words beside its text, so that the index itself steps over what a reader may not see.

The words only make the index quick and its limits fair: what is shown has passed `visible_to` besides. They say the rule of
`core.sharing.visibility` a second time, and a test holds the two to each other.
"""

from hashlib import blake2b

from concertation.apps.search.kinds import Thing
from concertation.core.sharing import Sensitivity
from concertation.core.sharing.visibility import Visibility
from concertation.core.spelling import squeeze


def level_word(level: Sensitivity, owner_state: str = "") -> str:
    """The word of a level; confidential and strict rows are a State's own."""
    return f"a{level.value}{squeeze(owner_state)}"


def holder_word(holder: str) -> str:
    """The word of a holder."""
    return f"h{blake2b(holder.encode(), digest_size=6).hexdigest()}"


def owner_word(owner_state: str) -> str:
    """The word of an owner State."""
    return f"o{squeeze(owner_state)}"


def facet_words(*, state: str, sector: str) -> list[str]:
    """The words of the State and the sector a thing is about; nothing for one that is not told."""
    return [*([f"s{squeeze(state)}"] if state else []), *([f"c{squeeze(sector)}"] if sector else [])]


def words_of(thing: Thing) -> str:
    """The words that stand with a thing."""
    level = Sensitivity(thing.sensitivity)
    if thing.own_readers_only and level is not Sensitivity.STRICT:
        level = Sensitivity.CONFIDENTIAL
    own = thing.owner_state if level in (Sensitivity.CONFIDENTIAL, Sensitivity.STRICT) else ""
    held = [holder_word(thing.holder)] if thing.holder else []
    return " ".join([level_word(level, own), owner_word(thing.owner_state), *held, *facet_words(state=thing.state, sector=thing.sector)])


def words_open_to(sight: Visibility) -> list[tuple[str, ...]]:
    """What a reader's mandates open: things that hold all words of one of these groups."""
    levels = [(level_word(level),) for level in sorted(sight.levels)]
    confidential = [(level_word(Sensitivity.CONFIDENTIAL, state),) for state in sorted(sight.states)]
    strict = [(level_word(Sensitivity.STRICT, state),) for state in sorted(sight.strict_states)]
    held = [(holder_word(holder),) for holder in sorted(sight.organisations)]
    held_in = [(holder_word(holder), owner_word(state)) for holder, state in sorted(sight.held_in)]
    return [*levels, *confidential, *strict, *held, *held_in]
