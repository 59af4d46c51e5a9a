"""How a line of the journal is sealed: its digest covers the previous line's digest and every field of its own."""

import hashlib
import json
from collections.abc import Mapping

from concertation.apps.ground.models import JournalLine


def canonical(facts: Mapping[str, object]) -> bytes:
    """The facts of a line as bytes that are the same for the same facts."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str).encode()


def digest_of(line: JournalLine) -> str:
    """SHA-256 over the predecessor's digest and every field of the line."""
    fields = (line.previous_digest, line.chain, line.sequence, line.at.isoformat(), line.actor, line.mandate, line.act)
    text = json.dumps([*fields, line.unit, line.period], ensure_ascii=False).encode()
    return hashlib.sha256(text + b"\n" + bytes(line.facts)).hexdigest()
