"""Pages of notes: which note can be taken, by whom it is to be read, its files, and the message for telephones."""

from collections.abc import Mapping

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from concertation.apps.access.audience import audience_words
from concertation.apps.access.requests import ReaderRequest
from concertation.apps.ground.downloads import attached, language
from concertation.apps.notes import compose, reading
from concertation.apps.notes.files import FILES, LANGUAGES
from concertation.apps.notes.message import LONGEST, messages
from concertation.apps.notes.reading import NoteReading
from concertation.apps.picture.choices import TOGETHER
from concertation.apps.picture.words import day_words
from concertation.apps.places.models import State
from concertation.core.periods import Language
from concertation.draw.note import file_name

TEXT_TYPE = "text/plain; charset=utf-8"


@require_GET
def notes(request: ReaderRequest) -> HttpResponse:
    """The notes that can be taken: on the States together, then on each."""
    listed = [(reverse("note", args=[subject]), name_of(subject, reading.states())) for subject in reading.subjects()]
    context = {"listed": listed, "breadcrumbs": [("AES", reverse("home")), (_("Notes"), "")]}
    return render(request, "notes/notes.html", context)


@require_GET
def note(request: ReaderRequest, about: str) -> HttpResponse:
    """One note: its message, its files, for whom it is made."""
    if about not in reading.subjects():
        raise Http404
    wanted, words = request.GET.get("format", ""), request.GET.get("words") or language()
    if words not in LANGUAGES:
        raise Http404
    if wanted in FILES:
        return _file(request, about, wanted, words)
    public = reading.read((), about, today=timezone.localdate())
    told = messages(public, LANGUAGES["both"])
    if wanted == "txt" and words != "both":
        return attached(told[LANGUAGES[words][0]].encode(), TEXT_TYPE, f"message-{about.lower()}-{words}-{timezone.localdate().isoformat()}.txt")
    if wanted:
        raise Http404
    return render(request, "notes/note.html", _context(request, about, told, public))


def _file(request: ReaderRequest, subject: str, wanted: str, words: str) -> HttpResponse:
    content_type, write = FILES[wanted]
    made = compose.notes_of(reading.read(request.mandates, subject, today=timezone.localdate()), LANGUAGES[words])
    return attached(write(made), content_type, file_name(made, wanted))


def _context(request: ReaderRequest, subject: str, told: Mapping[Language, str], public: NoteReading) -> dict[str, object]:
    states = reading.states()
    name = name_of(subject, states)
    own = tuple(states) if subject == TOGETHER else (subject,)
    named: dict[Language, str] = {"fr": _("en français"), "en": _("en anglais")}
    lines = [(code, words, told[code], len(told[code]), f"?format=txt&words={code}") for code, words in named.items()]
    return {
        "name": name, "audience": audience_words(request.mandates, own), "day": day_words(timezone.localdate()), "files": file_links(),
        "forwarded": lines if language() == "fr" else lines[::-1], "longest": LONGEST,
        "reserved": [each.words for each in compose.reservations(public)],
        "situation": reverse("situation") if subject == TOGETHER else reverse("state", args=[subject]),
        "breadcrumbs": [("AES", reverse("home")), (_("Notes"), reverse("notes")), (name, "")],
    }  # fmt: skip


def file_links() -> list[tuple[str, list[tuple[str, str]]]]:
    """(language in words, (format, address) of each file)."""
    named = (("fr", _("En français")), ("en", _("En anglais")), ("both", _("Les deux langues, le français d'abord")))
    return [(words, [(wanted.upper(), f"?format={wanted}&words={code}") for wanted in FILES]) for code, words in named]


def name_of(subject: str, states: Mapping[str, State]) -> str:
    """What a note is on, in words."""
    return _("AES et Togo") if subject == TOGETHER else states[subject].name
