"""Pages of joint appeals, their envelopes, and pledging meetings: what is asked for together, what was promised and came of it."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

import polars as pl
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from concertation.apps.access.acting import Entry, answered, done_or_told
from concertation.apps.access.requests import ReaderRequest, found, version_of
from concertation.apps.funding.words import amount_words, grouped, share_words
from concertation.apps.ground.editing import problem_words
from concertation.apps.mobilisation import commands, gaps, ledger_tables, queries, words
from concertation.apps.mobilisation.crumbs import crumbs
from concertation.apps.mobilisation.forms import AppealForm, EnvelopeForm, MeetingForm, main_of
from concertation.apps.mobilisation.gaps import coded
from concertation.apps.mobilisation.ledger_reading import ledger_of, lines_of, own_of, shared_out, totals_in
from concertation.apps.mobilisation.models import Appeal, Envelope, Meeting
from concertation.apps.places.queries import states_with_units
from concertation.core.mobilisation.ledger import Kind, Standing
from concertation.core.problems import Cell, Problem
from concertation.core.sharing import Mandate
from concertation.core.sharing.mobilising import changes_kept, keeps_appeals, keeps_pledges, levels_under

MOST_SHOWN = 12


def keeper_or_refuse(request: ReaderRequest) -> Mandate:
    """The mandate under which appeals and meetings are kept, or a refusal that says which one is missing."""
    held = keeps_appeals(request.mandates)
    if not held:
        raise PermissionDenied(_("Un appel ou une réunion s'écrit au secrétariat, ou par un gestionnaire des données pour son État."))
    return held[0]


def changer_or_refuse(request: ReaderRequest, row: Appeal | Meeting | Envelope) -> Mandate:
    """The mandate under which a row is changed, or a refusal that says whose it is."""
    by = changes_kept(request.mandates, owner_state=row.owner_state, holder=row.holder)
    if by is None:
        raise PermissionDenied(_("Un appel ou une réunion se change par qui les tient."))
    return by


def appeal_or_404(request: ReaderRequest, appeal_id: UUID) -> Appeal:
    """The appeal of an address, if the reader may see it."""
    return found(queries.appeal(request.mandates, appeal_id))


def meeting_or_404(request: ReaderRequest, meeting_id: UUID) -> Meeting:
    """The meeting of an address, if the reader may see it."""
    return found(queries.meeting(request.mandates, meeting_id))


def promised_words(held: pl.DataFrame) -> list[str]:
    """What some pledges promise, brought and owe."""
    return ledger_tables.sums_words(totals_in(held))


def covered(row: Appeal, held: pl.DataFrame) -> tuple[int, int]:
    """The money promised to an appeal and received of it in its own currency; other currencies are not converted."""
    own = held.filter((pl.col("kind") == Kind.CASH.value) & (pl.col("currency") == row.currency) & (pl.col("standing") != Standing.TAKEN_BACK.value))
    return int(own["promised"].sum()), int(own["received"].sum())


@require_GET
def appeals(request: ReaderRequest) -> HttpResponse:
    """What is asked for together, and what came of it."""
    today = timezone.localdate()
    rows, held = list(queries.appeals(request.mandates)), ledger_of(request.mandates, queries.pledges(request.mandates), today=today)
    by_appeal = shared_out(held, "appeal")
    context = {
        "lines": [
            {"row": row, "asked": amount_words(row.asked_minor, row.currency), "for": words.states_words(row.states), "dates": dates(row), "promised": promised_words(own), **bar_of(row, own)}
            for row in rows for own in (own_of(by_appeal, row.pk, held),)
        ],
        "sentence": sentence(rows, held, today), "links": elsewhere(), "may_keep": bool(keeps_appeals(request.mandates)), "may_pledge": bool(keeps_pledges(request.mandates)), "breadcrumbs": crumbs(),
    }  # fmt: skip
    return render(request, "mobilisation/appeals.html", context)


def elsewhere() -> list[tuple[str, str]]:
    """The other pages of mobilisation."""
    return [(_("Réunions d'annonce"), reverse("meetings")), (_("Registre des promesses"), reverse("pledges")), (_("Totaux publics"), reverse("pledge-totals"))]


def sentence(rows: Sequence[Appeal], held: pl.DataFrame, today: date) -> str:
    """What the page says first."""
    if not rows and not held.height:
        return ""
    is_open = [row for row in rows if row.opens_on <= today and (row.closes_on is None or row.closes_on >= today)]
    first = ngettext("%(count)s appel ouvert", "%(count)s appels ouverts", len(is_open)) % {"count": grouped(len(is_open))}
    late = held.filter(pl.col("standing") == Standing.LATE.value).height
    second = ngettext("%(count)s promesse inscrite", "%(count)s promesses inscrites", held.height) % {"count": grouped(held.height)}
    third = ngettext("dont %(count)s en retard", "dont %(count)s en retard", late) % {"count": grouped(late)}
    return f"{first}, {second}, {third}." if held.height else f"{first}."


def dates(row: Appeal) -> str:
    """From when to when an appeal is open."""
    told_of_it = {"opens": words.day_words(row.opens_on), "closes": words.day_words(row.closes_on)}
    return _("du %(opens)s au %(closes)s") % told_of_it if row.closes_on else _("depuis le %(opens)s") % told_of_it


def bar_of(row: Appeal, held: pl.DataFrame) -> dict[str, object]:
    """What was received of what is asked, for the eye."""
    promised, received = covered(row, held)
    share = share_words(Fraction(received, row.asked_minor)) if row.asked_minor else ""
    return {"received": received, "asked_minor": row.asked_minor, "promised_minor": promised, "share": share}


@require_GET
def appeal(request: ReaderRequest, appeal_id: UUID) -> HttpResponse:
    """One appeal: what is asked, in which envelopes, what was promised, which gaps it looks at."""
    row, today = appeal_or_404(request, appeal_id), timezone.localdate()
    held = ledger_of(request.mandates, queries.pledges(request.mandates, appeal=row), today=today)
    parts = queries.envelopes(request.mandates, appeal_id=row.pk)
    beside = gaps.beside(request.mandates, states=row.states, sectors=row.sectors, today=today)
    may_change = changes_kept(request.mandates, owner_state=row.owner_state, holder=row.holder) is not None
    context = {
        "row": row, "sentence": appeal_sentence(row, held), "asked": amount_words(row.asked_minor, row.currency), "dates": dates(row), "for": f"{words.states_words(row.states)} · {words.sectors_words(row.sectors)}",
        "owner": words.owner_words(row.owner_state), "envelopes": envelope_rows(row, parts, held), "told": told_of(row, parts), "promised": promised_words(held), "pledges": pledge_lines(held), "more": max(held.height - MOST_SHOWN, 0),
        "gaps": words.gap_lines(beside), "gap_year": beside.overview.year, "extracted": words.day_words(beside.overview.extracted), "may_change": may_change, "may_pledge": bool(keeps_pledges(request.mandates)),
        "breadcrumbs": crumbs((row.title, None)),
    }  # fmt: skip
    return render(request, "mobilisation/appeal.html", context)


def appeal_sentence(row: Appeal, held: pl.DataFrame) -> str:
    """What the page of an appeal says first."""
    promised, received = covered(row, held)
    told_of_it = {"asked": amount_words(row.asked_minor, row.currency), "promised": amount_words(promised, row.currency), "received": amount_words(received, row.currency)}
    if row.asked_minor is None:
        return _("Aucun montant n'est arrêté ; %(promised)s promis, %(received)s reçus.") % told_of_it
    return _("%(asked)s demandés, %(promised)s promis, %(received)s reçus.") % told_of_it


def told_of(row: Appeal, parts: Sequence[Envelope]) -> list[str]:
    """That the envelopes ask more than the appeal, said and left as it is."""
    whole = sum(each.amount_minor for each in parts)
    if row.asked_minor is None or whole <= row.asked_minor:
        return []
    return [problem_words(Problem("envelopes-pass-the-appeal", Cell(), amount_words(whole, row.currency), {"asked": amount_words(row.asked_minor, row.currency)}))]


def envelope_rows(row: Appeal, parts: Sequence[Envelope], held: pl.DataFrame) -> list[dict[str, object]]:
    """The envelopes with what was promised to each in the appeal's currency."""
    found, by_envelope = [], shared_out(held, "envelope")
    for part in parts:
        promised, received = covered(row, own_of(by_envelope, part.pk, held))
        found.append({
            "part": part, "amount": amount_words(part.amount_minor, row.currency), "for": f"{words.states_words(part.state)} · {words.sectors_words(part.sector)}",
            "promised": amount_words(promised, row.currency) if promised else "–", "received": amount_words(received, row.currency) if received else "–",
        })  # fmt: skip
    return found


def pledge_lines(held: pl.DataFrame) -> list[dict[str, object]]:
    """The pledges of an appeal or a meeting, the latest first."""
    return [
        {
            "row": each.pledge, "giver": words.giver_words(each.pledge), "amount": each.pledge.what if each.pledge.kind != Kind.CASH and each.balance.promised is None else amount_words(each.balance.promised, each.pledge.currency),
            "standing": words.standing_words(each.balance.standing), "css": words.standing_css(each.balance.standing),
        }
        for each in lines_of(held.head(MOST_SHOWN))
    ]  # fmt: skip


def appeal_as_written(row: Appeal) -> dict[str, Any]:
    """An appeal as its form shows it."""
    same = ("kind", "title_fr", "title_en", "purpose_fr", "purpose_en", "currency", "opens_on", "closes_on", "document", "sensitivity", "version")
    return {**{name: getattr(row, name) for name in same}, "asked": main_of(row.asked_minor, row.currency), "states": coded(row.states), "sectors": coded(row.sectors)}


def appeal_address(row: Appeal) -> str:
    """Where an appeal is shown."""
    return reverse("appeal", args=[row.pk])


@require_http_methods(["GET", "POST"])
@login_required
def appeal_new(request: ReaderRequest) -> HttpResponse:
    """Open an appeal or an envelope."""
    by = keeper_or_refuse(request)
    title = _("Ouvrir un appel ou une enveloppe")
    entry = Entry(title, _("Ce qui est demandé ensemble, pour quoi, jusqu'à quand."), _("Enregistrer"), reverse("mobilisation"), _("Appel enregistré."), crumbs((title, None)))
    form = AppealForm(request.POST or None, initial={"currency": "XOF", "opens_on": timezone.localdate()}, members=[state.iso3 for state in states_with_units()], levels=levels_under(by))
    return answered(request, form, entry, lambda cleaned: commands.keep_appeal(cleaned, owner_state=by.state, by=by), to=appeal_address)


@require_http_methods(["GET", "POST"])
@login_required
def appeal_edit(request: ReaderRequest, appeal_id: UUID) -> HttpResponse:
    """Correct an appeal."""
    row = appeal_or_404(request, appeal_id)
    by = changer_or_refuse(request, row)
    entry = Entry(_("Corriger l'appel"), "", _("Enregistrer"), appeal_address(row), _("Appel corrigé."), crumbs((row.title, appeal_address(row)), (_("Corriger"), None)))
    members = [state.iso3 for state in states_with_units()]

    form = AppealForm(request.POST or None, initial=appeal_as_written(row), members=members, levels=levels_under(by))

    def act(cleaned: Mapping[str, Any]) -> Appeal:
        return commands.correct_appeal(row.pk, cleaned, base_version=cleaned["version"], by=by)

    return answered(request, form, entry, act, to=appeal_address, held_as=appeal_as_written)


@require_http_methods(["GET", "POST"])
@login_required
def envelope_new(request: ReaderRequest, appeal_id: UUID) -> HttpResponse:
    """Add an envelope to an appeal."""
    row = appeal_or_404(request, appeal_id)
    by = changer_or_refuse(request, row)
    title = _("Ajouter une enveloppe")
    entry = Entry(title, _("Une part de l'appel, pour un État et un secteur."), _("Ajouter"), appeal_address(row), _("Enveloppe ajoutée."), crumbs((row.title, appeal_address(row)), (title, None)))
    members = coded(row.states) or [state.iso3 for state in states_with_units()]

    def act(cleaned: Mapping[str, Any]) -> Envelope:
        return commands.keep_envelope(row, {name: cleaned[name] for name in ("title_fr", "title_en", "state", "sector", "amount_minor")}, by=by)

    form = EnvelopeForm(request.POST or None, members=members, sectors=coded(row.sectors), currency=row.currency)
    return answered(request, form, entry, act, to=lambda _made: appeal_address(row))


@require_POST
@login_required
def envelope_withdraw(request: ReaderRequest, envelope_id: UUID) -> HttpResponse:
    """Withdraw an envelope; its pledges stay."""
    row = queries.envelope(request.mandates, envelope_id)
    if row is None:
        raise Http404
    by = changer_or_refuse(request, row)
    return done_or_told(request, lambda: commands.withdrawn(row, base_version=version_of(request), on=timezone.localdate(), by=by), _("Enveloppe retirée ; ses promesses restent."), to=appeal_address(row.appeal))


@require_POST
@login_required
def appeal_withdraw(request: ReaderRequest, appeal_id: UUID) -> HttpResponse:
    """Withdraw an appeal, or bring it back."""
    row = appeal_or_404(request, appeal_id)
    by, on = changer_or_refuse(request, row), None if row.withdrawn_on else timezone.localdate()
    done = _("Appel retiré ; ses promesses restent, et vous pouvez le remettre.") if on else _("Appel remis.")
    return done_or_told(request, lambda: commands.withdrawn(row, base_version=version_of(request), on=on, by=by), done, to=appeal_address(row))


@require_GET
def meetings(request: ReaderRequest) -> HttpResponse:
    """When were pledges announced, and what came of it?"""
    rows, held = list(queries.meetings(request.mandates)), ledger_of(request.mandates, queries.pledges(request.mandates, meeting__isnull=False), today=timezone.localdate())
    by_meeting = shared_out(held, "meeting")
    context = {
        "lines": [{"row": row, "pledges": own.height, "promised": promised_words(own)} for row in rows for own in (own_of(by_meeting, row.pk, held),)],
        "may_keep": bool(keeps_appeals(request.mandates)), "breadcrumbs": crumbs((_("Réunions d'annonce"), None)),
    }  # fmt: skip
    return render(request, "mobilisation/meetings.html", context)


@require_GET
def meeting(request: ReaderRequest, meeting_id: UUID) -> HttpResponse:
    """One pledging meeting: what was promised there, and what came of it since."""
    row = meeting_or_404(request, meeting_id)
    held = ledger_of(request.mandates, queries.pledges(request.mandates, meeting=row), today=timezone.localdate())
    context = {
        "row": row, "appeal": queries.appeal(request.mandates, row.appeal_id) if row.appeal_id else None, "promised": promised_words(held), "pledges": pledge_lines(held), "more": max(held.height - MOST_SHOWN, 0),
        "table": ledger_tables.totals_table(totals_in(held), caption=_("Ce qui y fut promis, par type de donateur")) if held.height else None,
        "may_change": changes_kept(request.mandates, owner_state=row.owner_state, holder=row.holder) is not None, "may_pledge": bool(keeps_pledges(request.mandates)),
        "breadcrumbs": crumbs((_("Réunions d'annonce"), reverse("meetings")), (row.title, None)),
    }  # fmt: skip
    return render(request, "mobilisation/meeting.html", context)


def meeting_as_written(row: Meeting) -> dict[str, Any]:
    """A meeting as its form shows it."""
    same = ("title_fr", "title_en", "held_on", "place", "state", "outcome_fr", "outcome_en", "document", "sensitivity", "version")
    return {**{name: getattr(row, name) for name in same}, "appeal": str(row.appeal_id or "")}


def meeting_address(row: Meeting) -> str:
    """Where a meeting is shown."""
    return reverse("meeting", args=[row.pk])


def meeting_words(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """The words of a meeting as they are stored."""
    return {**cleaned, "appeal_id": cleaned["appeal"] or None}


@require_http_methods(["GET", "POST"])
@login_required
def meeting_new(request: ReaderRequest) -> HttpResponse:
    """Call a pledging meeting."""
    by = keeper_or_refuse(request)
    title = _("Annoncer une réunion")
    entry = Entry(title, "", _("Enregistrer"), reverse("meetings"), _("Réunion enregistrée."), crumbs((_("Réunions d'annonce"), reverse("meetings")), (title, None)))
    form = MeetingForm(request.POST or None, initial={"held_on": timezone.localdate(), "appeal": request.GET.get("appeal", "")}, appeals=appeal_choices(request), levels=levels_under(by))
    return answered(request, form, entry, lambda cleaned: commands.keep_meeting(meeting_words(cleaned), owner_state=by.state, by=by), to=meeting_address)


def appeal_choices(request: ReaderRequest) -> list[tuple[str, str]]:
    """The appeals that stand, to choose from."""
    return [(str(each.pk), each.title) for each in queries.appeals(request.mandates)]


@require_http_methods(["GET", "POST"])
@login_required
def meeting_edit(request: ReaderRequest, meeting_id: UUID) -> HttpResponse:
    """Correct a meeting, or say what came of it."""
    row = meeting_or_404(request, meeting_id)
    by, known = changer_or_refuse(request, row), appeal_choices(request)
    entry = Entry(_("Corriger la réunion"), "", _("Enregistrer"), meeting_address(row), _("Réunion corrigée."), crumbs((_("Réunions d'annonce"), reverse("meetings")), (row.title, meeting_address(row)), (_("Corriger"), None)))

    form = MeetingForm(request.POST or None, initial=meeting_as_written(row), appeals=known, levels=levels_under(by))

    def act(cleaned: Mapping[str, Any]) -> Meeting:
        return commands.correct_meeting(row.pk, meeting_words(cleaned), base_version=cleaned["version"], by=by)

    return answered(request, form, entry, act, to=meeting_address, held_as=meeting_as_written)


@require_POST
@login_required
def meeting_withdraw(request: ReaderRequest, meeting_id: UUID) -> HttpResponse:
    """Withdraw a meeting, or bring it back."""
    row = meeting_or_404(request, meeting_id)
    by, on = changer_or_refuse(request, row), None if row.withdrawn_on else timezone.localdate()
    done = _("Réunion retirée ; ses promesses restent, et vous pouvez la remettre.") if on else _("Réunion remise.")
    return done_or_told(request, lambda: commands.withdrawn(row, base_version=version_of(request), on=on, by=by), done, to=meeting_address(row))
