"""Forms and buttons of this subject, all answered alike: what is wrong is told above the form, and the second of two editors sees what the first wrote."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.ground.downloads import language
from concertation.apps.mobilisation.commands import Conflict, Refused
from concertation.core.problems import Problem
from concertation.formats.problem_texts import in_words

Crumbs = list[tuple[str, str | None]]
Words = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One form: its title, what it is for, the words of its button, where it leads back, what is said once done, where it stands."""

    title: str
    lead: str
    submit: str
    back: str
    done: str
    breadcrumbs: Crumbs


def crumbs(*after: tuple[str, str | None]) -> Crumbs:
    """Where a page of mobilisation stands."""
    own: tuple[str, str | None] = (_("Mobilisation"), reverse("mobilisation") if after else None)
    return [("AES", reverse("home")), (_("Financements"), reverse("funding")), own, *after]


def told(problem: Problem) -> str:
    """What is wrong and what to do, in the reader's language."""
    return in_words(problem).told(language())


def answered(
    request: ReaderRequest, form: forms.Form, entry: Entry, act: Callable[[Words], Any], *, to: Callable[[Any], str], held_as: Callable[[Any], Words] | None = None,
    again: Callable[[Words], forms.Form] | None = None,
) -> HttpResponse:  # fmt: skip
    """Show the form, or do its act; 422 where something is wrong with it, 409 where somebody else changed the row meanwhile."""
    if request.method != "POST":
        return shown(request, form, entry)
    if not form.is_valid():
        return shown(request, form, entry, status=422)
    try:
        made = act(form.cleaned_data)
    except Refused as refused:
        for problem in refused.problems:
            form.add_error(None, told(problem))
        return shown(request, form, entry, status=422)
    except Conflict as conflict:
        now = held_as(conflict.held) if held_as else {}
        kept = {name: form[name].value() for name in form.fields} | {"version": conflict.held.version}
        return shown(request, again(kept) if again else form, entry, differences=differences(form, now), status=409)
    messages.success(request, entry.done)
    return redirect(to(made))


def shown(request: ReaderRequest, form: forms.Form, entry: Entry, *, differences: Sequence[Words] = (), status: int = 200) -> HttpResponse:
    """The page of a form."""
    template = "mobilisation/schedule.html" if hasattr(form, "lines") else "mobilisation/form.html"
    return render(request, template, {"form": form, "entry": entry, "differences": differences, "breadcrumbs": entry.breadcrumbs}, status=status)


def differences(form: forms.Form, now: Words) -> list[Words]:
    """What the editor wrote beside what stands now, in words, where they differ."""
    found: list[Words] = []
    for name, field in form.fields.items():
        if name == "version" or name not in now:
            continue
        theirs, yours = in_field_words(field, now[name]), in_field_words(field, form[name].value())
        if theirs != yours:
            found.append({"label": field.label, "theirs": theirs, "yours": yours})
    return found


def in_field_words(field: forms.Field, value: Any) -> str:
    """A value as its field shows it: choices by their words, days as they are written."""
    named = {str(code): str(words) for code, words in getattr(field, "choices", ()) or ()}
    if isinstance(value, list | tuple):
        return ", ".join(named.get(str(each), str(each)) for each in sorted(value))
    written = value.isoformat() if hasattr(value, "isoformat") else "" if value in (None, False) else str(value)
    return named.get(written, written) if named else _("oui") if written in ("True", "on") else "".join(written.split()) if written.replace(" ", "").isdigit() else written


def done_or_told(request: ReaderRequest, act: Callable[[], object], done: str, *, to: str) -> HttpResponse:
    """A button's act, or why it was not done."""
    try:
        act()
        messages.success(request, done)
    except Conflict:
        messages.error(request, _("Quelqu'un a changé cette fiche entre-temps : relisez-la d'abord."))
    except Refused as refused:
        messages.error(request, " ".join(told(problem) for problem in refused.problems))
    return redirect(to)
