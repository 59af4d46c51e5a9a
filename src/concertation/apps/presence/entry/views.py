"""What the pages of entered activities show: periods to enter for, facts of a row, its past, two corrections side by side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext

from concertation.apps.access.words import act_words, written_mandate_words
from concertation.apps.ground.downloads import language
from concertation.apps.needs.queries import sectors
from concertation.apps.organisations.models import Organisation
from concertation.apps.places.queries import states_with_units
from concertation.apps.presence.entry import queries
from concertation.apps.presence.entry.commands import Slip
from concertation.apps.presence.entry.forms import GROUPS, LABELS, MODALITIES, PART_LABELS, STATUSES
from concertation.apps.presence.entry.placing import typed_of
from concertation.apps.presence.entry.queries import PastAct, PeriodChoice, token_of
from concertation.apps.presence.models import Activity
from concertation.core.entries import Entry, FieldChange, carried_into
from concertation.core.figures import number_in_words
from concertation.core.periods import Period, day_in_words
from concertation.core.sharing import Mandate
from concertation.core.sharing.punctuality import acts_for

REASONS: dict[str, str | Promise] = {
    "entered-twice": gettext_lazy("saisie deux fois"), "mistaken": gettext_lazy("saisie par erreur"), "did-not-take-place": gettext_lazy("n'a pas eu lieu"),
    "not-to-be-shared": gettext_lazy("ne doit pas être partagée"),
}  # fmt: skip
CODED = {"status": dict(STATUSES), "modality": dict(MODALITIES), "group": dict(GROUPS)}


@dataclass(frozen=True, slots=True)
class Chosen:
    """For which organisation and period somebody enters, and under which mandate."""

    organisation: Organisation
    period: PeriodChoice
    by: Mandate
    share_as: str

    @property
    def code(self) -> str:
        """The choice as an address carries it."""
        return f"{self.organisation.slug}:{self.period.code}"

    @property
    def words(self) -> str:
        """The days in the reader's words."""
        return Period(self.period.start, self.period.end).in_words(language())

    def slip(self) -> Slip:
        """The slip under which rows are entered."""
        return Slip(self.organisation, self.period.state, self.period.start, self.period.end, self.share_as)


@dataclass(frozen=True, slots=True)
class Carried:
    """A row of last month and what is proposed of it; nothing when it ended before or stands in the period already."""

    row: Activity
    entry: Entry | None
    sector: str
    already: bool


def offered(mandates: Sequence[Mandate], *, today: date) -> list[Chosen]:
    """Every organisation and period the reader may enter for."""
    organisations = queries.organisations_reporting(mandates)
    if not organisations:
        return []
    periods = queries.periods_offered(mandates, [state.iso3 for state in states_with_units()], today=today)
    made = []
    for organisation in organisations:
        level = queries.level_shared(mandates, organisation)
        for period in periods:
            by = acts_for(mandates, organisation.slug, period.state)
            if by is not None:
                made.append(Chosen(organisation, period, by, level))
    return made


def chosen(mandates: Sequence[Mandate], code: str, *, today: date) -> Chosen | None:
    """The choice an address carries, if it is among those offered."""
    return next((each for each in offered(mandates, today=today) if each.code == code), None)


def sector_choices() -> list[tuple[str, str]]:
    """The sectors to choose from, in the reader's language."""
    return [(each.code, each.name) for each in sectors()]


def sector_names() -> dict[str, str]:
    """The name of each sector."""
    return dict(sector_choices())


def in_words(name: str, value: Any, names: dict[str, str]) -> str:
    """One value as a person reads it."""
    if value is None or value == "":
        return "–"
    if name == "sector":
        return names.get(value, str(value))
    if name == "unit":
        return typed_of(value)
    if name in CODED:
        return str(CODED[name].get(value, value))
    if name in ("start", "end"):
        return day_in_words(date.fromisoformat(value), language())
    return number_in_words(value, language()) if isinstance(value, int) else str(value)


def label_of(name: str) -> str:
    """What a field is called; a part of people with its measure."""
    measure, _sep, part = name.partition("_")
    if part in PART_LABELS and measure in LABELS:
        return f"{LABELS[measure]}, {PART_LABELS[part]}"
    return str(LABELS.get(name, name))


def facts(entry: Entry) -> list[tuple[str, str]]:
    """What a row says, line by line; only what it says."""
    names = sector_names()
    return [(label_of(name), in_words(name, value, names)) for name, value in entry.values().items() if value not in (None, "")]


def past(acts: Iterable[PastAct]) -> list[dict[str, Any]]:
    """What was done to a row, in words."""
    names = sector_names()
    return [
        {
            "at": act.at, "act": act_words(act.act), "mandate": written_mandate_words(act.mandate), "reason": REASONS.get(act.reason, act.reason),
            "changes": [(label_of(name), in_words(name, act.before.get(name), names), in_words(name, act.after.get(name), names)) for name in {**act.before, **act.after}] if act.before else [],
            "words": [label_of(name) for name in act.words],
        }
        for act in acts
    ]  # fmt: skip


def reasons() -> list[tuple[str, str | Promise]]:
    """The reasons for which a row is withdrawn."""
    return list(REASONS.items())


def changes(compared: Sequence[FieldChange]) -> list[dict[str, Any]]:
    """Two corrections side by side, field by field."""
    names = sector_names()
    return [
        {
            "name": change.name, "label": label_of(change.name), "was": in_words(change.name, change.was, names),
            "theirs": in_words(change.name, change.theirs, names), "mine": in_words(change.name, change.mine, names), "verdict": change.verdict,
        }
        for change in compared
    ]  # fmt: skip


def carried(mandates: Sequence[Mandate], choice: Chosen, *, token: UUID) -> list[Carried]:
    """Last month's rows of an organisation, each as it is proposed for the period; what the form of this token already made is proposed alike."""
    names = sector_names()
    rows = queries.before_period(mandates, choice.organisation, choice.period.state, choice.period.start)
    tokens = [token_of(token, row.pk) for row in rows]
    standing = queries.standing_in(mandates, choice.organisation, choice.period.state, choice.period.start, apart_from=tokens)
    return [_carried(row, choice.period.start, names.get(row.sector, row.sector), already=queries.kind_of(row) in standing) for row in rows]


def _carried(row: Activity, start: date, sector: str, *, already: bool) -> Carried:
    return Carried(row, None if already else carried_into(queries.entry_held(row), start=start), sector, already)


def taken_back_words(gone: int) -> str:
    """How many rows were taken back."""
    return ngettext("%(count)s activité reprise.", "%(count)s activités reprises.", gone) % {"count": number_in_words(gone, language())}


