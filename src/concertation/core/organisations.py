"""Which written names are the same organisation: sure by acronym, name or alias; a near spelling is only ever a question to a person.

Two organisations become one by a person's merge, which is kept with its author and can be taken back. Ids are ours, opaque once minted.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain, count, product
from types import MappingProxyType
from typing import Literal

import polars as pl
from rapidfuzz import fuzz, process

from concertation.core.problems import Cell, Problem
from concertation.core.spelling import fold

How = Literal["exact", "new", "doubtful"]
LONG_NAME = 12
SHORTEST_BEGINNING = 3
NEAR = 90.0
STRANGE = 40.0
MOST_CANDIDATES = 5
LONGEST_ID = 48


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation: names in French and English, acronym, type, other spellings; `merged_into` names the one it now is."""

    id: str
    name_fr: str | None = None
    name_en: str | None = None
    acronym: str | None = None
    org_type: str | None = None
    aliases: tuple[str, ...] = ()
    merged_into: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it is written as."""
        return tuple(name for name in (self.acronym, self.name_fr, self.name_en, *self.aliases) if name)

    @property
    def keys(self) -> frozenset[str]:
        """The folded spellings under which it is found."""
        return frozenset(key for name in self.names if (key := fold(name)))


@dataclass(frozen=True, slots=True)
class Merge:
    """A person's answer that two organisations are one: `gone` is from then on read as `kept`."""

    gone: str
    kept: str
    on: date
    by: str
    reason: str = ""
    taken_back_on: date | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Which organisation a written name is: exact, new, or doubtful with the candidates and how near each is (0 to 100)."""

    how: How
    organisation: str | None = None
    candidates: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Register:
    """Every organisation known, found by its spellings, with the history of merges. Changing it gives a new register."""

    organisations: Mapping[str, Organisation]
    merges: tuple[Merge, ...] = ()
    by_key: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, frame: pl.DataFrame, merges: Iterable[Merge] = ()) -> "Register":
        """The register from a table with columns organisation, name_fr, name_en, acronym, org_type, aliases (`|` between them)."""
        listed = (_organisation(line) for line in frame.iter_rows(named=True))
        bare = cls._holding({organisation.id: organisation for organisation in listed}, ())
        for merge in merges:
            bare = bare.merged(merge) if merge.taken_back_on is None else replace(bare, merges=(*bare.merges, merge))
        return bare

    @classmethod
    def _holding(cls, organisations: Mapping[str, Organisation], merges: tuple[Merge, ...]) -> "Register":
        by_key: dict[str, list[str]] = {}
        for organisation in organisations.values():
            for key in sorted(organisation.keys):
                by_key.setdefault(key, []).append(organisation.id)
        return cls(MappingProxyType(dict(organisations)), merges, MappingProxyType({key: tuple(ids) for key, ids in by_key.items()}))

    def resolve(self, organisation: str) -> str:
        """The organisation an id stands for today, after every merge."""
        while (into := self.organisations[organisation].merged_into) is not None:
            organisation = into
        return organisation

    def found(self, key: str) -> tuple[str, ...]:
        """The organisations written so, after merges."""
        return tuple(dict.fromkeys(self.resolve(each) for each in self.by_key.get(key, ())))

    def match(self, *, name: str | None, acronym: str | None) -> Match:
        """Exact where acronym, name or alias says so and nothing contradicts; doubtful where they disagree or a long name is near.

        A short name or an acronym is never matched by nearness, and nearness never merges by itself.
        """
        by_acronym, by_name = self.found(fold(acronym or "")), self.found(fold(name or ""))
        both = tuple(each for each in by_acronym if each in by_name)
        if len(both) == 1:
            return Match("exact", both[0])
        if len(by_acronym) > 1 or len(by_name) > 1 or (by_acronym and by_name):
            return Match("doubtful", None, tuple((each, 100.0) for each in dict.fromkeys((*by_acronym, *by_name))))
        if by_acronym:
            return self._by_acronym(by_acronym[0], name)
        if by_name:
            return self._by_name(by_name[0], acronym)
        near = self._near(name or acronym or "", acronym if name else None)
        return Match("doubtful", None, near) if near else Match("new")

    def added(self, written: Iterable[Organisation]) -> "Register":
        """The register with more organisations; an id that is taken raises ValueError (mint it with `mint`)."""
        more = {organisation.id: organisation for organisation in written}
        if taken := sorted(more.keys() & self.organisations.keys()):
            raise ValueError(f"organisation ids already taken: {', '.join(taken)}; mint others")
        return self._holding({**self.organisations, **more}, self.merges)

    def with_alias(self, organisation: str, alias: str) -> "Register":
        """The register in which this spelling is an alias: a person's answer, remembered."""
        known = self.organisations[organisation]
        renamed = replace(known, aliases=tuple(dict.fromkeys((*known.aliases, alias))))
        return self._holding({**self.organisations, organisation: renamed}, self.merges)

    def merged(self, merge: Merge) -> "Register":
        """The register after a merge. Raises ValueError when both are already the same, which would make a circle."""
        if self.resolve(merge.gone) == self.resolve(merge.kept):
            raise ValueError(f"{merge.gone} and {merge.kept} are already one organisation")
        gone = replace(self.organisations[self.resolve(merge.gone)], merged_into=self.resolve(merge.kept))
        return self._holding({**self.organisations, gone.id: gone}, (*self.merges, merge))

    def unmerged(self, gone: str, *, on: date) -> "Register":
        """The register after a merge is taken back; the merge stays in the history with the day it ended."""
        alone = replace(self.organisations[gone], merged_into=None)
        history = tuple(replace(merge, taken_back_on=on) if merge.gone == gone and merge.taken_back_on is None else merge for merge in self.merges)
        return self._holding({**self.organisations, gone: alone}, history)

    def _by_acronym(self, organisation: str, name: str | None) -> Match:
        """An acronym alone settles it, unless a name is written beside it that resembles none of the organisation's."""
        names = [fold(each) for each in self.organisations[organisation].names if each != self.organisations[organisation].acronym]
        likeness = max((fuzz.token_sort_ratio(fold(name or ""), each) for each in names), default=100.0)
        strange = bool(fold(name or "")) and len(fold(name or "")) >= LONG_NAME and likeness < STRANGE
        return Match("doubtful", None, ((organisation, round(likeness, 1)),)) if strange else Match("exact", organisation)

    def _by_name(self, organisation: str, acronym: str | None) -> Match:
        """A name settles it, unless another acronym is written beside it and the organisation has one that is not a name of its own."""
        known = self.organisations[organisation]
        own = fold(known.acronym or "")
        named_so = own in {fold(name) for name in (known.name_fr, known.name_en) if name}
        other = bool(acronym) and bool(own) and not named_so and fold(acronym or "") != own
        return Match("doubtful", None, ((organisation, 100.0),)) if other else Match("exact", organisation)

    def _near(self, name: str, acronym: str | None) -> tuple[tuple[str, float], ...]:
        key = fold(name)
        if len(key) < LONG_NAME:
            return ()
        long_keys = [known for known in self.by_key if len(known) >= LONG_NAME]
        scored = process.extract(key, long_keys, scorer=fuzz.ratio, score_cutoff=NEAR, limit=MOST_CANDIDATES)
        near = {each: round(score, 1) for known, score, _ in reversed(scored) for each in self.found(known) if self._alike(each, acronym)}
        return tuple(sorted(near.items(), key=lambda pair: (-pair[1], pair[0])))

    def _alike(self, organisation: str, acronym: str | None) -> bool:
        own = self.organisations[organisation].acronym
        return not acronym or not own or fold(acronym) == fold(own)


LikelyReason = Literal["same", "spelling", "words"]


@dataclass(frozen=True, slots=True, order=True)
class LikelySame:
    """Two organisations that may be one, how near (0 to 100) and why: a spelling of both, near names, or one name begins the other."""

    first: str
    second: str
    likeness: float
    reason: LikelyReason


def likely_same(register: Register) -> tuple[LikelySame, ...]:
    """Pairs of organisations a person may want to merge, the nearest first; nothing is ever merged by this.

    Long names are compared, unless two different acronyms tell the organisations apart; a name that begins another (Winrock, Winrock
    International) is asked whatever its length.

    >>> apart = [Organisation("a", name_fr="Afrique Verte Niger"), Organisation("b", name_fr="Afrique Vertes Niger"), Organisation("c", acronym="AV")]
    >>> [(pair.first, pair.second, pair.reason) for pair in likely_same(Register({}).added(apart))]
    [('a', 'b', 'spelling')]
    """
    found: dict[tuple[str, str], LikelySame] = {}
    for one, other, likeness, reason in chain(_equal_keys(register), _near_keys(register), _begun_keys(register)):
        for first, second in product(register.found(one), register.found(other)):
            pair = (min(first, second), max(first, second))
            if first != second and (reason != "spelling" or _may_be_one(register, *pair)):
                found.setdefault(pair, LikelySame(*pair, likeness, reason))
    order = {"same": 0, "spelling": 1, "words": 2}
    return tuple(sorted(found.values(), key=lambda pair: (order[pair.reason], -pair.likeness, pair)))


_Keys = Iterator[tuple[str, str, float, LikelyReason]]


def _equal_keys(register: Register) -> _Keys:
    yield from ((key, key, 100.0, "same") for key in sorted(register.by_key) if len(register.found(key)) > 1)


def _near_keys(register: Register) -> _Keys:
    long_keys = sorted(key for key in register.by_key if len(key) >= LONG_NAME)
    scores = process.cdist(long_keys, long_keys, scorer=fuzz.ratio, score_cutoff=NEAR)
    for place, other in zip(*scores.nonzero(), strict=True):
        if place < other:
            yield long_keys[place], long_keys[other], round(float(scores[place, other]), 1), "spelling"


def _begun_keys(register: Register) -> _Keys:
    """Names that begin with another name, at the end of a word; in their order such names follow the one they begin with."""
    begun: list[str] = []
    for key in sorted(register.by_key, key=lambda each: f"{each} "):
        begun = [shorter for shorter in begun if key.startswith(f"{shorter} ")]
        yield from ((shorter, key, round(100 * len(shorter) / len(key), 1), "words") for shorter in begun)
        begun += [key] if len(key) >= SHORTEST_BEGINNING else []


def _may_be_one(register: Register, first: str, second: str) -> bool:
    """Two different acronyms tell two organisations apart; a full name written in the place of an acronym does not."""
    acronyms = {fold(register.organisations[each].acronym or "") for each in (first, second)}
    return len({acronym for acronym in acronyms if acronym and len(acronym) < LONG_NAME}) < 2


@dataclass(frozen=True, slots=True)
class RegisteredRows:
    """Rows with `organisation` (id, null where nobody is written) and `organisation_how`; the register grown; the questions left."""

    frame: pl.DataFrame
    register: Register
    problems: tuple[Problem, ...]


def register_rows(register: Register, frame: pl.DataFrame, *, sheet: str | None = None) -> RegisteredRows:
    """Give every row its organisation: each distinct key is matched once, and what is new or doubtful gets an id of its own.

    Columns in: row, organisation_key, org_name, org_acronym, org_type. Yields organisation-doubtful, once per spelling.
    """
    written = frame.filter(pl.col("organisation_key").is_not_null()).group_by("organisation_key", maintain_order=True)
    first = written.agg(*(pl.col(name).drop_nulls().first() for name in ("org_name", "org_acronym", "org_type")), pl.col("row").min(), pl.len().alias("rows"))
    ids, hows, problems = [], [], []
    new: dict[str, Organisation] = {}
    for line in first.iter_rows(named=True):
        match = register.match(name=line["org_name"], acronym=line["org_acronym"])
        if match.organisation is None:
            minted = mint(line["org_acronym"], line["org_name"], {**register.organisations, **new}.keys())
            new[minted] = Organisation(minted, name_fr=line["org_name"], acronym=line["org_acronym"], org_type=line["org_type"])
        if match.how == "doubtful":
            problems.append(_question(register, match, line, sheet))
        ids.append(match.organisation or minted)
        hows.append(match.how)
    settled = first.select("organisation_key", organisation=pl.Series(ids, dtype=pl.Utf8), organisation_how=pl.Series(hows, dtype=pl.Utf8))
    joined = frame.join(settled, on="organisation_key", how="left", maintain_order="left")
    return RegisteredRows(joined, register.added(new.values()), tuple(problems))


def mint(acronym: str | None, name: str | None, taken: Iterable[str]) -> str:
    """A new id from the acronym, else the name, numbered when it is taken.

    >>> mint("EdM", None, {"edm"})
    'edm-2'
    """
    base = "-".join((organisation_key(acronym, name) or "organisation").split())[:LONGEST_ID].rstrip("-")
    held = set(taken)
    return base if base not in held else next(each for number in count(2) if (each := f"{base}-{number}") not in held)


def organisation_key(acronym: str | None, name: str | None) -> str | None:
    """The key under which spellings of one organisation meet: the folded acronym, else the folded name; None when neither is written.

    >>> organisation_key("EdM", None) == organisation_key(None, " Edm ")
    True
    """
    return next((key for text in (acronym, name) if text and (key := fold(text))), None)


def organisation_keys(acronyms: pl.Series, names: pl.Series) -> pl.Series:
    """organisation_key over columns, folded once per distinct text."""
    folded = {"acronym": _folded(acronyms), "name": _folded(names)}
    return pl.DataFrame(folded).select(organisation_key=pl.coalesce("acronym", "name")).to_series()


def organisations_counted(frame: pl.DataFrame) -> tuple[int, int]:
    """How many organisations a file writes, and how many are distinct: (spellings of org_written, organisation_keys).

    >>> organisations_counted(pl.DataFrame({"org_written": ["EdM", "Edm", "ACF"], "organisation_key": ["edm", "edm", "acf"]}))
    (3, 2)
    """
    return frame["org_written"].drop_nulls().n_unique(), frame["organisation_key"].drop_nulls().n_unique()


def _organisation(line: Mapping[str, str | None]) -> Organisation:
    aliases = tuple(alias.strip() for alias in (line.get("aliases") or "").split("|") if alias.strip())
    plain = {name: line.get(name) for name in ("name_fr", "name_en", "acronym", "org_type")}
    return Organisation(line["organisation"] or "", aliases=aliases, **plain)


def _question(register: Register, match: Match, line: Mapping[str, str | int | None], sheet: str | None) -> Problem:
    known = register.organisations[match.candidates[0][0]]
    value = str(line["org_name"] or line["org_acronym"])
    detail = {"candidate": known.names[0], "organisation": known.id, "count": str(line["rows"])}
    return Problem("organisation-doubtful", Cell(sheet, int(line["row"] or 0)), value, detail)


def _folded(texts: pl.Series) -> pl.Series:
    distinct = texts.drop_nulls().unique()
    keys = pl.Series([fold(text) or None for text in distinct], dtype=pl.Utf8)
    return texts.replace_strict(distinct, keys, default=None, return_dtype=pl.Utf8)
