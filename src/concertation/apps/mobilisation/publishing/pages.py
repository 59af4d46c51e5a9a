"""The page of public totals: what everybody may read of pledges, without any name; what would be published, for who may publish it."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from concertation.apps.access.acting import done_or_told
from concertation.apps.access.requests import ReaderRequest, version_of
from concertation.apps.funding.words import amount_words, main_amount
from concertation.apps.ground.downloads import table_file
from concertation.apps.mobilisation import ledger_tables, queries, words
from concertation.apps.mobilisation.crumbs import crumbs
from concertation.apps.mobilisation.models import PublicTotals
from concertation.apps.mobilisation.publishing import commands
from concertation.apps.mobilisation.publishing import queries as publishing
from concertation.apps.mobilisation.receiving.pages import receiver_or_refuse
from concertation.apps.sources.taken_sources import own_register
from concertation.core.mobilisation.ledger import Kind
from concertation.core.mobilisation.totals import Protected, by_currency
from concertation.core.sharing.mobilising import keeps_appeals, receives_for
from concertation.draw.tables import Column, TakenTable

COLUMNS = (
    Column(key="owner", heading_fr="Promis à", heading_en="Promised to", tag="#country+code"), Column(key="as_of", heading_fr="Au", heading_en="As of", tag="#date"),
    Column(key="giver_type", heading_fr="Type de donateur", heading_en="Type of giver", tag="#org+type+funder"), Column(key="kind", heading_fr="Forme", heading_en="Kind", tag="#value+type"),
    Column(key="givers", heading_fr="Donateurs", heading_en="Givers", tag="#meta+count", numeric=True), Column(key="currency", heading_fr="Monnaie", heading_en="Currency", tag="#value+currency"),
    Column(key="promised", heading_fr="Promis", heading_en="Pledged", tag="#value+pledged+num", numeric=True), Column(key="received", heading_fr="Reçu", heading_en="Received", tag="#value+received+num", numeric=True),
    Column(key="without_value", heading_fr="Promesses sans valeur connue", heading_en="Pledges without a known value", tag="#meta+count+unvalued", numeric=True),
)  # fmt: skip


@require_GET
def totals(request: ReaderRequest) -> HttpResponse:
    """What was promised and received in all, without anybody's name."""
    today, rows = timezone.localdate(), queries.published(request.mandates)
    if wanted := request.GET.get("format", ""):
        return table_file(taken(rows), wanted, on=today)
    own = keeps_appeals(request.mandates)[:1]
    preview = publishing.to_publish(request.mandates, state=own[0].state, today=today) if own else None
    context = {
        "blocks": [block(request, row, place) for place, row in enumerate(rows)], "preview_state": own[0].state if own else "", "preview_owner": words.owner_words(own[0].state) if own else "",
        "preview": open_table(preview[0], _("Ce qui serait publié aujourd'hui")) if preview and preview[0].shown else None,
        "exports": [("CSV", "?format=csv"), ("XLSX", "?format=xlsx"), ("HXL", "?format=hxl")] if rows else [], "breadcrumbs": crumbs((_("Totaux publics"), None)),
    }  # fmt: skip
    return render(request, "mobilisation/totals.html", context)


def block(request: ReaderRequest, row: PublicTotals, place: int) -> dict[str, object]:
    """One publication as the page shows it."""
    found = publishing.content_of(row)
    money = [
        _("%(promised)s promis, %(received)s reçus") % {"promised": amount_words(each.promised, each.currency), "received": amount_words(each.received, each.currency)}
        for each in by_currency(found.shown) if each.kind == Kind.CASH
    ]  # fmt: skip
    caption = _("%(owner)s, au %(day)s") % {"owner": words.owner_words(row.owner_state).capitalize() if row.owner_state == words.FRAMEWORK else words.owner_words(row.owner_state), "day": words.day_words(row.as_of)}
    table = open_table(found, caption) | {"id": f"totals-{place}"}
    return {"row": row, "owner": words.owner_words(row.owner_state), "day": words.day_words(row.as_of), "money": money, "table": table, "may_withdraw": receives_for(request.mandates, row.owner_state) is not None}


def open_table(found: Protected, caption: str) -> dict[str, object]:
    """Totals as everybody reads them: what was promised and received; what is late stays in the ledger."""
    made = ledger_tables.totals_table(found.shown, caption=caption, withheld=found.withheld)
    columns = made["columns"]
    return made | {"columns": [each for each in columns if each["key"] != "late"] if isinstance(columns, list) else []}


def taken(rows: list[PublicTotals]) -> TakenTable:
    """The totals shown, to take away."""
    lines = [
        {
            "owner": row.owner_state, "as_of": row.as_of, "giver_type": each.giver_type, "kind": each.kind, "givers": each.givers, "currency": each.currency,
            "promised": main_amount(each.promised, each.currency), "received": main_amount(each.received, each.currency), "without_value": each.without_value,
        }
        for row in rows for each in publishing.content_of(row).shown
    ]  # fmt: skip
    day = max((row.as_of for row in rows), default=timezone.localdate())
    return TakenTable(title_fr="Totaux publics des promesses", title_en="Public totals of pledges", columns=COLUMNS, rows=lines, sources=(own_register(_("totaux publiés, sans aucun nom"), on=day),))


@require_POST
@login_required
def publish(request: ReaderRequest) -> HttpResponse:
    """Publish the totals as they stand."""
    state = request.POST.get("state", "")
    by = receiver_or_refuse(request, state)
    return done_or_told(request, lambda: commands.publish_totals(state=state, on=timezone.localdate(), by=by), _("Totaux publiés ; vous pouvez les retirer."), to=reverse("pledge-totals"))


@require_POST
@login_required
def withdraw(request: ReaderRequest, publication_id: UUID) -> HttpResponse:
    """Withdraw totals that were published."""
    row = publishing.publication(request.mandates, publication_id)
    if row is None:
        raise Http404
    by = receiver_or_refuse(request, row.owner_state)
    return done_or_told(request, lambda: commands.withdraw_totals(row.pk, base_version=version_of(request), on=timezone.localdate(), by=by), _("Totaux retirés."), to=reverse("pledge-totals"))
