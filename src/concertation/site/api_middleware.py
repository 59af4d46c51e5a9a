"""What every answer to a program carries: its language, an ETag, compression, and a problem of RFC 9457 where it is refused.

Pages take their language from a cookie; programs from `?lang=` or Accept-Language, and no cookie is set. An answer is its
reader's own: it may be kept, never shared, and is asked for again with its ETag.
"""

import gzip
import hashlib
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from concertation.apps.ground.refusals import BY_STATUS, DOCS, PROBLEM_TYPE, problem_answer
from concertation.site.api_stamps import held_marks, is_held, mark_of

WORTH_COMPRESSING, EFFORT = 500, 4
KEPT = ("Allow", "Retry-After", "WWW-Authenticate")
VARIES = ("Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Cookie")
READING = ("GET", "HEAD", "OPTIONS")


def is_for_programs(path: str) -> bool:
    """Whether an address is the programming interface's, its page of explanations excepted."""
    return path.startswith("/api/") and path != DOCS


class ApiMiddleware:
    """The door for programs; pages pass untouched."""

    def __init__(self, respond: Callable[[HttpRequest], HttpResponse]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the language asked for, as a problem where it is refused, compressed and marked otherwise."""
        if not is_for_programs(request.path):
            return self.respond(request)
        with translation.override(language_asked(request)):
            answer = as_program_reads(request, self.answer(request))
            answer.headers["Content-Language"] = translation.get_language() or "fr"
        patch_vary_headers(answer, VARIES)
        answer.headers["Cache-Control"] = "private, no-cache"
        return answer

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The answer to the method asked for; OPTIONS says what is served."""
        if request.method == "OPTIONS":
            return methods_served(request)
        return self.respond(request)


def language_asked(request: HttpRequest) -> str:
    """`?lang=`, else the first of Accept-Language that is held, else French."""
    wanted = [request.GET.get("lang", ""), *(code.partition("-")[0] for code, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")))]
    return next((code for code in wanted if code in ("fr", "en")), "fr")


def methods_served(request: HttpRequest) -> HttpResponse:
    """What an address serves; reading alone."""
    try:
        resolve(request.path_info)
    except Resolver404:
        return problem_answer("api-address-unknown")
    return HttpResponse(status=204, headers={"Allow": ", ".join(READING)})


def as_program_reads(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Refusals as problems; other answers marked, compressed, or left out when the reader holds them already."""
    if answer.status_code >= 400:
        return as_problem(answer)
    if answer.status_code == 304:
        return without_content(request, answer)
    if answer.status_code != 200 or answer.streaming:
        return answer
    if "output_format" not in request.GET and not request.accepts(answer.headers["Content-Type"].partition(";")[0]):
        return problem_answer("api-form-not-served")
    return without_content(request, compressed(request, marked(request, answer)))


def as_problem(answer: HttpResponse) -> HttpResponse:
    """Any refusal, whoever made it, as a problem; what tells a program how to go on is kept."""
    if answer.headers.get("Content-Type", "").startswith(PROBLEM_TYPE):
        return answer
    kept = {name: answer.headers[name] for name in KEPT if name in answer.headers}
    if answer.status_code == 405:
        kept["Allow"] = ", ".join(READING)
    return problem_answer(BY_STATUS.get(answer.status_code, BY_STATUS[500 if answer.status_code >= 500 else 400]), headers=kept)


def marked(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """The answer with an ETag over its stamp, content, language and reader; 304 without content when the reader holds it."""
    digest = hashlib.sha256(answer.content)
    digest.update("\0".join((answer.headers["Content-Type"], translation.get_language() or "", getattr(request, "audience", ""))).encode())
    content = digest.hexdigest()[:32]
    mark = f'W/"{mark_of(request, content)}"'
    if is_held(held_marks(request), content):
        return HttpResponse(status=304, headers={"ETag": mark})
    answer.headers["ETag"] = mark
    return answer


def compressed(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """The answer as gzip where the reader takes it."""
    if len(answer.content) < WORTH_COMPRESSING or "gzip" not in request.headers.get("Accept-Encoding", ""):
        return answer
    answer.content = gzip.compress(answer.content, EFFORT, mtime=0)
    answer.headers["Content-Encoding"] = "gzip"
    return answer


def without_content(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """The length is told, and the content left out, where only the head is asked for."""
    if answer.status_code == 304:
        del answer.headers["Content-Type"]
        return answer
    answer.headers["Content-Length"] = str(len(answer.content))
    if request.method == "HEAD":
        answer.content = b""
    return answer
