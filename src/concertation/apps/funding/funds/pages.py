"""Where does money wait, who holds it, under which rules? The register of funds, one fund, and the acts on it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from concertation.apps.access.requests import ReaderRequest, found, version_of
from concertation.apps.access.words import state_names
from concertation.apps.funding import code_names
from concertation.apps.funding.fund_files import number_of_fund
from concertation.apps.funding.funds import commands, queries, views
from concertation.apps.funding.funds.forms import FundRules, NewFund, rules_of
from concertation.apps.funding.models import Fund
from concertation.apps.funding.money_pages import sources_of
from concertation.apps.funding.pages import trail
from concertation.apps.funding.queries import source_ids
from concertation.apps.ground.downloads import FORMATS, language, table_file
from concertation.apps.ground.drawings import links
from concertation.apps.ground.editing import Conflict, problem_words
from concertation.apps.places.queries import states_with_units
from concertation.core.sharing.money import registers_funds, states_of_funds
from concertation.formats import reference_set

PAGE_ROWS = 40


def sectors() -> list[tuple[str, str]]:
    """The sectors by code, in the reader's language."""
    return [(code, name) for code, name in reference_set.read("sectors").select("sector", f"name_{language()}").iter_rows()]


def choices() -> dict[str, list[tuple[str, str]]]:
    """States and sectors a fund's money may be tied to."""
    return {"states": [(state.iso3, state.name) for state in states_with_units()], "sectors": sectors()}


def owners(request: ReaderRequest) -> list[tuple[str, str]]:
    """For whom this reader registers funds."""
    return [(code, state_names().get(code, code)) for code in states_of_funds(request.mandates, [state.iso3 for state in states_with_units()])] if request.mandates else []


@require_GET
def funds(request: ReaderRequest) -> HttpResponse:
    """The funds the reader may see, and the form of a new one for those who register them."""
    return _funds(request, None)


def _funds(request: ReaderRequest, form: NewFund | None) -> HttpResponse:
    page = Paginator(queries.funds(request.mandates), PAGE_ROWS).get_page(request.GET.get("page"))
    own = owners(request)
    context = {
        "table": views.register_table(page, queries.flows_told(request.mandates, list(page))), "sentence": views.list_sentence(page.paginator.count),
        "form": form or (NewFund(owners=own, **choices()) if own else None), "opened": form is not None, "breadcrumbs": trail(_("Fonds")),
    }
    return render(request, "funding/funds.html", context, status=422 if form else 200)


@require_POST
@login_required
def register(request: ReaderRequest) -> HttpResponse:
    """Register a fund."""
    own = owners(request)
    if not own:
        raise PermissionDenied(_("Il faut le mandat d'analyste du secrétariat, ou parler pour un État."))
    form = NewFund(request.POST, owners=own, **choices())
    if not form.is_valid():
        return _funds(request, form)
    by = registers_funds(request.mandates, form.cleaned_data["owner"])
    if by is None:
        raise PermissionDenied
    try:
        made = commands.register_fund(form.told(), state=form.cleaned_data["owner"], share_as=form.cleaned_data["share_as"], by=by)
    except commands.FundRefused as refused:
        for problem in refused.problems:
            form.add_error(None, problem_words(problem))
        return _funds(request, form)
    messages.success(request, _("Fonds inscrit."))
    return redirect("funding-fund", made.pk)


def fund_or_404(request: ReaderRequest, fund_id: UUID) -> Fund:
    """The fund, if the reader may see it."""
    return found(queries.fund(request.mandates, fund_id))


@require_GET
def fund(request: ReaderRequest, fund_id: UUID) -> HttpResponse:
    """One fund: its rules, what it received and granted, the allocations it opened."""
    return _fund(request, fund_or_404(request, fund_id), None)


def _fund(request: ReaderRequest, one: Fund, form: FundRules | None) -> HttpResponse:
    years = queries.years_of(request.mandates, one)
    if wanted := request.GET.get("format", ""):
        return table_file(views.taken(one, years, sources_of(source_ids(request.mandates))), wanted, on=timezone.localdate())
    may = registers_funds(request.mandates, one.owner_state) is not None
    context = {
        "fund": one, "sentence": views.sentence(one, years), "rules": views.rules(one, dict(sectors())), "years": views.years_table(years, links(request.GET, "table", "years", FORMATS)),
        "allocations": views.allocations_table(code_names.allocations_of(request.mandates, number_of_fund(one.name_fr))), "flows_url": f"{reverse('funding-flows')}?q={one.party.name}",
        "form": form or (FundRules(initial=rules_of(one), currency=one.currency, **choices()) if may else None), "opened": form is not None,
        "breadcrumbs": [*trail(_("Fonds"))[:-1], (_("Fonds"), reverse("funding-funds")), (one.name, "")],
    }  # fmt: skip
    return render(request, "funding/fund.html", context, status=422 if form else 200)


@require_POST
@login_required
def correct(request: ReaderRequest, fund_id: UUID) -> HttpResponse:
    """Correct the rules of a fund."""
    one = fund_or_404(request, fund_id)
    by = registers_funds(request.mandates, one.owner_state)
    if by is None:
        raise PermissionDenied(_("Il faut le mandat d'analyste du secrétariat, ou parler pour un État."))
    form = FundRules(request.POST, currency=one.currency, **choices())
    if not form.is_valid():
        return _fund(request, one, form)
    try:
        commands.correct_rules(one, form.told(), base_version=version_of(request), by=by)
    except commands.FundRefused as refused:
        for problem in refused.problems:
            form.add_error(None, problem_words(problem))
        return _fund(request, one, form)
    except Conflict:
        messages.warning(request, _("Quelqu'un a corrigé ce fonds pendant que vous le lisiez. Voici ce qui tient maintenant ; rien de votre geste n'a été gardé."))
    else:
        messages.success(request, _("Règles corrigées ; le journal garde celles d'avant."))
    return redirect("funding-fund", one.pk)
