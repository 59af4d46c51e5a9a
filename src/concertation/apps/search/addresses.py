"""Where the page of a thing is, told without loading the pages: the worker writes addresses into the index, and all pages would hold some 40 MB of it."""

from collections.abc import Mapping
from urllib.parse import quote

ADDRESSES: Mapping[str, str] = {"alert": "/response/alerts/{}/", "lesson": "/lessons/{}/", "organisation": "/organisations/{}/", "source": "/sources/{}/", "unit": "/units/{}/"}


def address_of(name: str, key: object) -> str:
    """The address that `reverse` gives.

    >>> address_of("organisation", "croix-rouge-nigerienne")
    '/organisations/croix-rouge-nigerienne/'
    """
    return ADDRESSES[name].format(quote(str(key)))
