"""What columns mean, remembered from one file to the next: look, correct, put aside and take up again, take away, bring in."""

import csv
from collections.abc import Iterator
from io import StringIO
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from concertation.apps.access.requests import ReaderRequest, found
from concertation.apps.ground.downloads import CSV_TYPE, attached
from concertation.apps.places.queries import state_names
from concertation.apps.sources import queries, review
from concertation.apps.sources.columns import commands
from concertation.apps.sources.import_words import kind_words
from concertation.apps.sources.models import SavedMapping
from concertation.apps.sources.pages import manager_or_refuse
from concertation.core.presence import headings_signature
from concertation.core.problems import column_letter
from concertation.core.sharing.visibility import writes_for
from concertation.formats.decoding import decoded

KIND = "presence-5w"
MOST_BYTES, MOST_COLUMNS = 200_000, 400
CELLS = ("letter", "heading", "field")


class BringMapping(forms.Form):
    """A mapping as a file, from another State or another node."""

    state = forms.ChoiceField(label=gettext_lazy("État"))
    file = forms.FileField(label=gettext_lazy("Fichier .csv"), help_text=gettext_lazy("Trois colonnes : letter, heading, field ; une ligne par colonne du classeur."))


@require_GET
@login_required
def mappings(request: ReaderRequest) -> HttpResponse:
    """What did we settle of columns, and for which files?"""
    known = state_names()
    held = list(queries.mappings(request.mandates))
    rows = [{"mapping": each, "state": known.get(each.state, each.state), "kind": kind_words(each.kind), "columns": sum(1 for field in each.columns.values() if field)} for each in held]
    context = {"rows": rows, "form": bring_form(request), "breadcrumbs": [(_("Fichiers reçus"), reverse("imports")), (_("Colonnes retenues"), "")]}
    return render(request, "sources/mappings.html", context)


def bring_form(request: ReaderRequest) -> BringMapping | None:
    """The form that brings a mapping in, for the States the reader manages."""
    managed = [(state, name) for state, name in state_names().items() if writes_for(request.mandates, state)]
    form = BringMapping(request.POST or None, request.FILES or None)
    chosen = form.fields["state"]
    if isinstance(chosen, forms.ChoiceField):
        chosen.choices = managed
    return form if managed else None


def mapping_or_404(request: ReaderRequest, mapping_id: UUID) -> SavedMapping:
    """A mapping of a State the reader manages."""
    return found(queries.mapping(request.mandates, mapping_id))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def mapping(request: ReaderRequest, mapping_id: UUID) -> HttpResponse:
    """What each column means; corrected here, it holds for the next files."""
    held = mapping_or_404(request, mapping_id)
    fields = review.field_choices(held.kind)
    if request.GET.get("format") == "csv":
        return attached(as_csv(held), CSV_TYPE, f"colonnes-{slugify(held.name or held.signature[:8])}-{timezone.localdate().isoformat()}.csv")
    if request.method == "POST":
        by = manager_or_refuse(request, held.state)
        allowed = {field for field, _words in fields} | {""}
        columns = {letter: chosen for letter in held.columns if (chosen := request.POST.get(letter, held.columns[letter])) in allowed}
        commands.save_mapping(state=held.state, kind=held.kind, signature=held.signature, columns=columns, by=by, name=request.POST.get("name", "").strip())
        messages.success(request, _("Colonnes corrigées pour les prochains fichiers aux mêmes titres."))
        return redirect("mapping", held.pk)
    lines = [(letter, held.headings.get(letter, ""), held.columns[letter]) for letter in sorted(held.columns, key=lambda each: (len(each), each))]
    context = {
        "mapping": held, "lines": lines, "fields": fields, "kind": kind_words(held.kind), "state": state_names().get(held.state, held.state),
        "breadcrumbs": [(_("Fichiers reçus"), reverse("imports")), (_("Colonnes retenues"), reverse("mappings")), (held.name or held.signature[:8], "")],
    }  # fmt: skip
    return render(request, "sources/mapping.html", context)


@require_POST
@login_required
def put_aside(request: ReaderRequest, mapping_id: UUID) -> HttpResponse:
    """A mapping is no longer used; it can be taken up again."""
    held = mapping_or_404(request, mapping_id)
    commands.put_mapping_aside(held, by=manager_or_refuse(request, held.state))
    messages.success(request, _("Mise de côté : elle ne sert plus aux prochains fichiers. Elle peut être reprise."))
    return redirect("mappings")


@require_POST
@login_required
def take_up(request: ReaderRequest, mapping_id: UUID) -> HttpResponse:
    """A mapping put aside is used again."""
    held = mapping_or_404(request, mapping_id)
    commands.take_mapping_up(held, by=manager_or_refuse(request, held.state))
    messages.success(request, _("Elle sert de nouveau aux prochains fichiers."))
    return redirect("mappings")


def as_csv(held: SavedMapping) -> bytes:
    """A mapping as a file: letter, heading and field of each column. Headings that a spreadsheet would compute are defused."""
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow(CELLS)
    for letter, field in held.columns.items():
        heading = str(held.headings.get(letter, ""))
        writer.writerow((letter, f"'{heading}" if heading[:1] in "=+-@\t\r" else heading, field))
    return written.getvalue().encode("utf-8-sig")


@require_POST
@login_required
def bring_in(request: ReaderRequest) -> HttpResponse:
    """Bring a mapping in from a file; it serves the next files with the same headings."""
    form = bring_form(request)
    if form is None or not form.is_valid():
        messages.error(request, _("Choisissez un État et un fichier .csv."))
        return redirect("mappings")
    by = manager_or_refuse(request, form.cleaned_data["state"])
    uploaded = form.cleaned_data["file"]
    read = list(lines_of(uploaded.read(MOST_BYTES)))
    known = {field for field, _words in review.field_choices(KIND)} | {""}
    wrong = next((field for _letter, _heading, field in read if field not in known), None)
    if not read or wrong is not None:
        told = _("Le champ « %(field)s » n'existe pas.") % {"field": str(wrong)[:40]} if read else _("Ce fichier ne tient aucune colonne : il faut letter, heading, field.")
        messages.error(request, told)
        return redirect("mappings")
    headings = {letter: heading for letter, heading, _field in read}
    commands.save_mapping(
        state=by.state, kind=KIND, signature=headings_signature(headings.values()), columns={letter: field for letter, _heading, field in read}, by=by,
        headings=headings, name=uploaded.name,
    )  # fmt: skip
    messages.success(request, _("Colonnes apportées : elles serviront au prochain fichier aux mêmes titres."))
    return redirect("mappings")


def lines_of(content: bytes) -> Iterator[tuple[str, str, str]]:
    """Letter, heading and field of each line of a file that has them; anything else gives nothing."""
    text, _problems = decoded(content)
    reader = csv.DictReader(StringIO(text))
    if not set(CELLS) <= set(reader.fieldnames or ()):
        return
    letters = {column_letter(index) for index in range(MOST_COLUMNS)}
    for line in reader:
        heading = str(line["heading"] or "")
        if line["letter"] in letters:
            yield str(line["letter"]), heading.removeprefix("'") if heading[1:2] in ("=", "+", "-", "@") else heading, str(line["field"] or "")
