"""What the pages of anticipatory action show, in the reader's words: plain values, ready for the templates."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from concertation.apps.access import words as access_words
from concertation.apps.anticipation import words
from concertation.apps.anticipation.calendar import line_of, month_initials, strip
from concertation.apps.anticipation.models import Activation, Reservation
from concertation.apps.anticipation.queries import FrameworkInView, Steps, unit_names
from concertation.apps.anticipation.reading import Listed, Told
from concertation.apps.ground.downloads import language
from concertation.apps.ground.drawings import plain_links
from concertation.core.anticipation.amounts import planned, release, rows_released
from concertation.core.anticipation.backtest import BacktestResult
from concertation.core.anticipation.framework import Framework, Money
from concertation.core.anticipation.replay import Met
from concertation.core.anticipation.watching import clock
from concertation.core.anticipation.wording import decimals, issues_in_words, measured, number, window_in_words
from concertation.core.anticipation.years import Years
from concertation.core.figures import number_in_words
from concertation.core.money import DIGITS
from concertation.core.periods import day_in_words
from concertation.core.problems import Problem
from concertation.core.sharing import Mandate
from concertation.core.spelling import fold
from concertation.formats.problem_texts import in_words

FOUR = ("BFA", "MLI", "NER", "TGO")
OTHERS_LAST = "~"
EVIDENCE_SHOWN = 12


def sentence_of_all(every: Sequence[Listed]) -> str:
    """How many frameworks are in force in the four States, and how many thresholds wait for a person."""
    held = [each for each in every if each.shown.framework.status == "in-force" and each.shown.framework.country in FOUR]
    states = {each.shown.framework.country for each in held}
    waiting = sum(activation.state in ("met", "certified") for each in every for activation in each.open)
    first = ngettext("%(count)s cadre d'action anticipée est en vigueur", "%(count)s cadres d'action anticipée sont en vigueur", len(held)) % {"count": len(held)}
    where = ngettext("dans %(count)s des quatre États", "dans %(count)s des quatre États", len(states)) % {"count": len(states)}
    last = ngettext("%(count)s seuil atteint attend une confirmation", "%(count)s seuils atteints attendent une confirmation", waiting) % {"count": waiting} if waiting else _("aucun seuil n'attend de confirmation")
    return f"{first} {where}{SEMICOLON[language()]} {last}."


FORMS = ("svg", "png", "slide", "csv", "xlsx", "hxl")
SEMICOLON = {"fr": "\u202f;", "en": ";"}


def state_names() -> Mapping[str, str]:
    """The States by their code; the framework and countries outside it by what they are called here."""
    return {**access_words.state_names(), "AES": _("tous les États du cadre"), "MOZ": "Mozambique", "MWI": "Malawi", "TZA": _("Tanzanie"), "ZMB": _("Zambie"), "ZWE": "Zimbabwe"}


def by_state(every: Sequence[Listed]) -> list[dict[str, object]]:
    """The frameworks of each State, the four first, those without any named too."""
    names = state_names()
    others = {each.shown.framework.country for each in every} - set(FOUR)
    countries = (*FOUR, *sorted(others, key=lambda code: (code != "AES", fold(names.get(code, code)))))
    return [{"code": code, "name": names.get(code, code), "lines": [line(each) for each in every if each.shown.framework.country == code]} for code in countries]


def line(each: Listed) -> dict[str, object]:
    """One framework in its State's list."""
    held = each.shown.framework
    overall = held.backtest.return_periods.get("overall")
    return {
        "url": reverse("framework", args=[each.shown.row.slug]), "title": held.title.told(language()), "hazard": words.hazard_words(held.hazard), "status": str(words.STATUSES[held.status]),
        "is_in_force": held.status == "in-force", "standing": words.state_words(each.standing) if held.status != "ended" else "–", "is_pressing": each.standing in ("met", "certified", "activated"),
        "period": number(overall, language()) if overall else "", "money": whole_money(held.money, held.money.envelope.amount) if held.money else "", "signed": each.shown.row.signed_at,
        "last_year": held.last_year,
    }  # fmt: skip


def whole_money(money: Money, amount: int) -> str:
    """An amount in whole main units with its currency."""
    return f"{number_in_words(amount, language())}\u00a0{money.envelope.currency}"


def months() -> list[tuple[str, str]]:
    """(initial, name) of the twelve months."""
    return month_initials(language())


def calendar(every: Iterable[Listed]) -> list[dict[str, object]]:
    """Twelve months of each window of the frameworks in force or in draft in the four States."""
    shown = [each.shown for each in every if each.shown.framework.status in ("in-force", "draft") and each.shown.framework.country in FOUR]
    return [
        {"title": held.framework.title.told(language()), "url": reverse("framework", args=[held.row.slug]), "window": held.framework.windows[name].label.told(language()), "months": line_of(held.framework, name).months, "first": place == 0, "span": len(held.framework.windows)}
        for held in shown
        for place, name in enumerate(held.framework.windows)
    ]  # fmt: skip


def labelled(problems: Iterable[Problem], framework: Framework) -> list[Problem]:
    """Problems of readings that name an indicator by its label and say a day in words."""
    told = []
    for problem in problems:
        named = framework.indicators.get(problem.detail.get("indicator", ""))
        detail = {**problem.detail, "indicator": f"«\u202f{named.label.fr}\u202f»" if language() == "fr" else f"“{named.label.en}”"} if named else problem.detail
        value = day_in_words(date.fromisoformat(problem.value), language()) if problem.code == "reading-stale" and problem.value else problem.value
        told.append(replace(problem, value=value, detail=detail))
    return told


def problems_in_words(problems: Iterable[Problem]) -> list[dict[str, object]]:
    """Problems with their place, gravest first, each said once."""
    english, order = language() == "en", {"refused": 0, "doubtful": 1, "note": 2}
    found: dict[str, dict[str, object]] = {}
    for problem in problems:
        said = in_words(problem)
        where = " ".join(part for part in ((_("ligne %(row)s") % {"row": problem.cell.row}) if problem.cell.row else "", problem.cell.column or "") if part)
        message, remedy = (said.message_en, said.remedy_en) if english else (said.message_fr, said.remedy_fr)
        found[message] = {"code": problem.code, "severity": said.severity, "message": message, "remedy": remedy, "where": where}
    return sorted(found.values(), key=lambda each: order[str(each["severity"])])


def page_of(held: Told) -> dict[str, object]:
    """Everything the page of a framework shows."""
    framework = held.shown.framework
    return {
        "held": held, "framework": framework, "row": held.shown.row, "title": framework.title.told(language()), "hazard": words.hazard_words(framework.hazard),
        "kind": str(words.KINDS[framework.kind]), "status": str(words.STATUSES[framework.status]), "standing": words.state_words(held.standing.value), "state_name": state_names().get(framework.country, framework.country),
        "area": framework.area.words.told(language()), "windows": windows_of(held), "strip": strip_of(held), "past": past_of(held), "past_exports": plain_links(FORMS) if held.past else [], "money": money_of(held),
        "actions": [{"words": each.words.told(language()), "owner": each.owner, "window": window_label(framework, each.window), "lead_days": each.lead_days, "people": each.people} for each in framework.actions],
        "notes": [each.told(language()) for each in framework.notes], "activations": [activation_line(each, framework, held.units) for each in held.fired],
        "earlier": [{"when": each.when, "words": each.words.told(language())} for each in framework.activations], "sentence": sentence_of(held), "confirm": confirm_words(framework),
        "readings": len(held.known), "last_reading": max((each.issued_on for each in held.known if each.issued_on), default=None), "months": months(),
    }  # fmt: skip


def sentence_of(held: Told) -> str:
    """What the framework is, where it stands, and what would be paid."""
    framework = held.shown.framework
    told = {"status": words.STATUSES[framework.status], "season": held.season, "standing": words.state_words(held.standing.value)}
    if framework.status == "ended":
        return _("Ce cadre est terminé : il est gardé pour son histoire, il n'est plus veillé.")
    if not held.known:
        return _("Cadre %(status)s ; saison %(season)s : aucun relevé que vous puissiez voir, donc rien n'est dit de ses seuils.") % told
    return _("Cadre %(status)s ; saison %(season)s : %(standing)s.") % told


def confirm_words(framework: Framework) -> str:
    """How a threshold becomes an activation."""
    confirm = framework.owner.confirm
    if confirm.mode == "two-persons":
        return _("deux personnes mandatées confirment")
    return _("une personne certifie, puis %(hours)s heures sans objection") % {"hours": confirm.hours}


def window_label(framework: Framework, name: str) -> str:
    """The label of a window; empty for any."""
    return framework.windows[name].label.told(language()) if name else _("toutes")


def windows_of(held: Told) -> list[dict[str, object]]:
    """Each window: its rule in words, what this season says, the readings behind it."""
    framework = held.shown.framework
    return [
        {
            "name": name, "label": window.label.told(language()), "role": str(words.ROLES[window.role]), "rule": window_in_words(framework, name, language()),
            "decide": issues_in_words(window.decide, "month", language()), "lead_days": window.lead_days, "months": line_of(framework, name).months,
            "verdict": verdict_of(held, name), "evidence": evidence_of(held, name),
        }
        for name, window in framework.windows.items()
    ]  # fmt: skip


def verdict_of(held: Told, name: str) -> str:
    """What this season says of a window."""
    own = [each for each in held.verdicts if each.window == name]
    fired = [words.unit_words(each.unit, held.units) for each in own if each.fired]
    if fired:
        return _("seuil atteint (%(where)s)") % {"where": ", ".join(fired[:5]) + ("…" if len(fired) > 5 else "")}
    if any(each.is_half_way for each in own):
        return _("en partie atteint")
    return _("non atteint") if own and all(each.fired is False for each in own) else _("pas encore connu")


def evidence_of(held: Told, name: str) -> list[dict[str, object]]:
    """The readings of this season behind a window, those that pass first."""
    judged = sorted((each for verdict in held.verdicts if verdict.window == name for each in verdict.evidence), key=lambda each: (not each.passes, -each.issue))
    return [judgement_line(held.shown.framework, {name: getattr(each, name) for name in each.__slots__}, held.units) for each in judged[:EVIDENCE_SHOWN]]


def judgement_line(framework: Framework, facts: Mapping[str, object], names: Mapping[str, str]) -> dict[str, object]:
    """One reading judged, in words."""
    test = framework.tests.get(str(facts["test"]))
    indicator = framework.indicators[str(facts.get("indicator") or test.indicator)] if test else None
    value, threshold, issue = facts["value"], facts["threshold"], facts["issue"]
    return {
        "label": indicator.label.told(language()) if indicator else facts["test"], "unit": names.get(str(facts["unit"]), facts["unit"]), "when": when_issued(framework, indicator.every, int(str(issue)), int(str(facts["year"]))) if indicator and issue else "",
        "value": measured(float(str(value)), indicator.measure, language()) if indicator and value is not None else "", "threshold": measured(float(str(threshold)), indicator.measure, language()) if indicator and threshold is not None else _("non connu"),
        "passes": facts["passes"], "among": facts["ranked_among"],
    }  # fmt: skip


def when_issued(framework: Framework, every: str, issue: int, season: int) -> str:
    """An issue by name; a day by its date within the season."""
    if every != "day":
        return issues_in_words((issue,), every, language())
    starts = date(2001, framework.season_starts, 1).timetuple().tm_yday
    return day_in_words(date(season + (issue < starts), 1, 1) + timedelta(days=issue - 1), language())


def strip_of(held: Told) -> str:
    """The strip of past years; empty where nothing is known of them."""
    if held.past is None:
        return ""
    return mark_safe(strip(windows_named(held), title=strip_title(held), language=language()))  # noqa: S308 — escaped by draw.svg


def windows_named(held: Told) -> list[tuple[str, str, Years]]:
    """The past of each window under its code and label."""
    framework = held.shown.framework
    return [(name, framework.windows[name].label.told(language()), years) for name, years in held.past.windows.items()] if held.past else []


def strip_title(held: Told) -> str:
    """What the strip shows; empty where nothing is known of past years."""
    return _("Années où chaque fenêtre a déclenché, de %(first)s à %(last)s") % {"first": held.past.years[0], "last": held.past.years[1]} if held.past else ""


def past_of(held: Told) -> dict[str, object] | None:
    """The past: years fired and return periods of each window, and what was published of it."""
    if held.past is None:
        return None
    framework, past = held.shown.framework, held.past
    published = framework.backtest.return_periods
    rows = [
        {"label": framework.windows[name].label.told(language()), "went": went_words(held, name), "fired": ", ".join(map(str, years.listed())), "period": period_words(years.return_period), "published": published_words(published.get(name)), "hit": share_words(past.skill[name].hit_rate), "vain": share_words(past.skill[name].false_alarm_ratio)}
        for name, years in past.windows.items()
    ]  # fmt: skip
    whole = {"label": _("L'une ou l'autre"), "went": None, "fired": ", ".join(map(str, past.overall.listed())), "period": period_words(past.overall.return_period), "published": published_words(published.get("overall")), "hit": "", "vain": ""}
    return {
        "rows": [*rows, whole], "first": past.years[0], "last": past.years[1], "spent": period_words(past.effective_return_period), "is_computed": held.is_computed,
        "expected": expected_words(framework, past), "untested": framework.backtest.untested.told(language()) if framework.backtest.untested else "",
        "has_skill": framework.reference_event is not None,
    }  # fmt: skip


def went_words(held: Told, window: str) -> str:
    """The years in which a window would have fired on what was known then, each with its first issue that was enough."""
    framework, first = held.shown.framework, dict[int, Met]()
    for each in held.went:
        if each.window == window and held.past and held.past.years[0] <= each.season <= held.past.years[1]:
            first.setdefault(each.season, each)
    told = [(season, when_issued(framework, framework.indicators[each.indicator].every, each.issue, season)) for season, each in first.items()]
    return ", ".join(when if str(season) in when else f"{season} ({when})" for season, when in told)


def expected_words(framework: Framework, past: BacktestResult) -> str:
    """How many of the published years come out as published."""
    if not framework.backtest.expect:
        return ""
    expected = past.expectations
    if expected.untested and not expected.met and not expected.missed:
        return _("Années publiées, reprises telles quelles : aucune série publique ne permet de les recalculer.")
    told = {"met": len(expected.met), "all": len(expected.met) + len(expected.missed) + len(expected.untested), "missed": ", ".join(map(str, expected.missed))}
    if expected.missed:
        return _("%(met)s années sur %(all)s comme publiées ; autrement : %(missed)s.") % told
    return _("%(met)s années sur %(all)s comme publiées.") % told


def period_words(period: float | None) -> str:
    """A return period computed here, always to two decimals: 3.25 stands beside a published 3.2 or 3.3 as it is, and 2.60 never beside 8.67 as 2.6."""
    return decimals(period, 2, language()) if period else "–"


def published_words(period: float | None) -> str:
    """A return period as its document prints it."""
    return number(period, language()) if period else "–"


def share_words(value: float | None) -> str:
    """A share in percent."""
    return "–" if value is None else measured(round(100 * value), "percent", language())


def money_of(held: Told) -> dict[str, object] | None:
    """The money table with its total beside the envelope, and what it costs in a usual year."""
    framework = held.shown.framework
    money = framework.money
    if money is None:
        return None
    rows = [{"agency": row.agency, "window": window_label(framework, row.window), "amount": number_in_words(row.amount, language())} for row in money.rows]
    cap = money.envelope.shared_cap
    return {
        "fund": money.envelope.fund, "currency": money.envelope.currency, "envelope": whole_money(money, money.envelope.amount), "rows": rows, "total": number_in_words(planned(money), language()),
        "adds_up": money.mode != "per-unit" and abs(planned(money) - money.envelope.amount) < max(len(money.rows), 1), "mode": money.mode, "cap": whole_money(money, cap) if cap else "", "sharers": money.envelope.shared_with,
        "yearly": whole_money(money, held.yearly_cost) if held.yearly_cost else "", "releases": [{"label": window.label.told(language()), "amount": whole_money(money, sum(row.amount for row in rows_released(money, name)) * round(window.release_percent * 100) // 10_000)} for name, window in framework.windows.items()] if money.rows else [],
    }  # fmt: skip


def activation_line(held: Activation, framework: Framework, names: Mapping[str, str]) -> dict[str, object]:
    """One activation in a list."""
    label = framework.windows[held.window].label.told(language()) if held.window in framework.windows else held.window
    return {"url": reverse("activation", args=[held.pk]), "season": held.season, "window": label, "unit": names.get(held.unit, held.unit), "state": words.state_words(held.state), "met_at": held.met_at}


def activation_page(held: Activation, shown: FrameworkInView, taken: Steps, now: datetime) -> dict[str, object]:
    """Everything the page of an activation shows."""
    framework, facts, names = shown.framework, json.loads(bytes(held.evidence)), unit_names((held.unit,))
    reservations, actions = taken.reservations, taken.actions
    paid = min((each.transferred_at for each in reservations if each.transferred_at), default=None)
    begun = min((each.started_at for each in actions if each.started_at), default=None)
    steps = [("certification", held.certified_at), ("activation", held.activated_at), *([("transfer", paid)] if framework.money else []), ("first-action", begun)]
    problems = [Problem(each["code"], value=each["value"], detail=each["detail"]) for each in facts["problems"]]
    return {
        "held": held, "framework": framework, "row": shown.row, "title": framework.title.told(language()), "window": framework.windows[held.window].label.told(language()), "rule": window_in_words(framework, held.window, language()),
        "state": words.state_words(held.state), "unit": words.unit_words(held.unit, names), "evidence": [judgement_line(framework, each, names) for each in sorted(facts["readings"], key=lambda each: (not each["passes"], -each["issue"]))[:EVIDENCE_SHOWN]], "problems": problems_in_words(labelled(problems, framework)), "sha256": facts["sha256"],
        "clock": [{"step": str(words.STEPS[hand.step]), "at": hand.at, "hours": number(round(hand.hours, 1), language()) if hand.hours is not None else "", "agreed": hand.agreed, "late": hand.late} for hand in clock(framework.deadlines, held.met_at, now, steps=steps)],
        "confirmations": [{"kind": str(words.CONFIRMED[each.kind]), "mandate": access_words.written_mandate_words(each.mandate), "note": each.note, "at": each.at} for each in taken.confirmations], "reservations": [reservation_line(each) for each in reservations], "total": reserved_total(reservations), "actions": [{"place": each.place, "words": each.words_en if language() == "en" else each.words_fr, "owner": each.owner, "lead_days": each.lead_days, "people": each.people, "started_at": each.started_at, "done_at": each.done_at} for each in actions],
        "is_open": held.state in ("met", "certified"), "is_activated": held.state == "activated", "is_over": held.state in ("closed", "stood-down"), "agreed": agreed_words(framework, held.window), "sentence": activation_sentence(held), "confirm": confirm_words(framework),
    }  # fmt: skip


def agreed_words(framework: Framework, window: str) -> str:
    """What a window releases, agreed before; empty where no money is."""
    total = sum(each.asked for each in release(framework, window))
    return whole_money(framework.money, total) if framework.money and total else ""


def activation_sentence(held: Activation) -> str:
    """What happened and what it takes now."""
    return {
        "alert": _("Aucun argent n'y est attaché."), "met": _("Il faut qu'une personne mandatée certifie la lecture, puis qu'une autre approuve."),
        "certified": _("Il faut la confirmation d'une seconde personne mandatée."),
        "activated": _("L'argent agréé est réservé, les actions agréées sont dues."), "closed": "", "stood-down": _("Rien n'est dû."),
    }[held.state]  # fmt: skip


def money_in_words(minor: int, currency: str) -> str:
    """Minor units as an amount."""
    return words.money_words(minor, DIGITS[currency], currency, language())


def reservation_line(each: Reservation) -> dict[str, object]:
    """One line of reserved money."""
    return {
        "place": each.place, "agency": each.agency, "fund": each.fund, "given": money_in_words(each.given, each.currency), "state": each.state,
        "short": money_in_words(each.asked - each.given, each.currency) if each.asked > each.given else "", "state_words": str(words.RESERVED[each.state]),
        "transferred_at": each.transferred_at,
    }  # fmt: skip


def reserved_total(every: Sequence[Reservation]) -> str:
    """What is reserved or paid altogether; empty where nothing is."""
    held = [each for each in every if each.state != "returned"]
    return money_in_words(sum(each.given for each in held), held[0].currency) if held else ""


def refusal_before(held: Activation, shown: FrameworkInView, taken: Steps, by: Mandate | None) -> str:
    """Why this reader could not confirm now; empty where they can."""
    if by is None or held.state not in ("met", "certified"):
        return ""
    if shown.row.signed_at is None:
        return words.refusal_words("not-signed")
    if shown.framework.status != "in-force":
        return words.refusal_words("not-in-force")
    mine = any(each.person == by.person for each in taken.confirmations)
    return words.refusal_words("same-person") if mine else ""
