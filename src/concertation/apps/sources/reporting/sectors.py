"""The sectors of the reference set, as the calendar needs them: what each is part of, its name, whether its presence is restricted."""

from collections.abc import Mapping
from functools import cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from concertation.core.concepts import INTERSECTORAL
from concertation.core.reporting import ALL_SECTORS
from concertation.formats import reference_set


@cache
def parents() -> Mapping[str, str | None]:
    """Every sector with the one it is part of; that of all sectors together is no sector of a calendar."""
    held = dict(reference_set.read("sectors").select("sector", "parent").iter_rows())
    held.pop(INTERSECTORAL, None)
    return held


@cache
def restricted() -> frozenset[str]:
    """The sectors whose presence is restricted at every level."""
    table = reference_set.read("sectors")
    return frozenset(table.filter(table["restricted"])["sector"])


@cache
def _names(language: str) -> Mapping[str, str]:
    return dict(reference_set.read("sectors").select("sector", f"name_{language}").iter_rows())


def sector_words(sector: str) -> str:
    """A sector by its name in the reader's language; all of them for none."""
    if sector == ALL_SECTORS:
        return _("tous les secteurs")
    return _names("en" if get_language() == "en" else "fr").get(sector, sector)
