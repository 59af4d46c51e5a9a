"""What a page of the picture shows, under HAPI's column names: the need of its units, and who is declared active in them."""

from collections.abc import Collection, Sequence
from datetime import date

from django.http import HttpResponse

from concertation.apps.needs.hapi_files import NEEDS, food_security_file, needs_file
from concertation.apps.needs.hapi_reading import PHASES
from concertation.apps.needs.queries import LEADING_CONCEPT
from concertation.apps.picture.reading import Ground
from concertation.apps.presence.hapi_files import PRESENCE, presence_file
from concertation.core.concepts import INTERSECTORAL
from concertation.core.sharing import Mandate

HAPI = (NEEDS, PRESENCE)
FINEST = 2


def hapi_file(
    mandates: Sequence[Mandate], wanted: str, *, states: Sequence[str], sector: str, ground: Ground, on: date, level: int | None = None, units: Collection[str] = (),
) -> HttpResponse:
    """The table `wanted` (one of HAPI) of some States and a sector: needs (food security where that leads) at a level or of these units; presence in these units and below, the parts of the sector too."""
    if wanted == NEEDS and LEADING_CONCEPT.get(sector) in PHASES:
        return food_security_file(mandates, states=states, level=level, units=units or None, on=on)
    if wanted == NEEDS:
        return needs_file(mandates, states=states, sector=sector, level=level, units=units or None, on=on)
    return presence_file(mandates, states=states, sectors=() if sector in ("", INTERSECTORAL) else family(ground, sector), under=units, on=on)


def offered(formats: Collection[str], levels: Collection[int]) -> tuple[str, ...]:
    """These formats where HAPI's tables go as deep as these units, none of them below its second level.

    >>> offered(HAPI, [1, 2]), offered(HAPI, [3])
    (('hapi-needs', 'hapi-presence'), ())
    """
    return tuple(formats) if max(levels, default=FINEST + 1) <= FINEST else ()


def family(ground: Ground, code: str) -> list[str]:
    """A sector and its parts."""
    return [code, *(each.pk for each in ground.sectors.values() if each.parent == code)]
