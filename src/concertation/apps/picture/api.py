"""The joint picture for programs: the same reading as the pages and the terminal."""

from django.utils import timezone
from ninja import Query, Router

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.ground.refusals import Refused, WrongFilter
from concertation.apps.picture.queries import Asked, division_of_figures
from concertation.apps.picture.shapes import PictureAsked, PictureTold
from concertation.apps.picture.telling import picture_told
from concertation.apps.places.queries import divisions

router = Router(tags=["picture"])


@router.get("/picture", response=PictureTold)
def picture(request: ReaderRequest, asked: Query[PictureAsked]) -> dict[str, object]:
    """Needs, presence and gaps by unit."""
    held, day = [each.pk for each in divisions(asked.state)], asked.as_of or timezone.localdate()
    if not held or (asked.division and asked.division not in held):
        known = ", ".join(held) or "-"
        raise Refused("api-filter-value", detail={"names": "division"}, filters=[WrongFilter(place="query", name="division", expected_fr=known, expected_en=known)])
    division = asked.division or division_of_figures(request.mandates, asked.state, asked.sector, day)
    return picture_told(request.mandates, Asked(asked.state, asked.level, division, asked.sector, day))
