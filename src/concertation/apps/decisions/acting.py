"""Forms of this subject, all answered alike: what is wrong is told above the form, and the second of two editors sees what the first wrote."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.decisions.commands import Conflict, Refused
from concertation.apps.ground.downloads import language
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate
from concertation.core.sharing.following import keeps_sessions
from concertation.formats.problem_texts import in_words

Crumbs = Sequence[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One form: its title, what it is for, the words of its button, where it leads once done, and what is said then."""

    title: str
    lead: str
    submit: str
    back: str
    done: str
    breadcrumbs: Crumbs


def secretariat_or_refuse(request: ReaderRequest) -> Mandate:
    """The mandate under which this person keeps sessions, or a refusal that says which one is missing."""
    mandate = keeps_sessions(request.mandates)
    if mandate is None:
        raise PermissionDenied(_("Il faut le mandat d'analyste du secrétariat."))
    return mandate


def problem_words(code: str, value: str = "") -> str:
    """What is wrong and what to do, in the reader's language."""
    return in_words(Problem(code, value=value)).told(language())


def answered(request: ReaderRequest, form: forms.Form, entry: Entry, act: Callable[[Mapping[str, Any]], object], *, to: Callable[[Any], str] | None = None) -> HttpResponse:
    """Show the form, or do its act; 422 where something is wrong with it, 409 where somebody else changed the row meanwhile."""
    if request.method != "POST":
        return shown(request, form, entry)
    if not form.is_valid():
        return shown(request, form, entry, status=422)
    try:
        made = act(form.cleaned_data)
    except Refused as refused:
        form.add_error(None, problem_words(refused.code, refused.value))
        return shown(request, form, entry, status=422)
    except Conflict as told:
        again = type(form)(initial={**form.cleaned_data, "version": told.held.version})
        return shown(request, again, entry, differences=differences(form, told.held), status=409)
    messages.success(request, entry.done)
    return redirect(to(made) if to else entry.back)


def shown(request: ReaderRequest, form: forms.Form, entry: Entry, *, differences: Sequence[Mapping[str, object]] = (), status: int = 200) -> HttpResponse:
    """The page of a form."""
    return render(request, "decisions/form.html", {"form": form, "entry": entry, "differences": differences, "breadcrumbs": entry.breadcrumbs}, status=status)


def differences(form: forms.Form, held: Any) -> list[Mapping[str, object]]:
    """What the editor wrote beside what stands now, where they differ."""
    found: list[Mapping[str, object]] = []
    for name, field in form.fields.items():
        theirs, yours = (plain(value) for value in (getattr(held, name, None), form.cleaned_data.get(name)))
        if name != "version" and hasattr(held, name) and theirs != yours:
            words = dict(getattr(field, "choices", ()) or ())
            found.append({"label": field.label, "theirs": words.get(theirs, theirs), "yours": words.get(yours, yours)})
    return found


def plain(value: Any) -> Any:
    """Several choices as they are held: words with a bar between."""
    return "|".join(value) if isinstance(value, list | tuple) else value
