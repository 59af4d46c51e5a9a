"""What the register offers to the subjects below it: how an organisation is found by what a person writes, and by words."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from concertation.apps.access.register import offer_organisations
from concertation.apps.organisations.queries import organisation, register
from concertation.apps.organisations.search_reading import organisations_as_things
from concertation.apps.search.kinds import Kind, offer, whole
from concertation.core.sharing import Mandate
from concertation.core.spelling import fold


def called(mandates: Sequence[Mandate], written: str) -> str:
    """The word of the one organisation called so: by its own word, its acronym or a name; empty when that is not one."""
    named = organisation(mandates, written)
    if named is not None:
        return (named.merged_into or named).slug
    wanted, found = fold(written), list(register(mandates, search=written)[:50]) if fold(written) else []
    exact = [each for each in found if wanted in {fold(each.acronym), fold(each.name_fr), fold(each.name_en)}] or found
    return exact[0].slug if len(exact) == 1 else ""


offer_organisations(called)
offer(Kind("organisation", 2, _("Organisations"), frozenset({"organisations", "sources", "presence"}), suggests=True, **whole(organisations_as_things)))
