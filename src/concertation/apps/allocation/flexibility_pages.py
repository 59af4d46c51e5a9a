"""What would one step of flexibility change? Per earmark, in alphabetical order; the donor reads its lines first, its reply stands beside."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.allocation import commands, exports, jobs, queries
from concertation.apps.allocation.forms import ReplyAsDonor
from concertation.apps.allocation.models import Round, Scenario
from concertation.apps.allocation.reach import analyst_or_refuse, done_or_told, scenario_or_404
from concertation.apps.allocation.scenario_pages import trail
from concertation.apps.allocation.scenario_views import title_of
from concertation.apps.allocation.scenarios import commands as scenario_commands
from concertation.apps.allocation.state_pages import told_wrong
from concertation.apps.allocation.words import STEP_WORDS, earmark_words, money, number, sector_words, state_words
from concertation.core.sharing.rounds import DAYS_TO_REPLY, replies_for, runs_rounds

NEXT_SHOWN = 30


@require_GET
@login_required
def flexibility(request: ReaderRequest, round_id: UUID, number: int) -> HttpResponse:
    """The value of flexibility of each earmark of a scenario that the reader may read."""
    asked, held = scenario_or_404(request, round_id, number)
    if held.status != "solved":
        return redirect("round", asked.pk)
    stopped = scenario_commands.valuing_stopped(held, timezone.now())
    working = bool(held.step) and not stopped
    if request.headers.get("HX-Request"):
        return _progress(request, asked, held, working=working)
    lines, waiting = queries.flexibility_lines(request.mandates, held, now=timezone.now())
    if wanted := request.GET.get("format", ""):
        return exports.flexibility_file(asked, held, lines, wanted)
    context = {
        "round": asked, "scenario": held, "title": title_of(asked, held), "working": working, "stopped": stopped, "step": str(STEP_WORDS.get(held.step, "")), "lines": shown(asked, held, lines, request), "waiting": waiting, "days": DAYS_TO_REPLY,
        "next": next_shown(asked, held), "leads": runs_rounds(request.mandates) is not None, "valued": held.valued_at, "breadcrumbs": trail(asked, held, _("Valeur de la souplesse")),
        "exports": [("CSV", "?format=csv"), ("XLSX", "?format=xlsx")] if lines else [], "reply_form": ReplyAsDonor(),
    }  # fmt: skip
    return render(request, "allocation/flexibility.html", context)


def _progress(request: ReaderRequest, asked: Round, held: Scenario, *, working: bool) -> HttpResponse:
    """The block of progress alone; once the work is done, the page is asked for anew."""
    response = render(request, "allocation/_valuing.html", {"round": asked, "scenario": held, "step": str(STEP_WORDS.get(held.step, "")), "leads": runs_rounds(request.mandates) is not None})
    if not working:
        response.headers["HX-Refresh"] = "true"
    return response


def shown(asked: Round, held: Scenario, lines: list[dict[str, Any]], request: ReaderRequest) -> list[dict[str, Any]]:
    """Each earmark in words, in alphabetical order: never sorted by what it would change."""
    names = queries.organisation_names(request.mandates, [line["donor"] for line in lines])
    told = [
        {
            "earmark": earmark_words(line["earmark"]), "softer": earmark_words(line["softer"]) if line["softer"] is not None else "", "amount": money(line["amount"], asked.currency),
            "donor": names[line["donor"]] if line["donor"] else "", "code": line["donor"], "step": step_words(asked, held, line["step"]), "months": months_told(asked, held, line["months"]),
            "reply": line["reply"], "may_reply": replies_for(request.mandates, line["donor"]) is not None,
        }
        for line in lines
    ]  # fmt: skip
    return sorted(told, key=lambda line: (str(line["earmark"]).casefold(), str(line["donor"]).casefold()))


def step_words(asked: Round, held: Scenario, effect: list[float] | None) -> str:
    """One step softer; in dollars of need where a past year's plans stand for needs."""
    return need_words(held, effect, asked.currency) if asked.estimate else effect_words(held, effect, asked.currency)


def months_told(asked: Round, held: Scenario, effect: list[float] | None) -> str:
    """Three months longer, likewise."""
    return need_words(held, effect, asked.currency) if asked.estimate else months_words(held, effect, asked.currency)


def need_words(held: Scenario, effect: list[float] | None, currency: str) -> str:
    """The effect of a change on 1 M in money of need covered, with its interval."""
    if effect is None:
        return ""
    return _("Sous les hypothèses du scénario %(number)s, ce changement sur 1 M %(currency)s couvrirait %(middle)s %(currency)s de besoin de plus (%(interval)s) ; estimation.") % parts(held, effect, currency)


def effect_words(held: Scenario, effect: list[float] | None, currency: str) -> str:
    """One step softer, in a sentence that says its hypotheses and its interval."""
    if effect is None:
        return ""
    if not any(map(round, effect)):
        return _("Sous les hypothèses du scénario %(number)s, un cran de souplesse sur 1 M %(currency)s ne changerait pas le nombre de personnes assistées.") % parts(held, effect, currency)
    if effect[1] <= 0:
        return _("Sous les hypothèses du scénario %(number)s, un cran de souplesse sur 1 M %(currency)s assisterait %(fewer)s personnes de moins (%(interval)s).") % parts(held, effect, currency)
    return _("Sous les hypothèses du scénario %(number)s, un cran de souplesse sur 1 M %(currency)s permettrait d'assister %(middle)s personnes de plus (%(interval)s).") % parts(held, effect, currency)


def months_words(held: Scenario, effect: list[float] | None, currency: str) -> str:
    """Three months longer, in a sentence that says its hypotheses and its interval."""
    if effect is None:
        return ""
    if not any(map(round, effect)):
        return _("Sous les hypothèses du scénario %(number)s, trois mois de plus sur 1 M %(currency)s ne changeraient pas le nombre de personnes assistées.") % parts(held, effect, currency)
    if effect[1] <= 0:
        return _("Sous les hypothèses du scénario %(number)s, trois mois de plus sur 1 M %(currency)s assisteraient %(fewer)s personnes de moins (%(interval)s).") % parts(held, effect, currency)
    return _("Sous les hypothèses du scénario %(number)s, trois mois de plus sur 1 M %(currency)s permettraient d'assister %(middle)s personnes de plus (%(interval)s).") % parts(held, effect, currency)


def parts(held: Scenario, effect: list[float], currency: str) -> dict[str, object]:
    """What fills these sentences."""
    low, high, middle = round(effect[0]), round(effect[1]), round((effect[0] + effect[1]) / 2)
    ends = (low, high) if high > 0 else (-high, -low)
    interval = _("%(low)s à %(high)s") % {"low": number(ends[0], 0), "high": number(ends[1], 0)} if low != high else _("autant aux deux essais")
    return {"number": held.number, "currency": currency, "middle": number(middle, 0), "fewer": number(-middle, 0), "interval": interval}


def next_shown(asked: Round, held: Scenario) -> list[dict[str, Any]]:
    """What a further million would do in each need that still lacks money, in the order of States and sectors."""
    lines = queries.answer_of(held).get("next_million", [])
    told = [
        {"state": state_words(line["state"]), "sector": sector_words(line["sector"]), "cell": line["cell"], "people": line["people"], "left": money(line["left"], asked.currency)} for line in lines
    ]
    return sorted(told, key=lambda line: (line["state"], line["sector"], line["cell"]))[:NEXT_SHOWN]


@require_POST
@login_required
def value(request: ReaderRequest, round_id: UUID, number: int) -> HttpResponse:
    """Have the value of flexibility worked out, or checked, by solving again."""
    by = analyst_or_refuse(request)
    asked, held = scenario_or_404(request, round_id, number)

    def act() -> None:
        if scenario_commands.begin_valuing(held, by=by):
            jobs.value_flexibility.enqueue(str(held.pk), by.person)

    return done_or_told(request, act, done=_("Le calcul commence : chaque affectation est essayée."), to="round-flexibility", args=[asked.pk, number])


@require_POST
@login_required
def reply(request: ReaderRequest, round_id: UUID, number: int) -> HttpResponse:
    """A donor replies for its own money."""
    asked, held = scenario_or_404(request, round_id, number)
    donor = request.POST.get("donor", "")
    by = replies_for(request.mandates, donor)
    form = ReplyAsDonor(request.POST)
    if by is None or not form.is_valid():
        told_wrong(request, form)
        return redirect("round-flexibility", asked.pk, number)
    return done_or_told(
        request, lambda: commands.reply(held, donor=donor, text=form.cleaned_data["text"], by=by), done=_("Réponse jointe."), to="round-flexibility", args=[asked.pk, number],
    )  # fmt: skip


