"""What can be found follows the journal: every act about a subject with things to be found asks for a refresh once it is written.

The act stands whether or not the refresh could be asked for: the next one, or the next start, brings the index up to the journal.
"""

from functools import partial
from typing import Any

from django.db import transaction

from concertation.apps.ground.models import JournalLine
from concertation.apps.search import commands
from concertation.apps.search.jobs import refresh_chain
from concertation.apps.search.kinds import KINDS
from concertation.apps.search.queries import subjects


def follow(sender: object, instance: JournalLine, **_: Any) -> None:
    """A line was added to the journal, inside the act's own transaction."""
    if any(instance.act in kind.narrowing for kind in KINDS.values()):
        commands.withhold(instance)
    if instance.act.partition(".")[0] in subjects():
        transaction.on_commit(partial(refresh_chain.enqueue, instance.chain), robust=True)
