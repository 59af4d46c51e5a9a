"""A paper as PDF/A-2a: tagged, in its language, its fonts within; the same paper gives the same bytes.

The typesetter is given nothing but the words: it reads no file and reaches no other host.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from concertation.draw.apart import typesetter
from concertation.draw.paper import Paper, Part, kind_of

TEMPLATE = Path(__file__).with_name("paper.typ")


@lru_cache(maxsize=16)
def paper_pdf(papers: tuple[Paper, ...]) -> bytes:
    """One paper, or the paper in several languages one after the other."""
    inputs = {"papers": json.dumps([told(each) for each in papers], ensure_ascii=False)}
    moment = int(datetime.fromisoformat(papers[0].on).replace(tzinfo=UTC).timestamp())
    return typesetter.ask("pages", template=str(TEMPLATE), inputs=inputs, tries=[{}], pages=None, moment=moment)


def told(paper: Paper) -> Mapping[str, object]:
    """A paper as plain values, each part with its kind."""
    return {
        "language": paper.language, "title": paper.title, "on": paper.on, "words": asdict(paper.words), "lead": paper.lead, "wide": paper.wide,
        "parts": [part_told(part) for part in paper.parts],
    }  # fmt: skip


def part_told(part: Part) -> Mapping[str, object]:
    """One part with its kind.

    >>> part_told("Décisions")
    {'kind': 'heading', 'words': 'Décisions'}
    """
    return {"kind": "heading", "words": part} if isinstance(part, str) else {"kind": kind_of(part), **asdict(part)}
