"""The calibration bench: turn the thresholds of a framework, see at once what its past becomes, what is solid in it and what noise would find.

A trial changes nothing: it is an address. What is worth keeping is taken away as the file of another version, to declare and to sign.
"""

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from numpy.random import default_rng

from concertation.apps.access.requests import ReaderRequest
from concertation.apps.anticipation.calendar import strip
from concertation.apps.anticipation.pages import seen
from concertation.apps.anticipation.queries import FrameworkInView, parsed, readings
from concertation.apps.anticipation.views import period_words, share_words
from concertation.apps.ground.downloads import attached, language
from concertation.core.anticipation.backtest import bad_years, skill_of, span_of
from concertation.core.anticipation.bench import Trial, attempt, proposed, with_bad_years
from concertation.core.anticipation.calibration.honesty import ACCEPTED_AT, Interval
from concertation.core.anticipation.framework import Framework
from concertation.core.anticipation.joint import Combination, Joint, chance_together, left_out_together, together
from concertation.core.anticipation.readings import Reading, Readings
from concertation.core.anticipation.turning import knobs
from concertation.core.anticipation.wording import measured, window_in_words
from concertation.core.anticipation.years import Years
from concertation.core.figures import number_in_words
from concertation.formats.framework_file import written_framework

SEED = 1
LEAST_YEARS, USUAL_PERIOD = 5, 3.0
MOST_BAD = 64


@require_GET
@login_required
def bench(request: ReaderRequest, framework: str) -> HttpResponse:
    """What would other thresholds have done?"""
    shown = seen(request, framework)
    known = readings(request.mandates, shown.framework)
    values, bad = asked_values(shown.framework, request.GET), asked_years(request.GET.get("bad", ""))
    title = shown.framework.title.told(language())
    crumbs = [(_("AES"), "/"), (_("Action anticipée"), reverse("frameworks")), (title, reverse("framework", args=[shown.row.slug])), (_("Établi"), "")]
    context: dict[str, Any] = {"title": title, "slug": shown.row.slug, "breadcrumbs": crumbs, "row": shown.row, "years_held": len(Readings.of(known).years())}
    if context["years_held"] < LEAST_YEARS or not knobs(shown.framework):
        return render(request, "anticipation/bench.html", context)
    trial = tried(bytes(shown.row.content), known, tuple(sorted(values.items())), bad)
    if request.GET.get("format") == "yaml":
        return taken(shown, values)
    found = joined(bytes(shown.row.content), known, bad)
    joint = joint_told(shown, found, request.GET) if found else None
    return render(request, "anticipation/bench.html", {**context, **trial_told(shown, trial, values, bad), "joint": joint, "query": kept(request.GET)})


def asked_values(framework: Framework, query: QueryDict) -> dict[str, float]:
    """The thresholds asked for; one that is no number stays as in the file."""
    found = {}
    for knob in knobs(framework):
        try:
            found[knob.test] = float(query.get(knob.test, "").replace(",", ".") or knob.value)
        except ValueError:
            found[knob.test] = knob.value
    return found


def asked_years(written: str) -> tuple[int, ...]:
    """The bad years given for a trial.

    >>> asked_years("2004, 2011 ; x 2021")
    (2004, 2011, 2021)
    """
    return tuple(int(part) for part in written.replace(",", " ").replace(";", " ").split()[:MOST_BAD] if part.isdecimal() and len(part) == 4)


def kept(query: QueryDict) -> str:
    """The choices of an address, without the format."""
    copied = query.copy()
    copied.pop("format", None)
    return copied.urlencode()


def framework_of(content: bytes) -> Framework:
    """The framework of a sound file."""
    framework = parsed(content).framework
    if framework is None:
        raise ValueError("the framework cannot be read; load the reference set again")
    return framework


@lru_cache(maxsize=128)
def tried(content: bytes, known: tuple[Reading, ...], values: tuple[tuple[str, float], ...], bad: tuple[int, ...]) -> Trial:
    """A trial of the framework in a sound file; the same question is answered once."""
    return attempt(framework_of(content), Readings.of(known), dict(values), bad, default_rng(SEED))


def taken(shown: FrameworkInView, values: Mapping[str, float]) -> HttpResponse:
    """The file of the version that keeps a trial; the version on which it rests stays as it is."""
    told = ",".join(f"{name}={value:g}" for name, value in sorted(values.items()))
    version = f"{shown.row.edition}-{hashlib.sha256(told.encode()).hexdigest()[:6]}"[:40]
    return attached(written_framework(proposed(shown.framework, values, version)), "application/yaml; charset=utf-8", f"{shown.row.slug}-{version}.yaml")


def trial_told(shown: FrameworkInView, trial: Trial, values: Mapping[str, float], bad: Sequence[int]) -> dict[str, Any]:
    """A trial as the page tells it."""
    framework, past = trial.framework, trial.past
    named = [(name, framework.windows[name].label.told(language()), years) for name, years in past.windows.items()]
    if trial.bad and trial.bad.fired:
        named.append((_("mauvaise"), _("Mauvaise année"), trial.bad))
    title = _("Années où chaque fenêtre aurait déclenché, de %(first)s à %(last)s") % {"first": past.years[0], "last": past.years[1]}
    return {
        "knobs": knobs_told(shown.framework, trial, values), "bad": " ".join(map(str, bad)), "asks_bad": shown.framework.reference_event is None,
        "event": framework.reference_event.words.told(language()) if framework.reference_event else "", "first": past.years[0], "last": past.years[1],
        "strip": mark_safe(strip(named, title=title, language=language())), "rows": rows_told(trial), "noise": noise_words(trial),  # noqa: S308 — escaped by draw.svg
        "effective": period_words(past.effective_return_period), "hit": interval_words(trial.hit_interval), "vain": interval_words(trial.vain_interval),
        "bad_listed": ", ".join(map(str, trial.bad.listed())) if trial.bad else "", "changed": any(values[knob.test] != knob.value for knob in knobs(shown.framework)),
        "is_doubtful": trial.chance is not None and trial.chance > ACCEPTED_AT, "target": period_words(target_of(shown.framework)),
        "rules": [(framework.windows[name].label.told(language()), window_in_words(framework, name, language())) for name in framework.windows],
    }  # fmt: skip


def target_of(framework: Framework) -> float:
    """The return period a framework aims at; one year in three where it names none."""
    return framework.targets.return_period or USUAL_PERIOD


@lru_cache(maxsize=64)
def joined(content: bytes, known: tuple[Reading, ...], bad: tuple[int, ...]) -> tuple[Joint, Years] | None:
    """Every combination of the thresholds of a sound file against the bad years; None where none is declared or given."""
    framework = with_bad_years(framework_of(content), bad)
    held = Readings.of(known)
    span = span_of(framework, held)
    events = bad_years(framework, held, *span)
    return (together(framework, held, events, span=span), events) if events is not None and events.fired else None


def joint_told(shown: FrameworkInView, found: tuple[Joint, Years], query: QueryDict) -> dict[str, Any]:
    """The best combinations, the rarest first, each an address that tries it; what stands beside the one at the return period aimed at."""
    joint, bad = found
    target = target_of(shown.framework)
    best = joint.best(target)
    left = left_out_together(joint, bad, return_period=target)
    return {
        "tried": number_in_words(joint.tried, language()), "is_thinned": joint.is_thinned, "rows": [combination_told(shown.framework, each, joint, query, is_best=each is best) for each in joint.front], "has_best": best is not None,
        "chance": share_words(chance_together(joint, bad, default_rng(SEED), return_period=target)), "labels": labels_of(shown.framework, joint), "left_hit": share_words(left[0]), "left_vain": share_words(left[1]),
    }  # fmt: skip


def labels_of(framework: Framework, joint: Joint) -> list[str]:
    """What each threshold of a combination is about, in their order."""
    tests = joint.front[0].values if joint.front else ()
    return [framework.indicators[framework.tests[name].indicator].label.told(language()) for name in tests]


def combination_told(framework: Framework, each: Combination, joint: Joint, query: QueryDict, *, is_best: bool) -> dict[str, Any]:
    """One combination: how rare, how good, its thresholds in words, the address that tries it."""
    address = query.copy()
    for name, value in each.values.items():
        address[name] = f"{value:g}"
    address.pop("format", None)
    measures = {knob.test: knob.measure for knob in knobs(framework)}
    return {
        "period": period_words(each.return_period), "hit": share_words(each.hits / joint.bad), "vain": share_words((each.activations - each.hits) / each.activations), "fired": ", ".join(map(str, each.years.listed())),
        "thresholds": [measured(value, measures[name], language()) for name, value in each.values.items()], "url": f"?{address.urlencode()}", "is_best": is_best,
    }  # fmt: skip


def knobs_told(framework: Framework, trial: Trial, values: Mapping[str, float]) -> list[dict[str, Any]]:
    """Each threshold: its field, what the file says, the plateau it stands on, the middle of the best."""
    return [
        {
            "test": knob.test, "label": framework.indicators[framework.tests[knob.test].indicator].label.told(language()), "value": f"{values[knob.test]:g}",
            "held": measured(knob.value, knob.measure, language()), "measure": knob.measure,
            "plateau": " – ".join(measured(edge, knob.measure, language()) for edge in trial.plateaus[knob.test]),
            "middle": measured(middle, knob.measure, language()) if (middle := trial.middles[knob.test]) is not None else "", "middle_value": f"{middle:g}" if middle is not None else "",
        }
        for knob in knobs(framework)
    ]  # fmt: skip


def rows_told(trial: Trial) -> list[dict[str, str]]:
    """Each window, and any: its years, its return period, its skill."""
    framework, past = trial.framework, trial.past
    whole = skill_of(past.overall, trial.bad)
    rows = [(framework.windows[name].label.told(language()), years, past.skill[name]) for name, years in past.windows.items()]
    return [
        {"label": label, "fired": ", ".join(map(str, years.listed())), "period": period_words(years.return_period), "hit": share_words(skill.hit_rate), "vain": share_words(skill.false_alarm_ratio)}
        for label, years, skill in rows
    ] + [{"label": _("L'une ou l'autre"), "fired": ", ".join(map(str, past.overall.listed())), "period": period_words(past.overall.return_period), "hit": share_words(whole.hit_rate), "vain": share_words(whole.false_alarm_ratio)}]


def interval_words(told: Interval | None) -> str:
    """From where to where a rate may lie; empty where too little tells."""
    return f"{share_words(told.low)} – {share_words(told.high)}" if told else ""


def noise_words(trial: Trial) -> str:
    """What the chance of noise means, in words."""
    if trial.chance is None:
        return ""
    told = share_words(trial.chance)
    if trial.chance > ACCEPTED_AT:
        return _("Le bruit aurait pu trouver aussi bien : en mêlant les mauvaises années au hasard, l'une des valeurs essayées fait autant dans %(share)s des tirages. À ne pas employer seul.") % {"share": told}
    return _("Le bruit ne l'aurait guère trouvé : en mêlant les mauvaises années au hasard, aucune valeur essayée ne fait autant que dans %(share)s des tirages.") % {"share": told}
