"""A request as the pages receive it: with the mandates of the reader."""

from collections.abc import Sequence

from django.http import HttpRequest

from concertation.core.sharing import Mandate


class ReaderRequest(HttpRequest):
    """A request to which `PersonMiddleware` has attached what the reader is mandated to see and do."""

    mandates: Sequence[Mandate]
