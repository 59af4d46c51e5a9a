"""At which rate is an amount converted, of which day, and who says so? The rates held, one stated, one taken back, a conversion."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.funding.pages import trail
from concertation.apps.funding.rates import commands, queries, views
from concertation.apps.funding.rates.forms import Convert, StateRate
from concertation.apps.ground.downloads import FORMATS, table_file
from concertation.apps.ground.drawings import links
from concertation.apps.ground.editing import problem_words
from concertation.core.sharing import Mandate
from concertation.core.sharing.money import states_rates

PAGE_ROWS = 60


@require_GET
def rates(request: ReaderRequest) -> HttpResponse:
    """The rates held, and an amount converted where one is asked for."""
    return _rates(request, None)


def _rates(request: ReaderRequest, form: StateRate | None) -> HttpResponse:
    standing = queries.standing()
    if wanted := request.GET.get("format", ""):
        return table_file(views.taken(list(standing)), wanted, on=timezone.localdate())
    today = timezone.localdate()
    page = Paginator(standing, PAGE_ROWS).get_page(request.GET.get("page"))
    asked = Convert(request.GET if "amount" in request.GET else None, initial={"on": today})
    may = states_rates(request.mandates) is not None
    context = {
        "sentence": views.list_sentence(page.paginator.count), "table": views.table(page, links(request.GET, "table", "rates", FORMATS)), "convert": asked, "converted": _converted(asked),
        "form": form or (StateRate(initial={"on": today}) if may else None), "opened": form is not None, "mine": [row for row in page if row.stated_by] if may else [], "breadcrumbs": trail(_("Taux de change")),
    }  # fmt: skip
    return render(request, "funding/rates.html", context, status=422 if form else 200)


def _converted(asked: Convert) -> tuple[str, bool] | None:
    if not asked.is_bound or not asked.is_valid():
        return None
    given = asked.cleaned_data
    return views.converted_words(given["amount"], given["base"], given["quote"], given["on"], queries.rates_of([given["on"]]))


def stating_or_refuse(request: ReaderRequest) -> Mandate:
    """The mandate under which a rate is stated."""
    by = states_rates(request.mandates)
    if by is None:
        raise PermissionDenied(_("Il faut le mandat d'analyste du secrétariat, ou parler pour un État."))
    return by


@require_POST
@login_required
def state(request: ReaderRequest) -> HttpResponse:
    """State a rate."""
    by = stating_or_refuse(request)
    form = StateRate(request.POST)
    if not form.is_valid():
        return _rates(request, form)
    try:
        commands.state_rate(**form.cleaned_data, today=timezone.localdate(), by=by)
    except commands.RateRefused as refused:
        for problem in refused.problems:
            form.add_error(None, problem_words(problem))
        return _rates(request, form)
    messages.success(request, _("Taux tenu, avec son jour et sa source."))
    return redirect("funding-rates")


@require_POST
@login_required
def withdraw(request: ReaderRequest, rate_id: int) -> HttpResponse:
    """Take back a rate that a person stated."""
    by = stating_or_refuse(request)
    held = queries.rate(rate_id)
    if held is None:
        raise Http404
    if commands.withdraw_rate(held, by=by):
        messages.success(request, _("Taux retiré ; le journal le garde. Ce qu'il convertissait ne l'est plus."))
    else:
        messages.error(request, _("Ce taux vient de l'ensemble de référence : il ne se retire pas."))
    return redirect("funding-rates")
