"""How one node asks another for what is meant for it: a sentence signed with its courier key, good for some minutes and one address.

No account, no shared secret: the node asked holds the public key, because a person compared its statement of keys. The sentence only
opens reading; whoever copies it reads for some minutes what was sent to its author anyway.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from concertation.core.sharing.canonical import canonical_json
from concertation.core.sharing.signing import fingerprint, public_of, signed

Reader = Callable[[bytes], object]
SEAL = b"concertation asking 1\n"
SCHEME = "Concertation"
GOOD_FOR = timedelta(minutes=10)
WORDS = frozenset({"asker", "asked", "address", "at", "key"})
LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks whom for which address, when, under which key, and the signature."""

    asker: str
    asked: str
    address: str
    at: datetime
    key: str
    sentence: bytes
    signature: bytes

    def is_timely(self, now: datetime) -> bool:
        """Whether it was said about now."""
        return abs(now - self.at) <= GOOD_FOR


def question(private: bytes, *, asker: str, asked: str, address: str, at: datetime) -> str:
    """The header that asks.

    >>> header = question(bytes(32), asker="BFA", asked="NER", address="/outbox/index.json", at=datetime(2026, 1, 1, tzinfo=UTC))
    >>> header.startswith("Concertation "), question_of(header, lambda text: {"asker": 1}) is None
    (True, True)
    """
    sentence = canonical_json({"asker": asker, "asked": asked, "address": address, "at": at.isoformat(), "key": fingerprint(public_of(private))})
    return f"{SCHEME} {sentence.hex()}.{signed(private, sentence, SEAL).hex()}"


def question_of(header: str, read: Reader) -> Question | None:
    """The question of a header, None where it is none; `read` reads JSON strictly."""
    scheme, _blank, rest = header.partition(" ")
    if scheme != SCHEME or len(header) > LONGEST:
        return None
    try:
        sentence, signature = (bytes.fromhex(part) for part in rest.split("."))
    except ValueError:
        return None
    words = read(sentence)
    if not isinstance(words, Mapping) or set(words) != WORDS or not all(isinstance(each, str) for each in words.values()):
        return None
    try:
        at = datetime.fromisoformat(words["at"])
    except ValueError:
        return None
    return Question(words["asker"], words["asked"], words["address"], at if at.tzinfo else at.replace(tzinfo=UTC), words["key"], sentence, signature)
