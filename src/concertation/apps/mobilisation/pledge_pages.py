"""Pages of the ledger: every pledge, one with its instalments and receipts, its forms; taken back, withdrawn, and both undone."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from concertation.apps.access.acting import Entry, answered, done_or_told
from concertation.apps.access.requests import ReaderRequest, found, version_of
from concertation.apps.funding.words import amount_words
from concertation.apps.ground.downloads import FORMATS, attached, table_file
from concertation.apps.ground.editing import problem_words
from concertation.apps.mobilisation import commands, gaps, ledger_tables, queries, round_sources, words
from concertation.apps.mobilisation.crumbs import Crumbs, crumbs
from concertation.apps.mobilisation.forms import PledgeForm, ScheduleForm, main_of
from concertation.apps.mobilisation.gaps import coded
from concertation.apps.mobilisation.models import Pledge
from concertation.apps.places.queries import states_with_units
from concertation.core.mobilisation.checks import TOLD_ONLY, problems_of_schedule
from concertation.core.mobilisation.ledger import Kind
from concertation.core.sharing import Mandate, Sensitivity
from concertation.core.sharing.mobilising import changes_kept, keeps_pledges, levels_under, receives_for

FRAMEWORK = words.FRAMEWORK


def pledge_or_404(request: ReaderRequest, pledge_id: UUID) -> Pledge:
    """The pledge of an address, if the reader may see it."""
    return found(queries.pledge(request.mandates, pledge_id))


def changer_or_refuse(request: ReaderRequest, row: Pledge) -> Mandate:
    """The mandate under which a pledge is changed, or a refusal that says whose it is."""
    by = changes_kept(request.mandates, owner_state=row.owner_state, holder=row.holder)
    if by is None:
        raise PermissionDenied(_("Une promesse se change par qui la tient : qui l'a écrite, pour son État ou son organisation."))
    return by


def in_ledger(*after: tuple[str, str | None]) -> Crumbs:
    """Where a page of the ledger stands."""
    return crumbs((_("Registre des promesses"), reverse("pledges") if after else None), *after)


@require_GET
def ledger(request: ReaderRequest) -> HttpResponse:
    """Who promised what, what came, what is late?"""
    today = timezone.localdate()
    held = ledger_tables.read(request.mandates, ledger_tables.Asked.of(request.GET), today=today)
    promised = round_sources.currencies_promised(held.frame)
    if (wanted := request.GET.get("format", "")) == "sources" and request.GET.get("currency") in promised:
        told = json.dumps(round_sources.question_part(held.frame, currency=request.GET["currency"], today=today), ensure_ascii=False, indent=1)
        return attached(told.encode(), "application/json", f"sources-{request.GET['currency'].lower()}.json")
    if wanted:
        return table_file(ledger_tables.taken(held, on=today), wanted, on=today)
    foreign = ledger_tables.foreign(held)
    context = {
        "sentences": ledger_tables.sentences(held), "table": ledger_tables.table(held, request.GET), "may_keep": bool(keeps_pledges(request.mandates)), "formats": FORMATS, "promised": promised,
        "totals": ledger_tables.totals_table(held.totals, caption=_("Totaux par type de donateur")) if held.totals else None, "foreign": [(code, request.GET.get(f"rate_{code}", "")) for code in foreign],
        "to": held.asked.to, "currencies": sorted({*foreign, "XOF", "EUR", "USD"}), "one": ledger_tables.one_words(held.in_one) if held.in_one else [],
        "may_read_statements": bool(states_received(request.mandates)), "breadcrumbs": in_ledger(),
    }  # fmt: skip
    return render(request, "mobilisation/ledger.html", context)


def states_received(mandates: Sequence[Mandate]) -> list[str]:
    """The States for which somebody says that money was received, with accounts of their own."""
    return [own.state for own in mandates if own.state not in ("", FRAMEWORK) and receives_for(mandates, own.state) == own]


@require_GET
def pledge(request: ReaderRequest, pledge_id: UUID) -> HttpResponse:
    """One pledge: what was promised, when, what came of it, which gap it could close."""
    row, today = pledge_or_404(request, pledge_id), timezone.localdate()
    held = queries.entry(request.mandates, row, today=today)
    may_change, receives = changes_kept(request.mandates, owner_state=row.owner_state, holder=row.holder) is not None, receives_for(request.mandates, row.owner_state) is not None
    beside = gaps.beside(request.mandates, states=row.states or ("" if row.owner_state == FRAMEWORK else f"|{row.owner_state}|"), sectors=row.sectors, today=today, pledge=row, dollar=ledger_tables.rate_of(request.GET.get("dollar", "")))
    context = {
        "row": row, "entry": held, "giver": words.giver_words(row), "sentence": sentence(held), "told": told_of(held, row), "standing": words.standing_words(held.balance.standing),
        "standing_css": words.standing_css(held.balance.standing), "facts": facts(row), "instalments": instalment_rows(held), "receipts": receipt_rows(request, held), "gaps": words.gap_lines(beside),
        "gap_year": beside.overview.year, "extracted": words.day_words(beside.overview.extracted), "in_dollars": converted(beside), "dollar": request.GET.get("dollar", "")[: ledger_tables.LONGEST_RATE], "may_change": may_change, "receives": receives,
        "may_note": (receives or may_change) and row.taken_back_on is None and row.withdrawn_on is None, "breadcrumbs": in_ledger((row.reference, None)),
    }  # fmt: skip
    return render(request, "mobilisation/pledge.html", context)


def converted(beside: gaps.Shown) -> str:
    """The pledge in dollars with its rates; empty where it is in dollars or nothing converts it."""
    if beside.pledge is None or not beside.pledge.rates:
        return ""
    return f"{amount_words(beside.pledge.money.minor, beside.pledge.money.currency)} ({words.rates_words(beside.pledge.rates)})"


def sentence(held: queries.Entry) -> str:
    """What the page says first."""
    row, stands = held.pledge, held.balance
    told_of_it = {"giver": words.giver_words(row), "amount": amount_words(stands.promised, row.currency), "day": words.day_words(row.pledged_on), "received": amount_words(stands.received, row.currency), "what": row.what}
    if row.kind != Kind.CASH:
        first = _("%(giver)s a promis en nature, le %(day)s : %(what)s.") % told_of_it
        return f"{first} " + (_("Valeur donnée : %(amount)s.") % told_of_it if stands.promised is not None else _("Aucune valeur n'en est donnée."))
    return _("%(giver)s a promis %(amount)s le %(day)s ; %(received)s reçus.") % told_of_it


def told_of(held: queries.Entry, row: Pledge) -> list[str]:
    """What does not add up, said and left as it is."""
    wrong = problems_of_schedule(row.amount_minor, [each.instalment for each in held.balance.instalments], pledged_on=row.pledged_on)
    words_told = [problem_words(each) for each in wrong if each.code in TOLD_ONLY]
    if held.balance.beyond > 0:
        words_told.append(_("%(amount)s reçus au-delà des versements dits.") % {"amount": amount_words(held.balance.beyond, row.currency)})
    return words_told


def facts(row: Pledge) -> list[tuple[str, str]]:
    """What is known of a pledge, in order; what is not known is left out."""
    held = [
        (_("Type de donateur"), words.giver_type_words(row.giver_type)), (_("Promis à"), words.owner_words(row.owner_state)), (_("Pour"), f"{words.states_words(row.states)} · {words.sectors_words(row.sectors)}"),
        (_("Forme"), words.kind_words(row.kind)), (_("En nature"), row.what), (_("Valeur"), valuation(row)), (_("Écrit"), row.document), (_("Pays du donateur"), row.country),
        (_("Totaux publics"), _("compté, sans aucun nom") if row.counted_publicly else _("non compté")), (_("Qui le lit"), str(row.get_sensitivity_display())),
    ]  # fmt: skip
    return [(label, value) for label, value in held if value]


def valuation(row: Pledge) -> str:
    """Who valued what is in kind, when and how."""
    if row.kind == Kind.CASH or row.amount_minor is None:
        return ""
    told_of_it = {"who": row.get_valued_by_display(), "day": words.day_words(row.valued_on)}
    return _("donnée par %(who)s le %(day)s") % told_of_it + (f", {row.valued_how}" if row.valued_how else "")


def instalment_rows(held: queries.Entry) -> list[dict[str, object]]:
    """The instalments as the page shows them."""
    currency = held.pledge.currency
    return [
        {
            "number": each.instalment.number, "amount": amount_words(each.instalment.minor, currency), "due": words.day_words(each.instalment.due_on), "paid": amount_words(each.paid, currency) if each.paid else "–",
            "left": amount_words(each.left, currency), "standing": words.standing_words(each.standing), "css": words.standing_css(each.standing), "late": words.days_late_words(each),
            "declared": amount_words(held.declared_parts[each.instalment.number], currency) if each.instalment.number in held.declared_parts else "",
        }
        for each in held.balance.instalments
    ]  # fmt: skip


def receipt_rows(request: ReaderRequest, held: queries.Entry) -> list[dict[str, object]]:
    """The receipts as the page shows them, with the instalments each pays."""
    settled, currency = queries.settled(request.mandates, held.pledge), held.pledge.currency
    return [
        {
            "receipt": each, "amount": amount_words(each.amount_minor, currency),
            "pays": ", ".join(_("versement %(number)s : %(amount)s") % {"number": number, "amount": amount_words(minor, currency)} for number, minor in settled.get(each.pk, [])),
        }
        for each in queries.receipts(request.mandates, held.pledge)
    ]  # fmt: skip


def offered(request: ReaderRequest, by: Mandate) -> dict[str, Sequence[tuple[str, str]]]:
    """What the form of a pledge offers to whoever writes under a mandate."""
    owners = [by.state] if by.state else [FRAMEWORK, *(state.iso3 for state in states_with_units())]
    return {
        "appeal": [(str(each.pk), each.title) for each in queries.appeals(request.mandates)], "envelope": [(str(each.pk), f"{each.appeal.title} · {each.title}") for each in queries.envelopes(request.mandates)],
        "meeting": [(str(each.pk), each.title) for each in queries.meetings(request.mandates)], "owner_state": [(code, words.owner_words(code)) for code in owners],
    }  # fmt: skip


def levels(by: Mandate) -> tuple[Sensitivity, ...]:
    """The levels the form of a pledge offers."""
    return levels_under(by)


def blank(request: ReaderRequest) -> dict[str, Any]:
    """What a new pledge starts from: the appeal or the meeting it is recorded at, where the address names one."""
    return {"pledged_on": timezone.localdate(), "currency": "XOF", "appeal": request.GET.get("appeal", ""), "meeting": request.GET.get("meeting", "")}


@require_http_methods(["GET", "POST"])
@login_required
def new(request: ReaderRequest) -> HttpResponse:
    """Record a pledge."""
    held = keeps_pledges(request.mandates)
    if not held:
        raise PermissionDenied(_("Une promesse s'écrit pour un État, au secrétariat, ou par un donateur pour son organisation : il faut un de ces mandats."))
    by = held[0]
    more: dict[str, Any] = {"members": [state.iso3 for state in states_with_units()], "levels": levels(held[0]), "offered": offered(request, held[0])}
    title = _("Écrire une promesse")
    entry = Entry(title, _("Une promesse n'est pas de l'argent reçu. Aucun nom de personne."), _("Enregistrer"), reverse("pledges"), _("Promesse enregistrée."), in_ledger((title, None)))

    def act(cleaned: Mapping[str, Any]) -> Pledge:
        return commands.keep_pledge(cleaned, owner_state=cleaned["owner_state"], due_on=cleaned["due_on"], today=timezone.localdate(), by=by)

    return answered(request, PledgeForm(request.POST or None, initial=blank(request), **more), entry, act, to=address)


def address(row: Pledge) -> str:
    """Where a pledge is shown."""
    return reverse("pledge", args=[row.pk])


def as_written(row: Pledge) -> dict[str, Any]:
    """A pledge as its form shows it."""
    same = ("giver_type", "giver", "people", "country", "kind", "currency", "what", "valued_by", "valued_on", "valued_how", "pledged_on", "document", "owner_state", "sensitivity", "counted_publicly", "version")
    return {
        **{name: getattr(row, name) for name in same}, "amount": main_of(row.amount_minor, row.currency), "states": coded(row.states), "sectors": coded(row.sectors),
        **{name: str(getattr(row, f"{name}_id") or "") for name in ("appeal", "envelope", "meeting")},
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
@login_required
def edit(request: ReaderRequest, pledge_id: UUID) -> HttpResponse:
    """Correct a pledge."""
    row = pledge_or_404(request, pledge_id)
    by = changer_or_refuse(request, row)
    more: dict[str, Any] = {"members": [state.iso3 for state in states_with_units()], "levels": levels(by), "offered": {**offered(request, by), "owner_state": [(row.owner_state, words.owner_words(row.owner_state))]}}
    title = _("Corriger la promesse %(reference)s") % {"reference": row.reference}
    entry = Entry(title, "", _("Enregistrer"), address(row), _("Promesse corrigée."), in_ledger((row.reference, address(row)), (_("Corriger"), None)))

    form = PledgeForm(request.POST or None, initial=as_written(row), **more)
    del form.fields["due_on"]

    def act(cleaned: Mapping[str, Any]) -> Pledge:
        return commands.correct_pledge(row.pk, cleaned, base_version=cleaned["version"], today=timezone.localdate(), by=by)

    return answered(request, form, entry, act, to=address, held_as=as_written)


@require_http_methods(["GET", "POST"])
@login_required
def schedule(request: ReaderRequest, pledge_id: UUID) -> HttpResponse:
    """Say in which instalments a pledge comes."""
    row = pledge_or_404(request, pledge_id)
    by = changer_or_refuse(request, row)
    held = [each.instalment for each in queries.entry(request.mandates, row, today=timezone.localdate()).balance.instalments]
    lead = _("Promis : %(amount)s le %(day)s. Si les versements ne font pas ce montant, c'est dit et rien n'est corrigé.") % {"amount": amount_words(row.amount_minor, row.currency), "day": words.day_words(row.pledged_on)}
    entry = Entry(_("Versements de la promesse %(reference)s") % {"reference": row.reference}, lead, _("Enregistrer"), address(row), _("Versements enregistrés."), in_ledger((row.reference, address(row)), (_("Versements"), None)), "mobilisation/schedule.html")

    def act(cleaned: Mapping[str, Any]) -> Pledge:
        return commands.set_instalments(row.pk, cleaned["parts"], base_version=cleaned["version"], by=by)

    def now(changed: Pledge) -> dict[str, Any]:
        parts = queries.entry(request.mandates, changed, today=timezone.localdate()).instalments.values()
        blank_lines: dict[str, Any] = {f"{name}_{number}": "" for number in form.numbers for name in ("amount", "due")}
        return blank_lines | {f"amount_{each.number}": main_of(each.amount_minor, row.currency) for each in parts} | {f"due_{each.number}": each.due_on for each in parts}

    form = ScheduleForm(request.POST or None, initial={"version": row.version}, held=held, currency=row.currency)
    return answered(request, form, entry, act, to=address, held_as=now)


@require_POST
@login_required
def take_back(request: ReaderRequest, pledge_id: UUID) -> HttpResponse:
    """The giver took the pledge back, or it stands again."""
    row = pledge_or_404(request, pledge_id)
    by = changer_or_refuse(request, row)
    on: date | None = None if row.taken_back_on else timezone.localdate()
    done = _("Promesse notée comme reprise par son donateur ; vous pouvez la remettre.") if on else _("La promesse vaut de nouveau.")
    return done_or_told(request, lambda: commands.take_back(row.pk, why=request.POST.get("why", ""), on=on, base_version=version_of(request), by=by), done, to=address(row))


@require_POST
@login_required
def withdraw(request: ReaderRequest, pledge_id: UUID) -> HttpResponse:
    """Withdraw a pledge entered by mistake, or bring it back."""
    row = pledge_or_404(request, pledge_id)
    by = changer_or_refuse(request, row)
    on: date | None = None if row.withdrawn_on else timezone.localdate()
    done = _("Promesse retirée du registre ; vous pouvez la remettre.") if on else _("Promesse remise au registre.")
    return done_or_told(request, lambda: commands.withdrawn(row, base_version=version_of(request), on=on, by=by), done, to=address(row))
