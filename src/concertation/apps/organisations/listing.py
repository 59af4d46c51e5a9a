"""The register as its page lists it: what the reader asked for, the order, one page of lines with where each organisation is active."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from concertation.apps.ground.downloads import language
from concertation.apps.organisations import queries
from concertation.apps.organisations.models import Organisation
from concertation.apps.organisations.words import TYPES, full_name, type_words
from concertation.core.sharing import Mandate
from concertation.formats import reference_set

PAGE_LINES = 50
ORDERS = {"name": ("sort_key", "slug"), "type": ("org_type", "sort_key", "slug"), "ways": ("ways", "sort_key", "slug")}
COUNTED = "activities"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader asked of the register; a word nobody knows is as good as none."""

    search: str
    org_type: str
    state: str
    sort: str

    @classmethod
    def of(cls, query: QueryDict) -> "Asked":
        """Read the address."""
        search, org_type, state, sort = (query.get(name, "").strip()[:120] for name in ("q", "type", "state", "sort"))
        known = {*TYPES, queries.UNSTATED} - {""}
        return cls(
            search=search, org_type=org_type if org_type in known else "", state=state if state in state_names() else "",
            sort=sort if sort.removeprefix("-") in {*ORDERS, COUNTED} else "name",
        )  # fmt: skip

    @property
    def is_narrowed(self) -> bool:
        """Whether anything was asked for."""
        return bool(self.search or self.org_type or self.state)


def state_names() -> Mapping[str, str]:
    """The States of the framework in the reader's language."""
    return _state_names("name_en" if get_language() == "en" else "name_fr")


@lru_cache(maxsize=2)
def _state_names(name: str) -> Mapping[str, str]:
    return dict(reference_set.read("states").select("iso3", name).iter_rows())


def found(mandates: Sequence[Mandate], asked: Asked) -> list[Organisation]:
    """The organisations asked for, in the order asked for."""
    listed = queries.register(mandates, search=asked.search, org_type=asked.org_type, state=asked.state)
    key, descending = asked.sort.removeprefix("-"), asked.sort.startswith("-")
    if key == COUNTED:
        declared = queries.declared(mandates, ())
        return sorted(listed, key=lambda each: sum(declared.get(each.pk, {}).values()), reverse=descending)
    ordered = listed.order_by(*(f"-{name}" if descending and place == 0 else name for place, name in enumerate(ORDERS[key])))
    return list(ordered)


def page_of(listed: Sequence[Organisation], wanted: str) -> Page[Organisation]:
    """One page of the lines; a page that does not exist is the last one."""
    return Paginator(listed, PAGE_LINES).get_page(wanted)


def table(page: Page[Organisation], declared: Mapping[UUID, Mapping[str, int]], asked: Asked) -> dict[str, object]:
    """The lines of a page as a table."""
    return {
        "id": "organisations", "caption": _("Registre des organisations"), "sort": asked.sort, "exports": ["csv", "xlsx", "hxl"], "page": page,
        "columns": [
            {"key": "name", "label": _("Organisation")}, {"key": "type", "label": _("Type")},
            {"key": "ways", "label": _("Écritures"), "numeric": True},
            {"key": "states", "label": _("États où une activité est déclarée"), "sortable": False},
            {"key": COUNTED, "label": _("Activités"), "numeric": True},
        ],
        "rows": [_cells(each, declared.get(each.pk, {})) for each in page], "unfiltered": True,
        "note": _("États et activités : ce que vous pouvez voir. Une organisation sans activité ici peut en avoir que leur détenteur n'a pas ouvertes."),
        "empty": {"title": _("Aucune organisation ne répond à ce choix"), "text": _("Cherchez une partie du nom, du sigle ou d'une écriture, sans vous soucier des accents.")},
    }  # fmt: skip


def _cells(each: Organisation, states: Mapping[str, int]) -> dict[str, object]:
    names = state_names()
    return {
        "name": {"text": str(each), "url": reverse("organisation", args=[each.slug]), "note": full_name(each, language()) if each.acronym else ""},
        "type": type_words(each.org_type), "ways": getattr(each, "ways", 0),
        "states": ", ".join(names.get(state, state) for state in sorted(states)) or "–", COUNTED: sum(states.values()) or "–",
    }


def filters(mandates: Sequence[Mandate], asked: Asked) -> list[dict[str, object]]:
    """The choices above the table."""
    met = queries.types(mandates)
    of_types = [(code or queries.UNSTATED, type_words(code)) for code in TYPES if code in met]
    return [
        {"name": "type", "label": _("Type"), "options": [("", _("tous les types")), *of_types], "value": asked.org_type},
        {"name": "state", "label": _("Active dans"), "options": [("", _("tous les États")), *state_names().items()], "value": asked.state},
    ]
