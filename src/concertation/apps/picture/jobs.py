"""Long work of the picture, done by the worker."""

from django_tasks import task

from concertation.apps.picture import commands
from concertation.apps.picture.queries import stale_states


@task()
def refresh_state(state: str) -> None:
    """Make a State's summaries anew, unless another refresh already brought them up to its journal."""
    if stale_states([state]):
        commands.refresh(state)
