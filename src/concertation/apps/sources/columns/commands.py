"""Writing what columns mean: kept as a person settled it, put aside, taken up again."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from concertation.apps.ground.commands import journal
from concertation.apps.sources.models import SavedMapping
from concertation.core.sharing import Mandate


@transaction.atomic
def save_mapping(
    *, state: str, kind: str, signature: str, columns: Mapping[str, str], by: Mandate, headings: Mapping[str, str] | None = None, name: str = "",
) -> SavedMapping:
    """Keep which column means what, for the next file with the same headings; one put aside is used again."""
    kept: dict[str, object] = {"columns": dict(columns), "author": by.person, "put_aside_at": None}
    kept |= {field: value for field, value in (("headings", dict(headings or {})), ("name", name[:120])) if value}
    saved, _ = SavedMapping.objects.update_or_create(state=state, kind=kind, signature=signature, defaults=kept)
    journal("sources.mapping-saved", by, state=state, kind=kind, signature=signature)
    return saved


@transaction.atomic
def put_mapping_aside(mapping: SavedMapping, *, by: Mandate) -> None:
    """A mapping is no longer used for the next files; it stays, and can be taken up again."""
    mapping.put_aside_at, mapping.author = timezone.now(), by.person
    mapping.save()
    journal("sources.mapping-put-aside", by, state=mapping.state, kind=mapping.kind, signature=mapping.signature)


@transaction.atomic
def take_mapping_up(mapping: SavedMapping, *, by: Mandate) -> None:
    """A mapping put aside is used again."""
    mapping.put_aside_at, mapping.author = None, by.person
    mapping.save()
    journal("sources.mapping-saved", by, state=mapping.state, kind=mapping.kind, signature=mapping.signature)
