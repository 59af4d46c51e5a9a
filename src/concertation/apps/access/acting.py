"""Forms and buttons that do an act, all answered alike: what is wrong is told above the form, and the second of two editors sees what the first wrote."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from concertation.apps.access.requests import ReaderRequest, version_of
from concertation.apps.ground.editing import ActRefused, Conflict, problem_words
from concertation.core.entries import compare, settled

Crumbs = Sequence[tuple[str, str | None]]
Words = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One form: its title, what it is for, the words of its button, where it leads back, what is said once done, where it stands, how it is laid out."""

    title: str
    lead: str
    submit: str
    back: str
    done: str
    breadcrumbs: Crumbs
    template: str = "components/act.html"


def answered(
    request: ReaderRequest, form: forms.Form, entry: Entry, act: Callable[[Words], Any], *, to: Callable[[Any], str] | None = None, held_as: Callable[[Any], Words] | None = None,
) -> HttpResponse:  # fmt: skip
    """Show the form, or do its act; 422 where something is wrong with it, 409 where somebody else changed the row meanwhile.

    `held_as` tells a row as the form shows it, where that is not its columns.
    """
    if request.method != "POST":
        return shown(request, form, entry)
    if not form.is_valid():
        return shown(request, form, entry, status=422)
    try:
        made = act(form.cleaned_data)
    except ActRefused as refused:
        for problem in refused.problems:
            form.add_error(None, problem_words(problem))
        return shown(request, form, entry, status=422)
    except Conflict as conflict:
        differing = differences(form, held_as(conflict.held) if held_as else columns_of(form, conflict.held))
        sent = request.POST.copy()
        sent[form.add_prefix("version")] = str(conflict.held.version)
        form.data = sent
        return shown(request, form, entry, differing=differing, status=409)
    messages.success(request, entry.done)
    return redirect(to(made) if to else entry.back)


def shown(request: ReaderRequest, form: forms.Form, entry: Entry, *, differing: Sequence[Words] = (), status: int = 200) -> HttpResponse:
    """The page of a form."""
    return render(request, entry.template, {"form": form, "entry": entry, "differences": differing, "breadcrumbs": entry.breadcrumbs}, status=status)


def columns_of(form: forms.Form, held: Any) -> dict[str, Any]:
    """The columns of a row that a form asks for; several words held with bars between are told apart."""
    told = {name: getattr(held, name) for name in form.fields if hasattr(held, name)}
    return {name: [each for each in str(value).split("|") if each] if isinstance(form.fields[name], forms.MultipleChoiceField) else value for name, value in told.items()}


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
    """A value as its field shows it: choices by their words, days as they are written, amounts without blanks."""
    named = {str(code): str(words) for code, words in getattr(field, "choices", ()) or ()}
    if isinstance(value, list | tuple):
        return ", ".join(named.get(str(each), str(each)) for each in sorted(value))
    written = value.isoformat() if hasattr(value, "isoformat") else "" if value in (None, False) else str(value).replace("\r\n", "\n").strip()
    if named:
        return named.get(written, written)
    if written in ("True", "on"):
        return _("oui")
    closed_up = "".join(written.split())
    return closed_up if closed_up.isdigit() else written


def done_or_told(request: ReaderRequest, act: Callable[[], object], done: str, *, to: str) -> HttpResponse:
    """A button's act, or why it was not done."""
    try:
        act()
        messages.success(request, done)
    except Conflict:
        messages.error(request, _("Quelqu'un a changé cette fiche entre-temps : relisez-la d'abord."))
    except ActRefused as refused:
        messages.error(request, " ".join(problem_words(problem) for problem in refused.problems))
    return redirect(to)


def decided(request: ReaderRequest, row: Any, *, theirs: Words, was: Words, mine: Words) -> Words | None:
    """The values a person decided on between two corrections, field by field; None while a choice is open, or when somebody saved once more."""
    changes = compare(was, theirs, mine)
    chosen = {change.name: request.POST.get(f"keep-{change.name}", "") for change in changes if change.verdict == "both"}
    is_open = row.version != version_of(request) or any(each not in ("mine", "theirs") for each in chosen.values())
    return None if is_open else settled(theirs, changes, chosen=chosen)
