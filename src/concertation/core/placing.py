"""One written row weighed: the codes and names of three levels against one another, one placement with its evidence.

A code and a name written side by side must agree; a name must lie in the parent written before it. Where they do not, the
row is doubtful and is held at the nearest ancestor that is sure, never at a guess. A person's answer wins over all of this.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from concertation.core.gazetteer import CodeIndex
from concertation.core.place_names import Candidate, How, NameReader, Reading, first_of_each
from concertation.core.place_words import names_something
from concertation.core.problems import Problem
from concertation.core.spelling import fold, name_key

Three = tuple[str | None, str | None, str | None]


@dataclass(frozen=True, slots=True)
class WrittenPlace:
    """A place as a row writes it: State (ISO3), names and codes of levels 1 to 3, and a place name below that."""

    state: str
    names: Three
    codes: Three = (None, None, None)
    place_name: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person is asked when a cell is doubtful; the answer is remembered under these four, for every file after."""

    state: str
    level: int
    text: str
    context: str


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a row lies. `units` are the places named, or the nearest sure ancestor when `how` is doubtful or unknown.

    `how` describes the finest named place; `named_level` is the finest column that names one (0 when none does); `level` is
    that of `units`. `asked` is the question for the review list.
    """

    units: tuple[str, ...]
    level: int
    how: How
    named_level: int
    candidates: tuple[Candidate, ...] = ()
    problems: tuple[Problem, ...] = ()
    asked: Asked | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the columns read so far say: the units named, where a finer cell may lie, how sure, and what was noticed."""

    units: tuple[str, ...]
    within: tuple[str, ...]
    how: How = "none_given"
    named_level: int = 0
    candidates: tuple[Candidate, ...] = ()
    problems: tuple[Problem, ...] = ()
    asked: Asked | None = None

    @property
    def in_doubt(self) -> bool:
        """Whether a coarser column already left the place unsure."""
        return self.how in ("doubtful", "unknown")

    def noting(self, *problems: Problem) -> "Standing":
        """The same, with more problems."""
        return replace(self, problems=self.problems + problems)


@dataclass(frozen=True, slots=True)
class Coded:
    """A level whose code is known: the unit it stands for at that level, and whether the name beside it says the same."""

    level: int
    unit: str
    confirmed: bool


def named_only(written: WrittenPlace, codes: CodeIndex) -> WrittenPlace:
    """Cells that name nothing become None; a code typed in a name's cell moves to the code's."""
    names, held = list(written.names), list(written.codes)
    for at in range(3):
        names[at] = names[at] if names_something(names[at]) else None
        held[at] = (
            held[at] if names_something(held[at]) or (held[at] or "").strip().isdigit() and int(held[at] or 0) else None
        )
        if not held[at] and names[at] and codes.has_shape(names[at] or ""):
            names[at], held[at] = None, names[at]
    return replace(written, names=(names[0], names[1], names[2]), codes=(held[0], held[1], held[2]))


def noticed(code: str, value: str | None, column: str, **detail: str) -> Problem:
    """A problem of a place cell; `column` is the canonical name of its column, adm1_name to adm3_code."""
    return Problem(code, value=value or "", detail={"column": column, **detail})


@dataclass(frozen=True, slots=True)
class Placing:
    """One written place being weighed: codes first, then the names below the finest code."""

    reader: NameReader
    codes: CodeIndex
    remembered: Mapping[Asked, str]
    written: WrittenPlace
    root: str

    def placement(self) -> Placement:
        """The whole weighing."""
        coded, standing = self.coded(Standing((self.root,), (self.root,)))
        if coded and standing.in_doubt:
            offered = (*standing.candidates, Candidate(coded[-1].unit, 0, "code"))
            standing = replace(standing, candidates=first_of_each(offered))
        elif coded:
            standing = self.anchor(coded, standing)
        weighed = max([one.level for one in coded] + [standing.asked.level if standing.asked else 0])
        for level in range(weighed + 1, 4):
            if self.name(level):
                standing = self.read_level(level, standing)
        units = standing.units
        return Placement(
            units,
            min(map(self.level, units)),
            standing.how,
            standing.named_level,
            standing.candidates,
            standing.problems,
            standing.asked,
        )

    def level(self, unit: str) -> int:
        """The level of a unit."""
        return self.reader.hierarchy.level(unit)

    def title(self, unit: str) -> str:
        """The French name of a unit, for messages."""
        return self.reader.hierarchy.units[unit].name_fr

    def titles(self, candidates: Sequence[Candidate]) -> str:
        """The candidates for messages, each with its parent; a region with its divisions, which tell namesakes apart."""
        return "; ".join(f"{self.title(each.unit)} ({self.whereabouts(each.unit)})" for each in candidates)

    def whereabouts(self, unit: str) -> str:
        """The parent's name, or for a region the divisions it stands in."""
        hierarchy = self.reader.hierarchy
        if self.level(unit) <= 1:
            return ", ".join(sorted(hierarchy.in_divisions(unit))) or hierarchy.units[unit].state
        return self.title(hierarchy.parent(unit) or self.root)

    def name(self, level: int) -> str | None:
        """The name written at a level."""
        return self.written.names[level - 1]

    def code(self, level: int) -> str | None:
        """The code written at a level."""
        return self.written.codes[level - 1]

    def asked(self, level: int, text: str) -> Asked:
        """The question for a person, and the key of the answer: the text, under the names written before it."""
        before = (fold(name) for name in self.written.names[: level - 1] if name)
        return Asked(self.written.state, level, text, " > ".join(before))

    def coded(self, standing: Standing) -> tuple[list[Coded], Standing]:
        """The levels whose code is known, coarse to fine; doubtful as soon as a code and the name beside it disagree."""
        known: list[Coded] = []
        for level in range(1, 4):
            code = self.code(level)
            if not code:
                continue
            units, standing = self.units_of_code(level, code, standing)
            if not units:
                continue
            one, standing = self.weigh_code(level, code, units, standing)
            if one:
                known.append(one)
        return known, standing

    def units_of_code(self, level: int, code: str, standing: Standing) -> tuple[tuple[str, ...], Standing]:
        """The units a code stands for, at the column's level: a finer code counts for its ancestor, a coarser one for nothing."""
        hierarchy, column = self.reader.hierarchy, f"adm{level}_code"
        every = self.codes.units(code)
        own = tuple(unit for unit in every if hierarchy.units[unit].state == self.written.state)
        if not own:
            return (), self.code_not_held(level, code, every, standing)
        lifted = tuple(
            dict.fromkeys(
                above for unit in own for above in sorted(hierarchy.above[unit]) if self.level(above) == level
            )
        )
        if any(self.level(unit) != level for unit in own):
            standing = standing.noting(noticed("place-code-at-other-level", code, column, name=self.title(own[0])))
        return lifted, replace(standing, named_level=max(standing.named_level, level if lifted else 0))

    def code_not_held(self, level: int, code: str, foreign: tuple[str, ...], standing: Standing) -> Standing:
        """A code of another State makes the row doubtful at its own State; a code nobody holds is noted."""
        column = f"adm{level}_code"
        if not foreign or not self.codes.has_shape(code):
            return standing.noting(noticed("place-code-unknown", code, column))
        offered = tuple(Candidate(unit, 0, "another-state") for unit in foreign)
        problem = noticed("place-of-another-state", code, column, candidates=self.titles(offered))
        return self.doubt(standing, level, fold(code), offered, problem, at=(self.root,))

    def weigh_code(
        self, level: int, code: str, units: tuple[str, ...], standing: Standing
    ) -> tuple[Coded | None, Standing]:
        """A code beside its name: agreed, alone, or contradicted."""
        name = self.name(level)
        if not name:
            return (Coded(level, units[0], confirmed=False), standing) if len(units) == 1 else (None, standing)
        answer = self.remembered.get(self.asked(level, f"{fold(code)} {fold(name)}"))
        if answer:
            return Coded(level, answer, confirmed=True), standing
        same = next((unit for unit in units if self.says(name, level, unit)), None)
        if same:
            return Coded(level, same, confirmed=True), standing
        return None, self.contradicted(level, code, name, units, standing)

    def says(self, name: str, level: int, unit: str) -> bool:
        """Whether a name, read beside the unit's parents, names this unit."""
        if any(each.key == name_key(name) for each in self.reader.names.by_unit.get(unit, ())):
            return True
        parents = tuple(self.reader.hierarchy.parents.get(unit, {}).values())
        reading = self.reader.read(name, state=self.written.state, level=level, within=parents)
        return (reading.is_sure and unit in reading.units) or unit in reading.versions

    def contradicted(self, level: int, code: str, name: str, units: tuple[str, ...], standing: Standing) -> Standing:
        """Code and name disagree: doubtful at the finest unit that holds both, or at the parent when the name is not known."""
        hierarchy = self.reader.hierarchy
        reading = self.reader.read(name, state=self.written.state, level=level, within=(self.root,))
        named = reading.units or tuple(each.unit for each in reading.candidates if each.distance == 0)
        offered = first_of_each(
            [
                *(Candidate(unit, 0, "code") for unit in units),
                *(Candidate(unit, 0, "name") for unit in named),
                *reading.candidates,
            ]
        )
        parents = [parent for unit in units for parent in hierarchy.parents.get(unit, {}).values()]
        shared = hierarchy.nearest_common([*units, *named] if named else parents[:1], sure=standing.within) or self.root
        if shared in units:
            shared = hierarchy.parent(shared) or self.root
        problem = noticed(
            "place-code-and-name-disagree",
            name,
            f"adm{level}_name",
            beside=code,
            name=self.title(units[0]),
            candidates=self.titles(offered),
        )
        return self.doubt(standing, level, f"{fold(code)} {fold(name)}", offered, problem, at=(shared,))

    def doubt(
        self,
        standing: Standing,
        level: int,
        text: str,
        offered: tuple[Candidate, ...],
        problem: Problem,
        *,
        at: tuple[str, ...],
    ) -> Standing:
        """The same standing, now doubtful and held at these sure units, or at what an earlier doubt shares with them."""
        held = at
        if standing.in_doubt:
            held = (self.reader.hierarchy.nearest_common([*standing.units, *at]) or self.root,)
        return Standing(
            held,
            held,
            "doubtful" if offered or standing.candidates else "unknown",
            max(standing.named_level, level),
            first_of_each(standing.candidates + offered),
            standing.problems + (problem,),
            standing.asked or self.asked(level, text),
        )

    def anchor(self, coded: list[Coded], standing: Standing) -> Standing:
        """Stand on the finest code, once the codes and names above it do not speak against it."""
        finest = coded[-1]
        against = [each.unit for each in coded[:-1] if not self.reader.hierarchy.descends(finest.unit, (each.unit,))]
        for level in range(1, finest.level):
            reading = self.name_against(level, finest)
            if reading and finest.confirmed:
                standing = standing.noting(
                    noticed(
                        "place-parent-disagrees", self.name(level), f"adm{level}_name", name=self.title(finest.unit)
                    )
                )
            elif reading:
                against.extend(reading.units or reading.versions)
        if not against:
            return replace(
                standing,
                units=(finest.unit,),
                within=(finest.unit,),
                how="exact",
                named_level=max(standing.named_level, finest.level),
            )
        offered = tuple(Candidate(unit, 0, "code") for unit in (finest.unit, *against))
        shared = self.reader.hierarchy.nearest_common([finest.unit, *against]) or self.root
        problem = noticed(
            "place-not-in-parent",
            self.code(finest.level),
            f"adm{finest.level}_code",
            parent=self.title(against[0]),
            candidates=self.titles(offered),
        )
        return self.doubt(standing, finest.level, fold(self.code(finest.level) or ""), offered, problem, at=(shared,))

    def name_against(self, level: int, finest: Coded) -> Reading | None:
        """What a coarser name says, when it stands without a code and names only units the finest one does not lie in."""
        name = self.name(level)
        if not name or (self.code(level) and self.codes.units(self.code(level) or "")):
            return None
        reading = self.reader.read(name, state=self.written.state, level=level, within=(self.root,))
        said = reading.units or reading.versions
        return reading if said and not self.reader.hierarchy.descends(finest.unit, said) else None

    def read_level(self, level: int, standing: Standing) -> Standing:
        """One name below the finest code: a person's answer, else what the name says inside the units so far."""
        name = self.name(level) or ""
        answer = self.remembered and self.remembered.get(self.asked(level, fold(name)))
        if answer:
            return replace(
                standing, units=(answer,), within=(answer,), how="exact", named_level=level, candidates=(), asked=None
            )
        reading = self.reader.read(name, state=self.written.state, level=level, within=standing.within)
        if reading.is_sure and not (standing.in_doubt and standing.within == standing.units):
            return self.named(level, name, reading, standing)
        return self.unsure(level, name, reading, standing)

    def named(self, level: int, name: str, reading: Reading, standing: Standing) -> Standing:
        """A name that is sure; a doubt between versions of the parent's name ends here."""
        found = standing
        if reading.how == "repaired":
            found = found.noting(
                noticed("place-repaired", name, f"adm{level}_name", name="; ".join(map(self.title, reading.units)))
            )
        if len(reading.units) > 1:
            found = found.noting(
                noticed("place-several", name, f"adm{level}_name", name="; ".join(map(self.title, reading.units)))
            )
        kept = tuple(problem for problem in found.problems if problem.code != "place-in-two-divisions")
        return Standing(reading.units, reading.units + reading.also, reading.how, level, (), kept)

    def unsure(self, level: int, name: str, reading: Reading, standing: Standing) -> Standing:
        """A name that is not sure, or under a parent that is not: held at the finest unit that every reading shares."""
        column, hierarchy = f"adm{level}_name", self.reader.hierarchy
        if reading.versions:
            problem = noticed("place-in-two-divisions", name, column, candidates=self.titles(reading.candidates))
            return replace(
                self.doubt(standing, level, fold(name), reading.candidates, problem, at=standing.units),
                within=reading.versions,
            )
        offered = tuple(Candidate(unit, 0, "name") for unit in reading.units) + reading.candidates
        foreign = (
            () if offered or level == 3 else self.reader.in_another_state(name_key(name), self.written.state, level)
        )
        if foreign:
            offered = tuple(Candidate(unit, 0, "another-state") for unit in foreign)
            return self.doubt(
                standing,
                level,
                fold(name),
                offered,
                noticed("place-of-another-state", name, column, candidates=self.titles(offered)),
                at=(self.root,),
            )
        away = [each.unit for each in offered if each.reason == "elsewhere"]
        sure = (hierarchy.nearest_common([*standing.units, *away]) or self.root,) if away else standing.units
        return self.doubt(
            standing, level, fold(name), offered, self.named_problem(level, name, offered, away, standing), at=sure
        )

    def named_problem(
        self, level: int, name: str, offered: tuple[Candidate, ...], away: list[str], standing: Standing
    ) -> Problem:
        """The problem that says why a name is not sure."""
        column = f"adm{level}_name"
        if not offered:
            return noticed("place-unknown", name, column, parent=self.title(standing.units[0]))
        if away:
            return noticed(
                "place-not-in-parent",
                name,
                column,
                parent=self.title(standing.units[0]),
                candidates=self.titles(offered),
            )
        return noticed("place-doubtful", name, column, candidates=self.titles(offered))
