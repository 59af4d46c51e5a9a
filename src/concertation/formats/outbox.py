"""What a node offers at its outbox: one list, signed with its courier key and good for a week, of the releases meant for whoever asks.

The list says nothing that a release does not say itself: names, sizes and hashes of files. It tells how far the numbers go, so that an
old list kept by somebody on the way is noticed, and which hash this node saw under each other node's last number, so that a node which
told two recipients two things under one number is found out. Yields values, and problems; never raises.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from concertation.core.problems import Problem
from concertation.core.sharing.canonical import canonical_json
from concertation.core.sharing.releases import A_DAY, day
from concertation.core.sharing.signing import fingerprint, public_of, signed
from concertation.formats.parcel import MOST_BYTES, MOST_FILES, PLAIN
from concertation.formats.release import strict_json

SEAL = b"concertation outbox 1\n"
GOOD_FOR = timedelta(days=7)
NAME = re.compile(r"[a-z]{3}-[0-9]{4,8}")
SHA256 = re.compile(r"[0-9a-f]{64}")
MOST_RELEASES = 2_000
WORDS = frozenset({"node", "made_on", "good_until", "last", "releases", "seen"})


@dataclass(frozen=True, slots=True)
class OfferedFile:
    """A file of a release: its path, size and SHA-256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Offered:
    """A release as it is offered: its name, number, hash and files."""

    name: str
    sequence: int
    digest: str
    files: tuple[OfferedFile, ...]

    @property
    def size(self) -> int:
        """All its bytes."""
        return sum(each.size for each in self.files)


@dataclass(frozen=True, slots=True)
class Seen:
    """The last number this node holds of another, and the hash under it."""

    node: str
    sequence: int
    digest: str


@dataclass(frozen=True, slots=True)
class Index:
    """The list: whose, from and to which day, the last number that ever left, what is offered, what was seen of others."""

    node: str
    made_on: date
    good_until: date
    last: int
    releases: tuple[Offered, ...]
    seen: tuple[Seen, ...] = ()


@dataclass(frozen=True, slots=True)
class SignedIndex:
    """A list as it came: its words, its bytes, the fingerprint of its key and the signature."""

    index: Index
    statement: bytes
    key: str
    signature: bytes


def statement_of(index: Index) -> bytes:
    """The bytes of a list that are signed."""
    return canonical_json({
        "node": index.node, "made_on": index.made_on.isoformat(), "good_until": index.good_until.isoformat(), "last": index.last,
        "releases": [{"name": each.name, "sequence": each.sequence, "digest": each.digest, "files": [asdict(file) for file in each.files]} for each in index.releases],
        "seen": [asdict(each) for each in index.seen],
    })  # fmt: skip


def written_index(index: Index, private: bytes) -> bytes:
    """A list as it travels, signed.

    >>> plain = Index("NER", date(2026, 1, 1), date(2026, 1, 8), 0, ())
    >>> read_index(written_index(plain, bytes(32))).index == plain
    True
    """
    statement = statement_of(index)
    return canonical_json({"index": strict_json(statement), "key": fingerprint(public_of(private)), "signature": signed(private, statement, SEAL).hex()})


def read_index(content: bytes) -> SignedIndex | None:
    """A list as it came; None where it is none."""
    told = strict_json(content)
    if not isinstance(told, dict) or set(told) != {"index", "key", "signature"} or not isinstance(told["key"], str):
        return None
    index = index_of(told["index"])
    try:
        signature = bytes.fromhex(told["signature"])
    except (TypeError, ValueError):
        return None
    return None if index is None else SignedIndex(index, statement_of(index), told["key"], signature)


def index_of(content: object) -> Index | None:
    """The words of a list; None where one lacks, is too many or of another kind."""
    if not isinstance(content, Mapping) or set(content) != WORDS or not isinstance(content["node"], str) or not is_number(content["last"]):
        return None
    made, until = day(str(content["made_on"])), day(str(content["good_until"]))
    offers, sights = content["releases"], content["seen"]
    if made is None or until is None or not isinstance(offers, list) or not isinstance(sights, list) or max(len(offers), len(sights)) > MOST_RELEASES:
        return None
    releases, seen = tuple(map(offered, offers)), tuple(map(sighted, sights))
    if None in releases or None in seen:
        return None
    return Index(content["node"], made, until, content["last"], tuple(each for each in releases if each), tuple(each for each in seen if each))


def is_number(value: object) -> bool:
    """A whole number, none below zero.

    >>> is_number(True), is_number(-1), is_number(7)
    (False, False, True)
    """
    return type(value) is int and value >= 0


def offered(line: object) -> Offered | None:
    """One release of a list; its names are plain, so that none leads outside the folder they are put in."""
    if not isinstance(line, Mapping) or set(line) != {"name", "sequence", "digest", "files"} or not is_number(line["sequence"]):
        return None
    if not NAME.fullmatch(str(line["name"])) or not SHA256.fullmatch(str(line["digest"])) or not isinstance(line["files"], list) or len(line["files"]) > MOST_FILES:
        return None
    files = tuple(each for each in map(offered_file, line["files"]) if each is not None)
    told = Offered(str(line["name"]), line["sequence"], str(line["digest"]), files)
    sound = len(files) == len(line["files"]) == len({each.path for each in files}) and told.size <= MOST_BYTES
    return told if sound else None


def offered_file(line: object) -> OfferedFile | None:
    """One file of a list.

    >>> offered_file({"path": "../evil", "size": 1, "sha256": "0" * 64}) is None
    True
    """
    if not isinstance(line, Mapping) or set(line) != {"path", "size", "sha256"} or not is_number(line["size"]):
        return None
    plain = PLAIN.fullmatch(str(line["path"])) and SHA256.fullmatch(str(line["sha256"]))
    return OfferedFile(str(line["path"]), line["size"], str(line["sha256"])) if plain else None


def sighted(line: object) -> Seen | None:
    """What a node says it saw of another."""
    if not isinstance(line, Mapping) or set(line) != {"node", "sequence", "digest"} or not is_number(line["sequence"]) or not SHA256.fullmatch(str(line["digest"])):
        return None
    return Seen(str(line["node"])[:3], line["sequence"], str(line["digest"]))


def index_problems(index: Index, *, node: str, last_seen: int, today: date) -> tuple[Problem, ...]:
    """What forbids to follow a list whose signature holds: another node's, out of date, from the future, or shorter than one seen before."""
    told: list[Problem] = []
    if index.node != node:
        told.append(Problem("outbox-of-another-node", value=index.node, detail={"node": node}))
    if index.good_until < today:
        told.append(Problem("outbox-out-of-date", value=index.good_until.isoformat(), detail={"today": today.isoformat()}))
    if index.made_on > today + A_DAY:
        told.append(Problem("outbox-from-the-future", value=index.made_on.isoformat(), detail={"today": today.isoformat()}))
    if index.last < last_seen:
        told.append(Problem("outbox-went-back", value=str(index.last), detail={"node": node, "before": str(last_seen)}))
    return tuple(told)


def told_otherwise(seen: Iterable[Seen], hashes: Mapping[str, Mapping[int, str]]) -> tuple[Seen, ...]:
    """What another node saw under a number of which this one holds a different hash: somebody told two things under one number.

    >>> told_otherwise([Seen("MLI", 2, "b" * 64)], {"MLI": {2: "a" * 64}})[0].node
    'MLI'
    """
    return tuple(each for each in seen if hashes.get(each.node, {}).get(each.sequence, each.digest) != each.digest)
