"""Pages of the register: the list anyone may read, and the acts of those whose mandate lets them correct it.

Every act is a plain form. What an act would change is shown before it is done; what it did can be taken back.
"""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from concertation.apps.access.requests import ReaderRequest, found
from concertation.apps.ground.downloads import FORMATS, download
from concertation.apps.ground.editing import Conflict
from concertation.apps.organisations import commands, exports, listing, queries
from concertation.apps.organisations.commands import NAMES, NotPossible
from concertation.apps.organisations.forms import NamesForm, SpellingForm
from concertation.apps.organisations.models import Organisation, OrganisationSpelling
from concertation.apps.organisations.words import reason_words, refusal_words, type_words
from concertation.core.sharing import Mandate
from concertation.core.sharing.visibility import edits_register
from concertation.core.spelling import fold

ChangedPage = Callable[..., HttpResponse]


def editor_or_refuse(request: ReaderRequest) -> Mandate:
    """The mandate under which this person corrects the register, or a refusal that says which one is missing."""
    mandate = edits_register(request.mandates)
    if mandate is None:
        raise PermissionDenied(_("Il faut le mandat de gestionnaire des données d'un État, ou d'analyste du secrétariat."))
    return mandate


def told_if_not_possible(page: ChangedPage) -> ChangedPage:
    """An act that no longer makes sense tells the person why, and changes nothing."""

    @wraps(page)
    def answered(request: ReaderRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return page(request, *args, **kwargs)
        except NotPossible as refused:
            messages.error(request, refusal_words(refused.code, str(refused.organisation)))
            return redirect("organisation", slug=refused.organisation.slug)

    return answered


def organisation_or_404(request: ReaderRequest, slug: str) -> Organisation:
    """The organisation that stands under this word today, after merges, if the reader may see it."""
    held = queries.organisation(request.mandates, slug)
    if held is None:
        raise Http404
    return held.merged_into or held


def spelling_or_404(request: ReaderRequest, spelling_id: UUID) -> OrganisationSpelling:
    """The spelling, if the reader may see its organisation."""
    return found(queries.spelling(request.mandates, spelling_id))


@require_GET
def register(request: ReaderRequest) -> HttpResponse:
    """Who is known, how each is written, where each is active as far as the reader may see."""
    asked, today = listing.Asked.of(request.GET), timezone.localdate()
    found = listing.found(request.mandates, asked)
    if (wanted := request.GET.get("format", "")) in FORMATS:
        return download(exports.taken(found, queries.declared(request.mandates, ()), on=today), wanted, on=today)
    page = listing.page_of(found, request.GET.get("page", "1"))
    declared = queries.declared(request.mandates, [each.pk for each in page])
    context = {
        "asked": asked, "found": len(found), "table": listing.table(page, declared, asked), "filters": listing.filters(request.mandates, asked),
        "may_edit": edits_register(request.mandates) is not None, "breadcrumbs": [(_("AES"), "/"), (_("Organisations"), "")],
    }  # fmt: skip
    return render(request, "organisations/register.html", context)


@require_GET
@login_required
def may_be_one(request: ReaderRequest) -> HttpResponse:
    """Organisations with like names: a person says of each pair whether it is one organisation or two."""
    editor_or_refuse(request)
    pairs = queries.may_be_one(request.mandates)
    declared = queries.declared(request.mandates, [each.pk for pair in pairs for each in (pair.first, pair.second)])
    names = listing.state_names()
    lines = [
        {
            "pair": pair, "reason": reason_words(pair.why.reason),
            "sides": [
                {"organisation": each, "states": {names.get(state, state): count for state, count in declared.get(each.pk, {}).items()}}
                for each in (pair.first, pair.second)
            ],
        }
        for pair in pairs
    ]
    return render(request, "organisations/may_be_one.html", {"lines": lines, "breadcrumbs": crumbs(_("Noms qui se ressemblent"))})


def crumbs(*after: str, of: Organisation | None = None) -> list[tuple[str, str]]:
    """Where a page of the register stands."""
    above = [(str(of), reverse("organisation", args=[of.slug]))] if of else []
    return [(_("AES"), "/"), (_("Organisations"), reverse("organisations")), *above, *((name, "") for name in after)]


@require_POST
@login_required
def keep_apart(request: ReaderRequest) -> HttpResponse:
    """Two organisations with like names are two: the pair is not offered again."""
    by = editor_or_refuse(request)
    first, second = (organisation_or_404(request, request.POST.get(name, "")) for name in ("first", "second"))
    commands.keep_apart(first.pk, second.pk, by=by)
    messages.success(request, _("%(first)s et %(second)s restent deux organisations.") % {"first": first, "second": second})
    return redirect("organisations-alike")


@require_http_methods(["GET", "POST"])
@login_required
def names(request: ReaderRequest, slug: str) -> HttpResponse:
    """Correct what an organisation is called; the second of two editors sees what the first wrote beside their own words."""
    by, held = editor_or_refuse(request), organisation_or_404(request, slug)
    form = NamesForm(request.POST) if request.method == "POST" else NamesForm.about(held)
    context = {"organisation": held, "form": form, "breadcrumbs": crumbs(_("Noms et type"), of=held)}
    if request.method == "GET":
        return render(request, "organisations/names.html", context)
    if not form.is_valid():
        return render(request, "organisations/names.html", context, status=422)
    try:
        commands.correct_names(held.pk, form.names(), base_version=form.cleaned_data["version"], by=by)
    except Conflict as told:
        return render(request, "organisations/names.html", context | conflict(form, told.held), status=409)
    messages.success(request, _("Noms enregistrés."))
    return redirect("organisation", slug=held.slug)


def conflict(form: NamesForm, held: Organisation) -> dict[str, object]:
    """What the editor wrote beside what stands now, and a form that can be sent again knowing it."""
    lines = []
    for name in NAMES:
        theirs, yours = getattr(held, name), form.cleaned_data[name]
        words = (type_words(theirs), type_words(yours)) if name == "org_type" else (theirs, yours)
        if theirs != yours:
            lines.append({"label": form.fields[name].label, "theirs": words[0], "yours": words[1]})
    again = NamesForm(initial={**form.cleaned_data, "version": held.version})
    return {"differences": lines, "form": again, "organisation": held}


@require_POST
@login_required
@told_if_not_possible
def add_spelling(request: ReaderRequest, slug: str) -> HttpResponse:
    """Another way the organisation is written, in every file to come."""
    by, held = editor_or_refuse(request), organisation_or_404(request, slug)
    form = SpellingForm(request.POST)
    if form.is_valid():
        commands.add_spelling(held.pk, form.cleaned_data["written"], by=by)
        messages.success(request, _("Écriture ajoutée : les fichiers à venir qui l'emploient mèneront ici."))
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("organisation", slug=held.slug)


@require_http_methods(["GET", "POST"])
@login_required
@told_if_not_possible
def move_spelling(request: ReaderRequest, spelling_id: UUID) -> HttpResponse:
    """A spelling belongs to another organisation: choose which one; the rows written so follow."""
    by, spelling = editor_or_refuse(request), spelling_or_404(request, spelling_id)
    if request.method == "POST":
        target = organisation_or_404(request, request.POST.get("to", ""))
        moved = commands.move_spelling(spelling.pk, to=target.pk, by=by)
        told = ngettext("Écriture déplacée ; %(count)s ligne l'a suivie.", "Écriture déplacée ; %(count)s lignes l'ont suivie.", moved)
        messages.success(request, told % {"count": moved})
        return redirect("organisation", slug=target.slug)
    search = request.GET.get("q", "")[:120]
    found = queries.found_by(request.mandates, search, other_than=spelling.organisation)
    context = {
        "spelling": spelling, "organisation": spelling.organisation, "search": search, "found": found, "searched": bool(fold(search)),
        "breadcrumbs": crumbs(_("Déplacer une écriture"), of=spelling.organisation),
    }
    return render(request, "organisations/move_spelling.html", context)


@require_http_methods(["GET", "POST"])
@login_required
@told_if_not_possible
def merge(request: ReaderRequest, slug: str) -> HttpResponse:
    """Merge an organisation into another: choose which, see what will change, then do it."""
    by, gone = editor_or_refuse(request), organisation_or_404(request, slug)
    if request.method == "POST":
        kept = organisation_or_404(request, request.POST.get("into", ""))
        commands.merge(gone.pk, kept.pk, reason=request.POST.get("reason", ""), by=by)
        messages.success(request, _("%(gone)s est désormais lue comme %(kept)s. La fusion peut être défaite.") % {"gone": gone, "kept": kept})
        return redirect("organisation", slug=kept.slug)
    into = request.GET.get("into", "")
    kept_asked = organisation_or_404(request, into) if into else None
    search = request.GET.get("q", "")[:120]
    context = {
        "organisation": gone, "kept": kept_asked, "search": search, "searched": bool(fold(search)), "breadcrumbs": crumbs(_("Fusionner"), of=gone),
        "found": queries.found_by(request.mandates, search, other_than=gone), **before_merging(request, gone, kept_asked),
    }
    return render(request, "organisations/merge.html", context)


def before_merging(request: ReaderRequest, gone: Organisation, kept: Organisation | None) -> dict[str, object]:
    """What would change by the merge; before one is chosen, the organisations with like names."""
    if kept is None:
        alike = queries.may_be_one(request.mandates, about=gone)
        others = [(pair.second if pair.first == gone else pair.first, reason_words(pair.why.reason)) for pair in alike]
        return {"alike": others}
    declared = queries.declared(request.mandates, [gone.pk, kept.pk])
    ways = {each.pk: [spelling.written for spelling in queries.spellings(request.mandates, each)] for each in (gone, kept)}
    return {"sides": [{"organisation": each, "activities": sum(declared.get(each.pk, {}).values()), "ways": ways[each.pk]} for each in (gone, kept)]}


@require_POST
@login_required
@told_if_not_possible
def take_merge_back(request: ReaderRequest, merge_id: UUID) -> HttpResponse:
    """A merge was a mistake: both organisations stand again with their own rows."""
    by = editor_or_refuse(request)
    held = queries.merge(request.mandates, merge_id)
    if held is None:
        raise Http404
    commands.take_merge_back(held.pk, by=by)
    messages.success(request, _("Fusion défaite : %(gone)s a repris ses lignes.") % {"gone": held.gone})
    return redirect("organisation", slug=held.gone.slug)
