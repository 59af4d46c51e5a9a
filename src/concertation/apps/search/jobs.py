"""Long work of search, done by the worker."""

from django_tasks import task

from concertation.apps.search import commands
from concertation.apps.search.queries import stale_chains


@task()
def refresh_chain(chain: str) -> None:
    """Bring what can be found up to a State's journal, unless another refresh already has."""
    if chain in stale_chains():
        commands.refresh(chain)
