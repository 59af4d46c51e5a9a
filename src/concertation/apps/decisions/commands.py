"""Writing decisions: loading the eight of the reference set without touching what the secretariat filled in since."""

from collections.abc import Mapping
from typing import Any

import polars as pl
from django.db import transaction

from concertation.apps.decisions.models import Decision

OURS = ["number", "title_fr", "title_en", "text_fr", "text_en", "subjects", "sources", "source_status"]
THEIRS = ("responsible", "official_wording")


@transaction.atomic
def load_decisions(table: pl.DataFrame) -> None:
    """Load the decisions in the product's words; wording, responsible and due day are set only where none is held yet.

    Columns in: reference, subjects and source (`|` between several), title, text, official_wording, responsible, due.
    """
    rows = [_decision(line, number) for number, line in enumerate(table.to_dicts(), 1)]
    Decision.objects.bulk_create(rows, update_conflicts=True, unique_fields=["reference"], update_fields=OURS)


def _decision(line: Mapping[str, Any], number: int) -> Decision:
    texts = {name: line[name] or "" for name in (*THEIRS, "title_fr", "title_en", "text_fr", "text_en", "subjects", "source_status")}
    return Decision(reference=line["reference"], number=number, sources=line["source"] or "", due=line["due"], **texts)
