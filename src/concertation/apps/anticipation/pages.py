"""Which frameworks exist and where they stand; one framework: when does it fire, would it have, what is paid, who must act."""

import hashlib
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from concertation.apps.access.requests import ReaderRequest, found
from concertation.apps.anticipation import commands, exports, field_views, views
from concertation.apps.anticipation.coverage_map import map_block
from concertation.apps.anticipation.forms import DeclareForm, FieldForm, SeriesForm
from concertation.apps.anticipation.queries import FrameworkInView
from concertation.apps.anticipation.queries import framework as framework_seen
from concertation.apps.anticipation.reading import listed, told
from concertation.apps.ground.downloads import FORMATS, language
from concertation.apps.ground.drawings import plain_links
from concertation.apps.ground.received import as_path
from concertation.core.anticipation.watching import confirms
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate
from concertation.core.sharing.visibility import writes_for
from concertation.formats.framework_file import ReadFramework, read_framework
from concertation.formats.indicator_series import read_series
from concertation.formats.problem_texts import in_words

MOST_FRAMEWORK_BYTES = 1_000_000


@require_GET
def frameworks(request: ReaderRequest) -> HttpResponse:
    """Which frameworks exist, where, and where do they stand?"""
    today = timezone.localdate()
    every = listed(request.mandates, today)
    if wanted := request.GET.get("format", ""):
        return exports.frameworks_file(every, wanted, on=today)
    context = {
        "sentence": views.sentence_of_all(every), "map": map_block(every), "exports": plain_links(FORMATS), "states": views.by_state(every), "calendar": views.calendar(every),
        "months": views.months(), "may_declare": any(writes_for([each], each.state) for each in request.mandates),
        "breadcrumbs": [(_("AES"), "/"), (_("Action anticipée"), "")],
    }  # fmt: skip
    return render(request, "anticipation/frameworks.html", context)


def seen(request: ReaderRequest, slug: str) -> FrameworkInView:
    """A framework the reader may see; 404 otherwise."""
    return found(framework_seen(request.mandates, slug))


@require_GET
def framework(request: ReaderRequest, framework: str) -> HttpResponse:
    """When does it fire, would it have, what is paid, and who must act now?"""
    if wanted := request.GET.get("format", ""):
        today = timezone.localdate()
        return exports.framework_file(told(request.mandates, seen(request, framework), today), wanted, on=today)
    return framework_page(request, seen(request, framework))


def framework_page(request: ReaderRequest, shown: FrameworkInView, *, form: SeriesForm | None = None, field_form: FieldForm | None = None, problems: Any = (), status: int = 200) -> HttpResponse:
    """The page of a framework, with what was wrong with what was just brought."""
    held = told(request.mandates, shown, timezone.localdate())
    writer = writes_for(request.mandates, shown.row.owner_state)
    context = {
        **views.page_of(held), "problems": views.problems_in_words(views.labelled((*problems, *held.problems), shown.framework)),
        "series_form": (form or SeriesForm()) if writer else None, "field_form": field_views.form_of(shown.framework, field_form) if writer else None, "fields": field_views.lines(request.mandates, shown.framework),
        "may_sign": confirms(request.mandates, shown.row.owner_state) is not None and shown.row.signed_at is None,
        "breadcrumbs": [(_("AES"), "/"), (_("Action anticipée"), reverse("frameworks")), (shown.framework.title.told(language()), "")],
    }  # fmt: skip
    return render(request, "anticipation/framework.html", context, status=status)


@require_GET
def framework_file(request: ReaderRequest, framework: str) -> HttpResponse:
    """The very file of a framework."""
    row = seen(request, framework).row
    return HttpResponse(bytes(row.content), content_type="application/yaml; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{row.slug}-{row.edition}.yaml"'})


@require_POST
@login_required
def series(request: ReaderRequest, framework: str) -> HttpResponse:
    """Bring in a series of readings, and judge the framework on what is known from then on."""
    shown = seen(request, framework)
    by = writes_for(request.mandates, shown.row.owner_state)
    if by is None:
        return render(request, "403.html", status=403)
    form = SeriesForm(request.POST, request.FILES)
    if not form.is_valid():
        return framework_page(request, shown, form=form, status=422)
    written = form.cleaned_data["file"].read()
    read = _read(written, form.cleaned_data["file"].name, shown)
    if not read.readings:
        return framework_page(request, shown, form=form, problems=read.problems, status=422)
    brought = commands.Brought(form.cleaned_data["file"].name, hashlib.sha256(written).hexdigest(), form.cleaned_data["source"], form.cleaned_data["share_as"], form.cleaned_data["licence"])
    added = commands.store_readings(shown.framework, read.readings, brought, at=timezone.now(), by=by)
    tell_brought(request, shown, added, read.problems)
    return redirect("framework", framework=shown.row.slug)


def tell_brought(request: ReaderRequest, shown: FrameworkInView, added: int, problems: Sequence[Problem]) -> None:
    """Judge the framework on what is known now, and tell what was added, what fired, and what is doubtful."""
    fired = [each for watched in commands.watch(timezone.now(), only=shown.row.slug) for each in watched.fired]
    messages.success(request, _added_words(added))
    for each in fired:
        messages.warning(request, _("%(window)s : seuil atteint, non activé.") % {"window": shown.framework.windows[each.window].label.told(language())})
    for problem in [each for each in problems if in_words(each).severity != "note"][:5]:
        messages.warning(request, in_words(problem).message_en if language() == "en" else in_words(problem).message_fr)


def _added_words(added: int) -> str:
    if not added:
        return _("Rien de nouveau dans cette série : tout y était déjà connu.")
    return ngettext("%(count)s relevé nouveau.", "%(count)s relevés nouveaux.", added) % {"count": added}


def _read(written: bytes, name: str, shown: FrameworkInView) -> Any:
    """The readings of an uploaded file."""
    with as_path(name, [written]) as path:
        return read_series(path, shown.framework)


@require_POST
@login_required
def sign(request: ReaderRequest, framework: str) -> HttpResponse:
    """Sign the version that counts."""
    shown = seen(request, framework)
    by = confirms(request.mandates, shown.row.owner_state)
    if by is None:
        return render(request, "403.html", status=403)
    commands.sign(shown, at=timezone.now(), by=by)
    messages.success(request, _("Version signée : son contenu ne change plus."))
    return redirect("framework", framework=shown.row.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def declare(request: ReaderRequest) -> HttpResponse:
    """Declare a framework of one's State by its file."""
    mandates = {each.state: each for each in request.mandates if writes_for([each], each.state)}
    if not mandates:
        return render(request, "403.html", status=403)
    form = DeclareForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        return _declare_page(request, form, None, status=422 if request.method == "POST" else 200)
    read = read_framework(form.cleaned_data["file"].read(MOST_FRAMEWORK_BYTES + 1))
    by = mandates.get(read.framework.country) if read.framework else None
    return _declared(request, form, read, by)


def _declared(request: ReaderRequest, form: DeclareForm, read: ReadFramework, by: Mandate | None) -> HttpResponse:
    written = form.cleaned_data["file"]
    if by is None or not read.is_sound:
        if by is None and read.is_sound:
            form.add_error("file", _("Ce cadre est celui d'un État pour lequel vous n'avez pas mandat."))
        return _declare_page(request, form, read, status=422)
    written.seek(0)
    try:
        row = commands.bring_framework(written.read(), read, by=by)
    except commands.SignedAlready:
        form.add_error("file", _("Cette version existe déjà avec un autre contenu : donnez au nouveau contenu une autre version."))
        return _declare_page(request, form, read, status=422)
    return redirect("framework", framework=row.slug)


def _declare_page(request: ReaderRequest, form: DeclareForm, read: ReadFramework | None, *, status: int) -> HttpResponse:
    crumbs = [(_("AES"), "/"), (_("Action anticipée"), reverse("frameworks")), (_("Déclarer un cadre"), "")]
    context = {"form": form, "problems": views.problems_in_words(read.problems) if read else (), "breadcrumbs": crumbs}
    return render(request, "anticipation/declare.html", context, status=status)
