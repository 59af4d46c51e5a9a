"""From an alert to what it opened, and back: the windows that fired at its place in its season, with who confirmed and which money; the alerts behind a threshold."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concertation.apps.access.words import written_mandate_words
from concertation.apps.anticipation import views
from concertation.apps.anticipation.behind import Behind
from concertation.apps.anticipation.models import Activation
from concertation.apps.anticipation.queries import FrameworkInView, Steps, in_view, opened_at
from concertation.apps.anticipation.words import CONFIRMED, state_words
from concertation.apps.ground.downloads import language
from concertation.apps.response import words
from concertation.apps.response.feeding import COUNTED, REGISTER, unit_counted
from concertation.apps.response.models import Alert
from concertation.apps.response.queries import countable
from concertation.core.anticipation.framework import Framework
from concertation.core.anticipation.readings import issue_of, season_of
from concertation.core.anticipation.watching import confirms
from concertation.core.figures import number_in_words
from concertation.core.periods import day_in_words
from concertation.core.sharing import Mandate


def natures_read(framework: Framework) -> frozenset[str]:
    """The kinds of alert a framework counts."""
    return frozenset(nature for each in framework.indicators.values() if each.source == REGISTER for nature in COUNTED.get(each.variable, ((), ""))[0])


def opened_by(mandates: Sequence[Mandate], row: Alert, asking: Iterable[FrameworkInView]) -> list[dict[str, Any]]:
    """What fired where and when an alert counts, in the frameworks that read alerts of its kind."""
    framed = {each.row.slug: each.framework for each in asking if row.nature in natures_read(each.framework)}
    places = {(slug, unit_counted(framework, row.unit_id), season_of(row.raised_on, starts=framework.season_starts)) for slug, framework in framed.items()}
    return [opened_line(mandates, each) for each in opened_at(mandates, places)] if places else []


def opened_line(mandates: Sequence[Mandate], held: Activation) -> dict[str, Any]:
    """One window that fired: where it stands, who confirmed, which money, and what the reader may do now."""
    shown, by = in_view(held.framework), confirms(mandates, held.owner_state)
    taken = Steps(tuple(sorted(held.confirmations.all(), key=lambda each: each.at)), tuple(sorted(held.reservations.all(), key=lambda each: each.place)), ())
    is_open = held.state in ("met", "certified")
    refusal = views.refusal_before(held, shown, taken, by)
    return {
        "pk": held.pk, "title": shown.framework.title.told(language()), "window": shown.framework.windows[held.window].label.told(language()), "season": held.season,
        "state": state_words(held.state), "is_open": is_open, "is_met": held.state == "met", "confirmed": [f"{CONFIRMED[each.kind]}, {written_mandate_words(each.mandate)}" for each in taken.confirmations],
        "reserved": views.reserved_total(taken.reservations), "agreed": "" if taken.reservations else views.agreed_words(shown.framework, held.window), "may_confirm": is_open and by is not None and not refusal,
        "refusal": refusal,
    }  # fmt: skip


def alerts_behind(mandates: Sequence[Mandate], held: Activation, framework: Framework) -> Behind | None:
    """The confirmed alerts whose counts passed a window's test, as the reader may see them now."""
    natures = natures_read(framework)
    if not natures:
        return None
    passed = {(each["year"], each["issue"]) for each in json.loads(bytes(held.evidence))["readings"] if each["passes"]}
    rows = [row for row in countable(mandates, natures=natures) if row.owner_state == held.owner_state and unit_counted(framework, row.unit_id) == held.unit and passed & read_at(framework, row)]
    lines = tuple((f"{row.unit.name}, {words.NATURES.get(row.nature, row.nature)}, {day_in_words(row.raised_on, language())}{_counted(row)}", reverse("alert", args=[row.pk])) for row in rows)
    return Behind(_("Alertes comptées"), lines) if lines else None


def read_at(framework: Framework, row: Alert) -> set[tuple[int, int]]:
    """The year and issue under which a framework counts an alert, for each of its rhythms."""
    rhythms = {each.every for each in framework.indicators.values() if each.source == REGISTER}
    return {(row.raised_on.isocalendar().year if every == "week" else row.raised_on.year, issue_of(every, row.raised_on)) for every in rhythms}


def _counted(row: Alert) -> str:
    if row.households is None:
        return ""
    told = ngettext("%(count)s ménage", "%(count)s ménages", row.households) % {"count": number_in_words(row.households, language())}
    return f" · {told}"
