"""What the programming interface answers when it does not do what was asked: RFC 9457, with a stable code and both languages.

The texts stand in `reference/problems.csv` like those of files: the message says what is wrong, the remedy what to do.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Literal

from django.http import HttpResponse
from django.utils.translation import get_language
from pydantic import BaseModel

from concertation.core.problems import Problem
from concertation.formats.problem_texts import in_words

PROBLEM_TYPE = "application/problem+json"
DOCS = "/api/v1/docs"
STATUSES: Mapping[str, int] = {
    "api-request-malformed": 400, "api-token-malformed": 401, "api-token-unknown": 401, "api-token-expired": 401, "api-token-revoked": 401,
    "api-sign-in-needed": 401, "api-token-without-mandate": 403, "api-terms-to-accept": 403, "api-not-allowed": 403, "api-address-unknown": 404,
    "api-row-unknown": 404, "api-method-not-served": 405, "api-form-not-served": 406, "api-body-too-large": 413, "api-filter-unknown": 422,
    "api-filter-twice": 422, "api-filter-value": 422, "api-too-many-requests": 429, "api-node-failed": 500, "api-node-busy": 503,
}  # fmt: skip
BY_STATUS = {401: "api-sign-in-needed", 404: "api-address-unknown", 403: "api-not-allowed"} | {
    status: code for code, status in STATUSES.items() if status not in (401, 403, 404, 422)
}


class WrongFilter(BaseModel):
    """One filter that was not understood: where it stands and what would be."""

    place: str
    name: str
    expected_fr: str
    expected_en: str


class ProblemTold(BaseModel):
    """A problem as the interface tells it."""

    type: str
    title: str
    status: int
    detail: str
    code: Literal[tuple(STATUSES)]  # type: ignore[valid-type]
    title_fr: str
    title_en: str
    detail_fr: str
    detail_en: str
    filters: list[WrongFilter]


class Refused(Exception):
    """What was asked is not done: the stable code, what fills its texts, the filters at fault."""

    def __init__(self, code: str, *, detail: Mapping[str, str] | None = None, filters: Iterable[WrongFilter] = (), headers: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.code, self.detail, self.filters, self.headers = code, detail or {}, list(filters), headers or {}

    def answer(self) -> HttpResponse:
        """The refusal as an answer."""
        return problem_answer(self.code, detail=self.detail, filters=self.filters, headers=self.headers)


def problem_answer(
    code: str, *, detail: Mapping[str, str] | None = None, filters: Iterable[WrongFilter] = (), headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """A problem as `application/problem+json`; `title` and `detail` are in the language asked for, both languages stand beside them."""
    words, status = in_words(Problem(code, detail=detail or {})), STATUSES[code]
    english = get_language() == "en"
    told = ProblemTold(
        type=f"{DOCS}#{code}", status=status, code=code, filters=list(filters),
        title=words.message_en if english else words.message_fr, detail=words.remedy_en if english else words.remedy_fr,
        title_fr=words.message_fr, title_en=words.message_en, detail_fr=words.remedy_fr, detail_en=words.remedy_en,
    )
    sent = dict(headers or {}) | ({"WWW-Authenticate": 'Bearer realm="Concertation"'} if status == 401 else {})
    return HttpResponse(json.dumps(told.model_dump(), ensure_ascii=False), status=status, content_type=PROBLEM_TYPE, headers=sent)
