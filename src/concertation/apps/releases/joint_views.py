"""What the pages of joint products show: the part of each State, whose word is awaited, and figures side by side."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concertation.apps.decisions.words import members
from concertation.apps.funding.words import day_words
from concertation.apps.needs.queries import HeldFigure, InStanding, national_lines
from concertation.apps.releases import words
from concertation.apps.sharing.joint.queries import parts_of
from concertation.apps.sharing.models import JointProduct, JointSource, JointWord
from concertation.apps.sharing.queries import releases
from concertation.core.concepts import INTERSECTORAL
from concertation.core.sharing import Mandate
from concertation.core.sharing.joint import Part, waits_for
from concertation.core.sharing.rounds import speaks_for

PARTS = {
    Part.OPEN: (gettext_lazy("son mot est attendu"), "doubtful"), Part.APPROVED: (gettext_lazy("approuve"), "understood"), Part.SILENT: (gettext_lazy("silence, qui vaut accord"), "understood"),
    Part.RESERVED: (gettext_lazy("réserve"), "refused"),
}  # fmt: skip
FIGURES = ("in_need", "targeted")
MOST_FIGURES = 4


def member_choices() -> list[tuple[str, str]]:
    """The States a joint product may speak of."""
    return [(state, words.state_words(state)) for state in (*members(), *(each for each in ("TGO",) if each not in members()))]


def products_table(held: Sequence[JointProduct], spoken: Mapping[UUID, Mapping[str, JointWord]], rests_on: Mapping[UUID, Sequence[JointSource]], today: date) -> dict[str, Any]:
    """Joint products as a table."""
    columns = [
        {"key": "title", "label": _("Produit commun"), "sortable": False}, {"key": "kind", "label": _("Nature"), "sortable": False}, {"key": "standing", "label": _("Étape"), "sortable": False},
        {"key": "waits", "label": _("Mot attendu de"), "sortable": False}, {"key": "reserved", "label": _("Réserves"), "sortable": False}, {"key": "until", "label": _("Fin du silence"), "sortable": False},
    ]  # fmt: skip
    rows = []
    for each in held:
        parts = parts_of(each, spoken.get(each.pk, {}), today)
        awaited = waits_for(parts) if each.published_on is None else ()
        told, css = (_("publié"), "understood") if each.published_on else (_("ouvert aux États"), "doubtful") if awaited else (_("prêt à publier"), "understood")
        if any(source.is_stale for source in rests_on.get(each.pk, ())):
            told, css = _("à recompter"), "refused"
        rows.append({
            "title": {"text": each.title, "url": reverse("joint", args=[each.pk])}, "kind": str(each.get_kind_display()), "standing": {"text": told, "css": f"tag {css}"},
            "waits": words.states_words(awaited) or "–", "reserved": words.states_words(state for state, part in parts.items() if part is Part.RESERVED) or "–", "until": each.silent_until,
        })  # fmt: skip
    return {
        "id": "joint", "caption": _("Produits communs"), "columns": columns, "rows": rows, "unfiltered": True, "stacks": True,
        "empty": {"title": _("Aucun produit commun n'est ouvert."), "text": _("L'analyste du secrétariat propose une note, un tour d'allocation ou une image commune ; chaque État a cinq jours ouvrés pour répondre.")},
    }  # fmt: skip


def sources_lines(mandates: Sequence[Mandate], rests_on: Sequence[JointSource]) -> list[dict[str, Any]]:
    """The releases a product rests on: by name, with their page where the reader may open it, and what became of each."""
    seen = {each.digest: each for each in releases(mandates).filter(digest__in=[each.digest for each in rests_on])} if rests_on else {}
    return [
        {
            "name": _("%(state)s, diffusion n° %(number)s") % {"state": words.state_words(each.node), "number": each.sequence}, "stale": each.is_stale,
            "url": reverse("release", args=[seen[each.digest].pk]) if each.digest in seen else "", "told": fallen_words(each),
        }
        for each in rests_on
    ]  # fmt: skip


def fallen_words(each: JointSource) -> str:
    """What became of a release a product rests on."""
    if not each.fell or each.fell_on is None:
        return ""
    told = {"how": str(each.get_fell_display()), "day": day_words(each.fell_on), "again": day_words(each.recounted_on) if each.recounted_on else ""}
    return _("%(how)s le %(day)s ; le produit a été recompté le %(again)s") % told if each.recounted_on else _("%(how)s le %(day)s : le produit est à recompter") % told


def parts_lines(held: JointProduct, parts: Mapping[str, Part], spoken: Mapping[str, JointWord], mandates: Sequence[Mandate]) -> list[dict[str, Any]]:
    """The part of each State in a product."""
    lines = []
    for state, part in parts.items():
        word, (told, css) = spoken.get(state), PARTS[part]
        may = held.published_on is None and part is not Part.SILENT and speaks_for(mandates, state) is not None
        lines.append({"state": state, "name": words.state_words(state), "told": told, "css": css, "word": word, "reserved": part is Part.RESERVED, "may_speak": may})
    return lines


def sentence(held: JointProduct, parts: Mapping[str, Part], today: date) -> str:
    """Where a product stands, in one sentence."""
    reserved = [state for state, part in parts.items() if part is Part.RESERVED]
    told = {"until": day_words(held.silent_until), "states": words.states_words(waits_for(parts)), "reserved": words.states_words(reserved)}
    if held.published_on is not None:
        told["day"] = day_words(held.published_on)
        return _("Publié le %(day)s, avec la réserve de : %(reserved)s.") % told if reserved else _("Publié le %(day)s, sans réserve.") % told
    if waits_for(parts):
        return _("Ouvert jusqu'au %(until)s ; un mot est attendu de : %(states)s.") % told
    return _("Plus aucun mot n'est attendu ; réserve de : %(reserved)s.") % told if reserved else _("Plus aucun mot n'est attendu, et personne ne réserve.") % told


def figures_of(mandates: Sequence[Mandate], states: Sequence[str]) -> list[dict[str, Any]]:
    """The figures held of each State, the State's and the partners' side by side; a reservation never hides one."""
    lines = national_lines(mandates, states=list(states), concepts=FIGURES, sectors=[INTERSECTORAL])
    told = [
        {"state": words.state_words(line.state), "concept": words.concept_words(line.concept), "figures": figures_in(line.standing)}
        for line in sorted(lines, key=lambda line: (states.index(line.state), FIGURES.index(line.concept))) if line.group == "all"
    ]  # fmt: skip
    return [each for each in told if each["figures"]]


def figures_in(standing: InStanding) -> list[Any]:
    """The latest figures of one fact that hold a number, the leader first, a few at most, each with its source's title and page."""
    held = [*([standing.leader] if standing.leader else []), *(ranked for ranked, _why in standing.others)]
    return [shown(each) for each in held if each.figure.value is not None][:MOST_FIGURES]


def shown(held: HeldFigure) -> dict[str, Any]:
    """A figure as the page tells it."""
    figure = held.figure
    return {
        "value": figure.value, "measure": figure.measure, "reference_start": figure.reference_start, "reference_end": figure.reference_end, "status": figure.status, "scope": figure.scope,
        "source": held.source_title or figure.source, "source_url": reverse("source", args=[figure.source]) if held.id else "",
    }  # fmt: skip
