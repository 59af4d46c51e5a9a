"""What a file under review would replace, and what that would change, as its page shows it before anybody accepts."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from concertation.apps.places.queries import units_held
from concertation.apps.sources import queries
from concertation.apps.sources.imports import corrected_in
from concertation.apps.sources.models import ImportRun
from concertation.core.figures import number_in_words
from concertation.core.sharing import Mandate
from concertation.formats import reference_set

LABELS: Mapping[str, Any] = {
    "targeted": gettext_lazy("ciblées"), "reached": gettext_lazy("atteintes"), "beneficiaries": gettext_lazy("bénéficiaires"), "value": gettext_lazy("valeur"),
}  # fmt: skip
NAMED_BY = ("org_written", "concept", "sector", "activity", "group")


@cache
def sector_names(language: str) -> dict[str, str]:
    """The name of each sector in a language."""
    return dict(reference_set.read("sectors").select("sector", f"name_{language}").iter_rows())


def shown(mandates: Sequence[Mandate], run: ImportRun, summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The imports a file may correct, those the reader may see and that still count, each with what would change."""
    told = corrected_in(summary)
    if not told or run.status != "previewed":
        return []
    held = {str(each.pk): each for each in queries.runs(mandates).filter(pk__in=[each["run"] for each in told], status="stored")}
    units = units_held(line["unit"] for each in told for name in ("first_added", "first_removed", "first_changed") for line in each[name])
    names = {key: unit.name for key, unit in units.items()}
    return [{**each, "earlier": held[each["run"]], **lines_of(each, names)} for each in told if each["run"] in held]


def lines_of(told: Mapping[str, Any], units: Mapping[str, str]) -> dict[str, Any]:
    """The first rows that come, go and change, and the rows by sector on both sides, in words."""
    return {
        "coming": [words_of(line, units) for line in told["first_added"]], "going": [words_of(line, units) for line in told["first_removed"]],
        "changing": [{"row": words_of(line, units), "numbers": numbers_of(line)} for line in told["first_changed"]],
        "groups": [{**each, "name": group_name(each)} for each in told["totals"] if each["before"] != each["after"]],
    }  # fmt: skip


def words_of(line: Mapping[str, Any], units: Mapping[str, str]) -> str:
    """A row in a line: who or what, in which sector, where."""
    named = [in_words(name, str(line[name])) for name in NAMED_BY if line.get(name) not in (None, "", "all", "ALL")]
    return " · ".join([*(part[:80] for part in named), units.get(str(line.get("unit")), str(line.get("unit") or "–"))])


def in_words(name: str, value: str) -> str:
    """One part of a row: a sector by its name, anything else as it stands."""
    language = "en" if get_language() == "en" else "fr"
    return sector_names(language).get(value, value) if name == "sector" else value


def numbers_of(line: Mapping[str, Any]) -> list[str]:
    """The numbers of a changed row: what each was and what it would be."""
    language: Any = "en" if get_language() == "en" else "fr"
    changed = [(label, line[name]) for name, label in LABELS.items() if isinstance(line.get(name), Mapping)]
    return [_("%(label)s : %(before)s → %(after)s") % {"label": label, "before": number_in_words(pair["before"], language), "after": number_in_words(pair["after"], language)} for label, pair in changed]


def group_name(total: Mapping[str, Any]) -> str:
    """What a line of totals is about: a sector, or a measure."""
    value = next((each for name, each in total.items() if name not in ("before", "after")), "")
    return in_words("sector", str(value or "")) or _("secteur non précisé")
