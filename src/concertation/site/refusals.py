"""A refusal always has words: what was asked that cannot be answered, whether anything changed, and what to do.

What Django answers bare (a method an address does not take, a request too large, a database that does not answer) gets its page
here, in the reader's language; where neither reader nor database can be asked, the page stands in both languages.
"""

import sys
from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string

from concertation.draw.apart import NotDrawn
from concertation.site import faults
from concertation.site.api_middleware import is_for_programs

TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
AGAIN_IN_SECONDS = "30"
PAGES = {405: "405.html"}
LONGEST_QUESTION = 8_000
READING = ("GET", "HEAD", "OPTIONS")


class HeadMiddleware:
    """HEAD is answered wherever GET is, without the body."""

    def __init__(self, respond: Callable[[HttpRequest], HttpResponse]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Ask the page as GET asks it; the server leaves the body out."""
        if request.method != "HEAD":
            return self.respond(request)
        request.method = "GET"
        try:
            return self.respond(request)
        finally:
            request.method = "HEAD"


class RefusalMiddleware:
    """Bare refusals get their page; a database that does not answer is said so, and when to try again."""

    def __init__(self, respond: Callable[[HttpRequest], HttpResponse]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with words where there are none; a form sent to a node that only reads, or a question too long, is told so before anything is tried."""
        if request.method not in READING and faults.only_reads():
            return only_read()
        if len(request.META.get("QUERY_STRING", "")) > LONGEST_QUESTION and not is_for_programs(request.path_info):
            return too_long(request)
        answer = self.respond(request)
        page = PAGES.get(answer.status_code)
        if page is None or answer.streaming or answer.content:
            return answer
        worded = render(request, page, status=answer.status_code)
        for name, value in answer.items():
            if name not in ("Content-Length", "Content-Type"):
                worded.headers[name] = value
        return worded

    def process_view(self, request: HttpRequest, view: object, args: tuple[object, ...], named: dict[str, object]) -> None:
        """Nothing has a name with a NUL sign: PostgreSQL takes none, not even to look for it. Raises Http404."""
        if "\0" in request.path_info:
            raise Http404

    def process_exception(self, request: HttpRequest, wrong: Exception) -> HttpResponse | None:
        """The page that says the node cannot read, save or draw just now; any other failure stays one."""
        if isinstance(wrong, NotDrawn):
            return cannot_now(draws=True)
        return cannot_now() if faults.is_of_the_machine(wrong) else None


def too_long(request: HttpRequest) -> HttpResponse:
    """A question longer than any filter makes; what it held is not said again."""
    request.META["QUERY_STRING"], request.GET = "", QueryDict()
    return render(request, "414.html", status=414)


def cannot_now(**why: bool) -> HttpResponse:
    """The node cannot read or save just now, or as `why` says; when to try again."""
    return HttpResponse(render_to_string("503.html", why), status=503, headers={"Retry-After": AGAIN_IN_SECONDS})


def only_read() -> HttpResponse:
    """The node's folder takes no writes: pages can be read, and nothing was saved."""
    return cannot_now(only_reads=True)


def failed(request: HttpRequest) -> HttpResponse:
    """A failure outside the pages, such as a session that could not be saved on a full disk: the machine's (503), else ours (500)."""
    if faults.is_of_the_machine(sys.exc_info()[1]):
        return cannot_now()
    return HttpResponse(render_to_string("500.html"), status=500)


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that cannot be read: too large (413), or broken (400)."""
    too_large = isinstance(exception, TOO_LARGE)
    return HttpResponse(render_to_string("413.html" if too_large else "400.html"), status=413 if too_large else 400)
