"""Several nodes on one machine, each in a folder of its own, that make themselves known, release, take and withdraw, as they would apart.

Every step is a command a person could type; a node's commands run in a process of its own, with its own database. The figures are those of
the reference set. Each process has a time within which it ends, so the whole does too.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

STATES, REGION = ("BFA", "MLI", "NER", "TGO"), "AES"
SECTOR, CONCEPT = "FSC", "phase3plus"
SECONDS = 600.0
AT_ONCE = 2
COMMANDS = """
import json, sys, django
from concertation.site.starting import loading
with loading():
    django.setup()
    from concertation.cli import app
for arguments in json.loads(sys.argv[1]):
    try:
        app(arguments, prog_name="./run")
    except SystemExit as ended:
        if ended.code:
            raise
    sys.stdout.write("\\0")
"""
Step = Callable[[str], None]


class Failed(RuntimeError):
    """A command of the demonstration did not do what it should; says which, on which node, and what it said."""


@dataclass(frozen=True, slots=True)
class Node:
    """A node in its folder."""

    state: str
    home: Path

    def run(self, *commands: Sequence[str]) -> list[Any]:
        """Run commands one after another; gives back the JSON of each that answers in JSON. Raises Failed."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CONCERTATION_")}
        surroundings = {**kept, "CONCERTATION_HOME": str(self.home), "PYTHONPATH": str(settings.ROOT / "src"), "DJANGO_SETTINGS_MODULE": "concertation.site.settings", "PYTHONUTF8": "1"}
        told = json.dumps([list(each) for each in commands])
        try:
            ended = subprocess.run([sys.executable, "-c", COMMANDS, told], env=surroundings, capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            raise Failed(f"{self.state}: {commands[0]}: > {SECONDS:.0f} s") from None
        if ended.returncode:
            raise Failed(f"{self.state}: {commands}: {(ended.stderr or ended.stdout)[-2000:]}")
        return [json.loads(line) for line in ended.stdout.split("\0") if line.strip()]


@dataclass(slots=True)
class Seen:
    """What the demonstration showed: fingerprints for the minutes, what each node took, what it sees before and after the withdrawal."""

    fingerprints: dict[str, list[str]] = field(default_factory=dict)
    taken: dict[str, dict[str, str]] = field(default_factory=dict)
    before: dict[str, dict[str, int]] = field(default_factory=dict)
    after: dict[str, dict[str, int]] = field(default_factory=dict)
    receipts: list[dict[str, object]] = field(default_factory=list)
    withdrawn: str = ""


def play(folder: Path, states: Sequence[str], step: Step) -> Seen:
    """Play the whole in a folder; `step` is told what begins. Raises Failed, FileExistsError where the folder holds something."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(folder)
    seen, nodes = Seen(withdrawn=states[-1]), {state: Node(state, folder / state.lower()) for state in (*states, REGION)}
    step("nodes")
    lay(list(nodes.values()))
    step("keys")
    meet(nodes, folder, seen)
    step("releases")
    stick = folder / "stick"
    together(nodes[state].run for state in states)(release_of(stick, "1", ["release", "make", "--recipients", "*", "--sector", SECTOR, "--concept", CONCEPT, "--share", "public", "--json"]))
    step("pull")
    seen.taken, seen.before, _listed = pulled(nodes, stick, folder / "receipts")
    step("withdrawal")
    nodes[seen.withdrawn].run(*release_of(stick, "2", ["release", "withdraw", "1", "--json"]))
    _taken, seen.after, listed = pulled(nodes, stick, folder / "receipts")
    step("receipts")
    sent = [str(path) for path in sorted((folder / "receipts").iterdir()) if not path.name.startswith(seen.withdrawn.lower())]
    digest = first_of(seen.withdrawn, listed[seen.withdrawn])["digest"]
    of_it = [path for path in sent if json.loads(Path(path).read_bytes())["release"] == digest]
    seen.receipts = first_of(seen.withdrawn, nodes[seen.withdrawn].run(["release", "receipts", *of_it], ["release", "list", "--json"])[-1])["receipts"]
    return seen


def first_of(state: str, listed: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The first release of a State among those a node lists."""
    return next(each for each in listed if each["node"] == state and each["sequence"] == 1)


def together(runs: Iterable[Callable[..., list[Any]]]) -> Callable[[Sequence[Sequence[str]]], list[list[Any]]]:
    """The same commands on several nodes, a few at once."""
    held = list(runs)

    def run_all(commands: Sequence[Sequence[str]]) -> list[list[Any]]:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(lambda run: run(*commands), held))

    return run_all


def lay(nodes: Sequence[Node]) -> None:
    """A database with the reference set for each: made once, copied; each its own secret."""
    first = nodes[0]
    first.home.mkdir(mode=0o700)
    first.run(["decisions", "list", "--json"])
    (first.home / "secret-key").unlink(missing_ok=True)
    for each in nodes[1:]:
        shutil.copytree(first.home, each.home)
        each.home.chmod(0o700)


def meet(nodes: Mapping[str, Node], folder: Path, seen: Seen) -> None:
    """Each makes its keys; fingerprints go into the minutes, and everybody compares two roots of everybody else."""
    (folder / "keys").mkdir()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        made = list(pool.map(lambda each: each.run(["node", "init", "--state", each.state, "--to", str(keys_of(folder, each.state)), "--json"])[-1], nodes.values()))
    seen.fingerprints = {state: [line["fingerprint"] for line in lines if line["role"] == "root"] for state, lines in zip(nodes, made, strict=True)}

    def believe(each: Node) -> None:
        each.run(*([
            "node", "trust", str(keys_of(folder, other)), "--fingerprint", seen.fingerprints[other][0], "--fingerprint", seen.fingerprints[other][1],
        ] for other in nodes if other != each.state))  # fmt: skip

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(believe, nodes.values()))


def keys_of(folder: Path, state: str) -> Path:
    """The file of a node's public keys."""
    return folder / "keys" / f"{state.lower()}.json"


def release_of(stick: Path, number: str, make: Sequence[str]) -> list[list[str]]:
    """Make a release or its withdrawal, sign it twice and put it on the stick."""
    return [list(make), ["release", "sign", number, "--role", "data-manager"], ["release", "sign", number, "--role", "release-authority"], ["release", "publish", number, "--to", str(stick)]]


def pulled(nodes: Mapping[str, Node], stick: Path, receipts: Path) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, int]], dict[str, list[dict[str, Any]]]]:
    """What every node does with what is on the stick, how many cells of each State it holds then, and what it lists."""
    told = together(each.run for each in nodes.values())([["pull", str(stick), "--yes", "--receipts", str(receipts), "--json"], ["release", "list", "--json"]])
    taken, held = {}, {}
    for state, (came, listed) in zip(nodes, told, strict=True):
        taken[state] = {f"{each['note']['node']} {each['note']['sequence']}": each["done"] for each in came}
        held[state] = {name: sum(each["rows"] for each in listed if each["node"] == name and each["standing"] in ("published", "received")) for name in dict.fromkeys(each["node"] for each in listed)}
    return taken, held, {state: listed for state, (_came, listed) in zip(nodes, told, strict=True)}
