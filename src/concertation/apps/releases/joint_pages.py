"""Pages of joint products: which are open to whose word, one with the part of each State, a new one; approved or reserved, published."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from concertation.apps.access.acting import Entry, answered, done_or_told
from concertation.apps.access.requests import ReaderRequest, found
from concertation.apps.ground.editing import problem_words
from concertation.apps.releases import joint_views, words
from concertation.apps.releases.joint_forms import JointForm, WordForm
from concertation.apps.releases.making import note_held
from concertation.apps.releases.pages import crumbs
from concertation.apps.sharing.joint import commands, queries
from concertation.apps.sharing.models import JointProduct
from concertation.apps.sharing.queries import standing_releases
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate
from concertation.core.sharing.joint import Verdict, proposes
from concertation.core.sharing.rounds import speaks_for

MOST_LISTED = 40


@require_GET
def joint_products(request: ReaderRequest) -> HttpResponse:
    """The joint products the reader may see, and whose word each awaits."""
    held, today = list(queries.products(request.mandates)), timezone.localdate()
    context = {
        "table": joint_views.products_table(held, queries.words_of(held), queries.sources_of(held), today), "open": sum(each.published_on is None and each.silent_until >= today for each in held),
        "may_propose": proposes(request.mandates) is not None, "breadcrumbs": crumbs((_("Produits communs"), None)),
    }  # fmt: skip
    return render(request, "releases/joint_products.html", context)


def product_or_404(request: ReaderRequest, product_id: UUID) -> JointProduct:
    """The joint product of an address, if the reader may see it."""
    return found(queries.product(request.mandates, product_id))


@require_GET
def joint(request: ReaderRequest, product_id: UUID) -> HttpResponse:
    """One joint product: the part of each State, what it said, and the figures that stay side by side whatever is reserved."""
    held, today = product_or_404(request, product_id), timezone.localdate()
    spoken = queries.words_of([held]).get(held.pk, {})
    parts = queries.parts_of(held, spoken, today)
    leads, rests_on = proposes(request.mandates) is not None, queries.sources_of([held]).get(held.pk, [])
    context = {
        "product": held, "lines": joint_views.parts_lines(held, parts, spoken, request.mandates), "sentence": joint_views.sentence(held, parts, today), "form": WordForm(),
        "rests_on": joint_views.sources_lines(request.mandates, rests_on), "may_recount": leads and any(each.is_stale for each in rests_on),
        "figures": joint_views.figures_of(request.mandates, held.states.split()), "may_publish": leads and held.published_on is None and not queries.awaited(parts), "may_drop": leads and held.published_on is None,
        "breadcrumbs": crumbs((_("Produits communs"), reverse("joint-products")), (held.title[:60], None)),
    }  # fmt: skip
    return render(request, "releases/joint.html", context)


def proposer_or_refuse(request: ReaderRequest) -> Mandate:
    """The mandate under which joint products are proposed and published, or a refusal."""
    by = proposes(request.mandates)
    if by is None:
        raise PermissionDenied(_("Il faut le mandat d'analyste du secrétariat."))
    return by


@require_http_methods(["GET", "POST"])
@login_required
def new(request: ReaderRequest) -> HttpResponse:
    """Open a joint product to the States it speaks of."""
    by = proposer_or_refuse(request)
    standing = {str(each.pk): each for each in standing_releases(request.mandates)[:MOST_LISTED]}
    named = {"states": joint_views.member_choices(), "releases": [(key, words.title(note_held(each))) for key, each in standing.items()]}
    form = JointForm(request.POST or None, **named, initial={"address": request.GET.get("about", ""), "title": request.GET.get("title", "")[:200]})
    entry = Entry(
        _("Proposer un produit commun"), _("Chaque État dont il parle a cinq jours ouvrés pour approuver ou émettre une réserve ; son silence vaut accord. Une réserve ne touche que le produit commun."),
        _("Ouvrir aux États"), reverse("joint-products"), _("Produit commun ouvert aux États."), crumbs((_("Produits communs"), reverse("joint-products")), (_("Proposer"), None)),
    )  # fmt: skip

    def act(told: Any) -> object:
        proposal = commands.Proposal(told["kind"], told["title"], told["summary"], told["address"], tuple(told["states"]), tuple(standing[key] for key in told.get("rests_on", ())))
        return commands.propose(proposal, on=timezone.localdate(), by=by)

    return answered(request, form, entry, act, to=lambda made: reverse("joint", args=[made.pk]))


@require_POST
@login_required
def speak(request: ReaderRequest, product_id: UUID, state: str) -> HttpResponse:
    """A State approves, or reserves with a motive."""
    held, by, form = product_or_404(request, product_id), speaks_for(request.mandates, state), WordForm(request.POST)
    if by is None or state not in held.states.split():
        raise PermissionDenied(_("Il faut parler pour cet État (gestionnaire des données ou autorité de diffusion) : %(state)s") % {"state": words.state_words(state)})
    if not form.is_valid():
        messages.error(request, problem_words(Problem("joint-reserved-without-motive")))
        return redirect("joint", product_id=held.pk)
    told = form.cleaned_data
    return done_or_told(request, lambda: commands.speak(
        held, state, Verdict(told["verdict"]), motive_code=told["motive_code"], motive=told["motive"], on=timezone.localdate(), by=by,
    ), _("Le mot de cet État est gardé."), to=reverse("joint", args=[held.pk]))  # fmt: skip


@require_POST
@login_required
def publish(request: ReaderRequest, product_id: UUID) -> HttpResponse:
    """Publish a product once no word is awaited."""
    held, by = product_or_404(request, product_id), proposer_or_refuse(request)
    return done_or_told(request, lambda: commands.publish(held, on=timezone.localdate(), by=by), _("Produit commun publié, chaque réserve avec son motif."), to=reverse("joint", args=[held.pk]))


@require_POST
@login_required
def recount(request: ReaderRequest, product_id: UUID) -> HttpResponse:
    """Say that a product was counted anew, without the releases that were withdrawn or replaced."""
    held, by = product_or_404(request, product_id), proposer_or_refuse(request)
    if commands.recount(held, on=timezone.localdate(), by=by):
        messages.success(request, _("Le produit commun est dit recompté."))
    return redirect("joint", product_id=held.pk)


@require_POST
@login_required
def drop(request: ReaderRequest, product_id: UUID) -> HttpResponse:
    """Give a product up before it is published."""
    held, by = product_or_404(request, product_id), proposer_or_refuse(request)
    if commands.drop(held, on=timezone.localdate(), by=by):
        messages.success(request, _("Produit commun abandonné."))
    return redirect("joint-products")


