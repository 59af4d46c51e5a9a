"""A release: what a node says of a table it lets go (`release.json`), and what a receiver checks before believing it.

Each node numbers its releases without a hole and names in each the hash of the one before. A release is never changed: it is
superseded or withdrawn by a later one. The hash of a release is that of its manifest, which covers every file.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, timedelta
from typing import Any

from concertation.core.problems import Problem
from concertation.core.sharing.mandates import Sensitivity

PROTOCOL = 1
A_DAY = timedelta(days=1)
EVERYONE = "*"
SHARED_LEVELS = (Sensitivity.PUBLIC.value, Sensitivity.RESTRICTED.value)


@dataclass(frozen=True, slots=True)
class ReleaseNote:
    """The words of a release. Days are ISO texts; `withdraws` and `supersedes` are hashes of earlier releases of the same node."""

    protocol: int
    node: str
    sequence: int
    previous: str
    recipients: tuple[str, ...]
    level: str
    agreement: str
    purpose: str
    made_on: str
    expires_on: str
    supersedes: str
    withdraws: str
    table: str
    concept: str
    grain: int
    period_start: str
    period_end: str
    disclosure: str
    threshold: int
    hidden: int
    derived_from: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """The note as it is written."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @property
    def is_withdrawal(self) -> bool:
        """Whether the release only takes another back."""
        return bool(self.withdraws)


def replaces(now: ReleaseNote, before: ReleaseNote) -> bool:
    """Whether a release says anew what an earlier one said: the same table, of the same days, at the same grain, for everybody who had it.

    >>> from dataclasses import replace
    >>> before = ReleaseNote(**{each.name: "" for each in fields(ReleaseNote)} | {"table": "people", "recipients": ("BFA",)})
    >>> replaces(replace(before, recipients=("BFA", "MLI")), before), replaces(replace(before, recipients=("MLI",)), before)
    (True, False)
    """
    same = ("node", "table", "concept", "grain", "period_start", "period_end", "level")
    reaches = EVERYONE in now.recipients or set(before.recipients) <= set(now.recipients)
    return reaches and not before.is_withdrawal and all(getattr(now, name) == getattr(before, name) for name in same)


def note_of(content: object) -> ReleaseNote | None:
    """The note of a JSON value, None where a word lacks, is too many or of another kind.

    >>> note_of({"node": "NER"}) is None
    True
    """
    if not isinstance(content, Mapping) or set(content) != {each.name for each in fields(ReleaseNote)}:
        return None
    texts = [content[each.name] for each in fields(ReleaseNote) if each.type is str]
    wholes = [content[each.name] for each in fields(ReleaseNote) if each.type is int]
    lists = [content[each.name] for each in fields(ReleaseNote) if each.type not in (str, int)]
    fits = all(type(each) is str for each in texts) and all(type(each) is int and each >= 0 for each in wholes)
    if not fits or not all(type(each) is list and all(type(one) is str for one in each) for each in lists):
        return None
    words: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in content.items()}
    return ReleaseNote(**words)


@dataclass(frozen=True, slots=True)
class Received:
    """What this node holds of another: the hash of each release by its number, and the hash each names of the one before it."""

    hashes: Mapping[int, str]
    named: Mapping[int, str] = field(default_factory=dict)

    @property
    def last(self) -> int:
        """The highest number held, 0 for none.

        >>> Received({1: "a", 3: "c"}).last
        3
        """
        return max(self.hashes, default=0)


def day(text: str) -> date | None:
    """The day a text names.

    >>> day("2026-02-30") is None
    True
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def note_problems(note: ReleaseNote, *, me: str, today: date) -> tuple[Problem, ...]:
    """What forbids to believe a release by its own words: its protocol, level, recipients and days.

    A release made in the future says that one of two clocks is wrong; which one, only people can tell.
    """
    made, expires = day(note.made_on), day(note.expires_on)
    told: list[Problem] = []
    if note.protocol != PROTOCOL:
        told.append(Problem("release-protocol-unknown", value=str(note.protocol)))
    if made is None or expires is None or note.level not in SHARED_LEVELS:
        return (*told, Problem("release-note-unreadable"))
    if me != note.node and me not in note.recipients and EVERYONE not in note.recipients:
        told.append(Problem("release-not-for-this-node", value=me, detail={"recipients": ", ".join(note.recipients)}))
    if made > today + A_DAY:
        told.append(Problem("release-from-the-future", value=note.made_on, detail={"today": today.isoformat()}))
    if expires < today and not note.is_withdrawal:
        told.append(Problem("release-expired", value=note.expires_on, detail={"today": today.isoformat()}))
    return tuple(told)


def order_problems(note: ReleaseNote, digest: str, received: Received) -> tuple[Problem, ...]:
    """What forbids a release by what came before it from the same node: two with one number, a broken chain, one older
    than the last (unless the one after it, already here, named it).

    >>> note = note_of({**{each.name: "" for each in fields(ReleaseNote)}, "protocol": 1, "node": "NER", "sequence": 2, "grain": 1,
    ...     "threshold": 10, "hidden": 0, "recipients": [], "derived_from": []})
    >>> [problem.code for problem in order_problems(note, "b", Received({1: "a", 2: "c"}))]
    ['release-two-with-one-number']
    """
    known = received.hashes.get(note.sequence)
    where = {"node": note.node}
    if known is not None:
        same = known == digest
        return () if same else (Problem("release-two-with-one-number", value=str(note.sequence), detail=where),)
    if note.sequence < received.last:
        if received.named.get(note.sequence) == digest:
            return ()
        return (Problem("release-older-than-the-last", value=str(note.sequence), detail={**where, "last": str(received.last)}),)
    before = received.hashes.get(note.sequence - 1)
    if before is None and note.sequence > 1:
        return (Problem("release-numbers-missing", value=missing(note.sequence, received), detail=where),)
    return () if note.previous == (before or "") else (Problem("release-chain-broken", value=str(note.sequence), detail=where),)


def missing(sequence: int, received: Received) -> str:
    """The numbers between the last release held and one, as they are written.

    >>> missing(5, Received({2: "b"})), missing(4, Received({2: "b"}))
    ('3–4', '3')
    """
    first, last = received.last + 1, sequence - 1
    return str(first) if first == last else f"{first}–{last}"


def is_doubtful(problems: Iterable[Problem]) -> bool:
    """Whether only missing numbers stand against a release: they are shown, and hold nothing else up."""
    codes = {each.code for each in problems}
    return codes <= {"release-numbers-missing"}
