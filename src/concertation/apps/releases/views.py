"""What the pages of releases show: the list, the table as held beside the table as others will see it, the steps and who may take each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concertation.apps.allocation.words import number
from concertation.apps.funding.words import day_words
from concertation.apps.ground.downloads import language
from concertation.apps.ground.editing import problem_words
from concertation.apps.needs.queries import sectors
from concertation.apps.places.queries import states
from concertation.apps.releases import words
from concertation.apps.releases.keys import key_on_node
from concertation.apps.releases.making import note_held
from concertation.apps.sharing import queries
from concertation.apps.sharing.models import Release, SharingAgreement
from concertation.apps.sources.taken_sources import own_register
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate, Role
from concertation.core.sharing.control_told import Controlled
from concertation.core.sharing.release_steps import DRAFT, EXPIRED, PUBLISHED, RECEIVED, WITHDRAWN, lets_go, may_sign
from concertation.core.sharing.released_tables import TOTAL, CellState, PeopleCell
from concertation.core.sharing.releases import ReleaseNote, day
from concertation.core.sharing.signing import SIGNERS
from concertation.draw.tables import Column, TakenTable

TAKEN = (
    Column(key="unit", heading_fr="Unité", heading_en="Unit"), Column(key="unit_name", heading_fr="Nom de l'unité", heading_en="Name of the unit"),
    Column(key="level", heading_fr="Niveau", heading_en="Level", numeric=True), Column(key="sector", heading_fr="Secteur", heading_en="Sector"),
    Column(key="value", heading_fr="Valeur", heading_en="Value", numeric=True), Column(key="state", heading_fr="État de la case", heading_en="State of the cell"),
)  # fmt: skip
STANDING_TAGS = {DRAFT: "doubtful", PUBLISHED: "understood", RECEIVED: "understood", WITHDRAWN: "refused", EXPIRED: "refused"}


def releases_table(page: Page[Release], replaced: frozenset[str], today: date) -> dict[str, Any]:
    """The releases a reader may see."""
    columns = [
        {"key": "title", "label": _("Diffusion"), "sortable": False}, {"key": "standing", "label": _("Étape"), "sortable": False}, {"key": "to", "label": _("Destinataires"), "sortable": False},
        {"key": "cells", "label": _("Cases"), "numeric": True, "sortable": False}, {"key": "hidden", "label": _("Masquées"), "numeric": True, "sortable": False},
        {"key": "until", "label": _("Valable jusqu'au"), "sortable": False},
    ]  # fmt: skip
    rows = [release_row(each, is_replaced=each.digest in replaced, today=today) for each in page]
    return {
        "id": "releases", "caption": _("Diffusions faites et reçues"), "columns": columns, "rows": rows, "page": page, "unfiltered": True, "stacks": True,
        "empty": {"title": _("Aucune diffusion n'est tenue ici."), "text": _("Le gestionnaire des données d'un État prépare une diffusion sur le nœud de son État ; celles des autres arrivent par clé USB, courrier ou réseau.")},
    }  # fmt: skip


def release_row(row: Release, *, is_replaced: bool, today: date) -> dict[str, Any]:
    """One release as a line."""
    note = note_held(row)
    gone = row.standing in (WITHDRAWN, EXPIRED) or note.is_withdrawal
    cells, hidden = (row.rows, row.hidden) if row.rows else (None, None)
    return {
        "title": {"text": words.title(note), "url": reverse("release", args=[row.pk]), "note": words.period_words(note)},
        "standing": {"text": _("remplacée"), "css": "tag"} if is_replaced and not gone else {"text": row.get_standing_display(), "css": f"tag {STANDING_TAGS[row.standing]}"}, "to": words.states_words(note.recipients),
        "cells": "–" if gone and cells is None else cells, "hidden": "–" if gone and hidden is None else hidden,
        "until": {"text": row.expires_on, "note": "" if gone else words.days_left(row.expires_on, today)},
    }  # fmt: skip


def held_beside_seen(table: Controlled, note: ReleaseNote, sector: str) -> list[dict[str, Any]]:
    """One sector's cells, as held and as others will see them; the total first."""
    return [
        {
            "unit": _("Total des unités tenues") if each.cell.unit == TOTAL else each.cell.unit_name, "total": each.cell.unit == TOTAL, "held": each.cell.value, "hidden": each.is_hidden,
            "why": words.reason_words(each.reason, note.threshold) if each.is_hidden else "",
            "open": f"{number(each.least, 0)} – {number(each.most, 0)}" if each.is_hidden and each.least is not None and each.most is not None else "",
        }
        for each in table if each.cell.sector == sector
    ]  # fmt: skip


def seen_by_others(cells: Sequence[PeopleCell], sector: str) -> list[dict[str, Any]]:
    """One sector's cells as they were released."""
    return [
        {"unit": _("Total des unités tenues") if each.unit == TOTAL else each.unit_name, "total": each.unit == TOTAL, "held": each.value, "hidden": each.state is CellState.HIDDEN}
        for each in cells if each.sector == sector
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a release: its words, whether it is done, what is said of it, and which act this reader may do."""

    label: str
    done: bool
    told: str
    act: str = ""
    role: str = ""
    on_node: bool = False


ROLE_STEPS = {Role.DATA_MANAGER: gettext_lazy("Première signature, du gestionnaire des données"), Role.RELEASE_AUTHORITY: gettext_lazy("Seconde signature, de l'autorité de diffusion")}


def steps(row: Release, mandates: Sequence[Mandate], own: str) -> list[Step]:
    """The way of a release made here, from the control to the withdrawal."""
    signed = queries.signatures(row)
    told = [Step(_("Contrôle de ce que le tableau révèle"), done=True, told=_("passé ; dit en mots plus haut") if not row.withdraws else _("sans objet : un retrait ne porte pas de tableau"))]
    told += [signing_step(row, role, mandates, {each: line.person for each, line in signed.items()}, signed) for role in SIGNERS]
    return [*told, leaving_step(row, mandates, both=set(signed) >= set(SIGNERS)), *last_step(row, mandates, own)]


def signing_step(row: Release, role: Role, mandates: Sequence[Mandate], people: Mapping[Role, str], signed: Mapping[Role, Any]) -> Step:
    """One of the two signatures."""
    label, line = str(ROLE_STEPS[role]), signed.get(role)
    if line is not None:
        return Step(label, done=True, told=_("donnée avec la clé %(key)s") % {"key": line.key[:14]} + f" · {day_words(line.at.date())}")
    if row.standing != DRAFT:
        return Step(label, done=True, told=_("donnée"))
    may = may_sign(mandates, row.node, role, people)
    if may.by is None:
        return Step(label, done=False, told=problem_words(Problem(may.why_not)))
    return Step(label, done=False, told=_("à vous de signer, après avoir lu le tableau tel que d'autres le verront"), act="sign", role=role.value, on_node=key_on_node(role) is not None)


def leaving_step(row: Release, mandates: Sequence[Mandate], *, both: bool) -> Step:
    """The step by which a release leaves."""
    label = _("Publication") if not row.withdraws else _("Publication du retrait")
    if row.standing != DRAFT:
        return Step(label, done=True, told=_("faite"))
    if not both:
        return Step(label, done=False, told=_("après les deux signatures"))
    may = lets_go(mandates, row.node) is not None
    return Step(label, done=False, told=_("les deux signatures sont là") if may else _("revient au gestionnaire des données ou à l'autorité de diffusion"), act="publish" if may else "")


def last_step(row: Release, mandates: Sequence[Mandate], own: str) -> list[Step]:
    """The withdrawal, where there is or may be one."""
    if row.withdraws or row.standing == DRAFT:
        return []
    if row.standing == WITHDRAWN:
        return [Step(_("Retrait"), done=True, told=day_words(row.withdrawn_at.date()) if row.withdrawn_at else _("fait"))]
    may = row.node == own and lets_go(mandates, row.node) is not None
    return [Step(_("Retrait"), done=False, told=_("possible à tout moment, avec un motif et les deux signatures"), act="withdraw" if may else "")]


def taken(note: ReleaseNote, cells: Sequence[PeopleCell], *, on: date) -> TakenTable:
    """A release's table as a file."""
    states = {CellState.SHOWN: ("affichée", "shown"), CellState.HIDDEN: ("masquée", "hidden"), CellState.NOT_HELD: ("aucun chiffre tenu", "no figure held")}
    rows = [
        {"unit": each.unit, "unit_name": each.unit_name, "level": each.level, "sector": each.sector, "value": each.value, "state": states[each.state][language() == "en"]}
        for each in cells
    ]  # fmt: skip
    return TakenTable(
        title_fr=words.title(note), title_en=words.title(note), columns=TAKEN, rows=rows,
        sources=(own_register(_("diffusion n° %(number)s de %(state)s") % {"number": note.sequence, "state": words.state_words(note.node)}, on=on),),
    )  # fmt: skip


def sector_options() -> list[tuple[str, str]]:
    """The sectors that a release may name, all together first."""
    return [("ALL", words.sector_words("ALL")), *((each.code, each.name_en if language() == "en" else each.name_fr) for each in sectors() if each.code != "ALL")]


def other_states(own: str) -> list[tuple[str, str]]:
    """The States that may receive, and the framework's node."""
    return [(code, words.state_words(code)) for code in (*(each.iso3 for each in states()), "AES") if code != own]


def facts(held: Release, note: ReleaseNote, agreement: SharingAgreement | None) -> list[tuple[str, str, str]]:
    """What a release says of itself: (words, value, address)."""
    where = reverse("agreement", args=[agreement.pk]) if agreement else ""
    told = [
        (_("Étape"), str(held.get_standing_display()), ""), (_("Tableau"), words.table_words(note.table), ""), (_("Grandeur"), words.concept_words(note.concept), ""),
        (_("Grain convenu"), words.grain_words(note.grain), ""), (_("Période"), words.period_words(note), ""), (_("Classe"), words.level_words(note.level), ""), (_("Destinataires"), words.states_words(note.recipients), ""),
        (_("Accord"), note.agreement, where), (_("Motif du retrait") if note.is_withdrawal else _("Finalité"), note.purpose, ""), (_("Faite le"), day_words(day(note.made_on)), ""), (_("Valable jusqu'au"), day_words(held.expires_on), ""),
        (_("Empreinte"), held.digest[:16], ""),
    ]  # fmt: skip
    return [line for line in told if line[1]]


RELATED = {
    "withdrawn": gettext_lazy("Reprend la diffusion n° %(number)s%(reason)s"), "withdrawing": gettext_lazy("Reprise par la diffusion n° %(number)s%(reason)s"),
    "replaced": gettext_lazy("Remplace la diffusion n° %(number)s%(reason)s"), "replacing": gettext_lazy("Remplacée par la diffusion n° %(number)s%(reason)s"),
}  # fmt: skip


def related_words(related: Sequence[tuple[str, Release]]) -> list[tuple[str, str]]:
    """What a release takes back or replaces, what takes it back, with its reason, or replaces it: (words, address)."""
    told = []
    for how, each in related:
        note = note_held(each)
        reason = _(" ; motif : %(why)s") % {"why": note.purpose} if how == "withdrawing" and note.purpose else ""
        told.append((str(RELATED[how]) % {"number": each.sequence, "reason": reason}, reverse("release", args=[each.pk])))
    return told
