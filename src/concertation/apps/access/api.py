"""Who reads, and the heads of the journals they may read."""

from django.http import HttpResponse
from ninja import Query, Router

from concertation.apps.access.bearers import PER_MINUTE
from concertation.apps.access.queries import journal_heads
from concertation.apps.access.requests import ReaderRequest
from concertation.apps.access.shapes import JournalHeadRow, MandateTold, ReaderTold
from concertation.apps.ground.answers import Asked, Page, Paged, Rows, frame_of, rows_answer
from concertation.apps.ground.refusals import Refused
from concertation.core.sharing.giving import journals_read

router = Router(tags=["access"])


@router.get("/me", response=ReaderTold)
def me(request: ReaderRequest, asked: Query[Asked]) -> ReaderTold:
    """The mandates under which this very request reads."""
    token = request.token
    return ReaderTold(
        reads_as="token" if token else "session" if request.audience else "public", token=token.name if token else None,
        expires_on=token.expires_on if token else None, requests_per_minute=PER_MINUTE,
        mandates=[MandateTold(role=held.role.value, state=held.state, organisation=held.organisation) for held in request.mandates],
    )


@router.get("/journal/heads", response=Rows[JournalHeadRow])
def journal_head(request: ReaderRequest, asked: Query[Paged]) -> HttpResponse:
    """The last line of each journal the reader may read."""
    if not request.audience:
        raise Refused("api-sign-in-needed")
    if not journals_read(request.mandates):
        raise Refused("api-not-allowed")
    rows = [{"state": head.chain, "sequence": head.sequence, "digest": head.digest} for head in journal_heads(request.mandates)]
    wanted = [row for row in rows if asked.after is None or str(row["state"]) > asked.after]
    onward = ("after", str(wanted[asked.limit - 1]["state"])) if len(wanted) > asked.limit else None
    return rows_answer(request, Page(frame_of(JournalHeadRow, wanted[: asked.limit]), onward), JournalHeadRow, asked)
