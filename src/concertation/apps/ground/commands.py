"""Writing the journal: one hash chain per State, added to as the last act of a transaction, never changed."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from concertation.apps.ground.chain import canonical, digest_of
from concertation.apps.ground.models import JournalHead, JournalLine
from concertation.core.sharing import Mandate

FRAMEWORK = "AES"


@transaction.atomic
def journal(
    act: str,
    by: Mandate,
    *,
    state: str = FRAMEWORK,
    unit: str = "",
    period: str = "",
    at: datetime | None = None,
    **facts: object,
) -> JournalLine:
    """Add one line to a State's chain inside the caller's transaction; facts must carry no personal value."""
    JournalHead.objects.get_or_create(chain=state)
    head = JournalHead.objects.select_for_update().get(chain=state)
    line = JournalLine(
        chain=state, sequence=head.sequence + 1, at=at or timezone.now(), actor=by.person, mandate=str(by), act=act,
        unit=unit, period=period, facts=canonical(facts), previous_digest=head.digest,
    )
    line.digest = digest_of(line)
    line.save(force_insert=True)
    head.sequence, head.digest = line.sequence, line.digest
    head.save()
    return line
