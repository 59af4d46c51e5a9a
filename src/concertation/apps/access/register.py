"""Organisations are kept by a subject above this one: it offers here how one is found by what a person writes."""

from collections.abc import Callable, Sequence

from concertation.core.sharing import Mandate

Find = Callable[[Sequence[Mandate], str], str]
_FINDERS: list[Find] = []


def offer_organisations(find: Find) -> None:
    """The register of organisations says how one is found."""
    _FINDERS.append(find)


def organisation_called(mandates: Sequence[Mandate], written: str) -> str:
    """The word under which an organisation is kept; empty when none, or more than one, is called so."""
    return next((slug for find in _FINDERS if (slug := find(mandates, written))), "")
