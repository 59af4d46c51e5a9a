"""Numbers and dates as people of each language write them; a missing figure is said in words, never as 0."""

from datetime import date, datetime

from django import template
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext

register = template.Library()
NARROW_BLANK = "\u202f"


@register.filter
def people(value: int | None) -> str:
    """A whole number with the language's separator; words when no figure is held."""
    if value is None:
        return gettext("aucun chiffre disponible")
    separator = "," if get_language() == "en" else NARROW_BLANK
    return f"{value:,}".replace(",", separator)


@register.filter
def share(value: float | None) -> str:
    """A share between 0 and 1 as a percentage without decimals."""
    if value is None:
        return gettext("aucun chiffre disponible")
    return f"{value * 100:.0f} %" if get_language() == "en" else f"{value * 100:.0f}{NARROW_BLANK}%"


@register.filter
def day(value: date | datetime | None) -> str:
    """A date in words; the first of a month is an ordinal in French."""
    told = date_format(value, "j F Y") if value else ""
    return f"1er{told[1:]}" if told.startswith("1 ") and get_language() != "en" else told


@register.filter
def entry(mapping: dict[object, object], key: object) -> object:
    """The value a mapping holds for a key."""
    return mapping.get(key)
