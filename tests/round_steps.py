"""What the tests of allocation rounds share: a synthetic question of three States, a round made of it, and the worker's part."""

import json
from datetime import date
from typing import Any

from django.utils import timezone

from concertation.apps.allocation import queries, solving
from concertation.apps.allocation.frozen import understood
from concertation.apps.allocation.models import Round, Scenario
from concertation.apps.allocation.pages import made_of
from concertation.core.sharing import Mandate, Role

ON = date(2026, 6, 1)
ANALYST = Mandate("u-analyst", Role.ANALYST, state="AES")
NIGER = Mandate("u-niger", Role.DATA_MANAGER, state="NER")


def asked(**changes: Any) -> dict[str, Any]:
    """A synthetic question: four sources, five needs in three States, one authority that has not joined."""
    sound: dict[str, Any] = {
        "currency": "USD", "as_of": ON.isoformat(),
        "sources": [
            {"id": "alpha-eau-niger", "amount": 30_000_000, "donor": "alpha", "earmark": {"states": ["NER"], "sectors": ["WSH"]}, "spend_by": "2026-12-31"},
            {"id": "beta-niger", "amount": 20_000_000, "donor": "beta", "earmark": {"states": ["NER"]}},
            {"id": "libre", "amount": 25_000_000},
            {"id": "cerf", "amount": 9_000_000, "authority": "cerf", "donor": "cerf"},
        ],
        "cells": [
            {"id": "ner-wsh", "state": "NER", "sector": "WSH", "need": 20_000_000, "people": 400_000, "severity": 3},
            {"id": "ner-fsc", "state": "NER", "sector": "FSC", "need": 90_000_000, "people": 1_800_000, "severity": 4},
            {"id": "mli-fsc", "state": "MLI", "sector": "FSC", "need": 60_000_000, "people": 900_000, "severity": 4},
            {"id": "mli-hea", "state": "MLI", "sector": "HEA", "need": 25_000_000, "people": 500_000, "severity": 2},
            {"id": "bfa-wsh", "state": "BFA", "sector": "WSH", "need": 40_000_000, "people": 700_000, "severity": 3, "unit": "Djibo"},
        ],
    }  # fmt: skip
    return {**sound, **changes}


def content_of(question: dict[str, Any]) -> bytes:
    """A question as the bytes of a file."""
    return json.dumps(question).encode()


def round_of(question: dict[str, Any], *, title: str = "Tour synthétique", previous: Round | None = None) -> Round:
    """A round made of a question, its first scenario not yet solved."""
    content = content_of(question)
    read, _problems = understood(content, on=ON)
    assert read.question is not None
    return made_of(read.question, content, name="question.json", title=title, on=ON, previous=previous, by=ANALYST)


def solved(made: Round, number: int = 1) -> Scenario:
    """A scenario of a round, solved as the worker does."""
    waiting = queries.scenario_of(made, number)
    assert waiting is not None
    solving.solve(queries.scenario_at_work(waiting.pk), by=ANALYST)
    done = queries.scenario_of(made, number)
    assert done is not None
    return done


def valued(scenario: Scenario) -> Scenario:
    """A solved scenario with the value of flexibility worked out."""
    solving.value_flexibility(queries.scenario_at_work(scenario.pk), by=ANALYST)
    scenario.refresh_from_db()
    assert scenario.valued_at is not None and scenario.valued_at <= timezone.now()
    return scenario
