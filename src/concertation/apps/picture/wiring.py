"""The picture follows every import and every answer: a State's summaries are made anew after them."""

from concertation.apps.picture.jobs import refresh_state
from concertation.apps.sources import imports


def follow(state: str) -> None:
    """Ask the worker to bring a State's summaries up to its journal."""
    refresh_state.enqueue(state)


imports.register_follow_up(follow)
