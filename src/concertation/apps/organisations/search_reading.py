"""Organisations as they are found: under their names and published spellings by everybody who may see them.

Spellings met in files may tell where an organisation works: they are words of a second entry of the same organisation, for
readers with a mandate.
"""

from collections.abc import Iterator, Mapping
from uuid import UUID

from django.db.models.functions import Coalesce
from django.utils import translation

from concertation.apps.organisations.models import Organisation, OrganisationSpelling
from concertation.apps.organisations.words import full_name, type_words
from concertation.apps.search.addresses import address_of
from concertation.apps.search.kinds import Thing
from concertation.core.sharing import Sensitivity
from concertation.core.sharing.visibility import audience_levels

BETWEEN = " · "


def spellings_by_organisation() -> Mapping[UUID, list[tuple[str, bool]]]:
    """Every spelling that leads to an organisation after merges, and whether it was published."""
    found: dict[UUID, list[tuple[str, bool]]] = {}
    rows = OrganisationSpelling.objects.annotate(now=Coalesce("organisation__merged_into", "organisation")).order_by("pk")
    for organisation, written, author, merged in rows.values_list("now", "written", "author", "organisation__merged_into"):
        found.setdefault(organisation, []).append((written, not author and merged is None))
    return found


def all_organisations() -> Iterator[Organisation]:
    """Every organisation that stands for itself, whoever may see it: its entry is guarded as it is."""
    yield from Organisation.objects.filter(merged_into__isnull=True).order_by("pk")


def organisations_as_things() -> Iterator[Thing]:
    """Every organisation, and a second entry for the spellings not everybody may know."""
    ways = spellings_by_organisation()
    for each in all_organisations():
        written = ways.get(each.pk, [])
        yield _thing(each, each.slug, each.sensitivity, (each.acronym, each.name_fr, each.name_en, *(text for text, published in written if published)))
        if others := tuple(text for text, published in written if not published):
            yield _thing(each, f"{each.slug}#written", closed_to_nobody(each.sensitivity), others)


def closed_to_nobody(sensitivity: str) -> str:
    """The level at which spellings of files are known: never more open than restricted, never than the organisation."""
    level = Sensitivity(sensitivity)
    return max((level, Sensitivity.RESTRICTED), key=lambda each: len(audience_levels(each))).value


def _thing(each: Organisation, key: str, sensitivity: str, names: tuple[str, ...]) -> Thing:
    return Thing(
        key=key, owner_state=each.owner_state, holder=each.holder, sensitivity=sensitivity, title_fr=str(each), title_en=str(each),
        address=address_of("organisation", each.slug), sort_key=each.sort_key, names=names, texts=names,
        context_fr=_context(each, "fr"), context_en=_context(each, "en"), weight=0 if each.org_type else 1,
    )  # fmt: skip


def _context(each: Organisation, language: str) -> str:
    with translation.override(language):
        name = full_name(each, language)
        return BETWEEN.join(filter(None, (name if name != str(each) else "", type_words(each.org_type))))
