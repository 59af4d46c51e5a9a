"""What is said of what was found: States and sectors by name, counts that may be more, the words looked for marked in a text."""

from collections.abc import Mapping
from functools import lru_cache

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from concertation.core.search_words import Wanted, words
from concertation.formats import reference_set

LONGEST_SHOWN = 160


def name_column() -> str:
    """The column of names in the reader's language."""
    return "name_en" if get_language() == "en" else "name_fr"


def state_names() -> Mapping[str, str]:
    """The States in the reader's language, by code."""
    return _names("states", "iso3", name_column())


def sector_names() -> Mapping[str, str]:
    """The sectors in the reader's language, by code."""
    return _names("sectors", "sector", name_column())


@lru_cache(maxsize=8)
def _names(table: str, code: str, name: str) -> Mapping[str, str]:
    return dict(reference_set.read(table).select(code, name).iter_rows())


def marked(text: str, wanted: Wanted) -> SafeString:
    """A text, cut where it is long, with the words looked for marked.

    >>> marked("Les hôpitaux <b>", Wanted.of("hopital"))
    'Les <mark>hôpitaux</mark> &lt;b&gt;'
    """
    shown = f"{text[:LONGEST_SHOWN]}…" if len(text) > LONGEST_SHOWN else text
    parts, last = [], 0
    for word in words(shown):
        if wanted.stands_in(word):
            parts += [escape(shown[last : word.start]), format_html("<mark>{}</mark>", shown[word.start : word.end])]
            last = word.end
    return mark_safe("".join([*parts, escape(shown[last:])]))  # noqa: S308  (every part was escaped above)
