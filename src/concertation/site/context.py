"""What the layout of every page shows: the language switch, who is signed in, and the way to each subject."""

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from concertation.core.sharing import Mandate
from concertation.core.sharing.giving import gives_at_all, journals_read

VERSION: str = tomllib.loads((settings.ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
LANGUAGE_NAMES = {"fr": "Français", "en": "English"}


DECISIONS, PLAN = "/decisions/", "/decisions/plan/"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the main menu: the words, the name of the address, whether only signed-in people see it, and which mandates open it."""

    label: str | Promise
    address: str
    signed_in: bool = False
    open_to: Callable[[Sequence[Mandate]], object] | None = None


# Two rows: what the framework decided and knows, then what its people do and look up. A group in a row is one subject; an app adds its page by adding a line here.
MENU: tuple[tuple[tuple[Entry, ...], ...], ...] = (
    (
        (Entry(_("Décisions"), "home"), Entry(_("Plan"), "plan")),
        (Entry(_("Situation"), "situation"), Entry(_("Secteurs"), "sectors"), Entry(_("Organisations"), "organisations")),
        (Entry(_("Financements"), "funding"), Entry(_("Promesses"), "mobilisation"), Entry(_("Allocation"), "rounds", signed_in=True)),
        (Entry(_("Action anticipée"), "frameworks"), Entry(_("Réponse rapide"), "response"), Entry(_("Leçons"), "lessons"), Entry(_("Diffusions"), "releases")),
    ),
    (
        (Entry(_("Rapports"), "reporting"), Entry(_("Mes activités"), "own-activities", signed_in=True), Entry(_("Fichiers reçus"), "imports", signed_in=True), Entry(_("Doutes à lever"), "review", signed_in=True)),
        (Entry(_("Personnes"), "people", signed_in=True, open_to=gives_at_all), Entry(_("Journal"), "journal", signed_in=True, open_to=journals_read), Entry(_("Nœuds"), "nodes", signed_in=True, open_to=journals_read)),
        (Entry(_("Lieux"), "places"), Entry(_("Sources"), "sources"), Entry(_("Aide"), "help")),
    ),
)


@dataclass(frozen=True, slots=True)
class MenuLine:
    """A menu line as the page shows it; `first` opens a group."""

    label: str
    url: str
    current: bool
    first: bool


def address_of(name: str) -> str | None:
    """The address under a name; None on a node that does not serve that subject."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def is_current(path: str, url: str) -> bool:
    """Whether the page at `path` stands under the menu's address: the home page is that of the decisions, the plan apart.

    >>> is_current("/decisions/sessions/", "/"), is_current("/decisions/plan/new/", "/"), is_current("/decisions/plan/new/", "/decisions/plan/")
    (True, False, True)
    """
    if url == "/":
        return path == url or (path.startswith(DECISIONS) and not path.startswith(PLAN))
    return path.startswith(url)


def menu(request: HttpRequest) -> list[list[MenuLine]]:
    """The rows of the main menu, each with the lines that this reader can follow."""
    return [[line for group in row for line in lines_of(group, request)] for row in MENU]


def lines_of(group: Sequence[Entry], request: HttpRequest) -> list[MenuLine]:
    """The lines of one group that this reader can follow; the first one opens the group."""
    signed_in, mandates = request.user.is_authenticated, getattr(request, "mandates", ())
    open_to_reader = [entry for entry in group if (signed_in or not entry.signed_in) and (entry.open_to is None or entry.open_to(mandates))]
    served = [(entry, url) for entry in open_to_reader if (url := address_of(entry.address))]
    return [MenuLine(str(entry.label), url, is_current(request.path, url), first=place == 0) for place, (entry, url) in enumerate(served)]


def layout(request: HttpRequest) -> dict[str, object]:
    """The other language, the address of this page in it, and the menu."""
    other = "en" if get_language() == "fr" else "fr"
    query = request.GET.copy()
    query["lang"] = other
    return {
        "other_language": other,
        "other_language_name": LANGUAGE_NAMES[other],
        "other_language_url": f"{request.path}?{query.urlencode()}",
        "product_version": VERSION,
        "menu": menu(request) if hasattr(request, "user") else [],
    }
