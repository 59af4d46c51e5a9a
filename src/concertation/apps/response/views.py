"""What the pages of rapid response show: an alert's facts, its clock, its past, two corrections side by side."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concertation.apps.access.words import act_words, written_mandate_words
from concertation.apps.ground.downloads import language
from concertation.apps.needs.queries import sectors
from concertation.apps.presence.entry.placing import typed_of
from concertation.apps.response import words
from concertation.apps.response.models import Alert, SectorAnswer
from concertation.apps.response.queries import Aim, PastAct, alert_held
from concertation.core.entries import FieldChange
from concertation.core.figures import number_in_words
from concertation.core.periods import day_in_words
from concertation.core.response.alerts import due_on

CODED: Mapping[str, Mapping[str, Any]] = {
    "nature": words.NATURES, "group": words.GROUPS, "teller": words.TELLERS, "outcome": words.OUTCOMES, "state": words.STATES, "reason": words.REASONS,
}  # fmt: skip
DAYS = frozenset({"raised_on", "assessed_on", "begun_on"})


def labels() -> dict[str, str]:
    """What each field is called."""
    return {
        "unit": _("Lieu"), "nature": _("Nature"), "group": _("Groupe"), "raised_on": _("Date de l'alerte"), "teller": _("Source de l'alerte"),
        "households": _("Ménages"), "people": _("Personnes"), "facilities": _("Établissements fermés"), "outcome": _("Évaluation conjointe"),
        "assessed_on": _("Évaluée le"), "assessors": _("Évaluée par"), "sector": _("Secteur"), "state": _("Couvert ?"), "reason": _("Raison"),
        "assisted": _("Ménages assistés"), "begun_on": _("Début de la réponse"),
    }  # fmt: skip


def sector_names() -> dict[str, str]:
    """The name of each sector, in the reader's language."""
    return {each.code: each.name for each in sectors()}


def in_words(name: str, value: Any, sectors_named: Mapping[str, str]) -> str:
    """One value as a person reads it."""
    if value is None or value == "":
        return "–"
    if name in DAYS:
        return day_in_words(value if isinstance(value, date) else date.fromisoformat(value), language())
    if name == "unit":
        return typed_of(value)
    if name == "sector":
        return sectors_named.get(value, str(value))
    if name in CODED:
        return str(CODED[name].get(value, value))
    return number_in_words(value, language()) if isinstance(value, int) else str(value)


def facts(row: Alert) -> list[tuple[str, str]]:
    """What an alert says, line by line; only what it says."""
    named = labels()
    told = {**alert_held(row).values(), "unit": row.unit.name}
    return [(named[name], row.unit.name if name == "unit" else in_words(name, value, {})) for name, value in told.items() if value not in (None, "")]


def past(acts: Iterable[PastAct], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """What was done to an alert, in words."""
    named = labels()
    return [
        {
            "at": act.at, "act": act_words(act.act), "mandate": written_mandate_words(act.mandate), "reason": words.WITHDRAWALS.get(act.reason, act.reason),
            "changes": [(named.get(name, name), in_words(name, act.before.get(name), names), in_words(name, act.after.get(name), names)) for name in {**act.before, **act.after} if name in named] if act.before else [],
            "words": [named[name] for name in act.words],
        }
        for act in acts
    ]  # fmt: skip


def changes(compared: Sequence[FieldChange]) -> list[dict[str, Any]]:
    """Two corrections side by side, field by field."""
    named = labels()
    return [
        {
            "name": change.name, "label": named[change.name], "was": in_words(change.name, change.was, {}), "theirs": in_words(change.name, change.theirs, {}),
            "mine": in_words(change.name, change.mine, {}), "verdict": change.verdict,
        }
        for change in compared
    ]  # fmt: skip


def answers(every: Iterable[SectorAnswer], names: Mapping[str, str], named: Mapping[str, str]) -> list[dict[str, Any]]:
    """What each sector did, line by line; `names` of organisations, `named` sectors."""
    return [
        {
            "sector": named.get(each.sector, each.sector), "state": words.STATES.get(each.state, each.state), "css": {"covered": "understood", "partly": "doubtful", "not-covered": "refused"}.get(each.state, ""),
            "reason": words.REASONS.get(each.reason, ""), "begun_on": each.begun_on, "households": each.households,
            "organisation": each.organisation or names.get(each.holder, ""), "closed": each.sensitivity in ("confidential", "strict"),
        }
        for each in every
    ]  # fmt: skip


def sentence(totals: Mapping[str, Any], states: Sequence[str], aims: Mapping[str, Aim]) -> str:
    """What the board says first: alerts, answered, in time, past the delay; and which delay that is."""
    if not totals["alerts"]:
        return _("Aucune alerte n'est ouverte à votre lecture. Ce n'est pas dire que rien n'est arrivé.")
    told = ngettext("%(alerts)s alerte", "%(alerts)s alertes", totals["alerts"]) % {"alerts": number_in_words(totals["alerts"], language())}
    parts = [told, ngettext("%(count)s répondue", "%(count)s répondues", totals["answered"]) % {"count": number_in_words(totals["answered"], language())}]
    with_aim = [aims[state] for state in states if state in aims]
    if with_aim:
        parts.append(_("dont %(count)s dans le délai convenu") % {"count": number_in_words(totals["in_time"], language())})
        parts.append(ngettext("%(count)s sans réponse, délai passé", "%(count)s sans réponse, délai passé", totals["overdue"]) % {"count": number_in_words(totals["overdue"], language())})
    return f"{', '.join(parts)}."


def aims_words(aims: Mapping[str, Aim], states: Mapping[str, str]) -> list[dict[str, Any]]:
    """The agreed delay of each State; that none is agreed is said."""
    return [{"state": name, "aim": aims.get(state), "words": words.days_words(aims[state].days) if state in aims else ""} for state, name in states.items()]


def clock(row: Alert, aim: Aim | None) -> dict[str, Any]:
    """The clock of an alert: raised, assessed, due, answered."""
    return {"due": due_on(row.raised_on, aim.days) if aim else None, "aim": aim, "aim_words": words.days_words(aim.days) if aim else ""}


def initial_of(row: Alert) -> dict[str, Any]:
    """An alert as its form shows it first."""
    return {**alert_held(row).values(), "state": row.owner_state, "place": typed_of(row.unit_id)}
