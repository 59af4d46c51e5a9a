"""The demonstration of nodes on one machine plays to its end: keys, a release, its taking, its withdrawal, receipts."""

import json
from pathlib import Path

from separate_node import SeparateNode


def test_nodes_on_one_machine_release_take_and_withdraw(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    ended = SeparateNode(home).run("node", "demo", str(tmp_path / "demo"), "--states", "TGO,NER", "--json", seconds=900)
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)

    assert {state: len(roots) for state, roots in told["fingerprints"].items()} == {"TGO": 3, "NER": 3, "AES": 3}
    assert told["taken"]["AES"] == {"NER 1": "taken", "TGO 1": "taken"}
    assert told["before"]["TGO"]["NER"] == told["before"]["AES"]["NER"] == told["before"]["NER"]["NER"] > 5
    assert told["after"]["TGO"].get("NER", 0) == told["after"]["AES"].get("NER", 0) == 0
    assert told["after"]["AES"]["TGO"] == told["before"]["AES"]["TGO"] > 5
    assert sorted((each["node"], each["act"]) for each in told["receipts"]) == [("AES", "purged"), ("AES", "taken"), ("TGO", "purged"), ("TGO", "taken")]
