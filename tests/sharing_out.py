"""How tests are shared out among workers: a file goes whole to one of them, so that what it prepares is prepared once.

Nodes of their own and browsers come first: they last longest, and what comes last should fill small gaps. The two files that walk one laid
node go to one worker together. Tests that empty the database of their worker stay last, where pytest-django put them.
"""

from collections.abc import Iterable
from itertools import groupby

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

OF_ONE_NODE = {"tests/browser/test_without_scripts.py": "tests/browser/test_accessible.py"}
LONGEST_FIRST = ("tests/browser/", "tests/site/", "tests/faults/", "tests/acceptance/")
OF_A_DATABASE = {"db", "transactional_db", "live_server"}


def unit_of(nodeid: str) -> str:
    """The file whose worker a test goes to.

    >>> unit_of("tests/core/test_names.py::test_a_name[1]")
    'tests/core/test_names.py'
    """
    file = nodeid.partition("::")[0]
    return OF_ONE_NODE.get(file, file)


def has_a_database(item: pytest.Item) -> bool:
    """Whether a test works in the database of its worker."""
    return item.get_closest_marker("django_db") is not None or bool(OF_A_DATABASE & set(getattr(item, "fixturenames", ())))


def longest_first(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The tests in the order they are shared out: those of nodes of their own by file, then all others as they came."""

    def place(item: pytest.Item) -> tuple[int, str]:
        unit = unit_of(item.nodeid)
        early = unit.startswith(LONGEST_FIRST) and not has_a_database(item)
        return (LONGEST_FIRST.index(next(each for each in LONGEST_FIRST if unit.startswith(each))), unit) if early else (len(LONGEST_FIRST), "")

    return sorted(items, key=place)


class WholeFiles(LoadScopeScheduling):
    """Tests that stand one after the other in one file go to one worker, file by file in the order they came."""

    def add_node_collection(self, node: WorkerController, collection: list[str]) -> None:
        """Take in the tests a worker found."""
        self.units = {nodeid: f"{number} {unit}" for number, (unit, run) in enumerate(groupby(collection, unit_of)) for nodeid in run}
        super().add_node_collection(node, collection)

    def _split_scope(self, nodeid: str) -> str:
        return self.units[nodeid]
