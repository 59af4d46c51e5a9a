"""The ground of every budget: a node with the reference set and a few synthetic rows of every table."""

from pathlib import Path
from typing import Any

import pytest

from addresses import Ground, lay


@pytest.fixture
def ground(db: None, settings: Any, tmp_path: Path) -> Ground:
    """Every address has something to show, to nobody signed in and to a State's data manager."""
    settings.RAW_FOLDER, settings.HOME = tmp_path / "raw", tmp_path
    return lay()
