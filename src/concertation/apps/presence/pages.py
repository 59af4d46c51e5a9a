"""The page of an organisation: where does it work, what did it declare?"""

from collections.abc import Mapping
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.ground.downloads import FORMATS, download, language
from concertation.apps.ground.drawings import DRAWINGS
from concertation.apps.organisations import queries as register
from concertation.apps.organisations.forms import SpellingForm
from concertation.apps.organisations.models import Organisation
from concertation.apps.organisations.words import full_name, type_words
from concertation.apps.presence import declared, queries
from concertation.apps.presence.hapi_files import PRESENCE, presence_file
from concertation.apps.presence.organisation_map import map_block, map_file
from concertation.apps.presence.profile import LEVELS, Profile, profile
from concertation.apps.sources.queries import runs
from concertation.core.figures import number_in_words
from concertation.core.periods import day_in_words
from concertation.core.sharing.visibility import edits_register


@require_GET
def organisation(request: ReaderRequest, slug: str) -> HttpResponse:
    """Where does an organisation work, and what did it declare?"""
    held = register.organisation(request.mandates, slug)
    if held is None:
        raise Http404
    if held.merged_into:
        return redirect("organisation", slug=held.merged_into.slug)
    wanted_level = request.GET.get("level", "")
    shown = profile(request.mandates, held, level=int(wanted_level) if wanted_level in map(str, LEVELS) else LEVELS[0])
    rows = declared.narrowed(queries.of_organisation(request.mandates, held.pk), request.GET)
    if (wanted := request.GET.get("format", "")) in FORMATS:
        return download(declared.taken(rows, shown), wanted, on=timezone.localdate())
    if wanted in DRAWINGS:
        return map_file(shown, wanted, on=timezone.localdate(), sources=declared.taken(rows, shown).sources)
    if wanted == PRESENCE:
        return presence_file(request.mandates, organisation=held.slug, on=timezone.localdate(), **declared.narrowing(request.GET))
    open_runs = frozenset(runs(request.mandates).order_by().values_list("pk", flat=True))
    page = declared.page_of(rows, request.GET)
    context = {
        "organisation": held, "name": full_name(held, language()) or str(held), "type": type_words(held.org_type),
        "sentence": sentence(shown), "shown": shown, "map": map_block(shown), "levels": level_options(), "sectors": sectors_table(shown),
        "activities": declared.table(page, shown, request.GET, open_runs=open_runs) if shown.activities else None,
        "breadcrumbs": [(_("AES"), "/"), (_("Organisations"), reverse("organisations")), (str(held), "")], **known_as(request, held),
    }  # fmt: skip
    return render(request, "presence/organisation.html", context)


def known_as(request: ReaderRequest, held: Organisation) -> Mapping[str, object]:
    """How the organisation is written, what was merged into it, and what this reader may do about it."""
    may_edit = edits_register(request.mandates) is not None
    return {
        "spellings": register.spellings(request.mandates, held), "merges": register.merges(request.mandates, held) if request.mandates else (),
        "may_edit": may_edit, "spelling_form": SpellingForm() if may_edit else None,
    }


def level_options() -> list[tuple[int, str]]:
    """The levels a map can show."""
    return [(1, _("région")), (2, _("département, cercle ou province"))]


def sentence(shown: Profile) -> str:
    """Where it works, with the day reported on for each State; what nobody opened is not said to be nothing."""
    active = shown.active_states()
    if not active:
        return _("Aucune activité de cette organisation n'est ouverte à votre lecture. Ce n'est pas dire qu'elle n'agit pas.")
    told = ngettext("%(count)s activité déclarée", "%(count)s activités déclarées", shown.activities) % {"count": number_in_words(shown.activities, language())}
    where = [_in_state(state.name, count, end) for state, count, end in active]
    sectors = [code for code, *_counts in shown.by_sector() if code]
    of_sectors = ngettext("dans %(count)s secteur", "dans %(count)s secteurs", len(sectors)) % {"count": len(sectors)} if sectors else _("sans secteur nommé")
    return _("%(told)s %(of_sectors)s : %(where)s.") % {"told": told, "of_sectors": of_sectors, "where": ("; " if language() == "en" else "\u202f; ").join(where)}


def _in_state(name: str, count: int, end: date | None) -> str:
    told = {"state": name, "count": number_in_words(count, language())}
    if end is None:
        return _("%(state)s %(count)s (sans date)") % told
    return _("%(state)s %(count)s (au %(day)s)") % {**told, "day": day_in_words(end, language())}


def sectors_table(shown: Profile) -> dict[str, object] | None:
    """Activities and units per sector; None when nothing may be seen."""
    rows = [
        {"sector": shown.sector_name(code) or _("secteur non précisé"), "activities": activities, "units": units}
        for code, activities, units in shown.by_sector()
    ]
    if not rows:
        return None
    return {
        "id": "sectors", "caption": _("Par secteur"), "unfiltered": True,
        "columns": [
            {"key": "sector", "label": _("Secteur"), "sortable": False}, {"key": "activities", "label": _("Activités"), "numeric": True, "sortable": False},
            {"key": "units", "label": _("Lieux nommés"), "numeric": True, "sortable": False},
        ],
        "rows": rows,
    }  # fmt: skip
