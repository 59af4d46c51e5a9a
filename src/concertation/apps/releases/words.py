"""What is said of releases, in the reader's words: tables, classes, why cells are hidden, how far a release has come."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concertation.apps.allocation.words import number
from concertation.apps.ground.downloads import language
from concertation.apps.ground.models import SENSITIVITIES
from concertation.apps.needs.words import term
from concertation.apps.search.words import sector_names, state_names
from concertation.core.periods import Period
from concertation.core.sharing import Role
from concertation.core.sharing.control_told import Controlled, counted, narrowest
from concertation.core.sharing.disclosure.rules import Reason
from concertation.core.sharing.released_tables import PEOPLE, PRESENCE
from concertation.core.sharing.releases import EVERYONE, ReleaseNote, day

LEVEL_WORDS = dict(SENSITIVITIES)


def state_words(code: str) -> str:
    """A State by name; the framework and everybody by their words."""
    if code == EVERYONE:
        return _("tous")
    return _("le cadre régional") if code == "AES" else state_names().get(code, code)


def states_words(codes: Iterable[str]) -> str:
    """Several States by name."""
    return ", ".join(state_words(code) for code in codes)


def sector_words(code: str) -> str:
    """A sector by name."""
    return _("tous secteurs") if code == "ALL" else sector_names().get(code, code)


def table_words(table: str) -> str:
    """A table by name."""
    return {PEOPLE: _("Personnes par unité et secteur"), PRESENCE: _("Présence par unité et secteur")}.get(table, table)


def concept_words(concept: str) -> str:
    """What a table counts."""
    return {"organisations": _("Organisations présentes"), "activities": _("Activités déclarées")}.get(concept) or term("concept", concept).name


def grain_words(level: int) -> str:
    """A grain in words."""
    return {1: _("niveau 1 (régions)"), 2: _("niveau 2 (départements, cercles, provinces)")}.get(level, str(level))


def level_words(level: str) -> str:
    """A class in words."""
    return str(LEVEL_WORDS.get(level, level))


def role_words(role: Role) -> str:
    """A signer's role."""
    return _("gestionnaire des données") if role is Role.DATA_MANAGER else _("autorité de diffusion")


def period_words(note: ReleaseNote) -> str:
    """The days a release speaks of."""
    first, last = day(note.period_start), day(note.period_end)
    return Period(first, last).in_words(language()) if first and last and first <= last else ""


def title(note: ReleaseNote) -> str:
    """A release by name."""
    told = {"state": state_words(note.node), "number": note.sequence, "what": concept_words(note.concept)}
    return _("%(state)s, retrait n° %(number)s") % told if note.is_withdrawal else _("%(state)s, diffusion n° %(number)s : %(what)s") % told


def reason_words(reason: str, threshold: int) -> str:
    """Why a cell stays at home."""
    return {
        Reason.SMALL.value: _("seuil : moins de %(threshold)s") % {"threshold": threshold},
        Reason.COMPLEMENT.value: _("complément : sans elle, une autre case se déduirait"),
        Reason.DOMINATED.value: _("dominance : un seul partenaire en fait presque tout"),
        Reason.REVISED.value: _("révision : l'écart avec une diffusion antérieure est trop petit"),
    }.get(reason, reason)


def control_words(table: Controlled, threshold: int) -> list[str]:
    """The report of the control, sentence by sentence."""
    hidden = sum(each.is_hidden for each in table)
    if not hidden:
        return [_("Aucune case n'est à masquer : toutes comptent au moins %(threshold)s, et leurs totaux ne trahissent rien.") % {"threshold": threshold}]
    told = [ngettext("%(hidden)s case sur %(cells)s reste dans l'État.", "%(hidden)s cases sur %(cells)s restent dans l'État.", hidden) % {"hidden": hidden, "cells": len(table)}]
    told += [ngettext("%(count)s case · %(why)s.", "%(count)s cases · %(why)s.", count) % {"count": count, "why": reason_words(reason.value, threshold)} for reason, count in counted(table).items()]
    bound = narrowest(table)
    if bound:
        told.append(_("Celle dont un lecteur peut dire le plus reste entre %(least)s et %(most)s ; les autres sont au moins aussi ouvertes.") % {"least": number(bound[0], 0), "most": number(bound[1], 0)})
    return [*told, _("Les diffusions antérieures du même tableau, retirées ou non, ont été comptées comme connues de tous.")]


def sentence(note: ReleaseNote, shown: int, hidden: int) -> str:
    """A release's answer in one sentence with figures."""
    told = {"state": state_words(note.node), "to": states_words(note.recipients), "level": level_words(note.level), "what": concept_words(note.concept).lower()}
    if note.is_withdrawal:
        return _("%(state)s : reprise de ce qui avait été diffusé (%(what)s) à %(to)s. Qui l'avait prise efface ses lignes et le dit dans un accusé signé.") % told
    counts = {"shown": ngettext("%(count)s case affichée", "%(count)s cases affichées", shown) % {"count": shown}, "hidden": ngettext("%(count)s masquée", "%(count)s masquées", hidden) % {"count": hidden}}
    return _("%(state)s : diffusion à %(to)s (%(level)s) · %(what)s, %(shown)s, %(hidden)s.") % {**told, **counts}


def days_left(until: date, today: date) -> str:
    """How long something still holds."""
    left = (until - today).days
    return _("échue") if left < 0 else ngettext("encore %(count)s jour", "encore %(count)s jours", left) % {"count": left}


def sector_choices(cells: Sequence[str]) -> list[tuple[str, str]]:
    """Sectors as choices, in their order, each once."""
    return [(code, sector_words(code)) for code in dict.fromkeys(cells)]
