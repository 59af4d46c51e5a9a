"""Pages of lessons: what is known, one lesson with what is near it and who reused it, the after-action review, a file brought in."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from concertation.apps.access.acting import Entry, answered, done_or_told
from concertation.apps.access.requests import ReaderRequest, found, version_of
from concertation.apps.ground.downloads import FORMATS, attached, download, language
from concertation.apps.ground.editing import problem_words
from concertation.apps.ground.received import as_path
from concertation.apps.lessons import commands, imports, queries, words
from concertation.apps.lessons.columns import COLUMNS
from concertation.apps.lessons.exports import lessons_package, taken_lessons
from concertation.apps.lessons.forms import ContradictForm, FileForm, LessonForm, ReuseForm
from concertation.apps.lessons.models import Lesson
from concertation.core.lessons import is_expired
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate
from concertation.core.sharing.following import keeps_sessions
from concertation.core.sharing.learning import changes_lesson, keeps_lessons, validates_lesson
from concertation.formats.problem_texts import in_words
from concertation.formats.template_rows import TemplateRow

PACKAGE = "datapackage"
PER_PAGE, SALT, KEPT_SECONDS = 20, "lessons-file", 3600
NOTES = frozenset({"template-column-unknown", "file-kind-not-as-named"})
Crumbs = list[tuple[str, str | None]]


def crumbs(*after: tuple[str, str | None]) -> Crumbs:
    """Where a page of lessons stands."""
    return [(_("Décisions"), reverse("home")), (_("Leçons"), reverse("lessons")), *after]


def lesson_or_404(request: ReaderRequest, lesson_id: UUID) -> Lesson:
    """The lesson of an address, if the reader may see it."""
    return found(queries.lesson(request.mandates, lesson_id))


def lesson_address(row: Lesson) -> str:
    """Where a lesson is shown."""
    return reverse("lesson", args=[row.pk])


def entry_of(title: str, back: str, done: str) -> Entry:
    """The form of a lesson."""
    lead = _("Quatre questions. Répondez dans votre langue ; l'autre peut venir plus tard. Aucun nom de personne.")
    return Entry(title, lead, _("Enregistrer"), back, done, crumbs((title, None)))


def keeper_or_refuse(request: ReaderRequest) -> Mandate:
    """The mandate under which this person keeps lessons, or a refusal that says which one is missing."""
    held = keeps_lessons(request.mandates)
    if not held:
        raise PermissionDenied(_("Une leçon s'écrit pour une organisation, pour un État ou au secrétariat : il faut un de ces mandats."))
    return held[0]


@require_GET
def lessons(request: ReaderRequest) -> HttpResponse:
    """What was learned, found by words of either language and by facets."""
    asked, today = queries.Asked.of(request.GET), timezone.localdate()
    found = queries.found(request.mandates, asked, today)
    if (wanted := request.GET.get("format", "")) in FORMATS:
        return download(taken_lessons([] if request.GET.get("empty") else list(found), on=today), wanted, on=today)
    if wanted == PACKAGE:
        return attached(lessons_package(list(found), on=today), "application/zip", f"lessons-{today.isoformat()}.zip")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page", "1"))
    counted = queries.facets(request.mandates)
    held = sum(counted["kind"].values())
    context = {
        "asked": asked, "page": page, "lines": words.lines(list(page), queries.times_reused(request.mandates, page)), "filters": words.filters(counted, asked.facets),
        "held": held, "found": page.paginator.count, "cut": getattr(found, "cut", None), "may_keep": bool(keeps_lessons(request.mandates)), "query": query_without(request),
        "breadcrumbs": crumbs()[:1] + [(_("Leçons"), None)],
    }  # fmt: skip
    return render(request, "lessons/lessons.html", context)


def query_without(request: ReaderRequest) -> str:
    """What was asked, to take it away as a file."""
    kept = request.GET.copy()
    for name in ("format", "page", "lang"):
        kept.pop(name, None)
    return kept.urlencode()


@require_GET
def lesson(request: ReaderRequest, lesson_id: UUID) -> HttpResponse:
    """One lesson: what happened, what to do next time, what is near it or against it, who reused it."""
    held, today = lesson_or_404(request, lesson_id), timezone.localdate()
    reuses = queries.reuses(request.mandates, held)
    known = queries.themes() if held.theme else {}
    context = {
        "lesson": held, "about": words.about(held), "expired": is_expired(held.expires_on, today), "near": queries.near(request.mandates, held),
        "against": queries.contradictions(request.mandates, held), "reuses": [(each, words.holder_words(each.holder)) for each in reuses], "reused": words.times_words(len(reuses)), "theme": known.get(held.theme, held.theme),
        "answers": [(label, held.told(name)) for name, label in answer_labels()], "reuse_form": ReuseForm(), "contradict_form": ContradictForm(),
        "may_use": bool(keeps_lessons(request.mandates)), "may_change": changes_lesson(request.mandates, owner_state=held.owner_state, holder=held.holder) is not None,
        "may_validate": held.validated_on is None and validates_lesson(request.mandates, owner_state=held.owner_state, written_by=held.written_by) is not None,
        "breadcrumbs": crumbs((held.title[:60], None)),
    }  # fmt: skip
    return render(request, "lessons/lesson.html", context)


def answer_labels() -> list[tuple[str, str]]:
    """The questions of an after-action review."""
    return [("planned", _("Ce qui était prévu")), ("happened", _("Ce qui s'est passé")), ("why", _("Pourquoi l'écart"))]


def states_of(mandates: Sequence[Mandate]) -> str:
    """The State a new lesson belongs to: that of the mandate it is written under."""
    return next((own.state for own in keeps_lessons(mandates) if own.state), "AES")


@require_http_methods(["GET", "POST"])
@login_required
def new(request: ReaderRequest) -> HttpResponse:
    """The after-action review, guided by its four questions."""
    by = keeper_or_refuse(request)
    form = LessonForm(request.POST or None, initial={"language": language()})
    title = _("Revue après action : garder une leçon")
    owner = by.state or states_of(request.mandates)

    def act(cleaned: Mapping[str, Any]) -> Lesson:
        return commands.keep_lesson(cleaned, owner_state=owner, on=timezone.localdate(), by=by)

    return answered(request, form, entry_of(title, reverse("lessons"), _("Leçon gardée ; elle sera trouvée dans quelques instants.")), act, to=lesson_address)


@require_http_methods(["GET", "POST"])
@login_required
def edit(request: ReaderRequest, lesson_id: UUID) -> HttpResponse:
    """Correct a lesson."""
    held = lesson_or_404(request, lesson_id)
    by = changes_lesson(request.mandates, owner_state=held.owner_state, holder=held.holder)
    if by is None:
        raise PermissionDenied(_("Une leçon se corrige par qui la détient."))
    form = LessonForm(request.POST or None, initial={name: getattr(held, name) for name in (*commands.FIELDS, "version")})

    def act(cleaned: Mapping[str, Any]) -> Lesson:
        return commands.correct_lesson(held.pk, cleaned, base_version=cleaned["version"], by=by)

    return answered(request, form, entry_of(_("Corriger la leçon"), lesson_address(held), _("Leçon corrigée.")), act, to=lesson_address)


@require_POST
@login_required
def validate(request: ReaderRequest, lesson_id: UUID) -> HttpResponse:
    """Somebody who did not write it says that a lesson holds."""
    held = lesson_or_404(request, lesson_id)
    by = validates_lesson(request.mandates, owner_state=held.owner_state, written_by=held.written_by)
    if by is None:
        raise PermissionDenied(_("Une leçon se valide par quelqu'un d'autre que son auteur : gestionnaire des données de l'État ou analyste."))
    return done_here(request, held, lambda: commands.validate_lesson(held.pk, base_version=version_of(request), on=timezone.localdate(), by=by), _("Leçon validée."))


@require_POST
@login_required
def withdraw(request: ReaderRequest, lesson_id: UUID) -> HttpResponse:
    """Take a lesson out of what is read."""
    held = lesson_or_404(request, lesson_id)
    by = changes_lesson(request.mandates, owner_state=held.owner_state, holder=held.holder)
    if by is None:
        raise PermissionDenied(_("Une leçon se retire par qui la détient."))
    return done_here(request, held, lambda: commands.withdraw_lesson(held.pk, base_version=version_of(request), on=timezone.localdate(), by=by), _("Leçon retirée."))


def done_here(request: ReaderRequest, held: Lesson, act: Callable[[], object], done: str) -> HttpResponse:
    """A button's act, or why it was not done; back to the lesson while the reader may see it."""
    answer = done_or_told(request, act, done, to=lesson_address(held))
    return answer if queries.lesson(request.mandates, held.pk) else redirect("lessons")


@require_POST
@login_required
def reuse(request: ReaderRequest, lesson_id: UUID) -> HttpResponse:
    """Note in one act that a lesson was used."""
    by, held = keeper_or_refuse(request), lesson_or_404(request, lesson_id)
    form = ReuseForm(request.POST)
    if form.is_valid():
        commands.note_reuse(held, used_on=timezone.localdate(), where=form.cleaned_data["where"], result=form.cleaned_data["result"], by=by)
        messages.success(request, _("Réutilisation notée. Vous pourrez en dire le résultat plus tard, sur cette page."))
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("lesson", lesson_id=held.pk)


@require_POST
@login_required
def result(request: ReaderRequest, reuse_id: UUID) -> HttpResponse:
    """What came of using a lesson."""
    held = queries.reuse(request.mandates, reuse_id)
    if held is None:
        raise Http404
    by = changes_lesson(request.mandates, owner_state=held.owner_state, holder=held.holder)
    if by is None:
        raise PermissionDenied(_("Le résultat se dit par qui a utilisé la leçon."))
    commands.tell_result(held, request.POST.get("result", "")[:4000], by=by)
    messages.success(request, _("Résultat noté."))
    return redirect("lesson", lesson_id=held.lesson_id)


@require_POST
@login_required
def contradict(request: ReaderRequest, lesson_id: UUID) -> HttpResponse:
    """Say that another lesson says the opposite."""
    by, held = keeper_or_refuse(request), lesson_or_404(request, lesson_id)
    written = request.POST.get("other", "").strip().rstrip("/").rpartition("/")[2]
    try:
        other = queries.lesson(request.mandates, UUID(written))
    except ValueError:
        other = None
    if other is None:
        messages.error(request, problem_words(Problem("lesson-unknown", value=written)))
        return redirect("lesson", lesson_id=held.pk)
    return done_here(request, held, lambda: commands.contradict(held, other, why=request.POST.get("why", ""), by=by), _("Contradiction notée."))


@require_http_methods(["GET", "POST"])
@login_required
def bring(request: ReaderRequest) -> HttpResponse:
    """Bring lessons, or a taxonomy of themes, in from a file: first what would be added or is wrong, then, on a yes, the act."""
    by = keeper_or_refuse(request)
    if kept := request.POST.get("kept", ""):
        return brought(request, kept, by)
    form = FileForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {"form": form, "columns": len(COLUMNS), "breadcrumbs": crumbs((_("Apporter un fichier"), None))}
    if request.method != "POST" or not form.is_valid():
        return render(request, "lessons/bring.html", context, status=200 if request.method != "POST" else 422)
    upload = form.cleaned_data["file"]
    with as_path(upload.name, upload.chunks()) as path:
        if form.cleaned_data["content"] == "themes":
            return themes_brought(request, imports.read_themes(path), context)
        read = imports.read_lessons(path)
    refused = [each for each in read.problems if each.code not in NOTES]
    context |= {"problems": problem_rows(read.problems), "name": upload.name}
    if not refused:
        shown = [each["title_fr"] or each["title_en"] for each in read.lessons]
        context |= {"ready": True, "titles": shown[:PER_PAGE], "count": len(shown), "kept": signing.dumps([[row.number, dict(row.texts)] for row in read.rows], salt=SALT, compress=True)}
    return render(request, "lessons/bring.html", context, status=422 if refused else 200)


def brought(request: ReaderRequest, kept: str, by: Mandate) -> HttpResponse:
    """The lessons that were looked at go in."""
    try:
        rows = [TemplateRow(number, texts, {}) for number, texts in signing.loads(kept, salt=SALT, max_age=KEPT_SECONDS)]
        done = commands.bring_lessons(imports.lessons_of(rows).lessons, owner_state=by.state or states_of(request.mandates), on=timezone.localdate(), by=by)
    except (signing.BadSignature, commands.LessonRefused):
        messages.error(request, _("Le fichier attend depuis plus d'une heure, ou n'est plus le même : apportez-le de nouveau."))
        return redirect("lessons-bring")
    told = ngettext("%(count)s leçon ajoutée", "%(count)s leçons ajoutées", done.added) % {"count": done.added}
    same = ngettext("%(count)s déjà tenue", "%(count)s déjà tenues", done.same) % {"count": done.same}
    messages.success(request, f"{told}, {same}.")
    return redirect("lessons")


def themes_brought(request: ReaderRequest, read: tuple[tuple[tuple[str, str], ...], tuple[Problem, ...]], context: dict[str, object]) -> HttpResponse:
    """A taxonomy goes in at once: it changes no lesson, and names are all it holds."""
    by = keeps_sessions(request.mandates)
    if by is None:
        raise PermissionDenied(_("La taxonomie des thèmes s'apporte au secrétariat."))
    named, problems = read
    if [each for each in problems if each.code not in NOTES]:
        return render(request, "lessons/bring.html", context | {"problems": problem_rows(problems), "name": _("taxonomie")}, status=422)
    count = commands.bring_themes(named, by=by)
    messages.success(request, ngettext("%(count)s thème tenu.", "%(count)s thèmes tenus.", count) % {"count": count})
    return redirect("lessons")


def problem_rows(problems: Sequence[Problem]) -> list[dict[str, object]]:
    """Problems as the page tells them."""
    rows = []
    for each in problems:
        told = in_words(each)
        message, remedy = (told.message_en, told.remedy_en) if language() == "en" else (told.message_fr, told.remedy_fr)
        rows.append({
            "code": each.code, "severity": told.severity, "count": 1, "message": message, "remedy": remedy, "value": each.value, "sheet": each.cell.sheet,
            "row": each.cell.row, "column": each.cell.column,
        })  # fmt: skip
    return rows
