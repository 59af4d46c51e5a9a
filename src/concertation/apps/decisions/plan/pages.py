"""Pages of the common action plan: log-frame, timetable, money; a line's form; a file brought in after a look at what it would change."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from concertation.apps.access.acting import Crumbs, Entry, answered, done_or_told
from concertation.apps.access.requests import ReaderRequest, version_of
from concertation.apps.decisions.commands import Refused
from concertation.apps.decisions.papers import FILES, LANGUAGES
from concertation.apps.decisions.plan import commands, files, imports, queries, words
from concertation.apps.decisions.plan.forms import FileForm, LineForm, line_from
from concertation.apps.decisions.secretariat import secretariat_or_refuse
from concertation.apps.decisions.words import members
from concertation.apps.ground.downloads import FORMATS, attached, download, language
from concertation.apps.ground.drawings import DRAWINGS, drawing_file, plain_links
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate
from concertation.core.sharing.following import keeps_sessions
from concertation.core.sharing.visibility import FRAMEWORK, writes_for
from concertation.draw.gantt import gantt
from concertation.draw.paper import paper_name
from concertation.draw.tables import source_lines
from concertation.formats.problem_texts import in_words
from concertation.formats.template_rows import TemplateRow

SALT, KEPT_SECONDS = "plan-file", 3600
NOTES = frozenset({"template-column-unknown", "file-kind-not-as-named"})


def crumbs(*after: tuple[str, str | None]) -> Crumbs:
    """Where a page of the plan stands."""
    return [(_("Décisions"), reverse("home")), (_("Plan d'action commun"), reverse("plan")), *after]


@require_GET
def plan(request: ReaderRequest) -> HttpResponse:
    """The plan: what is to be done, by whom, when, with which money, and how far it is."""
    view = queries.plan(request.mandates)
    wanted, today = request.GET.get("format", ""), timezone.localdate()
    drawn = gantt(words.bars(view), title=_("Calendrier des activités"), today=today, language=language())
    if wanted in DRAWINGS:
        return drawing_file(drawn, wanted, title=_("Calendrier des activités"), on=today, sources="\n".join(source_lines(files.taken_plan(view).sources)))
    if wanted:
        return taken(request, view, wanted)
    context = {
        "lines": view, "sentence": words.sentence(view) if view else "", "frame": words.frame_rows(view), "activities": words.activity_rows(view),
        "gantt": mark_safe(drawn), "gantt_exports": plain_links(DRAWINGS), "may_write": may_write(request.mandates) is not None, "may_bring": keeps_sessions(request.mandates) is not None,  # noqa: S308  (drawn by the product, every text escaped)
        "papers": papers(), "tables": [(each.upper(), f"?format={each}") for each in ("csv", "xlsx")], "today": timezone.localdate(), "breadcrumbs": crumbs()[:1] + [(_("Plan d'action commun"), None)],  # type: ignore[operator]
    }  # fmt: skip
    return render(request, "decisions/plan.html", context)


def papers() -> list[tuple[str, list[tuple[str, str]]]]:
    """(language in words, (format, address)) of the plan to print."""
    named = (("fr", _("français")), ("en", _("anglais")), ("both", _("les deux langues")))
    return [(told, [(wanted.upper(), f"?format={wanted}&words={code}") for wanted in FILES]) for code, told in named]


def taken(request: ReaderRequest, view: Sequence[queries.LineInView], wanted: str) -> HttpResponse:
    """The plan as a file: a table that comes back, or a paper to print."""
    if wanted in FORMATS:
        return download(files.taken_plan([] if request.GET.get("empty") else view), wanted, on=timezone.localdate())
    asked = request.GET.get("words") or language()
    if wanted not in FILES or asked not in LANGUAGES:
        raise Http404
    content_type, write = FILES[wanted]
    made = []
    for tongue in LANGUAGES[asked]:
        with override(tongue):
            made.append(files.paper(view, request.mandates, tongue))
    return attached(write(tuple(made)), content_type, paper_name(made, wanted))


def may_write(mandates: Sequence[Mandate]) -> Mandate | None:
    """The mandate under which a reader writes lines: the secretariat's, or a member State's for its own activities."""
    own = (writes_for(mandates, state) for state in members())
    return keeps_sessions(mandates) or next((each for each in own if each), None)


def writer_or_refuse(request: ReaderRequest, owner_state: str, kind: str) -> Mandate:
    """The mandate for one line, or a refusal that says which one is missing."""
    by = queries.writes_line(request.mandates, owner_state, kind)
    if by is None:
        raise PermissionDenied(_("Le plan s'écrit au secrétariat ; un État écrit les activités qu'il conduit."))
    return by


@require_http_methods(["GET", "POST"])
@login_required
def new(request: ReaderRequest) -> HttpResponse:
    """Add a line."""
    held = may_write(request.mandates)
    owner = held.state if held is not None else FRAMEWORK
    if held is None:
        raise PermissionDenied(_("Le plan s'écrit au secrétariat ; un État écrit les activités qu'il conduit."))
    initial = {"kind": request.GET.get("kind", "objective" if owner == FRAMEWORK else "activity"), "parent": request.GET.get("under", "")}
    entry = Entry(_("Ajouter une ligne au plan"), _("Rien n'est inventé : ce qui n'est pas connu reste vide."), _("Ajouter"), reverse("plan"), _("Ligne ajoutée."), crumbs((_("Ajouter une ligne"), None)))
    return answered(request, LineForm(request.POST or None, initial=initial), entry, writing(request, owner, code=""))


@require_http_methods(["GET", "POST"])
@login_required
def edit(request: ReaderRequest, line_code: str) -> HttpResponse:
    """Change a line."""
    row = queries.entry(request.mandates, line_code)
    if row is None:
        raise Http404
    writer_or_refuse(request, row.owner_state, row.kind)
    line = queries.as_line(row)
    initial = {name: getattr(line, name) for name in LineForm.base_fields if hasattr(line, name)} | {"decisions": list(line.decisions), "sensitivity": row.sensitivity, "version": row.version}
    entry = Entry(f"{row.code} {words.title_of(line)}", "", _("Enregistrer"), reverse("plan"), _("Ligne enregistrée."), crumbs((row.code, None)))
    return answered(request, LineForm(request.POST or None, initial=initial), entry, writing(request, row.owner_state, code=row.code))


def writing(request: ReaderRequest, owner: str, *, code: str) -> Any:
    """The act of a line's form; a line keeps its code."""

    def act(cleaned: Mapping[str, Any]) -> object:
        line = line_from(cleaned)
        if code and line.code != code:
            raise Refused("plan-code-kept", code)
        by = writer_or_refuse(request, owner, line.kind)
        try:
            return commands.write_line(line, owner_state=owner, sensitivity=cleaned["sensitivity"], base_version=cleaned["version"], by=by)
        except commands.PlanRefused as refused:
            raise Refused(refused.problems[0].code, refused.problems[0].value) from None

    return act


@require_POST
@login_required
def withdraw(request: ReaderRequest, line_code: str) -> HttpResponse:
    """Take a line out of the plan."""
    row = queries.entry(request.mandates, line_code)
    if row is None:
        raise Http404
    by = writer_or_refuse(request, row.owner_state, row.kind)
    return done_or_told(
        request, lambda: commands.withdraw_line(line_code, base_version=version_of(request), on=timezone.localdate(), by=by),
        _("Ligne retirée du plan ; l'inscrire à nouveau sous le même code la ramène."), to=reverse("plan"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@login_required
def bring(request: ReaderRequest) -> HttpResponse:
    """Bring a file in: first what it would change, or what is wrong with it; then, on a yes, the change."""
    by = secretariat_or_refuse(request)
    if kept := request.POST.get("kept", ""):
        return brought(request, kept, by)
    form = FileForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {"form": form, "breadcrumbs": crumbs((_("Apporter un fichier"), None))}
    if request.method != "POST" or not form.is_valid():
        return render(request, "decisions/plan_bring.html", context, status=200 if request.method != "POST" else 422)
    upload = form.cleaned_data["file"]
    read = imports.read_upload(upload.name, upload.chunks())
    wrong = [*read.problems, *(Problem(each.code, read.place(code), each.value) for code, each in commands.problems_in(read.lines))]
    refused = [each for each in wrong if each.code not in NOTES]
    context |= {"problems": problem_rows(wrong), "name": upload.name, "refused": len(refused)}
    if not refused:
        context |= preview(read)
    return render(request, "decisions/plan_bring.html", context, status=422 if refused else 200)


def preview(read: imports.ReadPlan) -> dict[str, object]:
    """What a file would change, and the rows signed for the yes that follows."""
    would = commands.differences(read.lines)
    named = {"added": _("à ajouter"), "changed": _("à changer"), "same": _("inchangée")}
    rows = [{"code": line.code, "title": words.title_of(line), "would": named[would[line.code]]} for line in read.lines if would[line.code] != "same"]
    counted = {done: sum(each == done for each in would.values()) for done in named}
    kept = signing.dumps([[row.number, dict(row.texts)] for row in read.rows], salt=SALT, compress=True)
    return {"rows": rows, "counted": counted, "kept": kept, "ready": True}


def brought(request: ReaderRequest, kept: str, by: Mandate) -> HttpResponse:
    """The rows that were looked at go in."""
    try:
        rows = [TemplateRow(number, texts, {}) for number, texts in signing.loads(kept, salt=SALT, max_age=KEPT_SECONDS)]
        done = commands.store_lines(imports.lines_of(rows).lines, by=by)
    except (signing.BadSignature, commands.PlanRefused):
        messages.error(request, _("Le plan a changé depuis, ou le fichier attend depuis plus d'une heure : apportez-le de nouveau."))
        return redirect("plan-bring")
    told = ngettext("%(count)s ligne ajoutée", "%(count)s lignes ajoutées", done.added) % {"count": done.added}
    changed = ngettext("%(count)s changée", "%(count)s changées", done.changed) % {"count": done.changed}
    messages.success(request, f"{told}, {changed}.")
    return redirect("plan")


def problem_rows(problems: Sequence[Problem]) -> list[dict[str, object]]:
    """Problems as the page tells them, the same thing counted once with its first cell."""
    counted: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        counted.setdefault((problem.code, problem.value), []).append(problem)
    rows = []
    for (code, value), same in counted.items():
        told, cell = in_words(same[0]), same[0].cell
        message, remedy = (told.message_en, told.remedy_en) if language() == "en" else (told.message_fr, told.remedy_fr)
        rows.append({
            "code": code, "severity": told.severity, "count": len(same), "message": message, "remedy": remedy, "value": value, "sheet": cell.sheet, "row": cell.row, "column": cell.column,
        })  # fmt: skip
    return rows
