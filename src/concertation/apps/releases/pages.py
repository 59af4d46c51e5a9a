"""Pages of releases: what left and what came, one release step by step, a new one, the package to take away."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from concertation.apps.access.requests import ReaderRequest, found
from concertation.apps.ground.downloads import FORMATS, attached, download
from concertation.apps.ground.editing import problem_words
from concertation.apps.releases import making, views, words
from concertation.apps.releases.forms import MakeForm, SignForm, WhyForm
from concertation.apps.releases.keys import attached_key, key_on_node
from concertation.apps.releases.making import note_held
from concertation.apps.sharing import commands, queries
from concertation.apps.sharing.agreements.queries import agreements, called
from concertation.apps.sharing.models import Release
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate, Role
from concertation.core.sharing.principles import answers_for, sits_on_panel
from concertation.core.sharing.release_steps import DRAFT, lets_go, may_sign
from concertation.core.sharing.signing import SIGNERS, fingerprint, public_of
from concertation.core.sharing.visibility import writes_for
from concertation.formats.release import zip_bytes

PER_PAGE = 25
Crumbs = list[tuple[str, str | None]]


def crumbs(*after: tuple[str, str | None]) -> Crumbs:
    """Where a page of releases stands."""
    return [(_("Décisions"), reverse("home")), (_("Diffusions"), reverse("releases")), *after]


def release_or_404(request: ReaderRequest, release_id: UUID) -> Release:
    """The release of an address, if the reader may see it."""
    return found(queries.release(request.mandates, release_id))


@require_GET
def releases(request: ReaderRequest) -> HttpResponse:
    """What left this node and what came to it."""
    page = Paginator(queries.releases(request.mandates).order_by("-created_at"), PER_PAGE).get_page(request.GET.get("page"))
    own = queries.own_state()
    context = {
        "table": views.releases_table(page, queries.replaced(request.mandates, list(page)), timezone.localdate()), "total": page.paginator.count, "own": own, "own_words": words.state_words(own) if own else "",
        "may_make": bool(own) and writes_for(request.mandates, own) is not None,
        "sees_principles": sits_on_panel(request.mandates) or answers_for(request.mandates) is not None, "breadcrumbs": crumbs()[:1] + [(_("Diffusions"), None)],
    }  # fmt: skip
    return render(request, "releases/releases.html", context)


@require_GET
def release(request: ReaderRequest, release_id: UUID) -> HttpResponse:
    """One release: the table as held beside the table as others see it, the report of the control, the steps."""
    held = release_or_404(request, release_id)
    note, cells = note_held(held), queries.cells_of(request.mandates, held)
    if (wanted := request.GET.get("format", "")) in FORMATS:
        return download(views.taken(note, cells, on=timezone.localdate()), wanted, on=timezone.localdate())
    control = queries.control_of(request.mandates, held)
    sectors = words.sector_choices([each.sector for each in cells])
    chosen = next((code for code, _words in sectors if code == request.GET.get("sector")), sectors[0][0] if sectors else "")
    hidden = sum(each.value is None and each.state.value == "hidden" for each in cells)
    own = queries.own_state()
    context = {
        "release": held, "note": note, "title": words.title(note), "tag": views.STANDING_TAGS[held.standing], "sentence": words.sentence(note, sum(each.value is not None for each in cells), hidden), "sectors": sectors, "sector": chosen,
        "lines": views.held_beside_seen(control, note, chosen) if control else views.seen_by_others(cells, chosen), "has_control": bool(control), "report": words.control_words(control, note.threshold) if control else [],
        "steps": views.steps(held, request.mandates, own) if held.node == own else [], "sign_form": SignForm(), "why_form": WhyForm(), "facts": views.facts(held, note, called(request.mandates, held.node, note.agreement)),
        "may_discard": held.standing == DRAFT and held.node == own and lets_go(request.mandates, own) is not None, "has_package": package_folder(held) is not None, "related": views.related_words(queries.related(request.mandates, held)),
        "receipts": [(words.state_words(each.node), each) for each in queries.receipts(held.digest)], "breadcrumbs": crumbs((words.title(note), None)),
    }  # fmt: skip
    return render(request, "releases/release.html", context)


def maker_or_refuse(request: ReaderRequest) -> tuple[str, Mandate]:
    """The State whose node this is and the mandate under which a release of it is made, or a refusal."""
    own = queries.own_state()
    by = writes_for(request.mandates, own) if own else None
    if by is None:
        raise PermissionDenied(_("Une diffusion se prépare sur le nœud d'un État, par son gestionnaire des données."))
    return own, by


@require_http_methods(["GET", "POST"])
@login_required
def make(request: ReaderRequest) -> HttpResponse:
    """Prepare a release: what, how fine, to whom, under which agreement; the control runs at once."""
    own, by = maker_or_refuse(request)
    named = {
        "sectors": views.sector_options(), "states": views.other_states(own),
        "agreements": [(each.reference, f"{each.reference} · {words.states_words(each.parties.split())}") for each in agreements(request.mandates, state=own) if each.confirmed_on and not each.ended_on],
    }  # fmt: skip
    form = MakeForm(request.POST or None, **named)
    context = {"form": form, "own": words.state_words(own), "has_agreement": bool(named["agreements"]), "breadcrumbs": crumbs((_("Préparer une diffusion"), None))}
    if request.method != "POST":
        return render(request, "releases/make.html", context)
    problems = [Problem(code) for code in form.codes()] if form.is_valid() else []
    if form.is_valid() and not problems:
        made = making.make(own, form.wanted(), mandates=request.mandates, by=by, at=timezone.now())
        if made.release is not None:
            messages.success(request, _("Diffusion préparée et contrôlée : elle attend deux signatures."))
            return redirect("release", release_id=made.release.pk)
        problems = list(made.problems)
    for problem in problems:
        form.add_error(None, problem_words(problem))
    return render(request, "releases/make.html", context, status=422)


def own_release(request: ReaderRequest, release_id: UUID) -> Release:
    """A release of this node that the reader may see."""
    held = release_or_404(request, release_id)
    if held.node != queries.own_state():
        raise PermissionDenied(_("Cette diffusion est celle d'un autre nœud : il est seul à pouvoir la reprendre."))
    return held


def told_back(request: ReaderRequest, held: Release, problems: tuple[Problem, ...], done: str) -> HttpResponse:
    """Back to the release, with what was done or why it was not."""
    for problem in problems:
        messages.error(request, problem_words(problem))
    if not problems:
        messages.success(request, done)
    return redirect("release", release_id=held.pk)


@require_POST
@login_required
def sign(request: ReaderRequest, release_id: UUID) -> HttpResponse:
    """Put the signature of a role, with the key on the node or the one attached."""
    held = own_release(request, release_id)
    role = next((each for each in SIGNERS if each.value == request.POST.get("role")), Role.DATA_MANAGER)
    may = may_sign(request.mandates, held.node, role, {each: line.person for each, line in queries.signatures(held).items()})
    if may.by is None or held.standing != DRAFT:
        return told_back(request, held, (Problem(may.why_not or "release-left-already"),), "")
    form = SignForm(request.POST, request.FILES)
    given = form.content() if form.is_valid() else b""
    key, by = attached_key(given) if given else key_on_node(role), may.by
    if key is None:
        return told_back(request, held, (Problem("release-key-not-read"),), "")
    of_role = next((each.role for each in queries.held_keys() if each.fingerprint == fingerprint(public_of(key)) and each.node == held.node), None)
    if of_role is not None and of_role is not role:
        return told_back(request, held, (Problem("release-key-of-another-role", value=words.role_words(of_role)),), "")
    return told_back(request, held, making.sign(held, key, by=lambda _name, _role: by, at=timezone.now()), _("Signature donnée."))


@require_POST
@login_required
def publish(request: ReaderRequest, release_id: UUID) -> HttpResponse:
    """Let a release go."""
    held = own_release(request, release_id)
    by = signer_or_refuse(request, held.node)
    if held.standing != DRAFT:
        return told_back(request, held, (Problem("release-left-already"),), "")
    now = timezone.now()
    problems = making.publish(held, [making.published_folder()], making.receiver(now.date()), by=by, at=now)
    return told_back(request, held, problems, _("Publiée : elle est prête à être téléchargée, copiée sur une clé, ou prise par les autres nœuds."))


def signer_or_refuse(request: ReaderRequest, state: str) -> Mandate:
    """The mandate of either signer, or a refusal."""
    by = lets_go(request.mandates, state)
    if by is None:
        raise PermissionDenied(_("Il faut le mandat de gestionnaire des données ou d'autorité de diffusion de cet État."))
    return by


@require_POST
@login_required
def withdraw(request: ReaderRequest, release_id: UUID) -> HttpResponse:
    """Prepare the withdrawal of a release, with its reason; it is signed as the release was."""
    held = own_release(request, release_id)
    by, form = signer_or_refuse(request, held.node), WhyForm(request.POST)
    if not form.is_valid():
        return told_back(request, held, (Problem("release-withdrawn-without-reason"),), "")
    made = making.withdraw(held, why=form.cleaned_data["why"], by=by, at=timezone.now())
    return told_back(request, made.release or held, made.problems, _("Retrait préparé : il attend deux signatures, comme la diffusion."))


@require_POST
@login_required
def discard(request: ReaderRequest, release_id: UUID) -> HttpResponse:
    """Give up a release that never left."""
    held = own_release(request, release_id)
    if not commands.discard(held, by=signer_or_refuse(request, held.node), at=timezone.now()):
        return told_back(request, held, (Problem("release-left-already"),), "")
    messages.success(request, _("Préparation abandonnée : rien n'est parti."))
    return redirect("releases")


def package_folder(held: Release) -> Callable[[], dict[str, bytes]] | None:
    """How to read the package of a release that left this node, where it still stands."""
    folder = making.published_folder() / making.folder_of(held.node, held.sequence).name
    if held.standing == DRAFT or held.node != queries.own_state() or not folder.is_dir():
        return None
    return lambda: {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@require_GET
def package(request: ReaderRequest, release_id: UUID) -> HttpResponse:
    """The published package, byte for byte, in one zip."""
    held = release_or_404(request, release_id)
    read = package_folder(held)
    if read is None:
        raise Http404
    return attached(zip_bytes(read()), "application/zip", f"{making.folder_of(held.node, held.sequence).name}.zip")
