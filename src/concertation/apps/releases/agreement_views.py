"""What the pages of sharing agreements show."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concertation.apps.releases import words
from concertation.apps.sharing.models import SharingAgreement
from concertation.core.sharing.agreements import Terms


def agreement_standing(held: SharingAgreement, today: date) -> tuple[str, str]:
    """How an agreement stands: words and the class of its mark."""
    if held.ended_on is not None:
        return _("terminé"), "refused"
    if held.confirmed_on is None:
        return _("à confirmer"), "doubtful"
    if today < held.starts_on:
        return _("pas encore en vigueur"), "doubtful"
    return (_("échu"), "refused") if today > held.ends_on else (_("en vigueur"), "understood")


def delay_words(days: int) -> str:
    """How long a table waits before it leaves."""
    return ngettext("%(days)s jour après la période", "%(days)s jours après la période", days) % {"days": days} if days else _("aucun")


def terms_lines(terms: Sequence[Terms]) -> list[dict[str, str]]:
    """What an agreement says of each table."""
    return [
        {"table": words.table_words(each.table), "grain": words.grain_words(each.grain), "delay": delay_words(each.delay_days), "recipients": words.states_words(each.recipients)} for each in terms
    ]


def agreements_table(held: Sequence[SharingAgreement], terms: Mapping[UUID, Sequence[Terms]], today: date) -> dict[str, Any]:
    """Agreements as a table."""
    columns = [
        {"key": "reference", "label": _("Accord"), "sortable": False}, {"key": "standing", "label": _("Étape"), "sortable": False}, {"key": "state", "label": _("État"), "sortable": False},
        {"key": "parties", "label": _("Avec"), "sortable": False}, {"key": "tables", "label": _("Tableaux"), "sortable": False}, {"key": "ends_on", "label": _("Jusqu'au"), "sortable": False},
    ]  # fmt: skip
    rows = []
    for each in held:
        told, css = agreement_standing(each, today)
        rows.append({
            "reference": {"text": each.reference, "url": reverse("agreement", args=[each.pk])}, "standing": {"text": told, "css": f"tag {css}"}, "state": words.state_words(each.owner_state),
            "parties": words.states_words(each.parties.split()), "ends_on": each.ends_on,
            "tables": ", ".join(_("%(table)s (%(grain)s)") % {"table": words.table_words(line.table), "grain": words.grain_words(line.grain)} for line in terms.get(each.pk, ())),
        })  # fmt: skip
    return {
        "id": "agreements", "caption": _("Accords de partage"), "columns": columns, "rows": rows, "unfiltered": True,
        "empty": {"title": _("Aucun accord de partage n'est écrit sur ce nœud."), "text": _("Sans accord confirmé, un État ne diffuse ici que ce qui est public.")},
    }  # fmt: skip
