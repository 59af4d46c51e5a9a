"""An unchanged answer to a program is told from the node's stamp, before any row is read.

An ETag has two parts. The first is made of what an answer depends on: the address, the form and language asked for, the day, the
reader and their mandates, the programme itself, and the stamp under which pages are kept (every act on the node moves it, see
`picture.queries.node_stamp`). Where it is still the reader's, the answer is 304 without a row read. The second is of the content:
after an act that changed nothing here the rows are read, and not sent again.

Answers that move without an act (search, imports under way, the reader itself) have the second part alone; so has the picture, whose
twelve questions leave none for the stamp.
"""

from collections.abc import Iterable
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.http import parse_etags

from concertation.apps.access.bearers import Bearer
from concertation.apps.picture.queries import node_stamp
from concertation.site.context import VERSION

STAMPED = frozenset({
    "states", "divisions", "units", "organisations", "sources", "sectors", "concepts", "figures", "figure", "activities", "plan_money", "money_flows", "decisions", "alerts", "alert_responses", "disaster_bulletins",
    "hapi_admin1", "hapi_admin2", "hapi_humanitarian_needs", "hapi_food_security", "hapi_idps", "hapi_refugees", "hapi_population", "hapi_operational_presence",
})  # fmt: skip
LENGTH, BETWEEN = 24, "-"


class Unchanged(Exception):  # noqa: N818  (an answer, not an error)
    """The reader holds this answer already, under this mark."""

    def __init__(self, mark: str) -> None:
        super().__init__(mark)
        self.mark = mark

    def answer(self) -> HttpResponse:
        """304, without content."""
        return HttpResponse(status=304, headers={"ETag": self.mark})


@cache
def programme() -> tuple[object, ...]:
    """Which programme answers: a new version may write the same rows otherwise."""
    package = settings.ROOT / "src" / "concertation"
    written = [path.stat().st_mtime_ns for kind in ("*.py", "*.csv", "*.mo") for path in package.rglob(kind)]
    return VERSION, len(written), max(written)


def held_marks(request: HttpRequest) -> set[str]:
    """The marks under which a reader says it holds an answer, whether weak or strong."""
    return {mark.removeprefix("W/").strip('"') for mark in parse_etags(request.headers.get("If-None-Match", ""))}


def stamp_request(request: HttpRequest, bearer: Bearer) -> None:
    """Attach to a request the stamp its answer will carry. Raises Unchanged where the reader holds the answer under it. One query."""
    match = request.resolver_match
    if match is None or match.url_name not in STAMPED:
        return
    mandates = tuple(sorted((held.role.value, held.state, held.organisation) for held in bearer.mandates))
    key = (
        request.get_full_path(), request.headers.get("Accept", ""), translation.get_language(), timezone.localdate().isoformat(), bearer.audience, mandates, programme(), node_stamp(),
    )  # fmt: skip
    stamp = salted_hmac("concertation.site.api_stamps", repr(key), algorithm="sha256").hexdigest()[:LENGTH]
    held = next((mark for mark in sorted(held_marks(request)) if mark.startswith(stamp + BETWEEN)), None)
    if held is not None:
        raise Unchanged(f'W/"{held}"')
    request.stamp = stamp  # type: ignore[attr-defined]


def mark_of(request: HttpRequest, content: str) -> str:
    """The mark of an answer whose content has this digest."""
    return BETWEEN.join(filter(None, (getattr(request, "stamp", ""), content)))


def is_held(held: Iterable[str], content: str) -> bool:
    """Whether a reader holds this very content, under whatever stamp.

    >>> is_held(["aa-cc"], "cc"), is_held(["cc"], "cc"), is_held(["*"], "cc"), is_held(["cc-aa"], "cc")
    (True, True, True, False)
    """
    return any(mark == "*" or mark.rpartition(BETWEEN)[2] == content for mark in held)
