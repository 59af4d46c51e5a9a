"""Envelopes held ready for frameworks: how much, whose, for which of them, what was reserved and paid from each, what is left."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.anticipation.queries import frameworks, taken_from_each
from concertation.apps.anticipation.views import money_in_words
from concertation.apps.funding.envelopes import commands, queries
from concertation.apps.funding.models import TriggerEnvelope
from concertation.apps.ground.downloads import language
from concertation.apps.places.queries import state_names
from concertation.core.figures import number_in_words
from concertation.core.money import in_minor_units
from concertation.core.sharing.visibility import writes_for

CURRENCIES = ("USD", "XOF", "EUR", "CHF")
BASES = [
    ("reserve", gettext_lazy("réserve gardée dans un plan")), ("flow", gettext_lazy("flux")), ("earmark", gettext_lazy("affectation d'un donateur")),
]  # fmt: skip
DAY = {"type": "date"}
MOST = 10**12


class EnvelopeForm(forms.Form):
    """A named envelope: its amount in whole main units, what it rests on, whose decision it is, the frameworks it is for."""

    state = forms.ChoiceField(label=gettext_lazy("État"))
    name = forms.CharField(label=gettext_lazy("Nom de l'enveloppe"), max_length=80)
    amount = forms.IntegerField(label=gettext_lazy("Montant"), min_value=1, max_value=MOST)
    currency = forms.ChoiceField(label=gettext_lazy("Monnaie"), choices=[(each, each) for each in CURRENCIES])
    basis = forms.ChoiceField(label=gettext_lazy("Ce sur quoi elle repose"), choices=BASES)
    reference = forms.CharField(label=gettext_lazy("Sa référence"), max_length=120, required=False, help_text=gettext_lazy("Le numéro du flux, le plan, ou l'affectation telle qu'écrite."))
    authority = forms.CharField(label=gettext_lazy("Qui en décide"), max_length=160)
    frameworks = forms.MultipleChoiceField(label=gettext_lazy("Pour quels cadres"), widget=forms.CheckboxSelectMultiple)
    starts_on = forms.DateField(label=gettext_lazy("Du"), widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    ends_on = forms.DateField(label=gettext_lazy("Au"), widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    source = forms.CharField(label=gettext_lazy("Texte qui le dit"), max_length=240)

    def __init__(self, *args: Any, states: Sequence[tuple[str, str]], known: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("state", states), ("frameworks", known)):
            chosen = self.fields[name]
            if isinstance(chosen, forms.ChoiceField):
                chosen.choices = choices

    def clean(self) -> dict[str, Any]:
        """Days in order."""
        cleaned = super().clean() or {}
        if cleaned.get("starts_on") and cleaned.get("ends_on") and cleaned["ends_on"] < cleaned["starts_on"]:
            self.add_error("ends_on", _("La fin vient après le début."))
        return cleaned


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def envelopes(request: ReaderRequest) -> HttpResponse:
    """Which money waits for which frameworks, and what is left of it?"""
    states = state_names()
    managed = {state: by for state in states if (by := writes_for(request.mandates, state))}
    shown = [each for each in frameworks(request.mandates) if each.framework.money and each.framework.country in managed]
    known = [(each.row.slug, each.framework.title.told(language())) for each in shown]
    form = EnvelopeForm(request.POST or None, states=[(state, states[state]) for state in managed], known=known) if known else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid() and _named(form, managed):
            messages.success(request, _("Enveloppe nommée : les fenêtres de ces cadres y puiseront."))
            return redirect("envelopes")
    rows = lines_of(list(queries.envelopes(request.mandates)), states, {each.row.slug: each.framework.title.told(language()) for each in frameworks(request.mandates)}, timezone.localdate(), managed=set(managed))
    context = {"sentence": sentence_of(rows), "rows": rows, "form": form, "breadcrumbs": [(_("AES"), "/"), (_("Action anticipée"), reverse("frameworks")), (_("Enveloppes"), "")]}
    return render(request, "anticipation/envelopes.html", context, status=422 if form is not None and form.errors else 200)


def _named(form: EnvelopeForm, managed: Any) -> bool:
    told = form.cleaned_data
    row = commands.name_envelope(
        told["state"], name=told["name"].strip(), basis=told["basis"], reference=told["reference"].strip(), authority=told["authority"].strip(), frameworks=told["frameworks"], currency=told["currency"],
        amount_minor=in_minor_units(told["amount"], told["currency"]), starts_on=told["starts_on"], ends_on=told["ends_on"], source=told["source"].strip(), by=managed[told["state"]],
    )  # fmt: skip
    if row is None:
        form.add_error("name", _("Votre État a déjà une enveloppe de ce nom."))
    return row is not None


def lines_of(every: Sequence[TriggerEnvelope], states: Any, titles: Any, today: date, *, managed: set[str]) -> list[dict[str, Any]]:
    """Each envelope with what was reserved, paid and left."""
    taken, bases = taken_from_each(), dict(BASES)
    lines = []
    for row in every:
        waiting, paid = taken.get(row.pk, (0, 0))
        left = row.amount_minor - waiting - paid
        lines.append({
            "pk": row.pk, "name": row.name, "state": states.get(row.owner_state, row.owner_state), "basis": bases[row.basis], "reference": row.reference, "authority": row.authority,
            "frameworks": [(slug, titles.get(slug, slug)) for slug in row.frameworks], "amount": money_in_words(row.amount_minor, row.currency), "reserved": money_in_words(waiting, row.currency),
            "paid": money_in_words(paid, row.currency), "left": money_in_words(left, row.currency), "starts_on": row.starts_on, "ends_on": row.ends_on, "source": row.source,
            "standing": "withdrawn" if row.withdrawn_at else "over" if row.ends_on < today else "spent" if left <= 0 else "open", "may_turn": row.owner_state in managed,
        })  # fmt: skip
    return lines


def sentence_of(rows: Sequence[dict[str, Any]]) -> str:
    """How many envelopes are open."""
    waiting = sum(1 for each in rows if each["standing"] == "open")
    if not rows:
        return _("Aucune enveloppe n'est nommée : les fenêtres réservent sur les montants que leurs cadres annoncent.")
    return ngettext("%(count)s enveloppe ouverte.", "%(count)s enveloppes ouvertes.", waiting) % {"count": number_in_words(waiting, language())}


@require_POST
@login_required
def turn(request: ReaderRequest, held_id: UUID) -> HttpResponse:
    """Withdraw an envelope, or open it again."""
    row = queries.envelope(request.mandates, held_id)
    if row is None:
        raise Http404
    by = writes_for(request.mandates, row.owner_state)
    if by is None:
        raise PermissionDenied
    commands.turn_envelope(row, withdrawn=row.withdrawn_at is None, by=by)
    messages.success(request, _("C'est noté, et inscrit au journal."))
    return redirect("envelopes")
