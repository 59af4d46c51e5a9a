"""The humanitarian glossary by which lessons cross languages: the reference set's words, then the names of sectors."""

from functools import lru_cache

from concertation.core.lessons import Glossary
from concertation.formats import reference_set


@lru_cache(maxsize=1)
def glossary() -> Glossary:
    """Every pair of terms, read once."""
    pairs = list(reference_set.read("humanitarian_words").iter_rows())
    return Glossary.of([*pairs, *reference_set.read("sectors").select("name_fr", "name_en").iter_rows()])
