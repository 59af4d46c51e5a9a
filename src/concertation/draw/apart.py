"""The engines that draw run in processes apart: they start when a drawing is first asked for and end when none was for a while.

Together the engines hold some 200 MB, and what one has held it never gives back; a process that ends does. One that fails takes no page with it.
"""

import atexit
import json
import os
import subprocess
import sys
from pathlib import Path
from threading import Lock

from concertation.draw.engines import ANSWER, LENGTH

SOURCES = Path(__file__).resolve().parents[2]
IDLE_SECONDS, LONGEST_SECONDS = 60.0, 60.0
Process = subprocess.Popen[bytes]
Answer = tuple[bool, bytes]


class NotDrawn(RuntimeError):
    """The process that draws ended without an answer: it was killed, or was at one drawing for too long."""


class Engines:
    """One process apart, started again whenever it has ended; asked one thing after another, by any thread."""

    def __init__(self, *, idle_seconds: float = IDLE_SECONDS, longest_seconds: float = LONGEST_SECONDS, once: bool = False) -> None:
        """`once`: a new process each time, for an engine that leaves much behind and starts quickly."""
        self.limits, self.once = (idle_seconds, longest_seconds), once
        self.lock = Lock()
        self.process: Process | None = None
        atexit.register(self.end)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.forget)

    def forget(self) -> None:
        """Know of no process: in a fork it is the parent's."""
        self.lock, self.process = Lock(), None

    def ask(self, work: str, **told: object) -> bytes:
        """What a work of the engines made. Raises ValueError in their words when it cannot be made of this, NotDrawn when they ended."""
        question = json.dumps({"work": work, **told}).encode()
        with self.lock:
            stays = False
            try:
                went_well, made = self.answer(question)
                stays = not self.once
            finally:
                if not stays:
                    self.end()
        if not went_well:
            raise ValueError(made.decode())
        return made

    def answer(self, question: bytes) -> Answer:
        """The answer of the process that waits, of a new one when it has ended meanwhile."""
        if self.process:
            try:
                return answer_of(self.process, question)
            except NotDrawn:
                self.end()
        self.process = started(*self.limits)
        return answer_of(self.process, question)

    def end(self) -> None:
        """Let the process go."""
        process, self.process = self.process, None
        if process:
            process.kill()
            process.communicate()


def started(*limits: float) -> Process:
    """A new process of the engines, with our sources and nothing secret of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CONCERTATION_")}
    command = [sys.executable, "-m", "concertation.draw.engines", *map(str, limits)]
    return subprocess.Popen(command, env={**kept, "PYTHONPATH": str(SOURCES), "PYTHONUTF8": "1", "RUST_BACKTRACE": "0"}, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def answer_of(process: Process, question: bytes) -> Answer:
    """What a process answers. Raises NotDrawn when it has ended."""
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(LENGTH.pack(len(question)) + question)
        process.stdin.flush()
    except BrokenPipeError:
        raise NotDrawn from None
    head = process.stdout.read(ANSWER.size)
    if len(head) < ANSWER.size:
        raise NotDrawn
    went_well, length = ANSWER.unpack(head)
    made = process.stdout.read(length)
    if len(made) < length:
        raise NotDrawn
    return went_well, made


drawings, typesetter = Engines(), Engines(once=True)
