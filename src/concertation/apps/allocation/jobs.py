"""Long work of allocation, done by the worker: solving a scenario, working out the value of flexibility of its money."""

from uuid import UUID

from django_tasks import task

from concertation.apps.allocation import queries, solving
from concertation.core.sharing import Mandate, Role
from concertation.core.sharing.visibility import FRAMEWORK


def analyst(person: str) -> Mandate:
    """The mandate under which the person who asked acts."""
    return Mandate(person=person, role=Role.ANALYST, state=FRAMEWORK)


@task()
def solve_scenario(scenario_id: str, person: str) -> None:
    """Solve a scenario; a second call for one that is solved changes nothing."""
    solving.solve(queries.scenario_at_work(UUID(scenario_id)), by=analyst(person))


@task()
def value_flexibility(scenario_id: str, person: str) -> None:
    """Work out the value of flexibility of a solved scenario's money."""
    solving.value_flexibility(queries.scenario_at_work(UUID(scenario_id)), by=analyst(person))
