"""A question asked several times while one page is made is asked of the database once.

The answer is kept for the length of one reading request and no longer: the next request asks anew, so nothing that was
revoked, withdrawn or loaded meanwhile is answered from memory. Outside a request, or in one that writes, nothing is kept.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Answer = TypeVar("Answer")
ANSWERS: ContextVar[dict[Hashable, object] | None] = ContextVar("answers_of_this_request", default=None)


@contextmanager
def one_reading() -> Iterator[None]:
    """While the block runs, each `once` question is asked once."""
    mark = ANSWERS.set({})
    try:
        yield
    finally:
        ANSWERS.reset(mark)


def once(question: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """The same question, answered from memory within one reading request; its arguments are hashable."""

    @wraps(question)
    def answer(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        answers = ANSWERS.get()
        if answers is None:
            return question(*args, **kwargs)
        asked = (question, args, tuple(sorted(kwargs.items())))
        if asked not in answers:
            answers[asked] = question(*args, **kwargs)
        return answers[asked]  # type: ignore[return-value]

    return answer
