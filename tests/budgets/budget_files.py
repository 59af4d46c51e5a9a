"""Budgets as files beside the tests: what each page cost when it was last looked at, so that a change shows as a difference.

`CONCERTATION_WRITE_BUDGETS=1` writes them anew; a page that is not in a file yet is held to the limit alone.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
WRITES = os.environ.get("CONCERTATION_WRITE_BUDGETS") == "1"
SECTION = "every address"


def compare(name: str, found: Mapping[str, Any], *, section: str = SECTION) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """What was found and what the file says, for the pages that both know; the file is written first when asked."""
    path = FOLDER / f"{name}.json"
    kept = json.loads(path.read_text("utf-8")) if path.exists() else {}
    if WRITES:
        kept[section] = found
        path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")
    before = kept[section]
    both = [page for page in found if page in before]
    assert both, f"{name}.json names no page that exists"
    return {page: found[page] for page in both}, {page: before[page] for page in both}
