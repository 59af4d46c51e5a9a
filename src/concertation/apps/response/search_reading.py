"""Alerts as they are found: by their place, their kind and their group, the newest first, each under its own two masters and level. Only alerts that count are found."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice

from django.db.models import QuerySet
from django.utils import translation

from concertation.apps.needs.search_reading import lies_in, parents_now
from concertation.apps.places.models import AdminUnit
from concertation.apps.response.models import Alert
from concertation.apps.response.queries import STANDING
from concertation.apps.response.words import COVERAGES, GROUPS, NATURES
from concertation.apps.search.addresses import address_of
from concertation.apps.search.kinds import HEAVIEST, Thing, digest_of
from concertation.apps.sources.queries import loaded_reference_set
from concertation.core.periods import day_in_words
from concertation.core.spelling import fold

BETWEEN, SLICE = " · ", 500
FIRST_DAY = date(2000, 1, 1)
TOLD = ("version", "sensitivity", "holder", "unit_id", "raised_on", "coverage")


def alerts_that_count(state: str) -> QuerySet[Alert]:
    """Every alert of a State that counts, whoever may see it: its entry is guarded as it is."""
    rows: QuerySet[Alert] = Alert.objects.filter(STANDING, owner_state=state, withdrawn_at__isnull=True)
    return rows


def alert_stamps(state: str) -> Mapping[str, str]:
    """Every alert of a State that counts, with what its entry is made from; names come from the reference set."""
    names = loaded_reference_set()[:12]
    lines = alerts_that_count(state).values_list("pk", *TOLD).iterator(chunk_size=20_000)
    return {str(pk): digest_of("|".join(map(str, (names, *told)))) for pk, *told in lines}


def alerts_as_things(state: str, keys: Sequence[str]) -> Iterator[Thing]:
    """The alerts asked for, a slice at a time."""
    above, rest = parents_now(), iter(keys)
    while taken := list(islice(rest, SLICE)):
        for row in alerts_that_count(state).filter(pk__in=taken).select_related("unit"):
            yield thing(row, [row.unit, *lies_in(row.unit, above)])


def thing(row: Alert, places: Sequence[AdminUnit]) -> Thing:
    """One alert: its place and kind as title; its day, group and what is covered as context."""
    titles, contexts, texts = {}, {}, []
    for tongue in ("fr", "en"):
        with translation.override(tongue):
            nature, group, covered = str(NATURES.get(row.nature, row.nature)), str(GROUPS.get(row.group, row.group)), str(COVERAGES[row.coverage])
            names = [getattr(place, f"name_{tongue}") for place in places]
            titles[tongue] = f"{names[0]}, {nature}"
            contexts[tongue] = BETWEEN.join((*names[1:], day_in_words(row.raised_on, tongue), group, covered))
            texts += [nature, group]
    return Thing(
        key=str(row.pk), owner_state=row.owner_state, holder=row.holder, sensitivity=row.sensitivity, title_fr=titles["fr"], title_en=titles["en"], address=address_of("alert", row.pk),
        sort_key=fold(titles["fr"])[:160], texts=tuple(texts), also=tuple(name for place in places for name in (place.name_fr, place.name_en)), context_fr=contexts["fr"], context_en=contexts["en"],
        state=row.owner_state, weight=max(HEAVIEST - 1 - (row.raised_on - FIRST_DAY).days, 0), origin=str(row.import_run_id or row.pk),
    )  # fmt: skip
