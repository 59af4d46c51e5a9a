"""The home page: what the ministers decided, and where it stands."""

from collections.abc import Mapping, Sequence

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.decisions.files import links, taken_decisions
from concertation.apps.decisions.pages import in_words
from concertation.apps.decisions.queries import DecisionInView, decisions
from concertation.apps.ground.downloads import table_file
from concertation.apps.ground.drawings import DRAWINGS, WORDS
from concertation.apps.picture import situation
from concertation.apps.picture.maps import map_block, picture
from concertation.apps.picture.pages import no_presence
from concertation.apps.sources.queries import recent_runs
from concertation.apps.sources.reporting.waiting import waiting_lines
from concertation.core.periods import Period
from concertation.core.sharing import Mandate
from concertation.site.blocks import language
from concertation.site.templatetags.words import people

RECENT = 5


def sentence(held: Sequence[DecisionInView]) -> str:
    """The AES in one sentence with figures."""
    measures = {measure.code: measure for view in held for measure in view.measures}
    measured = sum(bool(view.measures) for view in held)
    told = ngettext("%(count)s des 8 décisions a une mesure vivante", "%(count)s des 8 décisions ont une mesure vivante", measured) % {"count": measured}
    food = measures.get("phase3plus")
    if food is None or food.on is None:
        return f"{told}."
    need = _("%(value)s personnes en phase 3 ou pire au Burkina Faso, au Mali, au Niger et au Togo (%(season)s)") % {
        "value": people(food.value), "season": Period(food.since or food.on, food.on).in_words(language()),
    }
    return _("%(need)s ; %(told)s.") % {"need": need, "told": told}


def joint_map(mandates: Sequence[Mandate]) -> Mapping[str, object]:
    """The four States on one map: the situation as it opens."""
    shown = situation.read(mandates, QueryDict(""), today=timezone.localdate())
    readers = frozenset(state for state in shown.chosen.states if shown.whole(state))
    drawn = picture(shown.scenes, shown.chosen.measure, shown.ground, readers=readers)
    taken = [(WORDS.get(each, each.upper()), f"{reverse('situation')}?format={each}") for each in DRAWINGS if drawn.rows]
    return {**map_block(drawn, more_url=reverse("situation")), "exports": taken}


@require_GET
def home(request: ReaderRequest) -> HttpResponse:
    """What the ministers decided, and where it stands."""
    held = decisions(request.mandates)
    if request.GET.get("table") == "decisions" and (wanted := request.GET.get("format", "")):
        return table_file(taken_decisions(held), wanted, on=timezone.localdate())
    recent, waiting = recent_runs(request.mandates, most=RECENT) if request.mandates else ([], 0)
    context = {
        "decisions": [in_words(view) for view in held], "sentence": sentence(held), "recent": recent,
        "waiting": waiting,
        "periods": waiting_lines(request.mandates, timezone.localdate()),
        "has_presence": any(measure.code.startswith("reporting") for view in held for measure in view.measures),
        "no_presence": no_presence(request), "exports": links("", "decisions"), "map": joint_map(request.mandates),
    }
    return render(request, "site/home.html", context)
