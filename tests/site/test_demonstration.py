"""The demonstration of nodes on one machine plays to its end: keys, a release, its taking, its withdrawal, receipts."""

import json
from pathlib import Path

import pytest

from separate_node import SeparateNode

pytestmark = pytest.mark.sqlite  # each of its nodes is a folder with a file of its own


def test_nodes_on_one_machine_release_take_and_withdraw(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    ended = SeparateNode(home).run("node", "demo", str(tmp_path / "demo"), "--states", "TGO", "--json", seconds=900)
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)

    assert {state: len(roots) for state, roots in told["fingerprints"].items()} == {"TGO": 3, "AES": 3}
    assert told["taken"] == {"TGO": {"TGO 1": "held"}, "AES": {"TGO 1": "taken"}}
    assert told["before"]["AES"]["TGO"] == told["before"]["TGO"]["TGO"] > 5
    assert told["after"]["AES"].get("TGO", 0) == 0
    assert sorted((each["node"], each["act"]) for each in told["receipts"]) == [("AES", "purged"), ("AES", "taken")]
