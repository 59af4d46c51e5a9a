"""What `funding` offers to the subjects below it: its importer, what rests on a source and how an answer is written again, what closes with an import."""

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from concertation.apps.funding.commands import close_further
from concertation.apps.funding.flow_views import line_words, place_words, plan_words
from concertation.apps.funding.imports import ANSWERS, FLOWS, PLANS, FundingImporter
from concertation.apps.funding.queries import rest_on_source
from concertation.apps.sources.import_words import register_line_words
from concertation.apps.sources.imports import register
from concertation.apps.sources.models import ImportRun, Source
from concertation.apps.sources.review import register_again, register_resting
from concertation.apps.sources.withdrawals import register_closer
from concertation.core.sharing import Mandate
from concertation.formats.recognise import CBPF_LOCATIONS


def money_resting(source: Source, mandates: Sequence[Mandate]) -> Mapping[str, object]:
    """How many flows and plan rows a reader may see rest on a source."""
    return {"money_rows": rest_on_source(source.pk, mandates)}


def answer_again(run: ImportRun) -> Sequence[tuple[str, str]]:
    """Where the answer of an import in JSON is written again as it was received."""
    return [(_("Réponse de FTS réécrite (JSON)"), reverse("funding-answer", args=[run.pk]))] if run.kind in ANSWERS else []


register(FundingImporter())
register_line_words(FLOWS, line_words)
register_line_words(PLANS, plan_words)
register_line_words((CBPF_LOCATIONS,), place_words)
register_again(answer_again)
register_resting(money_resting)
register_closer(close_further)
