"""Every address of the interface asked what its description allows and what it does not: no failure, every answer as described.

A sample runs with the suite; `CONCERTATION_API_EXAMPLES` sets how many requests are tried at each address, in each of two manners.
"""

import os
from collections import Counter
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as trials
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from access_steps import person
from addresses import lay
from api_steps import one_connection, token_of
from concertation.apps.access import bearers
from concertation.core.sharing import Role

EXAMPLES = int(os.environ.get("CONCERTATION_API_EXAMPLES", "5"))
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance, response_schema_conformance,
    negative_data_rejection, unsupported_method,
]  # fmt: skip


def hammer(headers: dict[str, str], examples: int) -> Counter[int]:
    """Ask every address `examples` times in each manner; gives back how many answers had which status, raises on one that does not conform."""
    answers: Counter[int] = Counter()
    with one_connection():
        schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
        for result in schema.get_all_operations():
            for manner in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                hammer_one(result.ok(), manner, headers, examples, answers)
    return answers


def hammer_one(operation: Any, manner: GenerationMode, headers: dict[str, str], examples: int, answers: Counter[int]) -> None:
    """One address in one manner."""

    @trials(max_examples=examples, deadline=None, database=None, derandomize=True, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(manner))
    def ask(case: Any) -> None:
        answer = case.call_and_validate(headers={**headers, "Accept-Encoding": "identity"}, checks=CHECKS)
        answers[answer.status_code] += 1

    ask()


@pytest.mark.parametrize("by_token", [True, False], ids=["by token", "by anybody"])
def test_no_address_fails_and_every_answer_is_as_described(db: None, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, by_token: bool) -> None:
    settings.RAW_FOLDER, settings.HOME = tmp_path / "raw", tmp_path
    monkeypatch.setattr(bearers, "PER_MINUTE", 10_000_000)
    monkeypatch.setattr(bearers, "BOOKLETS", bearers.Booklets())
    cache.clear()
    lay()
    headers = {"Authorization": f"Bearer {token_of(person('fuzzing', (Role.DATA_MANAGER, 'NER')))}"} if by_token else {}

    answers = hammer(headers, EXAMPLES)

    print(f"{sum(answers.values())} requests: {dict(sorted(answers.items()))}")
    assert answers[200] and answers[422]
    assert not [status for status in answers if status >= 500]
