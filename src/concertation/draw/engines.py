"""The engines that draw charts, turn drawings into pictures and set pages in type, run as a process apart (`draw.apart`).

It is asked in JSON on its standard input, each question after its length, and answers on its standard output: how it went, the length, the
bytes. Asked nothing for a while, left by whoever asked, or at one drawing for too long, it ends. An engine is loaded when it is first needed.
"""

import json
import os
import signal
import struct
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from threading import Timer
from typing import Any, BinaryIO

LENGTH, ANSWER = struct.Struct(">Q"), struct.Struct(">?Q")
Told = Mapping[str, Any]


def chart(told: Told) -> bytes:
    """The SVG of a Vega-Lite specification; nothing is fetched."""
    drawn: str = import_module("vl_convert").vegalite_to_svg(told["spec"], format_locale=told["numbers"], time_format_locale=told["months"], allowed_base_urls=[])
    return drawn.encode()


def picture(told: Told) -> bytes:
    """The PNG of an SVG."""
    return bytes(import_module("vl_convert").svg_to_png(told["svg"], scale=told["scale"]))


def pages(told: Told) -> bytes:
    """A template set in type as PDF/A-2a: with the first of several tries that makes the number of pages asked for, where one is; nothing when none does.

    The typesetter comes with its own fonts, reads no file but the template and reaches no other host.
    """
    typeset, template = import_module("typst").Compiler, Path(told["template"])
    for tried in told["tries"]:
        compiler = typeset(str(template), root=str(template.parent), sys_inputs={**told["inputs"], **tried}, ignore_system_fonts=True)
        if told["pages"] is None or int(json.loads(compiler.query("<end>", field="value", one=True))) == told["pages"]:
            made = compiler.compile(format="pdf", pdf_standards=["a-2a"], timestamp=told["moment"])
            return made if isinstance(made, bytes) else b""
    return b""


WORKS: Mapping[str, Callable[[Told], bytes]] = {"chart": chart, "picture": picture, "pages": pages}


def answer(question: bytes) -> tuple[bool, bytes]:
    """Whether the work went well, and what it made; else what is wrong, in the engine's words."""
    told = json.loads(question)
    try:
        return True, WORKS[told["work"]](told)
    except (ValueError, TypeError, RuntimeError) as wrong:
        return False, str(wrong).encode()


@contextmanager
def ended_after(seconds: float) -> Iterator[None]:
    """The system ends this process where a work lasts longer, whatever its engine is at; where the system has no such alarm, nothing does."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, seconds)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)


def serve(asked: BinaryIO, answers: BinaryIO, idle_seconds: float, longest_seconds: float) -> None:
    """Answer one question after another."""
    while True:
        idle = Timer(idle_seconds, os._exit, [0])
        idle.daemon = True
        idle.start()
        head = asked.read(LENGTH.size)
        idle.cancel()
        if len(head) < LENGTH.size:
            return
        with ended_after(longest_seconds):
            went_well, made = answer(asked.read(*LENGTH.unpack(head)))
        answers.write(ANSWER.pack(went_well, len(made)) + made)
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer, *map(float, sys.argv[1:]))
