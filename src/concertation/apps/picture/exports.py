"""Taking the picture away: its maps as drawings, the outlines of its units."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import shapely
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concertation.apps.ground.drawings import CHARTS as CHARTS
from concertation.apps.ground.drawings import DRAWINGS as DRAWINGS
from concertation.apps.ground.drawings import WORDS as WORDS
from concertation.apps.ground.drawings import chart_file as chart_file
from concertation.apps.ground.drawings import drawing_file
from concertation.apps.ground.drawings import links as links
from concertation.apps.ground.drawings import with_links as with_links
from concertation.apps.needs.hapi_files import NEEDS
from concertation.apps.picture.maps import Picture, map_document, sources_words
from concertation.apps.presence.hapi_files import PRESENCE
from concertation.core.geometry import Area

WORDS.update({NEEDS: gettext_lazy("HAPI, besoins"), PRESENCE: gettext_lazy("HAPI, présence")})


def map_file(shown: Picture, wanted: str, *, on: date) -> HttpResponse:
    """The map as a document of its own."""
    sources = (sources_words(shown), shown.drawing.source if shown.drawing else "")
    return drawing_file(map_document(shown), wanted, title=shown.title, on=on, sources="\n".join(filter(None, sources)) or _("Aucun chiffre disponible."))


def geometries(shown: Picture) -> dict[str, Mapping[str, Any]]:
    """A geometry for each unit: its outline; its chief town as a point where it has none, or shares one."""
    own = {area.units[0]: area for area in (shown.drawing.sheet.areas if shown.drawing else ()) if len(area.units) == 1}
    return {
        row.unit.pk: _outline(own[row.unit.pk]) if row.unit.pk in own else {"type": "Point", "coordinates": [row.unit.longitude, row.unit.latitude]}
        for _scene, row in shown.rows if row.unit.pk in own or row.unit.longitude is not None
    }  # fmt: skip


def _outline(area: Area) -> Mapping[str, Any]:
    outline: Mapping[str, Any] = shapely.geometry.mapping(area.shape)
    return outline
