"""Pages of sessions: the list, one session with its minutes to print, what moved between two, and the secretariat's forms."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from concertation.apps.access.acting import Crumbs, Entry, answered
from concertation.apps.access.requests import ReaderRequest, found
from concertation.apps.decisions import papers
from concertation.apps.decisions import queries as decisions
from concertation.apps.decisions.models import Session
from concertation.apps.decisions.secretariat import secretariat_or_refuse
from concertation.apps.decisions.sessions import commands, queries
from concertation.apps.decisions.sessions.forms import AttendanceForm, DecisionForm, SessionForm
from concertation.apps.decisions.words import (
    EVIDENCE_WORDS,
    IMPLEMENTATION_WORDS,
    days_in_words,
    slippage_words,
    state_name,
)
from concertation.core.sharing.following import keeps_sessions

WORDS = ("body", "title_fr", "title_en", "starts_on", "ends_on", "place", "state", "communique", "communique_source", "minutes_fr", "minutes_en")


def crumbs(*after: tuple[str, str | None]) -> Crumbs:
    """Where a page of sessions stands."""
    return [(_("Décisions"), reverse("home")), (_("Sessions"), reverse("forum-sessions")), *after]


def session_or_404(reference: str) -> Session:
    """The session of an address."""
    return found(queries.session(reference))


@require_GET
def sessions(request: ReaderRequest) -> HttpResponse:
    """Every session of the framework."""
    held = queries.sessions()
    rows = [
        {
            "session": {"text": each.title, "url": reverse("forum-session", args=[each.pk])}, "body": each.get_body_display(),
            "days": days_in_words(each.starts_on, each.ends_on), "place": each.place, "state": each.get_state_display(), "decided": each.decided,  # type: ignore[attr-defined]
        }
        for each in held
    ]  # fmt: skip
    columns: list[dict[str, object]] = [
        {"key": "session", "label": _("Session")}, {"key": "body", "label": _("Instance")}, {"key": "days", "label": _("Jours")}, {"key": "place", "label": _("Lieu")},
        {"key": "state", "label": _("État")}, {"key": "decided", "label": _("Décisions"), "numeric": True},
    ]  # fmt: skip
    table = {"id": "sessions", "caption": _("Sessions du cadre de concertation"), "columns": unsorted(columns), "rows": rows, "unfiltered": True}
    context = {
        "table": table, "count": len(held), "last": held[0] if held else None, "may_write": keeps_sessions(request.mandates) is not None,
        "days": days_in_words(held[0].starts_on, held[0].ends_on) if held else "", "breadcrumbs": crumbs()[:1] + [(_("Sessions"), None)],  # type: ignore[operator]
    }  # fmt: skip
    return render(request, "decisions/sessions.html", context)


@require_GET
def session(request: ReaderRequest, reference: str) -> HttpResponse:
    """One session: when, where, who came, what was decided; its minutes and its matrix as files."""
    held = session_or_404(reference)
    paper, wanted = request.GET.get("paper", "minutes"), request.GET.get("format", "")
    if wanted:
        return papers.taken(request, held, paper, wanted, words=request.GET.get("words", ""))
    decided, came = queries.decided_at(reference), queries.attendances(reference)
    context = {
        "session": held, "days": days_in_words(held.starts_on, held.ends_on), "attendances": came, "decided": decided, "files": papers.links(),
        "sources": decisions.sources_named(filter(None, [*held.sources.split("|"), held.communique_source])), "may_write": keeps_sessions(request.mandates) is not None,
        "others": [each for each in queries.sessions() if each.pk != reference], "breadcrumbs": crumbs((held.title, None)),
        "count": ngettext("%(count)s décision", "%(count)s décisions", len(decided)) % {"count": len(decided)},
    }  # fmt: skip
    return render(request, "decisions/session.html", context)


@require_GET
def compared(request: ReaderRequest) -> HttpResponse:
    """What moved between two sessions, or between a session and today."""
    held, today = {each.pk: each for each in queries.sessions()}, timezone.localdate()
    oldest_first = sorted(held.values(), key=lambda each: each.starts_on)
    first = held.get(request.GET.get("first", "")) or (oldest_first[0] if oldest_first else None)
    second = held.get(request.GET.get("second", ""))
    if first is None:
        raise Http404
    end = second.ends_on if second else today
    moved = queries.between(request.mandates, first.ends_on, end, decisions.every_decision())
    context = {
        "first": first, "second": second, "end": end, "options": oldest_first, "table": moved_table(moved), "moved": sum(each.before != each.after for each in moved),
        "breadcrumbs": crumbs((_("D'une session à l'autre"), None)),
    }  # fmt: skip
    return render(request, "decisions/compared.html", context)


def moved_table(moved: list[queries.Moved]) -> dict[str, object]:
    """One row a decision and State: how it stood, how it stands, what slipped."""
    rows = [
        {
            "decision": {"text": f"{each.decision.number}. {each.decision.title}", "url": reverse("decision", args=[each.decision.number])}, "state": state_name(each.state),
            "before": stood(each.before), "after": stood(each.after), "slipped": slippage_words(each.slipped),
        }
        for each in moved
    ]  # fmt: skip
    columns = [
        {"key": "decision", "label": _("Décision")}, {"key": "state", "label": _("État")}, {"key": "before", "label": _("Au premier jour choisi")},
        {"key": "after", "label": _("Au second")}, {"key": "slipped", "label": _("Échéance")},
    ]  # fmt: skip
    empty = {
        "title": _("Rien n'a été rapporté à ces dates."),
        "text": _("Les comptes rendus des États, visibles selon votre mandat, paraîtront ici : chacun se fait sur la page de la décision."),
    }
    return {"id": "moved", "caption": _("Ce qui a changé, par décision et par État"), "columns": unsorted(columns), "rows": rows, "empty": empty}


def unsorted(columns: Iterable[Mapping[str, object]]) -> list[dict[str, object]]:
    """Columns of a table short enough to be read in its own order."""
    return [{**column, "sortable": False} for column in columns]


def stood(pair: tuple[str, str]) -> str:
    """A state and its proof in words."""
    implementation, evidence = pair
    if not implementation:
        return _("aucun compte rendu")
    told = (IMPLEMENTATION_WORDS.get(implementation, implementation), EVIDENCE_WORDS.get(evidence, ""))
    return " · ".join(str(each) for each in told if each)


def words_of(cleaned: Any) -> commands.SessionWords:
    """A session as the form gives it."""
    return commands.SessionWords(**{name: cleaned[name] for name in WORDS})


def address_of(made: Session) -> str:
    """The page of a session."""
    return reverse("forum-session", args=[made.pk])


@require_http_methods(["GET", "POST"])
@login_required
def new(request: ReaderRequest) -> HttpResponse:
    """Enter a session."""
    by = secretariat_or_refuse(request)
    entry = Entry(
        _("Inscrire une session"), _("Une session du cadre : son instance, ses jours, son lieu."), _("Inscrire"), reverse("forum-sessions"), _("Session inscrite."),
        crumbs((_("Inscrire une session"), None)),
    )  # fmt: skip
    return answered(request, SessionForm(request.POST or None), entry, lambda cleaned: commands.call_session(words_of(cleaned), by=by), to=address_of)


@require_http_methods(["GET", "POST"])
@login_required
def edit(request: ReaderRequest, reference: str) -> HttpResponse:
    """Change a session: its communiqué, its minutes."""
    by, held = secretariat_or_refuse(request), session_or_404(reference)
    form = SessionForm(request.POST or None, initial={name: getattr(held, name) for name in (*WORDS, "version")})
    entry = Entry(
        _("Communiqué et procès-verbal"), held.title, _("Enregistrer"), address_of(held), _("Session enregistrée."),
        crumbs((held.title, address_of(held)), (_("Communiqué et procès-verbal"), None)),
    )  # fmt: skip
    return answered(request, form, entry, lambda cleaned: commands.change_session(held.pk, words_of(cleaned), base_version=cleaned["version"], by=by))


@require_http_methods(["GET", "POST"])
@login_required
def attendance(request: ReaderRequest, reference: str) -> HttpResponse:
    """Say who was at a session."""
    by, held = secretariat_or_refuse(request), session_or_404(reference)
    entry = Entry(
        _("Noter une présence"), held.title, _("Noter"), address_of(held), _("Présence notée."), crumbs((held.title, address_of(held)), (_("Noter une présence"), None)),
    )  # fmt: skip
    return answered(request, AttendanceForm(request.POST or None), entry, lambda cleaned: commands.note_attendance(held.pk, party=cleaned, by=by))


@require_http_methods(["GET", "POST"])
@login_required
def decide(request: ReaderRequest, reference: str) -> HttpResponse:
    """Enter what a session decided."""
    by, held = secretariat_or_refuse(request), session_or_404(reference)
    entry = Entry(
        _("Inscrire une décision"), _("Dans les mots du produit ; le texte officiel s'ajoute ensuite, mot à mot."), _("Inscrire"), address_of(held), _("Décision inscrite."),
        crumbs((held.title, address_of(held)), (_("Inscrire une décision"), None)),
    )  # fmt: skip

    def act(cleaned: Any) -> object:
        return commands.enter_decision(held.pk, commands.DecisionWords(**cleaned), by=by)

    return answered(request, DecisionForm(request.POST or None), entry, act, to=lambda made: reverse("decision", args=[made.number]))


