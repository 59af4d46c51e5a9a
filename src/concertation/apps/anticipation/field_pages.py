"""A field brought for an indicator of a framework, and the page that says how its readings were counted."""

import hashlib
import tempfile
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from concertation.apps.access.requests import ReaderRequest, found
from concertation.apps.anticipation import commands, field_views, views
from concertation.apps.anticipation.commands import Brought
from concertation.apps.anticipation.field_map import field_file
from concertation.apps.anticipation.field_reading import ReadingsFromField, Wanted, read_readings
from concertation.apps.anticipation.forms import FieldForm
from concertation.apps.anticipation.pages import framework_page, seen, tell_brought
from concertation.apps.anticipation.queries import FrameworkInView, field_brought
from concertation.apps.anticipation.queries import framework as framework_seen
from concertation.apps.ground.downloads import language
from concertation.core.sharing.visibility import writes_for


@require_POST
@login_required
def bring(request: ReaderRequest, framework: str) -> HttpResponse:
    """Count a field over the ground asked for, keep the readings, and judge the framework on what is known from then on."""
    shown = seen(request, framework)
    by = writes_for(request.mandates, shown.row.owner_state)
    if by is None:
        return render(request, "403.html", status=403)
    form = field_views.form_of(shown.framework, request=request)
    if form is None or not form.is_valid():
        return framework_page(request, shown, field_form=form, status=422)
    read, digest = counted(form, shown)
    if not read.readings:
        return framework_page(request, shown, field_form=form, problems=read.problems, status=422)
    filled = form.cleaned_data
    brought = Brought(filled["field_file"].name, digest, filled["field_source"], filled["field_share_as"], filled["field_licence"])
    row, added = commands.store_field(shown.framework, filled["indicator"], read, brought, at=timezone.now(), by=by)
    tell_brought(request, shown, added, read.problems)
    return redirect("field", field_id=row.pk)


def counted(form: FieldForm, shown: FrameworkInView) -> tuple[ReadingsFromField, str]:
    """The readings of the uploaded file, and its hash."""
    filled = form.cleaned_data
    wanted = Wanted(filled["indicator"], filled["scope"], filled["on"], timezone.localdate())
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile() as kept:
        for chunk in filled["field_file"].chunks():
            digest.update(chunk)
            kept.write(chunk)
        kept.flush()
        return read_readings(field_views.path_of(kept.name), shown.framework, wanted), digest.hexdigest()


@require_GET
def field(request: ReaderRequest, field_id: UUID) -> HttpResponse:
    """How were the readings of this field counted, and where are they doubtful?"""
    held = found(field_brought(request.mandates, field_id))
    shown = found(framework_seen(request.mandates, held.slug))
    if wanted := request.GET.get("format", ""):
        return field_file(held, shown.framework, field_views.areas_of(held), wanted, on=timezone.localdate())
    title = shown.framework.title.told(language())
    context = {
        **field_views.page_of(held, shown.framework),
        "breadcrumbs": [(_("AES"), "/"), (_("Action anticipée"), reverse("frameworks")), (title, reverse("framework", args=[held.slug])), (_("Champ"), "")],
    }  # fmt: skip
    context["problems"] = views.problems_in_words(field_views.problems_of(held))
    return render(request, "anticipation/field.html", context)
