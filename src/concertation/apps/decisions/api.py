"""The decisions for programs, the same as on the terminal."""

from ninja import Query, Router

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.decisions.queries import listing
from concertation.apps.decisions.shapes import DecisionsTold
from concertation.apps.ground.answers import Asked

router = Router(tags=["decisions"])


@router.get("/decisions", response=DecisionsTold)
def decisions(request: ReaderRequest, asked: Query[Asked]) -> dict[str, object]:
    """The eight decisions, with what is measured of each as the reader may see it."""
    return {"decisions": listing(request.mandates)}
